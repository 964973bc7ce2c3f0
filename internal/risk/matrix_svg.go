package risk

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/svg"
)

// Sizes in pixels.
const (
	margin     = 32.0
	axisTitle  = 34.0
	axisLabels = 176.0
	rowHeight  = 84.0
	cellsWide  = 690.0 // the total width of all columns, unless one would be wider than maxColumn
	maxColumn  = 180.0
	legendGap  = 36.0
	legendWide = 252.0
)

// SVG draws the matrix in bokmål or English: counts and numbers in the cells, likelihood upwards. Each level is marked
// by a letter as well as a colour.
func (m Matrix) SVG(lang string) []byte {
	p := picture{m: m, lang: lang}
	p.column = min(maxColumn, cellsWide/float64(len(m.Axes.Consequence.Steps)))
	p.left = margin + axisTitle + axisLabels
	p.wide = p.column * float64(len(m.Axes.Consequence.Steps))
	p.width = p.left + p.wide + legendGap + legendWide + margin
	p.heading()
	p.grid()
	p.rows()
	bottom := p.dimensions(p.columns())
	bottom = max(bottom, p.legend())
	bottom = p.footer(bottom)
	return p.document(bottom)
}

// picture is the drawing in progress.
type picture struct {
	m           Matrix
	lang        string
	body        svg.Drawing
	width       float64
	left, top   float64 // of the cells
	wide, high  float64 // of all cells
	column      float64
	title, line string
}

func (p *picture) say(nb, en string) string { return record.Text{NB: nb, EN: en}.In(p.lang) }

func (p *picture) heading() {
	p.title = p.m.Register.Title
	p.line = p.stage() + " · " + p.m.Date.In(p.lang) + " · " + p.counted()
	y := margin + 22
	for _, line := range svg.Wrap(p.title, 24*svg.Boldness, p.width-2*margin, 2) {
		p.body.Text(margin, y, line, svg.Style{Size: 24, Bold: true})
		y += 30
	}
	for _, line := range svg.Wrap(p.line, 15, p.width-2*margin, 2) {
		p.body.Text(margin, y, line, svg.Style{Size: 15, Fill: "#333333"})
		y += 20
	}
	p.top = y + 4
	p.high = rowHeight * float64(len(p.m.Axes.Likelihood.Steps))
}

// counted says how many risks are in the cells, and how many are outside.
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
		ink := svg.InkOn(c.Colour)
		fmt.Fprintf(&p.body, "<g><title>%s</title>", svg.Escape(p.cellText(c)))
		p.body.Rect(x, y, p.column, rowHeight, c.Colour)
		p.body.Text(x+9, y+20, p.letter(c.Level), svg.Style{Size: 13, Bold: true, Fill: ink})
		if c.Count > 0 {
			p.body.Text(x+p.column-9, y+22, strconv.Itoa(c.Count), svg.Style{Size: 18, Bold: true, Fill: ink, Anchor: "end"})
		}
		p.numbers(c, x, y, ink)
		p.body.WriteString("</g>\n")
	}
}

// linesInCell is how many lines of numbers a cell has room for below its letter and count.
const linesInCell = 3

// numbers writes the numbers of the risks in a cell, each with its mark. When they do not fit, the last line says how many more there are.
func (p *picture) numbers(c MatrixCell, x, y float64, ink string) {
	shown, size := c.Risks, 12.0
	if len(shown) > linesInCell {
		shown = shown[:linesInCell-1]
	}
	at := y + 40
	for _, r := range shown {
		for svg.Width(r.Number, size) > p.column-34 && size > 9 {
			size--
		}
		p.mark(r.Mark, x+15, at-4, ink)
		p.body.Text(x+26, at, r.Number, svg.Style{Size: size, Fill: ink})
		at += 17
	}
	if more := len(c.Risks) - len(shown); more > 0 {
		p.body.Text(x+26, at, p.say("og "+strconv.Itoa(more)+" til", "and "+strconv.Itoa(more)+" more"), svg.Style{Size: 12, Fill: ink})
	}
}

// mark draws the shape of a mark around a point: a circle with a tick for accepted, a triangle with a bar for stale.
func (p *picture) mark(m MatrixMark, x, y float64, ink string) {
	at := svg.Px(x) + " " + svg.Px(y)
	switch m {
	case MarkAccepted:
		fmt.Fprintf(&p.body, `<g transform="translate(%s)" fill="none" stroke="%s" stroke-width="1.5"><circle r="6"/><path d="M-3 0 L-1 2.5 L3.5 -2.5"/></g>`+"\n", at, ink)
	case MarkStale:
		fmt.Fprintf(&p.body, `<g transform="translate(%s)" fill="none" stroke="%s" stroke-width="1.5"><path d="M0 -6.5 L7 5.5 L-7 5.5 Z"/><path d="M0 -2.5 V1.5 M0 3 V4.2"/></g>`+"\n", at, ink)
	}
}

// dimensions writes what each step means for every dimension in use: a line per dimension below the consequence axis. It returns the y
// coordinate of its end.
func (p *picture) dimensions(y float64) float64 {
	for _, d := range p.m.Dimensions {
		if len(d.Hints) == 0 {
			continue
		}
		top := y + 22
		end := top
		for i, line := range svg.Wrap(d.Label.In(p.lang), 12*svg.Boldness, axisLabels-16, 3) {
			end = top + 15*float64(i)
			p.body.Text(p.left-12, end, line, svg.Style{Size: 12, Bold: true, Anchor: "end"})
		}
		for i, h := range d.Hints {
			for j, line := range svg.Wrap(h.In(p.lang), 11, p.column-12, 5) {
				at := top + 14*float64(j)
				p.body.Text(p.left+p.column*(float64(i)+0.5), at, line, svg.Style{Size: 11, Fill: "#4a4a4a", Anchor: "middle"})
				end = max(end, at)
			}
		}
		y = end
	}
	return y
}

func (p *picture) cellText(c MatrixCell) string {
	likelihood, consequence := p.m.Axes.Likelihood, p.m.Axes.Consequence
	s := fmt.Sprintf("%s %d (%s), %s %d (%s): %s, %s",
		likelihood.Title.In(p.lang), c.Likelihood, likelihood.Steps[c.Likelihood-1].Label.In(p.lang),
		strings.ToLower(consequence.Title.In(p.lang)), c.Consequence, consequence.Steps[c.Consequence-1].Label.In(p.lang),
		p.levelLabel(c.Level), p.count(c.Count))
	var numbers []string
	for _, r := range c.Risks {
		number := r.Number
		if r.Mark != "" {
			number += " (" + p.markLabel(r.Mark) + ")"
		}
		numbers = append(numbers, number)
	}
	if len(numbers) > 20 {
		numbers = append(numbers[:20], "…")
	}
	if len(numbers) > 0 {
		s += ": " + strings.Join(numbers, ", ")
	}
	return s
}

func (p *picture) markLabel(m MatrixMark) string {
	for _, x := range matrixMarks {
		if x.Value == string(m) {
			return x.Label.In(p.lang)
		}
	}
	return ""
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

// rows draws the likelihood axis, from the bottom up.
func (p *picture) rows() {
	x, y := margin+14, p.top+p.high/2
	fmt.Fprintf(&p.body, `<g transform="rotate(-90 %s %s)">`, svg.Px(x), svg.Px(y))
	p.body.Text(x, y, p.m.Axes.Likelihood.Title.In(p.lang)+" →", svg.Style{Size: 16, Bold: true, Anchor: "middle"})
	p.body.WriteString("</g>\n")
	for i, s := range p.m.Axes.Likelihood.Steps {
		label, hint := p.stepLines(s, axisLabels-16, 2)
		high := 18*float64(len(label)) + 14*float64(len(hint))
		at := p.top + p.high - rowHeight*(float64(i)+0.5) - high/2 + 13
		p.lines(p.left-12, at, label, hint, "end")
	}
}

// columns draws the consequence axis and returns the y coordinate of its end.
func (p *picture) columns() float64 {
	end := p.top + p.high
	for i, s := range p.m.Axes.Consequence.Steps {
		label, hint := p.stepLines(s, p.column-12, 5)
		y := p.lines(p.left+p.column*(float64(i)+0.5), p.top+p.high+22, label, hint, "middle")
		end = max(end, y)
	}
	end += 20
	p.body.Text(p.left+p.wide/2, end, p.m.Axes.Consequence.Title.In(p.lang)+" →", svg.Style{Size: 16, Bold: true, Anchor: "middle"})
	return end
}

func (p *picture) stepLines(s Step, width float64, hints int) (label, hint []string) {
	label = svg.Wrap(strconv.Itoa(s.Value)+"  "+s.Label.In(p.lang), 14*svg.Boldness, width, 3)
	if s.Hint != nil {
		hint = svg.Wrap(s.Hint.In(p.lang), 11, width, hints)
	}
	if hints < 3 && len(label) == 3 && len(hint) > 1 {
		hint = svg.Wrap(s.Hint.In(p.lang), 11, width, 1) // a row has room for four lines
	}
	return label, hint
}

func (p *picture) lines(x, y float64, label, hint []string, anchor string) float64 {
	for _, l := range label {
		p.body.Text(x, y, l, svg.Style{Size: 14, Bold: true, Anchor: anchor})
		y += 18
	}
	for _, l := range hint {
		p.body.Text(x, y-2, l, svg.Style{Size: 11, Fill: "#4a4a4a", Anchor: anchor})
		y += 14
	}
	return y
}

// legend draws the colours and letters, highest level first, then the marks, and returns the y coordinate of its end.
func (p *picture) legend() float64 {
	x, y := p.left+p.wide+legendGap, p.top
	for i := len(p.m.Levels) - 1; i >= 0; i-- {
		l := p.m.Levels[i]
		p.body.Rect(x, y, 34, 30, l.Colour)
		p.body.Text(x+17, y+20, l.Letter.In(p.lang), svg.Style{Size: 13, Bold: true, Fill: svg.InkOn(l.Colour), Anchor: "middle"})
		name := svg.Wrap(l.Label.In(p.lang), 14*svg.Boldness, legendWide-46, 2)
		for j, line := range name {
			p.body.Text(x+46, y+13+18*float64(j), line, svg.Style{Size: 14, Bold: true})
		}
		at := y + 13 + 18*float64(len(name))
		p.body.Text(x+46, at, p.count(l.Count), svg.Style{Size: 13})
		for _, line := range svg.Wrap(l.Rule.In(p.lang), 11, legendWide-46, 6) {
			at += 15
			p.body.Text(x+46, at, line, svg.Style{Size: 11, Fill: "#4a4a4a"})
		}
		y = max(at+22, y+52)
	}
	for _, c := range matrixMarks {
		p.mark(MatrixMark(c.Value), x+17, y+8, "#111111")
		for _, line := range svg.Wrap(c.Label.In(p.lang), 13, legendWide-46, 2) {
			p.body.Text(x+46, y+13, line, svg.Style{Size: 13})
			y += 17
		}
		y += 9
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
	for _, n := range matrixNotes {
		if c := counts[MatrixNote(n.Value)]; c > 0 {
			notes = append(notes, p.count(c)+p.is(c)+n.Label.In(p.lang))
		}
	}
	y += 14
	for _, n := range notes {
		for _, line := range svg.Wrap(n, 12, p.width-2*margin, 2) {
			y += 17
			p.body.Text(margin, y, line, svg.Style{Size: 12, Fill: "#4a4a4a"})
		}
	}
	return y
}

// document wraps the drawing in an svg element, with a title and a description for screen readers.
func (p *picture) document(bottom float64) []byte {
	lang := p.say("nb", "en")
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" xml:lang="%[3]s" lang="%[3]s" aria-labelledby="matrix-title matrix-desc" font-family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif">`,
		svg.Px(p.width), svg.Px(bottom+margin), lang)
	fmt.Fprintf(&b, "\n<title id=\"matrix-title\">%s</title>\n<desc id=\"matrix-desc\">%s</desc>\n", svg.Escape(p.title+": "+p.line), svg.Escape(p.describe()))
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
