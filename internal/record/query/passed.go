package query

import "github.com/ki-styring/aims/internal/record"

// EachPassed calls fn for every record in a state whose day in a field that sorts has passed. Afterwards the record must be in another state.
func EachPassed[E any](tx *record.Tx, r record.Repo[E], field, state string, fn func(record.Ref) error) error {
	for { // from "0": those that have a day
		page, err := List(tx, r.Kind, Query{Filters: map[string][]string{"status": {state}}, Sort: field, From: "0", Limit: 100, Rows: true})
		if err != nil || len(page.Rows) == 0 {
			return err
		}
		for _, row := range page.Rows {
			if !record.Date(row.Field(field).String()).Passed(tx.Now) {
				return nil // the rest end later
			}
			if err := fn(record.Ref{ID: row.ID, Version: record.AnyVersion}); err != nil {
				return err
			}
		}
	}
}
