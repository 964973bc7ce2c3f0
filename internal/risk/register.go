package risk

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// RegisterStatus tells whether a register takes risks.
type RegisterStatus string

// The states of a register.
const (
	RegisterActive RegisterStatus = "active"
	RegisterClosed RegisterStatus = "closed"
)

// RegisterStatuses is the closed list of a register's states.
var RegisterStatuses = record.Choices[RegisterStatus](
	[4]string{"active", "i bruk", "active", "success"},
	[4]string{"closed", "lukket", "closed", "neutral"},
)

// RegisterInput is what a caller sets. Method is the key of a risk method; its approved edition in this scope, or the nearest scope above, is in force.
type RegisterInput struct {
	record.Common
	Title       string `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Risikoregister for bildediagnostikk"`
	Description string `json:"description" validate:"max=10000" search:""`
	Method      string `json:"method" validate:"omitempty,slug" filter:"" example:"standard-5x5"`
	OwnerID     string `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" filter:"" format:"uuid"`
} // @name RiskRegisterInput

// Register is a list of risks of one scope, judged by one method.
type Register struct {
	record.Base
	RegisterInput
	Status   RegisterStatus `json:"status" filter:""`
	ClosedAt *time.Time     `json:"closed_at"`
} // @name RiskRegister

// Registers keeps the registers.
var Registers = record.NewRepo[Register](record.Kind{
	Rules: record.Rules[Register]{Defaults: (*Register).Defaults},
	Name:  "risk_register", Path: "risk-registers", Prefix: "REG", Label: record.Text{NB: "Risikoregister", EN: "Risk register"},
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		step("close", "active", "closed", "Lukk", "Close"),
		step("reopen", "closed", "active", "Gjenåpne", "Reopen", "reason"),
	},
})

// NewRegister makes a register in use.
func NewRegister(in RegisterInput) *Register {
	return &Register{RegisterInput: in, Status: RegisterActive}
}

// Defaults lets a register use the standard method unless it names another.
func (r *Register) Defaults() {
	if r.Method == "" {
		r.Method = StandardMethod
	}
	if r.ExternalRefs == nil {
		r.ExternalRefs = []record.ExternalRef{}
	}
}

// Close takes the register out of use. Open risks must be closed or moved first: nobody would see them any longer.
func (r *Register) Close(at time.Time, open int) error {
	if open > 0 {
		var blockers fault.Blockers
		blockers.Add("open_risks", "", "close or move the risks in the register that are still open: %d", open).Link = "/api/v1/risks?register_id=" + r.ID
		return blockers.Err()
	}
	r.Status, r.ClosedAt = RegisterClosed, &at
	return nil
}

// Reopen takes the register into use again.
func (r *Register) Reopen() error {
	r.Status, r.ClosedAt = RegisterActive, nil
	return nil
}
