package risk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// Measures of the picture, in pixels.
const (
	margin     = 32.0
	axisTitle  = 34.0
	axisLabels = 176.0
	rowHeight  = 84.0
	cellsWide  = 690.0 // that all columns share, as long as none gets wider than maxColumn
	maxColumn  = 180.0
	legendGap  = 36.0
	legendWide = 252.0
)

// SVG draws the matrix as a picture for a meeting, in bokmål or English: counts in the cells, likelihood upwards, and each level
// marked by a letter as well as by its colour.
func (m Matrix) SVG(lang string) []byte {
	p := picture{m: m, lang: lang}
	p.column = min(maxColumn, cellsWide/float64(len(m.Axes.Consequence.Steps)))
	p.left = margin + axisTitle + axisLabels
	p.wide = p.column * float64(len(m.Axes.Consequence.Steps))
	p.width = p.left + p.wide + legendGap + legendWide + margin
	p.heading()
	p.grid()
	p.rows()
	bottom := p.columns()
	bottom = max(bottom, p.legend())
	bottom = p.footer(bottom)
	return p.document(bottom)
}

// picture is the drawing under way.
type picture struct {
	m           Matrix
	lang        string
	body        strings.Builder
	width       float64
	left, top   float64 // of the cells
	wide, high  float64 // of all cells
	column      float64
	title, line string
}

func (p *picture) say(nb, en string) string { return record.Text{NB: nb, EN: en}.In(p.lang) }

func (p *picture) heading() {
	p.title = p.m.Register.Title
	p.line = p.stage() + " · " + p.date() + " · " + p.counted()
	y := margin + 22
	for _, line := range wrap(p.title, 24*boldness, p.width-2*margin, 2) {
		p.text(margin, y, line, style{size: 24, bold: true})
		y += 30
	}
	for _, line := range wrap(p.line, 15, p.width-2*margin, 2) {
		p.text(margin, y, line, style{size: 15, fill: "#333333"})
		y += 20
	}
	p.top = y + 4
	p.high = rowHeight * float64(len(p.m.Axes.Likelihood.Steps))
}

// counted says how many risks the cells hold, and how many stand outside them.
func (p *picture) counted() string {
	outside := map[MatrixNote]int{}
	for _, r := range p.m.Unplaced {
		outside[r.Note]++
	}
	s := p.count(p.m.Total - len(p.m.Unplaced))
	for _, x := range []struct {
		note MatrixNote
		text string
	}{
		{NotAssessed, p.say("uten vurdering", "not assessed")},
		{OtherEdition, p.say("vurdert med en annen utgave av metoden", "assessed with another edition of the method")},
		{OtherMethod, p.say("vurdert med en annen metode", "assessed with another method")},
		{NotCounting, p.say("uten gyldig vurdering etter tiltak", "without a valid assessment after measures")},
	} {
		if n := outside[x.note]; n > 0 {
			s += ", " + strconv.Itoa(n) + " " + x.text
		}
	}
	return s
}

func (p *picture) stage() string {
	if p.m.Polarity == Opportunity {
		switch p.m.Stage {
		case Inherent:
			return p.say("Muligheter i utgangspunktet", "Opportunities at the outset")
		case Current:
			return p.say("Muligheter nå", "Opportunities now")
		default:
			return p.say("Muligheter etter tiltak", "Opportunities after measures")
		}
	}
	switch p.m.Stage {
	case Inherent:
		return p.say("Iboende risiko", "Inherent risk")
	case Current:
		return p.say("Nåværende risiko", "Current risk")
	default:
		return p.say("Restrisiko", "Residual risk")
	}
}

func (p *picture) date() string {
	t, err := time.Parse(time.DateOnly, string(p.m.Date))
	if err != nil {
		return string(p.m.Date)
	}
	return t.Format(p.say("02.01.2006", "2 January 2006"))
}

func (p *picture) count(n int) string {
	one, many := p.say("risiko", "risk"), p.say("risikoer", "risks")
	if p.m.Polarity == Opportunity {
		one, many = p.say("mulighet", "opportunity"), p.say("muligheter", "opportunities")
	}
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func (p *picture) is(n int) string {
	if n == 1 {
		return p.say(" er ", " is ")
	}
	return p.say(" er ", " are ")
}

// grid draws the cells.
func (p *picture) grid() {
	for _, c := range p.m.Cells {
		x := p.left + p.column*float64(c.Consequence-1)
		y := p.top + p.high - rowHeight*float64(c.Likelihood)
		ink := inkOn(c.Colour)
		fmt.Fprintf(&p.body, "<g><title>%s</title>", escape(p.cellText(c)))
		p.rect(x, y, p.column, rowHeight, c.Colour)
		p.text(x+9, y+20, p.letter(c.Level), style{size: 13, bold: true, fill: ink})
		if c.Count > 0 {
			p.text(x+p.column/2, y+rowHeight/2+12, strconv.Itoa(c.Count), style{size: 34, bold: true, fill: ink, anchor: "middle"})
		}
		p.body.WriteString("</g>\n")
	}
}

func (p *picture) cellText(c MatrixCell) string {
	likelihood, consequence := p.m.Axes.Likelihood, p.m.Axes.Consequence
	s := fmt.Sprintf("%s %d (%s), %s %d (%s): %s, %s",
		likelihood.Title.In(p.lang), c.Likelihood, likelihood.Steps[c.Likelihood-1].Label.In(p.lang),
		strings.ToLower(consequence.Title.In(p.lang)), c.Consequence, consequence.Steps[c.Consequence-1].Label.In(p.lang),
		p.levelLabel(c.Level), p.count(c.Count))
	var numbers []string
	for _, r := range c.Risks {
		numbers = append(numbers, r.Number)
	}
	if len(numbers) > 20 {
		numbers = append(numbers[:20], "…")
	}
	if len(numbers) > 0 {
		s += ": " + strings.Join(numbers, ", ")
	}
	return s
}

func (p *picture) letter(l Level) string {
	for _, x := range p.m.Levels {
		if x.Key == l {
			return x.Letter.In(p.lang)
		}
	}
	return ""
}

func (p *picture) levelLabel(l Level) string {
	for _, x := range p.m.Levels {
		if x.Key == l {
			return x.Label.In(p.lang)
		}
	}
	return string(l)
}

// rows writes the likelihood axis, from the bottom up.
func (p *picture) rows() {
	x, y := margin+14, p.top+p.high/2
	fmt.Fprintf(&p.body, `<g transform="rotate(-90 %s %s)">`, px(x), px(y))
	p.text(x, y, p.m.Axes.Likelihood.Title.In(p.lang)+" →", style{size: 16, bold: true, anchor: "middle"})
	p.body.WriteString("</g>\n")
	for i, s := range p.m.Axes.Likelihood.Steps {
		label, hint := p.stepLines(s, axisLabels-16, 2)
		high := 18*float64(len(label)) + 14*float64(len(hint))
		at := p.top + p.high - rowHeight*(float64(i)+0.5) - high/2 + 13
		p.lines(p.left-12, at, label, hint, "end")
	}
}

// columns writes the consequence axis and gives where it ends.
func (p *picture) columns() float64 {
	end := p.top + p.high
	for i, s := range p.m.Axes.Consequence.Steps {
		label, hint := p.stepLines(s, p.column-12, 5)
		y := p.lines(p.left+p.column*(float64(i)+0.5), p.top+p.high+22, label, hint, "middle")
		end = max(end, y)
	}
	end += 20
	p.text(p.left+p.wide/2, end, p.m.Axes.Consequence.Title.In(p.lang)+" →", style{size: 16, bold: true, anchor: "middle"})
	return end
}

func (p *picture) stepLines(s Step, width float64, hints int) (label, hint []string) {
	label = wrap(strconv.Itoa(s.Value)+"  "+s.Label.In(p.lang), 14*boldness, width, 3)
	if s.Hint != nil {
		hint = wrap(s.Hint.In(p.lang), 11, width, hints)
	}
	if hints < 3 && len(label) == 3 && len(hint) > 1 {
		hint = wrap(s.Hint.In(p.lang), 11, width, 1) // a row has room for four lines
	}
	return label, hint
}

func (p *picture) lines(x, y float64, label, hint []string, anchor string) float64 {
	for _, l := range label {
		p.text(x, y, l, style{size: 14, bold: true, anchor: anchor})
		y += 18
	}
	for _, l := range hint {
		p.text(x, y-2, l, style{size: 11, fill: "#4a4a4a", anchor: anchor})
		y += 14
	}
	return y
}

// legend explains colours and letters, the highest level on top, and gives where it ends.
func (p *picture) legend() float64 {
	x, y := p.left+p.wide+legendGap, p.top
	for i := len(p.m.Levels) - 1; i >= 0; i-- {
		l := p.m.Levels[i]
		p.rect(x, y, 34, 30, l.Colour)
		p.text(x+17, y+20, l.Letter.In(p.lang), style{size: 13, bold: true, fill: inkOn(l.Colour), anchor: "middle"})
		name := wrap(l.Label.In(p.lang), 14*boldness, legendWide-46, 2)
		for j, line := range name {
			p.text(x+46, y+13+18*float64(j), line, style{size: 14, bold: true})
		}
		at := y + 13 + 18*float64(len(name))
		p.text(x+46, at, p.count(l.Count), style{size: 13})
		for _, line := range wrap(l.Rule.In(p.lang), 11, legendWide-46, 6) {
			at += 15
			p.text(x+46, at, line, style{size: 11, fill: "#4a4a4a"})
		}
		y = max(at+22, y+52)
	}
	return y - 16
}

// footer names the method and the risks that have no place in the matrix.
func (p *picture) footer(y float64) float64 {
	edition := strconv.Itoa(p.m.Method.Edition)
	notes := []string{p.say("Metode, utgave "+edition+": ", "Method, edition "+edition+": ") + p.m.Method.Title.In(p.lang)}
	counts := map[MatrixNote]int{}
	for _, r := range p.m.Unplaced {
		counts[r.Note]++
	}
	for _, c := range p.m.Cells {
		for _, r := range c.Risks {
			counts[r.Note]++
		}
	}
	for _, n := range MatrixNotes {
		if c := counts[MatrixNote(n.Value)]; c > 0 {
			notes = append(notes, p.count(c)+p.is(c)+n.Label.In(p.lang))
		}
	}
	y += 14
	for _, n := range notes {
		for _, line := range wrap(n, 12, p.width-2*margin, 2) {
			y += 17
			p.text(margin, y, line, style{size: 12, fill: "#4a4a4a"})
		}
	}
	return y
}

// document puts the drawing into its frame, with a title and a description for those who cannot see it.
func (p *picture) document(bottom float64) []byte {
	lang := p.say("nb", "en")
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" xml:lang="%[3]s" lang="%[3]s" aria-labelledby="matrix-title matrix-desc" font-family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif">`,
		px(p.width), px(bottom+margin), lang)
	fmt.Fprintf(&b, "\n<title id=\"matrix-title\">%s</title>\n<desc id=\"matrix-desc\">%s</desc>\n", escape(p.title+": "+p.line), escape(p.describe()))
	b.WriteString(`<rect width="100%" height="100%" fill="#ffffff"/>` + "\n")
	b.WriteString(p.body.String())
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func (p *picture) describe() string {
	var levels, cells []string
	for i := len(p.m.Levels) - 1; i >= 0; i-- {
		levels = append(levels, p.m.Levels[i].Label.In(p.lang)+": "+strconv.Itoa(p.m.Levels[i].Count))
	}
	for _, c := range p.m.Cells {
		if c.Count > 0 {
			cells = append(cells, p.cellText(c)+".")
		}
	}
	s := p.say("Risikomatrise. Antall per nivå: ", "Risk matrix. Count per level: ") + strings.Join(levels, ", ") + ". " + strings.Join(cells, " ")
	if n := len(p.m.Unplaced); n > 0 {
		s += " " + p.say("Utenfor matrisen: ", "Outside the matrix: ") + p.count(n) + "."
	}
	return strings.TrimSpace(s)
}
