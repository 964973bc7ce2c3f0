package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/record/text"
)

func TestNFC(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"ASCII", "Risiko 12", "Risiko 12"},
		{"composed", "Blåbær på fôr, én", "Blåbær på fôr, én"},
		{"decomposed", "Bla\u030ab\u00e6r pa\u030a fo\u0302r", "Blåbær på fôr"},
		{"the sign for ångström", "\u212b", "Å"},
		{"a ligature stays", "ﬁn", "ﬁn"},
		{"Korean", "\u1112\u1161\u11ab", "한"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := text.NFC(tc.in); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestFold(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"small letters", "risiko", "risiko"},
		{"capitals", "RISIKO nr. 12", "risiko nr. 12"},
		{"Norwegian letters", "ÆØÅ æøå", "æøå æøå"},
		{"å is not a", "Ål", "ål"},
		{"å in two characters", "A\u030al, a\u030al", "ål, ål"},
		{"the sign for ångström", "\u212bngström", "ångstrom"},
		{"accents", "Idé, fôr, über, façade, Müller, naïve", "ide, for, uber, facade, muller, naive"},
		{"accents in characters of their own", "Ide\u0301, fo\u0302r, u\u0308ber", "ide, for, uber"},
		{"accents on Norwegian letters", "Ǽ, ǿ, Ǻ", "æ, ø, å"},
		{"accents on å in three characters", "a\u030a\u0301", "å"},
		{"a dot below and a ring", "a\u0323\u030a, \u1ea1\u030a", "å, å"},
		{"a ring on another letter", "ů, a, \u030a", "u, a, "},
		{"two rings", "a\u030a\u030a", "å"},
		{"a ring does not reach over a letter", "ab\u030a", "ab"},
		{"Swedish", "Östra Älvsjö", "ostra alvsjo"},
		{"Northern Sami", "Guovdageaidnu, Čáhcesuolu, Ŧ, Đ, Ŋ, Ž", "guovdageaidnu, cahcesuolu, t, d, n, z"},
		{"Polish", "Łódź", "lodz"},
		{"German", "Straße, STRASSE, ẞ", "strasse, strasse, ss"},
		{"French and Icelandic", "Œuvre, Þór", "oeuvre, thor"},
		{"Turkish", "İstanbul, ısı", "istanbul, isi"},
		{"Greek", "ΣΟΦΌΣ σοφός", "σοφοσ σοφοσ"},
		{"Korean", "한 \u1112\u1161\u11ab", "한 한"},
		{"vowels of Hindi", "कि", "कि"},
		{"soft hyphens and zero-width spaces", "varsel\u00adtrett\u200bhet", "varseltretthet"},
		{"invalid UTF-8", "Å\xff", "å\ufffd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := text.Fold(tc.in)
			if got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
			if again := text.Fold(got); again != got {
				t.Errorf("folded again: %q, want %q", again, got)
			}
		})
	}
}

// Every character folds to valid, composed text that folding leaves as it is; its composed and decomposed forms fold alike.
func TestFoldEveryCharacter(t *testing.T) {
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		s := "a" + string(r) + "\u0301"
		got := text.Fold(s)
		if !utf8.ValidString(got) || text.NFC(got) != got {
			t.Fatalf("%U folds to %q, which is not composed", r, got)
		}
		if again := text.Fold(got); again != got {
			t.Fatalf("%U folds to %q and then to %q", r, got, again)
		}
		if composed := text.Fold(text.NFC(s)); composed != got {
			t.Fatalf("%U folds to %q, composed to %q", r, got, composed)
		}
	}
}

func TestNoCopy(t *testing.T) {
	for _, s := range []string{"risiko i drift", "blåbær på fôr"} {
		if n := testing.AllocsPerRun(100, func() { _ = text.NFC(s) }); n > 0 {
			t.Errorf("NFC of %q allocates %v times", s, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _ = text.Fold("risiko i drift") }); n > 0 {
		t.Errorf("Fold allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { _ = text.SortKey("Kap. 10 Årsrapport om én blåbær") }); n > 1 {
		t.Errorf("SortKey allocates %v times", n)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "A.10 Økt varseltretthet", "a\u030a\u0323", "007", strings.Repeat("å1\u0301", 300), "\xff\xfe", "한\u1112\u1161", "{|}~\x01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check := func(what, got string) {
			if !utf8.ValidString(got) {
				t.Errorf("%s of %q is not UTF-8: %q", what, s, got)
			}
			if strings.Contains(got, "\x00") && !strings.Contains(s, "\x00") {
				t.Errorf("%s of %q has a NUL: %q", what, s, got)
			}
		}
		folded := text.Fold(s)
		check("Fold", folded)
		if text.Fold(folded) != folded {
			t.Errorf("Fold of %q is %q, which folds to %q", s, folded, text.Fold(folded))
		}
		if utf8.ValidString(s) {
			check("NFC", text.NFC(s))
		}
		words := text.Words(s)
		if len(words) > text.MaxWords {
			t.Errorf("%d words", len(words))
		}
		for _, w := range words {
			check("a word", w)
			if w == "" || len(w) > text.MaxWord || strings.ContainsAny(w, " '\"\\*") {
				t.Errorf("a word of %q: %q", s, w)
			}
			for _, ending := range text.Suffixes(w) {
				check("an ending", ending)
				if !strings.HasSuffix(w, ending) || len(ending) == len(w) {
					t.Errorf("%q is not an ending of %q", ending, w)
				}
			}
		}
		key := text.SortKey(s)
		check("the key", key)
		if strings.Contains(key, "\x00") || len(key) > text.MaxSortKey || (key == "") != (s == "") {
			t.Errorf("the key of %q: %q", s, key)
		}
	})
}
