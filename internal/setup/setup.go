// Package setup tells how far an installation, or a part of it, is set up: which steps are done, which is next, and who does it.
package setup

import (
	"slices"

	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
)

// Status says how far a step has come.
type Status string // @name SetupStatus

// How far a step has come. A step waits when it is in the hands of the person who decides. It comes later when another step must be done first.
const (
	Done    Status = "done"
	Next    Status = "next"
	Waiting Status = "waiting"
	Later   Status = "later"
)

// This registers the closed list.
var _ = record.Choices[Status](
	[4]string{"done", "gjort", "done", "success"},
	[4]string{"next", "kan gjøres nå", "can be done now", "info"},
	[4]string{"waiting", "venter på noen", "waiting for somebody", "warning"},
	[4]string{"later", "senere", "later", "neutral"},
)

// Setup is the list of steps that set up a scope, in the order in which they are done.
type Setup struct {
	Scope string `json:"scope" example:"/siv/"`
	// Completed is how many steps are done, of Total.
	Completed int    `json:"completed" example:"9"`
	Total     int    `json:"total" example:"17"`
	Items     []Step `json:"items"`
} // @name Setup

// Step is one step of setting up.
type Step struct {
	Key    string      `json:"key" example:"mandate"`
	Title  record.Text `json:"title"`
	Status Status      `json:"status"`
	// Count is how many there are; for a step that waits, how many wait.
	Count int `json:"count" example:"1"`
	// WaitsFor says who does a step that is not done; null for a step that is done.
	WaitsFor *WaitsFor `json:"waits_for"`
	// Link is the path in the API where the step is done.
	Link string `json:"link" example:"/api/v1/mandates"`
	// Detail says what is missing; null when the title says it.
	Detail *record.Text `json:"detail"`
} // @name SetupStep

// WaitsFor is the role that does a step, and the people who have the role there, at most twenty.
type WaitsFor struct {
	Role   string          `json:"role" example:"top_management"`
	People []people.Person `json:"people"`
} // @name SetupWaitsFor

// most is the number of people that a step names.
const most = 20

// Of returns the steps for a scope. It counts all records in the scope, whoever asks, and shows nothing of their content.
func Of(tx *record.Tx, scope string) (*Setup, error) {
	s, err := read(tx, scope)
	if err != nil {
		return nil, err
	}
	out := &Setup{Scope: scope, Total: len(steps), Items: make([]Step, 0, len(steps))}
	done := map[string]bool{}
	for _, x := range steps {
		found, err := x.find(s)
		if err != nil {
			return nil, err
		}
		step := Step{Key: x.key, Title: x.title, Status: Next, Count: found.count, Link: base + x.link, Detail: found.detail}
		if found.link != "" {
			step.Link = base + found.link
		}
		switch {
		case found.done:
			step.Status = Done
			done[x.key] = true
			out.Completed++
		case found.waits != "":
			step.Status = Waiting
		case slices.ContainsFunc(x.after, func(key string) bool { return !done[key] }):
			step.Status = Later
		}
		if step.Status != Done {
			if step.WaitsFor, err = s.waitsFor(x, found); err != nil {
				return nil, err
			}
		}
		out.Items = append(out.Items, step)
	}
	return out, nil
}

const base = "/api/v1"

// waitsFor returns who does a step.
func (s *survey) waitsFor(x step, f finding) (*WaitsFor, error) {
	out := &WaitsFor{Role: x.role, People: []people.Person{}}
	ids := f.people
	if f.waits != "" {
		out.Role = f.waits
	}
	if ids == nil {
		var err error
		if ids, err = s.holders(out.Role); err != nil {
			return nil, err
		}
	}
	for _, id := range ids[:min(len(ids), most)] {
		p, err := people.Find(s.tx, id)
		if err != nil {
			return nil, err
		}
		out.People = append(out.People, p)
	}
	return out, nil
}
