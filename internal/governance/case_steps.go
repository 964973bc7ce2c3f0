package governance

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// OpenCase opens a case before a body whose term has not ended.
func OpenCase(tx *record.Tx, in CaseInput) (*Case, error) {
	b, err := bodyIn(tx, in.BodyID, in.Scope)
	if err != nil {
		return nil, err
	}
	in.BodyID = b.ID
	if err := termOpen(tx, b); err != nil {
		return nil, err
	}
	return Cases.Create(tx, NewCase(in))
}

// admission gives what the mandate that a body works by takes in; any case when nil.
func admission(tx *record.Tx, bodyID string) (*Admission, error) {
	m, err := worksBy(tx, bodyID)
	if err != nil || m == nil {
		return nil, err
	}
	return m.Admission, nil
}

// ChangeCase changes a case: its draft by who opened it too, and otherwise by who files for its body. Once the body has taken it
// in, it stays one that the mandate takes.
func ChangeCase(tx *record.Tx, ref record.Ref, fn func(*Case) error, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		if !ownDraft(tx, c) {
			if err := files(tx, c.BodyID, roles); err != nil {
				return err
			}
		}
		before := c.CaseInput
		if err := fn(c); err != nil {
			return err
		}
		a, err := admission(tx, c.BodyID)
		if err != nil {
			return err
		}
		return c.Keeps(before, a)
	})
}

// ownDraft tells whether a case is a draft that the actor opened: it is theirs to write until it lies before the body.
func ownDraft(tx *record.Tx, c *Case) bool {
	return c.Status == CaseDraft && c.CreatedBy == tx.Actor.ID
}

// CaseBars tells that an action on a case is for its body's members who vote, or for those who file, and the actor is none of them.
func CaseBars(tx *record.Tx, c *Case, action string, roles Roles) (bool, error) {
	switch action {
	case "admit", "reject", "conclude", "escalate":
		return kept(tx, c.BodyID, resolving, roles)
	case "update", "delete":
		if ownDraft(tx, c) {
			return false, nil
		}
		return kept(tx, c.BodyID, filing, roles)
	case "defer", "answer", "declare-conflict":
		return kept(tx, c.BodyID, filing, roles)
	default:
		return false, nil
	}
}

// SubmitCase puts a case before the body.
func SubmitCase(tx *record.Tx, ref record.Ref) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		b, err := bodyOf(tx, c.BodyID)
		if err != nil {
			return err
		}
		if err := termOpen(tx, b); err != nil {
			return err
		}
		a, err := admission(tx, c.BodyID)
		if err != nil {
			return err
		}
		return c.Submit(tx.Actor.ID, a)
	})
}

// AdmitCase takes a case in; a member of the body does.
func AdmitCase(tx *record.Tx, ref record.Ref) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		if err := memberOf(tx, c.BodyID); err != nil {
			return err
		}
		a, err := admission(tx, c.BodyID)
		if err != nil {
			return err
		}
		return c.Admit(a)
	})
}

// RejectCase turns a case down.
func RejectCase(tx *record.Tx, ref record.Ref, reason string) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		if err := memberOf(tx, c.BodyID); err != nil {
			return err
		}
		return c.Reject(tx.Actor.ID, tx.Now, reason)
	})
}

// DeferCase puts a case off.
func DeferCase(tx *record.Tx, ref record.Ref, in Deferral, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error { return then(files(tx, c.BodyID, roles), func() error { return c.Defer(in) }) })
}

// memberOf holds an act of a body to its members who vote.
func memberOf(tx *record.Tx, bodyID string) error {
	b, err := bodyOf(tx, bodyID)
	if err != nil {
		return err
	}
	m, err := MandateInForce(tx, b.ID)
	if err != nil {
		return err
	}
	return sits(tx, b, RulesOf(b, m))
}

// ConcludeCase ends a case with what the body came to; a case that was lifted to it takes that back as its answer.
func ConcludeCase(tx *record.Tx, ref record.Ref, in Conclusion) (*Case, error) {
	c, err := Cases.Change(tx, ref, func(c *Case) error {
		if err := memberOf(tx, c.BodyID); err != nil {
			return err
		}
		if err := treated(tx, c); err != nil {
			return err
		}
		return c.Conclude(in, tx.Actor.ID, tx.Now)
	})
	if err != nil || c.EscalatedFromID == "" {
		return c, err
	}
	from, err := Cases.Find(tx, c.EscalatedFromID)
	if err != nil {
		return nil, fmt.Errorf("read the case it was lifted from: %w", err)
	}
	if from.Status == CaseEscalated {
		_, err = Cases.Change(tx.Follow("case", "answer"), record.Ref{ID: from.ID, Version: record.AnyVersion},
			func(f *Case) error { return f.Answer(in.Text, tx.Now) })
	}
	return c, err
}

// treated holds the end of a case to a meeting that was held with it on the agenda.
func treated(tx *record.Tx, c *Case) error {
	meetings, err := Meetings.Each(tx, "/", map[string][]string{"agenda": {c.ID}})
	if err != nil || slices.ContainsFunc(meetings, (*Meeting).Took) {
		return err
	}
	return fault.New(fault.Conflict, "not_held", "no meeting with %s on its agenda was held yet", c.Number)
}

// EscalateCase lifts a case to another body, where it becomes a case of its own.
func EscalateCase(tx *record.Tx, ref record.Ref, in Lift) (*Case, error) {
	before, err := Cases.Get(tx, ref.ID)
	if err != nil {
		return nil, err
	}
	to, err := Bodies.Get(tx, in.BodyID)
	if err != nil {
		return nil, unknownAt(err, "/body_id", "body")
	}
	if to.ID == before.BodyID {
		return nil, fault.Fields{{Pointer: "/body_id", Code: "same_body", Detail: fault.Text{Format: "the case lies before this body already"}}}.Err()
	}
	if err := termOpen(tx, to); err != nil {
		return nil, err
	}
	return Cases.Change(tx, ref, func(c *Case) error {
		if err := memberOf(tx, c.BodyID); err != nil {
			return err
		}
		child := NewCase(CaseInput{
			Common: record.Common{Scope: to.Scope}, BodyID: to.ID, Title: c.Title, Summary: c.Summary, Kind: InputCase,
			Strategic: c.Strategic, NationalInterest: c.NationalInterest, Documents: c.Documents,
		})
		child.Status, child.SubmittedBy, child.EscalatedFromID = CaseSubmitted, tx.Actor.ID, c.ID
		lifted, err := Cases.Create(tx.Follow("case", "create"), child)
		if err != nil {
			return err
		}
		return c.Escalate(Escalation{BodyID: to.ID, CaseID: lifted.ID, By: tx.Actor.ID, At: tx.Now, Reason: in.Reason})
	})
}

// AnswerCase records what the other body answered, where that body does not work here itself.
func AnswerCase(tx *record.Tx, ref record.Ref, in Reply, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		return then(files(tx, c.BodyID, roles), func() error { return c.Answer(in.Text, tx.Now) })
	})
}

// DeclareConflict notes a member's conflict of interest in a case, and what the member had voted on in it.
func DeclareConflict(tx *record.Tx, ref record.Ref, d Declaration, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		m, err := Memberships.Find(tx, d.MembershipID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || m.BodyID != c.BodyID {
			return fault.Fields{{Pointer: "/membership_id", Code: "not_a_member", Detail: fault.Text{Format: "is no member of the body"}}}.Err()
		}
		if err := mayDeclare(tx, m, roles); err != nil {
			return err
		}
		late, err := votedOn(tx, c, d.MembershipID)
		if err != nil {
			return err
		}
		return c.Declare(d, late, tx.Actor.ID, tx.Now)
	})
}

// mayDeclare holds a declaration to the member itself, and to the lead and the secretariat, who note it down.
func mayDeclare(tx *record.Tx, of *Membership, roles Roles) error {
	b, err := bodyOf(tx, of.BodyID)
	if err != nil {
		return err
	}
	mine, err := seated(tx, b)
	switch {
	case fault.Is(err, fault.Forbidden):
		return files(tx, b.ID, roles)
	case err != nil:
		return err
	case mine.ID != of.ID && mine.Position != Lead && mine.Position != Secretary:
		return fault.New(fault.Forbidden, "not_yours", "a conflict of interest is declared by the member, the lead or the secretariat")
	}
	return nil
}

// votedOn finds what a member has voted on in a case, and whether it would have carried without that vote.
func votedOn(tx *record.Tx, c *Case, membershipID string) ([]LateConflict, error) {
	b, err := bodyOf(tx, c.BodyID)
	if err != nil {
		return nil, err
	}
	late := []LateConflict{}
	note := func(kind, id, number string, r *Resolution) error {
		if !r.Voted(membershipID) {
			return nil
		}
		carried := r.Agreed
		if !carried {
			t, err := recount(tx, b, r, membershipID)
			if err != nil {
				return err
			}
			carried = t.Carried
		}
		late = append(late, LateConflict{Kind: kind, ID: id, Number: number, CarriedWithout: carried})
		return nil
	}
	of := map[string][]string{"case_id": {c.ID}}
	advice, err := AdviceRepo.Each(tx, "/", of)
	if err != nil {
		return nil, err
	}
	for _, a := range advice {
		if err := note("advice", a.ID, a.Number, a.Resolution); err != nil {
			return nil, err
		}
	}
	proposals, err := Proposals.Each(tx, "/", of)
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		if err := note("proposal", p.ID, p.Number, p.Resolution); err != nil {
			return nil, err
		}
	}
	decisions, err := Decisions.Each(tx, "/", of)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		if err := note("decision", d.ID, d.Number, d.Resolution); err != nil {
			return nil, err
		}
	}
	return late, nil
}

func unknownAt(err error, pointer, kind string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Fields{{Pointer: pointer, Code: "unknown_reference", Detail: fault.Text{Format: "there is no such %s", Args: []any{fault.Word{Kind: kind}}}}}.Err()
	}
	return err
}
