package pathway

import (
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/study"
)

// PlanClinicalStudy records a study of a system, with the rules that it follows.
func PlanClinicalStudy(tx *record.Tx, rules *study.Rules, in study.Input) (*study.Study, error) {
	s, err := systemOf(tx, in.SystemID)
	if err != nil {
		return nil, err
	}
	e := &study.Study{Input: in, Status: study.Planned, OwnerID: s.OwnerID}
	if err := tx.Collect(e.Place(rules, s.Findings.Regulation)); err != nil {
		return nil, err
	}
	if e, err = study.Studies.Create(tx, e); err != nil {
		return nil, err
	}
	return e, regime(tx, e.SystemID)
}

// ChangeClinicalStudy changes a study that is planned.
func ChangeClinicalStudy(tx *record.Tx, rules *study.Rules, ref record.Ref, apply func(*study.Study) error) (*study.Study, error) {
	return moved(tx, ref, func(e *study.Study) error {
		if err := apply(e); err != nil {
			return err
		}
		s, err := aisystem.Systems.Find(tx, e.SystemID)
		if err != nil {
			return err
		}
		return e.Place(rules, s.Findings.Regulation)
	})
}

// ApplyForStudy records that a study was applied for or notified.
func ApplyForStudy(tx *record.Tx, rules *study.Rules, ref record.Ref, in study.Filing) (*study.Study, error) {
	return study.Studies.Change(tx, ref, func(e *study.Study) error { return e.Apply(rules, in, record.DateOf(tx.Now)) })
}

// ApproveStudy records the answers of the authority and the ethics committee.
func ApproveStudy(tx *record.Tx, rules *study.Rules, ref record.Ref, in study.Answer) (*study.Study, error) {
	return study.Studies.Change(tx, ref, func(e *study.Study) error { return e.RecordApproval(rules, in, record.DateOf(tx.Now)) })
}

// StartStudy begins a study.
func StartStudy(tx *record.Tx, rules *study.Rules, ref record.Ref) (*study.Study, error) {
	return study.Studies.Change(tx, ref, func(e *study.Study) error { return e.Start(rules, record.DateOf(tx.Now)) })
}

// CompleteStudy ends a study as planned.
func CompleteStudy(tx *record.Tx, ref record.Ref) (*study.Study, error) {
	return moved(tx, ref, func(e *study.Study) error { return e.Complete(record.DateOf(tx.Now)) })
}

// StopStudy ends a study before it is complete.
func StopStudy(tx *record.Tx, ref record.Ref, reason string) (*study.Study, error) {
	return moved(tx, ref, func(e *study.Study) error { return e.Stop(reason, record.DateOf(tx.Now)) })
}

// moved changes a study, and gives the system the regime of the study that decides then.
func moved(tx *record.Tx, ref record.Ref, do func(*study.Study) error) (*study.Study, error) {
	e, err := study.Studies.Change(tx, ref, do)
	if err != nil {
		return nil, err
	}
	return e, regime(tx, e.SystemID)
}

// regime stores the row of the study that decides in the findings of a system, where it has changed.
func regime(tx *record.Tx, systemID string) error {
	all, err := query.Each(tx, study.Studies, "", map[string][]string{"system_id": {systemID}})
	if err != nil {
		return err
	}
	s, err := aisystem.Systems.Find(tx, systemID)
	deciding := study.Deciding(all)
	if err != nil || deciding == nil || deciding.RowID == s.Findings.Study {
		return err
	}
	return find(tx, systemID, func(f *aisystem.Findings) { f.Study = deciding.RowID })
}
