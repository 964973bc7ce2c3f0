package governance

import (
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// DelegatedAction is an action of a body that its mandate lets one person take alone. The mandate needs the power to decide.
type DelegatedAction struct {
	Kind   string `json:"kind" validate:"required,max=60" of:"RecordKind" example:"soa"`
	Action string `json:"action" validate:"required,max=60" example:"approve"`
	// What it is limited to; any record when null.
	Condition *DelegationCondition `json:"condition"`
	// Who may take it: the lead, the deputy, or the holders of a role in the scope of the body.
	To string `json:"to" validate:"required,max=63" example:"lead"`
} // @name MandateDelegation

// DelegationCondition limits a delegated action.
type DelegationCondition struct {
	// Records up to this level.
	Level DelegationLevel `json:"level,omitempty" validate:"omitempty,choice" example:"high"`
	// Documents of this kind.
	DocumentKind string `json:"document_kind,omitempty" validate:"omitempty,oneof=guideline procedure instruction" enums:"guideline,procedure,instruction" example:"guideline"`
	// How long the result may last at most.
	AtMost record.Duration `json:"at_most" example:"P12M"`
} // @name MandateDelegationCondition

// DelegationLevel is the highest level of risk that a delegation covers.
type DelegationLevel string // @name MandateDelegationLevel

// levels are the levels of a risk, the lowest first.
var levels = record.Choices[DelegationLevel](
	[4]string{"low", "lav", "low", "success"},
	[4]string{"moderate", "moderat", "moderate", "info"},
	[4]string{"high", "høy", "high", "warning"},
	[4]string{"very_high", "svært høy", "very high", "danger"})

// UpTo lists the levels that a delegation covers: this one and the lower ones.
func (l DelegationLevel) UpTo() (out []string) {
	for _, c := range levels {
		out = append(out, c.Value)
		if c.Value == string(l) {
			break
		}
	}
	return out
}

// assignable reports whether an action can be delegated to the lead, the deputy, or people with an assigned role of that key.
func assignable(tx *record.Tx, to string) (bool, error) {
	switch to {
	case string(Lead), string(Deputy):
		return true, nil
	case string(CouncilRole):
		return false, nil // its members are the body
	}
	_, err := tx.Load(record.KindOf("role"), to)
	return fault.Allowed(err)
}

// delegable reports what a mandate cannot delegate.
func (m *MandateInput) delegable(tx *record.Tx) error {
	var f fault.Fields
	for i, d := range m.Delegated {
		at := "/delegated/" + strconv.Itoa(i)
		if !tx.Guard().OfBody(record.Permission{Object: d.Kind, Action: d.Action}) {
			f.Add(at+"/action", "not_of_body", "must be an action that bodies decide; see policies/body-actions.csv")
		}
		known, err := assignable(tx, d.To)
		if err != nil {
			return err
		}
		if c := d.Condition; c != nil {
			if c.Level != "" && d.Kind != "risk" && d.Kind != "treatment_plan" {
				f.Add(at+"/condition/level", "not_a_condition", "does not apply to this kind of record")
			}
			if c.DocumentKind != "" && d.Kind != "policy" {
				f.Add(at+"/condition/document_kind", "not_a_condition", "does not apply to this kind of record")
			}
			if c.AtMost != "" && (d.Kind != "risk" || d.Action != "accept") {
				f.Add(at+"/condition/at_most", "not_a_condition", "does not apply to this kind of record")
			}
		}
		if !known || d.To == string(Observer) || d.To == string(Secretary) || d.To == string(Member) {
			f.Add(at+"/to", "not_delegable", "must be lead, deputy or a role")
		}
	}
	if len(m.Delegated) > 0 && !(&Mandate{MandateInput: *m}).Has(Decide) {
		f.Add("/delegated", "decide_missing", "a mandate can only delegate when it gives the power to decide")
	}
	return f.Err()
}
