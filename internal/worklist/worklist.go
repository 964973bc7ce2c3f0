// Package worklist lists what waits for a person: tasks, and reminders of what is due.
package worklist

import (
	"maps"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
)

// Item is something that waits for the caller.
type Item struct {
	Kind     string      `json:"kind" of:"RecordKind" example:"policy"`
	RecordID string      `json:"record_id" format:"uuid"`
	Number   string      `json:"number" example:"POL-0003"`
	Title    string      `json:"title"`
	Scope    string      `json:"scope" example:"/siv/"`
	Action   string      `json:"action" of:"TaskAction" example:"approve"`
	Label    record.Text `json:"label"`
	Due      record.Date `json:"due"`
	Overdue  bool        `json:"overdue"`
	// Escalated says that nobody may do it now: the caller, top management, is to see that somebody can.
	Escalated bool   `json:"escalated"`
	Link      string `json:"link" example:"/api/v1/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"`
} // @name TaskItem

// Actions lists what a task may ask for.
func Actions() []string {
	out := []string{"acknowledge", "review"}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			out = append(out, t.Action)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// List holds everything that waits for the caller, the soonest first.
type List struct {
	Items []Item `json:"items"`
	Count int    `json:"count"`
	// More says that so many records wait that only the oldest were looked through: there may be more tasks than these.
	More bool `json:"more"`
} // @name TaskList

// tasksAtMost limits how many records of one kind and state are looked through, the oldest first.
const tasksAtMost = 500

// desk makes the list of the actor.
type desk struct{ people.Rules }

// Tasks lists what waits for the actor on the kinds that are wanted, the soonest first.
func Tasks(tx *record.Tx, rules people.Rules, wanted func(kind string) bool) (List, error) {
	return desk{rules}.mine(tx, wanted)
}

func (d desk) mine(tx *record.Tx, wanted func(kind string) bool) (List, error) {
	out := List{Items: []Item{}}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			if !wanted(k.Name) {
				continue
			}
			if err := d.waiting(tx, k, t, &out); err != nil {
				return out, err
			}
		}
	}
	if err := d.escalated(tx, wanted, &out); err != nil {
		return out, err
	}
	if wanted("policy") {
		reading, err := d.toAcknowledge(tx)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, reading...)
	}
	slices.SortStableFunc(out.Items, func(a, b Item) int { return strings.Compare(dueKey(a.Due), dueKey(b.Due)) })
	out.Count = len(out.Items)
	return out, nil
}

func dueKey(d record.Date) string {
	if d == "" {
		return "9999"
	}
	return string(d)
}

// waiting finds the records that wait for the actor by one task rule of their kind.
func (d desk) waiting(tx *record.Tx, k *record.Kind, t record.Task, into *List) error {
	of := map[string][]string{"status": t.States}
	if t.Owner == "" {
		return d.forAll(tx, k, t, record.Query{Filters: of}, into)
	}
	if t.Vacant {
		if err := d.forAll(tx, k, t, record.Query{Filters: maps.Clone(of), Empty: []string{t.Owner}}, into); err != nil {
			return err
		}
	}
	of[t.Owner] = []string{tx.Actor.ID}
	return d.offered(tx, k, t, record.Query{Filters: of}, into)
}

// forAll finds what waits for everyone who may do a task's action, if the actor ever may.
func (d desk) forAll(tx *record.Tx, k *record.Kind, t record.Task, q record.Query, into *List) error {
	if ok, err := fault.Allowed(tx.Guard().Ever(tx, record.Permission{Object: k.Name, Action: t.Action})); !ok {
		return err
	}
	return d.offered(tx, k, t, q, into)
}

// offered adds the records of a list to which the actor may do the task's action now.
func (d desk) offered(tx *record.Tx, k *record.Kind, t record.Task, q record.Query, into *List) error {
	q.Rows, q.Limit, q.Sort = true, tasksAtMost, "created_at"
	p := record.Permission{Object: k.Name, Action: t.Action}
	page, err := tx.List(k, q)
	if err != nil {
		return err
	}
	into.More = into.More || page.Next != ""
	soon := record.DateOf(tx.Now).Add("P30D")
	for _, row := range page.Rows {
		due, err := t.DueFor(row, tx.Actor.ID)
		if err != nil {
			return err
		}
		if !k.Offers(t.Action, row.Status, row.Meta, tx.Actor) || t.Soon && (due == "" || due > soon) {
			continue
		}
		ok, err := fault.Allowed(tx.Guard().Check(tx, p, row.Target()))
		if err != nil {
			return err
		}
		if !ok || d.Bars(tx, row, t.Action) {
			continue
		}
		into.Items = append(into.Items, taskOf(tx, row, t, due))
	}
	return nil
}

// escalated finds, for top management, what waits for an action that nobody may do now. The task is to see that somebody can.
func (d desk) escalated(tx *record.Tx, wanted func(kind string) bool, into *List) error {
	held, err := d.Guard.Held(tx, tx.Actor.ID)
	if err != nil || !slices.ContainsFunc(held, func(r record.Held) bool { return r.Role == "top_management" }) {
		return err
	}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			if t.Owner != "" || t.Soon || !wanted(k.Name) {
				continue
			}
			page, err := tx.List(k, record.Query{Rows: true, Limit: escalatedAtMost, Sort: "created_at", Filters: map[string][]string{"status": t.States}})
			if err != nil {
				return err
			}
			into.More = into.More || page.Next != ""
			for _, row := range page.Rows {
				who, err := people.EligibleFor(tx, row, t.Action, d.Rules)
				if err != nil {
					return err
				}
				if who.EscalatesTo == nil {
					continue
				}
				item := taskOf(tx, row, t, row.Meta.Due)
				item.Escalated = true
				into.Items = append(into.Items, item)
			}
		}
	}
	return nil
}

// escalatedAtMost limits how many records of one kind are asked about.
const escalatedAtMost = 100

func taskOf(tx *record.Tx, row *record.Row, t record.Task, due record.Date) Item {
	return Item{
		Kind: row.Kind.Name, RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: t.Action, Label: t.Label,
		Due: due, Overdue: due.Passed(tx.Now), Link: "/api/v1/" + row.Kind.Path + "/" + row.ID,
	}
}

func (d desk) toAcknowledge(tx *record.Tx) ([]Item, error) {
	if tx.Actor.Service {
		return nil, nil
	}
	me, err := tx.Person(tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	missing, err := policy.MissingAcknowledgements(tx, tx.Actor.ID, me.Scope)
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, row := range missing {
		out = append(out, Item{
			Kind: "policy", RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: "acknowledge",
			Label: record.Text{NB: "Les og bekreft", EN: "Read and acknowledge"}, Link: "/api/v1/policies/" + row.ID,
		})
	}
	return out, nil
}

// Notification is a reminder of something due: thirty days before, seven days before, and overdue.
type Notification struct {
	Stage string `json:"stage" enums:"P30D,P7D,overdue" example:"P7D"`
	Item
} // @name Notification

// Notifications holds the caller's reminders, the most urgent first.
type Notifications struct {
	Items []Notification `json:"items"`
	Count int            `json:"count"`
	// More says that so many records wait that only the oldest were looked through: there may be more reminders than these.
	More bool `json:"more"`
} // @name NotificationList

// owned finds the caller's own records that have a due day: a review, an acceptance's end, a measure.
func (d desk) owned(tx *record.Tx) (out List, err error) {
	for _, k := range record.Kinds() {
		if !k.Due {
			continue
		}
		for _, f := range k.Filters() {
			if f.Name != "owner_id" && f.Name != "responsible_id" {
				continue
			}
			page, err := tx.List(k, record.Query{Rows: true, Limit: tasksAtMost, Sort: "created_at", Filters: map[string][]string{f.Name: {tx.Actor.ID}}})
			if err != nil {
				return out, err
			}
			out.More = out.More || page.Next != ""
			for _, row := range page.Rows {
				if row.Meta.Due != "" {
					out.Items = append(out.Items, Item{
						Kind: k.Name, RecordID: row.ID, Number: row.Number, Title: tx.TitleOf(row), Scope: row.Scope, Action: "review",
						Label: record.Text{NB: "Følg opp innen fristen", EN: "Follow up in time"}, Due: row.Meta.Due,
						Overdue: row.Meta.Due.Passed(tx.Now), Link: "/api/v1/" + k.Path + "/" + row.ID,
					})
				}
			}
		}
	}
	return out, nil
}

// Remind lists reminders of what is due for the actor, the most urgent first.
func Remind(tx *record.Tx, rules people.Rules) (Notifications, error) {
	d := desk{rules}
	out := Notifications{Items: []Notification{}}
	tasks, err := d.mine(tx, func(string) bool { return true })
	if err != nil {
		return out, err
	}
	owned, err := d.owned(tx)
	if err != nil {
		return out, err
	}
	for _, t := range owned.Items {
		if !slices.ContainsFunc(tasks.Items, func(o Item) bool { return o.RecordID == t.RecordID && o.Due != "" && o.Due <= t.Due }) {
			tasks.Items = append(tasks.Items, t)
		}
	}
	out.More = tasks.More || owned.More
	today := record.DateOf(tx.Now)
	for _, t := range tasks.Items {
		stage := ""
		switch {
		case t.Due == "":
		case t.Overdue:
			stage = "overdue"
		case t.Due <= today.Add("P7D"):
			stage = "P7D"
		case t.Due <= today.Add("P30D"):
			stage = "P30D"
		}
		if stage != "" {
			out.Items = append(out.Items, Notification{Stage: stage, Item: t})
		}
	}
	slices.SortStableFunc(out.Items, func(a, b Notification) int { return strings.Compare(string(a.Due), string(b.Due)) })
	out.Count = len(out.Items)
	return out, nil
}
