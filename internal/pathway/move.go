package pathway

import (
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// MoveInput is the request that moves a system to another stage.
type MoveInput struct {
	To aisystem.Status `json:"to" validate:"required,choice" example:"pilot"`
	// Why it moves. A move back, and an end, needs a reason.
	Reason string `json:"reason,omitempty" validate:"omitempty,filled,max=2000"`
} // @name AISystemMove

// Why returns the reason for the event log.
func (m MoveInput) Why() string { return m.Reason }

// Move moves a system to another stage, when the gates of that move are open.
func (r *Rules) Move(tx *record.Tx, ref record.Ref, in MoveInput) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, ref, func(s *aisystem.System) error {
		way, err := r.way(s, in.To)
		if err != nil {
			return err
		}
		if way.Reason && in.Reason == "" {
			tx.AddFaults(fault.NewField("/reason", "required/move_reason", "say why the system moves back or ends"))
			return nil
		}
		g, err := r.GateOf(tx, s, in.To)
		if err != nil {
			return err
		}
		if err := r.blockers(s, g).Err(); err != nil {
			return err
		}
		s.Enter(in.To, tx.Now)
		return nil
	})
}

// StartDeployment begins the use at a new place, or of a new release at a place, when what differs there is cleared.
func (r *Rules) StartDeployment(tx *record.Tx, ref record.Ref, in aisystem.StartInput) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, ref, func(s *aisystem.System) error {
		d, release, err := s.Starting(in)
		if err != nil {
			return err
		}
		g, err := r.GateOfPlace(tx, s, in)
		if err != nil {
			return err
		}
		if err := r.blockers(s, g).Err(); err != nil {
			return err
		}
		s.Start(d, release, tx.Now)
		return nil
	})
}

// blockers lists what keeps the gate closed, with who can mend it and where.
func (r *Rules) blockers(s *aisystem.System, g *Gate) (b fault.Blockers) {
	for _, l := range g.Items {
		if !l.Blocks {
			continue
		}
		name, by := l.Gate+"."+l.Item, r.people(l.Clears)
		var one *fault.Blocker
		switch l.State {
		case InReview:
			one = b.Add("gate_item_in_review", "", "%s: %s waits for approval or advice", name, l.Title)
		case Outdated:
			one = b.Add("gate_item_outdated", "", "%s: %s is outdated; it is cleared by: %s", name, l.Title, by)
		default:
			one = b.Add("gate_item_missing", "", "%s: %s is not cleared; it is cleared by: %s", name, l.Title, by)
		}
		one.Link, one.Who = l.Link, who(s, l)
	}
	return b
}

// who returns the person whom a function on the system makes the one to clear a line, if there is one.
func who(s *aisystem.System, l Line) string {
	for _, by := range l.Clears {
		switch by {
		case "owner":
			return s.OwnerID
		case "clinical":
			return s.ClinicalLeadID
		case "accountable_developer":
			return s.AccountableDeveloperID
		case "security_officer":
			return s.SecurityOfficerID
		}
	}
	return ""
}

// ApproveGoLive approves ordinary use of a system. It is for the clinical lead or a leader, or on the full track for a body; never for who owns or made it.
func ApproveGoLive(tx *record.Tx, ref record.Ref, in aisystem.GoLiveInput) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, ref, func(s *aisystem.System) error {
		if err := decidesGoLive(tx, s); err != nil {
			return err
		}
		return s.ApproveGoLive(in, tx.Actor.ID, tx.Now)
	})
}

// DeclineGoLive says no to ordinary use.
func DeclineGoLive(tx *record.Tx, ref record.Ref) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, ref, func(s *aisystem.System) error {
		if err := decidesGoLive(tx, s); err != nil {
			return err
		}
		s.GoLive = nil
		return nil
	})
}

func decidesGoLive(tx *record.Tx, s *aisystem.System) error {
	if tx.CarriesOut() {
		return nil
	}
	if Involved(s, tx.Actor.ID) {
		return ownSystem(s)
	}
	if by := s.Row().Authority(); by != nil && by.Role == "employee" && tx.Actor.ID != s.ClinicalLeadID {
		return fault.New(fault.Forbidden, "forbidden", `none of your roles here allows the action "%s" (%s)`,
			fault.Word{Kind: aisystem.Systems.Name, Action: "approve-go-live"}, fault.Word{Kind: aisystem.Systems.Name})
	}
	return nil
}

// SystemBars reports whether a rule keeps the actor from an action on a system: nobody approves what they own or made, and of the persons with a function
// only the clinical lead may approve going live.
func SystemBars(tx *record.Tx, s *aisystem.System, action string) (bool, error) {
	return (action == "approve-go-live" || action == "decline-go-live") && (Involved(s, tx.Actor.ID) || tx.Actor.ID == s.SecurityOfficerID), nil
}

// ConfirmSuspension confirms a stop. It is for the owner or a leader, not for who stopped the system.
func ConfirmSuspension(tx *record.Tx, ref record.Ref, note string) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, ref, func(s *aisystem.System) error { return s.ConfirmSuspension(note, tx.Actor.ID, tx.Now) })
}
