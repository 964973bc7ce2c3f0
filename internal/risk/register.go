package risk

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// RegisterStatus says whether a register is open for risks.
type RegisterStatus string

// The states of a register.
const (
	RegisterActive RegisterStatus = "active"
	RegisterClosed RegisterStatus = "closed"
)

// This registers the closed list of a register's states.
var _ = record.Choices[RegisterStatus](
	[4]string{"active", "i bruk", "active", "success"},
	[4]string{"closed", "lukket", "closed", "neutral"},
)

// RegisterInput is what a caller sets. Method is the key of a risk method; its approved edition in this scope, or the nearest scope above, is in force.
type RegisterInput struct {
	record.Common
	Title       string `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Risikoregister for bildediagnostikk"`
	Description string `json:"description" validate:"max=10000" search:""`
	Method      string `json:"method" validate:"omitempty,slug" filter:"" example:"standard-5x5"`
	OwnerID     string `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
} // @name RiskRegisterInput

// Register is a list of risks of one scope, assessed by one method.
type Register struct {
	record.Base
	RegisterInput
	Status   RegisterStatus `json:"status" filter:""`
	ClosedAt *time.Time     `json:"closed_at"`
} // @name RiskRegister

// Registers reads and writes risk registers.
var Registers = record.NewRepo[Register](record.Kind{
	Rules: record.Rules[Register]{Defaults: (*Register).Defaults},
	Name:  "risk_register", Path: "risk-registers", Prefix: "REG", Label: record.Text{NB: "Risikoregister", EN: "Risk register"},
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		step("change-method", "active", "active", "Bytt metode", "Change the method", "method", "reason"),
		step("close", "active", "closed", "Lukk", "Close"),
		step("reopen", "closed", "active", "Gjenåpne", "Reopen", "reason"),
	},
})

// NewRegister makes a register in use.
func NewRegister(in RegisterInput) *Register {
	return &Register{RegisterInput: in, Status: RegisterActive}
}

// Defaults sets the standard method when none is given.
func (r *Register) Defaults() {
	if r.Method == "" {
		r.Method = StandardMethod
	}
	if r.ExternalRefs == nil {
		r.ExternalRefs = []record.ExternalRef{}
	}
}

// MethodChange is the request that changes the method of a register in use.
type MethodChange struct {
	Method string `json:"method" validate:"required,slug" example:"standard-4x4"`
	record.Reason
} // @name RiskMethodChange

// ChangeMethod gives the register another method.
func (r *Register) ChangeMethod(method string) error {
	if r.Method == method {
		var faults fault.Fields
		faults.Add("/method", "same_method", "the register uses this method already")
		return faults.Err()
	}
	r.Method = method
	return nil
}

// Close closes the register. Open risks must be closed or moved first, because nobody follows up a closed register.
func (r *Register) Close(at time.Time, open int) error {
	if open > 0 {
		var blockers fault.Blockers
		blockers.Add("open_risks", "", "close or move the risks in the register that are still open: %d", open).Link = "/api/v1/risks?register_id=" + r.ID
		return blockers.Err()
	}
	r.Status, r.ClosedAt = RegisterClosed, &at
	return nil
}

// Reopen reopens the register.
func (r *Register) Reopen() error {
	r.Status, r.ClosedAt = RegisterActive, nil
	return nil
}
