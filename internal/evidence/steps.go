package evidence

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Collect stores a new piece of evidence.
func Collect(tx *record.Tx, in Input) (*Evidence, error) {
	e := New(in)
	tx.AddFaults(e.ahead(tx)...)
	return Repo.Create(tx, e)
}

// Revise changes a piece of evidence. Where something rests on its content, as uses tells, the change makes the next edition.
func Revise(tx *record.Tx, ref record.Ref, uses func(*Evidence) (bool, error), fn func(*Evidence) error) (*Evidence, error) {
	return Repo.Change(tx, ref, func(e *Evidence) error {
		was := *e
		if err := fn(e); err != nil {
			return err
		}
		tx.AddFaults(e.ahead(tx)...)
		if e.SameContent(&was) {
			return nil
		}
		used, err := uses(&was)
		if used {
			e.Follow(&was, tx.Actor.ID, tx.Now)
		}
		return err
	})
}

// ahead refuses a day of collection that has not come yet.
func (e *Evidence) ahead(tx *record.Tx) (f fault.Fields) {
	if e.CollectedOn > record.DateOf(tx.Now) {
		f.Add("/collected_on", "in_the_future", "must not be in the future")
	}
	return f
}

// ExpireDue ends the validity of all evidence whose last day has passed. The worker calls it as the system.
func ExpireDue(tx *record.Tx) error {
	return query.EachPassed(tx, Repo, "valid_until", string(Active), func(ref record.Ref) error {
		_, err := Repo.Change(tx.Follow("evidence", "expire"), ref, (*Evidence).Expire)
		return err
	})
}

// Unusable returns the fault of naming evidence that has been retired or has expired.
func (e *Evidence) Unusable(at string, now time.Time) (f fault.Fields) {
	switch {
	case e.Status == Retired:
		f.Add(at, "evidence_retired", "is evidence that has been retired; choose another one")
	case e.Status == Expired || e.ValidUntil.Passed(now):
		f.Add(at, "evidence_expired", "is evidence that was valid until %s; choose evidence that is valid", string(e.ValidUntil))
	}
	return f
}
