// Package worklist lists what waits for a person: tasks, and reminders of what is due.
package worklist

import (
	"slices"

	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
)

// Item is something that waits for the caller.
type Item struct {
	Kind     string      `json:"kind" of:"RecordKind" example:"policy"`
	RecordID string      `json:"record_id" format:"uuid" names:"kind"`
	Number   string      `json:"number" example:"POL-0003"`
	Title    string      `json:"title"`
	Scope    string      `json:"scope" example:"/siv/" names:"unit"`
	Action   string      `json:"action" of:"TaskAction" example:"approve"`
	Label    record.Text `json:"label"`
	Due      record.Date `json:"due"`
	Overdue  bool        `json:"overdue"`
	// Escalated says that nobody may do it now: the caller, top management, is to see that somebody can.
	Escalated bool   `json:"escalated"`
	Link      string `json:"link" example:"/api/v1/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"`
	// The request that does the task, where that is another one than the action on the record: the case that brings it before a body.
	Call *Call `json:"call"`
} // @name TaskItem

// Actions lists what a task or a reminder may ask for.
func Actions() []string {
	out := append(TaskActions(), record.Review)
	slices.Sort(out)
	return slices.Compact(out)
}

// TaskActions lists what a task may ask for.
func TaskActions() []string {
	out := []string{acknowledge}
	for _, k := range record.Kinds() {
		for _, t := range k.Tasks {
			out = append(out, t.Action)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// acknowledge is the action of a document that waits to be read.
const acknowledge = "acknowledge"

// List is a page of what waits for the caller, the soonest first.
type List struct {
	Items []Item `json:"items"`
	// Count is how many tasks wait, on this page and on others.
	Count int `json:"count"`
	// More says that there are more tasks after these; next_cursor leads to them.
	More       bool    `json:"more"`
	NextCursor *string `json:"next_cursor"`

	Next string `json:"-"` // the place of the last item, when more follow
} // @name TaskList

// Query asks for a page of what waits. Zero values do not narrow.
type Query struct {
	Kinds   []string
	Actions []string
	Overdue *bool
	Limit   int
	After   string // the place of the last item of the page before
}

func (q Query) wants(kind, action string) bool {
	return (len(q.Kinds) == 0 || slices.Contains(q.Kinds, kind)) && (len(q.Actions) == 0 || slices.Contains(q.Actions, action))
}

// Tasks lists what waits for the actor, the soonest first.
func Tasks(tx *record.Tx, rules people.Rules, q Query) (List, error) {
	d := newDesk(tx, rules, q)
	found, err := d.tasks()
	if err != nil {
		return List{}, err
	}
	if q.Overdue != nil {
		found = slices.DeleteFunc(found, func(w waiting) bool { return w.due.Passed(tx.Now) != *q.Overdue })
	}
	page, next, err := d.page(found)
	if err != nil {
		return List{}, err
	}
	out := List{Items: make([]Item, len(page)), Count: len(found), More: next != "", Next: next}
	for i, w := range page {
		out.Items[i] = d.item(w)
	}
	return out, nil
}

// Notification is a reminder of something due: thirty days before, seven days before, and overdue.
type Notification struct {
	Stage string `json:"stage" enums:"P30D,P7D,overdue" example:"P7D"`
	Item
} // @name Notification

// Notifications is a page of the caller's reminders, the most urgent first.
type Notifications struct {
	Items []Notification `json:"items"`
	// Count is how many reminders there are, on this page and on others.
	Count int `json:"count"`
	// More says that there are more reminders after these; next_cursor leads to them.
	More       bool    `json:"more"`
	NextCursor *string `json:"next_cursor"`

	Next string `json:"-"` // the place of the last item, when more follow
} // @name NotificationList

// Remind lists reminders of what is due for the actor, the most urgent first: tasks, and the records that the actor looks after.
func Remind(tx *record.Tx, rules people.Rules, q Query) (Notifications, error) {
	d := newDesk(tx, rules, q)
	d.until = d.soon
	found, err := d.tasks()
	if err != nil {
		return Notifications{}, err
	}
	owned, err := d.owned(found)
	if err != nil {
		return Notifications{}, err
	}
	found = append(found, owned...)
	page, next, err := d.page(found)
	if err != nil {
		return Notifications{}, err
	}
	out := Notifications{Items: make([]Notification, len(page)), Count: len(found), More: next != "", Next: next}
	for i, w := range page {
		out.Items[i] = Notification{Stage: d.stage(w.due), Item: d.item(w)}
	}
	return out, nil
}

// stage tells how near a day is that lies at most thirty days ahead.
func (d *desk) stage(due record.Date) string {
	switch {
	case due.Passed(d.tx.Now):
		return "overdue"
	case due <= record.DateOf(d.tx.Now).Add("P7D"):
		return "P7D"
	default:
		return "P30D"
	}
}
