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
			columns: []string{`'` + strconv.Itoa(i) + `'`, `CAST(o.docid AS text)`, `o.action`, `o.due`, `t.id`, `t.number`, `t.scope`, `t.status`, `t.meta`, `CAST(t.seq AS text)`},
			from:    `open_tasks o JOIN ` + q.Kind.Table + ` t ON t.rid = o.docid`,
		}
		if q.Kind.ChecksDocument() {
			p.columns, p.from = append(p.columns, `CAST(e.schema AS text)`, `e.doc`), p.from+` JOIN events e ON e.seq = t.seq`
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
		if row.RID, err = strconv.ParseInt(f[1], 10, 64); err != nil {
			return err
		}
		if row.Seq, err = strconv.ParseInt(f[9], 10, 64); err != nil {
			return err
		}
		if len(f) > 10 {
			row.Doc, err = document(row.Kind, f[10], f[11])
		}
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
			missing[r.Seq] = append(missing[r.Seq], r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	args := make([]any, 0, len(missing))
	for seq := range missing {
		args = append(args, seq)
	}
	p := part{columns: []string{`CAST(e.seq AS text)`, `CAST(e.schema AS text)`, `e.doc`}, from: `events e`}
	p.where(`e.seq IN `+conn.Marks(len(args)), args...)
	err := collect(tx, []part{p}, func(f []string) error {
		seq, err := strconv.ParseInt(f[0], 10, 64)
		if err != nil {
			return err
		}
		for _, r := range missing[seq] {
			if r.Doc, err = document(r.Kind, f[1], f[2]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read documents: %w", err)
	}
	return nil
}

// document is the document of an event in the current schema.
func document(k *record.Kind, schema, doc string) ([]byte, error) {
	n, err := strconv.Atoi(schema)
	if err != nil {
		return nil, err
	}
	return k.Document(n, []byte(doc))
}
