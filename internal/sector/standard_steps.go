package sector

import (
	"github.com/ki-styring/aims/internal/record"
)

// AdvanceStandard moves a standard to another stage and updates the priority of the needs that refer to it.
func AdvanceStandard(tx *record.Tx, ref record.Ref, to Step) (*Standard, error) {
	s, err := Standards.Change(tx, ref, func(s *Standard) error { return s.Advance(to, tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	return s, PrioritiseNeeds(tx, s.ID)
}
