package risk

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// favourable gives the name, letter and colour of an opportunity's level. Colours go from light to strong; none of them signals danger.
var favourable = map[Level]struct {
	label, letter record.Text
	colour        string
}{
	Low:      {record.Text{NB: "liten mulighet", EN: "small opportunity"}, record.Text{NB: "L", EN: "S"}, "#E3F1F7"},
	Moderate: {record.Text{NB: "moderat mulighet", EN: "moderate opportunity"}, record.Text{NB: "M", EN: "M"}, "#A6D3E4"},
	High:     {record.Text{NB: "stor mulighet", EN: "great opportunity"}, record.Text{NB: "S", EN: "G"}, "#4A9EBD"},
	VeryHigh: {record.Text{NB: "svært stor mulighet", EN: "very great opportunity"}, record.Text{NB: "SS", EN: "VG"}, "#0B5A7A"},
}

// benefits are the steps of a benefit axis, by the number of steps.
var benefits = func() map[int][]record.Text {
	none, small := record.Text{NB: "Ubetydelig", EN: "Negligible"}, record.Text{NB: "Liten", EN: "Small"}
	moderate, great := record.Text{NB: "Moderat", EN: "Moderate"}, record.Text{NB: "Stor", EN: "Great"}
	greater, decisive := record.Text{NB: "Svært stor", EN: "Very great"}, record.Text{NB: "Avgjørende", EN: "Decisive"}
	return map[int][]record.Text{
		2: {small, great},
		3: {small, moderate, great},
		4: {small, moderate, great, greater},
		5: {none, small, moderate, great, greater},
		6: {none, small, moderate, great, greater, decisive},
	}
}()

// For sets the polarity of the matrix. A method describes harm and what may be accepted, so a matrix of opportunities gets its
// own words and colours. The cells and their levels are the same.
func (m *Matrix) For(p Polarity) {
	m.Polarity = p
	if p != Opportunity {
		return
	}
	axis := &m.Axes.Consequence
	axis.Title, axis.Steps = record.Text{NB: "Nytte", EN: "Benefit"}, slices.Clone(axis.Steps)
	for i, label := range benefits[len(axis.Steps)] {
		axis.Steps[i].Label, axis.Steps[i].Hint = label, nil
	}
	if m.method != nil { // hints are about harm
		without := *m.method
		without.Dimensions = slices.Clone(without.Dimensions)
		for i := range without.Dimensions {
			without.Dimensions[i].Hints = nil
		}
		m.method = &without
	}
	for i := range m.Levels {
		l := &m.Levels[i]
		own := favourable[l.Key]
		l.Label, l.Letter, l.Colour, l.Rule = own.label, own.letter, own.colour, record.Text{}
	}
	for i := range m.Cells {
		m.Cells[i].Colour = favourable[m.Cells[i].Level].colour
	}
}
