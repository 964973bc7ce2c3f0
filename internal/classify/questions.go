package classify

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// Question is a row that still needs an answer.
type Question struct {
	ID       string      `json:"id" example:"Q-01"`
	Section  string      `json:"section" example:"Q"`
	Title    record.Text `json:"section_title"`
	Question record.Text `json:"question"`
	Note     record.Text `json:"note,omitzero" validate:"-"`
	// Value says how many values an answer gives: one, some, or date for a day. Values are the only ones.
	Value       string  `json:"value,omitempty" enums:"one,some,date"`
	ValueNeeded bool    `json:"value_needed"`
	Values      []Value `json:"values"`
	// Reason is the answer that needs a reason.
	Reason Choice `json:"reason,omitempty"`
	// Help are rows that propose an answer.
	Help       []Help       `json:"help"`
	Reference  record.Text  `json:"reference" validate:"-"`
	Guidance   record.Text  `json:"guidance,omitzero" validate:"-"`
	Confidence string       `json:"confidence" enums:"high,medium,low"`
	Check      *record.Text `json:"check"`
} // @name ClassificationQuestion

// Help is a row that proposes answers when it holds.
type Help struct {
	ID       string            `json:"id" example:"C-11T1"`
	Text     record.Text       `json:"text"`
	Proposes map[string]Choice `json:"proposes"`
} // @name ClassificationHelp

// Questions returns the rows that still need an answer after the answers so far, in their order. A row that another answer may make needless waits for it.
func Questions(t *Table, f For, a Answers, facts Facts) ([]Question, error) {
	if err := evaluate(t, f, a, facts, open).check(false); err != nil {
		return nil, err
	}
	// A row is needed if it counts both when the rows without an answer hold and when they do not.
	without, with := evaluate(t, f, a, facts, no), evaluate(t, f, a, facts, yes)
	out := []Question{}
	for _, r := range t.order {
		if _, there := a[r.ID]; !there && without.needs(r) && with.needs(r) {
			out = append(out, without.question(r))
		}
	}
	return out, nil
}

// needs reports whether a row without an answer is to be asked.
func (e *evaluation) needs(r *Row) bool {
	if !r.asks() || e.fromClass(r) != "" || e.premise(r) == no {
		return false
	}
	return r.Effect != Suggests || slices.ContainsFunc(r.Helps, func(id string) bool { return e.answers[id].Answer == Unknown })
}

// question describes a row.
func (e *evaluation) question(r *Row) Question {
	section := e.sectionOf(r)
	q := Question{
		ID: r.ID, Section: section.Key, Title: section.Title, Question: r.Question, Note: r.Note, Value: r.Value, ValueNeeded: r.ValueNeeded,
		Values: append([]Value{}, r.Values...), Reason: r.Reason, Help: []Help{}, Reference: r.Reference, Guidance: r.Guidance, Confidence: r.Confidence,
		Check: checkMark(r.Confidence),
	}
	for _, h := range e.table.order {
		if slices.Contains(h.Helps, r.ID) {
			q.Help = append(q.Help, Help{ID: h.ID, Text: h.Question, Proposes: h.Proposes})
		}
	}
	return q
}
