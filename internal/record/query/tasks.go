package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"

	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// TaskQuery asks for the open tasks of one kind that wait for a person, or for whoever may do an action.
type TaskQuery struct {
	Kind     *record.Kind
	Actions  []string        // any when empty
	Person   string          // empty for what waits for whoever may
	Branches []record.Branch // where the records lie; anywhere when nil
	Until    record.Date     // due on this day or before; any day or none when empty
}

// OpenTask is a task that is open on a record. Its row has a document only where the kind's checks need it.
type OpenTask struct {
	Row    *record.Row
	Action string
	Person string // empty for whoever may do the action
	Due    record.Date
}

// Rule finds what the kind declares about the task; nil for a reminder.
func (t OpenTask) Rule() *record.Task {
	for i, r := range t.Row.Kind.Tasks {
		if r.Action == t.Action && slices.Contains(r.States, t.Row.Status) {
			return &t.Row.Kind.Tasks[i]
		}
	}
	return nil
}

// OpenTasks reads the open tasks of several kinds in one statement, in no order. It checks no right.
func OpenTasks(tx *record.Tx, queries ...TaskQuery) ([]OpenTask, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	var parts []part
	for i, q := range queries {
		p := part{
			columns: []string{`'` + strconv.Itoa(i) + `'`, `CAST(o.docid AS text)`, `o.action`, `o.due`, `t.id`, `t.number`, `t.scope`, `t.status`, `t.meta`},
			from:    `open_tasks o JOIN ` + q.Kind.Table + ` t ON t.rid = o.docid`,
		}
		if q.Kind.ChecksDocument() {
			p.columns, p.from = append(p.columns, `d.doc`), p.from+` JOIN documents d ON d.docid = o.docid`
		}
		p.where(`o.person = ? AND o.kind = ?`, q.Person, q.Kind.Name)
		if len(q.Actions) > 0 {
			p.where(`o.action IN `+conn.Marks(len(q.Actions)), conn.Anys(q.Actions)...)
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
	err := collect(tx, parts, func(f []string) error {
		i, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		row := &record.Row{Kind: queries[i].Kind, ID: f[4], Number: f[5], Scope: f[6], Status: f[7], Meta: record.ParseMeta(f[8])}
		if len(f) > 9 {
			row.Doc = []byte(f[9])
		}
		row.RID, err = strconv.ParseInt(f[1], 10, 64)
		out = append(out, OpenTask{Row: row, Action: f[2], Person: queries[i].Person, Due: record.Date(f[3])})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read open tasks: %w", err)
	}
	return out, nil
}

// WithDocuments reads the documents of rows of any kinds that were read without, in one statement.
func WithDocuments(tx *record.Tx, rows []*record.Row) error {
	missing := map[int64][]*record.Row{}
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
	p.where(`d.docid IN `+conn.Marks(len(args)), args...)
	err := collect(tx, []part{p}, func(f []string) error {
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
