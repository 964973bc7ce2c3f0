// Package standards keeps standards with the requirements of the catalogue that they support.
package standards

import (
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/sector"
)

// Add adds a standard with the requirements of the catalogue that it supports.
func Add(tx *record.Tx, in sector.StandardInput) (*sector.Standard, error) {
	s, err := sector.NewStandard(in, tx.Actor.ID, tx.Now)
	if err != nil {
		return nil, err
	}
	if err := supported(tx, s); err != nil {
		return nil, err
	}
	return sector.Standards.Create(tx, s)
}

// Change changes a standard. The needs that name it get its priority.
func Change(tx *record.Tx, ref record.Ref, fn func(*sector.Standard) error) (*sector.Standard, error) {
	s, err := sector.Standards.Change(tx, ref, func(s *sector.Standard) error {
		if err := fn(s); err != nil {
			return err
		}
		return supported(tx, s)
	})
	if err != nil {
		return nil, err
	}
	return s, sector.PrioritiseNeeds(tx, s.ID)
}

// supported sets the requirements of the AI Act that the standard's articles contain.
func supported(tx *record.Tx, s *sector.Standard) error {
	s.Requirements = []string{}
	if len(s.AIActArticles) == 0 {
		return nil
	}
	all, err := query.Each(tx, catalogue.Requirements, "/", map[string][]string{"framework": {"eu-ai-act"}})
	if err != nil {
		return err
	}
	for _, r := range all {
		if s.Supports(r.Key) {
			s.Requirements = append(s.Requirements, r.Key)
		}
	}
	return nil
}
