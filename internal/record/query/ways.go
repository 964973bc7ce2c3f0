package query

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// Way is one of the ways in which a page is found, with its SQL. A test reads the plan of each.
type Way struct {
	Name, SQL string
	Args      []any
	Sorts     bool // it may sort what it found
}

// Ways gives every way in which a page of a list may be found, the first or a later one, as the actor of the transaction gets it.
func Ways(tx *record.Tx, k *record.Kind, q Query, later bool) (out []Way, err error) {
	s, err := newSelection(tx, k, q)
	if err != nil {
		return nil, err
	}
	if later {
		s.after = &mark{rid: 7, text: "m", number: 7}
	}
	limit := q.Limit + 1
	add := func(name string, sorts bool, sql string, args []any) {
		if !s.postgres {
			sql = s.documents(sql)
		}
		out = append(out, Way{name, sql, args, sorts})
	}
	for i, f := range s.filters {
		if f.index != "" || f.rids != "" {
			sql, args := s.sorted(i, limit)
			add("sorted", true, sql, args)
		}
	}
	if one, ok := s.together(); ok {
		sql, args := one.sorted(len(s.filters), limit)
		add("common", true, sql, args)
	}
	if s.everything() {
		sql, args := s.all(limit)
		add("all", false, sql, args)
	}
	sql, args := s.walk(limit)
	add("walk", false, sql, args)
	one := *s
	own := slices.ContainsFunc(s.branches, func(b record.Branch) bool { return b.Field != "" })
	if places := s.places(); s.postgres && len(places) > 0 { // whose plan shows the sort of a merge and that of its parts alike
		one.branches = places
	}
	scopes := []string{"/siv/", "/oslo/"}
	switch {
	case len(s.places()) == 0:
		scopes = nil
	case s.postgres:
		scopes = scopes[:1]
	}
	sql, args = one.merge(one.leading(), scopes, limit)
	add("merge", own, sql, args)
	return out, nil
}

// FacetWays gives the facets of a list, found in every way in which each may be found. A test compares them.
func FacetWays(tx *record.Tx, k *record.Kind, q Query) (out map[string]map[string]map[string]int64, err error) {
	s, err := newSelection(tx, k, q)
	if err != nil || len(s.branches) == 0 {
		return nil, err
	}
	facets, err := s.facets()
	if err != nil {
		return nil, err
	}
	out = map[string]map[string]map[string]int64{"grouped": {}, "by index": {}, "by value": {}}
	if _, err := s.grouped(tx, facets, out["grouped"]); err != nil {
		return nil, err
	}
	for _, f := range facets {
		if _, err := s.byIndex(tx, f, out["by index"]); err != nil {
			return nil, err
		}
		if len(s.filters) > 0 {
			continue
		}
		_, ok, err := s.byValue(tx, f, out["by value"])
		if err != nil {
			return nil, err
		}
		if !ok {
			delete(out["by value"], f.name)
		}
	}
	return out, nil
}
