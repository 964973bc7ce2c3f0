package worklist

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/ki-styring/aims/internal/governance"
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

	deciding []board // the bodies that decide, once read
	read     bool
}

func newDesk(tx *record.Tx, rules people.Rules, q Query) *desk {
	return &desk{tx: tx, rules: rules, judge: people.NewJudge(rules), query: q, soon: record.DateOf(tx.Now).Add("P30D")}
}

// waiting is a record that waits for the actor, before it is shown.
type waiting struct {
	*why
	rid int64
	row *record.Row // nil until the page is read, unless it is known before
}

// why says what records wait for. Records that wait for the same share it.
type why struct {
	kind   *record.Kind
	action string
	label  record.Text
	due    record.Date
	part   int              // which part of the list it belongs to
	rule   int              // which of the kind's tasks it is
	board  *governance.Body // the body that decides, where the task is to bring the record before it
}

// The parts, in the order in which they are shown among what is due on the same day.
const (
	mine      = iota // tasks of one's own
	escalated        // tasks that nobody may do
	reading          // documents to read
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
	readable, err := d.readable(open)
	if err != nil {
		return nil, err
	}
	out, err := d.offered(readable)
	if err != nil {
		return nil, err
	}
	more, err := d.toBring(readable)
	if err != nil {
		return nil, err
	}
	out = append(out, more...)
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

// alike is a group of open tasks that get the same answer from every check of rights. Only one of their records is read and checked.
type alike struct {
	row    *record.Row
	action string
	person string // empty for whoever may do the action
	tasks  []query.OpenTasks
}

// readable groups open tasks, and leaves out the groups that the actor may not read.
func (d *desk) readable(open []query.OpenTasks) ([]*alike, error) {
	type key struct {
		kind                         *record.Kind
		action, person, scope, basis string
	}
	groups := map[key]*alike{}
	var out []*alike
	var rows []*record.Row
	add := func(t query.OpenTasks) *alike {
		g := &alike{row: &record.Row{Kind: t.Kind, RID: t.RIDs[0]}, action: t.Action, person: t.Person, tasks: []query.OpenTasks{t}}
		out, rows = append(out, g), append(rows, g.row)
		return g
	}
	for _, t := range open {
		if t.Kind.ChecksRecord() || d.rules.ByRecord(t.Kind, t.Action) {
			for _, rid := range t.RIDs {
				one := t
				one.RIDs = []int64{rid}
				add(one)
			}
			continue
		}
		k := key{t.Kind, t.Action, t.Person, t.Scope, t.Basis}
		if g := groups[k]; g != nil {
			g.tasks = append(g.tasks, t)
		} else {
			groups[k] = add(t)
		}
	}
	if err := query.WithRows(d.tx, rows, false); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(g *alike) bool { return !d.tx.Visible(g.row) }), nil
}

// rule finds what the kind declares about the tasks, and its place among the kind's tasks; nil for reminders.
func (g *alike) rule() (int, *record.Task) {
	for i, t := range g.row.Kind.Tasks {
		personal := t.Owner != ""
		if t.Action == g.action && slices.Contains(t.States, g.row.Status) && (personal == (g.person != "") || t.Vacant) {
			return i, &g.row.Kind.Tasks[i]
		}
	}
	return 0, nil
}

// waiting lists the tasks of the group for a part of the list.
func (g *alike) waiting(part int) (out []waiting) {
	place, rule := g.rule()
	for _, t := range g.tasks {
		w := &why{kind: t.Kind, action: t.Action, due: t.Due, part: part, rule: place}
		switch {
		case part == reminder:
			w.label = record.Text{NB: "Følg opp innen fristen", EN: "Follow up in time"}
		case rule != nil:
			w.label = rule.Label
		}
		for _, rid := range t.RIDs {
			out = append(out, waiting{why: w, rid: rid})
		}
	}
	return out
}

func (g *alike) ask() people.Ask { return people.Ask{Row: g.row, Action: g.action} }

// manages tells whether the actor is top management, which is told of what nobody may do.
func (d *desk) manages() (bool, error) {
	held, err := d.rules.Guard.Held(d.tx, d.tx.Actor.ID)
	return slices.ContainsFunc(held, func(r record.Held) bool { return r.Role == "top_management" }), err
}

// candidates reads the tasks that may wait for the actor: those in their name, and those for whoever may do the action where the actor may do
// it. Top management looks at all of the latter that it may read.
func (d *desk) candidates(manages bool) ([]query.OpenTasks, error) {
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
			more, err := d.prepared(record.Permission{Object: k.Name, Action: t.Action})
			if err != nil {
				return nil, err
			}
			at = append(slices.Clip(at), more...)
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
	return query.ReadOpenTasks(d.tx, queries...)
}

// branches lists where the actor may do an action.
func (d *desk) branches(k *record.Kind, action string) ([]record.Branch, error) {
	return d.tx.Guard().Branches(d.tx, record.Permission{Object: k.Name, Action: action})
}

// escalates tells whether top management is told when nobody may do a task.
func escalates(t record.Task) bool { return t.Owner == "" && !t.Soon }

// offered are the tasks that the actor may do now.
func (d *desk) offered(groups []*alike) (out []waiting, err error) {
	var asks []people.Ask
	var may []*alike
	for _, g := range groups {
		if !g.row.Kind.Offers(g.action, g.row.Status, g.row.Meta, d.tx.Actor) {
			continue
		}
		ok, err := d.tx.May(record.Permission{Object: g.row.Kind.Name, Action: g.action}, g.row.Target())
		if err != nil {
			return nil, err
		}
		if ok {
			asks, may = append(asks, g.ask()), append(may, g)
		}
	}
	if err := d.judge.Ready(d.tx, asks); err != nil {
		return nil, err
	}
	for i, g := range may {
		bars, err := d.judge.Bars(d.tx, asks[i])
		if err != nil {
			return nil, err
		}
		if !bars {
			out = append(out, g.waiting(mine)...)
		}
	}
	return out, nil
}

// unattended are the tasks that nobody may do now. The task of top management is to see that somebody can.
func (d *desk) unattended(groups []*alike) (out []waiting, err error) {
	var asks []people.Ask
	var of []*alike
	for _, g := range groups {
		_, rule := g.rule()
		if g.person != "" || rule == nil || !escalates(*rule) {
			continue
		}
		b, err := d.boardFor(g.ask())
		if err != nil {
			return nil, err
		}
		if b == nil { // what waits for a body is brought before it
			asks, of = append(asks, g.ask()), append(of, g)
		}
	}
	nobody, err := d.judge.Unattended(d.tx, asks)
	for i, yes := range nobody {
		if yes {
			out = append(out, of[i].waiting(escalated)...)
		}
	}
	return out, err
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
	label := record.Text{NB: "Les og bekreft", EN: "Read and acknowledge"}
	for _, row := range missing {
		out = append(out, waiting{why: &why{kind: row.Kind, action: acknowledge, label: label, part: reading}, rid: row.RID, row: row})
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
	open, err := query.ReadOpenTasks(d.tx, queries...)
	if err != nil {
		return nil, err
	}
	groups, err := d.readable(open)
	if err != nil {
		return nil, err
	}
	first := map[int64]record.Date{} // by record
	for _, w := range tasks {
		if known, ok := first[w.rid]; !ok || w.due < known {
			first[w.rid] = w.due
		}
	}
	for _, g := range groups {
		for _, w := range g.waiting(reminder) {
			if due, known := first[w.rid]; !known || due > w.due {
				out = append(out, w)
			}
		}
	}
	return out, nil
}

// place is where something stands in the list: by its day, and then in an order that never changes.
func (w waiting) place() string {
	due := string(w.due)
	if due == "" {
		due = "9999"
	}
	return fmt.Sprintf("%s %d %s %d %020d", due, w.part, w.kind.Name, w.rule, w.rid)
}

func (w waiting) compare(o waiting) int {
	if w.why == o.why {
		return cmp.Compare(w.rid, o.rid)
	}
	day := func(d record.Date) string { return cmp.Or(string(d), "9999") }
	return cmp.Or(
		strings.Compare(day(w.due), day(o.due)), cmp.Compare(w.part, o.part), strings.Compare(w.kind.Name, o.kind.Name),
		cmp.Compare(w.rule, o.rule), cmp.Compare(w.rid, o.rid),
	)
}

// page sorts what was found and cuts the page out of it. next is the place of its last item when more follow.
func (d *desk) page(found []waiting) (page []waiting, next string, err error) {
	slices.SortFunc(found, waiting.compare)
	from := 0
	if d.query.After != "" {
		from = sort.Search(len(found), func(i int) bool { return found[i].place() > d.query.After })
	}
	page = found[from:]
	if len(page) > d.query.Limit {
		page = page[:d.query.Limit]
		next = page[len(page)-1].place()
	}
	rows := make([]*record.Row, len(page))
	for i := range page {
		if page[i].row == nil {
			page[i].row = &record.Row{Kind: page[i].kind, RID: page[i].rid}
		}
		rows[i] = page[i].row
	}
	if err := query.WithRows(d.tx, rows, true); err != nil {
		return nil, "", err
	}
	return page, next, d.tx.TitlesAhead(rows)
}

func (d *desk) item(w waiting) Item {
	return Item{
		Kind: w.kind.Name, RecordID: w.row.ID, Number: w.row.Number, Title: d.tx.TitleOf(w.row), Scope: w.row.Scope, Action: w.action, Label: w.label,
		Due: w.due, Overdue: w.due.Passed(d.tx.Now), Escalated: w.part == escalated, Link: "/api/v1/" + w.kind.Path + "/" + w.row.ID,
		Call: w.call(d.tx.TitleOf(w.row)),
	}
}
