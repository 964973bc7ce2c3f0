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
	Anyone   bool            // for whatever person it waits
	Branches []record.Branch // where the records lie, in any state; anywhere when nil
	Until    record.Date     // due on this day or before; any day or none when empty
}

// OpenTasks are open tasks that differ only in their records.
type OpenTasks struct {
	Kind   *record.Kind
	Action string
	Person string // empty for whoever may do the action
	Scope  string
	Basis  string // equal for records of a kind and scope for which the rights give the same answers
	Due    record.Date
	RIDs   []int64 // of the records, in no order
}

// ReadOpenTasks reads the open tasks of several kinds in one statement, in no order. It checks no right. It reads the table of open tasks only,
// except for branches that name a field.
func ReadOpenTasks(tx *record.Tx, queries ...TaskQuery) ([]OpenTasks, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	rids := `group_concat(o.docid, ',')`
	if tx.Conn().Postgres() {
		rids = `string_agg(CAST(o.docid AS text), ',')`
	}
	var parts []part
	for i, q := range queries {
		p := part{
			columns: []string{`'` + strconv.Itoa(i) + `'`, `o.action`, `o.scope`, `o.basis`, `o.due`, rids},
			from:    `open_tasks o`, tail: ` GROUP BY o.action, o.scope, o.basis, o.due`,
		}
		p.where(`o.kind = ?`, q.Kind.Name)
		if !q.Anyone {
			p.where(`o.person = ?`, q.Person)
		}
		if len(q.Actions) > 0 {
			p.where(`o.action IN `+conn.Marks(len(q.Actions)), conn.Anys(q.Actions)...)
		}
		if q.Branches != nil {
			anyState := slices.Clone(q.Branches)
			for i := range anyState {
				anyState[i].States = nil
			}
			if slices.ContainsFunc(anyState, func(b record.Branch) bool { return b.Field != "" }) {
				p.from += ` JOIN ` + q.Kind.Table + ` t ON t.rid = o.docid`
			}
			in, more := reach(narrow(anyState, ""))
			p.where(strings.ReplaceAll(in, `t.scope`, `o.scope`), more...)
		}
		if q.Until != "" {
			p.where(`o.due > '' AND o.due <= ?`, string(q.Until))
		}
		parts = append(parts, p)
	}
	var out []OpenTasks
	err := collect(tx, parts, func(f []string) error {
		i, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		t := OpenTasks{
			Kind: queries[i].Kind, Person: queries[i].Person, Action: f[1], Scope: f[2], Basis: f[3], Due: record.Date(f[4]),
			RIDs: make([]int64, 0, strings.Count(f[5], ",")+1),
		}
		for s := range strings.SplitSeq(f[5], ",") {
			rid, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return err
			}
			t.RIDs = append(t.RIDs, rid)
		}
		out = append(out, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read open tasks: %w", err)
	}
	return out, nil
}

// ridsAtOnce is the number of rows in one statement. It is below SQLite's limit of parameters.
const ridsAtOnce = 30000

// WithRows reads the rest of rows of any kinds that have only kind and RID, in one statement. Unless they are to be whole, it reads documents
// only of kinds whose checks need them.
func WithRows(tx *record.Tx, rows []*record.Row, whole bool) error {
	missing := map[int64][]*record.Row{}
	var first []*record.Row
	for _, r := range rows {
		if r.ID != "" {
			continue
		}
		if missing[r.RID] == nil {
			first = append(first, r)
		}
		missing[r.RID] = append(missing[r.RID], r)
	}
	for some := range slices.Chunk(first, ridsAtOnce) {
		rids := map[*record.Kind][]any{}
		var kinds []*record.Kind // in one order, since the database remembers statements by their text
		for _, r := range some {
			if rids[r.Kind] == nil {
				kinds = append(kinds, r.Kind)
			}
			rids[r.Kind] = append(rids[r.Kind], r.RID)
		}
		var parts []part
		for _, k := range kinds {
			of := rids[k]
			p := part{columns: []string{`CAST(t.rid AS text)`, `t.id`, `t.number`, `t.scope`, `t.status`, `t.meta`, `CAST(t.seq AS text)`}, from: k.Table + ` t`}
			if whole || k.ChecksDocument() {
				p.columns, p.from = append(p.columns, `CAST(e.schema AS text)`, `e.doc`), p.from+` JOIN events e ON e.seq = t.seq`
			}
			p.where(`t.rid IN `+conn.Marks(len(of)), of...)
			parts = append(parts, p)
		}
		err := collect(tx, parts, func(f []string) error {
			rid, err := strconv.ParseInt(f[0], 10, 64)
			if err != nil {
				return err
			}
			seq, err := strconv.ParseInt(f[6], 10, 64)
			if err != nil {
				return err
			}
			for _, r := range missing[rid] {
				r.ID, r.Number, r.Scope, r.Status, r.Meta, r.Seq = f[1], f[2], f[3], f[4], record.ParseMeta(f[5]), seq
				if len(f) > 7 {
					if r.Doc, err = document(r.Kind, f[7], f[8]); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("read rows: %w", err)
		}
	}
	return nil
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
