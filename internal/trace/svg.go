package trace

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/svg"
)

// Sizes in the drawing, in pixels.
const (
	boxWide, boxHigh = 252.0, 152.0
	boxGapX, boxGapY = 72.0, 32.0
	chainMargin      = 28.0
	chainTop         = 92.0
	turn             = 7.0 // the radius of a line's corners
)

// stageNames are the headings of the columns, by stage.
var stageNames = map[int]record.Text{
	1: {NB: "Behov", EN: "Need"},
	2: {NB: "Sak", EN: "Case"},
	3: {NB: "Møte", EN: "Meeting"},
	4: {NB: "Råd eller forslag", EN: "Advice or proposal"},
	5: {NB: "Beslutning", EN: "Decision"},
	6: {NB: "Tiltak", EN: "Measure"},
	7: {NB: "Utfører", EN: "Executor"},
}

// tints are the background colours of the boxes, by stage. Each box also names its kind, so colour is not the only sign.
var tints = map[int]string{1: "#e8eef7", 2: "#e3f1ee", 3: "#f3f0e2", 4: "#efe9f6", 5: "#fbe9dd", 6: "#e2f0e0", 7: "#ececec"}

// SVG draws the chain from left to right, one column per stage. The language is nb or en.
func (t *Trace) SVG(lang string) []byte {
	var columns [8][]Node
	for _, n := range t.Nodes {
		columns[n.Stage] = append(columns[n.Stage], n)
	}
	place := map[string]cell{}
	var b svg.Drawing
	column, rows := 0, 0
	for stage, nodes := range columns {
		if len(nodes) == 0 {
			continue
		}
		b.Text(cell{column: column}.left(), chainTop-14, stageNames[stage].In(lang), svg.Style{Class: "stage"})
		for i, n := range nodes {
			place[n.ID] = cell{column, i}
		}
		rows = max(rows, len(nodes))
		column++
	}
	for i, e := range t.direct() {
		line(&b, route(place[e.From], place[e.To], i))
	}
	for _, n := range t.Nodes {
		t.box(&b, n, place[n.ID], lang)
	}
	width, height := cell{column: column}.left()-boxGapX+chainMargin, cell{row: rows}.top()+12
	title := record.Text{NB: "Fra behov til tiltak", EN: "From need to measure"}.In(lang)
	if t.Truncated {
		title += record.Text{NB: fmt.Sprintf(" (de første %d postene)", nodesAtMost), EN: fmt.Sprintf(" (the first %d records)", nodesAtMost)}.In(lang)
	}
	return []byte(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">
<style>text{font-family:system-ui,"Segoe UI",Roboto,sans-serif;fill:#1d2733}.head{font-size:22px;font-weight:600}.stage{font-size:14px;font-weight:600;fill:#44546a}.kind{font-size:12px;fill:#44546a}.title{font-size:14px}.state{font-size:12px;font-weight:600}.remark{font-size:12px;font-weight:600;fill:#7a2e0e}.line{fill:none;stroke:#6b7a8d;stroke-width:1.6}</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#6b7a8d"/></marker></defs>
<rect width="100%%" height="100%%" fill="#ffffff"/>
<text x="%.0f" y="42" class="head">%s</text>
%s</svg>
`, width, height, width, height, title, chainMargin, title, b.String()))
}

// direct returns the edges without those that a path of two edges already shows. For example, the edge from a case to its proposal is left
// out when the case leads to a meeting and the meeting leads to the proposal.
func (t *Trace) direct() (out []Edge) {
	has := map[[2]string]bool{}
	for _, e := range t.Edges {
		has[[2]string{e.From, e.To}] = true
	}
	for _, e := range t.Edges {
		if !slices.ContainsFunc(t.Nodes, func(n Node) bool { return has[[2]string{e.From, n.ID}] && has[[2]string{n.ID, e.To}] }) {
			out = append(out, e)
		}
	}
	return out
}

// cell is the place of a box: boxes stand in columns and rows, with free space between them.
type cell struct{ column, row int }

func (c cell) left() float64 { return chainMargin + float64(c.column)*(boxWide+boxGapX) }

func (c cell) top() float64 { return chainTop + float64(c.row)*(boxHigh+boxGapY) }

type point struct{ x, y float64 }

// route returns the corners of the line between two boxes. The line runs only in the space between columns and between rows, so it never passes
// behind a box. Nth moves it a little, so that lines beside each other can be told apart.
func route(from, to cell, nth int) []point {
	aside := 16 + float64(nth%6)*8
	start, end := point{from.left() + boxWide, from.top() + boxHigh/2 + float64(nth%5-2)*6}, point{to.left(), to.top() + boxHigh/2}
	out, in := start.x+aside, end.x-boxGapX+aside
	switch {
	case from.column == to.column: // along the right side
		end.x, in = to.left()+boxWide, out
	case from.column > to.column: // to an earlier column
		start.x, end.x = from.left(), to.left()+boxWide
		out, in = start.x-boxGapX+aside, end.x+aside
	}
	if out == in {
		return []point{start, {out, start.y}, {out, end.y}, end}
	}
	lane := cell{row: min(from.row, to.row) + 1}.top() - boxGapY + 6 + float64(nth%6)*4
	return []point{start, {out, start.y}, {out, lane}, {in, lane}, {in, end.y}, end}
}

// line draws a line through corners, which it rounds, with an arrow at its end.
func line(b *svg.Drawing, through []point) {
	fmt.Fprintf(b, `<path class="line" marker-end="url(#tip)" d="M%.1f %.1f`, through[0].x, through[0].y)
	for i := 1; i < len(through)-1; i++ {
		before, at, after := toward(through[i], through[i-1]), through[i], toward(through[i], through[i+1])
		fmt.Fprintf(b, " L%.1f %.1f Q%.1f %.1f %.1f %.1f", before.x, before.y, at.x, at.y, after.x, after.y)
	}
	last := through[len(through)-1]
	fmt.Fprintf(b, ` L%.1f %.1f"/>`+"\n", last.x, last.y)
}

// toward returns the point near a corner where its rounding begins, in the direction of another point.
func toward(corner, other point) point {
	dx, dy := other.x-corner.x, other.y-corner.y
	length := math.Hypot(dx, dy)
	if length == 0 {
		return corner
	}
	r := min(turn, length/2) / length
	return point{corner.x + dx*r, corner.y + dy*r}
}

// box draws one record: its kind and number, its title on at most two lines, its body, its tier and dissents, and its days.
func (t *Trace) box(b *svg.Drawing, n Node, place cell, lang string) {
	stroke, thick := "#9aa7b5", 1.0
	if n.ID == t.From {
		stroke, thick = "#1d4f91", 2.5
	}
	x, y := place.left(), place.top()
	fmt.Fprintf(b, `<g><title>%s</title><rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="8" fill="%s" stroke="%s" stroke-width="%.1f"/>`,
		svg.Escape(n.Number+" "+n.Title), x, y, boxWide, boxHigh, tints[n.Stage], stroke, thick)
	b.Text(x+12, y+22, n.Label.In(lang)+" "+n.Number, svg.Style{Class: "kind"})
	for i, line := range svg.Wrap(n.Title, 14, boxWide-20, 2) {
		b.Text(x+12, y+43+float64(i)*18, line, svg.Style{Class: "title"})
	}
	if n.Body != nil {
		for _, line := range svg.Wrap(n.Body.In(lang), 12, boxWide-20, 1) {
			b.Text(x+12, y+82, line, svg.Style{Class: "kind"})
		}
	}
	b.Text(x+12, y+101, strings.Join(n.remarks(lang), " · "), svg.Style{Class: "remark"})
	shown := n.Dates[max(0, len(n.Dates)-2):]
	for i, d := range shown {
		at := y + boxHigh - 12 - 18*float64(len(shown)-1-i)
		for _, line := range svg.Wrap(d.What.In(lang)+" "+d.On.In(lang), 12, boxWide-20, 1) {
			b.Text(x+12, at, line, svg.Style{Class: "state"})
		}
	}
	b.WriteString("</g>\n")
}

// remarks say the tier of a proposal, and how many members dissented.
func (n Node) remarks(lang string) (out []string) {
	if n.Tier > 0 {
		out = append(out, record.Text{NB: "Prioritet ", EN: "Tier "}.In(lang)+strconv.Itoa(n.Tier))
	}
	switch {
	case n.Dissents == 1:
		out = append(out, record.Text{NB: "1 dissens", EN: "1 dissent"}.In(lang))
	case n.Dissents > 1:
		out = append(out, strconv.Itoa(n.Dissents)+record.Text{NB: " dissenser", EN: " dissents"}.In(lang))
	}
	return out
}
