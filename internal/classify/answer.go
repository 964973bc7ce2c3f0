package classify

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Choice is an answer to a row.
type Choice string // @name RuleChoice

// The answers. Unknown is never read as no.
const (
	Yes     Choice = "yes"
	No      Choice = "no"
	Unknown Choice = "unknown"
)

// choices is the closed list of answers.
var choices = record.Choices[Choice](
	[4]string{"yes", "ja", "yes", "neutral"},
	[4]string{"no", "nei", "no", "neutral"},
	[4]string{"unknown", "ukjent", "unknown", "warning"},
)

// label is the answer as people read it.
func (c Choice) label() record.Text {
	for _, known := range choices {
		if known.Value == string(c) {
			return known.Label
		}
	}
	return record.Text{NB: string(c), EN: string(c)}
}

// Answer is what a person answers to a row. A request may give a plain answer as its text: "yes".
type Answer struct {
	Answer Choice   `json:"answer" validate:"required,choice" example:"yes"`
	Value  string   `json:"value,omitempty" validate:"max=60" example:"IIa"`
	Values []string `json:"values" validate:"max=10,dive,max=60" example:"diagnosis"`
	Reason string   `json:"reason,omitempty" validate:"omitempty,filled,max=2000" example:"Resultatet styrer behandlingen av kritisk syke."`
} // @name RuleAnswer

// TextMember is the member that a plain text stands for.
func (Answer) TextMember() string { return "answer" }

// UnmarshalJSON reads an answer, or its text.
func (a *Answer) UnmarshalJSON(b []byte) error {
	var text Choice
	if json.Unmarshal(b, &text) == nil {
		*a = Answer{Answer: text}
		return nil
	}
	type plain Answer
	return json.Unmarshal(b, (*plain)(a))
}

// values lists the values that an answer gives.
func (a Answer) values() []string {
	if a.Value != "" {
		return append([]string{a.Value}, a.Values...)
	}
	return a.Values
}

// Answers are answers by the ids of rows.
type Answers map[string]Answer

// ParseAnswers reads the short form of answers: Q-01:yes,C-33a:yes=IIa.
func ParseAnswers(s string) (Answers, error) {
	out := Answers{}
	for _, part := range strings.Split(s, ",") {
		if part == "" {
			continue
		}
		id, answer, found := strings.Cut(part, ":")
		choice, value, _ := strings.Cut(answer, "=")
		if !found || id == "" {
			return nil, fault.New(fault.Malformed, "bad_parameter/answers", "the parameter answers must be a list like Q-01:yes,Q-02:no,C-33a:yes=IIa").At("?answers")
		}
		out[id] = Answer{Answer: Choice(choice), Value: value}
	}
	return out, nil
}

// holds reports whether an answer makes a row hold.
func (r *Row) holds(a Answer) bool { return a.Answer == r.Holds }

// excepted reports whether an answer says that an exception of the row applies.
func (r *Row) excepted(a Answer) bool { return r.Effect == Prohibits && a.Value == exception }

// exception is the value that takes a practice out of the prohibition.
const exception = "exception"

// check returns every fault of the answers: unknown rows, answers and values, and contradictions. Complete also asks for the values, reasons and further
// answers that an answer needs.
func (e *evaluation) check(complete bool) error {
	var f fault.Fields
	for id, a := range e.answers {
		at := "/answers/" + id
		r := e.table.rows[id]
		switch {
		case r == nil:
			f.Add(at, "unknown_question", "the rules have no row %s", id)
		case r.Effect == Proposed:
			f.Add(at, "not_law", "row %s is a proposal, not law; it is not answered", id)
		case !slices.Contains([]Choice{Yes, No, Unknown}, a.Answer):
			f.Add(at, "not_a_choice", "must be one of: %s", "yes, no, unknown")
		default:
			e.checkValues(&f, r, a)
			e.checkContradictions(&f, r, a)
			if complete && e.premise(r) != no {
				e.checkNeeds(&f, r, a)
				e.checkProposals(&f, r, a)
			}
		}
	}
	slices.SortFunc(f, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	return f.Err()
}

// checkValues adds a fault for each value that the row does not take.
func (e *evaluation) checkValues(f *fault.Fields, r *Row, a Answer) {
	for _, v := range a.values() {
		if !r.takes(v) {
			f.Add("/answers/"+r.ID, "invalid_value", "row %s does not take the value %s", r.ID, v)
		}
	}
	if len(a.values()) > 1 && r.Value != "some" {
		f.Add("/answers/"+r.ID, "invalid_value/one", "row %s takes one value", r.ID)
	}
}

// checkContradictions adds a fault for each row that cannot hold together with this one.
func (e *evaluation) checkContradictions(f *fault.Fields, r *Row, a Answer) {
	for _, other := range r.Contradicts {
		if b, there := e.answers[other]; there && r.holds(a) && e.table.rows[other].holds(b) {
			f.Add("/answers/"+r.ID, "contradiction", "the answers to %s and %s contradict each other", r.ID, other)
		}
	}
}

// checkNeeds adds a fault for a missing value, reason or further answer.
func (e *evaluation) checkNeeds(f *fault.Fields, r *Row, a Answer) {
	at := "/answers/" + r.ID
	if r.ValueNeeded && r.holds(a) && len(a.values()) == 0 {
		f.Add(at, "value_missing", "row %s needs a value", r.ID)
	}
	if a.Reason == "" && (a.Answer == r.Reason || r.excepted(a)) {
		f.Add(at, "reason_missing", "the answer to %s needs a reason", r.ID)
	}
	for _, other := range r.Requires {
		if _, there := e.answers[other]; r.holds(a) && !there {
			f.Add("/answers/"+other, "answer_missing", "the answer to %s needs an answer to %s", r.ID, other)
		}
	}
}

// checkProposals adds a fault where an answer departs without a reason from what the device's class, or a firm suggestion, proposes.
func (e *evaluation) checkProposals(f *fault.Fields, r *Row, a Answer) {
	if a.Reason != "" || a.Answer == Unknown {
		return
	}
	if c := e.fromClass(r); c != "" && c != a.Answer {
		f.Add("/answers/"+r.ID, "reason_missing/class", "the class of the device answers %s with %s; another answer needs a reason", r.ID, c.label())
	}
	for _, s := range e.table.order {
		if c := s.Proposes[r.ID]; s.Firm && c != "" && c != a.Answer && e.state(s.ID) == yes {
			f.Add("/answers/"+r.ID, "reason_missing/suggestion", "row %s proposes %s for %s; another answer needs a reason", s.ID, c.label(), r.ID)
		}
	}
}

// takes reports whether a value is one of the row's.
func (r *Row) takes(v string) bool {
	if r.Value == "date" {
		_, err := record.ParseDate(v)
		return err == nil
	}
	return slices.ContainsFunc(r.Values, func(x Value) bool { return x.Key == v })
}
