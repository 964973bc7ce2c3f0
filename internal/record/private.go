package record

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Private fields have personal data. They are stored in a table of their own, so that they can be erased. Documents and events have only the record's
// id.

func (k *Kind) savePrivate(tx *Tx, id string, v reflect.Value) error {
	for _, f := range k.private {
		field := v.FieldByIndex(f.Index)
		raw, err := Encode(field.Interface())
		if err != nil {
			return fmt.Errorf("encode %s: %w", f.Name, err)
		}
		if field.Kind() == reflect.String && field.String() == "" {
			raw = f.nothing()
		}
		err = tx.exec(`INSERT INTO private_values (kind, record_id, field, value) VALUES (?,?,?,?)
			ON CONFLICT (record_id, field) DO UPDATE SET value = excluded.value`, k.Name, id, f.Name, string(raw))
		if err != nil {
			return err
		}
	}
	return nil
}

// privateOf reads the private fields of these records. It returns nil for a kind without private fields.
func (k *Kind) privateOf(tx *Tx, rows []*Row) (map[string]map[string]json.RawMessage, error) {
	if len(k.private) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to read
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return tx.privateOf(ids)
}

func (k *Kind) fillPrivate(values map[string]json.RawMessage, v reflect.Value) error {
	for _, f := range k.private {
		if raw, ok := values[f.Name]; ok {
			if err := json.Unmarshal(raw, v.FieldByIndex(f.Index).Addr().Interface()); err != nil {
				return fmt.Errorf("read %s: %w", f.Name, err)
			}
		}
	}
	return nil
}

// privateOf reads private fields as JSON: id → field → value.
func (tx *Tx) privateOf(ids []string) (map[string]map[string]json.RawMessage, error) {
	out := make(map[string]map[string]json.RawMessage, len(ids))
	for some := range slices.Chunk(ids, idsAtOnce) {
		if err := tx.readPrivate(some, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// idsAtOnce is the number of ids in one query. It is below SQLite's limit of parameters.
const idsAtOnce = 30000

func (tx *Tx) readPrivate(ids []string, out map[string]map[string]json.RawMessage) error {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := tx.query(`SELECT record_id, field, value FROM private_values WHERE record_id IN (?`+strings.Repeat(`,?`, len(ids)-1)+`)`, args...)
	if err != nil {
		return fmt.Errorf("read private values: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var id, field, value string
		if err := rows.Scan(&id, &field, &value); err != nil {
			return fmt.Errorf("read private value: %w", err)
		}
		if out[id] == nil {
			out[id] = map[string]json.RawMessage{}
		}
		out[id][field] = json.RawMessage(value)
	}
	return rows.Err()
}

// HavingPrivate returns the ids of the records of the kind that have a text in a private field.
func (k *Kind) HavingPrivate(tx *Tx, field, text string) ([]string, error) {
	raw, err := Encode(text)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", field, err)
	}
	return k.havingPrivate(tx, field, `value = ? AND length(value) <= 320`, string(raw))
}

// HavingPrivateRef returns the ids of the records of the kind that may have an id in another system in a private field. The caller compares them.
func (k *Kind) HavingPrivateRef(tx *Tx, field string, ref ExternalRef) ([]string, error) {
	raw, err := Encode(ref.ID)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", field, err)
	}
	part := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(`"id":` + string(raw))
	return k.havingPrivate(tx, field, `value LIKE ? ESCAPE '\'`, "%"+part+"%")
}

func (k *Kind) havingPrivate(tx *Tx, field, condition, arg string) (out []string, err error) {
	rows, err := tx.query(`SELECT record_id FROM private_values WHERE kind = ? AND field = ? AND `+condition, k.Name, field, arg)
	if err != nil {
		return nil, fmt.Errorf("find %s by %s: %w", k.Path, field, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("find %s by %s: %w", k.Path, field, err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Erase deletes the private fields of a record. They cannot be restored; reads then show null.
func (tx *Tx) Erase(id string) error {
	return tx.exec(`DELETE FROM private_values WHERE record_id = ?`, id)
}

// WithPrivate adds the private fields to the documents. The caller checks that the actor may read them.
func (tx *Tx) WithPrivate(rows []*Row) error {
	if len(rows) == 0 || len(rows[0].Kind.private) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	values, err := tx.privateOf(ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		var doc map[string]json.RawMessage
		if err := json.Unmarshal(r.Doc, &doc); err != nil {
			return fmt.Errorf("read %s: %w", r.Number, err)
		}
		for _, f := range r.Kind.private {
			doc[f.Name] = f.nothing()
			if raw, ok := values[r.ID][f.Name]; ok {
				doc[f.Name] = raw
			}
		}
		if r.Doc, err = json.Marshal(doc); err != nil {
			return fmt.Errorf("write %s: %w", r.Number, err)
		}
	}
	return nil
}

// nothing returns the JSON of a private field that is erased.
func (f Field) nothing() json.RawMessage {
	if f.Type.Kind() == reflect.Slice {
		return json.RawMessage("[]")
	}
	return json.RawMessage("null")
}

// Person reads a user's row with the name, which everybody signed in may see.
func (tx *Tx) Person(id string) (*Row, error) {
	r, err := tx.load(persons, id)
	if err != nil {
		return nil, err
	}
	return r, tx.WithPrivate([]*Row{r})
}

// People reads the rows of users with their names, in no order. Unknown ids are left out.
func (tx *Tx) People(ids []string) ([]*Row, error) {
	out, err := tx.Rows(persons, ids)
	if err != nil {
		return nil, err
	}
	return out, tx.WithPrivate(out)
}

// without removes the private members from a document, so that they do not look like empty values.
func (k *Kind) without(doc []byte) ([]byte, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.Name, err)
	}
	for _, f := range k.private {
		delete(m, f.Name)
	}
	return json.Marshal(m)
}
