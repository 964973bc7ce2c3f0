package query

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// NewestOf asks for the newest records of a kind, in some states, that the actor reads in a scope, below it and above it.
type NewestOf struct {
	Kind    *record.Kind
	Scope   string
	States  []string
	Filters map[string][]string // by further fields
	Limit   int
}

// Found is what Newest finds: the records in the scope and below it, then those of each scope above it, the nearest
// first; the newest first in each.
type Found struct {
	Rows []*record.Row
	More bool // there may be further ones
}

// partsAtOnce is how many parts a statement has at most: SQLite takes 500.
const partsAtOnce = 400

// Newest answers several queries in few statements, however many records there are. Each state of a query is a search of its own, shared by
// all queries that have it: the index (status, scope, rid) then holds the records of a scope in the order that is asked for. SQL sorts
// nothing, since a sort, even of nothing, costs SQLite more than all else here.
//
//   - Of each scope above, the newest are read, which the index gives.
//   - In the scope and below it, all records are read when they are few. When they are many, those among the newest of the kind are taken,
//     and if these are not enough, the newest of each scope that has any.
func Newest(tx *record.Tx, queries []NewestOf) ([]Found, error) {
	of := make([][]*stateSearch, len(queries)) // the searches of each query
	shared := map[searchKey]*stateSearch{}
	var all []*stateSearch
	for i, q := range queries {
		s, err := newSelection(tx, q.Kind, Query{Filters: q.Filters})
		if err != nil {
			return nil, err
		}
		filters := ""
		if len(q.Filters) > 0 {
			filters = fmt.Sprint(q.Filters)
		}
		for _, state := range q.States {
			key := searchKey{q.Kind, q.Scope, state, filters, q.Limit}
			if shared[key] == nil {
				shared[key] = newSearch(s, q, state)
				all = append(all, shared[key])
			}
			of[i] = append(of[i], shared[key])
		}
	}
	if err := searchAll(tx, all); err != nil {
		return nil, fmt.Errorf("find the newest records: %w", err)
	}
	out := make([]Found, len(queries))
	var rows []*record.Row
	known := map[int64]*record.Row{} // of a record that several queries find there is one row
	for i, q := range queries {
		var rids []int64
		rids, out[i].More = newest(of[i], q)
		for _, rid := range rids {
			if known[rid] == nil {
				known[rid] = &record.Row{Kind: q.Kind, RID: rid}
				rows = append(rows, known[rid])
			}
			out[i].Rows = append(out[i].Rows, known[rid])
		}
	}
	if err := WithRows(tx, rows, true); err != nil {
		return nil, fmt.Errorf("read the newest records: %w", err)
	}
	return out, nil
}

// newest gives the rids of a query's records in the order of Found, out of what its searches found.
func newest(searches []*stateSearch, q NewestOf) (rids []int64, more bool) {
	first := func(out []int64) []int64 {
		slices.SortFunc(out, func(a, b int64) int { return cmp.Compare(b, a) })
		return slices.Compact(out)
	}
	var below, above []int64
	for _, s := range searches {
		below = append(below, s.below...)
	}
	below = first(below)
	ancestors := record.Ancestors(q.Scope)
	for _, at := range slices.Backward(ancestors[:len(ancestors)-1]) { // the nearest first
		var here []int64
		for _, s := range searches {
			here = append(here, s.above[at]...)
		}
		above = append(above, first(here)...)
	}
	more = len(below) >= q.Limit || len(above) >= q.Limit
	return append(below[:min(len(below), q.Limit)], above[:min(len(above), q.Limit)]...), more
}

// searchKey tells which queries share a search.
type searchKey struct {
	kind                  *record.Kind
	scope, state, filters string
	limit                 int
}

// stateSearch finds the newest records of a kind in one state.
type stateSearch struct {
	*selection        // branches: where the actor reads records in this state
	scope, state      string
	limit             int
	below             []int64            // rids in the scope and below it, in no order; the newest are among them
	above             map[string][]int64 // rids by scope
	many, unsatisfied bool               // of below: there are more than few, and too few were among the newest
}

func newSearch(s *selection, q NewestOf, state string) *stateSearch {
	one := *s
	one.branches = nil
	for _, b := range s.branches {
		if len(b.States) == 0 || slices.Contains(b.States, state) {
			b.States = nil
			one.branches = append(one.branches, b)
		}
	}
	return &stateSearch{selection: &one, scope: q.Scope, state: state, limit: q.Limit, above: map[string][]int64{}}
}

// lookup is a part of a statement that answers rids, separated by commas, and what is done with them.
type lookup struct {
	part
	found func(rids []int64)
}

// searchAll runs searches, each as far as it must go.
func searchAll(tx *record.Tx, all []*stateSearch) error {
	for _, step := range []func(*stateSearch) []lookup{(*stateSearch).few, (*stateSearch).recent, (*stateSearch).eachScope} {
		var lookups []lookup
		for _, s := range all {
			lookups = append(lookups, step(s)...)
		}
		for some := range slices.Chunk(lookups, partsAtOnce) {
			if err := look(tx, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// look reads several lookups in one statement.
func look(tx *record.Tx, lookups []lookup) error {
	parts := make([]part, len(lookups))
	for i, l := range lookups {
		l.columns = append([]string{`'` + strconv.Itoa(i) + `'`}, l.columns...)
		parts[i] = l.part
	}
	return collect(tx, parts, func(f []string) error {
		i, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		var rids []int64
		for text := range strings.SplitSeq(f[1], ",") {
			rid, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return err
			}
			rids = append(rids, rid)
		}
		lookups[i].found(rids)
		return nil
	})
}

// few looks for the newest records of each scope above, which an index gives, and for all in the scope and below it, but for no more than
// fewRows.
func (s *stateSearch) few() (out []lookup) {
	for _, b := range narrow(s.branches, s.scope) {
		out = append(out, s.rids(s.in(b, limited(fewRows+1)), func(rids []int64) {
			s.below, s.many = append(s.below, rids...), s.many || len(rids) > fewRows
		}))
	}
	ancestors := record.Ancestors(s.scope)
	for _, at := range ancestors[:len(ancestors)-1] {
		add := func(rids []int64) { s.above[at] = append(s.above[at], rids...) }
		for _, b := range narrow(s.branches, "="+at) {
			out = append(out, s.rids(s.in(b, newestFirst(s.limit)), add))
		}
	}
	return out
}

// recent looks among the newest records of the kind, if many are in the scope and below it.
func (s *stateSearch) recent() []lookup {
	if !s.many {
		return nil
	}
	where, args := reach(narrow(s.branches, s.scope))
	p := s.ridsOf(`(SELECT * FROM `+s.kind.Table+` ORDER BY rid DESC`+limited(fewRows)+`) AS t`, where, args)
	p.tail = limited(s.limit)
	s.below, s.unsatisfied = nil, true
	return []lookup{s.rids(p, func(rids []int64) { s.below, s.unsatisfied = rids, len(rids) < s.limit })}
}

// eachScope looks for the newest records of each scope that has any, from the scope downwards, if recent found too few.
func (s *stateSearch) eachScope() (out []lookup) {
	if !s.unsatisfied {
		return nil
	}
	s.below = nil
	add := func(rids []int64) { s.below = append(s.below, rids...) }
	for _, b := range narrow(s.branches, s.scope) {
		if b.Exact || b.Field != "" {
			out = append(out, s.rids(s.in(b, newestFirst(s.limit)), add))
			continue
		}
		p := s.ridsOf(s.kind.Table+` t`+s.by("of_status"), `t.scope = s.scope`, nil)
		p.tail = newestFirst(s.limit)
		of := s.rids(p, add)
		scopes, args := s.scopesIn([]record.Branch{b}, `t.status = ?`, s.state)
		of.part = part{columns: []string{`(` + of.sql(of.columns[0]) + `)`}, from: `(` + scopes + `) AS s`, args: append(of.args, args...)}
		out = append(out, of)
	}
	return out
}

// in is the query for the rids in one branch.
func (s *stateSearch) in(b record.Branch, tail string) part {
	index := "of_status"
	if b.Field != "" {
		index = ofField(b)
	}
	where, args := reach([]record.Branch{b})
	p := s.ridsOf(s.kind.Table+` t`+s.by(index), where, args)
	p.tail = tail
	return p
}

// ridsOf is the query for the rids of rows t in a place.
func (s *stateSearch) ridsOf(from, place string, args []any) part {
	p := part{from: from}
	p.where(`t.status = ?`, s.state)
	p.where(place, args...)
	for _, f := range s.filters {
		p.where(f.check, f.checked...)
	}
	return p
}

func newestFirst(n int) string { return ` ORDER BY t.rid DESC` + limited(n) }

func limited(n int) string { return ` LIMIT ` + strconv.Itoa(n) }

// rids is a lookup that joins the rids of a query into one text, which is null when there are none.
func (s *stateSearch) rids(p part, found func([]int64)) lookup {
	joined := `group_concat(m.rid)`
	if s.postgres {
		joined = `string_agg(CAST(m.rid AS text), ',')`
	}
	return lookup{part{columns: []string{joined}, from: `(` + p.sql(`t.rid`) + `) AS m`, args: p.args}, found}
}

// Exactly names scopes alone, without what lies below them, for Each.
func Exactly(scopes ...string) string { return "=" + strings.Join(scopes, "=") }
