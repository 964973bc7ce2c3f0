package pathway

import (
	"strconv"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/useright"
)

// RecordRight records by which right a system may be used on patients.
func RecordRight(tx *record.Tx, rules *useright.Rules, in useright.Input) (*useright.Right, error) {
	s, err := systemOf(tx, in.SystemID)
	if err != nil {
		return nil, err
	}
	r := &useright.Right{Input: in, Status: useright.Recorded, OwnerID: s.OwnerID}
	for _, err := range []error{r.Apply(rules), allPlaces(s, in.DeploymentIDs)} {
		if err := tx.Collect(err); err != nil {
			return nil, err
		}
	}
	return useright.Rights.Create(tx, r)
}

// ChangeRight changes a right that is not yet checked.
func ChangeRight(tx *record.Tx, rules *useright.Rules, ref record.Ref, apply func(*useright.Right) error) (*useright.Right, error) {
	return useright.Rights.Change(tx, ref, func(r *useright.Right) error {
		if err := apply(r); err != nil {
			return err
		}
		s, err := aisystem.Systems.Find(tx, r.SystemID)
		if err != nil {
			return err
		}
		if err := tx.Collect(r.Apply(rules)); err != nil {
			return err
		}
		return allPlaces(s, r.DeploymentIDs)
	})
}

// CheckRight confirms a right, which gives the system its conformity route. The owner of the system does not.
func CheckRight(tx *record.Tx, rules *useright.Rules, ref record.Ref) (*useright.Right, error) {
	return settled(tx, ref, func(r *useright.Right) error {
		if err := notOwn(tx, r.OwnerID); err != nil {
			return err
		}
		return r.Check(rules, tx.Actor.ID, tx.Now)
	})
}

// EndRight ends a right. The system keeps the route of another one, if it has any.
func EndRight(tx *record.Tx, ref record.Ref, reason string) (*useright.Right, error) {
	return settled(tx, ref, func(r *useright.Right) error { return r.End(reason) })
}

// settled changes a right, and gives the system the route and the last day of the best right that it has then.
func settled(tx *record.Tx, ref record.Ref, do func(*useright.Right) error) (*useright.Right, error) {
	r, err := useright.Rights.Change(tx, ref, do)
	if err != nil {
		return nil, err
	}
	all, err := query.Each(tx, useright.Rights, "", map[string][]string{"system_id": {r.SystemID}})
	if err != nil {
		return nil, err
	}
	return r, find(tx, r.SystemID, func(f *aisystem.Findings) {
		f.Route, f.CertificateTo = "", ""
		if best := useright.Best(all, record.DateOf(tx.Now)); best != nil {
			f.Route, f.CertificateTo = string(best.Route), best.ValidUntil
		}
	})
}

// ExpireRights ends the rights whose last day has passed. The worker calls it as the system.
func ExpireRights(tx *record.Tx) error {
	checked, err := query.Each(tx, useright.Rights, "/", map[string][]string{"status": {string(useright.Checked)}})
	if err != nil {
		return err
	}
	for _, r := range checked {
		if !r.ValidUntil.Passed(tx.Now) {
			continue
		}
		if _, err := settled(tx.Follow(useright.Rights.Name, "expire"), record.Ref{ID: r.ID, Version: record.AnyVersion}, (*useright.Right).Expire); err != nil {
			return err
		}
	}
	return nil
}

// RightBars reports whether the caller owns the system, and so does not check the right to use it.
func RightBars(tx *record.Tx, r *useright.Right, action string) (bool, error) {
	return action == "check" && tx.Actor.ID == r.OwnerID, nil
}

// allPlaces refuses a place that is not one of the system. Where the caller may not read the system, Create reports that.
func allPlaces(s *aisystem.System, ids []string) error {
	var f fault.Fields
	for i, id := range ids {
		if s.ID != "" && s.Deployment(id) == nil {
			f.Add("/deployment_ids/"+strconv.Itoa(i), "unknown_deployment", "must be a deployment of the system")
		}
	}
	return f.Err()
}
