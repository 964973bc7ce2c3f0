package policy

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// DraftPolicy creates the draft of a document. Its author is the owner unless another owner is given.
func DraftPolicy(tx *record.Tx, in Input) (*Policy, error) {
	if in.OwnerID == "" && !tx.Actor.Service {
		in.OwnerID = tx.Actor.ID
	}
	p := New(in)
	if err := checkPolicy(tx, p, nil); err != nil {
		return nil, err
	}
	return Repo.Create(tx, p)
}

// ChangePolicy changes a draft.
func ChangePolicy(tx *record.Tx, ref record.Ref, apply func(*Policy) error) (*Policy, error) {
	return Repo.Change(tx, ref, func(p *Policy) error {
		held := p.RelatedPolicies
		if err := apply(p); err != nil {
			return err
		}
		return checkPolicy(tx, p, held)
	})
}

// checkPolicy checks the rules that need other records: the document number is free, the last professional change is not in the future, and units and
// internal references exist. The write
// reports the faults with all others. References that the document had before are not checked again.
func checkPolicy(tx *record.Tx, p *Policy, held []string) error {
	if err := nameClauses(tx, p); err != nil {
		return err
	}
	var f fault.Fields
	known := tx.Knows(p.Scope)
	free, err := numberFree(tx, p)
	if err != nil {
		return err
	}
	if !free && known {
		f.Add("/document_number", "document_number_taken", "another document in this scope already has the number %s", p.DocumentNumber)
	}
	if at := p.LastProfessionalChangeAt; at != nil && at.After(tx.Now) {
		f.Add("/last_professional_change_at", "in_the_future", "must not be in the future")
	}
	for i, a := range p.AppliesTo {
		if a.Unit == nil {
			continue
		}
		units, err := query.List(tx, record.KindOf("unit"), query.Query{Scope: "=" + *a.Unit, Trusted: true, Rows: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(units.Rows) == 0 && known {
			f.Add("/applies_to/"+strconv.Itoa(i)+"/unit", "unknown_unit", "there is no such unit")
		}
	}
	for i, r := range p.References {
		if r.PolicyID == "" || slices.Contains(held, r.PolicyID) {
			continue
		}
		to, err := ReadPolicy(tx, r.PolicyID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || !record.Related(to.Scope, p.Scope) {
			f.Add("/references/"+strconv.Itoa(i)+"/policy_id", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "policy"})
		}
	}
	tx.AddFaults(f...)
	return nil
}

// nameClauses replaces the ids of requirements of the standard by their keys, without duplicates.
func nameClauses(tx *record.Tx, p *Policy) error {
	var named []string
	for _, c := range p.Clauses {
		if uuid.Validate(c) == nil {
			key, err := clauseKey(tx, c)
			if err != nil {
				return err
			}
			if key != "" {
				if c = key; slices.Contains(p.Clauses, c) || slices.Contains(named, c) {
					continue
				}
			}
		}
		named = append(named, c)
	}
	p.Clauses = named
	return nil
}

// clauseKey returns the key of a requirement of ISO/IEC 42001 by its id, or an empty string.
func clauseKey(tx *record.Tx, id string) (string, error) {
	row, err := tx.Load(record.KindOf("requirement"), id) // every actor may read requirements
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var r struct{ Framework, Key string }
	if err := row.Decode(&r); err != nil {
		return "", fmt.Errorf("read requirement: %w", err)
	}
	if r.Framework != "iso-42001" {
		return "", nil
	}
	return r.Key, nil
}

// numberFree reports whether the number is unused in the scope: by newest editions and by editions in force of other documents.
func numberFree(tx *record.Tx, p *Policy) (bool, error) {
	if p.DocumentNumber == "" {
		return true, nil
	}
	same := map[string][]string{"document_number": {p.DocumentNumber}}
	others, err := query.Each(tx, Repo, "="+p.Scope, same)
	if err != nil {
		return false, err
	}
	for _, o := range others {
		if o.ID != p.ID {
			return false, nil
		}
	}
	same["status"] = []string{string(EditionApproved), string(EditionPublished)}
	editions, err := query.Each(tx, Editions, "="+p.Scope, same)
	if err != nil {
		return false, err
	}
	for _, e := range editions {
		if e.PolicyID != p.ID {
			return false, nil
		}
	}
	return true, nil
}

// SubmitPolicy submits the newest edition for approval.
func SubmitPolicy(tx *record.Tx, ref record.Ref, in Submission) (*Policy, error) {
	return Repo.Change(tx, ref, func(p *Policy) error {
		free, err := numberFree(tx, p)
		if err != nil {
			return err
		}
		if !free {
			var b fault.Blockers
			b.Add("document_number_taken", "/document_number", "another document in this scope already has the number %s", p.DocumentNumber)
			return b.Err()
		}
		return p.Submit(in, tx.Actor.ID, tx.Now)
	})
}

// ApprovePolicy approves the newest edition and freezes it.
func ApprovePolicy(tx *record.Tx, ref record.Ref) (*Policy, error) {
	p, err := Repo.Change(tx, ref, func(p *Policy) error { return p.Approve(tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	e, err := NewEdition(p)
	if err != nil {
		return nil, err
	}
	if _, err := Editions.Create(tx.Follow("policy_edition", "create"), e); err != nil {
		return nil, err
	}
	return p, nil
}

// PublishPolicy puts the approved edition in force, or schedules it. The edition before it stays in force until then.
func PublishPolicy(tx *record.Tx, ref record.Ref, significant bool) (*Policy, error) {
	p, err := Repo.Change(tx, ref, func(p *Policy) error { return p.Publish(tx.Actor.ID, tx.Now, significant) })
	if err != nil || p.Scheduled != nil {
		return p, err
	}
	return succeed(tx, p)
}

// PublishScheduled puts scheduled editions in force when their day has come. The system calls it.
func PublishScheduled(tx *record.Tx) error {
	list, err := query.Each(tx, Repo, "/", map[string][]string{"status": {string(Approved)}})
	if err != nil {
		return err
	}
	for _, p := range list {
		if !p.Begins(tx.Now) {
			continue
		}
		p, err := Repo.Change(tx.Follow("policy", "publish"), record.Ref{ID: p.ID, Version: record.AnyVersion}, func(p *Policy) error {
			return p.ComeIntoForce(tx.Now, p.Scheduled.Significant)
		})
		if err != nil {
			return err
		}
		if _, err := succeed(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// succeed updates the editions of a document that was just published: the approved edition replaces the one in force.
func succeed(tx *record.Tx, p *Policy) (*Policy, error) {
	err := moveEditions(tx, p, EditionPublished, "supersede", func(e *Edition) error { return e.Supersede(tx.Now) })
	if err != nil {
		return nil, err
	}
	return p, moveEditions(tx, p, EditionApproved, "publish", func(e *Edition) error { return e.Publish(p, tx.Now) })
}

// ConfirmPolicyReview renews the review date of the edition in force.
func ConfirmPolicyReview(tx *record.Tx, ref record.Ref) (*Policy, error) {
	p, err := Repo.Change(tx, ref, func(p *Policy) error { return p.ConfirmReview(tx.Now) })
	if err != nil {
		return nil, err
	}
	return p, moveEditions(tx, p, EditionPublished, "confirm-review", func(e *Edition) error { return e.Keep(p) })
}

// DiscardPolicyDraft discards the draft of the next edition. The document returns to its published edition.
func DiscardPolicyDraft(tx *record.Tx, ref record.Ref) (*Policy, error) {
	return Repo.Change(tx, ref, func(p *Policy) error {
		e, err := editionInForce(tx, p.ID)
		if err != nil {
			return err
		}
		if e == nil {
			return p.Discard(nil)
		}
		published, err := e.Policy()
		if err != nil {
			return err
		}
		return p.Discard(published)
	})
}

// RevisePolicy starts the next edition of a document. The edition in force stays in force. A scheduled publication is cancelled.
func RevisePolicy(tx *record.Tx, ref record.Ref) (*Policy, error) {
	p, err := Repo.Change(tx, ref, func(p *Policy) error {
		list, err := query.Each(tx, Editions, "="+p.Scope, map[string][]string{"policy_id": {p.ID}})
		if err != nil {
			return err
		}
		next := p.Edition + 1
		for _, e := range list {
			next = max(next, e.Edition+1)
		}
		return p.Revise(next)
	})
	if err != nil {
		return nil, err
	}
	return p, moveEditions(tx, p, EditionApproved, "retire", func(e *Edition) error { return e.Retire(tx.Now) })
}

// RetirePolicy retires the document.
func RetirePolicy(tx *record.Tx, ref record.Ref) (*Policy, error) {
	p, err := Repo.Change(tx, ref, func(p *Policy) error { return p.Retire() })
	if err != nil {
		return nil, err
	}
	return p, moveEditions(tx, p, EditionPublished, "retire", func(e *Edition) error { return e.Retire(tx.Now) })
}

// moveEditions moves the editions of a document from one state to the next.
func moveEditions(tx *record.Tx, p *Policy, from EditionStatus, verb string, move func(*Edition) error) error {
	list, err := query.Each(tx, Editions, "="+p.Scope, map[string][]string{"policy_id": {p.ID}, "status": {string(from)}})
	if err != nil {
		return err
	}
	for _, e := range list {
		ref := record.Ref{ID: e.ID, Version: record.AnyVersion}
		if _, err := Editions.Change(tx.Follow("policy_edition", verb), ref, move); err != nil {
			return err
		}
	}
	return nil
}

// editionInForce returns the published edition of a document without checking who reads, or nil.
func editionInForce(tx *record.Tx, policyID string) (*Edition, error) {
	list, err := query.Each(tx, Editions, "/", map[string][]string{"policy_id": {policyID}, "status": {string(EditionPublished)}})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}
