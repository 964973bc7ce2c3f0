package pathway

import (
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ClearItem records what clears an item of a gate. The person has the function or the role that the item names.
func (r *Rules) ClearItem(tx *record.Tx, in aisystem.ItemInput) (*aisystem.Item, error) {
	i := &aisystem.Item{ItemInput: in, Status: aisystem.ItemInReview, Approver: aisystem.ApproverNone, ClearedBy: tx.Actor.ID}
	s, err := aisystem.Systems.Get(tx, in.SystemID)
	if err != nil { // Create reports a system that is not there, with all other faults
		return aisystem.Items.Create(tx, i)
	}
	if err := r.settle(tx, s, i); err != nil {
		return nil, err
	}
	return aisystem.Items.Create(tx, i)
}

// ClearAgain records that an item is cleared again after it was returned or became outdated.
func (r *Rules) ClearAgain(tx *record.Tx, ref record.Ref) (*aisystem.Item, error) {
	return aisystem.Items.Change(tx, ref, func(i *aisystem.Item) error {
		s, err := aisystem.Systems.Find(tx, i.SystemID)
		if err != nil {
			return err
		}
		return r.settle(tx, s, i)
	})
}

// settle checks the content of an item by the rule of its gate, and sets who approves it.
func (r *Rules) settle(tx *record.Tx, s *aisystem.System, i *aisystem.Item) error {
	rule := r.Item(i.Gate, i.Item)
	switch {
	case rule == nil:
		tx.AddFaults(fault.NewField("/item", "unknown_gate_item", "must be an item of the gate; see GET /ai-systems/{id}/gate"))
		return nil
	case sources[rule.By] != nil && !byItemToo(rule) || rule.Info:
		tx.AddFaults(fault.NewField("/item", "cleared_by_record", "is cleared by a record of its own, not by a gate item: %s", rule.By))
		return nil
	case rule.Gate == newPlace && i.DeploymentID == "":
		tx.AddFaults(fault.NewField("/deployment_id", "required/place", "say which place it is about"))
		return nil
	case rule.Gate != newPlace && !rule.Holds(s.GateFacts()):
		tx.AddFaults(fault.NewField("/item", "not_asked", "is not asked of this system"))
		return nil
	}
	may, err := r.mayClear(tx, s, rule)
	if err != nil {
		return err
	}
	if !may {
		return fault.New(fault.Forbidden, "not_yours_to_clear", "this item is cleared by: %s", r.people(rule.Who(s)))
	}
	tx.AddFaults(answered(rule, s, i)...)
	for n, id := range i.Evidence {
		e, err := evidence.Repo.Get(tx, id)
		switch {
		case fault.Is(err, fault.NotFound): // the reference check reports it
		case err != nil:
			return err
		default:
			tx.AddFaults(e.Unusable("/evidence/"+strconv.Itoa(n), tx.Now)...)
		}
	}
	if i.DeploymentID != "" && s.Deployment(i.DeploymentID) == nil {
		tx.AddFaults(fault.NewField("/deployment_id", "unknown_deployment", "must be a deployment of the system"))
	}
	i.ReleaseID, i.Approver, i.AdviceFrom, i.ApproverID = s.ReleaseID, r.Approver(rule, s), rule.Advice, ""
	if i.Approver == aisystem.ApproverClinical || i.Approver == aisystem.ApproverClinicalOrLine {
		i.ApproverID = s.ClinicalLeadID
	}
	i.Record(tx.Actor.ID, tx.Now)
	return nil
}

// answered returns the faults of the answers to a checklist, of its evidence and of a waiver.
func answered(rule *aisystem.GateItem, s *aisystem.System, i *aisystem.Item) (f fault.Fields) {
	if i.WaivedBecause != "" {
		if !rule.Waivable {
			f.Add("/waived_because", "not_waivable", "this item cannot be waived")
		}
		return f
	}
	if rule.Waivable {
		f.Add("/waived_because", "required/waiver", "say why the item waits; without that it is cleared by a record of its own")
		return f
	}
	for n, row := range i.Rows {
		at := "/rows/" + strconv.Itoa(n)
		known := slices.ContainsFunc(rule.Rows, func(r aisystem.CheckRow) bool { return r.Key == row.Key })
		switch {
		case !known:
			f.Add(at+"/key", "unknown_row", "must be a line of the item; see GET /ai-systems/{id}/gate")
			continue
		case !slices.Contains(rule.Answers, row.Answer):
			f.Add(at+"/answer", "not_a_choice", "must be one of: %s", rule.Answers)
		}
		if slices.Contains(rule.NeedsRef, row.Answer) && row.Reference == "" {
			f.Add(at+"/reference", "required/row_reference", "this answer names where it can be seen")
		}
		if slices.Contains(rule.NeedsWhy, row.Answer) && row.Reason == "" {
			f.Add(at+"/reason", "required/row_reason", "this answer gives a reason")
		}
	}
	facts := s.GateFacts()
	for _, r := range rule.Rows {
		if r.Holds(facts) && r.Force != aisystem.Coming && !slices.ContainsFunc(i.Rows, func(a aisystem.ItemRow) bool { return a.Key == r.Key }) {
			f.Add("/rows", "row_missing", "an answer to %s is missing", r.Key)
		}
	}
	switch {
	case rule.Key == "law_read" && len(i.Readings) == 0:
		f.Add("/readings", "required/readings", "say who read which guidance, in which version, and when")
	case len(rule.Rows) == 0 && len(i.Readings) == 0 && len(i.Evidence) == 0:
		f.Add("/evidence", "required/evidence", "name the evidence that shows it")
	}
	return f
}

// mayClear reports whether the actor has one of the functions or roles that clear an item.
func (r *Rules) mayClear(tx *record.Tx, s *aisystem.System, rule *aisystem.GateItem) (bool, error) {
	me := tx.Actor.ID
	held, err := r.Roles.Held(tx, me)
	if err != nil {
		return false, err
	}
	has := func(role string) bool {
		return slices.ContainsFunc(held, func(h record.Held) bool { return h.Role == role && record.Covers(h.Scope, s.Scope) })
	}
	return slices.ContainsFunc(rule.Who(s), func(who string) bool {
		switch who {
		case "employee":
			return true
		case "owner":
			return me == s.OwnerID || has("project_owner")
		case "line":
			return has("line_manager")
		case "working_group":
			return has("working_group")
		case "clinical":
			return me == s.ClinicalLeadID
		case "accountable_developer":
			return me == s.AccountableDeveloperID
		case "security_officer":
			return me == s.SecurityOfficerID
		}
		return false
	}), nil
}

// people names who clears or approves, in words.
func (r *Rules) people(who []string) (out record.Labels) {
	for _, w := range who {
		out = append(out, r.People[w])
	}
	return out
}

// Involved reports whether a person made or owns the system, so that they approve nothing of it.
func Involved(s *aisystem.System, person string) bool {
	return person == s.OwnerID || person == s.AccountableDeveloperID
}

// ApproveItem approves what was recorded for an item. Nobody approves for a system that they made or own. Whom a function on the system makes the approver
// approves by that function only.
func ApproveItem(tx *record.Tx, ref record.Ref) (*aisystem.Item, error) {
	return aisystem.Items.Change(tx, ref, func(i *aisystem.Item) error {
		if err := approves(tx, i); err != nil {
			return err
		}
		return i.Approve(tx.Actor.ID, tx.Now)
	})
}

// ReturnItem sends an item back to the person who cleared it.
func ReturnItem(tx *record.Tx, ref record.Ref, reason string) (*aisystem.Item, error) {
	return aisystem.Items.Change(tx, ref, func(i *aisystem.Item) error {
		if err := approves(tx, i); err != nil {
			return err
		}
		return i.Return(tx.Actor.ID, tx.Now, reason)
	})
}

func approves(tx *record.Tx, i *aisystem.Item) error {
	if tx.CarriesOut() {
		return nil
	}
	s, err := aisystem.Systems.Find(tx, i.SystemID)
	if err != nil {
		return err
	}
	if Involved(s, tx.Actor.ID) {
		return ownSystem(s)
	}
	if by := i.Row().Authority(); by != nil && by.Role == "employee" && tx.Actor.ID != i.ApproverID {
		return fault.New(fault.Forbidden, "forbidden", `none of your roles here allows the action "%s" (%s)`,
			fault.Word{Kind: aisystem.Items.Name, Action: "approve"}, fault.Word{Kind: aisystem.Items.Name})
	}
	return nil
}

func ownSystem(s *aisystem.System) error {
	return fault.New(fault.Forbidden, "own_system", "somebody else must approve this: you made or own %s", s.Number)
}

// ItemBars reports whether a rule keeps the actor from an action on an item: nobody approves for a system that they made or own.
func ItemBars(tx *record.Tx, i *aisystem.Item, action string) (bool, error) {
	if action != "approve" && action != "return" {
		return false, nil
	}
	s, err := aisystem.Systems.Find(tx, i.SystemID)
	return err == nil && Involved(s, tx.Actor.ID), err
}

// ApproveItems approves everything of a system that waits for the actor, at one gate or at all. What waits for somebody else stays as it is.
func ApproveItems(tx *record.Tx, systemID, gate string) ([]*aisystem.Item, error) {
	s, err := aisystem.Systems.Get(tx, systemID)
	if err != nil {
		return nil, err
	}
	filters := map[string][]string{"system_id": {s.ID}, "status": {string(aisystem.ItemInReview)}}
	if gate != "" {
		filters["gate"] = []string{gate}
	}
	waiting, err := query.Each(tx, aisystem.Items, "", filters)
	if err != nil {
		return nil, err
	}
	out := []*aisystem.Item{}
	for _, i := range waiting {
		row := i.Row()
		may, err := tx.May(tx.Permission, row.Target())
		if err != nil {
			return nil, err
		}
		barred, err := ItemBars(tx, i, "approve")
		if err != nil {
			return nil, err
		}
		if !may || barred || !aisystem.Items.Offers("approve", row.Status, row.Meta, tx.Actor) {
			continue
		}
		done, err := ApproveItem(tx, record.Ref{ID: i.ID, Version: record.AnyVersion})
		if err != nil {
			return nil, err
		}
		out = append(out, done)
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Conflict, "nothing_to_approve", "nothing of %s waits for your approval here", s.Number)
	}
	return out, nil
}
