package aisystem

import (
	"slices"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Qualify records whether a system is a medical device, by the answers of a person.
func Qualify(tx *record.Tx, in QualificationInput) (*Qualification, error) {
	q := &Qualification{QualificationInput: in, Status: QualificationDraft}
	s, err := Systems.Get(tx, in.SystemID)
	if err == nil { // Create reports an unreadable system with all other faults
		q.Origin = s.Origin
		err = tx.Collect(q.answer(s))
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	return Qualifications.Create(tx, q)
}

// ChangeQualification changes a draft, and computes the outcome again.
func ChangeQualification(tx *record.Tx, ref record.Ref, apply func(*Qualification) error) (*Qualification, error) {
	return Qualifications.Change(tx, ref, func(q *Qualification) error {
		if err := apply(q); err != nil {
			return err
		}
		s, err := Systems.Find(tx, q.SystemID)
		if err != nil {
			return err
		}
		return tx.Collect(q.answer(s))
	})
}

// QualificationBars reports whether the actor may not sign: only the accountable developer of the system does.
func QualificationBars(tx *record.Tx, q *Qualification, action string) (bool, error) {
	if action != "sign" {
		return false, nil
	}
	s, err := Systems.Find(tx, q.SystemID)
	if err != nil {
		return false, err
	}
	return s.AccountableDeveloperID == "" || s.AccountableDeveloperID != tx.Actor.Person(), nil
}

// SignQualification signs the qualification of what the hospital develops, as its accountable developer.
func SignQualification(tx *record.Tx, ref record.Ref) (*Qualification, error) {
	return settleQualification(tx, ref, func(q *Qualification) error {
		barred, err := QualificationBars(tx, q, "sign")
		if err != nil {
			return err
		}
		if barred && q.Origin == Own {
			return fault.New(fault.Forbidden, "not_the_developer", "only the accountable developer of the system signs its qualification")
		}
		return q.Sign(tx.Actor.ID, tx.Now)
	})
}

// CheckQualification records that the hospital has checked what the maker of a bought system states.
func CheckQualification(tx *record.Tx, ref record.Ref) (*Qualification, error) {
	return settleQualification(tx, ref, func(q *Qualification) error { return q.Check(tx.Actor.ID, tx.Now) })
}

// AnswerQuestion records what the supplier answered.
func AnswerQuestion(tx *record.Tx, ref record.Ref, in SupplierAnswer) (*Qualification, error) {
	return Qualifications.Change(tx, ref, func(q *Qualification) error { return q.Answer(in, tx.Actor.ID, tx.Now) })
}

// settleQualification changes a draft, replaces the earlier qualifications of the system, and adds what was found to the system.
func settleQualification(tx *record.Tx, ref record.Ref, fn func(*Qualification) error) (*Qualification, error) {
	q, err := Qualifications.Change(tx, ref, fn)
	if err != nil {
		return nil, err
	}
	earlier, err := query.Each(tx, Qualifications, "", map[string][]string{"system_id": {q.SystemID}})
	if err != nil {
		return nil, err
	}
	for _, e := range earlier {
		if e.ID == q.ID || !e.settled() {
			continue
		}
		_, err := Qualifications.Change(tx.Follow("qualification", "outdate"), record.Ref{ID: e.ID, Version: record.AnyVersion}, func(e *Qualification) error {
			e.Status, e.Outdated = QualificationOutdated, &Outdated{Reason: Replaced, At: tx.Now}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return q, find(tx, q.SystemID, q.settle)
}

// find adds something to the findings of a system.
func find(tx *record.Tx, systemID string, add func(*Findings)) error {
	_, err := Systems.Change(tx.Follow("ai_system", "find"), record.Ref{ID: systemID, Version: record.AnyVersion}, func(s *System) error {
		add(&s.Findings)
		s.Findings.About = About{Purpose: s.IntendedPurpose, InHouse: s.MDRRole == InHouse}
		return nil
	})
	return err
}

// Classify records what a law says of a system, by the answers of a person.
func Classify(tx *record.Tx, systemID string, in ClassificationAnswers) (*Classification, error) {
	s, err := Systems.Get(tx, systemID)
	if err != nil {
		return nil, err
	}
	c := &Classification{
		ClassificationInput: ClassificationInput{Common: record.Common{Scope: s.Scope}, SystemID: s.ID, For: in.For, Answers: in.Answers}, Status: ClassificationDraft,
	}
	if err := answer(tx, c, s); err != nil {
		return nil, err
	}
	if c, err = Classifications.Create(tx, c); err != nil || slices.Contains(s.Findings.Classified, string(c.Law)) {
		return c, err
	}
	return c, find(tx, s.ID, func(f *Findings) { f.classified(string(c.Law), false) })
}

// ChangeClassification changes the answers of a draft, and computes the result again.
func ChangeClassification(tx *record.Tx, ref record.Ref, apply func(*Classification) error) (*Classification, error) {
	return Classifications.Change(tx, ref, func(c *Classification) error {
		if err := apply(c); err != nil {
			return err
		}
		s, err := Systems.Find(tx, c.SystemID)
		if err != nil {
			return err
		}
		return answer(tx, c, s)
	})
}

// answer computes the result, and compares it with what the maker declares.
func answer(tx *record.Tx, c *Classification, s *System) error {
	declared := ""
	q, err := settledQualification(tx, s.ID)
	if err != nil {
		return err
	}
	if q != nil && q.Maker != nil {
		declared = q.Maker.DeclaredClass
	}
	return tx.Collect(c.answer(s, declared, tx.Actor.ID))
}

// settledQualification returns the qualification of a system that somebody has signed or checked, or nil.
func settledQualification(tx *record.Tx, systemID string) (*Qualification, error) {
	list, err := query.Each(tx, Qualifications, "", map[string][]string{"system_id": {systemID}})
	if i := slices.IndexFunc(list, (*Qualification).settled); i >= 0 {
		return list[i], err
	}
	return nil, err
}

// ConfirmClassification confirms what the rules say.
func ConfirmClassification(tx *record.Tx, ref record.Ref) (*Classification, error) {
	return decideClassification(tx, ref, func(c *Classification, s *System) error { return c.Confirm(s, tx.Actor.ID, tx.Now) })
}

// OverrideClassification departs from what the rules say, with a reason.
func OverrideClassification(tx *record.Tx, ref record.Ref, in OverrideInput) (*Classification, error) {
	return decideClassification(tx, ref, func(c *Classification, s *System) error { return c.Override(s, in, tx.Actor.ID, tx.Now) })
}

// decideClassification decides a draft, replaces the earlier classification by the same law, and adds what was found to the system. A class that differs
// from what the maker declares is asked of the supplier.
func decideClassification(tx *record.Tx, ref record.Ref, decide func(*Classification, *System) error) (*Classification, error) {
	var s *System
	c, err := Classifications.Change(tx, ref, func(c *Classification) (err error) {
		if s, err = Systems.Find(tx, c.SystemID); err != nil {
			return err
		}
		return decide(c, s)
	})
	if err != nil {
		return nil, err
	}
	undecided := c.Result.Undecided && c.Decision.Result == nil
	current, err := decidedClassifications(tx, c.SystemID)
	if err != nil {
		return nil, err
	}
	for _, e := range current {
		switch {
		case e.ID == c.ID:
		case e.For.Law() != c.For.Law():
			undecided = undecided || e.Result.Undecided && e.Decision.Result == nil
		default:
			_, err := Classifications.Change(tx.Follow("classification", "outdate"), record.Ref{ID: e.ID, Version: record.AnyVersion}, func(e *Classification) error {
				e.outdate(Replaced, tx.Now)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	if err := find(tx, c.SystemID, func(f *Findings) {
		c.settle(f)
		f.Undecided = undecided
	}); err != nil {
		return nil, err
	}
	return c, askAboutClass(tx, c)
}

// decidedClassifications returns the classifications of a system that hold.
func decidedClassifications(tx *record.Tx, systemID string) ([]*Classification, error) {
	return query.Each(tx, Classifications, "", map[string][]string{
		"system_id": {systemID}, "status": {string(ClassificationConfirmed), string(ClassificationOverridden)},
	})
}

// askAboutClass opens a question to the supplier when the class by the answers is another one than the maker declares, and was not asked about.
func askAboutClass(tx *record.Tx, c *Classification) error {
	if !c.Differs {
		return nil
	}
	q, err := settledQualification(tx, c.SystemID)
	if err != nil || q == nil || q.Status != QualificationChecked || q.Question != nil && q.Question.Found == found(c.Result.Device) {
		return err
	}
	_, err = Qualifications.Change(tx.Follow("qualification", "ask"), record.Ref{ID: q.ID, Version: record.AnyVersion}, func(q *Qualification) error {
		q.ask(found(c.Result.Device), tx.Actor.ID, tx.Now)
		return nil
	})
	return err
}

// CurrentClassifications returns the classifications of a system that hold or wait for confirmation.
func CurrentClassifications(tx *record.Tx, systemID string) ([]*Classification, error) {
	if _, err := Systems.Get(tx, systemID); err != nil {
		return nil, err
	}
	list, err := query.Each(tx, Classifications, "", map[string][]string{"system_id": {systemID}})
	return slices.DeleteFunc(list, func(c *Classification) bool { return c.Status == ClassificationOutdated }), err
}

// WhatIf classifies by another edition of the rules, a proposed one too. Nothing is stored.
func WhatIf(tx *record.Tx, id, version string) (*classify.Result, error) {
	c, err := Classifications.Get(tx, id)
	if err != nil {
		return nil, err
	}
	t, err := classify.Edition(c.For.Law(), version)
	if err != nil {
		return nil, err
	}
	return c.classify(t)
}

// OutdateByLaw marks the classifications for renewal whose rules have a newer edition. The program calls it as the system when it starts, because the rules
// change with it.
func OutdateByLaw(tx *record.Tx) error {
	list, err := query.Each(tx, Classifications, "", map[string][]string{
		"status": {string(ClassificationDraft), string(ClassificationConfirmed), string(ClassificationOverridden)},
	})
	if err != nil {
		return err
	}
	for _, c := range list {
		why := c.staleLaw()
		if why == "" {
			continue
		}
		_, err := Classifications.Change(tx.Follow("classification", "outdate"), record.Ref{ID: c.ID, Version: record.AnyVersion}, func(c *Classification) error {
			c.outdate(why, tx.Now)
			return nil
		})
		if err == nil {
			err = find(tx, c.SystemID, func(f *Findings) { f.forget(string(c.Law)) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}
