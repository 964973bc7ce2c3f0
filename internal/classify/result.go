package classify

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// For says what a person wants to know.
type For string // @name ClassificationFor

// What can be classified. MDR and IVDR share their questions: the rows of section R lead to one of them, and For decides only while that is open.
const (
	ForMDR   For = "mdr"
	ForIVDR  For = "ivdr"
	ForAIAct For = "ai_act"
)

// This registers the closed list of what can be classified.
var _ = record.Choices[For](
	[4]string{"mdr", "MDR", "MDR", "neutral"},
	[4]string{"ivdr", "IVDR", "IVDR", "neutral"},
	[4]string{"ai_act", "KI-forordningen", "AI Act", "neutral"},
)

// Law returns the table that has the rules.
func (f For) Law() Law {
	if f == ForAIAct {
		return AIAct
	}
	return MDR
}

// Result is what the rules say of the answers.
type Result struct {
	For        For         `json:"for"`
	Law        Law         `json:"law" example:"mdr"`
	LawVersion string      `json:"law_version" example:"2026-11-27"`
	Guidelines []Guideline `json:"guidelines"`
	// Undecided is true when rows in open can still change the outcome.
	Undecided bool `json:"undecided"`
	// Open has every row that counts and has no certain answer.
	Open []OpenRow `json:"open"`
	// Held has every row that holds.
	Held []Held `json:"held"`
	// Ignored are answers that an answer before them made needless.
	Ignored     []string     `json:"ignored"`
	Suggestions []Suggestion `json:"suggestions"`
	// The lowest confidence of the rows that the result rests on. Check is «kontrolleres» when it is not high.
	Confidence string        `json:"confidence" enums:"high,medium,low"`
	Check      *record.Text  `json:"check"`
	Device     *DeviceResult `json:"device"`
	AIAct      *AIActResult  `json:"ai_act"`
} // @name ClassificationResult

// OpenRow is a row whose answer is unknown or missing.
type OpenRow struct {
	ID      string `json:"id" example:"C-11a3"`
	CouldBe string `json:"could_be,omitempty" example:"III"`
} // @name RuleOpen

// Held is a row that holds, with what it rests on.
type Held struct {
	ID         string      `json:"id" example:"C-11a"`
	Gives      string      `json:"gives,omitempty" example:"IIa"`
	Values     []string    `json:"values"`
	Reason     string      `json:"reason,omitempty"`
	Reference  record.Text `json:"reference" validate:"-"`
	Guidance   record.Text `json:"guidance,omitzero" validate:"-"`
	Applies    *Applies    `json:"applies"`
	Confidence string      `json:"confidence" enums:"high,medium,low"`
} // @name RuleHeld

// Suggestion is a row that proposes answers to other rows.
type Suggestion struct {
	ID       string            `json:"id" example:"C-11T4"`
	Proposes map[string]Choice `json:"proposes"`
} // @name RuleSuggestion

// Classify returns what the rules of a table say of the answers. Answers that contradict each other, or lack what a row needs, are refused; a missing
// answer counts as unknown.
func Classify(t *Table, f For, a Answers, facts Facts) (*Result, error) {
	e := evaluate(t, f, a, facts, open)
	if err := e.check(true); err != nil {
		return nil, err
	}
	r := e.result(f)
	if f == ForAIAct {
		e.aiAct(r)
	} else {
		e.device(r)
	}
	return r, nil
}

// result returns the parts that every result has.
func (e *evaluation) result(f For) *Result {
	r := &Result{
		For: f, Law: e.table.Law, LawVersion: e.table.Version, Guidelines: e.table.GuidelinesOf(e.sections()...),
		Open: []OpenRow{}, Held: []Held{}, Ignored: []string{}, Suggestions: []Suggestion{},
	}
	for _, row := range e.reached() {
		switch s := e.state(row.ID); {
		case row.Effect == Follows:
		case row.Effect == Suggests:
			if s == yes {
				r.Suggestions = append(r.Suggestions, Suggestion{ID: row.ID, Proposes: row.Proposes})
			}
		case s == yes:
			r.Held = append(r.Held, e.held(row))
		case row.asks() && e.answered(row) == open && e.premise(row) != no:
			r.Open = append(r.Open, OpenRow{ID: row.ID, CouldBe: row.Gives})
		}
	}
	for _, row := range e.table.order {
		if a, there := e.answers[row.ID]; there && row.holds(a) && (!row.asks() && e.state(row.ID) != yes || row.asks() && e.premise(row) == no) {
			r.Ignored = append(r.Ignored, row.ID)
		}
	}
	return r
}

func (e *evaluation) held(r *Row) Held {
	a := e.answers[r.ID]
	return Held{
		ID: r.ID, Gives: r.Gives, Values: append([]string{}, a.values()...), Reason: a.Reason, Reference: r.Reference, Guidance: r.Guidance,
		Applies: r.Applies, Confidence: r.Confidence,
	}
}

func (e *evaluation) sections() []string {
	out := make([]string, 0, len(e.live))
	for s := range e.live {
		out = append(out, s)
	}
	return out
}

var confidences = []string{"low", "medium", "high"}

// restOn sets the confidence of a result: the lowest of the rows that it rests on.
func (r *Result) restOn(levels ...string) {
	r.Confidence = "high"
	for _, c := range levels {
		if slices.Index(confidences, c) < slices.Index(confidences, r.Confidence) {
			r.Confidence = c
		}
	}
	r.Check = checkMark(r.Confidence)
}

// checkMark is «kontrolleres» for a confidence that is not high.
func checkMark(confidence string) *record.Text {
	if confidence == "high" {
		return nil
	}
	return &record.Text{NB: "kontrolleres", EN: "to be checked"}
}
