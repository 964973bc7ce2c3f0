package query

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// NewestOf asks for the newest records of a kind that the actor reads in a scope, below it and above it.
type NewestOf struct {
	Kind    *record.Kind
	Scope   string
	Filters map[string][]string
	Limit   int
}

// Found is what Newest finds, without documents: the records in the scope and below it, then those of each scope above it, the nearest
// first; the newest first in each.
type Found struct {
	Rows []*record.Row
	More bool // there may be further ones
}

// newestPart is one part of a query: the records in the scope and below it, or those above it.
type newestPart struct {
	query int
	above bool
}

// Newest answers several queries in one statement, or in two when kinds have many records: first the newest records of each kind are walked,
// and then what was not found among those is found by the indexes.
func Newest(tx *record.Tx, queries []NewestOf) ([]Found, error) {
	out := make([]Found, len(queries))
	var all, again []newestPart
	for i, q := range queries {
		all = append(all, newestPart{i, false})
		if q.Scope != "/" {
			all = append(all, newestPart{i, true})
		}
	}
	found, large, err := newest(tx, queries, all, true)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if q := queries[p.query]; large[q.Kind] && !p.above && len(found[p]) < q.Limit {
			again = append(again, p)
		}
	}
	if len(again) > 0 {
		more, _, err := newest(tx, queries, again, false)
		if err != nil {
			return nil, err
		}
		for _, p := range again {
			found[p] = more[p]
		}
	}
	for _, p := range all {
		to := &out[p.query]
		to.Rows = append(to.Rows, found[p]...)
		to.More = to.More || len(found[p]) == queries[p.query].Limit
	}
	return out, nil
}

// newest reads parts of queries. walk reads of each kind only the newest records; large tells which kinds have more than those.
func newest(tx *record.Tx, queries []NewestOf, asked []newestPart, walk bool) (found map[newestPart][]*record.Row, large map[*record.Kind]bool, err error) {
	found, large = map[newestPart][]*record.Row{}, map[*record.Kind]bool{}
	var parts []part
	for i, a := range asked {
		q := queries[a.query]
		p, ok, err := newestOf(tx, q, a.above, walk)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			p.columns = append([]string{`'` + strconv.Itoa(i) + `'`}, p.columns...)
			parts = append(parts, p)
		}
		if _, asked := large[q.Kind]; walk && !asked {
			large[q.Kind] = false
			parts = append(parts, part{columns: []string{`'large'`, `'` + q.Kind.Name + `'`}, from: q.Kind.Table + ` t`, tail: ` ORDER BY t.rid DESC LIMIT 1 OFFSET ` + strconv.Itoa(walkedRows)})
		}
	}
	if len(parts) == 0 {
		return found, large, nil
	}
	err = collect(tx, parts, func(f []string) error {
		if f[0] == "large" {
			large[record.KindOf(f[1])] = true
			return nil
		}
		i, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		row := &record.Row{Kind: queries[asked[i].query].Kind, ID: f[2], Number: f[3], Scope: f[4], Status: f[5]}
		if row.RID, err = strconv.ParseInt(f[1], 10, 64); err != nil {
			return err
		}
		row.Seq, err = strconv.ParseInt(f[6], 10, 64)
		found[asked[i]] = append(found[asked[i]], row)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the newest records: %w", err)
	}
	for a, rows := range found {
		slices.SortFunc(rows, func(x, y *record.Row) int {
			if a.above {
				return cmp.Or(cmp.Compare(len(y.Scope), len(x.Scope)), cmp.Compare(y.RID, x.RID))
			}
			return cmp.Compare(y.RID, x.RID)
		})
	}
	return found, large, nil
}

// newestOf is the query for one part; not ok when the actor reads nothing there.
func newestOf(tx *record.Tx, q NewestOf, above, walk bool) (p part, ok bool, err error) {
	s, err := newSelection(tx, q.Kind, Query{Scope: q.Scope, Filters: q.Filters})
	if err != nil {
		return p, false, err
	}
	p = part{
		columns: []string{`CAST(t.rid AS text)`, `t.id`, `t.number`, `t.scope`, `t.status`, `CAST(t.seq AS text)`},
		from:    q.Kind.Table + ` t`, tail: ` ORDER BY t.rid DESC LIMIT ` + strconv.Itoa(q.Limit),
	}
	if above {
		branches := []record.Branch{{Scope: "/"}}
		if !q.Kind.Global {
			if branches, err = tx.Guard().Branches(tx, record.Permission{Object: q.Kind.Name, Action: "read"}); err != nil {
				return p, false, err
			}
		}
		s.branches = nil
		ancestors := record.Ancestors(q.Scope)
		for _, at := range ancestors[:len(ancestors)-1] {
			s.branches = append(s.branches, narrow(branches, "="+at)...)
		}
		p.tail = ` ORDER BY LENGTH(t.scope) DESC, t.rid DESC LIMIT ` + strconv.Itoa(q.Limit)
	} else if walk {
		p.from = `(SELECT * FROM ` + q.Kind.Table + ` ORDER BY rid DESC LIMIT ` + strconv.Itoa(walkedRows) + `) AS t`
	}
	where, args := s.where()
	p.where(where, args...)
	return p, len(s.branches) > 0, nil
}

// Exactly names scopes alone, without what lies below them, for Each.
func Exactly(scopes ...string) string { return "=" + strings.Join(scopes, "=") }
