package query

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record/internal/conn"

	"github.com/ki-styring/aims/internal/record"
)

// scopes lists the scopes in the actor's reach that hold rows, at most limit of them. Each costs one look into the index.
func (s *selection) scopes(tx *record.Tx, lead, limit int) ([]string, error) {
	var out []string
	var below []record.Branch
	for _, b := range s.places() {
		if b.Exact {
			out = append(out, b.Scope)
			continue
		}
		below = append(below, b)
	}
	if len(below) == 0 {
		return out, nil
	}
	where, args := `1 = 1`, []any(nil)
	if lead >= 0 {
		where, args = s.filters[lead].sql, s.filters[lead].args
	}
	q, args := s.scopesIn(below, where, args...)
	found, err := conn.Texts(tx.Conn(), q+` LIMIT `+strconv.Itoa(limit), args...)
	for _, scope := range found {
		if !slices.Contains(out, scope) {
			out = append(out, scope)
		}
	}
	return out, err
}

// scopesIn is the SQL of the scopes in branches, and below them, that hold rows that meet a condition. Each scope costs one look into the index
// of the condition.
func (s *selection) scopesIn(branches []record.Branch, where string, args ...any) (string, []any) {
	ends := make([]any, 0, 2*len(branches))
	for _, b := range branches {
		ends = append(ends, b.Scope, record.AfterScope(b.Scope))
	}
	least := `(SELECT MIN(t.scope) FROM ` + s.kind.Table + ` t WHERE ` + where + ` AND `
	return `WITH RECURSIVE part (low, high) AS (VALUES ` + strings.Repeat(`(?,?),`, len(branches)-1) + `(?,?)), found (scope, high) AS (
		SELECT ` + least + `t.scope >= part.low AND t.scope < part.high), part.high FROM part
		UNION ALL SELECT ` + least + `t.scope > found.scope AND t.scope < found.high), found.high FROM found WHERE found.scope IS NOT NULL)
		SELECT scope FROM found WHERE scope IS NOT NULL`, slices.Concat(ends, args, args)
}

// first lists, of many scopes, those that the page's rows lie in: each of the first rows of all is the first of its scope, or comes after it.
func (s *selection) first(tx *record.Tx, lead, limit int) ([]string, error) {
	scopes, err := s.scopes(tx, lead, 1<<30)
	if err != nil {
		return nil, err
	}
	for i, f := range s.filters { // a scope without a row that passes a filter would be read to its end
		if i == lead || !f.one {
			continue
		}
		holding, err := s.scopes(tx, i, 1<<30)
		if err != nil {
			return nil, err
		}
		scopes = slices.DeleteFunc(scopes, func(scope string) bool { return !slices.Contains(holding, scope) })
	}
	from, list := `json_each(?) s`, any(nil)
	scope := `s.value`
	raw, err := json.Marshal(scopes)
	if err != nil {
		return nil, fmt.Errorf("name scopes: %w", err)
	}
	list = string(raw)
	if s.postgres {
		from, scope = `jsonb_array_elements_text(CAST(? AS jsonb)) s (value)`, `s.value COLLATE "C"`
	}
	where, args := s.conditions(s.places())
	after, more := s.beyond()
	head := `SELECT t.rid FROM ` + s.kind.Table + ` t` + s.by(s.index(lead)) + ` WHERE t.scope = ` + scope + ` AND ` + where + after + s.sort.order(s.key(), "t.rid") + ` LIMIT 1`
	q := `SELECT h.scope FROM (SELECT ` + scope + ` AS scope, (` + head + `) AS rid FROM ` + from + `) AS h JOIN ` + s.kind.Table + ` t ON t.rid = h.rid` +
		s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit)
	return conn.Texts(tx.Conn(), q, append(append(append([]any{}, args...), more...), list)...)
}

// merge is the SQL of a page out of the rows of each scope, which an index holds in order, and out of those that are the actor's own.
// SQLite merges them row by row, so that each is read no further than the page goes.
func (s *selection) merge(lead int, scopes []string, limit int) (string, []any) {
	after, more := s.beyond()
	var terms []string
	var args []any
	add := func(index string, branches []record.Branch) {
		where, each := s.conditions(branches)
		q := `SELECT t.rid, ` + s.key() + ` AS k FROM ` + s.kind.Table + ` t` + s.by(index) + ` WHERE ` + where + after
		if s.postgres {
			q = `SELECT rid, k FROM (` + q + s.sort.order(s.key(), "t.rid") + ` LIMIT ` + strconv.Itoa(limit) + `) AS t`
		}
		terms, args = append(terms, q), append(append(args, each...), more...)
	}
	for _, scope := range scopes {
		add(s.index(lead), []record.Branch{s.at(scope)})
	}
	union := ` UNION ALL `
	for _, b := range s.branches {
		if b.Field != "" {
			union = ` UNION ` // a row may be found in its scope too
			add(ofField(b), []record.Branch{b})
		}
	}
	if len(terms) == 0 {
		return `SELECT t.rid, t.rid AS k FROM ` + s.kind.Table + ` t WHERE 1 = 0`, nil
	}
	return strings.Join(terms, union) + s.sort.order("2", "1") + ` LIMIT ` + strconv.Itoa(limit), args
}

// at is what the actor reads of one scope.
func (s *selection) at(scope string) record.Branch {
	at := record.Branch{Scope: scope, Exact: true}
	for _, b := range s.places() {
		switch {
		case b.Scope != scope && (b.Exact || !record.Covers(b.Scope, scope)):
		case len(b.States) == 0:
			return record.Branch{Scope: scope, Exact: true}
		default:
			at.States = append(at.States, b.States...)
		}
	}
	return at
}

// places are the actor's branches but for those that reach their own records alone.
func (s *selection) places() (out []record.Branch) {
	for _, b := range s.branches {
		if b.Field == "" {
			out = append(out, b)
		}
	}
	return out
}
