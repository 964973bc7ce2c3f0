// Package study has the clinical studies of AI systems that are devices: clinical investigations under the MDR and performance studies under the IVDR, with
// the answers of the authority (DMP) and the ethics committee (REK). A proof of concept counts as a study (SiV's guideline, step 3).
package study

import (
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of a study.
type Status string

// The states.
const (
	Planned   Status = "planned"
	Applied   Status = "applied"
	Approved  Status = "approved"
	Running   Status = "running"
	Completed Status = "completed"
	Stopped   Status = "stopped"
)

// This registers the closed list of states.
var _ = record.Choices[Status](
	[4]string{"planned", "planlagt", "planned", "neutral"},
	[4]string{"applied", "søkt eller meldt", "applied or notified", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"running", "pågår", "running", "info"},
	[4]string{"completed", "fullført", "completed", "success"},
	[4]string{"stopped", "stoppet", "stopped", "danger"},
)

// Active reports whether the study is planned or runs.
func (s Status) Active() bool { return s != Completed && s != Stopped }

// Type is what is done.
type Type string

// This registers the closed list of types.
var _ = record.Choices[Type](
	[4]string{"proof_of_concept", "konseptutprøving", "proof of concept", "neutral"},
	[4]string{"interventional", "intervensjonsstudie", "interventional study", "neutral"},
	[4]string{"observational", "observasjonsstudie", "observational study", "neutral"},
	[4]string{"retrospective", "retrospektiv studie", "retrospective study", "neutral"},
	[4]string{"shadow_run", "skyggekjøring", "shadow run", "neutral"},
	[4]string{"quality_assurance", "kvalitetssikring", "quality assurance", "neutral"},
)

// Input is what a caller sets of a study.
type Input struct {
	record.Common
	SystemID string `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	Title    string `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Utprøving av knutedeteksjon på CT"`
	Type     Type   `json:"type" validate:"required,choice" filter:"" example:"proof_of_concept"`
	RowID    string `json:"row" validate:"required,max=10" filter:"" example:"N-01"` // of /studies/rules
	Reason   string `json:"reason" validate:"required,filled,max=5000" example:"Systemet er ikke CE-merket, og svaret brukes i behandlingen."`
	// The legal basis of the data, of what is not an investigation.
	LegalBasis string `json:"legal_basis,omitempty" validate:"omitempty,filled,max=2000" example:"Kvalitetssikring, helsepersonelloven § 26"`
	// The project in the hospital's submission system. Or the project that it is registered in already.
	SubmissionReference string `json:"submission_reference,omitempty" validate:"omitempty,filled,max=200" example:"FOI-2026-114"`
	RegisteredIn        string `json:"registered_in,omitempty" validate:"omitempty,filled,max=500" example:"FOI-2024-087, Bildediagnostikk med KI"`
	// The start and end of the study as it is planned.
	StartsOn record.Date `json:"starts_on" sort:"" format:"date" extensions:"x-nullable"`
	EndsOn   record.Date `json:"ends_on" sort:"" format:"date" extensions:"x-nullable"`
	Evidence []string    `json:"evidence" validate:"max=50,unique,dive,uuid" ref:"evidence" filter:"" format:"uuid"`
} // @name StudyInput

// Study is a clinical study of an AI system.
type Study struct {
	record.Base
	Input
	Status  Status `json:"status" filter:""`
	OwnerID string `json:"owner_id" ref:"user" filter:"" format:"uuid"` // the owner of the system
	Regime  Regime `json:"regime,omitempty" filter:""`
	ToCheck bool   `json:"to_check"` // it rests on a rule that is still to be checked
	Filing
	Answer
	StartedOn  record.Date `json:"started_on" format:"date" extensions:"x-nullable"`
	EndedOn    record.Date `json:"ended_on" format:"date" extensions:"x-nullable"`
	StopReason string      `json:"stop_reason,omitempty"`
} // @name Study

// Filing says when the study was applied for or notified.
type Filing struct {
	AppliedOn record.Date `json:"applied_on" format:"date" extensions:"x-nullable" example:"2026-11-20"`
} // @name StudyApplication

// Answer has the answers of the authority and the ethics committee.
type Answer struct {
	DMPReference string      `json:"dmp_reference,omitempty" validate:"omitempty,filled,max=100" example:"26/12345"`
	REKReference string      `json:"rek_reference,omitempty" validate:"omitempty,filled,max=100" example:"812345"`
	ApprovedOn   record.Date `json:"approved_on" format:"date" extensions:"x-nullable" example:"2026-12-20"`
} // @name StudyApproval

// Studies reads and writes the clinical studies.
var Studies = record.NewRepo[Study](record.Kind{
	Rules: record.Rules[Study]{Validate: (*Study).Validate},
	Name:  "study", Path: "studies", Prefix: "STUDY", Label: record.Text{NB: "Klinisk studie", EN: "Clinical study"},
	Editable: []string{"planned"}, Removable: []string{"planned"}, Mine: []string{"owner_id"}, Parts: []string{"reassign"},
	Workflow: []record.Transition{
		{Verb: "apply", From: []string{"planned"}, To: []string{"applied"}, Needs: []string{"applied_on"}, Label: record.Text{NB: "Send søknad eller melding", EN: "Apply or notify"}},
		{
			Verb: "record-approval", From: []string{"applied"}, To: []string{"approved"}, Needs: []string{"approved_on"},
			Label: record.Text{NB: "Registrer godkjenning", EN: "Record the approval"},
		},
		{Verb: "start", From: []string{"planned", "approved"}, To: []string{"running"}, Label: record.Text{NB: "Start", EN: "Start"}},
		{Verb: "complete", From: []string{"running"}, To: []string{"completed"}, Label: record.Text{NB: "Fullfør", EN: "Complete"}},
		{
			Verb: "stop", From: []string{"planned", "applied", "approved", "running"}, To: []string{"stopped"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Stopp", EN: "Stop"},
		},
	},
})

// Validate checks the days of the study.
func (s *Study) Validate() error {
	var f fault.Fields
	if s.StartsOn != "" && s.EndsOn != "" && s.EndsOn < s.StartsOn {
		f.Add("/ends_on", "ends_before_start/study", "must not be before the first day")
	}
	return f.Err()
}

// Place sets what follows from the row, and refuses content that contradicts it. Regulation is that of the system, or empty while it is not known.
func (s *Study) Place(rules *Rules, regulation string) error {
	var f fault.Fields
	rule := rules.Rule(s.RowID)
	if rule == nil {
		f.Add("/row", "not_a_choice", "must be one of: %s", strings.Join(rules.rows(), ", "))
		return f.Err()
	}
	s.Regime, s.ToCheck = rule.Regime, rule.Confidence != "high"
	if rule.Regulation != "" && regulation != "" && !strings.EqualFold(rule.Regulation, regulation) {
		f.Add("/row", "row_of_other_regulation", "the system is a device under another regulation: %s", strings.ToUpper(regulation))
	}
	if rule.Regime == NotAnInvestigation && s.LegalBasis == "" {
		f.Add("/legal_basis", "required", "is required")
	}
	return f.Err()
}

// registered lists what is missing before the study goes on: its project in the submission system, and a settled regime.
func (s *Study) registered(rule *Rule) (b fault.Blockers) {
	if rule.Regime != NotAnInvestigation && s.SubmissionReference == "" && s.RegisteredIn == "" {
		b.Add("registration_missing", "/submission_reference", "register the study in the hospital's submission system, or name the project that it is registered in already")
	}
	if rule.Open {
		b.Add("regime_open", "/row", "settle first which rules the study follows")
	}
	return b
}

// Apply records that the study was applied for or notified.
func (s *Study) Apply(rules *Rules, in Filing, today record.Date) error {
	rule := rules.Rule(s.RowID)
	if rule.Regime == NotAnInvestigation {
		return fault.New(fault.Conflict, "nothing_to_apply", "%s is not an investigation, so there is nothing to apply for; start it", s.Number)
	}
	if err := s.registered(rule).Err(); err != nil {
		return err
	}
	var f fault.Fields
	switch {
	case in.AppliedOn == "":
		in.AppliedOn = today
	case in.AppliedOn > today:
		f.Add("/applied_on", "in_the_future", "must not be in the future")
	}
	s.Status, s.Filing = Applied, in
	return f.Err()
}

// RecordApproval records the answers without which the study cannot begin.
func (s *Study) RecordApproval(rules *Rules, in Answer, today record.Date) error {
	rule := rules.Rule(s.RowID)
	var f fault.Fields
	if rule.DMP != Nothing && in.DMPReference == "" {
		f.Add("/dmp_reference", "required", "is required")
	}
	if rule.REK && in.REKReference == "" {
		f.Add("/rek_reference", "required", "is required")
	}
	switch {
	case in.ApprovedOn == "":
		f.Add("/approved_on", "required", "is required")
	case in.ApprovedOn > today:
		f.Add("/approved_on", "in_the_future", "must not be in the future")
	case in.ApprovedOn < s.AppliedOn:
		f.Add("/approved_on", "approved_before_applied", "must not be before the day of the application")
	}
	s.Status, s.Answer = Approved, in
	return f.Err()
}

// Start begins the study. What is not an investigation begins without an approval, and what was notified begins after the waiting time.
func (s *Study) Start(rules *Rules, today record.Date) error {
	rule := rules.Rule(s.RowID)
	b := s.registered(rule)
	if s.Status == Planned && rule.Regime != NotAnInvestigation {
		b.Add("approval_missing", "/approved_on", "the study begins when the authority and the ethics committee have answered")
	}
	if rule.Wait != "" && s.AppliedOn != "" {
		if from := s.AppliedOn.Add(rule.Wait); today < from {
			b.Add("waiting_time", "/applied_on", "the study may begin on %s", from)
		}
	}
	if err := b.Err(); err != nil {
		return err
	}
	s.Status, s.StartedOn = Running, today
	return nil
}

// Complete ends the study as planned.
func (s *Study) Complete(today record.Date) error {
	s.Status, s.EndedOn = Completed, today
	return nil
}

// Stop ends the study before it is complete.
func (s *Study) Stop(reason string, today record.Date) error {
	s.Status, s.EndedOn, s.StopReason = Stopped, today, reason
	return nil
}

// Deciding returns the study whose regime the system follows: an active one that is an investigation, else an active one, else the newest.
func Deciding(all []*Study) (out *Study) {
	rank := func(s *Study) int {
		switch {
		case s.Status.Active() && s.Regime != NotAnInvestigation:
			return 2
		case s.Status.Active():
			return 1
		}
		return 0
	}
	for _, s := range all {
		if out == nil || rank(s) > rank(out) || rank(s) == rank(out) && s.ID > out.ID {
			out = s
		}
	}
	return out
}
