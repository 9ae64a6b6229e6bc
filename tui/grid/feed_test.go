package grid

import (
	"slices"
	"testing"
)

func TestPartsOfAFilter(t *testing.T) {
	words, values := Parts(`ana category:keys by:"Ana Ruiz" since: other:thing "by:quoted" BY:ben`, "category", "by", "since")
	if !slices.Equal(words, []string{"ana", "other:thing", "by:quoted"}) {
		t.Errorf("words are %q", words)
	}
	if len(values) != 2 || !slices.Equal(values["category"], []string{"keys"}) || !slices.Equal(values["by"], []string{"Ana Ruiz", "ben"}) {
		t.Errorf("values are %q", values)
	}
}

func TestWordsStandTogether(t *testing.T) {
	for _, tt := range []struct {
		words []string
		texts []string
		want  bool
	}{
		{nil, []string{"anything"}, true},
		{[]string{"key"}, []string{"Users", "Copy KEY"}, true},
		{[]string{"cy"}, []string{"copy key"}, false},
		{[]string{"lodz"}, []string{"Łódź"}, true},
		{[]string{"copy", "bot"}, []string{"Copy key", "bot-1"}, true},
		{[]string{"copy", "bit"}, []string{"Copy key", "bot-1"}, false},
	} {
		if got := NewWords(tt.words).In(tt.texts...); got != tt.want {
			t.Errorf("%q in %q: %v", tt.words, tt.texts, got)
		}
	}
}
