package record

import (
	"reflect"
	"slices"
	"strings"
)

// The table open_tasks holds what waits for somebody, one row per record, action and person. It follows from what the record's kind declares
// and is kept up to date with every write. A row without a person is for whoever may do the action. The column basis groups rows for which one
// check of somebody's rights is enough; see Meta.basis.

// Review is the action of a reminder: the record has a due day, and the person looks after it.
const Review = "review"

// openTask is a row of open_tasks, as far as the record decides it.
type openTask struct {
	action string
	person string // empty for whoever may do the action
	due    Date
	basis  string
}

// taskRule is a task of a kind with the field that names the persons, if it has one.
type taskRule struct {
	*Task
	owner *Field
}

// taskRules finds the fields that the kind's tasks and reminders name.
func (k *Kind) taskRules() {
	named := func(name string) *Field {
		f := k.Filtered(name)
		if f == nil {
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
	basis := ""
	add := func(t openTask) {
		if basis == "" {
			basis = row.Meta.basis(row.Status)
		}
		t.basis = basis
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
				add(openTask{action: r.Action, person: person, due: due})
			}
		}
	}
	if row.Meta.Due == "" {
		return out
	}
	for _, f := range k.reminds {
		for _, person := range f.ids(v) {
			add(openTask{action: Review, person: person, due: row.Meta.Due})
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
			args = append(args, row.RID, t.action, t.person, k.Name, row.Scope, string(t.due), t.basis)
		}
	}
	if len(args) == 0 {
		return nil
	}
	return tx.exec(`INSERT INTO open_tasks (docid, action, person, kind, scope, due, basis) VALUES (?,?,?,?,?,?,?)`+strings.Repeat(`,(?,?,?,?,?,?,?)`, len(args)/7-1)+
		` ON CONFLICT (docid, action, person) DO UPDATE SET scope = excluded.scope, due = excluded.due, basis = excluded.basis`, args...)
}

// ChecksRecord reports whether the rights to a record of the kind depend on more than its scope and its basis: on its document, or on its id.
func (k *Kind) ChecksRecord() bool { return k.ChecksDocument() || k.Person }

// ChecksDocument tells whether who may read a record of the kind depends on its document.
func (k *Kind) ChecksDocument() bool { return k.Companion || len(k.Mine)+len(k.Asks) > 0 }
