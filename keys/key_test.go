package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
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

func newKey(t testing.TB, kind Kind) Key {
	t.Helper()
	k, err := New(kind, rand.Reader)
	if err != nil {
		t.Fatal(err)
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
		if bytes.ContainsAny(text[i:i+1], " \t\n\v\f\r") && (i == 0 || i == len(text)-1) {
			return // white space around a shorter text: malformed in any case
		}
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

func TestKeysDontLeak(t *testing.T) {
	k := newKey(t, APIKey)
	secret := string(k.Text()[prefixLen+4:])
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
		fmt.Fprintf(&b, verb+"\n", k)
		fmt.Fprintf(&b, verb+"\n", &k)
		fmt.Fprintf(&b, verb+"\n", struct{ K Key }{k})
		fmt.Fprintf(&b, verb+"\n", []Key{k})
	}
	slog.New(slog.NewTextHandler(&b, nil)).Info("key", "key", k, "in", struct{ K Key }{k})
	slog.New(slog.NewJSONHandler(&b, nil)).Info("key", "key", k, "in", struct{ K Key }{k})
	if err := json.NewEncoder(&b).Encode(map[string]any{"key": k, "in": struct{ K Key }{k}}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&b, fmt.Errorf("no: %w %v", ErrChecksum, k))
	for _, part := range []string{secret, secret[9:], fmt.Sprintf("%x", secret[9:]), fmt.Sprint([]byte(secret[9:20]))} {
		if strings.Contains(b.String(), part) {
			t.Errorf("leaked:\n%s", b.String())
		}
	}
	if !strings.Contains(b.String(), "lys_"+k.PublicID()[:4]+"…") {
		t.Error("the masked form isn't shown")
	}
	k.Wipe()
	if !k.IsZero() || k.PublicID() != "" || bytes.Contains(k.Text(), []byte(secret[9:])) {
		t.Errorf("a wiped key still holds %q", k.Text())
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
	if !bytes.Contains(doc, append([]byte("regex = '''"), found[1]...)) {
		t.Error("the rule for gitleaks has another pattern")
	}
	pattern := regexp.MustCompile(string(found[1]))
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
