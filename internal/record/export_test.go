package record

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

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
		return lines, scanLines(tx, "EXPLAIN (COSTS OFF) "+tx.db.bind(sql), args, &lines)
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

// Encode writes the meta as it is stored.
func (m Meta) Encode() string { return m.encode() }

// Basis is what identifies records that are alike to the rights.
func (m Meta) Basis(status string) string { return m.basis(status) }

// BatchFor sets how long a batch takes further requests.
func (db *DB) BatchFor(d time.Duration) (back func()) {
	set := func(d time.Duration) {
		db.queue.mu.Lock()
		defer db.queue.mu.Unlock()
		db.queue.limit = d
	}
	set(d)
	return func() { set(0) }
}

// Waiting is how many requests wait to write.
func (db *DB) Waiting() int {
	db.queue.mu.Lock()
	defer db.queue.mu.Unlock()
	return len(db.queue.waiting)
}

// Batch is what the requests of one batch have in common.
func Batch(tx *Tx) any { return tx.q }

// StoredTasks and WorkedOutTasks give what waits on all records of a kind: as the table holds it, and as the documents say. Each line is a
// number, an action, a person, a scope, a day and a basis.
func StoredTasks(tx *Tx, k *Kind) ([]string, error) {
	return tx.texts(`SELECT r.number || ' ' || o.action || ' ' || o.person || ' ' || o.scope || ' ' || o.due || ' ' || o.basis FROM open_tasks o JOIN records r ON r.docid = o.docid
		WHERE o.kind = ? AND r.kind = o.kind ORDER BY 1`, k.Name)
}

// WorkedOutTasks is described at StoredTasks.
func WorkedOutTasks(tx *Tx, k *Kind) ([]string, error) {
	ids, err := tx.texts(`SELECT id FROM ` + k.Table)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Rows(k, ids)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, r := range rows {
		e := reflect.New(k.entity)
		if err := r.Decode(e.Interface()); err != nil {
			return nil, err
		}
		for _, t := range k.openTasks(e.Elem(), r) {
			out = append(out, strings.Join([]string{r.Number, t.action, t.person, r.Scope, string(t.due), t.basis}, " "))
		}
	}
	slices.Sort(out)
	return out, nil
}
