package governance

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Power is something a mandate allows a body to do.
type Power string // @name MandatePower

// The powers.
const (
	Propose Power = "propose"
	Advise  Power = "advise"
	Decide  Power = "decide"
)

// This registers the closed list of them.
var _ = record.Choices[Power](
	[4]string{"propose", "foreslå", "propose", "neutral"},
	[4]string{"advise", "gi råd", "advise", "info"},
	[4]string{"decide", "beslutte", "decide", "success"})

// MandateStatus is the state of a mandate.
type MandateStatus string

// The states of a mandate.
const (
	MandateDraft      MandateStatus = "draft"
	MandateInReview   MandateStatus = "in_review"
	MandateAdopted    MandateStatus = "adopted"
	MandateSuperseded MandateStatus = "superseded"
)

// This registers the closed list of them.
var _ = record.Choices[MandateStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til vedtak", "awaiting adoption", "info"},
	[4]string{"adopted", "vedtatt", "adopted", "success"},
	[4]string{"superseded", "erstattet", "superseded", "neutral"})

// Cadence is how often a body meets: between Min and Max times per period, or at least once Every period.
type Cadence struct {
	Min   int             `json:"min" validate:"min=0,max=366"`
	Max   int             `json:"max" validate:"min=0,max=366"`
	Per   record.Duration `json:"per" example:"P6M"`
	Every record.Duration `json:"every" example:"P1M"`
	Text  string          `json:"text" validate:"max=500" example:"tre–fire møter i halvåret"`
} // @name MandateCadence

// Planned is the total number of meetings a body is to hold.
type Planned struct {
	Min int `json:"min" validate:"min=0,max=1000" example:"6"`
	Max int `json:"max" validate:"min=0,max=1000" example:"8"`
} // @name MandatePlanned

// Deliverable is something a body must deliver by a day.
type Deliverable struct {
	Title string      `json:"title" validate:"required,filled,max=300" example:"Leveranse til Skates fagdager"`
	Due   record.Date `json:"due"`
} // @name MandateDeliverable

// Step is one step of a proposal's review, before another body decides.
type Step struct {
	Key  string `json:"key" validate:"required,slug" example:"au"`
	Name string `json:"name" validate:"required,filled,max=200" example:"Skates arbeidsutvalg"`
} // @name MandateStep

// Admission is the criteria for admitting a case: it must have one of the qualities named. Other cases belong to another body.
type Admission struct {
	AnyOf     []Quality `json:"any_of" validate:"min=1,max=2,unique,dive,required,choice"`
	Otherwise string    `json:"otherwise" validate:"required,filled,max=500" example:"Send saken til virksomhetens egen arbeidsgruppe."`
} // @name MandateAdmission

// Quality is a property that makes a case one for a council.
type Quality string // @name CaseQuality

// The qualities.
const (
	Strategic        Quality = "strategic"
	NationalInterest Quality = "national_interest"
)

// Qualities is the closed list of them.
var Qualities = record.Choices[Quality](
	[4]string{"strategic", "strategisk karakter", "strategic", "info"},
	[4]string{"national_interest", "nasjonal interesse", "national interest", "info"})

// Evaluation is the evaluation of whether the body should continue.
type Evaluation struct {
	Outcome EvaluationOutcome `json:"outcome" validate:"required,choice" example:"continue"`
	Reason  string            `json:"reason" validate:"required,filled,max=5000" example:"Rådet har gitt råd i de sakene mandatet nevner."`
} // @name MandateEvaluationInput

// Why gives the reason to the event log.
func (e Evaluation) Why() string { return e.Reason }

// EvaluationOutcome is the result of an evaluation.
type EvaluationOutcome string // @name MandateEvaluationOutcome

// The outcomes.
const (
	Continue EvaluationOutcome = "continue"
	Amend    EvaluationOutcome = "change"
	Wind     EvaluationOutcome = "close"
)

// This registers the closed list of them.
var _ = record.Choices[EvaluationOutcome](
	[4]string{"continue", "videreføres", "continues", "success"},
	[4]string{"change", "endres", "changes", "warning"},
	[4]string{"close", "avsluttes", "closes", "neutral"})

// Evaluated is a recorded evaluation.
type Evaluated struct {
	Evaluation
	By string      `json:"by" format:"uuid" names:"user"`
	On record.Date `json:"on"`
} // @name MandateEvaluation

// Preparation is what the secretariat lays before those who evaluate a mandate, or who decide what follows when its term ends.
type Preparation struct {
	Text string `json:"text" validate:"required,filled,max=10000" example:"Rådet har holdt seks møter og gitt fire råd. Medlemmene ønsker å fortsette."`
} // @name MandatePreparationInput

// Prepared is a recorded preparation.
type Prepared struct {
	Preparation
	By  string      `json:"by" format:"uuid" names:"user"`
	On  record.Date `json:"on"`
	Due record.Date `json:"due"` // the day it was for: the day of the evaluation, or the last day of the term
} // @name MandatePreparation

// Extension extends a mandate that is in force.
type Extension struct {
	Until  record.Date `json:"until" validate:"required"`
	Reason string      `json:"reason" validate:"required,filled,max=2000" example:"Evalueringen er ikke ferdig."`
} // @name MandateExtension

// Why gives the reason to the event log.
func (e Extension) Why() string { return e.Reason }

// Source is the legal or organisational basis of a mandate.
type Source struct {
	Title string `json:"title" validate:"required,filled,max=300" example:"Tildelingsbrev til Helsedirektoratet for 2024"`
	Ref   string `json:"ref" validate:"max=100" example:"TB 2024-34"`
	URL   string `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
} // @name MandateSource

// MandateInput is what a caller sets of a mandate.
type MandateInput struct {
	record.Common
	BodyID      string   `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""`
	Title       string   `json:"title" validate:"required,filled,max=200" search:"" sort:""`
	Powers      []Power  `json:"powers" validate:"max=3,unique,dive,required,choice"`
	Purpose     string   `json:"purpose" validate:"max=10000" search:""`
	Tasks       []string `json:"tasks" validate:"max=50,dive,filled,max=2000"`
	Composition string   `json:"composition" validate:"max=10000"`
	Term        string   `json:"term" validate:"max=1000"`
	Cadence     *Cadence `json:"cadence"`
	// The number of meetings planned in total.
	Planned *Planned `json:"planned"`
	Rules   *Rules   `json:"rules"`
	// The body's actions that its lead, its deputy or the holders of a role may take alone.
	Delegated []DelegatedAction `json:"delegated" validate:"max=50,dive"`
	// The criteria for admitting a case; any case when null.
	Admission    *Admission    `json:"admission"`
	Deliverables []Deliverable `json:"deliverables" validate:"max=50,dive"`
	// The steps of a proposal's review before it is decided, in order.
	ReviewPath []Step `json:"review_path" validate:"max=10,unique=Key,dive"`
	// The day by which to evaluate whether the body should continue.
	EvaluationDue record.Date `json:"evaluation_due"`
	Source        *Source     `json:"source"`
	// The first and last day of the term.
	ValidFrom record.Date `json:"valid_from"`
	ValidTo   record.Date `json:"valid_to"`
}

// Answer is the response of whoever decides on a submitted text.
type Answer struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name MandateRejection

// Mandate is one edition of a body's purpose and powers.
type Mandate struct {
	record.Base
	MandateInput
	Edition       int        `json:"edition" example:"1"`
	SubmittedBy   string     `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	AdoptedBy     string     `json:"adopted_by,omitempty" format:"uuid" names:"user"`
	AdoptedAt     *time.Time `json:"adopted_at"`
	LastRejection *Answer    `json:"last_rejection"`
	Evaluation    *Evaluated `json:"evaluation"`
	// What the secretariat has prepared for the evaluation, and for the end of the term.
	EvaluationPrepared *Prepared     `json:"evaluation_prepared"`
	TermEndPrepared    *Prepared     `json:"term_end_prepared"`
	Status             MandateStatus `json:"status" filter:""`
} // @name Mandate

// Mandates reads and writes mandates.
var Mandates = record.NewRepo[Mandate](record.Kind{
	Rules: record.Rules[Mandate]{Defaults: (*Mandate).Defaults, Validate: (*Mandate).Validate, Facts: (*Mandate).Facts, DueOn: (*Mandate).DueOn},
	Name:  "mandate", Path: "mandates", Prefix: "MAN", Label: record.Text{NB: "Mandat", EN: "Mandate"}, Access: true, Due: true, Schema: 2,
	Upcast: func(_ int, doc []byte) ([]byte, error) {
		doc = bytes.Replace(doc, []byte(`"cadence":{`), []byte(`"cadence":{"every":null,`), 1)
		return with(doc, `"planned":null,"rules":null,"admission":null,"deliverables":[],"review_path":[],"evaluation_due":null,"evaluation":null`), nil
	},
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Own: map[string][]string{"withdraw": {"submitted_by", "created_by"}},
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"draft"}, To: []string{"in_review"}, Needs: []string{"purpose", "powers", "valid_from"}, Label: record.Text{NB: "Send til vedtak", EN: "Submit"}},
		{Verb: "adopt", From: []string{"in_review"}, To: []string{"adopted"}, Needs: []string{}, Label: record.Text{NB: "Vedta", EN: "Adopt"}},
		{Verb: "reject", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Send tilbake", EN: "Reject"}},
		{Verb: "withdraw", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"}},
		{Verb: "extend", From: []string{"adopted"}, To: []string{"adopted"}, Needs: []string{"until", "reason"}, Label: record.Text{NB: "Forleng", EN: "Extend"}},
		{Verb: "evaluate", From: []string{"adopted"}, To: []string{"adopted"}, Needs: []string{"outcome", "reason"}, Label: record.Text{NB: "Evaluer", EN: "Evaluate"}},
		{Verb: "prepare-evaluation", From: []string{"in_review", "adopted"}, To: []string{"in_review", "adopted"}, Needs: []string{"text"}, Label: record.Text{NB: "Forbered evalueringen", EN: "Prepare the evaluation"}},
		{Verb: "prepare-term-end", From: []string{"in_review", "adopted"}, To: []string{"in_review", "adopted"}, Needs: []string{"text"}, Label: record.Text{NB: "Forbered slutten på perioden", EN: "Prepare the end of the term"}},
		{Verb: "supersede", From: []string{"adopted"}, To: []string{"superseded"}, Needs: []string{}, Label: record.Text{NB: "Erstattes", EN: "Superseded"}},
	},
	Tasks: []record.Task{
		{States: []string{"in_review"}, Action: "adopt", Label: record.Text{NB: "Mandat til vedtak", EN: "Mandate to adopt"}},
		{States: []string{"adopted"}, Action: "evaluate", Soon: true, Label: record.Text{NB: "Evaluer om organet skal videreføres", EN: "Evaluate whether the body should continue"}},
		{
			States: []string{"in_review", "adopted"}, Action: "prepare-evaluation", Soon: true, Day: func(m any, _ string) record.Date { return m.(*Mandate).toEvaluate() },
			Label: record.Text{NB: "Forbered evalueringen av organet", EN: "Prepare the evaluation of the body"},
		},
		{
			States: []string{"in_review", "adopted"}, Action: "prepare-term-end", Soon: true, Day: func(m any, _ string) record.Date { return m.(*Mandate).toEnd() },
			Label: record.Text{NB: "Forbered slutten på mandatets periode", EN: "Prepare the end of the mandate's term"},
		},
	},
	NotApplicable: func(action string, m record.Meta) bool {
		return (action == "evaluate" || action == "prepare-evaluation") && m.Fact("evaluated") == "yes"
	},
})

// NewMandate creates a draft.
func NewMandate(in MandateInput, edition int) *Mandate {
	return &Mandate{MandateInput: in, Edition: edition, Status: MandateDraft}
}

// Facts says who may withdraw the mandate.
func (m *Mandate) Facts() []record.Fact {
	facts := []record.Fact{{Name: "submitted_by", Value: m.SubmittedBy}, {Name: "created_by", Value: m.CreatedBy}}
	if m.Evaluation != nil {
		facts = append(facts, record.Fact{Name: "evaluated", Value: "yes"})
	}
	return facts
}

// Defaults fills the lists a caller left out.
func (m *Mandate) Defaults() {
	m.ExternalRefs, m.Powers, m.Tasks = noneNil(m.ExternalRefs), noneNil(m.Powers), noneNil(m.Tasks)
	m.Delegated = noneNil(m.Delegated)
	m.Deliverables, m.ReviewPath = noneNil(m.Deliverables), noneNil(m.ReviewPath)
	if m.Rules != nil {
		m.Rules.VotingPositions = noneNil(m.Rules.VotingPositions)
	}
}

// Validate checks the dates, the cadence and the rules.
func (m *Mandate) Validate() error {
	f := order("/valid_to", m.ValidFrom, m.ValidTo)
	if c := m.Cadence; c != nil {
		if c.Max > 0 && c.Min > c.Max {
			f.Add("/cadence/max", "less_than_min", "must be at least as high as min")
		}
		if (c.Min > 0 || c.Max > 0) && c.Per == "" {
			f.Add("/cadence/per", "required", "is required")
		}
		if c.Every != "" && (c.Min > 0 || c.Max > 0) {
			f.Add("/cadence/every", "two_cadences", "give either a number of meetings per period, or how often, not both")
		}
	}
	if p := m.Planned; p != nil && p.Max > 0 && p.Min > p.Max {
		f.Add("/planned/max", "less_than_min", "must be at least as high as min")
	}
	m.Rules.validate(&f)
	return f.Err()
}

// DueOn returns the day by which to evaluate whether the body should continue. It is empty once the evaluation is made.
func (m *Mandate) DueOn() record.Date {
	if m.Status == MandateAdopted && m.Evaluation == nil {
		return m.EvaluationDue
	}
	return ""
}

// Has reports whether the mandate gives a power.
func (m *Mandate) Has(p Power) bool { return slices.Contains(m.Powers, p) }

// Extend extends the term.
func (m *Mandate) Extend(until record.Date) error {
	var f fault.Fields
	if m.ValidTo == "" || until <= m.ValidTo {
		f.Add("/until", "not_later", "must be after the day the term ends now")
	}
	m.ValidTo = until
	return f.Err()
}

// Evaluate records whether the body should continue. Each edition is evaluated once.
func (m *Mandate) Evaluate(e Evaluation, by string, on record.Date) error {
	if m.Evaluation != nil {
		return fault.New(fault.Conflict, "evaluated", "%s was already evaluated on %s", m.Number, m.Evaluation.On)
	}
	m.Evaluation = &Evaluated{Evaluation: e, By: by, On: on}
	return nil
}

// PrepareEvaluation records what the secretariat lays before those who evaluate. It may be replaced until the evaluation is made.
func (m *Mandate) PrepareEvaluation(p Preparation, by string, on record.Date) error {
	if m.Evaluation != nil {
		return fault.New(fault.Conflict, "evaluated", "%s was already evaluated on %s", m.Number, m.Evaluation.On)
	}
	m.EvaluationPrepared = &Prepared{Preparation: p, By: by, On: on, Due: m.EvaluationDue}
	return nil
}

// PrepareTermEnd records what the secretariat lays before those who decide what follows when the term ends.
func (m *Mandate) PrepareTermEnd(p Preparation, by string, on record.Date) error {
	m.TermEndPrepared = &Prepared{Preparation: p, By: by, On: on, Due: m.ValidTo}
	return nil
}

// toEvaluate returns the day of an evaluation that is not prepared, or no day.
func (m *Mandate) toEvaluate() record.Date {
	if m.Evaluation != nil || m.EvaluationPrepared != nil && m.EvaluationPrepared.Due == m.EvaluationDue {
		return ""
	}
	return m.EvaluationDue
}

// toEnd returns the last day of a term whose end is not prepared, or no day. It is to prepare again when the term is extended.
func (m *Mandate) toEnd() record.Date {
	if m.TermEndPrepared != nil && m.TermEndPrepared.Due == m.ValidTo {
		return ""
	}
	return m.ValidTo
}

// Submit sends the mandate to whoever adopts it.
func (m *Mandate) Submit(by string) error {
	var b fault.Blockers
	if strings.TrimSpace(m.Purpose) == "" {
		b.Add("purpose_missing", "/purpose", "the mandate must say what the body is for")
	}
	if len(m.Powers) == 0 {
		b.Add("powers_missing", "/powers", "the mandate must say what the body may do")
	}
	if m.ValidFrom == "" {
		b.Add("valid_from_missing", "/valid_from", "the mandate must say from when it is in force")
	}
	if err := b.Err(); err != nil {
		return err
	}
	m.Status, m.SubmittedBy = MandateInReview, by
	return nil
}

// Adopt puts the mandate in force from its first day.
func (m *Mandate) Adopt(by string, at time.Time) error {
	if m.ValidTo.Passed(at) {
		var missing fault.Blockers
		missing.Add("term_over", "/valid_to", "the last day of the mandate, %s, has passed; choose a later one", m.ValidTo)
		return missing.Err()
	}
	m.Status, m.AdoptedBy, m.AdoptedAt = MandateAdopted, by, &at
	return nil
}

// Reject returns the mandate to its authors.
func (m *Mandate) Reject(by string, at time.Time, reason string) error {
	m.Status, m.LastRejection = MandateDraft, &Answer{By: by, At: at, Reason: reason}
	return nil
}

// Withdraw withdraws the mandate before it is adopted. Its submitter and its author may.
func (m *Mandate) Withdraw(by string) error {
	if by != m.SubmittedBy && by != m.CreatedBy {
		return fault.New(fault.Forbidden, "not_submitter_or_owner", "only the person who submitted it, or its owner, can withdraw it")
	}
	m.Status = MandateDraft
	return nil
}

// Supersede ends the mandate when the next one is adopted.
func (m *Mandate) Supersede() error {
	m.Status = MandateSuperseded
	return nil
}

// InForce reports whether the mandate is in force at that instant.
func (m *Mandate) InForce(at time.Time) bool {
	return m.Status == MandateAdopted && record.Within(at, m.ValidFrom, m.ValidTo)
}
