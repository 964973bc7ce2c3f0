package flow

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// EnterMembership enters a person as a member of a body; it counts once confirmed.
func EnterMembership(tx *record.Tx, in governance.MembershipInput) (*governance.Membership, error) {
	b, err := bodyIn(tx, in.BodyID, in.Scope)
	if err != nil {
		return nil, err
	}
	in.BodyID = b.ID
	if in.UserID != "" && (in.UserID == tx.Actor.ID || slices.Contains(tx.Actor.Persons, in.UserID)) {
		return nil, ownRights()
	}
	if err := withinTerm(tx, b, in); err != nil {
		return nil, err
	}
	if err := oneLead(tx, b, "", in); err != nil {
		return nil, err
	}
	return governance.Memberships.Create(tx, governance.NewMembership(in))
}

func bodyIn(tx *record.Tx, id, scope string) (*governance.Body, error) {
	b, err := governance.Bodies.Get(tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Fields{{Pointer: "/body_id", Code: "unknown_reference", Detail: fault.Text{Format: "there is no such %s", Args: []any{fault.Word{Kind: "body"}}}}}.Err()
	}
	if err != nil {
		return nil, err
	}
	if b.Scope != scope {
		return nil, fault.Fields{{Pointer: "/scope", Code: "body_elsewhere", Detail: fault.Text{Format: "the body lies at %s", Args: []any{b.Scope}}}}.Err()
	}
	if b.Status != governance.BodyActive {
		return nil, fault.New(fault.Conflict, "body_closed", "%s is closed", b.Number)
	}
	return b, nil
}

// ConfirmMembership makes a membership count: top management does, or the body's lead, never for themselves.
func ConfirmMembership(tx *record.Tx, ref record.Ref) (*governance.Membership, error) {
	return governance.Memberships.Change(tx, ref, func(m *governance.Membership) error {
		b, err := governance.Bodies.Find(tx, m.BodyID)
		if err != nil {
			return fmt.Errorf("read body: %w", err)
		}
		if m.UserID != "" && slices.Contains(tx.Actor.Persons, m.UserID) {
			return ownRights()
		}
		ok, err := leadsOrManages(tx, b)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Forbidden, "not_lead", "a membership is confirmed by the body's lead or top management")
		}
		if role := b.RoleOf(m.Position); m.UserID != "" && role != "" {
			if err := compatible(tx, m.UserID, role, b.Scope); err != nil {
				return err
			}
		}
		if err := oneLead(tx, b, m.ID, m.MembershipInput); err != nil {
			return err
		}
		return m.Confirm(tx.Actor.ID)
	})
}

// MayConfirm tells whether the actor may confirm this membership: what allowed_actions and tasks ask beside the grant.
func MayConfirm(tx *record.Tx, m *governance.Membership) (bool, error) {
	if m.UserID == tx.Actor.ID {
		return false, nil
	}
	b, err := governance.Bodies.Find(tx, m.BodyID)
	if err != nil {
		return false, fmt.Errorf("read body: %w", err)
	}
	return leadsOrManages(tx, b)
}

func leadsOrManages(tx *record.Tx, b *governance.Body) (bool, error) {
	roles, err := held(tx, tx.Actor.ID)
	if err != nil {
		return false, err
	}
	for _, h := range roles {
		if h.Role == "top_management" && record.Covers(h.Scope, b.Scope) {
			return true, nil
		}
	}
	mine, err := governance.Memberships.Each(tx, "/", map[string][]string{"user_id": {tx.Actor.ID}, "body_id": {b.ID}, "status": {"active"}})
	if err != nil {
		return false, err
	}
	for _, m := range mine {
		if m.Position == governance.Lead && record.Within(tx.Now, m.ValidFrom, m.ValidTo) {
			return true, nil
		}
	}
	return false, nil
}

// DraftMandate opens the next edition of a body's mandate.
func DraftMandate(tx *record.Tx, in governance.MandateInput) (*governance.Mandate, error) {
	b, err := bodyIn(tx, in.BodyID, in.Scope)
	if err != nil {
		return nil, err
	}
	in.BodyID = b.ID
	if err := within(b, in.Powers); err != nil {
		return nil, err
	}
	earlier, err := governance.Mandates.Each(tx, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return nil, err
	}
	next := 1 // drafts can be deleted, so the editions are not counted
	for _, m := range earlier {
		next = max(next, m.Edition+1)
	}
	return governance.Mandates.Create(tx, governance.NewMandate(in, next))
}

// ChangeMandate changes a draft.
func ChangeMandate(tx *record.Tx, ref record.Ref, fn func(*governance.Mandate) error) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error {
		if err := fn(m); err != nil {
			return err
		}
		b, err := bodyOf(tx, m.BodyID)
		if err != nil {
			return err
		}
		return within(b, m.Powers)
	})
}

// within holds the powers of a mandate to the most that its body may have.
func within(b *governance.Body, powers []governance.Power) error {
	var f fault.Fields
	for i, p := range powers {
		if len(b.Powers) > 0 && !slices.Contains(b.Powers, p) {
			f.Add(fmt.Sprintf("/powers/%d", i), "beyond_body", "is more than %s may be given", b.Number)
		}
	}
	return f.Err()
}

// AdoptMandate puts a mandate in force from its first day; until then the body's earlier one stands.
func AdoptMandate(tx *record.Tx, ref record.Ref) (*governance.Mandate, error) {
	m, err := governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { return m.Adopt(tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	return m, supersede(tx, map[string][]string{"body_id": {m.BodyID}, "status": {"adopted"}})
}

// SupersedeMandates ends the mandates whose next edition has begun; the system does it, each once.
func SupersedeMandates(tx *record.Tx) error {
	return supersede(tx, map[string][]string{"status": {"adopted"}})
}

func supersede(tx *record.Tx, adopted map[string][]string) error {
	list, err := governance.Mandates.Each(tx, "/", adopted)
	if err != nil {
		return err
	}
	today := record.DateOf(tx.Now)
	for _, e := range list {
		if !slices.ContainsFunc(list, func(m *governance.Mandate) bool { return m.Succeeds(e, today) }) {
			continue
		}
		if _, err := governance.Mandates.Change(tx.Follow("mandate", "supersede"), record.Ref{ID: e.ID, Version: record.AnyVersion}, (*governance.Mandate).Supersede); err != nil {
			return err
		}
	}
	return nil
}

// ExpireMemberships ends the memberships whose last day has passed; the system does it, each once.
func ExpireMemberships(tx *record.Tx) error {
	due, err := governance.Memberships.Each(tx, "/", map[string][]string{"status": {"active"}})
	if err != nil {
		return err
	}
	for _, m := range due {
		if !m.ValidTo.Passed(tx.Now) {
			continue
		}
		_, err := governance.Memberships.Change(tx.Follow("membership", "expire"), record.Ref{ID: m.ID, Version: record.AnyVersion},
			func(m *governance.Membership) error { return m.End(m.ValidTo) })
		if err != nil {
			return err
		}
	}
	return nil
}
