package trace

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/svg"
)

// Sizes in the drawing, in pixels.
const (
	boxWide, boxHigh = 232.0, 104.0
	boxGapX, boxGapY = 58.0, 20.0
	chainMargin      = 28.0
	chainTop         = 92.0
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
	place := map[string][2]float64{}
	var b svg.Drawing
	x, rows := chainMargin, 0
	for stage, nodes := range columns {
		if len(nodes) == 0 {
			continue
		}
		b.Text(x, chainTop-14, stageNames[stage].In(lang), svg.Style{Class: "stage"})
		for i, n := range nodes {
			place[n.ID] = [2]float64{x, chainTop + float64(i)*(boxHigh+boxGapY)}
		}
		rows = max(rows, len(nodes))
		x += boxWide + boxGapX
	}
	for _, e := range t.direct() {
		arrow(&b, place[e.From], place[e.To])
	}
	for _, n := range t.Nodes {
		t.box(&b, n, place[n.ID], lang)
	}
	width, height := x-boxGapX+chainMargin, chainTop+float64(rows)*(boxHigh+boxGapY)+12
	title := record.Text{NB: "Fra behov til tiltak", EN: "From need to measure"}.In(lang)
	if t.Truncated {
		title += record.Text{NB: fmt.Sprintf(" (de første %d postene)", nodesAtMost), EN: fmt.Sprintf(" (the first %d records)", nodesAtMost)}.In(lang)
	}
	return []byte(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">
<style>text{font-family:system-ui,"Segoe UI",Roboto,sans-serif;fill:#1d2733}.head{font-size:22px;font-weight:600}.stage{font-size:14px;font-weight:600;fill:#44546a}.kind{font-size:12px;fill:#44546a}.title{font-size:14px}.state{font-size:12px;font-weight:600}.line{fill:none;stroke:#6b7a8d;stroke-width:1.6}</style>
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

// arrow draws a curve from the side of one box to the facing side of another. Within a column it runs along the right side.
func arrow(b *svg.Drawing, from, to [2]float64) {
	y1, y2 := from[1]+boxHigh/2, to[1]+boxHigh/2
	x1, x2 := from[0]+boxWide, to[0]
	if from[0] == to[0] {
		x2 = to[0] + boxWide
		fmt.Fprintf(b, `<path class="line" marker-end="url(#tip)" d="M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f"/>`+"\n", x1, y1, x1+34, y1, x2+34, y2, x2+2, y2)
		return
	}
	if x2 < x1 { // to an earlier column
		x1, x2 = from[0], to[0]+boxWide
	}
	mid := (x1 + x2) / 2
	fmt.Fprintf(b, `<path class="line" marker-end="url(#tip)" d="M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f"/>`+"\n", x1, y1, mid, y1, mid, y2, x2, y2)
}

// box draws one record: its kind and number, its title on at most two lines, its state, and the day of its last event.
func (t *Trace) box(b *svg.Drawing, n Node, at [2]float64, lang string) {
	stroke, thick := "#9aa7b5", 1.0
	if n.ID == t.From {
		stroke, thick = "#1d4f91", 2.5
	}
	fmt.Fprintf(b, `<g><title>%s</title><rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="8" fill="%s" stroke="%s" stroke-width="%.1f"/>`,
		svg.Escape(n.Number+" "+n.Title), at[0], at[1], boxWide, boxHigh, tints[n.Stage], stroke, thick)
	b.Text(at[0]+12, at[1]+22, n.Label.In(lang)+" "+n.Number, svg.Style{Class: "kind"})
	for i, line := range svg.Wrap(n.Title, 14, boxWide-16, 2) {
		b.Text(at[0]+12, at[1]+44+float64(i)*18, line, svg.Style{Class: "title"})
	}
	state := n.Shown.In(lang)
	if len(n.Events) > 0 {
		state += " · " + n.Events[len(n.Events)-1].At.In(record.Oslo).Format("02.01.2006")
	}
	b.Text(at[0]+12, at[1]+boxHigh-12, state, svg.Style{Class: "state"})
	b.WriteString("</g>\n")
}
