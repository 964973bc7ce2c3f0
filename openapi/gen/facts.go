package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// step says in which states of a record an operation is possible, and to which it leads. To is empty if the state stays as it is.
type step struct {
	From []string `json:"from"`
	To   []string `json:"to,omitempty"`
}

// facts adds to an operation who may do it, in which states, which events it writes and which refusals are special to it: as extensions, and in words.
func facts(r rest.Route, op *openapi3.Operation, g grants) {
	outcome := api.OutcomeOf(r)
	op.Extensions = map[string]any{"x-permission": r.Permission}
	var lines []string
	say := func(name, format string, args ...any) {
		lines = append(lines, "- **"+name+":** "+fmt.Sprintf(format, args...))
	}

	object, action, _ := strings.Cut(r.Permission, ":")
	switch object {
	case "public":
		say("Permission", "none; no session is needed (%s)", strings.TrimSpace(action))
	case "signed-in":
		say("Permission", "none; everybody who is signed in (%s)", strings.TrimSpace(action))
	default:
		roles, words := g.of(object, action)
		op.Extensions["x-roles"] = roles
		say("Permission", "%s. Built-in roles with it: %s", code(r.Permission), orString(words, "none"))
		if states := steps(record.KindOf(object), action, r); len(states) > 0 {
			op.Extensions["x-states"] = states
			say("States", "%s", inWords(states))
		}
		var part []step
		for _, t := range api.PartSteps(r) {
			part = append(part, step{t.From, t.To})
		}
		if part != nil {
			op.Extensions["x-part-states"] = part
			say("States of the part", "%s", inWords(part))
		}
	}
	if len(outcome.Events) > 0 {
		op.Extensions["x-events"] = outcome.Events
		first, more := outcome.Events[0], outcome.Events[1:]
		if len(more) == 0 {
			say("Event", "%s", code(first))
		} else {
			say("Events", "%s; depending on the case also %s", code(first), codes(more))
		}
	}
	if len(outcome.Blockers) > 0 {
		op.Extensions["x-blockers"] = outcome.Blockers
		say("Blockers", "%s", codes(outcome.Blockers))
	}
	if len(outcome.Refusals) > 0 {
		var list []string
		for _, refusal := range outcome.Refusals {
			list = append(list, fmt.Sprintf("%d %s", refusal.Status, refusal.Code))
		}
		op.Extensions["x-refusals"] = list
		say("Refusals", "%s", codes(list))
	}
	op.Description = strings.TrimSpace(op.Description + "\n\n" + strings.Join(lines, "\n"))
}

// steps returns the states of a record in which a route's action is possible. It returns nothing for reads and for kinds without states.
func steps(k *record.Kind, action string, r rest.Route) []step {
	if k == nil || r.Method == http.MethodGet || !strings.Contains(r.Path, "{id}") || k.Name != r.Kind || len(k.States()) < 2 {
		return nil
	}
	var out []step
	for _, t := range k.Workflow {
		if t.Verb != action {
			continue
		}
		from := t.From
		if len(from) == 0 {
			from = k.States()
		}
		to := t.To
		if slices.Equal(from, to) {
			to = nil
		}
		out = append(out, step{from, to})
	}
	if out != nil {
		return out
	}
	fitting := slices.DeleteFunc(k.States(), func(state string) bool { return !k.Fits(action, state) })
	return []step{{From: fitting}}
}

// inWords lists states: `assessed`, `treating` → `accepted`.
func inWords(list []step) string {
	var out []string
	for _, s := range list {
		words := codes(s.From)
		if len(s.To) > 0 {
			words += " → " + strings.Join(quoted(s.To), " or ")
		}
		out = append(out, words)
	}
	return strings.Join(out, "; ")
}

func code(s string) string { return "`" + s + "`" }

func quoted(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = code(s)
	}
	return out
}

func codes(list []string) string { return strings.Join(quoted(list), ", ") }
