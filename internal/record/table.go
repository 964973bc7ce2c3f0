package record

import (
	"database/sql"
	"errors"
	"reflect"
	"strings"

	"github.com/ki-styring/aims/internal/record/text"

	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// kept is what the kind's table holds of a record, the words it is found by, and what waits on it.
type kept struct {
	names  []string // of the columns, quoted
	values []any
	words  string
	tasks  []openTask
}

// kept gives what the kind's table holds of a record, but for what every kind's table holds.
func (k *Kind) kept(v reflect.Value, row *Row) kept {
	c := kept{
		names: []string{"scope", "status", "updated_at"}, values: []any{row.Scope, row.Status, row.UpdatedAt},
		words: k.words(v, row.Number), tasks: k.openTasks(v, row),
	}
	for _, f := range k.columns {
		c.names = append(c.names, conn.Quoted(f.name))
		c.values = append(c.values, f.value(v))
	}
	if k.Due {
		var due any
		if row.Meta.Due != "" {
			due = string(row.Meta.Due)
		}
		c.names, c.values = append(c.names, "due_on"), append(c.values, due)
	}
	return c
}

// insert stores a new record, whose event is stored already: its line in the table of all records, the kind's row and the words.
func (k *Kind) insert(tx *Tx, row *Row, c kept) error {
	err := tx.exec(`INSERT INTO records (docid, id, kind, number, scope) VALUES (?,?,?,?,?)`, row.RID, row.ID, k.Name, row.Number, row.Scope)
	if err != nil {
		return err
	}
	err = tx.exec(`INSERT INTO `+k.Table+` (rid, id, number, version, seq, meta, `+strings.Join(c.names, ", ")+`) VALUES (?,?,?,?,?,?`+strings.Repeat(",?", len(c.names))+`)`,
		append([]any{row.RID, row.ID, row.Number, row.Version, row.Seq, row.Meta.encode()}, c.values...)...)
	if err != nil {
		return err
	}
	if err := tx.exec(`INSERT INTO full_text (docid, words) VALUES (?, `+tx.db.wordsOf()+`)`, row.RID, c.words); err != nil {
		return err
	}
	if err := k.saveTasks(tx, row, nil, c.tasks, false); err != nil {
		return err
	}
	return tx.learn(c.words)
}

// update stores a changed record, whose event is stored already. Only columns that changed are written: each other one would be written to its indexes anew.
func (k *Kind) update(tx *Tx, row *Row, before, c kept) error {
	set, args := `version = ?, seq = ?, meta = ?`, []any{row.Version, row.Seq, row.Meta.encode()}
	moved := false
	for i, name := range c.names {
		if c.values[i] != before.values[i] {
			set, args = set+`, `+name+` = ?`, append(args, c.values[i])
			moved = moved || name == "scope"
		}
	}
	var rid int64
	err := tx.row(`UPDATE `+k.Table+` SET `+set+` WHERE rid = ? AND version = ? RETURNING rid`, append(args, row.RID, row.Version-1)...).Scan(&rid)
	if errors.Is(err, sql.ErrNoRows) {
		return stale(row)
	}
	if err != nil {
		return tx.db.translate(err)
	}
	if moved {
		if err := tx.exec(`UPDATE records SET scope = ? WHERE docid = ?`, row.Scope, row.RID); err != nil {
			return err
		}
	}
	if err := k.saveTasks(tx, row, before.tasks, c.tasks, moved); err != nil {
		return err
	}
	if c.words == before.words {
		return nil
	}
	if err := tx.exec(`UPDATE full_text SET words = `+tx.db.wordsOf()+` WHERE docid = ?`, c.words, row.RID); err != nil {
		return err
	}
	return tx.learn(c.words)
}

// delete removes a record from every table but the log.
func (k *Kind) delete(tx *Tx, row *Row) error {
	for _, from := range []string{k.Table + ` WHERE rid`, `full_text WHERE docid`, `open_tasks WHERE docid`, `refs WHERE docid`, `records WHERE docid`} {
		if err := tx.exec(`DELETE FROM `+from+` = ?`, row.RID); err != nil {
			return err
		}
	}
	return tx.exec(`DELETE FROM private_values WHERE record_id = ?`, row.ID)
}

// words are those a record is found by: of its number, of its fields with the tag search, and of what else it names.
func (k *Kind) words(v reflect.Value, number string) string {
	var b strings.Builder
	b.WriteString(number)
	for _, f := range k.searched {
		b.WriteByte(' ')
		switch x := v.FieldByIndex(f.Index).Interface().(type) {
		case string:
			b.WriteString(x)
		case Text:
			b.WriteString(x.NB + " " + x.EN)
		case *Text:
			if x != nil {
				b.WriteString(x.NB + " " + x.EN)
			}
		}
	}
	b.WriteString(" " + k.Rules.words(v.Addr().Interface()))
	return strings.Join(text.Words(b.String()), " ")
}
