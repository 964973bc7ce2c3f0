package api

import (
	_ "embed" // for the table of outcomes
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// Outcome says what an operation can answer with and which events it writes.
type Outcome struct {
	Refusals []Refusal // without CommonRefusals
	Blockers []string  // the codes in the list of a 409 "blocked"
	Events   []string  // kind:action; the event of the operation's own permission first
}

// Refusal is a problem by its status and code.
type Refusal struct {
	Status int
	Code   string
}

// CommonRefusals are the codes that any operation may answer with, by status. Every 400, 406, 412, 415, 428 and 503 is common as well.
var CommonRefusals = map[int][]string{
	http.StatusUnauthorized:          {"unauthenticated"},
	http.StatusForbidden:             {"forbidden", "password_change_required", "csrf_token", "cross_origin"},
	http.StatusNotFound:              {"not_found"},
	http.StatusConflict:              {"wrong_state", "ambiguous_key"},
	http.StatusRequestEntityTooLarge: {"too_large"},
	http.StatusUnprocessableEntity:   {"invalid_content", "idempotency_mismatch"},
	http.StatusTooManyRequests:       {"throttled"},
}

//go:embed outcomes.tsv
var outcomesTable string

// outcomes reads the table, by operation.
var outcomes = sync.OnceValue(func() map[string]Outcome {
	out := map[string]Outcome{}
	for line := range strings.Lines(outcomesTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSpace(line), "\t")
		if len(columns) != 3 {
			panic("outcomes.tsv: not three columns: " + line) // the table is embedded
		}
		o, names := out[columns[0]], strings.Split(columns[2], ", ")
		switch columns[1] {
		case "refusals":
			for _, name := range names {
				status, code, _ := strings.Cut(name, " ")
				n, err := strconv.Atoi(status)
				if err != nil || code == "" {
					panic(fmt.Sprintf("outcomes.tsv: %q is not a status and a code", name))
				}
				o.Refusals = append(o.Refusals, Refusal{n, code})
			}
		case "blockers":
			o.Blockers = names
		case "events":
			o.Events = names
		default:
			panic("outcomes.tsv: unknown column: " + line)
		}
		out[columns[0]] = o
	}
	return out
})

// OutcomeOf returns what the operation of a route can answer with and write.
func OutcomeOf(r rest.Route) Outcome {
	o := outcomes()[r.Method+" "+r.Path]
	if r.Method == http.MethodGet {
		return o
	}
	if record.KindOf(permissionObject(r)) != nil {
		o.Events = append([]string{r.Permission}, o.Events...)
	}
	if r.Shape == "delete" {
		o.Refusals = append(slices.Clone(o.Refusals), Refusal{http.StatusConflict, "referred_to"})
		o.Blockers = append(slices.Clone(o.Blockers), "referred_to")
	}
	if k := record.KindOf(r.Kind); k != nil && r.Shape == "create" && slices.ContainsFunc(k.Fields(), func(f record.Field) bool { return f.Unique }) {
		if duplicate := (Refusal{http.StatusConflict, "duplicate"}); !slices.Contains(o.Refusals, duplicate) {
			o.Refusals = append(slices.Clone(o.Refusals), duplicate)
		}
	}
	return o
}

// permissionObject is the kind in a route's permission, or the word before the reason of a route that needs no grant.
func permissionObject(r rest.Route) string {
	object, _, _ := strings.Cut(r.Permission, ":")
	return object
}
