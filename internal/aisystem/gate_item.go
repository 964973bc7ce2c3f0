package aisystem

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ItemStatus is the state of what was recorded for a gate.
type ItemStatus string

// What was recorded waits for approval where the gate asks for it. Then it counts, until what it rests on changes.
const (
	ItemInReview ItemStatus = "in_review"
	ItemCleared  ItemStatus = "cleared"
	ItemReturned ItemStatus = "returned"
	ItemOutdated ItemStatus = "outdated"
)

// This registers the closed list of states.
var _ = record.Choices[ItemStatus](
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"cleared", "avklart", "cleared", "success"},
	[4]string{"returned", "sendt tilbake", "returned", "warning"},
	[4]string{"outdated", "utdatert", "outdated", "danger"},
)

// ItemInput is what a person records to clear an item of a gate.
type ItemInput struct {
	record.Common
	SystemID string `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	Gate     string `json:"gate" validate:"required,slug" fixed:"true" filter:"" example:"pilot"`
	Item     string `json:"item" validate:"required,slug" fixed:"true" filter:"" example:"oversight_plan"`
	// The place that it is about, for an item that each place is asked for.
	DeploymentID string    `json:"deployment_id,omitempty" validate:"omitempty,uuid" fixed:"true" filter:"" format:"uuid"`
	Text         string    `json:"text" validate:"required,filled,max=10000" search:"" example:"Vakthavende radiolog leser alle bilder. Stans er prøvd 12.10.2026."`
	Rows         []ItemRow `json:"rows" validate:"max=60,dive"`
	Readings     []Reading `json:"readings" validate:"max=100,dive"`
	// The item is not cleared now, for this reason. Only an item that may wait can be waived.
	WaivedBecause string   `json:"waived_because,omitempty" validate:"omitempty,filled,max=2000"`
	Evidence      []string `json:"evidence" validate:"max=50,unique,dive,uuid" ref:"evidence" filter:"" format:"uuid"`
	// The last day on which it counts: of an agreement, or of a test.
	ValidUntil record.Date `json:"valid_until" format:"date" extensions:"x-nullable" example:"2028-12-31"`
} // @name GateItemInput

// ItemRow is the answer to one line of an item that is a checklist.
type ItemRow struct {
	Key       string `json:"key" validate:"required,slug" example:"screens"`
	Answer    string `json:"answer" validate:"required,slug" example:"norwegian"`
	Reason    string `json:"reason,omitempty" validate:"max=2000"`
	Reference string `json:"reference,omitempty" validate:"max=500" example:"Bruksanvisning kapittel 4"`
} // @name GateItemRow

// Reading says who has read which guidance, in which version, and when (step 1 of SiV's guideline, seed feature S2.10).
type Reading struct {
	UserID   string      `json:"user_id" validate:"required,uuid" names:"user" format:"uuid"`
	Document string      `json:"document" validate:"required,filled,max=300" example:"DMP: Regulatorisk veiviser"`
	Version  string      `json:"version" validate:"required,filled,max=100" example:"lest på nettsiden 1.10.2026"`
	ReadOn   record.Date `json:"read_on" validate:"required" format:"date" example:"2026-10-01"`
} // @name GateItemReading

// Item is what was recorded for one item of a gate of a system.
type Item struct {
	record.Base
	ItemInput
	Status ItemStatus `json:"status" filter:""`
	// Who approves it, by policies/gates.yaml and the track: none, line, clinical, clinical_or_line, mgmt, body_or_mgmt.
	Approver Approver `json:"approver" filter:""`
	// Whose advice it needs before it counts: privacy_officer.
	AdviceFrom string      `json:"advice_from,omitempty" example:"privacy_officer"`
	Advice     *ItemAdvice `json:"advice"`
	// The person whom a function on the system makes the approver.
	ApproverID string        `json:"approver_id,omitempty" ref:"user" format:"uuid"`
	ReleaseID  string        `json:"release_id,omitempty" format:"uuid"` // the release that it was recorded for
	ClearedBy  string        `json:"cleared_by" format:"uuid" names:"user" filter:""`
	ClearedAt  time.Time     `json:"cleared_at"`
	Approval   *ItemDecision `json:"approval"`
	Returned   *ItemDecision `json:"returned"`
	Outdated   *ItemLapse    `json:"outdated"`
} // @name GateItem

// ItemAdvice is the advice of somebody who never approves, such as the data protection officer.
type ItemAdvice struct {
	By   string    `json:"by" format:"uuid" names:"user"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
} // @name GateItemAdvice

// AdviceInput is the request that gives advice on an item.
type AdviceInput struct {
	Text string `json:"text" validate:"required,filled,max=5000" example:"Enig i at kvalitetssikring etter § 26 er riktig grunnlag."`
} // @name GateItemAdviceInput

// ItemDecision is an approval or a return.
type ItemDecision struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
} // @name GateItemDecision

// ItemLapse says why an item does not count any more.
type ItemLapse struct {
	At  time.Time `json:"at"`
	Why string    `json:"why" example:"evidence:retire"`
} // @name GateItemLapse

// Approver is who approves what was recorded for an item.
type Approver string

// The approvers.
const (
	ApproverNone           Approver = "none"
	ApproverLine           Approver = "line"
	ApproverClinical       Approver = "clinical"
	ApproverClinicalOrLine Approver = "clinical_or_line"
	ApproverManagement     Approver = "mgmt"
	ApproverBody           Approver = "body_or_mgmt"
)

// This registers the closed list of approvers.
var _ = record.Choices[Approver](
	[4]string{"none", "ingen", "none", "neutral"},
	[4]string{"line", "linjeleder", "line manager", "neutral"},
	[4]string{"clinical", "klinisk ansvarlig", "clinical lead", "neutral"},
	[4]string{"clinical_or_line", "klinisk ansvarlig eller linjeleder", "clinical lead or line manager", "neutral"},
	[4]string{"mgmt", "toppledelse", "top management", "neutral"},
	[4]string{"body_or_mgmt", "organ med beslutningsmyndighet, ellers toppledelse", "body that decides, else top management", "neutral"},
)

// Items reads and writes what was recorded for the gates.
var Items = record.NewRepo[Item](record.Kind{
	Rules: record.Rules[Item]{Validate: (*Item).Validate, Facts: (*Item).Facts, DueOn: (*Item).DueOn},
	Name:  "gate_item", Path: "gate-items", Prefix: "GATE", Label: record.Text{NB: "Avklaring ved port", EN: "Gate item"},
	Editable: []string{"returned", "outdated"}, Due: true, Reminds: []string{"cleared_by"}, Mine: []string{"cleared_by"}, Asks: []string{"approver_id"},
	Own: map[string][]string{"withdraw": {"cleared_by"}}, NotApplicable: itemNotApplicable,
	Workflow: []record.Transition{
		{Verb: "approve", From: []string{"in_review"}, To: []string{"cleared"}, Label: record.Text{NB: "Godkjenn", EN: "Approve"}},
		{Verb: "return", From: []string{"in_review"}, To: []string{"returned"}, Needs: []string{"reason"}, Label: record.Text{NB: "Send tilbake", EN: "Return"}},
		{Verb: "advise", From: []string{"in_review"}, To: []string{"in_review", "cleared"}, Needs: []string{"text"}, Label: record.Text{NB: "Gi råd", EN: "Advise"}},
		{Verb: "withdraw", From: []string{"in_review"}, To: []string{"returned"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"}},
		{Verb: "clear", From: []string{"returned", "outdated"}, To: []string{"in_review", "cleared"}, Label: record.Text{NB: "Avklar på nytt", EN: "Clear again"}},
		{Verb: "outdate", From: []string{"in_review", "cleared"}, To: []string{"outdated"}, Label: record.Text{NB: "Blir utdatert", EN: "Becomes outdated"}},
	},
	Tasks: []record.Task{
		{States: []string{"in_review"}, Action: "approve", Label: record.Text{NB: "Avklaring som venter på godkjenning", EN: "Gate item waiting for approval"}},
		{States: []string{"in_review"}, Action: "advise", Label: record.Text{NB: "Avklaring som venter på råd", EN: "Gate item waiting for advice"}},
		{States: []string{"returned", "outdated"}, Action: "clear", Owner: "cleared_by", Label: record.Text{NB: "Avklaring som må gjøres på nytt", EN: "Gate item to clear again"}},
	},
	Title: func(_ *record.Tx, r *record.Row) string {
		return r.Field("gate").String() + ": " + r.Field("item").String()
	},
})

// Validate checks what must hold between the fields of an item.
func (i *Item) Validate() error {
	var f fault.Fields
	for n, row := range i.Rows {
		if slices.ContainsFunc(i.Rows[:n], func(e ItemRow) bool { return e.Key == row.Key }) {
			f.Add(pointer("/rows", n)+"/key", "repeated", "must not have the same value twice")
		}
	}
	today := record.DateOf(i.UpdatedAt)
	for n, r := range i.Readings {
		if r.ReadOn > today {
			f.Add(pointer("/readings", n)+"/read_on", "in_the_future", "must not be in the future")
		}
	}
	return f.Err()
}

// Facts give who approves the item, whose advice it lacks, and who may withdraw it.
func (i *Item) Facts() []record.Fact {
	facts := []record.Fact{{Name: "approver", Value: string(i.Approver)}, {Name: "cleared_by", Value: i.ClearedBy}}
	if i.AdviceFrom != "" && i.Advice == nil {
		facts = append(facts, record.Fact{Name: "lacks_advice", Value: i.AdviceFrom})
	}
	return facts
}

// itemNotApplicable reports whether an action does not apply to an item with these facts: advice that is not asked for, approval that nobody gives, or
// approval before the advice.
func itemNotApplicable(action string, m record.Meta) bool {
	switch action {
	case "advise":
		return m.Fact("lacks_advice") == ""
	case "approve":
		return m.Fact("approver") == string(ApproverNone) || m.Fact("lacks_advice") != ""
	case "return":
		return m.Fact("approver") == string(ApproverNone)
	}
	return false
}

// DueOn is the last day on which the item counts.
func (i *Item) DueOn() record.Date {
	if i.Status == ItemCleared {
		return i.ValidUntil
	}
	return ""
}

// Record stores who cleared the item. It waits for the advice and the approval that the gate asks for.
func (i *Item) Record(by string, at time.Time) {
	i.ClearedBy, i.ClearedAt, i.Approval, i.Returned, i.Outdated, i.Advice = by, at, nil, nil, nil, nil
	i.Status = ItemInReview
	if i.Approver == ApproverNone && i.AdviceFrom == "" {
		i.Status = ItemCleared
	}
}

// Advise records the advice. An item that nobody approves counts from then on.
func (i *Item) Advise(in AdviceInput, by string, at time.Time) error {
	if i.AdviceFrom == "" || i.Advice != nil {
		return fault.New(fault.Conflict, "advice_not_asked", "%s waits for no advice", i.Number)
	}
	i.Advice = &ItemAdvice{By: by, At: at, Text: in.Text}
	if i.Approver == ApproverNone {
		i.Status = ItemCleared
	}
	return nil
}

// Approve lets the item count.
func (i *Item) Approve(by string, at time.Time) error {
	var b fault.Blockers
	if i.Approver == ApproverNone {
		return fault.New(fault.Conflict, "approval_not_asked", "%s needs no approval", i.Number)
	}
	if i.AdviceFrom != "" && i.Advice == nil {
		b.Add("officer_advice_missing", "/advice", "the data protection officer has to advise first")
	}
	if err := b.Err(); err != nil {
		return err
	}
	i.Status, i.Approval = ItemCleared, &ItemDecision{By: by, At: at}
	return nil
}

// Return sends the item back to the person who cleared it.
func (i *Item) Return(by string, at time.Time, reason string) error {
	i.Status, i.Returned = ItemReturned, &ItemDecision{By: by, At: at, Reason: reason}
	return nil
}

// Withdraw takes the item back from approval. It is for the person who cleared it.
func (i *Item) Withdraw(by string, at time.Time, reason string) error {
	if by != i.ClearedBy {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", i.Number)
	}
	return i.Return(by, at, reason)
}

// Outdate ends that the item counts, because of a change of what it rests on.
func (i *Item) Outdate(why string, at time.Time) {
	i.Status, i.Outdated = ItemOutdated, &ItemLapse{At: at, Why: why}
}

// Counts reports whether the item clears its gate on a day.
func (i *Item) Counts(today record.Date) bool {
	return i.Status == ItemCleared && (i.ValidUntil == "" || today <= i.ValidUntil)
}

// Items become outdated when their evidence ends or changes.
var _ = Items.RestsOn(record.Rest[Item]{
	On: "evidence", By: []string{"evidence"}, When: []string{"retire", "expire", "renew"}, Verb: "outdate",
	Apply: func(tx *record.Tx, i *Item, c record.Change) (bool, error) {
		i.Outdate("evidence:"+c.Action, tx.Now)
		return true, nil
	},
})
