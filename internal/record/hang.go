package record

import (
	"database/sql"
	"errors"
	"reflect"
	"strings"
)

// A record hangs in the tree of scopes by one row per scope above it and one for its own exactly, each in an index per order: that is
// what makes every list fast, and what a new record would mostly be paid for. New records therefore wait in <kind>_new, one row each with
// their words, which every list reads beside the tree; their references wait in refs_new. Many are hung together, and share the pages
// they are written to.

// waiting is how many new records of a kind wait at most, unless transactions failed just when it was time; and how many events.
const waiting = 128

// copies are what lists find a record by, beside its document.
type copies struct {
	names  []string // columns, quoted
	values []any
	words  string
}

func (k *Kind) copies(v reflect.Value, row *Row) copies {
	c := copies{names: []string{"status", "updated_at"}, values: []any{row.Status, row.UpdatedAt}, words: k.words(v, row.Number)}
	for _, f := range k.columns {
		c.names = append(c.names, quoted(f.Name))
		c.values = append(c.values, f.column(v))
	}
	if k.Due {
		c.names, c.values = append(c.names, "due_on"), append(c.values, any(nil))
		if row.Meta.Due != "" {
			c.values[len(c.values)-1] = string(row.Meta.Due)
		}
	}
	return c
}

// since keeps what differs from what was; a column that is written moves in its index even when it stays the same.
func (c copies) since(was copies) (out copies) {
	for i, name := range c.names {
		if c.values[i] != was.values[i] {
			out.names, out.values = append(out.names, name), append(out.values, c.values[i])
		}
	}
	return out
}

// nodes are where lists find the row: every scope it lies in, and its own exactly.
func (r *Row) nodes() []string { return append(Ancestors(r.Scope), "="+r.Scope) }

// await notes a record that is to be hung, and hangs what has waited when it is time. In <kind>_new a row's node is its scope.
func (k *Kind) await(tx *Tx, row *Row, c copies) error {
	err := tx.exec(`INSERT INTO `+k.Table+`_new (node, rid, words, `+strings.Join(c.names, ", ")+`) VALUES (?,?,?`+strings.Repeat(",?", len(c.names))+`)`,
		append([]any{row.Scope, row.RID, c.words}, c.values...)...)
	if err != nil || row.RID%waiting != 0 {
		return err
	}
	return k.hang(tx)
}

// hang moves what waits into the tree.
func (k *Kind) hang(tx *Tx) error {
	scopes, err := tx.texts(`SELECT DISTINCT node FROM ` + k.Table + `_new`)
	if err != nil || len(scopes) == 0 {
		return err
	}
	var places []any
	for _, scope := range scopes {
		for _, node := range (&Row{Scope: scope}).nodes() {
			places = append(places, scope, node)
		}
	}
	names := []string{"rid", "status", "updated_at"}
	for _, f := range k.columns {
		names = append(names, quoted(f.Name))
	}
	if k.Due {
		names = append(names, "due_on")
	}
	columns := strings.Join(names, ", ")
	err = tx.exec(`WITH places (scope, place) AS (VALUES (?,?)`+strings.Repeat(`,(?,?)`, len(places)/2-1)+`)
		INSERT INTO `+k.Table+`_nodes (node, `+columns+`) SELECT place, `+columns+` FROM `+k.Table+`_new JOIN places ON scope = node ORDER BY place, rid`, places...)
	if err != nil {
		return err
	}
	words := `words`
	if tx.db.Postgres {
		words = `array_to_tsvector(string_to_array(words, ' '))`
	}
	if err := tx.exec(`INSERT INTO ` + k.Table + `_words (` + tx.db.wordsKey() + `, words) SELECT rid, ` + words + ` FROM ` + k.Table + `_new ORDER BY rid`); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM ` + k.Table + `_new`)
}

// recopy brings what lists find a record by up to date, wherever it is.
func (k *Kind) recopy(tx *Tx, row *Row, was, now copies) error {
	changed := now.since(was)
	if len(changed.names) == 0 && now.words == was.words {
		return nil
	}
	var rid int64
	set := ""
	for _, name := range changed.names {
		set += ", " + name + " = ?"
	}
	err := tx.row(`UPDATE `+k.Table+`_new SET words = ?`+set+` WHERE rid = ? RETURNING rid`, append(append([]any{now.words}, changed.values...), row.RID)...).Scan(&rid)
	if err == nil {
		return nil
	}
	if !errors.Is(err, sql.ErrNoRows) { // it hangs already
		return tx.db.translate(err)
	}
	if set != "" {
		args := append(changed.values, row.RID) //nolint:gocritic // its own
		nodes := row.nodes()
		for _, n := range nodes {
			args = append(args, n)
		}
		if err := tx.exec(`UPDATE `+k.Table+`_nodes SET `+set[2:]+` WHERE rid = ? AND node IN (?`+strings.Repeat(",?", len(nodes)-1)+`)`, args...); err != nil {
			return err
		}
	}
	if now.words == was.words {
		return nil
	}
	return k.reword(tx, row, now.words)
}

func (k *Kind) reword(tx *Tx, row *Row, to string) error {
	words := `?`
	if tx.db.Postgres {
		words = `array_to_tsvector(string_to_array(?, ' '))`
	}
	return tx.exec(`UPDATE `+k.Table+`_words SET words = `+words+` WHERE `+tx.db.wordsKey()+` = ?`, to, row.RID)
}

// Reword notes anew by which words each record is found, once a new version finds them by more than the one that wrote them.
func (r Repo[E]) Reword(tx *Tx) error {
	if err := r.hang(tx); err != nil {
		return err
	}
	all, err := r.Each(tx, "/", nil)
	if err != nil {
		return err
	}
	for _, e := range all {
		row := any(e).(holder).base().row
		if err := r.reword(tx, row, r.words(reflect.ValueOf(e).Elem(), row.Number)); err != nil {
			return err
		}
	}
	return nil
}

// unhang takes a record out of the lists.
func (k *Kind) unhang(tx *Tx, nodes []string, rid int64) error {
	args := []any{rid}
	for _, n := range nodes {
		args = append(args, n)
	}
	if err := tx.exec(`DELETE FROM `+k.Table+`_nodes WHERE rid = ? AND node IN (?`+strings.Repeat(",?", len(nodes)-1)+`)`, args...); err != nil {
		return err
	}
	for _, from := range []string{k.Table + `_new WHERE rid`, k.Table + `_words WHERE ` + tx.db.wordsKey()} {
		if err := tx.exec(`DELETE FROM `+from+` = ?`, rid); err != nil {
			return err
		}
	}
	return nil
}

// hangRefs moves the references that wait to where they are indexed.
func (tx *Tx) hangRefs() error {
	const columns = `from_kind, from_id, field, to_kind, to_id`
	if err := tx.exec(`INSERT INTO refs (` + columns + `) SELECT ` + columns + ` FROM refs_new ORDER BY from_id, field, to_id`); err != nil {
		return err
	}
	return tx.exec(`DELETE FROM refs_new`)
}
