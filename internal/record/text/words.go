package text

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// The limits of what is searched for.
const (
	MaxWords    = 2000 // words of one text
	MaxWord     = 200  // bytes of a word; a longer one is found by its beginning. PostgreSQL refuses words over 2,046.
	MaxSuffixes = 60   // endings of one word
	minSuffix   = 4    // characters of an ending
)

// few is up to how many words a list is searched faster than a map.
const few = 16

// Words returns the folded words that a text is found by: its runs of letters and digits. Each is given once, in the order of first appearance.
// There are at most MaxWords, each of at most MaxWord bytes.
func Words(s string) []string {
	s = Fold(s)
	var words []string
	var seen map[string]struct{}
	add := func(w string) {
		w = cut(w, MaxWord)
		if len(words) <= few {
			if slices.Contains(words, w) {
				return
			}
			words = append(words, w)
			return
		}
		if seen == nil {
			seen = make(map[string]struct{}, 4*few)
			for _, w := range words {
				seen[w] = struct{}{}
			}
		}
		if _, ok := seen[w]; !ok {
			seen[w] = struct{}{}
			words = append(words, w)
		}
	}
	start := -1 // where the word being read begins
	for i, r := range s {
		switch {
		case wordRune(r):
			if start < 0 {
				start = i
			}
		case start >= 0 && unicode.IsMark(r): // vowels of other scripts
		case start >= 0:
			add(s[start:i])
			start = -1
		}
		if len(words) == MaxWords {
			return words
		}
	}
	if start >= 0 {
		add(s[start:])
	}
	return words
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// Suffixes returns the endings by which parts of a compound are found, the longest first: of "varseltretthet" also "tretthet".
// An ending has at least four characters and is shorter than the word. A word without letters has none.
// A word with more than MaxSuffixes endings has its shortest ones.
func Suffixes(word string) []string {
	letters := false
	n := 0 // characters
	for _, r := range word {
		letters = letters || unicode.IsLetter(r)
		n++
	}
	count := min(n-minSuffix, MaxSuffixes)
	if !letters || count < 1 {
		return nil
	}
	skip := n - minSuffix - count // characters at which no ending begins, though there is room for it
	out := make([]string, 0, count)
	at := 0
	for i, r := range word {
		if at > skip && n-at >= minSuffix && !unicode.IsMark(r) {
			out = append(out, word[i:])
		}
		at++
	}
	return out
}
