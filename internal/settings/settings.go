// Package settings has what a top-level unit decides about its own management system: who decides where no body does, how high a risk may be, how soon
// questions are answered, and whether coming law applies already.
package settings

import (
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of one edition of the settings.
type Status string

// The states of an edition.
const (
	Draft      Status = "draft"
	InReview   Status = "in_review"
	Approved   Status = "approved"
	Superseded Status = "superseded"
)

// This registers the closed list of an edition's states.
var _ = record.Choices[Status](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"superseded", "erstattet", "superseded", "neutral"},
)

// Input is what a caller sets.
type Input struct {
	record.Common
	Content
} // @name SettingsInput

// Content is what the settings say. What an edition leaves out follows the defaults.
type Content struct {
	Deciders     []Decider    `json:"deciders" validate:"max=50,dive"`
	Highest      HighestLevel `json:"highest_level" validate:"required"`
	AnswerTimes  []AnswerTime `json:"answer_times" validate:"max=50,dive"`
	EnforceEarly bool         `json:"enforce_early"` // requirements of law that is not yet in force count as if it were
	WhyEarly     string       `json:"enforce_early_reason,omitempty" validate:"omitempty,filled,max=2000" example:"Styret vil at sykehuset følger KI-forordningen før den blir norsk lov."`
} // @name SettingsContent

// Decider says who decides something where no body with the power to decide covers the scope.
type Decider struct {
	Kind   DecisionKind   `json:"kind" validate:"required,choice" example:"policy"`
	Action DecisionAction `json:"action" validate:"required,choice" example:"approve"`
	Role   DecidingRole   `json:"role" validate:"required,choice" example:"line_manager"`
} // @name SettingsDecider

// HighestLevel is the highest level that a risk may have while an AI system is piloted, and while it is in use.
type HighestLevel struct {
	Pilot Level `json:"pilot" validate:"required,choice" example:"high"`
	InUse Level `json:"in_use" validate:"required,choice" example:"moderate"`
} // @name SettingsHighestLevel

// AnswerTime says how long an answer to a kind of question may take.
type AnswerTime struct {
	Question Question        `json:"question" validate:"required,choice" example:"need"`
	Within   record.Duration `json:"within" validate:"required" swaggertype:"string" example:"P30D"`
} // @name SettingsAnswerTime

// Settings is one edition of the settings of a top-level unit. Approved editions never change.
type Settings struct {
	record.Base
	Input
	Edition     int        `json:"edition" filter:"" sort:"" example:"1"`
	Status      Status     `json:"status" filter:""`
	SubmittedBy string     `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	ApprovedBy  string     `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time `json:"approved_at"`
} // @name Settings

// Repo reads and writes the editions of settings. The table named settings has the state of the installation itself.
var Repo = record.NewRepo[Settings](record.Kind{
	Rules: record.Rules[Settings]{Defaults: (*Settings).Defaults, Validate: (*Settings).Validate, Facts: (*Settings).Facts},
	Name:  "settings", Path: "settings", Table: "unit_settings", Prefix: "SET", Label: record.Text{NB: "Innstillinger", EN: "Settings edition"},
	Editable: []string{"draft"}, Removable: []string{"draft"}, Access: true,
	Own: map[string][]string{"withdraw": {"submitted_by"}},
	Workflow: []record.Transition{
		step("submit", "draft", "in_review", "Send til godkjenning", "Submit"),
		step("approve", "in_review", "approved", "Godkjenn", "Approve"),
		step("reject", "in_review", "draft", "Avvis", "Reject", "reason"),
		step("withdraw", "in_review", "draft", "Trekk tilbake", "Withdraw", "reason"),
		step("supersede", "approved", "superseded", "Erstattes av neste utgave", "Superseded by the next edition"),
	},
	Tasks: []record.Task{{
		States: []string{"in_review"}, Action: "approve",
		Label: record.Text{NB: "Innstillinger som venter på godkjenning", EN: "Settings waiting for approval"},
	}},
	Title: func(_ *record.Tx, r *record.Row) string {
		return "Innstillinger, utgave " + r.Field("edition").String()
	},
})

func step(verb, from, to, nb, en string, needs ...string) record.Transition {
	return record.Transition{Verb: verb, From: []string{from}, To: []string{to}, Needs: needs, Label: record.Text{NB: nb, EN: en}}
}

// New creates the draft of an edition.
func New(in Input, edition int) *Settings {
	return &Settings{Input: in, Edition: edition, Status: Draft}
}

// Defaults fills empty lists.
func (s *Settings) Defaults() {
	if s.ExternalRefs == nil {
		s.ExternalRefs = []record.ExternalRef{}
	}
	if s.Deciders == nil {
		s.Deciders = []Decider{}
	}
	if s.AnswerTimes == nil {
		s.AnswerTimes = []AnswerTime{}
	}
}

// Facts gives who submitted the edition, because only that person may withdraw it.
func (s *Settings) Facts() []record.Fact {
	return []record.Fact{{Name: "submitted_by", Value: s.SubmittedBy}}
}

// Validate checks the rules over several fields.
func (s *Settings) Validate() error {
	var faults fault.Fields
	if s.Scope == "/" || len(record.Ancestors(s.Scope)) > 2 {
		faults.Add("/scope", "not_top_level", "must be a top-level unit, such as /siv/")
	}
	s.checkDeciders(&faults)
	if s.Highest.InUse.rank() > s.Highest.Pilot.rank() && s.Highest.Pilot.rank() > 0 {
		faults.Add("/highest_level/in_use", "above_pilot", "must not be higher than in the pilot")
	}
	s.checkAnswerTimes(&faults)
	if s.EnforceEarly && s.WhyEarly == "" {
		faults.Add("/enforce_early_reason", "required/enforce_early_reason", "say why law that is not yet in force applies here")
	}
	return faults.Err()
}

func (s *Settings) checkDeciders(faults *fault.Fields) {
	for i, d := range s.Deciders {
		at := "/deciders/" + strconv.Itoa(i)
		known := slices.ContainsFunc(decisionKinds, is(string(d.Kind))) && slices.ContainsFunc(decisionActions, is(string(d.Action)))
		if known && !slices.Contains(decisions, d.decision()) {
			faults.Add(at+"/action", "unknown_decision", "is no decision of a body on records of that kind")
		}
		if slices.ContainsFunc(s.Deciders[:i], func(e Decider) bool { return e.decision() == d.decision() }) {
			faults.Add(at, "repeated/decider", "the decision %s on %s is here twice", string(d.Action), string(d.Kind))
		}
	}
}

// The shortest and the longest answer time, measured from an arbitrary day.
const (
	today   record.Date = "2000-01-01"
	longest record.Date = "2001-01-01"
)

func (s *Settings) checkAnswerTimes(faults *fault.Fields) {
	for i, a := range s.AnswerTimes {
		at := "/answer_times/" + strconv.Itoa(i)
		if last := today.Add(a.Within); a.Within != "" && (last <= today || last > longest) {
			faults.Add(at+"/within", "bad_answer_time", "must be from one day to one year")
		}
		if slices.ContainsFunc(s.AnswerTimes[:i], func(e AnswerTime) bool { return e.Question == a.Question }) {
			faults.Add(at+"/question", "repeated/question", "the question %s is here twice", string(a.Question))
		}
	}
}

// Submit submits the edition for approval.
func (s *Settings) Submit(by string) error {
	s.Status, s.SubmittedBy = InReview, by
	return nil
}

// Approve puts the edition in force. It never changes after that.
func (s *Settings) Approve(by string, at time.Time) error {
	s.Status, s.ApprovedBy, s.ApprovedAt = Approved, by, &at
	return nil
}

// Reject returns the edition to its authors.
func (s *Settings) Reject() error {
	s.Status, s.SubmittedBy = Draft, ""
	return nil
}

// Withdraw withdraws the edition from review. Only its submitter may.
func (s *Settings) Withdraw(by string) error {
	if by != s.SubmittedBy {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", s.Number)
	}
	return s.Reject()
}

// Supersede takes the edition out of force when a later one is approved.
func (s *Settings) Supersede() error {
	s.Status = Superseded
	return nil
}

// Decider returns the role that decides where no body with the power to decide covers the scope. It is top management unless the settings say otherwise.
func (s *Settings) Decider(kind, action string) string {
	for _, d := range s.Deciders {
		if string(d.Kind) == kind && string(d.Action) == action {
			return string(d.Role)
		}
	}
	return string(TopManagement)
}

// AnswerWithin returns how soon a question is answered, and "" when the settings do not say.
func (s *Settings) AnswerWithin(q Question) record.Duration {
	for _, a := range s.AnswerTimes {
		if a.Question == q {
			return a.Within
		}
	}
	return ""
}
