package record

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// link is a reference from the record being written.
type link struct {
	field string
	kind  string // of the record that is referred to
	id    string
	rid   int64
}

// references are the references that a write adds and removes.
type references struct{ added, removed []link }

// refValues returns the values of the reference fields, as the caller sent them.
func (k *Kind) refValues(v reflect.Value) [][]string {
	out := make([][]string, len(k.refs))
	for i, f := range k.refs {
		out[i] = f.ids(v)
	}
	return out
}

// refTag parses a ref tag: one kind or several, as in proposal|advice, then options. With "prefix=iso-42001:" a value may be a key without that
// prefix. With "free" a value may also be plain text.
func refTag(tag string) (kind, prefix string, free bool) {
	parts := strings.Split(tag, ",")
	for _, o := range parts[1:] {
		if p, ok := strings.CutPrefix(o, "prefix="); ok {
			prefix = p
		}
		free = free || o == "free"
	}
	return parts[0], prefix, free
}

// resolve checks every reference. The target must exist, the actor must be allowed to read it, and its scope must be the same, above or below.
// A reference that the record already had stays valid, even when its target has changed since.
// When the body has faults, those of references that the server derived from it are left out. When the scope is at fault, the scopes of targets are
// not checked.
func (k *Kind) resolve(tx *Tx, v reflect.Value, row *Row, found fault.Fields) (references, fault.Fields, error) {
	var out references
	if len(k.refs) == 0 {
		return out, nil, nil
	}
	held, err := tx.held(row)
	if err != nil {
		return out, nil, err
	}
	known, err := tx.heads(k, v)
	if err != nil {
		return out, nil, err
	}
	scope, moving := row.Scope, tx.Permission.Action == "transfer"
	var links []link
	var faults, drawn fault.Fields
	for _, f := range k.refs {
		into := &drawn
		if slices.Equal(f.Index[:min(len(k.input), len(f.Index))], k.input) {
			into = &faults
		}
		kind, prefix, free := refTag(f.Ref)
		var twice []int
		for i, id := range f.ids(v) {
			at := "/" + f.Name
			if f.Type.Kind() == reflect.Slice {
				at += "/" + strconv.Itoa(i)
			}
			to := known[rowID{KindOf(kind), keyed(id, prefix)}]
			var err error
			if to == nil {
				to, err = tx.target(kind, id, prefix)
			}
			if err == nil && !held[link{f.Name, to.Kind.Name, to.ID, to.RID}] {
				err = tx.mayRefer(to)
			}
			switch {
			case fault.Is(err, fault.NotFound) && free:
			case fault.Is(err, fault.NotFound):
				into.Add(at, "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: kind})
			case err != nil:
				return out, nil, ambiguousAt(err, at)
			case !held[link{f.Name, to.Kind.Name, to.ID, to.RID}] && tx.hasLeft(to):
				into.Add(at, "inactive_person", "must be a person with an active account")
			case !found.At("/scope") && !Related(to.Scope, scope) && !to.Kind.Person && !to.Kind.Global:
				into.Add(at, "unrelated_scope", "must be in this scope, above it or below it: %s", fault.Word{Kind: kind})
			case f.Within && (moving || !held[link{f.Name, to.Kind.Name, to.ID, to.RID}]) && !found.At("/scope") && !Covers(to.Scope, scope):
				if moving {
					at = "/scope"
				}
				into.Add(at, "outside_parent", "the record must be in the scope of what it belongs to, or below it: %s", fault.Word{Kind: kind})
			case !slices.Contains(links, link{f.Name, to.Kind.Name, to.ID, to.RID}):
				if err := f.identify(tx, v, i, to); err != nil {
					return out, nil, err
				}
				l := link{f.Name, to.Kind.Name, to.ID, to.RID}
				links = append(links, l)
				if !held[l] {
					out.added = append(out.added, l)
				}
			default:
				twice = append(twice, i)
			}
		}
		f.once(v, twice)
	}
	for l := range held {
		if !inPart(l.field) && !slices.Contains(links, l) {
			out.removed = append(out.removed, l)
		}
	}
	if len(found)+len(faults) == 0 {
		return out, drawn, nil
	}
	return out, faults, nil
}

// HoldsID tells whether a field keeps the id of what it refers to, whatever the caller called it.
func (f Field) HoldsID() bool { return f.Ref != "" && strings.HasSuffix(f.Name, "_id") }

// identify replaces a key by the id of its record in fields named _id or _ids, and where the key is unique in each top-level unit only. A field with a
// prefix keeps the key without it, whatever the caller called the record. Other fields stay as they are.
func (f Field) identify(tx *Tx, v reflect.Value, i int, to *Row) error {
	field := v.FieldByIndex(f.Index)
	if field.Kind() == reflect.Slice {
		field = field.Index(i)
	}
	if field.Kind() != reflect.String {
		return nil
	}
	_, prefix, _ := refTag(f.Ref)
	switch {
	case strings.HasSuffix(f.Name, "_ids") || f.HoldsID() || to.Kind.KeyByUnit():
		field.SetString(to.ID)
	case prefix != "":
		key, err := tx.shortest(to, field.String(), prefix)
		if err != nil {
			return err
		}
		field.SetString(key)
	}
	return nil
}

// once removes duplicates from a list that holds ids or keys. A caller may name a record by its key and by its id.
func (f Field) once(v reflect.Value, twice []int) {
	field := v.FieldByIndex(f.Index)
	kind, prefix, _ := refTag(f.Ref)
	if field.Kind() != reflect.Slice || !strings.HasSuffix(f.Name, "_ids") && prefix == "" && !keyedByUnit(kind) {
		return
	}
	for _, i := range slices.Backward(twice) {
		field.Set(reflect.AppendSlice(field.Slice(0, i), field.Slice(i+1, field.Len())))
	}
}

// heads reads the records that references name, without their documents, in one statement, by what the references call them. It leaves out
// references to one of several kinds, and kinds whose checks need the document.
func (tx *Tx) heads(k *Kind, v reflect.Value) (map[rowID]*Row, error) {
	type column struct {
		of   *Kind
		name string // of the key; id for an id
	}
	asked := map[column][]any{}
	var order []column // the database remembers statements by their text
	n := 0
	for _, f := range k.refs {
		kind, prefix, _ := refTag(f.Ref)
		of := KindOf(kind)
		if of == nil || of.ChecksDocument() {
			continue
		}
		for _, id := range f.ids(v) {
			c := column{of, "id"}
			if id = keyed(id, prefix); of.Key != "" && uuid.Validate(id) != nil {
				if c.name = of.Key; of.KeyByUnit() {
					continue // target finds the one that is meant
				}
			}
			if asked[c] == nil {
				order = append(order, c)
			}
			asked[c], n = append(asked[c], id), n+1
		}
	}
	out := map[rowID]*Row{}
	if n < 2 {
		return out, nil
	}
	var parts []string
	var args []any
	for i, c := range order {
		where := `t.` + conn.Quoted(c.name) + ` IN ` + conn.Marks(len(asked[c]))
		if c.name == "id" {
			where = `t.rid IN (SELECT docid FROM records WHERE id IN ` + conn.Marks(len(asked[c])) + `)`
		}
		parts = append(parts, `SELECT `+headColumns+`, 0, '', `+strconv.Itoa(i)+`, t.`+conn.Quoted(c.name)+` FROM `+c.of.Table+` t WHERE `+where)
		args = append(args, asked[c]...)
	}
	rows, err := tx.query(strings.Join(parts, ` UNION ALL `), args...)
	if err != nil {
		return nil, fmt.Errorf("read references: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var i int
		var called string
		r, err := k.Scan(rows, &i, &called)
		if err != nil {
			return nil, fmt.Errorf("read reference: %w", err)
		}
		r.Kind = order[i].of
		out[rowID{r.Kind, called}] = r
	}
	return out, rows.Err()
}

// keyed is what a reference calls a record: an id, a whole key, or a key without the prefix that callers may leave out.
func keyed(id, prefix string) string {
	if prefix != "" && uuid.Validate(id) != nil && !strings.Contains(id, ":") {
		return prefix + id
	}
	return id
}

// shortest is the key of a record as a field with a prefix keeps it: without that prefix.
func (tx *Tx) shortest(to *Row, called, prefix string) (string, error) {
	if uuid.Validate(called) == nil {
		row, err := tx.load(to.Kind, to.ID)
		if err != nil {
			return "", err
		}
		called = row.Field(to.Kind.Key).String()
	}
	return strings.TrimPrefix(called, prefix), nil
}

// target reads the record of a reference, without its document. kind may list several kinds.
func (tx *Tx) target(kind, id, prefix string) (*Row, error) {
	id = keyed(id, prefix)
	for name := range strings.SplitSeq(kind, "|") {
		k := KindOf(name)
		if k == nil {
			return nil, fmt.Errorf("record: reference to an unknown kind %s", name)
		}
		if r, err := tx.head(k, id); !fault.Is(err, fault.NotFound) {
			return r, err
		}
	}
	return nil, NotFound()
}

// mayRefer checks that the actor may read the target of a new reference. Everybody may refer to a user.
func (tx *Tx) mayRefer(to *Row) error {
	if tx.follow || to.Kind.Person {
		return nil
	}
	return tx.Reads(to)
}

// hasLeft reports whether a new reference is to a user who is not active. A reference that the server copies from another record is allowed.
func (tx *Tx) hasLeft(to *Row) bool {
	return !tx.follow && to.Kind.Person && to.Status != "active"
}

// held returns the references of a stored record.
func (tx *Tx) held(row *Row) (map[link]bool, error) {
	out := map[link]bool{}
	if row.RID == 0 {
		return out, nil
	}
	rows, err := tx.query(`SELECT x.field, r.kind, r.id, r.docid FROM refs x JOIN records r ON r.docid = x.to_docid WHERE x.docid = ?`, row.RID)
	if err != nil {
		return nil, fmt.Errorf("read references: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.field, &l.kind, &l.id, &l.rid); err != nil {
			return nil, fmt.Errorf("read reference: %w", err)
		}
		out[l] = true
	}
	return out, rows.Err()
}

// IDOf gives the id behind a key that a reference field may hold; what is no key stays as it is.
func (tx *Tx) IDOf(f Field, v string) string {
	kind, prefix, _ := refTag(f.Ref)
	if k := KindOf(kind); k != nil && uuid.Validate(v) != nil {
		if r, err := tx.head(k, keyed(v, prefix)); err == nil {
			return r.ID
		}
	}
	return v
}

// saveLinks stores the references of a record. Unchanged ones are not written.
func (k *Kind) saveLinks(tx *Tx, row *Row, to references) error {
	for _, l := range to.removed {
		if err := tx.exec(`DELETE FROM refs WHERE docid = ? AND field = ? AND to_docid = ?`, row.RID, l.field, l.rid); err != nil {
			return err
		}
	}
	if len(to.added) == 0 {
		return nil
	}
	for some := range slices.Chunk(to.added, idsAtOnce/4) {
		args := make([]any, 0, 4*len(some))
		for _, l := range some {
			args = append(args, row.RID, l.field, l.rid, k.Name)
		}
		if err := tx.exec(`INSERT INTO refs (docid, field, to_docid, kind) VALUES (?,?,?,?)`+strings.Repeat(`,(?,?,?,?)`, len(some)-1), args...); err != nil {
			return err
		}
	}
	return nil
}

// inPart reports whether a reference is in a part of a record, such as rows.evidence.
func inPart(field string) bool { return strings.Contains(field, ".") }

// partRefs lists the references in the parts of a document, each once.
func (k *Kind) partRefs(doc []byte) (out []Mentioned) {
	k.mentions.In(doc, func(m Mentioned) {
		if m.links && inPart(m.Path) && !slices.ContainsFunc(out, func(o Mentioned) bool { return o.Path == m.Path && o.Key == m.Key }) {
			out = append(out, m)
		}
	})
	return out
}

// savePartRefs stores the references in the parts of a record, for Links. Rules of the domain have checked them.
func (k *Kind) savePartRefs(tx *Tx, row *Row, was []Mentioned) error {
	is := k.partRefs(row.Doc)
	same := func(a, b Mentioned) bool { return a.Path == b.Path && a.Key == b.Key }
	if slices.EqualFunc(was, is, same) {
		return nil
	}
	if len(was) > 0 {
		if err := tx.exec(`DELETE FROM refs WHERE docid = ? AND field LIKE '%.%'`, row.RID); err != nil {
			return err
		}
	}
	var to references
	for _, m := range is {
		for _, kind := range m.Kinds {
			k := KindOf(kind)
			if k.KeyByUnit() && uuid.Validate(m.Key) != nil {
				continue
			}
			r, err := tx.head(k, m.Key)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			to.added = append(to.added, link{m.Path, kind, r.ID, r.RID})
			break
		}
	}
	return k.saveLinks(tx, row, to)
}

// Link is one reference from or to a record.
type Link struct {
	Direction string `json:"direction" enums:"out,in"`
	Field     string `json:"field" example:"controls"`
	Kind      string `json:"kind" of:"RecordKind" example:"control"`
	ID        string `json:"id" format:"uuid"`
	Number    string `json:"number" example:"CTRL-0007"`
	Title     string `json:"title"`
	Status    string `json:"status"`
	Scope     string `json:"scope"`
}

// Links returns the references from and to a record, where the actor may read the other record. References to users are left out.
func (tx *Tx) Links(id string) ([]Link, error) {
	found, err := tx.links(id)
	if err != nil {
		return nil, err
	}
	kept := found[:0]
	for _, l := range found {
		k := KindOf(l.Kind)
		if k == nil || k.Person {
			continue
		}
		r, err := tx.Load(k, l.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		l.Number, l.Title, l.Status, l.Scope = r.Number, tx.TitleOf(r), r.Status, r.Scope
		kept = append(kept, l)
	}
	return kept, nil
}

func (tx *Tx) links(id string) ([]Link, error) {
	rows, err := tx.query(`SELECT 'out', x.field, r.kind, r.id FROM records me JOIN refs x ON x.docid = me.docid JOIN records r ON r.docid = x.to_docid WHERE me.id = ?
		UNION ALL SELECT 'in', x.field, r.kind, r.id FROM records me JOIN refs x ON x.to_docid = me.docid JOIN records r ON r.docid = x.docid WHERE me.id = ? ORDER BY 1, 3, 4 LIMIT 1000`, id, id)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	out := []Link{}
	for rows.Next() {
		var l Link
		if err := rows.Scan(&l.Direction, &l.Field, &l.Kind, &l.ID); err != nil {
			return nil, fmt.Errorf("read link: %w", err)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Referrers returns the ids of the records of a kind that refer to a record by a field.
func (tx *Tx) Referrers(kind, field, id string) ([]string, error) {
	return tx.texts(`SELECT r.id FROM records me JOIN refs x ON x.to_docid = me.docid JOIN records r ON r.docid = x.docid WHERE me.id = ? AND x.kind = ? AND x.field = ? ORDER BY r.id`, id, kind, field)
}

// ReferredBy returns the records that refer to a record, each once, whoever may read them.
func (tx *Tx) ReferredBy(id string) ([]*Row, error) {
	found, err := tx.links(id)
	if err != nil {
		return nil, err
	}
	var out []*Row
	for _, l := range found {
		if l.Direction == "out" || slices.ContainsFunc(out, func(r *Row) bool { return r.ID == l.ID }) {
			continue
		}
		row, err := tx.load(KindOf(l.Kind), l.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

func (tx *Tx) texts(q string, args ...any) ([]string, error) {
	rows, err := tx.query(q, args...)
	if err != nil {
		return nil, fmt.Errorf("read ids: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("read id: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
