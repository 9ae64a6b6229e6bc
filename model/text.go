package model

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The longest texts that the account takes. Names and descriptions count characters, emails bytes.
const (
	MaxName        = 64
	MaxDescription = 280
	MaxEmail       = 254 // RFC 5321, as corrected by RFC erratum 1690
)

// namePunctuation is what a name may hold beside letters, digits and spaces.
const namePunctuation = "-_.'&"

// CleanName returns a name trimmed and in NFC, or an error that says which character isn't allowed, and where.
func CleanName(s string) (string, error) {
	s, err := clean("name", s)
	if err != nil {
		return "", err
	}
	if s == "" {
		return "", invalid("The name is empty", "Type 1 to %d characters.", MaxName)
	}
	if n := utf8.RuneCountInString(s); n > MaxName {
		return "", invalid(fmt.Sprintf("The name has %d characters", n), "At most %d are allowed.", MaxName)
	}
	at := 0
	for _, r := range s {
		at++
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || at > 1 && unicode.Is(unicode.M, r)
		if !letter && r != ' ' && !strings.ContainsRune(namePunctuation, r) {
			return "", badCharacter("name", r, at, "Use letters, digits, spaces and - _ . ' &.")
		}
	}
	return s, nil
}

// CleanDescription returns a description trimmed and in NFC: one line of up to MaxDescription characters, or empty.
func CleanDescription(s string) (string, error) { return cleanLine("description", s) }

func cleanLine(what, s string) (string, error) {
	s, err := clean(what, s)
	if err != nil {
		return "", err
	}
	if n := utf8.RuneCountInString(s); n > MaxDescription {
		return "", invalid(fmt.Sprintf("The %s has %d characters", what, n), "At most %d are allowed.", MaxDescription)
	}
	return s, nil
}

// CleanNote returns an invitation's note: one line of up to MaxDescription characters, or empty.
func CleanNote(s string) (string, error) { return cleanLine("note", s) }

// CleanEmail returns an email as typed, trimmed, or an error that says what is wrong with it.
func CleanEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", invalid("The email is empty", "Type an address such as ana@example.com.")
	}
	if _, err := clean("email", s); err != nil {
		return "", err
	}
	if len(s) > MaxEmail {
		return "", invalid(fmt.Sprintf("The email has %d bytes", len(s)), "At most %d are allowed.", MaxEmail)
	}
	address, err := mail.ParseAddress(s)
	if err != nil || address.Name != "" || address.Address != s {
		return "", invalid(fmt.Sprintf("%q isn't an email address", s), "It looks like ana@example.com.")
	}
	return s, nil
}

// clean trims, normalises and refuses what can't be seen.
func clean(what, s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", invalid(fmt.Sprintf("The %s isn't valid UTF-8", what), "Type it again.")
	}
	s = norm.NFC.String(strings.TrimSpace(s))
	at := 0
	for _, r := range s {
		at++
		if !unicode.IsPrint(r) { // controls, line breaks, bidirectional and zero-width characters, odd spaces
			return "", badCharacter(what, r, at, "Remove it: it can't be seen.")
		}
	}
	return s, nil
}

// oneLine makes of a text from elsewhere, such as a mail server's answer, what a description may be: nothing in it moves a
// terminal's cursor.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, " ")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }), " ")
	if runes := []rune(s); len(runes) > MaxDescription {
		return string(runes[:MaxDescription])
	}
	return s
}

// FoldName returns the form in which names are compared: case-folded NFKC.
func FoldName(s string) string {
	if folded, ok := lowerASCII(s); ok {
		return folded
	}
	return norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))
}

// FoldEmail returns the form in which emails are compared: lower-cased.
func FoldEmail(s string) string {
	if folded, ok := lowerASCII(s); ok {
		return folded
	}
	return strings.ToLower(s)
}

// lowerASCII is the short way for the many names that are plain; it allocates only when something changes.
func lowerASCII(s string) (string, bool) {
	upper := false
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return "", false
		}
		upper = upper || 'A' <= s[i] && s[i] <= 'Z'
	}
	if upper {
		return strings.ToLower(s), true
	}
	return s, true
}

// NameFromEmail guesses a person's name from an address, for an invitation that gives none: "ben.okafor@…" is "Ben Okafor".
func NameFromEmail(email string) string {
	local, _, _ := strings.Cut(email, "@")
	local, _, _ = strings.Cut(local, "+")
	words := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToTitle(first)) + w[size:]
	}
	name := []rune(strings.Join(words, " "))
	cleaned, err := CleanName(string(name[:min(len(name), MaxName)]))
	if err != nil {
		return "New user"
	}
	return cleaned
}

func invalid(what, hint string, args ...any) error {
	return &Error{Kind: ErrInvalid, What: what, Hint: fmt.Sprintf(hint, args...)}
}

func badCharacter(what string, r rune, at int, hint string) error {
	shown := fmt.Sprintf("%q", r)
	if !unicode.IsPrint(r) {
		shown = fmt.Sprintf("U+%04X", r)
	}
	return invalid(fmt.Sprintf("Character %d of the %s, %s, isn't allowed", at, what, shown), "%s", hint)
}
