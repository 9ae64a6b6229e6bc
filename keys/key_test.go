package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// known is a key whose parts were computed by another program (Python's zlib and hashlib).
const (
	knownBody   = "lys_0123456789AB_0123456789ABCDEFGHIJKLMNOPQRSTUV"
	knownKey    = knownBody + "2qTByf"
	knownDigest = "1659ec80f14a6133a602596238038fae25462e25a609232fa1551bcaf9647112"
)

func newKey(tb testing.TB, kind Kind) Key {
	tb.Helper()
	k, err := New(kind, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func TestKnownKey(t *testing.T) {
	k, err := Parse([]byte(knownKey))
	if err != nil {
		t.Fatal(err)
	}
	d := k.Digest()
	if k.Kind() != APIKey || k.PublicID() != "0123456789AB" || d[0] != 1 || fmt.Sprintf("%x", d[1:]) != knownDigest {
		t.Errorf("%v, %q, digest %x", k.Kind(), k.PublicID(), d)
	}
}

func TestParse(t *testing.T) {
	tests := map[string]error{
		knownKey:                  nil,
		" \t" + knownKey + "\r\n": nil,
		"":                        ErrMalformed,
		"lys_":                    ErrMalformed,
		knownKey[:54]:             ErrMalformed,
		knownKey + "0":            ErrMalformed,
		"lyx" + knownKey[3:]:      ErrMalformed,
		"LYS" + knownKey[3:]:      ErrMalformed,
		strings.Replace(knownKey, "AB_", "AB-", 1):     ErrMalformed,
		strings.Replace(knownKey, "CDEF", "CD F", 1):   ErrMalformed,
		strings.Replace(knownKey, "CDEF", "CDÉ", 1):    ErrMalformed,
		strings.Replace(knownKey, "CDEF", "CDFE", 1):   ErrChecksum,
		"lyi" + knownKey[3:]:                           ErrChecksum,
		knownKey[:54] + string(knownKey[54]^1):         ErrChecksum,
		knownKey[:20] + "\x00" + knownKey[21:]:         ErrMalformed,
		strings.Repeat("\n", 3) + knownKey + "  \v\f ": nil,
	}
	for in, want := range tests {
		k, err := Parse([]byte(in))
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", in, err, want)
		}
		if err == nil && string(k.Text()) != knownKey {
			t.Errorf("%q was read as %q", in, k.Text())
		}
		if err != nil && len(in) > 5 && strings.Contains(err.Error(), in[4:]) {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

func TestMadeKeysAreRead(t *testing.T) {
	shape := regexp.MustCompile(`^ly[si]_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$`)
	seen := map[string]bool{}
	for i := range 2000 {
		k := newKey(t, []Kind{APIKey, Invitation}[i%2])
		if !shape.Match(k.Text()) || len(k.Text()) != Length || seen[k.PublicID()] {
			t.Fatalf("made %q", k.Text())
		}
		seen[k.PublicID()] = true
		again, err := Parse(k.Text())
		if err != nil || !bytes.Equal(again.Text(), k.Text()) || !k.Digest().Matches(again.Text()) || again.Kind() != k.Kind() {
			t.Fatalf("%q: %v", k.Text(), err)
		}
	}
}

func TestAnyChangedCharacterIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, err := New(APIKey, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		text := append([]byte(nil), k.Text()...)
		i := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		text[i] ^= rapid.Byte().Filter(func(b byte) bool { return b != 0 }).Draw(t, "flip")
		if _, err := Parse(text); err == nil {
			t.Fatalf("%q passes for %q", text, k.Text())
		}
		if k.Digest().Matches(text) {
			t.Fatal("the digest matches another text")
		}
	})
}

func TestDigitsAreEquallyLikely(t *testing.T) {
	// Of the 256 values of a byte, 248 give each of the 62 digits four times, and 8 are thrown away.
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	got, err := appendRandom(nil, 248, &repeating{all[:]})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []byte(alphabet) {
		if n := bytes.Count(got, []byte{d}); n != 4 {
			t.Errorf("%c came %d times", d, n)
		}
	}
	if _, err := New(APIKey, strings.NewReader("too little")); err == nil {
		t.Error("a key was made without randomness")
	}
	if _, err := New(9, rand.Reader); err == nil {
		t.Error("a key of no kind was made")
	}
}

// repeating gives the same bytes again and again, without leaving any out.
type repeating struct{ left []byte }

func (r *repeating) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.left[0]
		r.left = append(r.left[1:], r.left[0])
	}
	return len(p), nil
}

// TestTheDistributionIsEven takes its bytes from a fixed seed, so that it gives the same each time.
func TestTheDistributionIsEven(t *testing.T) {
	const each = 1000
	got, err := appendRandom(nil, each*len(alphabet), mathrand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	var count [256]int
	for _, d := range got {
		count[d]++
	}
	chi2 := 0.0
	for _, d := range []byte(alphabet) {
		off := float64(count[d] - each)
		chi2 += off * off / each
	}
	if chi2 < 30 || chi2 > 100 { // 61 degrees of freedom; beyond these is one in a thousand
		t.Errorf("χ² is %.1f", chi2)
	}
	if got, err := appendRandom(nil, 1, bytes.NewReader([]byte{248, 249, 250, 251, 252, 253, 254, 255, 247})); err != nil || string(got) != "z" {
		t.Errorf("of 248…255 and 247 came %q, %v", got, err)
	}
}

func TestKeysDontLeak(t *testing.T) {
	k := newKey(t, APIKey)
	hidden := struct {
		k  Key
		in []Key
	}{k, []Key{k}}
	secret := string(k.Text()[secretAt:])
	shown := everyWayToPrint(t, k, &k, struct{ K Key }{k}, []Key{k}, map[string]Key{"k": k}, hidden, &hidden)
	for _, form := range encodings(secret[:12]) {
		if strings.Contains(shown, form) {
			t.Errorf("leaked as %s:\n%s", form, shown)
		}
	}
	if !strings.Contains(shown, "lys_"+k.PublicID()[:4]+"…") || strings.Contains(shown, k.PublicID()) {
		t.Error("the masked form isn't what is shown")
	}
	if (Key{}).String() != "…" || (Key{}).Text() != nil || (Key{}).PublicID() != "" || !(Key{}).IsZero() || (Key{}).Kind() != 0 {
		t.Error("no key is something")
	}
}

func TestSealingKeysDontLeak(t *testing.T) {
	f, root := newSeal(t, "store")
	shown := everyWayToPrint(t, root, struct{ R *Root }{root}, struct{ r *Root }{root}, *root)
	var b strings.Builder
	for _, verb := range verbs {
		if verb == "%p" || verb == "%w" {
			continue // a seal file's fields are for all to read, so fmt finds them too; vet finds these two
		}
		fmt.Fprintf(&b, verb, f)
		fmt.Fprintf(&b, verb, *f)
		fmt.Fprintf(&b, verb, f.Slots)
	}
	slog.New(slog.NewTextHandler(&b, nil)).Info("seal", "file", f, "slot", f.Slots[0])
	slog.New(slog.NewJSONHandler(&b, nil)).Info("seal", "file", f, "slot", f.Slots[0])
	shown += b.String()
	for _, secret := range [][]byte{root.in().secret, root.in().data[1], root.in().chain, f.Slots[0].Key} {
		for _, form := range encodings(string(secret[:12])) {
			if strings.Contains(shown, form) {
				t.Errorf("leaked as %s:\n%s", form, shown)
			}
		}
	}
}

// verbs are the right ones and wrong ones.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%08b", "%o", "%U", "%t", "%e", "%p", "%T", "%!", "%w", "%[2]v", ""}

// everyWayToPrint prints values by fmt, errors, JSON and both of slog's forms.
func everyWayToPrint(t *testing.T, values ...any) string {
	t.Helper()
	var b bytes.Buffer
	logs := []*slog.Logger{slog.New(slog.NewTextHandler(&b, nil)), slog.New(slog.NewJSONHandler(&b, nil))}
	for _, v := range values {
		for _, verb := range verbs {
			fmt.Fprintf(&b, verb+"\n", v)
			fmt.Fprintln(&b, fmt.Errorf("no: "+verb, v))
		}
		fmt.Fprintln(&b, v)
		for _, l := range logs {
			l.Info("value", "v", v, slog.Group("g", "v", v))
		}
		if err := json.NewEncoder(&b).Encode(map[string]any{"v": v}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// encodings are the forms in which a part of a secret could show.
func encodings(part string) []string {
	raw := []byte(part)
	quoted := strconv.Quote(part)
	return []string{
		part, quoted[1 : len(quoted)-1], fmt.Sprintf("%x", raw), fmt.Sprintf("%X", raw), fmt.Sprintf("% x", raw),
		strings.Trim(fmt.Sprintf("%d", raw), "[]"), strings.Trim(fmt.Sprintf("%08b", raw), "[]"), strings.Trim(fmt.Sprintf("%o", raw), "[]"),
		strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", raw), "[]byte{"), "}"), base64.StdEncoding.EncodeToString(raw),
	}
}

func TestAWipedKeyIsGone(t *testing.T) {
	k := newKey(t, APIKey)
	again, text := k, k.Text()
	k.Wipe()
	if !k.IsZero() || !again.IsZero() || k.Kind() != 0 || k.PublicID() != "" || k.String() != "…" || !bytes.Equal(text, make([]byte, Length)) {
		t.Errorf("a wiped key still holds %q", text)
	}
}

func TestParseCopies(t *testing.T) {
	text := []byte(knownKey)
	k, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	clear(text)
	if string(k.Text()) != knownKey {
		t.Error("the key shares its text with what it was read from")
	}
}

func TestDocumentedPattern(t *testing.T) {
	doc, err := os.ReadFile("../docs/key-format.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```regex\n(.*?)\n```").FindSubmatch(doc)
	if found == nil {
		t.Fatal("docs/key-format.md has no pattern")
	}
	for _, rule := range []string{"regex = '''%s'''\n", "key: '%s'\n"} {
		if !bytes.Contains(doc, fmt.Appendf(nil, rule, found[1])) {
			t.Errorf("docs/key-format.md has no rule with this pattern and the form %s", rule)
		}
	}
	for _, known := range []string{knownBody, strings.TrimPrefix(knownKey, knownBody), knownDigest} {
		if !bytes.Contains(doc, []byte(known)) {
			t.Errorf("docs/key-format.md doesn't show %s", known)
		}
	}
	pattern := regexp.MustCompile(string(found[1]))
	if example := pattern.Find(doc); example == nil {
		t.Error("docs/key-format.md shows no key")
	} else if _, err := Parse(example); err != nil {
		t.Errorf("the key in docs/key-format.md: %v", err)
	}
	for range 200 {
		for _, kind := range []Kind{APIKey, Invitation} {
			text := string(newKey(t, kind).Text())
			for _, around := range []string{"%s", "key=%s\n", `"%s"`, "(%s)", "https://x.test/?k=%s&b"} {
				if got := pattern.FindString(fmt.Sprintf(around, text)); got != text {
					t.Fatalf("found %q in %q", got, fmt.Sprintf(around, text))
				}
			}
			for _, other := range []string{text[:54], text + "0", "x" + text, text[1:], strings.ToUpper(text)} {
				if pattern.MatchString(other) {
					t.Fatalf("found something in %q", other)
				}
			}
			at := mathrand.IntN(Length)
			for _, other := range []string{text[:at] + text[at+1:], text[:at] + "0" + text[at:]} {
				if pattern.MatchString(other) {
					t.Fatalf("found something in %q", other)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(knownKey))
	f.Add([]byte("lyi_"))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := Parse(b)
		if err != nil {
			return
		}
		if again, err := Parse(k.Text()); err != nil || !bytes.Equal(again.Text(), k.Text()) || !bytes.Contains(b, k.Text()) {
			t.Errorf("%q was read as %q", b, k.Text())
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	text := newKey(b, APIKey).Text()
	d := digestOf(text)
	b.ReportAllocs()
	for b.Loop() {
		if k, err := Parse(text); err != nil || !d.Matches(k.Text()) {
			b.Fatal(err)
		}
	}
}
