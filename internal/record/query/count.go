package query

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/internal/conn"
)

func (s *selection) count(tx *record.Tx) (int64, error) {
	if len(s.branches) == 0 {
		return 0, nil
	}
	where, args := s.where()
	n, err := count(tx, `SELECT COUNT(*) FROM `+s.kind.Table+` t WHERE `+where, args...)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", s.kind.Path, err)
	}
	return n, nil
}

// count gives the number that a statement answers.
func count(tx *record.Tx, q string, args ...any) (n int64, err error) {
	return n, tx.Conn().Row(q, args...).Scan(&n)
}

// readsFew tells whether the actor reads so few rows that they are better found by their scopes than by the values of a column.
func (s *selection) readsFew(tx *record.Tx) (bool, error) {
	where, args := reach(s.branches)
	n, err := count(tx, `SELECT COUNT(*) FROM (SELECT 1 FROM `+s.kind.Table+` t WHERE `+where+` LIMIT `+strconv.Itoa(walkedRows+1)+`) AS m`, args...)
	return n <= walkedRows, err
}

func (s *selection) facet(tx *record.Tx, name string) (map[string]int64, error) {
	f, _, err := filterable(s.kind, name)
	if err != nil || f != nil && f.Type.Kind() == reflect.Slice {
		return nil, badFacet(name)
	}
	out := map[string]int64{}
	if len(s.branches) == 0 {
		return out, nil
	}
	where, args := s.where()
	from := s.kind.Table + ` t`
	if len(s.filters) == 0 && (f == nil || f.Filter) {
		few, err := s.readsFew(tx)
		if err != nil {
			return nil, fmt.Errorf("facet %s: %w", name, err)
		}
		if !few {
			from += s.by("of_" + name) // which holds the values in order, with their scopes
		}
	}
	value := `t.` + conn.Quoted(name)
	rows, err := tx.Conn().Query(`SELECT `+value+`, COUNT(*) FROM `+from+` WHERE `+where+` AND `+value+` IS NOT NULL GROUP BY `+value+` ORDER BY 2 DESC LIMIT 200`, args...)
	if err != nil {
		return nil, fmt.Errorf("facet %s: %w", name, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var v string
		var n int64
		if err := rows.Scan(&v, &n); err != nil {
			return nil, fmt.Errorf("facet %s: %w", name, err)
		}
		if f != nil && f.Type.Kind() == reflect.Bool {
			v = strconv.FormatBool(v == "1")
		}
		out[v] = n
	}
	return out, rows.Err()
}
