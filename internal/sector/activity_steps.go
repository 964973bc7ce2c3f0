package sector

import (
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// participants reports participants that have ended on the first day of the activity, or today when it has no first day.
func participants(tx *record.Tx, in ActivityInput) (f fault.Fields, err error) {
	on := in.StartsOn
	if on == "" {
		on = record.DateOf(tx.Now)
	}
	for i, id := range in.Participants {
		if err := present(tx, &f, "/participants/"+strconv.Itoa(i), id, on); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// PlanActivity stores a planned activity of a body.
func PlanActivity(tx *record.Tx, in ActivityInput) (*Activity, error) {
	f, err := participants(tx, in)
	if err != nil {
		return nil, err
	}
	a := NewActivity(in)
	return ofBody(tx, &a.BodyID, in.Scope, f, func() (*Activity, error) { return Activities.Create(tx, a) })
}

// ChangeActivity changes the fields of an activity. Only participants that fn adds must still exist; those it already had may have ended since.
func ChangeActivity(tx *record.Tx, ref record.Ref, fn func(*Activity) error) (*Activity, error) {
	return Activities.Change(tx, ref, func(a *Activity) error {
		was := map[string]bool{}
		for _, id := range a.Participants {
			was[id] = true
		}
		if err := fn(a); err != nil {
			return err
		}
		f, err := participants(tx, a.ActivityInput)
		if err != nil {
			return err
		}
		var fresh fault.Fields
		for _, x := range f {
			i, err := strconv.Atoi(x.Pointer[len("/participants/"):])
			if err != nil || !was[a.Participants[i]] {
				fresh = append(fresh, x)
			}
		}
		return fresh.Err()
	})
}
