package intake

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// AdviceStatus is the state of a request for advice.
type AdviceStatus string

// The states of a request for advice.
const (
	AdviceReceived AdviceStatus = "received"
	AdviceAnswered AdviceStatus = "answered"
	AdviceClosed   AdviceStatus = "closed"
)

// This registers the closed list of the states.
var _ = record.Choices[AdviceStatus](
	[4]string{"received", "mottatt", "received", "info"},
	[4]string{"answered", "besvart", "answered", "success"},
	[4]string{"closed", "avsluttet", "closed", "neutral"},
)

// AdviceInput has the fields of a request for advice that a caller sets. The scope is the unit that the question is about.
type AdviceInput struct {
	record.Common
	Title    string `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Kan vi bruke egne bilder til å teste en modell?"`
	Question string `json:"question" validate:"required,filled,max=10000" search:"" example:"Vi har 400 bilder fra 2024 og vil sammenligne to modeller."`
} // @name AdviceRequestInput

// AdviceRequest is a question to the contact of a unit.
type AdviceRequest struct {
	record.Base
	AdviceInput
	Status       AdviceStatus `json:"status" filter:""`
	FromPersonID string       `json:"from_person_id" ref:"user" filter:"" format:"uuid"`
	ContactUnit  string       `json:"contact_unit" example:"/siv/" names:"unit"` // the unit whose contact answers
	// Who answers. Null where no contact point covers the unit, or the contact asks: then the working group answers.
	ContactID   string        `json:"contact_id,omitempty" ref:"user" custody:"" filter:"" format:"uuid"`
	AnswerDue   record.Date   `json:"answer_due" sort:""`
	Answers     []Statement   `json:"answers"`
	FollowUps   []Statement   `json:"follow_ups"`
	Forwardings []AdviceRoute `json:"forwardings"`
} // @name AdviceRequest

// Statement is an answer, or a further question of whoever asked.
type Statement struct {
	Text string    `json:"text"`
	By   string    `json:"by" format:"uuid" names:"user"`
	At   time.Time `json:"at"`
} // @name AdviceStatement

// AdviceRoute says that a request was forwarded from one unit's contact to another's.
type AdviceRoute struct {
	FromUnit string    `json:"from_unit" names:"unit"`
	ToUnit   string    `json:"to_unit" names:"unit"`
	Reason   string    `json:"reason"`
	By       string    `json:"by" format:"uuid" names:"user"`
	At       time.Time `json:"at"`
} // @name AdviceForwarding

// StatementInput is the request body that answers a request, or asks again.
type StatementInput struct {
	Text string `json:"text" validate:"required,filled,max=10000" example:"Ja, innenfor kvalitetssikring i egen virksomhet. Se retningslinje 1.10.3.2."`
} // @name AdviceStatementInput

// AdviceForwardingInput is the request body that forwards a request to the contact of another unit.
type AdviceForwardingInput struct {
	ToUnit string `json:"to_unit" validate:"required,scope" example:"/siv/forskning/" names:"unit"`
	record.Reason
} // @name AdviceForwardingInput

// AdviceRequests reads and writes requests for advice.
var AdviceRequests = record.NewRepo[AdviceRequest](record.Kind{
	Rules: record.Rules[AdviceRequest]{Defaults: (*AdviceRequest).Defaults, Facts: (*AdviceRequest).Facts, DueOn: (*AdviceRequest).DueOn},
	Name:  "advice_request", Path: "advice-requests", Prefix: "ASK", Label: record.Text{NB: "Spørsmål om råd", EN: "Advice request"},
	Editable: []string{"received"}, Due: true, Mine: []string{"from_person_id", "contact_id"},
	Own: map[string][]string{"update": {"asker"}, "follow-up": {"asker"}},
	Workflow: []record.Transition{
		{Verb: "answer", From: []string{"received"}, To: []string{"answered"}, Needs: []string{"text"}, Label: record.Text{NB: "Svar", EN: "Answer"}},
		{
			Verb: "forward", From: []string{"received"}, To: []string{"received"}, Needs: []string{"to_unit", "reason"},
			Label: record.Text{NB: "Send videre", EN: "Forward"},
		},
		{Verb: "follow-up", From: []string{"answered"}, To: []string{"received"}, Needs: []string{"text"}, Label: record.Text{NB: "Spør videre", EN: "Ask again"}},
		{Verb: "close", From: []string{"received", "answered"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "Close"}},
	},
	Tasks: []record.Task{
		{
			States: []string{"received"}, Action: "answer", Owner: "contact_id", Vacant: true,
			Label: record.Text{NB: "Spørsmål om råd å besvare", EN: "Request for advice to answer"},
		},
		{
			States: []string{"answered"}, Action: "follow-up", Owner: "from_person_id",
			Label: record.Text{NB: "Råd du har fått: spør videre eller avslutt", EN: "Advice you were given: ask again or close"},
		},
	},
})

// Defaults replaces nil lists with empty ones.
func (a *AdviceRequest) Defaults() {
	fill(&a.ExternalRefs)
	fill(&a.Answers)
	fill(&a.FollowUps)
	fill(&a.Forwardings)
}

// Facts are what access rules need: who asked.
func (a *AdviceRequest) Facts() []record.Fact {
	return []record.Fact{{Name: "asker", Value: a.FromPersonID}}
}

// DueOn returns the day by which an open request is answered, and otherwise "".
func (a *AdviceRequest) DueOn() record.Date {
	if a.Status != AdviceReceived {
		return ""
	}
	return a.AnswerDue
}

// Ask stores a request for advice. It goes to the contact of its unit, who answers within the time that the hospital has set.
func Ask(tx *record.Tx, in AdviceInput, within record.Duration) (*AdviceRequest, error) {
	a := &AdviceRequest{AdviceInput: in, Status: AdviceReceived, FromPersonID: tx.Actor.Person(), AnswerDue: record.DateOf(tx.Now).Add(within)}
	if in.Scope != "" {
		p, err := ContactOf(tx, in.Scope)
		if err != nil {
			return nil, err
		}
		a.address(in.Scope, p)
	}
	return AdviceRequests.Create(tx, a)
}

// address gives the request to a contact point. Nobody answers an own question: then, and without a contact point, the working group does.
func (a *AdviceRequest) address(unit string, p *ContactPoint) {
	a.ContactUnit, a.ContactID = unit, ""
	if p == nil {
		return
	}
	if a.ContactUnit = p.Scope; p.PersonID != a.FromPersonID {
		a.ContactID = p.PersonID
	}
}

// Answer stores an answer.
func (a *AdviceRequest) Answer(in StatementInput, by string, at time.Time) error {
	a.Status = AdviceAnswered
	a.Answers = append(a.Answers, Statement{Text: in.Text, By: by, At: at})
	return nil
}

// FollowUp stores a further question of whoever asked. The contact answers it within the same time as the first.
func (a *AdviceRequest) FollowUp(in StatementInput, by string, at time.Time, within record.Duration) error {
	if by != a.FromPersonID {
		return fault.New(fault.Forbidden, "not_asker/follow_up", "only the person who asked can ask again")
	}
	a.Status, a.AnswerDue = AdviceReceived, record.DateOf(at).Add(within)
	a.FollowUps = append(a.FollowUps, Statement{Text: in.Text, By: by, At: at})
	return nil
}

// ChangeAdvice changes a request. Only the person who asked can.
func ChangeAdvice(tx *record.Tx, ref record.Ref, fn func(*AdviceRequest) error) (*AdviceRequest, error) {
	return AdviceRequests.Change(tx, ref, func(a *AdviceRequest) error {
		if tx.Actor.Person() != a.FromPersonID {
			return fault.New(fault.Forbidden, "not_asker/update", "only the person who asked can change the question")
		}
		return fn(a)
	})
}

// ForwardAdvice gives a request to the contact of another unit. The day by which it is answered stays.
func ForwardAdvice(tx *record.Tx, ref record.Ref, in AdviceForwardingInput) (*AdviceRequest, error) {
	return AdviceRequests.Change(tx, ref, func(a *AdviceRequest) error {
		units, err := query.Rows(tx, record.KindOf("unit"), query.Exactly(in.ToUnit), nil)
		if err != nil {
			return err
		}
		if len(units) == 0 {
			return fault.Fields{fault.NewField("/to_unit", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "unit"})}.Err()
		}
		p, err := ContactOf(tx, in.ToUnit)
		if err != nil {
			return err
		}
		if p == nil || p.Scope == a.ContactUnit {
			return fault.Fields{fault.NewField("/to_unit", "no_other_contact", "must be a unit with another contact point")}.Err()
		}
		a.Forwardings = append(a.Forwardings, AdviceRoute{FromUnit: a.ContactUnit, ToUnit: p.Scope, Reason: in.Reason.Reason, By: tx.Actor.ID, At: tx.Now})
		a.address(p.Scope, p)
		return nil
	})
}

// Close ends a request.
func (a *AdviceRequest) Close() error {
	a.Status = AdviceClosed
	return nil
}
