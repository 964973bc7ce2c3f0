// Package text compares, searches and sorts what people write in Norwegian.
// Its answers depend on the text alone, so every database engine gives the same.
package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NFC returns the composed form of s: é as one character, not as e and an accent.
// It returns s itself, without a copy, when s is composed already.
func NFC(s string) string { return norm.NFC.String(s) }

// Fold returns s as search compares it: in small letters, without accents and without invisible characters such as soft hyphens.
// The letters æ, ø and å stay letters of their own, however they were typed. Invalid UTF-8 becomes U+FFFD.
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return NFC(string(appendFold(make([]byte, 0, len(s)+8), s)))
}

// appendFold appends the folded form of s to dst, which is empty. What is not Latin is left for NFC to compose.
func appendFold(dst []byte, s string) []byte {
	a := -1 // where in dst the letter a stands that the coming accents belong to, if there is one
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if a = -1; c == 'a' {
				a = len(dst)
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch r {
		case 'æ', 'ø', 'å':
			dst, a = append(dst, s[i:i+n]...), -1
		default:
			parts := norm.NFD.PropertiesString(s[i:]).Decomposition()
			if parts == nil {
				dst, a = appendLetter(dst, a, r)
			}
			for len(parts) > 0 {
				part, size := utf8.DecodeRune(parts)
				dst, a = appendLetter(dst, a, part)
				parts = parts[size:]
			}
		}
		i += n
	}
	return dst
}

// appendLetter appends the folded form of a character that has no decomposition. It takes and returns where the letter a stands
// that accents belong to.
func appendLetter(dst []byte, a int, r rune) ([]byte, int) {
	switch {
	case r == '\u030a' && a >= 0: // the ring of å
		dst[a] = "å"[0]
		return slices.Insert(dst, a+1, "å"[1]), -1
	case '\u0300' <= r && r <= '\u036f', unicode.Is(unicode.Cf, r): // other accents, and invisible characters
		return dst, a
	case unicode.IsMark(r): // vowels of other scripts
		return utf8.AppendRune(dst, r), a
	}
	switch r = unicode.ToLower(r); r {
	case 'a':
		return append(dst, 'a'), len(dst)
	case 'ß':
		return append(dst, "ss"...), -1
	case 'œ':
		return append(dst, "oe"...), -1
	case 'þ':
		return append(dst, "th"...), -1
	}
	return utf8.AppendRune(dst, plain(r)), -1
}

// plain returns the letter that a small letter is a form of, where Unicode does not say so itself.
func plain(r rune) rune {
	switch r {
	case 'đ', 'ð':
		return 'd'
	case 'ħ':
		return 'h'
	case 'ı':
		return 'i'
	case 'ł':
		return 'l'
	case 'ŋ':
		return 'n'
	case 'ſ':
		return 's'
	case 'ŧ':
		return 't'
	case 'ς':
		return 'σ'
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cut returns the beginning of s of at most limit bytes, cut between two characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
