package pathway

import (
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/intake"
	"github.com/ki-styring/aims/internal/record"
)

// TriageInput is the request body that answers an intake.
type TriageInput struct {
	Route  intake.Route `json:"route" validate:"required,choice" example:"known_system"`
	Reason string       `json:"reason" validate:"required,filled,max=5000" example:"Avdelingen kan bruke systemet som radiologien har."`
	// The system of the route known_system.
	SystemID string `json:"system_id,omitempty" validate:"omitempty,uuid" format:"uuid" names:"ai_system"`
	// The entry in the list of tools of the route general_tool.
	ToolID string `json:"tool_id,omitempty" validate:"omitempty,uuid" format:"uuid" names:"allowed_tool"`
	// The system that the route new_system makes. Without a scope it gets that of the intake.
	System *aisystem.Input `json:"system" validate:"omitempty"`
} // @name IntakeTriageInput

// Why returns the reason for the event log.
func (in TriageInput) Why() string { return in.Reason }

// Validate requires what the route needs, and nothing else.
func (in *TriageInput) Validate() error {
	var f fault.Fields
	for _, x := range []struct {
		pointer string
		given   bool
		of      intake.Route
	}{{"/system_id", in.SystemID != "", intake.KnownSystem}, {"/tool_id", in.ToolID != "", intake.GeneralTool}, {"/system", in.System != nil, intake.NewSystem}} {
		switch {
		case in.Route == x.of && !x.given:
			f.Add(x.pointer, "required", "is required")
		case in.Route != x.of && x.given:
			f.Add(x.pointer, "other_route", "belongs to the route %s", string(x.of))
		}
	}
	return f.Err()
}

// TriageIntake answers an intake. The route new_system opens the system in the same transaction, by the actor's right to do so.
func TriageIntake(tx *record.Tx, ref record.Ref, in TriageInput) (*intake.Intake, error) {
	return intake.Intakes.Change(tx, ref, func(i *intake.Intake) error {
		if err := i.Answer(in.Route, in.Reason, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
		if i.SystemID, i.ToolID = in.SystemID, in.ToolID; in.ToolID != "" {
			if err := inForce(tx, in.ToolID); err != nil {
				return err
			}
		}
		if in.System == nil {
			return nil
		}
		if err := tx.WithFaults(nil); err != nil { // the faults that follow are of the system
			return err
		}
		if in.System.Scope == "" {
			in.System.Scope = i.Scope
		}
		create := record.Permission{Object: aisystem.Systems.Name, Action: "create"}
		if err := tx.Ask(create, record.Target{Kind: aisystem.Systems.Kind, Scope: in.System.Scope, AnyState: true}); err != nil {
			return err
		}
		s, err := OpenSystem(tx.Follow(create.Object, create.Action), *in.System)
		if err != nil {
			return below("/system", err)
		}
		i.SystemID = s.ID
		return nil
	})
}

// inForce refuses an entry of the list of tools that is not in force. The write reports one that the actor cannot read.
func inForce(tx *record.Tx, id string) error {
	t, err := intake.Tools.Get(tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err == nil && t.Status != intake.ToolInForce {
		err = fault.Fields{fault.NewField("/tool_id", "tool_not_in_force", "must be an entry in force")}.Err()
	}
	return err
}

// below moves the faults of a part of the body to the part's pointer.
func below(pointer string, err error) error {
	if e := fault.As(err); e != nil {
		for i := range e.Fields {
			e.Fields[i].Pointer = pointer + e.Fields[i].Pointer
		}
	}
	return err
}
