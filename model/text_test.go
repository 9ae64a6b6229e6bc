package model

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestCleanName(t *testing.T) {
	tests := []struct{ in, want, fault string }{
		{"Ana Ruiz", "Ana Ruiz", ""},
		{"  Ana Ruiz ", "Ana Ruiz", ""},
		{"Sinéad O'Brien & Co. _x-1", "Sinéad O'Brien & Co. _x-1", ""},
		{"Jose\u0301", "José", ""},
		{"अनन्या शर्मा", "अनन्या शर्मा", ""},
		{"小林 さくら", "小林 さくら", ""},
		{strings.Repeat("é", 64), strings.Repeat("é", 64), ""},
		{"", "", "empty"},
		{"   ", "", "empty"},
		{strings.Repeat("é", 65), "", "65 characters"},
		{"Ana\u202eRuiz", "", "Character 4 of the name, U+202E"},
		{"Ana\u200bRuiz", "", "Character 4 of the name, U+200B"},
		{"Ana\tRuiz", "", "Character 4 of the name, U+0009"},
		{"Ana\nRuiz", "", "U+000A"},
		{"Ana\x1b[31m", "", "U+001B"},
		{"Ana/Ruiz", "", `Character 4 of the name, '/'`},
		{"\u0301Ana", "", "Character 1"},
		{"Ana\xff", "", "UTF-8"},
	}
	for _, tt := range tests {
		got, err := CleanName(tt.in)
		checkText(t, tt.in, got, tt.want, err, tt.fault)
	}
}

func TestCleanDescription(t *testing.T) {
	tests := []struct{ in, want, fault string }{
		{"", "", ""},
		{" Rolls out: releases (v2)! ", "Rolls out: releases (v2)!", ""},
		{strings.Repeat("x", 280), strings.Repeat("x", 280), ""},
		{strings.Repeat("x", 281), "", "281 characters"},
		{"two\nlines", "", "U+000A"},
	}
	for _, tt := range tests {
		got, err := CleanDescription(tt.in)
		checkText(t, tt.in, got, tt.want, err, tt.fault)
	}
}

func TestCleanEmail(t *testing.T) {
	tests := []struct{ in, want, fault string }{
		{" Ana@Example.com ", "Ana@Example.com", ""},
		{"ana+ci@sub.example.com", "ana+ci@sub.example.com", ""},
		{"анна@example.com", "анна@example.com", ""},
		{"", "", "empty"},
		{"ana", "", "isn't an email"},
		{"Ana <ana@example.com>", "", "isn't an email"},
		{"<ana@example.com>", "", "isn't an email"},
		{"a@example.com, b@example.com", "", "isn't an email"},
		{"ana\u202e@example.com", "", "U+202E"},
		{strings.Repeat("a", 250) + "@example.com", "", "262 bytes"},
	}
	for _, tt := range tests {
		got, err := CleanEmail(tt.in)
		checkText(t, tt.in, got, tt.want, err, tt.fault)
	}
}

func checkText(t *testing.T, in, got, want string, err error, fault string) {
	t.Helper()
	switch {
	case fault == "" && (err != nil || got != want):
		t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
	case fault != "" && err == nil:
		t.Errorf("%q was taken as %q", in, got)
	case fault != "" && (!strings.Contains(err.Error(), fault) || !errors.Is(err, ErrInvalid)):
		t.Errorf("%q: the error %q doesn't say %q", in, err, fault)
	}
}

func TestFold(t *testing.T) {
	same := [][2]string{{"Ana", "ana"}, {"STRASSE", "straße"}, {"ﬁle", "FILE"}, {"Ａｎａ", "ana"}, {"Jose\u0301", "JOSÉ"}}
	for _, p := range same {
		if FoldName(p[0]) != FoldName(p[1]) {
			t.Errorf("%q and %q are told apart", p[0], p[1])
		}
	}
	if FoldName("Ana") == FoldName("Anna") {
		t.Error("Ana and Anna are the same")
	}
	if FoldEmail("Ana@EXAMPLE.com") != FoldEmail("ana@example.COM") {
		t.Error("emails differ by case")
	}
}

func TestSplitInvitees(t *testing.T) {
	tests := []struct {
		in   string
		want []Invitee
	}{
		{"ana@x.test, ben@x.test;cai@x.test\ndee@x.test eve@x.test,,", []Invitee{{"ana@x.test", ""}, {"ben@x.test", ""}, {"cai@x.test", ""}, {"dee@x.test", ""}, {"eve@x.test", ""}}},
		{"\"Dee Day\" <dee@x.test>\r\nFay <fay@x.test>", []Invitee{{"dee@x.test", "Dee Day"}, {"fay@x.test", "Fay"}}},
		{"ana@x.test ANA@x.test ana@X.test", []Invitee{{"ana@x.test", ""}}},
		{"<p@x.test> second@x.test third@x.test, four@x.test", []Invitee{{"p@x.test", ""}, {"second@x.test", ""}, {"third@x.test", ""}, {"four@x.test", ""}}},
		{"carl@x.test Dan Poe <dan@x.test>\tq@x.test", []Invitee{{"carl@x.test", ""}, {"dan@x.test", "Dan Poe"}, {"q@x.test", ""}}},
		{`"Doe, Jane" <jane@x.test>, nonsense eve@x.test`, []Invitee{{"jane@x.test", "Jane Doe"}, {"nonsense", ""}, {"eve@x.test", ""}}},
		{"\"open <a@x.test\nb@x.test", []Invitee{{"open <a@x.test", ""}, {"b@x.test", ""}}},
		{" , \n", nil},
	}
	for _, tt := range tests {
		if got := SplitInvitees(tt.in); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestNameFromEmail(t *testing.T) {
	for in, want := range map[string]string{
		"ben.okafor@example.com": "Ben Okafor", "ana@x.test": "Ana", "j_doe+ci@x.test": "J Doe",
		"@x.test": "New user", "o'brien@x.test": "O'brien", strings.Repeat("a", 200) + "@x.test": "A" + strings.Repeat("a", 63),
	} {
		if got := NameFromEmail(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("Ana Ruiz")
	f.Add("Jose\u0301 \u202e")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := CleanName(s)
		if err != nil {
			return
		}
		again, err := CleanName(got)
		if err != nil || again != got {
			t.Errorf("%q became %q, which became %q, %v", s, got, again, err)
		}
	})
}

func FuzzSplitInvitees(f *testing.F) {
	f.Add("a@x.test, B <b@x.test>")
	f.Fuzz(func(t *testing.T, s string) {
		for _, i := range SplitInvitees(s) {
			if i.Email == "" {
				t.Errorf("%q gave an empty address", s)
			}
		}
	})
}
