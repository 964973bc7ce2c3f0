package text_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/record/text"
)

func TestWords(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"only punctuation", " – «»… ", nil},
		{"a number of a record", "RISK-0042", []string{"risk", "0042"}},
		{"a sentence", "Økt varseltretthet på røntgen (§ 5).", []string{"økt", "varseltretthet", "på", "røntgen", "5"}},
		{"each once, in order", "b a B á b", []string{"b", "a"}},
		{"å and a differ", "al ål A\u030al", []string{"al", "ål"}},
		{"an accent in a character of its own", "ide\u0301er", []string{"ideer"}},
		{"a soft hyphen", "varsel\u00adtretthet", []string{"varseltretthet"}},
		{"no-break spaces", "1\u00a0000\u202f000", []string{"1", "000"}},
		{"underscore and apostrophe", "a_b c'd", []string{"a", "b", "c", "d"}},
		{"other scripts", "Риски हिन्दी 日本", []string{"риски", "हिन्दी", "日本"}},
		{"vowel signs with nothing to stand on", "\u093f \u093f", nil},
		{"invalid UTF-8", "a\xffb", []string{"a", "b"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := text.Words(tc.in); !slices.Equal(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestWordLimits(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     int // bytes of the only word
	}{
		{"as long as a word may be", strings.Repeat("a", text.MaxWord), text.MaxWord},
		{"one byte too long", strings.Repeat("a", text.MaxWord+1), text.MaxWord},
		{"ends with a whole letter", strings.Repeat("å", text.MaxWord/2), text.MaxWord},
		{"cut before a letter that does not fit", "a" + strings.Repeat("å", text.MaxWord/2), text.MaxWord - 1},
		{"two that only differ further on", strings.Repeat("a", text.MaxWord) + "b " + strings.Repeat("a", text.MaxWord) + "c", text.MaxWord},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := text.Words(tc.in)
			if len(got) != 1 || len(got[0]) != tc.want || !utf8.ValidString(got[0]) {
				t.Errorf("%q, want one word of %d bytes", got, tc.want)
			}
		})
	}
	for _, n := range []int{16, 17, 18, text.MaxWords - 1, text.MaxWords, text.MaxWords + 1} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "ord%d Ord%d ", i, i)
		}
		got := text.Words(b.String() + "ord0 ord1")
		if want := min(n, text.MaxWords); len(got) != want || got[want-1] != fmt.Sprintf("ord%d", want-1) {
			t.Errorf("of %d different words %d are kept, want %d", n, len(got), want)
		}
	}
}

func TestSuffixes(t *testing.T) {
	for _, tc := range []struct {
		name, word string
		want       []string
	}{
		{"nothing", "", nil},
		{"four letters", "data", nil},
		{"five letters", "varme", []string{"arme"}},
		{"four letters of two bytes", "åååå", nil},
		{"five letters of two bytes", "bløåæ", []string{"løåæ"}},
		{"a compound", "årsrapport", []string{"rsrapport", "srapport", "rapport", "apport", "pport", "port"}},
		{"a number", "20261121", nil},
		{"a number with a letter", "2026a", []string{"026a"}},
		{"no ending begins with a vowel sign", "हिन्दी", []string{"न्दी"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := text.Suffixes(tc.word); !slices.Equal(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
	for letters, want := range map[int]int{text.MaxSuffixes + 3: text.MaxSuffixes - 1, text.MaxSuffixes + 4: text.MaxSuffixes, text.MaxSuffixes + 5: text.MaxSuffixes, 100: text.MaxSuffixes} {
		got := text.Suffixes(strings.Repeat("ø", letters))
		if len(got) != want || utf8.RuneCountInString(got[len(got)-1]) != 4 {
			t.Errorf("%d letters have %d endings down to %q, want %d down to four letters", letters, len(got), got[len(got)-1], want)
		}
	}
}

// A part of at least four letters of a word is the beginning of the word or of one of its endings.
func TestSuffixesFindEveryPart(t *testing.T) {
	for _, word := range text.Words("Varseltretthet beslutningsstøttesystem personvernkonsekvensvurdering årsrapport") {
		runes, beginnings := []rune(word), append(text.Suffixes(word), word)
		for from := range runes {
			for to := from + 4; to <= len(runes); to++ {
				part := string(runes[from:to])
				if !slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(b, part) }) {
					t.Errorf("%q is not found in %q", part, word)
				}
			}
		}
	}
}

func BenchmarkWords(b *testing.B) {
	for name, s := range map[string]string{
		"query":    "varseltretthet røntgen",
		"title":    "Kapittel 10: Økt varseltretthet på røntgen når modellen endres",
		"document": strings.Repeat("Modellen kan forskjellsbehandle; effekten måles per gruppe og følges opp hver måned. ", 100),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = text.Words(s)
			}
		})
	}
}
