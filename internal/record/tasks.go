package record

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The table open_tasks holds what waits for somebody, one row per record, action and person. It follows from what the record's kind declares
// and is kept up to date with every write. A row without a person is for whoever may do the action.

// Review is the action of a reminder: the record has a due day, and the person looks after it.
const Review = "review"

// openTask is a row of open_tasks, as far as the record decides it.
type openTask struct {
	action string
	person string // empty for whoever may do the action
	due    Date
}

// taskRule is a task of a kind with the field that names the persons, if it has one.
type taskRule struct {
	*Task
	owner *Field
}

// taskRules finds the fields that the kind's tasks and reminders name.
func (k *Kind) taskRules() {
	named := func(name string) *Field {
		f, _, err := k.filterable(name)
		if err != nil || f == nil {
			panic("record: " + k.Name + " has a task for the person in " + name + ", which does not filter")
		}
		return f
	}
	for i := range k.Tasks {
		r := taskRule{Task: &k.Tasks[i]}
		if r.Owner != "" {
			r.owner = named(r.Owner)
		}
		k.rules = append(k.rules, r)
	}
	for _, name := range k.Reminds {
		k.reminds = append(k.reminds, *named(name))
	}
}

// openTasks lists what waits on a record.
func (k *Kind) openTasks(v reflect.Value, row *Row) (out []openTask) {
	add := func(t openTask) {
		if !slices.ContainsFunc(out, func(o openTask) bool { return o.action == t.action && o.person == t.person }) {
			out = append(out, t)
		}
	}
	for _, r := range k.rules {
		if !slices.Contains(r.States, row.Status) || !k.Offers(r.Action, row.Status, row.Meta, nil) {
			continue
		}
		persons := []string{""}
		if r.owner != nil {
			if persons = r.owner.ids(v); len(persons) == 0 && r.Vacant {
				persons = []string{""}
			}
		}
		for _, person := range persons {
			due := row.Meta.Due
			if r.Day != nil {
				due = r.Day(v.Addr().Interface(), person)
			}
			if due != "" || !r.Soon {
				add(openTask{r.Action, person, due})
			}
		}
	}
	if row.Meta.Due == "" {
		return out
	}
	for _, f := range k.reminds {
		for _, person := range f.ids(v) {
			add(openTask{Review, person, row.Meta.Due})
		}
	}
	return out
}

// saveTasks stores what waits on a record now. Rows that stay as they are are not written, unless the record has moved to another scope.
func (k *Kind) saveTasks(tx *Tx, row *Row, before, now []openTask, moved bool) error {
	for _, t := range before {
		if !slices.ContainsFunc(now, func(o openTask) bool { return o.action == t.action && o.person == t.person }) {
			if err := tx.exec(`DELETE FROM open_tasks WHERE docid = ? AND action = ? AND person = ?`, row.RID, t.action, t.person); err != nil {
				return err
			}
		}
	}
	var args []any
	for _, t := range now {
		if moved || !slices.Contains(before, t) {
			args = append(args, row.RID, t.action, t.person, k.Name, row.Scope, string(t.due))
		}
	}
	if len(args) == 0 {
		return nil
	}
	return tx.exec(`INSERT INTO open_tasks (docid, action, person, kind, scope, due) VALUES (?,?,?,?,?,?)`+strings.Repeat(`,(?,?,?,?,?,?)`, len(args)/6-1)+
		` ON CONFLICT (docid, action, person) DO UPDATE SET scope = excluded.scope, due = excluded.due`, args...)
}

// TaskQuery asks for the open tasks of one kind that wait for a person, or for whoever may do an action.
type TaskQuery struct {
	Kind     *Kind
	Actions  []string // any when empty
	Person   string   // empty for what waits for whoever may
	Branches []Branch // where the records lie; anywhere when nil
	Until    Date     // due on this day or before; any day or none when empty
}

// OpenTask is a task that is open on a record. Its row has a document only where the kind's checks need it.
type OpenTask struct {
	Row    *Row
	Action string
	Person string // empty for whoever may do the action
	Due    Date
}

// Rule finds what the kind declares about the task; nil for a reminder.
func (t OpenTask) Rule() *Task {
	for i, r := range t.Row.Kind.Tasks {
		if r.Action == t.Action && slices.Contains(r.States, t.Row.Status) {
			return &t.Row.Kind.Tasks[i]
		}
	}
	return nil
}

// OpenTasks reads the open tasks of several kinds in one statement, in no order. It checks no right.
func (tx *Tx) OpenTasks(queries ...TaskQuery) ([]OpenTask, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	var parts []part
	for i, q := range queries {
		p := part{
			columns: []string{`'` + strconv.Itoa(i) + `'`, `CAST(o.docid AS text)`, `o.action`, `o.due`, `t.id`, `t.number`, `t.scope`, `t.status`, `t.meta`},
			from:    `open_tasks o JOIN ` + q.Kind.Table + ` t ON t.rid = o.docid`,
		}
		if q.Kind.checksDocument() {
			p.columns, p.from = append(p.columns, `d.doc`), p.from+` JOIN documents d ON d.docid = o.docid`
		}
		p.where(`o.person = ? AND o.kind = ?`, q.Person, q.Kind.Name)
		if len(q.Actions) > 0 {
			p.where(`o.action IN `+marks(len(q.Actions)), anys(q.Actions)...)
		}
		if q.Branches != nil {
			in, more := reach(narrow(q.Branches, ""))
			p.where(strings.ReplaceAll(in, `t.scope`, `o.scope`), more...)
		}
		if q.Until != "" {
			p.where(`o.due > '' AND o.due <= ?`, string(q.Until))
		}
		parts = append(parts, p)
	}
	var out []OpenTask
	err := tx.collect(parts, func(f []string) error {
		i, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		row := &Row{Kind: queries[i].Kind, ID: f[4], Number: f[5], Scope: f[6], Status: f[7], Meta: parseMeta(f[8])}
		if len(f) > 9 {
			row.Doc = []byte(f[9])
		}
		row.RID, err = strconv.ParseInt(f[1], 10, 64)
		out = append(out, OpenTask{Row: row, Action: f[2], Person: queries[i].Person, Due: Date(f[3])})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read open tasks: %w", err)
	}
	return out, nil
}

// checksDocument tells whether who may read a record of the kind depends on its document.
func (k *Kind) checksDocument() bool { return k.Companion || len(k.Mine) > 0 }

// WithDocuments reads the documents of rows of any kinds that were read without, in one statement.
func (tx *Tx) WithDocuments(rows []*Row) error {
	missing := map[int64][]*Row{}
	for _, r := range rows {
		if len(r.Doc) == 0 {
			missing[r.RID] = append(missing[r.RID], r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	args := make([]any, 0, len(missing))
	for rid := range missing {
		args = append(args, rid)
	}
	p := part{columns: []string{`CAST(d.docid AS text)`, `d.doc`}, from: `documents d`}
	p.where(`d.docid IN `+marks(len(args)), args...)
	err := tx.collect([]part{p}, func(f []string) error {
		rid, err := strconv.ParseInt(f[0], 10, 64)
		for _, r := range missing[rid] {
			r.Doc = []byte(f[1])
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read documents: %w", err)
	}
	return nil
}
