package governance

import (
	"fmt"
	"reflect"
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
	if err := requireOpenTerm(tx, b); err != nil {
		return nil, err
	}
	if _, err := in.rows(tx, b); tx.Collect(err) != nil {
		return nil, err
	}
	c := NewCase(in)
	c.FromPersonID = tx.Actor.Person()
	return Cases.Create(tx, c)
}

// admission returns the mandate's criteria for admitting a case, or nil when the body admits any case.
func admission(tx *record.Tx, bodyID string) (*Admission, error) {
	m, err := worksBy(tx, bodyID)
	if err != nil || m == nil {
		return nil, err
	}
	return m.Admission, nil
}

// ChangeCase changes a case. Whoever opened it may change the draft; otherwise whoever does the body's paperwork may. A case that was
// admitted must stay within the mandate.
func ChangeCase(tx *record.Tx, ref record.Ref, fn func(*Case) error, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		if !ownDraft(tx, c) {
			if err := mayFile(tx, c.BodyID, roles); err != nil {
				return err
			}
		}
		before := c.CaseInput
		if err := fn(c); err != nil {
			return err
		}
		if c.TakenIn() && !reflect.DeepEqual(c.About, before.About) {
			return fault.Fields{fault.NewField("/about", "immutable/about", "cannot change after the case is admitted; raise another case")}.Err()
		}
		b, err := bodyOf(tx, c.BodyID)
		if err != nil {
			return err
		}
		if _, err := c.rows(tx, b); tx.Collect(err) != nil {
			return err
		}
		a, err := admission(tx, c.BodyID)
		if err != nil {
			return err
		}
		return c.Keeps(before, a)
	})
}

// ownDraft reports whether a case is a draft that the actor opened.
func ownDraft(tx *record.Tx, c *Case) bool {
	return c.Status == CaseDraft && c.CreatedBy == tx.Actor.ID
}

// CaseBars reports whether an action is only for the voting members of the case's body, or its secretariat, and the actor is not one.
func CaseBars(tx *record.Tx, c *Case, action string, roles Roles) (bool, error) {
	switch action {
	case "admit", "reject", "conclude", "escalate":
		return lacksPart(tx, c.BodyID, resolving, roles)
	case "update", "delete":
		if ownDraft(tx, c) {
			return false, nil
		}
		return lacksPart(tx, c.BodyID, filing, roles)
	case "answer":
		if c.Escalation == nil {
			return true, nil
		}
		return lacksPart(tx, c.Escalation.BodyID, filing, roles)
	case "defer", "declare-conflict":
		return lacksPart(tx, c.BodyID, filing, roles)
	default:
		return false, nil
	}
}

// SubmitCase submits a case to the body.
func SubmitCase(tx *record.Tx, ref record.Ref) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		b, err := bodyOf(tx, c.BodyID)
		if err != nil {
			return err
		}
		if err := requireOpenTerm(tx, b); err != nil {
			return err
		}
		a, err := admission(tx, c.BodyID)
		if err != nil {
			return err
		}
		return c.Submit(tx.Actor.ID, a)
	})
}

// AdmitCase admits a case. Only a voting member of the body may. A case that was deferred is back on the agenda of a meeting that is called.
func AdmitCase(tx *record.Tx, ref record.Ref, carrier Carrier) (*Case, error) {
	return rejoin(tx)(Cases.Change(tx, ref, func(c *Case) error {
		if err := mayResolveIn(tx, c.BodyID); err != nil {
			return err
		}
		if err := c.complete(carrier); err != nil {
			return err
		}
		a, err := admission(tx, c.BodyID)
		if err != nil {
			return err
		}
		return c.Admit(a)
	}))
}

// RejectCase rejects a case.
func RejectCase(tx *record.Tx, ref record.Ref, reason string) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		if err := mayResolveIn(tx, c.BodyID); err != nil {
			return err
		}
		return c.Reject(tx.Actor.ID, tx.Now, reason)
	})
}

// DeferCase defers a case.
func DeferCase(tx *record.Tx, ref record.Ref, in Deferral, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error { return then(mayFile(tx, c.BodyID, roles), func() error { return c.Defer(in) }) })
}

// mayResolveIn returns nil when the actor is a voting member of the body.
func mayResolveIn(tx *record.Tx, bodyID string) error {
	b, err := bodyOf(tx, bodyID)
	if err != nil {
		return err
	}
	m, err := MandateInForce(tx, b.ID)
	if err != nil {
		return err
	}
	return mayResolve(tx, b, RulesOf(b, m))
}

// ConcludeCase ends a case with the body's conclusion. For a case that was escalated, the conclusion is also the answer to the first body.
func ConcludeCase(tx *record.Tx, ref record.Ref, in Conclusion) (*Case, error) {
	c, err := Cases.Change(tx, ref, func(c *Case) error {
		if err := mayResolveIn(tx, c.BodyID); err != nil {
			return err
		}
		if err := treated(tx, c); err != nil {
			return err
		}
		return c.Conclude(in, tx.Actor.ID, tx.Now)
	})
	if err != nil {
		return nil, err
	}
	return c, answerBack(tx, c)
}

// answerBack makes the conclusion of a case that was escalated the answer to the first body.
func answerBack(tx *record.Tx, c *Case) error {
	if c.EscalatedFromID == "" {
		return nil
	}
	from, err := Cases.Find(tx, c.EscalatedFromID)
	if err != nil {
		return fmt.Errorf("read the case it was lifted from: %w", err)
	}
	if from.Status == CaseEscalated {
		_, err = rejoin(tx)(Cases.Change(tx.Follow("case", "answer"), record.Ref{ID: from.ID, Version: record.AnyVersion},
			func(f *Case) error { return f.Answer(c.Conclusion.Text, tx.Now) }))
	}
	return err
}

// treated refuses to end a case before a meeting with the case on its agenda was held.
func treated(tx *record.Tx, c *Case) error {
	held, err := onAgenda(tx, c.ID, (*Meeting).Took)
	if err != nil || held {
		return err
	}
	return fault.New(fault.Conflict, "not_held/case", "a meeting with %s on its agenda must be held first", c.Number)
}

// EscalateCase escalates a case to another body, where it becomes a new case.
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
		return nil, fault.Fields{fault.NewField("/body_id", "same_body", "must be another body; this one already has the case")}.Err()
	}
	if err := requireOpenTerm(tx, to); err != nil {
		return nil, err
	}
	return Cases.Change(tx, ref, func(c *Case) error {
		if err := mayResolveIn(tx, c.BodyID); err != nil {
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

// AnswerCase records the answer to an escalated case. The body that received it answers, never the one that sent it.
func AnswerCase(tx *record.Tx, ref record.Ref, in Reply, roles Roles) (*Case, error) {
	return rejoin(tx)(Cases.Change(tx, ref, func(c *Case) error {
		return then(mayFile(tx, c.Escalation.BodyID, roles), func() error { return c.Answer(in.Text, tx.Now) })
	}))
}

// DeclareConflict records a member's conflict of interest in a case, and the resolutions the member had already voted on.
func DeclareConflict(tx *record.Tx, ref record.Ref, d Declaration, roles Roles) (*Case, error) {
	return Cases.Change(tx, ref, func(c *Case) error {
		m, err := Memberships.Find(tx, d.MembershipID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || m.BodyID != c.BodyID {
			return fault.Fields{fault.NewField("/membership_id", "not_a_member", "must be a member of the body")}.Err()
		}
		if err := mayDeclare(tx, m, roles); err != nil {
			return err
		}
		late, err := votedOn(tx, c, d.MembershipID)
		if err != nil {
			return err
		}
		if err := unsilenced(tx, c, m, len(late) > 0); err != nil {
			return err
		}
		return c.Declare(d, late, tx.Actor.ID, tx.Now)
	})
}

// unsilenced refuses a declaration for another member who has voted in the case: it would remove a vote that somebody did not like.
func unsilenced(tx *record.Tx, c *Case, of *Membership, voted bool) error {
	if of.UserID == tx.Actor.ID || slices.Contains(tx.Actor.Persons, of.UserID) {
		return nil
	}
	drafts, err := textsOf(tx, map[string][]string{"case_id": {c.ID}})
	if err != nil {
		return err
	}
	for _, b := range drafts {
		voted = voted || slices.Contains(b.Recalled, of.ID) || slices.ContainsFunc(b.Cast, func(v Cast) bool { return v.MembershipID == of.ID })
	}
	if voted {
		return fault.New(fault.Forbidden, "not_yours/voted", "the member has voted in the case, so only the member can declare a conflict of interest")
	}
	return nil
}

// mayDeclare returns nil for the member, the lead and the secretariat.
func mayDeclare(tx *record.Tx, of *Membership, roles Roles) error {
	b, err := bodyOf(tx, of.BodyID)
	if err != nil {
		return err
	}
	mine, err := ownSeat(tx, b)
	switch {
	case fault.Is(err, fault.Forbidden):
		return mayFile(tx, b.ID, roles)
	case err != nil:
		return err
	case mine.ID != of.ID && mine.Position != Lead && mine.Position != Secretary:
		return fault.New(fault.Forbidden, "not_yours/conflict", "only the member, the lead or the secretariat can declare a conflict of interest")
	}
	return nil
}

// votedOn lists the resolutions in a case that a member voted on, and whether each would have passed without that vote.
func votedOn(tx *record.Tx, c *Case, membershipID string) ([]LateConflict, error) {
	late := []LateConflict{}
	all, err := resolutionsOf(tx, map[string][]string{"case_id": {c.ID}})
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if !r.Voted(membershipID) {
			continue
		}
		carried := r.Agreed
		if !carried {
			m, err := Meetings.Find(tx, r.MeetingID)
			if err != nil {
				return nil, fmt.Errorf("read meeting: %w", err)
			}
			carried = assemblyOf(m, c, r.Resolution).without(membershipID).Carried
		}
		late = append(late, LateConflict{ResolutionRef: r.ResolutionRef, CarriedWithout: carried})
	}
	return late, nil
}

func unknownAt(err error, pointer, kind string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Fields{fault.NewField(pointer, "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: kind})}.Err()
	}
	return err
}
