package intake

import (
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ToolStatus is the state of an entry in the list of allowed tools.
type ToolStatus string

// The states of an entry.
const (
	ToolDraft    ToolStatus = "draft"
	ToolInReview ToolStatus = "in_review"
	ToolInForce  ToolStatus = "in_force"
	ToolRetired  ToolStatus = "retired"
)

// This registers the closed list of the states.
var _ = record.Choices[ToolStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"in_force", "gjeldende", "in force", "success"},
	[4]string{"retired", "utgått", "retired", "neutral"},
)

// ToolVerdict says whether a tool may be used.
type ToolVerdict string

// The verdicts on a tool.
const (
	ToolAllowed     ToolVerdict = "allowed"
	ToolConditional ToolVerdict = "conditional"
	ToolRefused     ToolVerdict = "refused"
)

// This registers the closed list of verdicts.
var _ = record.Choices[ToolVerdict](
	[4]string{"allowed", "tillatt", "allowed", "success"},
	[4]string{"conditional", "tillatt på vilkår", "allowed on conditions", "warning"},
	[4]string{"refused", "ikke tillatt", "refused", "danger"},
)

// DataKind is a kind of data that is put into a tool.
type DataKind string

// This registers the closed list of kinds of data.
var _ = record.Choices[DataKind](
	[4]string{"public", "åpne opplysninger", "public information", "success"},
	[4]string{"internal", "interne opplysninger uten personopplysninger", "internal information without personal data", "info"},
	[4]string{"staff", "personopplysninger om ansatte", "personal data of staff", "warning"},
	[4]string{"personal", "andre personopplysninger", "other personal data", "warning"},
	[4]string{"patient", "pasientopplysninger", "patient data", "danger"},
)

// ToolInput has the fields of an allowed tool that a caller sets.
type ToolInput struct {
	record.Common
	Name       string       `json:"name" validate:"required,filled,max=200" search:"" sort:"" example:"Skriveassistenten"`
	Verdict    ToolVerdict  `json:"verdict" validate:"required,choice" filter:"" example:"conditional"`
	Conditions *record.Text `json:"conditions"` // in plain language; a conditional tool has them in Norwegian
	Reasons    string       `json:"reasons,omitempty" validate:"max=5000" example:"Leverandøren lagrer ikke det som skrives inn."`
	// What may be put into the tool. Empty for a refused one.
	Data     []DataKind   `json:"data" validate:"max=10,unique,dive,choice"`
	Literacy *record.Text `json:"literacy"`                                                                              // what whoever uses the tool must know
	SystemID string       `json:"system_id,omitempty" validate:"omitempty,uuid" ref:"ai_system" filter:"" format:"uuid"` // the AI system that it belongs to
	OwnerID  string       `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	ValidTo  record.Date  `json:"valid_to" sort:"" example:"2027-11-21"` // the last day; before it somebody reviews the entry
} // @name AllowedToolInput

// AllowedTool is an entry in the list of tools that employees may use, may use on conditions, or may not use.
type AllowedTool struct {
	record.Base
	ToolInput
	Status      ToolStatus `json:"status" filter:""`
	SubmittedBy string     `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	ApprovedBy  string     `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time `json:"approved_at"`
} // @name AllowedTool

// Tools reads and writes the list of allowed tools.
var Tools = record.NewRepo[AllowedTool](record.Kind{
	Rules: record.Rules[AllowedTool]{Defaults: (*AllowedTool).Defaults, Validate: (*AllowedTool).Validate, Facts: (*AllowedTool).Facts, DueOn: (*AllowedTool).DueOn},
	Name:  "allowed_tool", Path: "allowed-tools", Prefix: "TOOL", Label: record.Text{NB: "Verktøy", EN: "Allowed tool"},
	Editable: []string{"draft"}, Removable: []string{"draft"}, Due: true, Reminds: []string{"owner_id"},
	Own: map[string][]string{"withdraw": {"submitted_by"}},
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"draft"}, To: []string{"in_review"}, Needs: []string{}, Label: record.Text{NB: "Send til godkjenning", EN: "Submit"}},
		{Verb: "withdraw", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"}},
		{Verb: "reject", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avvis", EN: "Reject"}},
		{Verb: "approve", From: []string{"in_review"}, To: []string{"in_force"}, Needs: []string{}, Label: record.Text{NB: "Godkjenn", EN: "Approve"}},
		{Verb: "retire", From: []string{"in_force"}, To: []string{"retired"}, Needs: []string{"reason"}, Label: record.Text{NB: "Ta ut av bruk", EN: "Retire"}},
		{Verb: "expire", From: []string{"in_force"}, To: []string{"retired"}, Needs: []string{}, Label: record.Text{NB: "Utløper", EN: "Expires"}},
	},
	Tasks: []record.Task{{
		States: []string{"in_review"}, Action: "approve",
		Label: record.Text{NB: "Verktøy som venter på godkjenning", EN: "Tool waiting for approval"},
	}},
})

// NewTool returns the draft of an entry.
func NewTool(in ToolInput) *AllowedTool { return &AllowedTool{ToolInput: in, Status: ToolDraft} }

// Defaults replaces nil lists with empty ones.
func (t *AllowedTool) Defaults() {
	fill(&t.ExternalRefs)
	fill(&t.Data)
}

// Validate requires the conditions of a conditional tool in Norwegian, what may be put into a tool that may be used, and nothing for a refused one.
func (t *AllowedTool) Validate() error {
	var f fault.Fields
	switch {
	case t.Verdict == ToolConditional && (t.Conditions == nil || strings.TrimSpace(t.Conditions.NB) == ""):
		f.Add("/conditions/nb", "required/conditions", "say in Norwegian on what conditions the tool may be used")
	case t.Verdict == ToolRefused && strings.TrimSpace(t.Reasons) == "":
		f.Add("/reasons", "required/refused_tool", "say why the tool is refused")
	}
	switch {
	case t.Verdict == ToolRefused && len(t.Data) > 0:
		f.Add("/data", "data_of_refused", "must be empty for a tool that is refused")
	case (t.Verdict == ToolAllowed || t.Verdict == ToolConditional) && len(t.Data) == 0:
		f.Add("/data", "required/tool_data", "say what may be put into the tool")
	}
	return f.Err()
}

// Facts are what access rules need: who submitted the entry, and may withdraw it.
func (t *AllowedTool) Facts() []record.Fact {
	return []record.Fact{{Name: "submitted_by", Value: t.SubmittedBy}}
}

// DueOn returns the last day of an entry in force, and otherwise "".
func (t *AllowedTool) DueOn() record.Date {
	if t.Status != ToolInForce {
		return ""
	}
	return t.ValidTo
}

// Submit submits the entry for approval.
func (t *AllowedTool) Submit(by string) error {
	t.Status, t.SubmittedBy = ToolInReview, by
	return nil
}

// Withdraw withdraws the entry from review. Only its submitter may.
func (t *AllowedTool) Withdraw(by string) error {
	if by != t.SubmittedBy {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", t.Number)
	}
	return t.Reject()
}

// Reject returns the entry to its authors.
func (t *AllowedTool) Reject() error {
	t.Status, t.SubmittedBy = ToolDraft, ""
	return nil
}

// Approve puts the entry in force. Its last day must not have passed.
func (t *AllowedTool) Approve(by string, at time.Time) error {
	if t.ValidTo.Passed(at) {
		return fault.New(fault.Conflict, "validity_over", "%s was valid until %s", t.Number, string(t.ValidTo))
	}
	t.Status, t.ApprovedBy, t.ApprovedAt = ToolInForce, by, &at
	return nil
}

// Retire takes the entry off the list.
func (t *AllowedTool) Retire() error {
	t.Status = ToolRetired
	return nil
}

// ExpireTools takes the entries off the list whose last day has passed. The worker calls it as the system.
func ExpireTools(tx *record.Tx) error {
	return query.EachPassed(tx, Tools, "valid_to", string(ToolInForce), func(ref record.Ref) error {
		_, err := Tools.Change(tx.Follow("allowed_tool", "expire"), ref, (*AllowedTool).Retire)
		return err
	})
}
