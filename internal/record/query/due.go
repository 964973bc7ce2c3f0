package query

import (
	"fmt"
	"strconv"

	"github.com/ki-styring/aims/internal/record"
)

// DueQuery asks for records that are due until a day, after a place in that order.
type DueQuery struct {
	Scope    string
	Until    record.Date
	AfterDay record.Date
	AfterID  string
	Limit    int
}

// Due reads the records of a kind that are due until a day and that the actor may read, the soonest first.
func Due(tx *record.Tx, k *record.Kind, q DueQuery) ([]*record.Row, error) {
	s, err := newSelection(tx, k, Query{Scope: q.Scope, Limit: q.Limit, Rows: true})
	if err != nil || len(s.branches) == 0 {
		return nil, err
	}
	s.filters = append(s.filters, onColumn(`t.due_on > '' AND t.due_on <= ?`, string(q.Until)))
	if q.AfterDay != "" {
		s.filters = append(s.filters, onColumn(`(t.due_on > ? OR t.due_on = ? AND t.id > ?)`, string(q.AfterDay), string(q.AfterDay), q.AfterID))
	}
	where, args := s.where()
	rows, err := tx.Conn().Query(`SELECT `+record.Columns+` FROM `+k.Table+` t JOIN events e ON e.seq = t.seq WHERE `+where+
		` ORDER BY t.due_on, t.id LIMIT `+strconv.Itoa(q.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("list due %s: %w", k.Path, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []*record.Row
	for rows.Next() {
		r, err := k.Scan(rows)
		if err != nil {
			return nil, fmt.Errorf("list due %s: %w", k.Path, err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
