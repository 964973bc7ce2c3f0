// Package svg writes texts and boxes of SVG pictures: escaped, wrapped to a width, in a readable colour.
package svg

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Style is how a line of text looks. A class takes the place of the other fields.
type Style struct {
	Size   float64
	Bold   bool
	Fill   string // #111111 when empty
	Anchor string
	Class  string
}

// Drawing collects the elements of a picture.
type Drawing struct{ strings.Builder }

// Text writes a line of text at a point.
func (d *Drawing) Text(x, y float64, s string, look Style) {
	fmt.Fprintf(d, `<text x="%s" y="%s"`, Px(x), Px(y))
	if look.Class != "" {
		fmt.Fprintf(d, ` class="%s">%s</text>`+"\n", look.Class, Escape(s))
		return
	}
	fill := look.Fill
	if fill == "" {
		fill = "#111111"
	}
	fmt.Fprintf(d, ` font-size="%s" fill="%s"`, Px(look.Size), Escape(fill))
	if look.Bold {
		d.WriteString(` font-weight="700"`)
	}
	if look.Anchor != "" {
		fmt.Fprintf(d, ` text-anchor="%s"`, look.Anchor)
	}
	fmt.Fprintf(d, ">%s</text>\n", Escape(s))
}

// Rect writes a filled box with a white border.
func (d *Drawing) Rect(x, y, w, h float64, fill string) {
	fmt.Fprintf(d, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s" stroke="#ffffff" stroke-width="3"/>`+"\n", Px(x), Px(y), Px(w), Px(h), Escape(fill))
}

// Px writes a length in pixels.
func Px(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Escape escapes a text for an element or a quoted attribute. Characters that XML does not allow become U+FFFD.
func Escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}

// InkOn returns black or white, whichever has the higher contrast on the colour (WCAG 2.2, relative luminance).
func InkOn(colour string) string {
	const black, white = "#111111", "#ffffff"
	if len(colour) != 7 {
		return black
	}
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		return black
	}
	// The crossing lies where contrast to black and to white are the same, at 0.179.
	if luminance(n) < 0.179 {
		return white
	}
	return black
}

func luminance(rgb uint64) float64 {
	part := func(shift uint) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

// Boldness is how much wider bold letters are.
const Boldness = 1.16

// Width estimates how wide a text is drawn; it errs on the wide side, as the font is the reader's own.
func Width(s string, size float64) float64 {
	var em float64
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfI.,:;'!|()[]·", r):
			em += 0.36
		case strings.ContainsRune("mwMW@%—", r):
			em += 0.95
		case r == ' ':
			em += 0.32
		case r > 0x2e7f: // ideographs and pictures
			em += 1.1
		case unicode.IsUpper(r):
			em += 0.74
		default:
			em += 0.6
		}
	}
	return em * size
}

// Wrap breaks a text into lines of that width, at most so many; a word that is too long is broken with a hyphen, and a text that
// is too long ends in an ellipsis.
func Wrap(s string, size, width float64, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for _, part := range split(word, size, width) {
			switch {
			case line == "":
				line = part
			case Width(line+" "+part, size) <= width:
				line += " " + part
			default:
				lines, line = append(lines, line), part
			}
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) <= most {
		return lines
	}
	lines = lines[:most]
	last := []rune(strings.TrimSuffix(lines[most-1], "-"))
	for len(last) > 0 && Width(string(last)+"…", size) > width {
		last = last[:len(last)-1]
	}
	lines[most-1] = strings.TrimRight(string(last), " ,.;:–-") + "…"
	return lines
}

func split(word string, size, width float64) []string {
	var out []string
	rest := []rune(word)
	for Width(string(rest), size) > width && len(rest) > 2 {
		n := len(rest) - 1
		for n > 1 && Width(string(rest[:n])+"-", size) > width {
			n--
		}
		if left := len(rest) - n; left < 3 && n > 4 {
			n -= 3 - left // no line of one letter
		}
		out, rest = append(out, string(rest[:n])+"-"), rest[n:]
	}
	return append(out, string(rest))
}
