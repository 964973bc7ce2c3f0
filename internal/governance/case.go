package governance

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// CaseKind is what a case asks the body to do.
type CaseKind string // @name CaseKind

// The kinds of case.
const (
	Orientation  CaseKind = "orientation"
	InputCase    CaseKind = "input"
	Discussion   CaseKind = "discussion"
	AdviceCase   CaseKind = "advice"
	ProposalCase CaseKind = "proposal"
	DecisionCase CaseKind = "decision"
)

// This registers the closed list of them.
var _ = record.Choices[CaseKind](
	[4]string{"orientation", "orientering", "orientation", "neutral"},
	[4]string{"input", "innspill", "input", "neutral"},
	[4]string{"discussion", "drøfting", "discussion", "neutral"},
	[4]string{"advice", "råd", "advice", "info"},
	[4]string{"proposal", "forslag", "proposal", "info"},
	[4]string{"decision", "beslutning", "decision", "success"})

// CaseStatus is the state of a case.
type CaseStatus string // @name CaseStatus

// The states of a case.
const (
	CaseDraft     CaseStatus = "draft"
	CaseSubmitted CaseStatus = "submitted"
	CaseAdmitted  CaseStatus = "admitted"
	CaseRejected  CaseStatus = "rejected"
	CaseOnAgenda  CaseStatus = "on_agenda"
	CaseConcluded CaseStatus = "concluded"
	CaseDeferred  CaseStatus = "deferred"
	CaseEscalated CaseStatus = "escalated"
	CaseWithdrawn CaseStatus = "withdrawn"
)

// This registers the closed list of them.
var _ = record.Choices[CaseStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"submitted", "meldt inn", "submitted", "info"},
	[4]string{"admitted", "tatt inn", "admitted", "info"},
	[4]string{"rejected", "avvist", "rejected", "danger"},
	[4]string{"on_agenda", "på sakslisten", "on the agenda", "info"},
	[4]string{"concluded", "avsluttet", "concluded", "success"},
	[4]string{"deferred", "utsatt", "deferred", "warning"},
	[4]string{"escalated", "løftet", "escalated", "warning"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"})

// Document is a document that belongs to a case.
type Document struct {
	Title string `json:"title" validate:"required,filled,max=300" example:"Saksfremlegg"`
	URL   string `json:"url" validate:"required,weburl,max=2000" example:"https://arkiv.siv.no/saker/2026-114"`
} // @name CaseDocument

// CaseInput is what a caller sets of a case (sak).
type CaseInput struct {
	record.Common
	BodyID           string     `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""`
	Title            string     `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Felles krav til lokal validering"`
	Summary          string     `json:"summary" validate:"max=20000" search:"" example:"Rådet bes drøfte hvilke krav sykehusene bør stille."`
	Kind             CaseKind   `json:"kind" validate:"required,choice" filter:"" example:"discussion"`
	Strategic        bool       `json:"strategic" filter:""`
	NationalInterest bool       `json:"national_interest" filter:""`
	OrganisationID   string     `json:"organisation_id,omitempty" validate:"omitempty,max=63" ref:"organisation" filter:""`
	NeedIDs          []string   `json:"need_ids" validate:"max=50,unique" ref:"need" filter:""`
	RiskIDs          []string   `json:"risk_ids" validate:"max=50,unique" ref:"risk"`
	EvidenceIDs      []string   `json:"evidence_ids" validate:"max=50,unique" ref:"evidence"`
	Documents        []Document `json:"documents" validate:"max=50,dive"`
	// The actions on records that the body is asked to decide.
	Subjects
}

// Conflict is a member's declared conflict of interest in a case. The member does not vote. The member does not count for the quorum
// of that vote either, unless the mandate says otherwise.
type Conflict struct {
	MembershipID string    `json:"membership_id" format:"uuid" ref:"membership"`
	Reason       string    `json:"reason"`
	DeclaredBy   string    `json:"declared_by" format:"uuid" names:"user"`
	DeclaredAt   time.Time `json:"declared_at"`
	// The resolutions the member had already voted on, and whether each would have passed without that vote.
	Late []LateConflict `json:"late"`
} // @name CaseConflict

// LateConflict is a resolution in which a member voted before declaring a conflict.
type LateConflict struct {
	ResolutionRef
	CarriedWithout bool `json:"carried_without"`
} // @name CaseLateConflict

// Declaration is the request that declares a conflict of interest.
type Declaration struct {
	MembershipID string `json:"membership_id" validate:"required,uuid" format:"uuid" ref:"membership"`
	Reason       string `json:"reason" validate:"required,filled,max=2000" example:"Eier aksjer i leverandøren."`
} // @name CaseDeclaration

// Why gives the reason to the event log.
func (d Declaration) Why() string { return d.Reason }

// Lift is the request that escalates a case to another body.
type Lift struct {
	BodyID string `json:"body_id" validate:"required,max=63" example:"nasjonal-radsmodell"`
	Reason string `json:"reason" validate:"required,filled,max=2000" example:"Saken gjelder hele sektoren."`
} // @name CaseEscalationInput

// Why gives the reason to the event log.
func (l Lift) Why() string { return l.Reason }

// Escalation records the body that a case was escalated to, and its answer.
type Escalation struct {
	BodyID     string     `json:"body_id" format:"uuid"`
	CaseID     string     `json:"case_id" format:"uuid" ref:"case"`
	By         string     `json:"by" format:"uuid" names:"user"`
	At         time.Time  `json:"at"`
	Reason     string     `json:"reason"`
	Answer     string     `json:"answer,omitempty"`
	AnsweredAt *time.Time `json:"answered_at"`
} // @name CaseEscalation

// Deferral is the request that defers a case.
type Deferral struct {
	Until  record.Date `json:"until"`
	Reason string      `json:"reason" validate:"required,filled,max=2000" example:"Høringen er ikke ferdig."`
} // @name CaseDeferral

// Why gives the reason to the event log.
func (d Deferral) Why() string { return d.Reason }

// Conclusion is a body's conclusion in a case.
type Conclusion struct {
	Text string `json:"text" validate:"required,filled,max=20000" example:"Rådet støtter forslaget og ber om en plan."`
} // @name CaseConclusionInput

// Concluded is a recorded conclusion.
type Concluded struct {
	Conclusion
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name CaseConclusion

// Case is a case before a body (sak).
type Case struct {
	record.Base
	CaseInput
	// The records in about.
	AboutIDs []string `json:"about_ids" ref:"policy|soa|treatment_plan|risk|cycle|measure|objective|impact_assessment|ai_system|gate_item" filter:""`
	// The person who raised the case and follows it.
	FromPersonID  string    `json:"from_person_id,omitempty" ref:"user" filter:"" format:"uuid"`
	SubmittedBy   string    `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	LastRejection *Answer   `json:"last_rejection"`
	Deferral      *Deferral `json:"deferral"`
	// The state the case had when it was deferred. A case that was only submitted still has to be admitted.
	DeferredFrom    CaseStatus  `json:"deferred_from,omitempty" example:"submitted"`
	Conflicts       []Conflict  `json:"conflicts"`
	Escalation      *Escalation `json:"escalation"`
	EscalatedFromID string      `json:"escalated_from_id,omitempty" ref:"case" filter:"" format:"uuid"`
	Conclusion      *Concluded  `json:"conclusion"`
	// Whether conflicts of interest, and earlier acts on the records in about, leave the body too few members for a quorum in this case.
	Shortage
	// What top management decided in the place of the body; null when it has not.
	InPlace *DecidedInPlace `json:"in_place"`
	Status  CaseStatus      `json:"status" filter:""`
} // @name Case

// Cases reads and writes cases.
var Cases = record.NewRepo[Case](record.Kind{
	Rules: record.Rules[Case]{Defaults: (*Case).Defaults, Facts: (*Case).Facts},
	Name:  "case", Path: "cases", Prefix: "CASE", Label: record.Text{NB: "Sak", EN: "Case"},
	Editable: []string{"draft", "submitted", "admitted", "deferred"}, Removable: []string{"draft"}, Parts: []string{"declare-conflict"},
	Own: map[string][]string{"withdraw": {"submitted_by", "created_by"}}, Mine: []string{"from_person_id"},
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"draft"}, To: []string{"submitted"}, Needs: []string{}, Label: record.Text{NB: "Meld inn", EN: "Submit"}},
		{Verb: "admit", From: []string{"submitted", "deferred"}, To: []string{"admitted"}, Needs: []string{}, Label: record.Text{NB: "Ta inn", EN: "Admit"}},
		{Verb: "reject", From: []string{"submitted"}, To: []string{"rejected"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avvis", EN: "Reject"}},
		{Verb: "schedule", From: []string{"admitted", "deferred"}, To: []string{"on_agenda"}, Needs: []string{}, Label: record.Text{NB: "Sett på sakslisten", EN: "Put on the agenda"}},
		{Verb: "unschedule", From: []string{"on_agenda"}, To: []string{"admitted"}, Needs: []string{}, Label: record.Text{NB: "Ta av sakslisten", EN: "Take off the agenda"}},
		{Verb: "conclude", From: []string{"on_agenda"}, To: []string{"concluded"}, Needs: []string{"text"}, Label: record.Text{NB: "Avslutt", EN: "Conclude"}},
		{Verb: "defer", From: []string{"submitted", "admitted", "on_agenda"}, To: []string{"deferred"}, Needs: []string{"reason"}, Label: record.Text{NB: "Utsett", EN: "Defer"}},
		{Verb: "escalate", From: []string{"admitted", "on_agenda"}, To: []string{"escalated"}, Needs: []string{"body_id", "reason"}, Label: record.Text{NB: "Løft til et annet organ", EN: "Escalate"}},
		{Verb: "answer", From: []string{"escalated"}, To: []string{"admitted"}, Needs: []string{"text"}, Label: record.Text{NB: "Før inn svar", EN: "Record the answer"}},
		{Verb: loseQuorum, From: pending, To: pending, Needs: []string{}, Label: record.Text{NB: "For mange inhabile til å være beslutningsdyktig", EN: "Too many conflicts of interest for a quorum"}},
		{Verb: lackQuorum, From: pending, To: pending, Needs: []string{}, Label: record.Text{NB: "Har hatt for mange inhabile i tretti dager", EN: "Too many conflicts of interest for thirty days"}},
		{Verb: regainQuorum, From: pending, To: pending, Needs: []string{}, Label: record.Text{NB: "Organet er beslutningsdyktig igjen", EN: "The body can reach a quorum again"}},
		{Verb: "decide-in-place", From: pending, To: []string{"concluded"}, Needs: []string{"outcome", "reason"}, Label: record.Text{NB: "Beslutt i organets sted", EN: "Decide in the place of the body"}},
		{Verb: "withdraw", From: []string{"draft", "submitted", "admitted", "deferred"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
	},
	RuleFacts: map[string][]string{"admit": {"body_id"}},
	NotApplicable: func(action string, m record.Meta) bool {
		return action == "decide-in-place" && m.Fact("quorum") != "lacking"
	},
	Tasks: []record.Task{
		{States: []string{"submitted"}, Action: "admit", Label: record.Text{NB: "Sak å ta inn eller avvise", EN: "Case to admit or reject"}},
		{States: pending, Action: "decide-in-place", Label: record.Text{
			NB: "For mange i organet er inhabile i saken: oppnevn settemedlemmer, eller beslutt i organets sted",
			EN: "Too many members have a conflict of interest in the case: appoint others, or decide in the place of the body",
		}},
	},
})

// pending are the states of a case that the body has taken in and not ended.
var pending = []string{"admitted", "on_agenda", "deferred"}

// NewCase creates a draft.
func NewCase(in CaseInput) *Case { return &Case{CaseInput: in, Status: CaseDraft} }

// Defaults fills the lists a caller left out.
func (c *Case) Defaults() {
	c.ExternalRefs, c.NeedIDs, c.RiskIDs, c.EvidenceIDs = noneNil(c.ExternalRefs), noneNil(c.NeedIDs), noneNil(c.RiskIDs), noneNil(c.EvidenceIDs)
	c.Subjects.lists()
	c.AboutIDs = c.ids()
	c.Documents, c.Conflicts = noneNil(c.Documents), noneNil(c.Conflicts)
	for i := range c.Conflicts {
		c.Conflicts[i].Late = noneNil(c.Conflicts[i].Late)
	}
}

// Facts tell who may withdraw the case, and whether top management may decide it in the place of the body.
func (c *Case) Facts() []record.Fact {
	facts := []record.Fact{{Name: "submitted_by", Value: c.SubmittedBy}, {Name: "created_by", Value: c.CreatedBy}, {Name: "body_id", Value: c.BodyID}}
	if c.LacksQuorum {
		facts = append(facts, record.Fact{Name: "quorum", Value: "lacking"})
	}
	return facts
}

// Submit submits the case to the body, if it meets the mandate's criteria for admission.
func (c *Case) Submit(by string, a *Admission) error {
	if err := c.admissible(a); err != nil {
		return err
	}
	c.Status, c.SubmittedBy = CaseSubmitted, by
	return nil
}

// Admit admits the case.
func (c *Case) Admit(a *Admission) error {
	if err := c.admissible(a); err != nil {
		return err
	}
	c.Status, c.Deferral, c.DeferredFrom = CaseAdmitted, nil, ""
	return nil
}

func (c *Case) admissible(a *Admission) error {
	if a == nil || c.Strategic && slices.Contains(a.AnyOf, Strategic) || c.NationalInterest && slices.Contains(a.AnyOf, NationalInterest) {
		return nil
	}
	var takes any = a.AnyOf[0]
	if len(a.AnyOf) > 1 {
		takes = fault.NewText("or", "%s or %s", takes, a.AnyOf[1])
	}
	return fault.New(fault.Conflict, "not_admissible", "the mandate only takes cases of this kind: %s. For other cases: %s", takes, a.Otherwise).
		With("send_to", a.Otherwise).With("any_of", a.AnyOf)
}

// OpenCases lists the states of a case that the body is not done with.
func OpenCases() []string {
	return []string{string(CaseDraft), string(CaseSubmitted), string(CaseAdmitted), string(CaseOnAgenda), string(CaseDeferred), string(CaseEscalated)}
}

// TakenIn reports whether the body has admitted the case: it is admitted, on an agenda or concluded, or was deferred after its admission.
// Rejected, escalated and withdrawn cases do not count.
func (c *Case) TakenIn() bool {
	switch c.Status {
	case CaseAdmitted, CaseOnAgenda, CaseConcluded:
		return true
	case CaseDeferred:
		return c.DeferredFrom != CaseSubmitted // old deferred cases have no deferred_from; they count as admitted
	case CaseDraft, CaseSubmitted, CaseRejected, CaseEscalated, CaseWithdrawn:
	}
	return false
}

// Keeps refuses a change after which an admitted case does not meet the admission criteria of the mandate. It checks only when one of the fields
// strategic and national_interest changes, so that a later mandate with other criteria does not make the case invalid.
func (c *Case) Keeps(before CaseInput, a *Admission) error {
	if !c.TakenIn() || c.Strategic == before.Strategic && c.NationalInterest == before.NationalInterest {
		return nil
	}
	return c.admissible(a)
}

// Reject rejects the case.
func (c *Case) Reject(by string, at time.Time, reason string) error {
	c.Status, c.LastRejection = CaseRejected, &Answer{By: by, At: at, Reason: reason}
	return nil
}

// Schedule puts the case on a meeting's agenda.
func (c *Case) Schedule() error {
	c.Status, c.Deferral, c.DeferredFrom = CaseOnAgenda, nil, ""
	return nil
}

// Unschedule removes the case from the agenda.
func (c *Case) Unschedule() error {
	c.Status = CaseAdmitted
	return nil
}

// Conclude ends the case with the body's conclusion.
func (c *Case) Conclude(in Conclusion, by string, at time.Time) error {
	c.Status, c.Conclusion = CaseConcluded, &Concluded{Conclusion: in, By: by, At: at}
	return nil
}

// Defer defers the case.
func (c *Case) Defer(d Deferral) error {
	c.DeferredFrom, c.Status, c.Deferral = c.Status, CaseDeferred, &d
	return nil
}

// Escalate escalates the case to another body, which handles it as a case of its own.
func (c *Case) Escalate(e Escalation) error {
	c.Status, c.Escalation = CaseEscalated, &e
	return nil
}

// Answer records the answer of the other body.
func (c *Case) Answer(text string, at time.Time) error {
	c.Status, c.Escalation.Answer, c.Escalation.AnsweredAt = CaseAdmitted, text, &at
	return nil
}

// Withdraw withdraws the case. Whoever raised it may, before it is on an agenda.
func (c *Case) Withdraw(by string) error {
	if by != c.SubmittedBy && by != c.CreatedBy {
		return fault.New(fault.Forbidden, "not_submitter_or_owner", "only the person who submitted it, or its owner, can withdraw it")
	}
	c.Status = CaseWithdrawn
	return nil
}

// Conflicted reports whether a member has declared a conflict of interest in the case.
func (c *Case) Conflicted(membershipID string) bool {
	return slices.ContainsFunc(c.Conflicts, func(x Conflict) bool { return x.MembershipID == membershipID })
}

// Declare records a member's conflict of interest, once per member.
func (c *Case) Declare(d Declaration, late []LateConflict, by string, at time.Time) error {
	if c.Conflicted(d.MembershipID) {
		return fault.New(fault.Conflict, "declared", "this conflict of interest is already declared")
	}
	c.Conflicts = append(c.Conflicts, Conflict{MembershipID: d.MembershipID, Reason: d.Reason, DeclaredBy: by, DeclaredAt: at, Late: late})
	return nil
}
