package sector

import (
	"github.com/ki-styring/aims/internal/record"
)

// AdvanceStandard moves a standard to another stage; a withdrawn one no longer raises the needs that name it.
func AdvanceStandard(tx *record.Tx, ref record.Ref, to Step) (*Standard, error) {
	s, err := Standards.Change(tx, ref, func(s *Standard) error { return s.Advance(to, tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	return s, PrioritiseNeeds(tx, s.ID)
}
