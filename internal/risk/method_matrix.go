package risk

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

var (
	dimensionKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	colour       = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// pointer escapes a name for a JSON pointer (RFC 6901).
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// maxLabel is the longest label, in characters, that fits an axis of the picture.
const maxLabel = 80

// Validate checks the matrix against its axes and levels: every cell is filled, every level is known, and the level never falls when
// likelihood or consequence rises.
func (m *Method) Validate() error {
	var faults fault.Fields
	checkText(&faults, "/title", m.Title, 200)
	checkSteps(&faults, "/likelihood", m.Likelihood)
	checkSteps(&faults, "/consequence", m.Consequence)
	m.checkLevels(&faults)
	m.checkDimensions(&faults)
	if m.checkSize(&faults) {
		m.checkCells(&faults)
	}
	return faults.Err()
}

func checkText(faults *fault.Fields, at string, t record.Text, limit int) {
	if utf8.RuneCountInString(t.NB) > limit {
		faults.Add(at+"/nb", "too_long", "must be at most %s characters", strconv.Itoa(limit))
	}
	if utf8.RuneCountInString(t.EN) > limit {
		faults.Add(at+"/en", "too_long", "must be at most %s characters", strconv.Itoa(limit))
	}
}

func checkSteps(faults *fault.Fields, at string, list []Step) {
	checkLength(faults, at, len(list))
	for i, s := range list {
		to := fmt.Sprintf("%s/%d", at, i)
		if s.Value != i+1 {
			faults.Add(to+"/value", "out_of_order", "must be %d: the steps are numbered from 1", i+1)
		}
		checkText(faults, to+"/label", s.Label, maxLabel)
		if s.Hint != nil {
			checkText(faults, to+"/hint", *s.Hint, 300)
		}
	}
}

// checkLength is not a validate tag, because an example in the API description has one element.
func checkLength(faults *fault.Fields, at string, n int) {
	if n < 2 {
		faults.Add(at, "too_few_items", "must have at least %s items", "2")
	}
}

func (m *Method) checkLevels(faults *fault.Fields) {
	checkLength(faults, "/levels", len(m.Levels))
	seen := map[Level]bool{}
	last := 0
	for i, l := range m.Levels {
		at := fmt.Sprintf("/levels/%d", i)
		if !colour.MatchString(l.Colour) {
			faults.Add(at+"/colour", "bad_colour", "must be a colour such as #EE952F")
		}
		rank := l.Key.Rank()
		if rank == 0 {
			continue // the length check reports it
		}
		if seen[l.Key] {
			faults.Add(at+"/key", "repeated/level", "the level %s is here twice", l.Key)
			continue
		}
		seen[l.Key] = true
		if l.Rank != rank {
			faults.Add(at+"/rank", "wrong_rank", "must be %d for the level %s", rank, l.Key)
		}
		if rank < last {
			faults.Add(at+"/key", "out_of_order/level", "the level %s must be before the higher levels", l.Key)
		}
		last = rank
		checkText(faults, at+"/label", l.Label, maxLabel)
	}
}

func (m *Method) checkDimensions(faults *fault.Fields) {
	seen := map[string]bool{}
	for i, d := range m.Dimensions {
		at := fmt.Sprintf("/dimensions/%d", i)
		if !dimensionKey.MatchString(d.Key) {
			faults.Add(at+"/key", "bad_key/underscores", "must be a key of small letters a-z, digits and underscores")
		}
		if seen[d.Key] {
			faults.Add(at+"/key", "repeated/dimension", "the dimension %s is here twice", d.Key)
		}
		seen[d.Key] = true
		checkText(faults, at+"/label", d.Label, maxLabel)
		if n := len(d.Hints); n > 0 && n != len(m.Consequence) {
			faults.Add(at+"/hints", "wrong_size/hints", "must be empty, or have one hint for each step of the consequence: %d, not %d", len(m.Consequence), n)
		}
		for j, h := range d.Hints {
			checkText(faults, fmt.Sprintf("%s/hints/%d", at, j), h, 120)
		}
	}
}

func (m *Method) checkSize(faults *fault.Fields) bool {
	fits := len(m.Cells) == len(m.Likelihood)
	if !fits {
		faults.Add("/cells", "wrong_size/rows", "must have as many rows as the likelihood has steps: %[2]d, not %[1]d", len(m.Cells), len(m.Likelihood))
	}
	for i, row := range m.Cells {
		if len(row) != len(m.Consequence) {
			fits = false
			faults.Add(fmt.Sprintf("/cells/%d", i), "wrong_size/cells", "must have as many cells as the consequence has steps: %[2]d, not %[1]d", len(row), len(m.Consequence))
		}
	}
	return fits
}

func (m *Method) checkCells(faults *fault.Fields) {
	for i, row := range m.Cells {
		for j, l := range row {
			at := fmt.Sprintf("/cells/%d/%d", i, j)
			if l.Rank() == 0 {
				continue // the length check reports it
			}
			if m.Rule(l) == nil {
				faults.Add(at, "unknown_level", "the method has no level %s", l)
			}
			if i > 0 && m.Cells[i-1][j].Rank() > l.Rank() {
				faults.Add(at, "falling_level/likelihood", "must not be lower than at a lower likelihood")
			}
			if j > 0 && row[j-1].Rank() > l.Rank() {
				faults.Add(at, "falling_level/consequence", "must not be lower than at a lower consequence")
			}
		}
	}
}

// Rule returns the method's rule for a level, or nil when it has no such level.
func (m *Method) Rule(l Level) *MethodLevel {
	i := slices.IndexFunc(m.Levels, func(x MethodLevel) bool { return x.Key == l })
	if i < 0 {
		return nil
	}
	return &m.Levels[i]
}

// At returns the level of a cell, and whether the matrix has that cell.
func (m *Method) At(likelihood, consequence int) (Level, bool) {
	if likelihood < 1 || likelihood > len(m.Cells) || consequence < 1 || consequence > len(m.Cells[likelihood-1]) {
		return "", false
	}
	return m.Cells[likelihood-1][consequence-1], true
}

// Place finds the cell of an assessment. The highest consequence over the dimensions decides the level.
func (m *Method) Place(in AssessmentInput) (Result, error) {
	var faults fault.Fields
	if in.Likelihood < 1 || in.Likelihood > len(m.Likelihood) {
		faults.Add("/likelihood", "out_of_range", "must be from %d to %d", 1, len(m.Likelihood))
	}
	highest := 0
	for _, key := range slices.Sorted(maps.Keys(in.Consequences)) {
		value, at := in.Consequences[key], "/consequences/"+pointer.Replace(key)
		if !slices.ContainsFunc(m.Dimensions, func(d Dimension) bool { return d.Key == key }) {
			faults.Add(at, "unknown_dimension", "the method has no dimension %s", key)
		}
		if value < 1 || value > len(m.Consequence) {
			faults.Add(at, "out_of_range", "must be from %d to %d", 1, len(m.Consequence))
		}
		highest = max(highest, value)
	}
	if len(in.Consequences) == 0 {
		faults.Add("/consequences", "required", "is required")
	}
	if err := faults.Err(); err != nil {
		return Result{}, err
	}
	level, _ := m.At(in.Likelihood, highest)
	return Result{
		MethodID: m.ID, MethodKey: m.Key, MethodEdition: m.Edition,
		Likelihood: in.Likelihood, HighestConsequence: highest, Level: level, Rank: level.Rank(),
	}, nil
}

// Agrees reports whether this edition gives a result the same level as the edition it was assessed by. The axes must also have the same
// number of steps, or the steps do not compare.
func (m *Method) Agrees(r Result, by *Method) bool {
	if r.MethodID == m.ID {
		return true
	}
	level, ok := m.At(r.Likelihood, r.HighestConsequence)
	return ok && level == r.Level && r.MethodKey == m.Key && by != nil &&
		len(by.Likelihood) == len(m.Likelihood) && len(by.Consequence) == len(m.Consequence)
}

// Matrix returns the empty matrix of this edition.
func (m *Method) Matrix() Matrix {
	out := Matrix{
		method: m,
		Method: MatrixMethod{ID: m.ID, Key: m.Key, Title: m.Title, Edition: m.Edition},
		Axes: Axes{
			Likelihood:  Axis{Title: record.Text{NB: "Sannsynlighet", EN: "Likelihood"}, Steps: m.Likelihood},
			Consequence: Axis{Title: record.Text{NB: "Konsekvens", EN: "Consequence"}, Steps: m.Consequence},
		},
		Dimensions: []Dimension{}, Unplaced: []MatrixRisk{},
	}
	for _, l := range m.Levels {
		out.Levels = append(out.Levels, MatrixLevel{Key: l.Key, Rank: l.Rank, Label: l.Label, Letter: l.Key.Letter(), Colour: l.Colour, Rule: l.Rule})
	}
	for i, row := range m.Cells {
		for j, l := range row {
			out.Cells = append(out.Cells, MatrixCell{
				Likelihood: i + 1, Consequence: j + 1, Level: l, Colour: m.Rule(l).Colour, Risks: []MatrixRisk{},
			})
		}
	}
	return out
}
