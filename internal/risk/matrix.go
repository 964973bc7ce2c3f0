package risk

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// Matrix shows a register's risks by likelihood and consequence. It holds the risks that one person may see.
type Matrix struct {
	Register MatrixRegister `json:"register"`
	Method   MatrixMethod   `json:"method"`
	Stage    Stage          `json:"stage"`
	Polarity Polarity       `json:"polarity"`
	Date     record.Date    `json:"date"`
	Total    int            `json:"total"` // placed and unplaced
	Axes     Axes           `json:"axes"`
	Levels   []MatrixLevel  `json:"levels"`
	Cells    []MatrixCell   `json:"cells"` // by likelihood, then consequence, from 1 up
	// Dimensions are those by which a placed risk was judged, in the order of the method.
	Dimensions []Dimension  `json:"dimensions"`
	Unplaced   []MatrixRisk `json:"unplaced"`

	method *Method
} // @name RiskMatrix

// MatrixRegister is the register whose risks the matrix shows.
type MatrixRegister struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number" example:"REG-0001"`
	Title  string `json:"title"`
	Scope  string `json:"scope"`
}

// MatrixMethod is the edition of the method that the matrix shows: the one in force.
type MatrixMethod struct {
	ID      string      `json:"id" format:"uuid"`
	Key     string      `json:"key" example:"standard-5x5"`
	Title   record.Text `json:"title"`
	Edition int         `json:"edition" example:"1"`
}

// Axes are the two axes of the matrix.
type Axes struct {
	Likelihood  Axis `json:"likelihood"`
	Consequence Axis `json:"consequence"`
} // @name RiskMatrixAxes

// Axis is one axis of the matrix.
type Axis struct {
	Title record.Text `json:"title"`
	Steps []Step      `json:"steps"`
} // @name RiskMatrixAxis

// MatrixLevel is one line of the legend. The letter marks the level where colours cannot be told apart.
type MatrixLevel struct {
	Key    Level       `json:"key"`
	Rank   int         `json:"rank"`
	Label  record.Text `json:"label"`
	Letter record.Text `json:"letter"`
	Colour string      `json:"colour" example:"#EE952F"`
	Rule   record.Text `json:"rule"`
	Count  int         `json:"count"`
}

// MatrixCell is one cell of the matrix with the risks in it.
type MatrixCell struct {
	Likelihood  int          `json:"likelihood" example:"4"`
	Consequence int          `json:"consequence" example:"3"`
	Level       Level        `json:"level"`
	Colour      string       `json:"colour" example:"#EE952F"`
	Count       int          `json:"count"`
	Risks       []MatrixRisk `json:"risks"`
}

// MatrixRisk is a risk in the matrix. Note says that it was assessed by another edition, or why it has no place.
type MatrixRisk struct {
	ID     string     `json:"id" format:"uuid"`
	Number string     `json:"number" example:"RISK-0042"`
	Title  string     `json:"title"`
	Mark   MatrixMark `json:"mark,omitempty"`
	Note   MatrixNote `json:"note,omitempty"`
}

// MatrixMark says whether a risk in the matrix is accepted. The picture shows it by a shape.
type MatrixMark string

// The marks.
const (
	MarkAccepted MatrixMark = "accepted"
	MarkStale    MatrixMark = "stale"
)

// matrixMarks is the closed list of marks.
var matrixMarks = record.Choices[MatrixMark](
	[4]string{"accepted", "akseptert", "accepted", "success"},
	[4]string{"stale", "akseptert, men utdatert", "accepted, but outdated", "warning"},
)

// markOf returns the mark of a risk, or nothing when no acceptance is in force.
func markOf(r *Risk) MatrixMark {
	switch {
	case r.Status != Accepted:
		return ""
	case r.Stale():
		return MarkStale
	default:
		return MarkAccepted
	}
}

// MatrixNote is a remark about a risk's place in the matrix.
type MatrixNote string

// The notes.
const (
	OtherEdition MatrixNote = "other_edition"
	NotAssessed  MatrixNote = "not_assessed"
	OtherMethod  MatrixNote = "other_method"
	NotCounting  MatrixNote = "not_counting"
)

// matrixNotes is the closed list of notes.
var matrixNotes = record.Choices[MatrixNote](
	[4]string{"other_edition", "vurdert med en annen utgave av metoden", "assessed with another edition of the method", "warning"},
	[4]string{"not_assessed", "ikke vurdert på dette trinnet", "not assessed at this stage", "neutral"},
	[4]string{"other_method", "vurdert med en annen metode", "assessed with another method", "warning"},
	[4]string{"not_counting", "uten gyldig vurdering etter tiltak: ingen tiltak endrer risikoen, eller nåsituasjonen er vurdert senere", "no valid assessment after treatment: no treatment changes the risk, or the current risk was assessed later", "warning"},
)

// Place puts a risk in the cell of its newest assessment of the matrix's stage. by is the edition it was assessed by. A risk without a
// cell, or one that this edition would give another level, goes to Unplaced.
func (m *Matrix) Place(r *Risk, by *Method) {
	m.Total++
	it := MatrixRisk{ID: r.ID, Number: r.Number, Title: r.Title, Mark: markOf(r)}
	s := r.At(m.Stage)
	switch {
	case s == nil:
		it.Note = NotAssessed
	case m.Stage == Residual && !r.residualCounts():
		it.Note = NotCounting
	case s.MethodKey != m.Method.Key:
		it.Note = OtherMethod
	case s.MethodID != m.Method.ID:
		it.Note = OtherEdition
	}
	if it.Note != "" && (it.Note != OtherEdition || !m.method.Agrees(s.Result, by)) {
		m.Unplaced = append(m.Unplaced, it)
		return
	}
	c := &m.Cells[slices.IndexFunc(m.Cells, func(c MatrixCell) bool {
		return c.Likelihood == s.Likelihood && c.Consequence == s.HighestConsequence
	})]
	c.Count++
	c.Risks = append(c.Risks, it)
	m.judgedBy(r, s.AssessmentID)
	for j := range m.Levels {
		if m.Levels[j].Key == c.Level {
			m.Levels[j].Count++
		}
	}
}

// judgedBy adds the dimensions of an assessment to those in use.
func (m *Matrix) judgedBy(r *Risk, assessment string) {
	i := slices.IndexFunc(r.Assessments, func(a Assessment) bool { return a.ID == assessment })
	if i < 0 {
		return
	}
	m.Dimensions = m.method.among(func(key string) bool {
		_, judged := r.Assessments[i].Consequences[key]
		return judged || slices.ContainsFunc(m.Dimensions, func(d Dimension) bool { return d.Key == key })
	})
}

// among returns the dimensions of the method that are chosen, in its order.
func (m *Method) among(chosen func(key string) bool) []Dimension {
	return slices.DeleteFunc(slices.Clone(m.Dimensions), func(d Dimension) bool { return !chosen(d.Key) })
}
