package pathway

import (
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/validation"
)

// PlanStudy plans a validation study of a system, of its newest release unless another one is named.
func PlanStudy(tx *record.Tx, in validation.Input) (*validation.Study, error) {
	s, err := systemOf(tx, in.SystemID)
	if err != nil {
		return nil, err
	}
	if in.ReleaseID == "" {
		in.ReleaseID = s.ReleaseID
	}
	if err := tx.Collect(placed(s, in.ReleaseID, in.DeploymentID)); err != nil {
		return nil, err
	}
	return validation.Studies.Create(tx, &validation.Study{Input: in, Status: validation.Planned, OwnerID: s.OwnerID})
}

// placed refuses a release or a place that is not one of the system. Where the caller may not read the system, Create reports that.
func placed(s *aisystem.System, releaseID, deploymentID string) error {
	var f fault.Fields
	if s.ID != "" && releaseID != "" && !s.HasRelease(releaseID) {
		f.Add("/release_id", "unknown_release", "must be a release of the system")
	}
	if s.ID != "" && deploymentID != "" && s.Deployment(deploymentID) == nil {
		f.Add("/deployment_id", "unknown_deployment", "must be a deployment of the system")
	}
	return f.Err()
}

// ChangeStudy changes a study that is planned.
func ChangeStudy(tx *record.Tx, ref record.Ref, apply func(*validation.Study) error) (*validation.Study, error) {
	return validation.Studies.Change(tx, ref, func(v *validation.Study) error {
		if err := apply(v); err != nil {
			return err
		}
		s, err := aisystem.Systems.Find(tx, v.SystemID)
		if err != nil {
			return err
		}
		return placed(s, v.ReleaseID, v.DeploymentID)
	})
}

// SetCriteria sets the acceptance criteria of a study, which wait for the approval of the clinical lead or the line manager.
func SetCriteria(tx *record.Tx, ref record.Ref, in validation.CriteriaInput) (*validation.Study, error) {
	return asking(tx, ref, func(v *validation.Study) error { return v.SetCriteria(in, tx.Actor.ID, tx.Now) })
}

// RecordResults stores the results of a study. The clinical lead or the line manager concludes, not who recorded them.
func RecordResults(tx *record.Tx, ref record.Ref, in validation.ResultsInput) (*validation.Study, error) {
	return asking(tx, ref, func(v *validation.Study) error { return v.Record(in, tx.Actor.ID, tx.Now) })
}

// asking changes a study, and sets who approves what the actor did.
func asking(tx *record.Tx, ref record.Ref, do func(*validation.Study) error) (*validation.Study, error) {
	return validation.Studies.Change(tx, ref, func(v *validation.Study) error {
		s, err := aisystem.Systems.Find(tx, v.SystemID)
		if err != nil {
			return err
		}
		v.Asks(s.ClinicalLeadID, tx.Actor.ID)
		return do(v)
	})
}

// ApproveCriteria approves the criteria of a study. The owner of the system does not.
func ApproveCriteria(tx *record.Tx, ref record.Ref) (*validation.Study, error) {
	return validation.Studies.Change(tx, ref, func(v *validation.Study) error {
		if err := notOwn(tx, v.OwnerID); err != nil {
			return err
		}
		return v.ApproveCriteria(tx.Actor.ID, tx.Now)
	})
}

// ConcludeStudy gives the verdict of a study. The owner of the system does not.
func ConcludeStudy(tx *record.Tx, ref record.Ref, in validation.ConclusionInput) (*validation.Study, error) {
	return validation.Studies.Change(tx, ref, func(v *validation.Study) error {
		if err := notOwn(tx, v.OwnerID); err != nil {
			return err
		}
		return v.Conclude(in, tx.Actor.ID, tx.Now)
	})
}

// notOwn refuses the owner of a system what somebody else must do.
func notOwn(tx *record.Tx, ownerID string) error {
	if tx.Actor.ID == ownerID {
		return fault.New(fault.Forbidden, "not_by_owner", "somebody else must do it: you own the system")
	}
	return nil
}

// StudyBars reports whether the caller owns the system, and so neither approves the criteria nor concludes.
func StudyBars(tx *record.Tx, v *validation.Study, action string) (bool, error) {
	return (action == "approve-criteria" || action == "conclude") && tx.Actor.ID == v.OwnerID, nil
}
