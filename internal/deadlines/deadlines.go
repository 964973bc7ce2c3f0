// Package deadlines lists what has a day in a part of the organisation: reviews, acceptances, certificates, mandates, agreements, the soonest first.
package deadlines

import (
	"cmp"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Deadline is a record with the day that it is due.
type Deadline struct {
	Due     record.Date `json:"due" format:"date"`
	Overdue bool        `json:"overdue"`
	Kind    string      `json:"kind" of:"RecordKind" example:"ai_system"`
	ID      string      `json:"id" format:"uuid" names:"kind"`
	Number  string      `json:"number" example:"AI-0003"`
	Title   string      `json:"title" example:"Bruddeteksjon på røntgenbilder"`
	Status  string      `json:"status" example:"in_use"`
	Scope   string      `json:"scope" example:"/siv/radiologi/bruddeteksjon/" names:"unit"`
	Link    string      `json:"link" example:"/api/v1/ai-systems/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"`
	Label   record.Text `json:"label"` // the kind of record

	changed time.Time
} // @name Deadline

// List is a page of deadlines.
type List struct {
	Items      []Deadline `json:"items"`
	NextCursor *string    `json:"next_cursor"`

	Next string `json:"-"` // the place of the last one, when there are more
} // @name Deadlines

// Query asks for the deadlines in a scope and below it, until a day, after a place in the list.
type Query struct {
	Scope string
	Until record.Date
	After string // the day and the id of the last one that was read
	Limit int
}

// Of lists the deadlines of the records that the actor may read, the soonest first.
func Of(tx *record.Tx, q Query) (List, error) {
	out := List{Items: []Deadline{}}
	day, id, _ := strings.Cut(q.After, " ")
	for _, k := range record.Kinds() {
		if !k.Due {
			continue
		}
		rows, err := query.Due(tx, k, query.DueQuery{Scope: q.Scope, Until: q.Until, AfterDay: record.Date(day), AfterID: id, Limit: q.Limit + 1})
		if err != nil {
			return out, err
		}
		for _, r := range rows {
			out.Items = append(out.Items, Deadline{
				Due: r.Meta.Due, Overdue: r.Meta.Due.Passed(tx.Now), Kind: k.Name, ID: r.ID, Number: r.Number, Title: tx.TitleOf(r), Status: r.Status, Scope: r.Scope,
				Link: "/api/v1/" + k.Path + "/" + r.ID, Label: k.Label, changed: time.UnixMicro(r.UpdatedAt),
			})
		}
	}
	slices.SortFunc(out.Items, func(a, b Deadline) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID)) })
	if len(out.Items) > q.Limit {
		out.Items = out.Items[:q.Limit]
		last := out.Items[q.Limit-1]
		out.Next = string(last.Due) + " " + last.ID
	}
	return out, nil
}

// Calendar writes deadlines as an iCalendar feed (RFC 5545) of whole days.
func Calendar(list []Deadline, lang string) []byte {
	cal := ics.NewCalendarFor("AIMS")
	cal.SetMethod(ics.MethodPublish)
	for _, d := range list {
		e := cal.AddEvent(d.ID + "@aims")
		e.SetDtStampTime(d.changed)
		e.SetAllDayStartAt(d.Due.Time())
		e.SetAllDayEndAt(d.Due.Add("P1D").Time())
		e.SetSummary(d.Label.In(lang) + " " + d.Number + ": " + d.Title)
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}
