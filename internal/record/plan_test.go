package record_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
)

// views are what an actor may read: one unit, the whole installation, several places, one of them exactly, and some states only.
var views = map[string][]record.Branch{
	"narrow":  {{Scope: "/siv/radiologi/brudd/"}},
	"wide":    {{Scope: "/"}},
	"several": {{Scope: "/siv/radiologi/"}, {Scope: "/oslo/"}, {Scope: "/siv/", Exact: true}},
	"states":  {{Scope: "/siv/", States: []string{"done"}}, {Scope: "/oslo/", States: []string{"done", "review"}}},
}

// Every list, in every order and under every filter, takes its rows in order off an index, and stops.
func TestPlans(t *testing.T) {
	each(t, func(l *lab) {
		err := l.try("", "", func(tx *record.Tx) error {
			if err := record.Exec(tx, `DROP INDEX trials_nodes_label`); err != nil {
				return err
			}
			if found, err := plan(tx, trials.Kind, record.Query{Sort: "label"}, false); err != nil || found == "" {
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
					views["own"] = append(views["own"], record.Branch{Scope: "/", Field: f, Person: record.System.ID})
				}
				for view, branches := range views {
					if k.Global && view != "wide" {
						continue
					}
					sets := [][]record.Branch{branches}
					if l.db.Postgres {
						sets = slices.Collect(slices.Chunk(branches, 1))
					}
					for _, l.guard.branches = range sets {
						for _, later := range []bool{false, true} {
							l.read(func(tx *record.Tx) error {
								found, err := plan(tx, k, q, later)
								if found != "" {
									l.Errorf("%s by %q, filters %v, %s view, later %v: %s", k.Name, q.Sort, q.Filters, view, later, found)
								}
								return err
							})
						}
					}
				}
			}
		}
	})
}

// queries are the lists of a kind in each order, both ways; each filter in the order of creation; what is searched for.
func queries(k *record.Kind, sorts []string) (out []record.Query) {
	for _, s := range sorts {
		out = append(out, record.Query{Sort: s}, record.Query{Sort: "-" + s})
	}
	for _, f := range append(k.Filters(), record.Field{Name: "status"}) {
		v := record.System.ID
		if f.Number {
			v = "1"
		}
		out = append(out, record.Query{Filters: map[string][]string{f.Name: {v}}}, record.Query{Filters: map[string][]string{f.Name: {v, v}}})
	}
	if k.Overdue() {
		for _, yes := range []bool{true, false} {
			for _, s := range sorts {
				out = append(out, record.Query{Overdue: &yes, Sort: s})
			}
		}
	}
	return append(out, record.Query{Q: "ord"}, record.Query{Q: "ord", Sort: "updated_at"})
}

// plan says what is wrong with the way the database runs a page.
func plan(tx *record.Tx, k *record.Kind, q record.Query, later bool) (wrong string, err error) {
	q.Limit = 50
	sql, args, err := record.Statement(tx, k, q, later)
	if err != nil {
		return "", err
	}
	lines, err := record.Plan(tx, sql, args...)
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, sql)
	}
	if wrong = flaw(lines); wrong != "" {
		wrong += "\n" + sql + "\n" + strings.Join(lines, "\n")
	}
	return wrong, nil
}

// flaw finds what reads more rows than the page holds. The few rows that wait to be hung are read whole, and w of them sorted.
func flaw(lines []string) string {
	waits := false
	for _, line := range lines {
		if table := read.FindStringSubmatch(line); table != nil {
			waits = table[1] == "w"
		}
		switch {
		case scanned.MatchString(line), strings.Contains(line, "Seq Scan") && !strings.Contains(line, "_new"):
			return "a full scan"
		case strings.Contains(line, "->  Sort"), strings.Contains(line, "->  Incremental Sort"), strings.Contains(line, "USE TEMP B-TREE") && !waits:
			return "a sort"
		}
	}
	return ""
}

var scanned, read = regexp.MustCompile(`^SCAN [nmdx]\b`), regexp.MustCompile(`^(?:SCAN|SEARCH) ([nwd])\b`)
