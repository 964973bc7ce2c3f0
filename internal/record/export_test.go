package record

import "slices"

// Way is one of the ways in which a page is found, with its SQL.
type Way struct {
	Name, SQL string
	Args      []any
	Sorts     bool // it may sort what it found
}

// Ways gives every way in which a page of a list may be found, the first or a later one, as the actor of the transaction gets it.
func Ways(tx *Tx, k *Kind, q Query, later bool) (out []Way, err error) {
	s, err := tx.selection(k, q)
	if err != nil {
		return nil, err
	}
	if later {
		s.after = &mark{rid: 7, text: "m", number: 7}
	}
	limit := q.Limit + 1
	add := func(name string, sorts bool, sql string, args []any) {
		if !tx.db.Postgres {
			sql = s.documents(sql)
		}
		out = append(out, Way{name, tx.db.bind(sql), args, sorts})
	}
	for i, f := range s.filters {
		if f.index != "" || f.rids != "" {
			sql, args := s.sorted(i, limit)
			add("sorted", true, sql, args)
		}
	}
	if s.everything() {
		sql, args := s.all(limit)
		add("all", false, sql, args)
	}
	sql, args := s.walk(limit, walkedRows)
	add("walk", false, sql, args)
	one := *s
	own := slices.ContainsFunc(s.branches, func(b Branch) bool { return b.Field != "" })
	if places := s.places(); tx.db.Postgres && len(places) > 0 { // whose plan shows the sort of a merge and that of its parts alike
		one.branches = places
	}
	scopes := []string{"/siv/", "/oslo/"}
	switch {
	case len(s.places()) == 0:
		scopes = nil
	case tx.db.Postgres:
		scopes = scopes[:1]
	}
	sql, args = one.merge(one.leading(), scopes, limit)
	add("merge", own, sql, args)
	return out, nil
}

// Plan is how the database would run the statement, one step a line.
func Plan(tx *Tx, sql string, args ...any) (lines []string, err error) {
	if tx.db.Postgres {
		for _, s := range []string{
			"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off", "SET LOCAL enable_sort = off", "SET LOCAL enable_incremental_sort = off",
		} {
			if _, err := tx.q.ExecContext(tx.ctx, s); err != nil {
				return nil, err
			}
		}
		return lines, scanLines(tx, "EXPLAIN (COSTS OFF) "+sql, args, &lines)
	}
	return lines, scanLines(tx, "EXPLAIN QUERY PLAN "+sql, args, &lines)
}

func scanLines(tx *Tx, sql string, args []any, lines *[]string) error {
	rows, err := tx.q.QueryContext(tx.ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var line string
		var skip any
		into := []any{&line}
		if !tx.db.Postgres {
			into = []any{&skip, &skip, &skip, &line}
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		*lines = append(*lines, line)
	}
	return rows.Err()
}

// Exec runs a statement outside the rules, to bring a database into a state.
func Exec(tx *Tx, sql string, args ...any) error { return tx.exec(sql, args...) }

// Count gives the number a statement answers.
func Count(tx *Tx, sql string, args ...any) (n int64, err error) {
	return n, tx.row(sql, args...).Scan(&n)
}

// ParseMeta and Encode are the two directions of what is kept beside a document.
func ParseMeta(s string) Meta { return parseMeta(s) }

// Encode writes the meta as it is stored.
func (m Meta) Encode() string { return m.encode() }

// EachAtMost sets how many records Each decodes at once.
func EachAtMost(n int) (back func()) {
	was := eachAtMost
	eachAtMost = n
	return func() { eachAtMost = was }
}
