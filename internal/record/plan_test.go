package record_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// views are what an actor may read: one unit, the whole installation, several places, one of them exactly, and some states only.
var views = map[string][]record.Branch{
	"narrow":  {{Scope: "/siv/radiologi/brudd/"}},
	"wide":    {{Scope: "/"}},
	"several": {{Scope: "/siv/radiologi/"}, {Scope: "/oslo/"}, {Scope: "/siv/", Exact: true}},
	"states":  {{Scope: "/siv/", States: []string{"done"}}, {Scope: "/oslo/", States: []string{"done", "review"}}},
}

// Every way to find a page, in every order and under every filter, takes its rows off an index. None but that for few rows sorts them.
func TestPlans(t *testing.T) {
	each(t, func(l *lab) {
		err := l.try("", "", func(tx *record.Tx) error {
			for _, q := range []string{`DROP INDEX trials_all_by_label_order`, `DROP INDEX trials_by_label_order`, `CREATE INDEX trials_all_by_label_order ON trials (scope)`, `CREATE INDEX trials_by_label_order ON trials (label_order)`} {
				if err := record.Exec(tx, q); err != nil {
					return err
				}
			}
			if found, err := plans(tx, trials.Kind, query.Query{Sort: "label"}, false); err != nil || len(found) == 0 {
				l.Errorf("a list without an index passes: %v", err)
			}
			return errOwn
		})
		if !errors.Is(err, errOwn) {
			l.Error(err)
		}
		for _, k := range record.Kinds() {
			sorts := []string{"created_at", "updated_at"}
			for _, q := range queries(k, append(sorts, k.Sorts()...)) {
				views := maps.Clone(views)
				for _, f := range k.Mine {
					if strings.Contains(f, "/") {
						continue // a path is followed by its own statement
					}
					views["own"] = append(views["own"], record.Branch{Scope: "/", Field: f, Person: record.System.ID})
				}
				for view, branches := range views {
					if k.Global && view != "wide" {
						continue
					}
					l.guard.branches = branches
					for _, later := range []bool{false, true} {
						l.read(func(tx *record.Tx) error {
							found, err := plans(tx, k, q, later)
							for _, flaw := range found {
								l.Errorf("%s by %q, filters %v, %s view, later %v: %s", k.Name, q.Sort, q.Filters, view, later, flaw)
							}
							return err
						})
					}
				}
			}
		}
	})
}

// queries are the lists of a kind in each order, both ways; each filter in the order of creation; what is searched for.
func queries(k *record.Kind, sorts []string) (out []query.Query) {
	for _, s := range sorts {
		out = append(out, query.Query{Sort: s}, query.Query{Sort: "-" + s})
	}
	for _, f := range append(k.Filters(), record.Field{Name: "status"}) {
		v := record.System.ID
		if f.Number {
			v = "1"
		}
		out = append(out, query.Query{Filters: map[string][]string{f.Name: {v}}}, query.Query{Filters: map[string][]string{f.Name: {v, v}}})
	}
	if k.Overdue() {
		for _, yes := range []bool{true, false} {
			for _, s := range sorts {
				out = append(out, query.Query{Overdue: &yes, Sort: s})
			}
		}
	}
	return append(out, query.Query{Q: "ord"}, query.Query{Q: "ord", Sort: "updated_at"})
}

// plans says what is wrong with the ways in which the database finds a page.
func plans(tx *record.Tx, k *record.Kind, q query.Query, later bool) (flaws []string, err error) {
	q.Limit = 50
	ways, err := query.Ways(tx, k, q, later)
	for _, w := range ways {
		lines, err := record.Plan(tx, w.SQL, w.Args...)
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, w.SQL)
		}
		if wrong := flaw(lines, w.Sorts); wrong != "" {
			flaws = append(flaws, w.Name+": "+wrong+"\n"+w.SQL+"\n"+strings.Join(lines, "\n"))
		}
	}
	return flaws, err
}

// flaw finds what reads more rows than the page holds, or sorts more than may be.
func flaw(lines []string, sorts bool) string {
	for _, line := range lines {
		switch {
		case scanned.MatchString(line) && !ordered.MatchString(line), strings.Contains(line, "Seq Scan on"):
			return "a full scan"
		case sorts:
		case strings.Contains(line, "->  Sort"), strings.Contains(line, "->  Incremental Sort"), strings.Contains(line, "USE TEMP B-TREE"):
			return "a sort"
		}
	}
	return ""
}

// A scan by the table's own key or by the index of an order stops after a page, or after the rows that are walked at most. SQLite shows the
// former as a scan of t without an index.
var scanned, ordered = regexp.MustCompile(`^SCAN (t|d)\b`), regexp.MustCompile(`^SCAN t( USING (COVERING )?INDEX \w+_all_by_\w+)?$`)
