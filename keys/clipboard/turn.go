package clipboard

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// turn says which copy a clipboard was given last, across processes: a file with a random token, which says nothing about
// what was copied. A keeper that finds another's token leaves the clipboard to that one's keeper, whose clock counts, also
// when both copied the same text.
type turn struct {
	File  string `json:"file"`  // one for each clipboard; "" where no directory is known
	Token string `json:"token"` // this copy's
}

// newTurn returns a turn that isn't taken yet, for the clipboard that the parts name.
func newTurn(dir string, parts ...string) turn {
	t := turn{Token: rand.Text()}
	if dir != "" {
		sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
		t.File = filepath.Join(dir, "clipboard-"+hex.EncodeToString(sum[:8]))
	}
	return t
}

// take makes it this copy's turn. That it can't be written costs only that an earlier keeper may clear the same text early.
func (t turn) take() {
	if t.File == "" {
		return
	}
	_ = os.MkdirAll(filepath.Dir(t.File), 0o700)
	_ = os.WriteFile(t.File, []byte(t.Token), 0o600)
}

// now returns whose turn it is, "" if nobody's.
func (t turn) now() string {
	if t.File == "" {
		return ""
	}
	token, err := os.ReadFile(t.File)
	if err != nil {
		return ""
	}
	return string(token)
}

// end takes the file away, unless it is somebody else's turn by now.
func (t turn) end() {
	if t.now() == t.Token {
		_ = os.Remove(t.File)
	}
}
