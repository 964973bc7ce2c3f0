package pathway

import (
	"slices"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/impact"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// OpenAssessment drafts an impact assessment of a system. The first one of a system also creates the record of the shared answers.
func OpenAssessment(tx *record.Tx, c *impact.Content, in impact.Input) (*impact.Assessment, error) {
	s, err := systemOf(tx, in.SystemID)
	if err != nil {
		return nil, err
	}
	if len(in.AssessorIDs) == 0 && !tx.Actor.Service {
		in.AssessorIDs = []string{tx.Actor.ID}
	}
	a := impact.New(in, s.OwnerID, formFor(in.Kind, s))
	if err := tx.Collect(c.CheckOwn(a)); err != nil {
		return nil, err
	}
	a, err = impact.Assessments.Create(tx, a)
	if err != nil {
		return nil, err
	}
	same, err := assessmentsOf(tx, a.SystemID)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(same, func(o *impact.Assessment) bool { return o.Kind == a.Kind && o.ID != a.ID }); i >= 0 {
		return nil, fault.New(fault.Conflict, "assessment_exists", "%s is the assessment of this kind already; start a new edition of it", same[i].Number).
			With("record_id", same[i].ID).BlockedBy("/api/v1/impact-assessments/" + same[i].ID)
	}
	_, err = sharedAnswers(tx, s)
	return a, err
}

// systemOf reads the system that a new record is about. It returns an empty one where the caller may not read it, for Create to report.
func systemOf(tx *record.Tx, id string) (*aisystem.System, error) {
	s, err := aisystem.Systems.Get(tx, id)
	if fault.Is(err, fault.NotFound) {
		return &aisystem.System{}, nil
	}
	return s, err
}

// formFor returns the form of an assessment: only the impact assessment of an AI system has a short one, unless the system is on the full track.
func formFor(k impact.Kind, s *aisystem.System) impact.Form {
	if k == impact.AISIA && s.Track != aisystem.Full {
		return impact.Short
	}
	return impact.Full
}

func assessmentsOf(tx *record.Tx, systemID string) ([]*impact.Assessment, error) {
	return query.Each(tx, impact.Assessments, "", map[string][]string{"system_id": {systemID}})
}

// sharedAnswers reads the shared answers of a system, or creates their record.
func sharedAnswers(tx *record.Tx, s *aisystem.System) (*impact.SystemAnswers, error) {
	list, err := query.Each(tx, impact.SharedAnswers, "", map[string][]string{"system_id": {s.ID}})
	if err != nil || len(list) > 0 {
		return first(list), err
	}
	return impact.SharedAnswers.Create(tx.Follow(impact.SharedAnswers.Name, "create"), &impact.SystemAnswers{
		SystemAnswersInput: impact.SystemAnswersInput{Common: record.Common{Scope: s.Scope}, SystemID: s.ID}, Status: impact.Open, OwnerID: s.OwnerID,
	})
}

func first[E any](list []*E) *E {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// ChangeAssessment changes the draft of an assessment.
func ChangeAssessment(tx *record.Tx, c *impact.Content, ref record.Ref, apply func(*impact.Assessment) error) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, ref, func(a *impact.Assessment) error {
		if err := apply(a); err != nil {
			return err
		}
		return c.CheckOwn(a)
	})
}

// ChangeSharedAnswers changes the answers that the assessments of a system share.
func ChangeSharedAnswers(tx *record.Tx, c *impact.Content, ref record.Ref, apply func(*impact.SystemAnswers) error) (*impact.SystemAnswers, error) {
	return impact.SharedAnswers.Change(tx, ref, func(s *impact.SystemAnswers) error {
		if err := apply(s); err != nil {
			return err
		}
		return c.CheckShared(s)
	})
}

// ShowAssessment returns every field that an assessment asks, with its answer.
func ShowAssessment(tx *record.Tx, c *impact.Content, a *impact.Assessment) ([]impact.FieldAnswer, error) {
	list, err := query.Each(tx, impact.SharedAnswers, "", map[string][]string{"system_id": {a.SystemID}})
	if err != nil {
		return nil, err
	}
	others, err := assessmentsOf(tx, a.SystemID)
	if err != nil {
		return nil, err
	}
	var shared impact.Answers
	if len(list) > 0 {
		shared = list[0].Answers
	}
	return c.Show(a, shared, others), nil
}

// SubmitAssessment sends an assessment for approval. Who wrote the shared answers since the last approval counts as an author of it.
func SubmitAssessment(tx *record.Tx, c *impact.Content, ref record.Ref) (*impact.Assessment, error) {
	return impact.Assessments.Change(tx, ref, func(a *impact.Assessment) error {
		s, err := aisystem.Systems.Find(tx, a.SystemID)
		if err != nil {
			return err
		}
		shared, err := sharedAnswers(tx, s)
		if err != nil {
			return err
		}
		a.Form = formFor(a.Kind, s)
		a.Count("update", shared.Row().Meta.PriorActs)
		return a.Submit(c, shared, s.ReleaseID, tx.Actor.ID, tx.Now)
	})
}

// ApproveAssessment approves an assessment. The approved document does not change when a shared answer changes later.
func ApproveAssessment(tx *record.Tx, ref record.Ref) (*impact.Assessment, error) {
	a, err := impact.Assessments.Change(tx, ref, func(a *impact.Assessment) error {
		if !tx.CarriesOut() && a.Barred(tx.Actor.ID) {
			return fault.New(fault.Forbidden, "own_assessment", "somebody else must approve it: you own the system, or you made the assessment")
		}
		s, err := aisystem.Systems.Find(tx, a.SystemID)
		if err != nil {
			return err
		}
		shared, err := sharedAnswers(tx, s)
		if err != nil {
			return err
		}
		return a.Approve(shared, tx.Actor.ID, tx.Now)
	})
	if err != nil || a.Kind != impact.DPIA {
		return a, err
	}
	return a, find(tx, a.SystemID, func(f *aisystem.Findings) { f.PrivacyHigh = a.PrivacyHigh() })
}

// AssessmentBars reports whether the caller may not approve an assessment, because they own the system or made the assessment.
func AssessmentBars(tx *record.Tx, a *impact.Assessment, action string) (bool, error) {
	return action == "approve" && a.Barred(tx.Actor.ID), nil
}

// find records what a record has found about a system.
func find(tx *record.Tx, systemID string, add func(*aisystem.Findings)) error {
	_, err := aisystem.Systems.Change(tx.Follow(aisystem.Systems.Name, "find"), record.Ref{ID: systemID, Version: record.AnyVersion}, func(s *aisystem.System) error {
		add(&s.Findings)
		return nil
	})
	return err
}
