package worklist

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// desk makes the list of the actor.
type desk struct {
	tx    *record.Tx
	rules people.Rules
	judge *people.Judge
	query Query
	soon  record.Date // thirty days ahead
	until record.Date // only what is due by this day; everything when empty
}

func newDesk(tx *record.Tx, rules people.Rules, q Query) *desk {
	return &desk{tx: tx, rules: rules, judge: people.NewJudge(rules), query: q, soon: record.DateOf(tx.Now).Add("P30D")}
}

// waiting is one thing that waits, before it is shown.
type waiting struct {
	row       *record.Row
	action    string
	label     record.Text
	due       record.Date
	escalated bool
	group     int // tasks of one's own come before escalated ones, then what is to be read, then reminders
	rule      int // which of the kind's tasks it is
}

// The groups, in the order in which they are shown among what is due on the same day.
const (
	mine = iota
	escalated
	reading
	reminder
)

// tasks finds everything that waits for the actor, in no order.
func (d *desk) tasks() ([]waiting, error) {
	manages, err := d.manages()
	if err != nil {
		return nil, err
	}
	open, err := d.candidates(manages)
	if err != nil {
		return nil, err
	}
	readable := slices.DeleteFunc(open, func(t query.OpenTask) bool { return !d.tx.Visible(t.Row) })
	out, err := d.offered(readable)
	if err != nil {
		return nil, err
	}
	if manages {
		more, err := d.unattended(readable)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	if d.until == "" && d.query.wants("policy", acknowledge) {
		more, err := d.toRead()
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// manages tells whether the actor is top management, which is told of what nobody may do.
func (d *desk) manages() (bool, error) {
	held, err := d.rules.Guard.Held(d.tx, d.tx.Actor.ID)
	return slices.ContainsFunc(held, func(r record.Held) bool { return r.Role == "top_management" }), err
}

// candidates reads the tasks that may wait for the actor: those in their name, and those for whoever may do the action where the actor may do
// it. Top management looks at all of the latter that it may read.
func (d *desk) candidates(manages bool) ([]query.OpenTask, error) {
	var queries []query.TaskQuery
	for _, k := range record.Kinds() {
		var read []record.Branch
		if manages && len(k.Tasks) > 0 {
			var err error
			if read, err = d.branches(k, "read"); err != nil {
				return nil, err
			}
		}
		var own []string
		for _, t := range k.Tasks {
			if !d.query.wants(k.Name, t.Action) {
				continue
			}
			until := d.until
			if t.Soon {
				until = d.soon
			}
			switch {
			case t.Owner == "":
			case t.Soon:
				queries = append(queries, query.TaskQuery{Kind: k, Actions: []string{t.Action}, Person: d.tx.Actor.ID, Until: until})
			default:
				own = append(own, t.Action)
			}
			if t.Owner != "" && !t.Vacant {
				continue
			}
			at, err := d.branches(k, t.Action)
			if err != nil {
				return nil, err
			}
			if escalates(t) && len(read) > 0 {
				at = read
			}
			if len(at) > 0 {
				queries = append(queries, query.TaskQuery{Kind: k, Actions: []string{t.Action}, Branches: at, Until: until})
			}
		}
		if len(own) > 0 {
			queries = append(queries, query.TaskQuery{Kind: k, Actions: own, Person: d.tx.Actor.ID, Until: d.until})
		}
	}
	return query.OpenTasks(d.tx, queries...)
}

// branches lists where the actor may do an action.
func (d *desk) branches(k *record.Kind, action string) ([]record.Branch, error) {
	return d.tx.Guard().Branches(d.tx, record.Permission{Object: k.Name, Action: action})
}

// escalates tells whether top management is told when nobody may do a task.
func escalates(t record.Task) bool { return t.Owner == "" && !t.Soon }

// offered are the tasks that the actor may do now.
func (d *desk) offered(open []query.OpenTask) (out []waiting, err error) {
	var asks []people.Ask
	var of []query.OpenTask
	for _, t := range open {
		if !t.Row.Kind.Offers(t.Action, t.Row.Status, t.Row.Meta, d.tx.Actor) {
			continue
		}
		ok, err := d.tx.May(record.Permission{Object: t.Row.Kind.Name, Action: t.Action}, t.Row.Target())
		if err != nil {
			return nil, err
		}
		if ok {
			asks, of = append(asks, people.Ask{Row: t.Row, Action: t.Action}), append(of, t)
		}
	}
	if err := d.judge.Ready(d.tx, asks); err != nil {
		return nil, err
	}
	for i, a := range asks {
		bars, err := d.judge.Bars(d.tx, a)
		if err != nil {
			return nil, err
		}
		if !bars {
			out = append(out, task(of[i], mine))
		}
	}
	return out, nil
}

// unattended are the tasks that nobody may do now. The task of top management is to see that somebody can.
func (d *desk) unattended(open []query.OpenTask) (out []waiting, err error) {
	var asks []people.Ask
	var of []query.OpenTask
	for _, t := range open {
		if rule := t.Rule(); t.Person == "" && rule != nil && escalates(*rule) {
			asks, of = append(asks, people.Ask{Row: t.Row, Action: t.Action}), append(of, t)
		}
	}
	nobody, err := d.judge.Unattended(d.tx, asks)
	for i, yes := range nobody {
		if yes {
			w := task(of[i], escalated)
			w.escalated = true
			out = append(out, w)
		}
	}
	return out, err
}

func task(t query.OpenTask, group int) waiting {
	w := waiting{row: t.Row, action: t.Action, due: t.Due, group: group}
	for i := range t.Row.Kind.Tasks {
		if rule := t.Rule(); rule == &t.Row.Kind.Tasks[i] {
			w.label, w.rule = rule.Label, i
		}
	}
	return w
}

// toRead are the documents in force that the actor has not acknowledged.
func (d *desk) toRead() (out []waiting, err error) {
	if d.tx.Actor.Service {
		return nil, nil
	}
	me, err := d.tx.Person(d.tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	missing, err := policy.MissingAcknowledgements(d.tx, d.tx.Actor.ID, me.Scope)
	for _, row := range missing {
		out = append(out, waiting{row: row, action: acknowledge, label: record.Text{NB: "Les og bekreft", EN: "Read and acknowledge"}, group: reading})
	}
	return out, err
}

// owned are the actor's own records that are due, but for those of which a task reminds as early.
func (d *desk) owned(tasks []waiting) (out []waiting, err error) {
	var queries []query.TaskQuery
	for _, k := range record.Kinds() {
		if len(k.Reminds) > 0 {
			queries = append(queries, query.TaskQuery{Kind: k, Actions: []string{record.Review}, Person: d.tx.Actor.ID, Until: d.until})
		}
	}
	open, err := query.OpenTasks(d.tx, queries...)
	if err != nil {
		return nil, err
	}
	first := map[string]record.Date{}
	for _, w := range tasks {
		if known, ok := first[w.row.ID]; !ok || w.due < known {
			first[w.row.ID] = w.due
		}
	}
	for _, t := range open {
		if due, known := first[t.Row.ID]; known && due <= t.Due || !d.tx.Visible(t.Row) {
			continue
		}
		w := task(t, reminder)
		w.label = record.Text{NB: "Følg opp innen fristen", EN: "Follow up in time"}
		out = append(out, w)
	}
	return out, nil
}

// place is where something stands in the list: by its day, and then in an order that never changes.
func (w waiting) place() string {
	due := string(w.due)
	if due == "" {
		due = "9999"
	}
	return fmt.Sprintf("%s %d %s %d %020d", due, w.group, w.row.Kind.Name, w.rule, w.row.RID)
}

func (w waiting) compare(o waiting) int {
	day := func(d record.Date) string { return cmp.Or(string(d), "9999") }
	return cmp.Or(
		strings.Compare(day(w.due), day(o.due)), cmp.Compare(w.group, o.group), strings.Compare(w.row.Kind.Name, o.row.Kind.Name),
		cmp.Compare(w.rule, o.rule), cmp.Compare(w.row.RID, o.row.RID),
	)
}

// page sorts what was found and cuts the page out of it. next is the place of its last item when more follow.
func (d *desk) page(found []waiting) (page []waiting, next string, err error) {
	slices.SortFunc(found, waiting.compare)
	from := 0
	if d.query.After != "" {
		for from < len(found) && found[from].place() <= d.query.After {
			from++
		}
	}
	page = found[from:]
	if len(page) > d.query.Limit {
		page = page[:d.query.Limit]
		next = page[len(page)-1].place()
	}
	rows := make([]*record.Row, len(page))
	for i, w := range page {
		rows[i] = w.row
	}
	if err := query.WithDocuments(d.tx, rows); err != nil {
		return nil, "", err
	}
	return page, next, d.tx.TitlesAhead(rows)
}

func (d *desk) item(w waiting) Item {
	return Item{
		Kind: w.row.Kind.Name, RecordID: w.row.ID, Number: w.row.Number, Title: d.tx.TitleOf(w.row), Scope: w.row.Scope, Action: w.action, Label: w.label,
		Due: w.due, Overdue: w.due.Passed(d.tx.Now), Escalated: w.escalated, Link: "/api/v1/" + w.row.Kind.Path + "/" + w.row.ID,
	}
}
