package text_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record/text"
)

func ExampleSortKey() {
	titles := []string{"Åpenhet", "A.10 Data", "ærlighet", "Zoologi", "A.2 Policy", "Øvelse", "avtale", "Avtale", "Én modell", "en modell"}
	slices.SortFunc(titles, func(a, b string) int { return strings.Compare(text.SortKey(a), text.SortKey(b)) })
	fmt.Println(strings.Join(titles, "\n"))
	// Output:
	// A.2 Policy
	// A.10 Data
	// Avtale
	// avtale
	// en modell
	// Én modell
	// Zoologi
	// ærlighet
	// Øvelse
	// Åpenhet
}

// Each row stands in its order.
func TestSortKey(t *testing.T) {
	for _, tc := range []struct {
		name  string
		texts []string
	}{
		{"the alphabet", []string{"", "a", "b", "y", "z", "æ", "ø", "å"}},
		{"capitals in the alphabet", []string{"A", "b", "C", "Y", "z", "Æ", "ø", "Å", "ååå"}},
		{"å is the last letter, not an a", []string{"abc", "azz", "z", "ål", "Åz"}},
		{"a prefix comes first", []string{"", "risk", "risk a", "risk b", "risk1", "riska", "risks"}},
		{"case decides between equals", []string{"RISIKO", "Risiko", "risiko", "risikoa"}},
		{"case does not decide before the letters do", []string{"ab", "AC", "ad"}},
		{"accents decide between equals", []string{"for", "fôr", "fora", "fôrb"}},
		{"accents on Norwegian letters", []string{"æ", "ǽ", "æa", "ø", "ǿ", "øa", "å", "ǻ", "åa"}},
		{"numbers by value", []string{"A.2", "A.2.9", "A.2.10", "A.3", "A.10", "A.10.1", "B.1"}},
		{"numbers alone", []string{"0", "1", "2", "9", "10", "99", "100", "1000"}},
		{"numbers between words", []string{"trinn 9 slutt", "trinn 10", "trinn 10 slutt", "trinn 11"}},
		{"leading zeros decide between equals", []string{"RISK-0009", "RISK-9", "RISK-0010", "RISK-10", "RISK-011"}},
		{"leading zeros do not decide before what follows", []string{"7a", "07b", "7c"}},
		{"zeros", []string{"00", "000", "01", "1"}},
		{"numbers of very many digits", []string{
			"9", strings.Repeat("9", 46), strings.Repeat("9", 47), "1" + strings.Repeat("0", 47), strings.Repeat("9", 48), strings.Repeat("9", 95), strings.Repeat("9", 96), strings.Repeat("1", 97), strings.Repeat("9", 150), "a",
		}},
		{"spaces, punctuation, digits, letters", []string{" ", "!", "-", "/", ":", "@", "[", "{", "}", "~", "«", "–", "0", "9", "a", "å"}},
		{"a brace is not æ", []string{"a{", "aæ"}},
		{"spaces before punctuation before digits before letters", []string{"a b", "a-b", "a:b", "a~b", "a–b", "a1", "ab"}},
		{"line breaks and no-break spaces are spaces", []string{"a\nb", "a c", "a\u00a0d", "a\te"}},
		{"other scripts come last", []string{"z", "å", "Ωμέγα", "Риски", "日本"}},
		{"other scripts ignore case", []string{"Альфа", "альфа", "БЕТА"}},
		{"Northern Sami letters stand by their Latin ones", []string{"cab", "Čáh", "dab", "Đah", "nab", "Ŋah", "tab", "Ŧah", "u"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for i, a := range tc.texts {
				for _, b := range tc.texts[i+1:] {
					if text.SortKey(a) >= text.SortKey(b) {
						t.Errorf("%q comes before %q: %q, %q", b, a, text.SortKey(a), text.SortKey(b))
					}
				}
			}
		})
	}
}

func TestSortKeyOfForms(t *testing.T) {
	for _, tc := range []struct{ name, a, b string }{
		{"nothing", "", ""},
		{"å", "blåbær", "bla\u030abær"},
		{"é", "Idé", "Ide\u0301"},
		{"ångström", "Å", "\u212b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if a, b := text.SortKey(tc.a), text.SortKey(tc.b); a != b {
				t.Errorf("%q and %q, want one key", a, b)
			}
		})
	}
	if got := text.SortKey("a\x00b\xff"); strings.Contains(got, "\x00") {
		t.Errorf("%q has a NUL", got)
	}
}

func TestSortKeyLength(t *testing.T) {
	for _, tc := range []struct{ name, in string }{
		{"letters", strings.Repeat("a", 5000)},
		{"å", strings.Repeat("å", 5000)},
		{"an odd byte before letters of two bytes", "a" + strings.Repeat("é", 5000)},
		{"other scripts", "a" + strings.Repeat("日", 5000)},
		{"symbols", strings.Repeat("–", 5000)},
		{"one number", strings.Repeat("9", 5000)},
		{"numbers", strings.Repeat("9 ", 5000)},
		{"letters, then a number over the limit", strings.Repeat("a", 198) + strings.Repeat("9", 500)},
		{"letters that become two", strings.Repeat("ß", 5000)},
		{"accents without a letter", strings.Repeat("\u0301", 5000)},
		{"zeros", strings.Repeat("0", 5000)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := text.SortKey(tc.in)
			if len(got) == 0 || len(got) > text.MaxSortKey {
				t.Errorf("the key has %d bytes, want 1 to %d", len(got), text.MaxSortKey)
			}
		})
	}
	for _, tc := range []struct{ name, first, second string }{
		{"texts that differ within the limit", strings.Repeat("a", 150) + "1", strings.Repeat("a", 150) + "2"},
		{"numbers that reach over the limit, by their length", strings.Repeat("a", 190) + strings.Repeat("9", 20), strings.Repeat("a", 190) + strings.Repeat("1", 21)},
		{"numbers that reach over the limit, by their digits", strings.Repeat("a", 190) + strings.Repeat("1", 20), strings.Repeat("a", 190) + strings.Repeat("9", 20)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if text.SortKey(tc.first) >= text.SortKey(tc.second) {
				t.Errorf("%q, %q", text.SortKey(tc.first), text.SortKey(tc.second))
			}
		})
	}
}

// Sorting by the key is total: different texts have different keys, and any start gives the same order.
// It is consistent: what folds alike stands together, and numbers follow their value.
func TestSortKeyIsTotal(t *testing.T) {
	random := rand.New(rand.NewPCG(42, 1814)) //nolint:gosec // the same texts every time
	pieces := []string{"a", "A", "á", "b", "z", "æ", "Æ", "ø", "å", "Å", "0", "1", "9", "10", "007", ".", " ", "-", "–", "я", "{"}
	distinct := map[string]bool{"": true}
	for range 3000 {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		distinct[b.String()] = true
	}
	var want []string
	keys := map[string]string{}
	for s := range distinct {
		key := text.SortKey(s)
		if other, ok := keys[key]; ok {
			t.Fatalf("%q and %q have one key", s, other)
		}
		keys[key], want = s, append(want, s)
	}
	byKey := func(a, b string) int { return strings.Compare(text.SortKey(a), text.SortKey(b)) }
	slices.SortFunc(want, byKey)
	got := slices.Clone(want)
	random.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, byKey)
	if !slices.Equal(got, want) {
		t.Error("another start gives another order")
	}
	last := map[string]int{}
	for i, s := range want {
		f := text.Fold(s)
		if at, ok := last[f]; ok {
			for _, between := range want[at:i] {
				if x := text.Fold(between); x != f && !strings.ContainsAny(f, "0123456789") {
					t.Errorf("%q stands between two that fold to %q", between, f)
				}
			}
		}
		last[f] = i
	}
	for range 1000 {
		a, b := random.IntN(1<<random.IntN(30)), random.IntN(1<<random.IntN(30))
		x, y := text.SortKey(fmt.Sprintf("A.%d", a)), text.SortKey(fmt.Sprintf("A.%d", b))
		if (a < b) != (x < y) || (a == b) != (x == y) {
			t.Errorf("A.%d and A.%d have the keys %q and %q", a, b, x, y)
		}
	}
}

func BenchmarkSortKey(b *testing.B) {
	for name, s := range map[string]string{
		"ascii":     "A.10 Risk of automation bias",
		"norwegian": "Kapittel 10: Økt varseltretthet på røntgen når modellen endres",
		"long":      strings.Repeat("Modellen kan forskjellsbehandle; effekten måles per gruppe. ", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = text.SortKey(s)
			}
		})
	}
}
