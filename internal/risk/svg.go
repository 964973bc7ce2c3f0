package risk

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// style is how a line of text looks.
type style struct {
	size   float64
	bold   bool
	fill   string
	anchor string
}

func (p *picture) text(x, y float64, s string, look style) {
	fill := look.fill
	if fill == "" {
		fill = "#111111"
	}
	fmt.Fprintf(&p.body, `<text x="%s" y="%s" font-size="%s" fill="%s"`, px(x), px(y), px(look.size), escape(fill))
	if look.bold {
		p.body.WriteString(` font-weight="700"`)
	}
	if look.anchor != "" {
		fmt.Fprintf(&p.body, ` text-anchor="%s"`, look.anchor)
	}
	fmt.Fprintf(&p.body, ">%s</text>\n", escape(s))
}

func (p *picture) rect(x, y, w, h float64, fill string) {
	fmt.Fprintf(&p.body, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s" stroke="#ffffff" stroke-width="3"/>`+"\n", px(x), px(y), px(w), px(h), escape(fill))
}

func px(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// escape makes a text safe inside an element or a quoted attribute; what XML cannot hold becomes U+FFFD.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}

// inkOn is black or white, whichever stands out more on the colour (WCAG 2.2, relative luminance).
func inkOn(colour string) string {
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

// boldness is how much wider bold letters are.
const boldness = 1.16

// widthOf estimates how wide a text is drawn; it errs on the wide side, as the font is the reader's own.
func widthOf(s string, size float64) float64 {
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

// wrap breaks a text into lines of that width, at most so many; a word that is too long is broken with a hyphen, and a text that
// is too long ends in an ellipsis.
func wrap(s string, size, width float64, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		for _, part := range split(word, size, width) {
			switch {
			case line == "":
				line = part
			case widthOf(line+" "+part, size) <= width:
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
	for len(last) > 0 && widthOf(string(last)+"…", size) > width {
		last = last[:len(last)-1]
	}
	lines[most-1] = strings.TrimRight(string(last), " ,.;:–-") + "…"
	return lines
}

func split(word string, size, width float64) []string {
	var out []string
	rest := []rune(word)
	for widthOf(string(rest), size) > width && len(rest) > 2 {
		n := len(rest) - 1
		for n > 1 && widthOf(string(rest[:n])+"-", size) > width {
			n--
		}
		if left := len(rest) - n; left < 3 && n > 4 {
			n -= 3 - left // no line of one letter
		}
		out, rest = append(out, string(rest[:n])+"-"), rest[n:]
	}
	return append(out, string(rest))
}
