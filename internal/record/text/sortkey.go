package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a sort key, in bytes. Texts that only differ further on may share a key.
const (
	MaxSortKey = 2*maxPart + 1
	maxPart    = 200  // of each of the two parts of a key
	maxSorted  = 1000 // of the text that is looked at
)

// Bytes of a sort key, in their order. The letters a to z stand for themselves, and so do the letters of other scripts, which follow å.
const (
	endOfPart   = '\x01'
	firstSymbol = '\x02' // the first of symbols
	otherSymbol = '\x2f' // comes before a symbol that is not in symbols
	noDigits    = '0'    // the number of digits is added to it
	manyDigits  = '`'    // stands for manyCount digits, before the number of the others
	manyCount   = manyDigits - noDigits
	letterAe    = '{'
	letterOe    = '|'
	letterAa    = '}'
)

// symbols are the spaces and punctuation marks of ASCII in their order.
const symbols = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// SortKey returns a key that puts texts in Norwegian order when keys are compared byte by byte.
// Spaces and punctuation come first, then digits, then a to z, æ, ø, å, then other scripts. Numbers inside a text compare by their value.
// Case, accents and leading zeros only decide between texts that are otherwise alike.
// The key is valid UTF-8 of at most MaxSortKey bytes, has no NUL, and is empty for the empty text.
func SortKey(s string) string {
	if s == "" {
		return ""
	}
	s = cut(s, maxSorted)
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	}
	s = NFC(s)
	var folded [maxSorted]byte
	var key [MaxSortKey + utf8.UTFMax]byte
	b := appendPrimary(key[:0], appendFold(folded[:0], s))
	b = append(b, endOfPart)
	b = append(b, cut(s, maxPart)...)
	return string(b)
}

// appendPrimary appends the first part of the key of a folded text.
func appendPrimary(dst, folded []byte) []byte {
	for len(folded) > 0 && len(dst) < maxPart {
		before := len(dst)
		r, n := utf8.DecodeRune(folded)
		switch {
		case 'a' <= r && r <= 'z':
			dst = append(dst, byte(r))
		case '0' <= r && r <= '9':
			for n < len(folded) && '0' <= folded[n] && folded[n] <= '9' {
				n++
			}
			dst = appendNumber(dst, folded[:n])
		case r == 'æ':
			dst = append(dst, letterAe)
		case r == 'ø':
			dst = append(dst, letterOe)
		case r == 'å':
			dst = append(dst, letterAa)
		case r < utf8.RuneSelf:
			// Control characters, such as line breaks, count as a space.
			dst = append(dst, firstSymbol+byte(max(strings.IndexByte(symbols, byte(r)), 0)))
		case unicode.IsSpace(r):
			dst = append(dst, firstSymbol)
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r):
			dst = append(dst, folded[:n]...)
		default:
			dst = append(dst, otherSymbol)
			dst = append(dst, folded[:n]...)
		}
		if len(dst) > maxPart {
			return dst[:before]
		}
		folded = folded[n:]
	}
	return dst
}

// appendNumber appends how many digits a number has, then the digits, so that the greater number has the greater bytes.
// What does not fit into the part is left out.
func appendNumber(dst, digits []byte) []byte {
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	count := len(digits)
	for ; count >= manyCount; count -= manyCount {
		dst = append(dst, manyDigits)
	}
	dst = append(dst, noDigits+byte(count))
	room := max(maxPart-len(dst), 0)
	return append(dst, digits[:min(len(digits), room)]...)
}
