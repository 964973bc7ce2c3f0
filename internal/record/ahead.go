package record

import (
	"database/sql"
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// rowID names a row that was read ahead.
type rowID struct {
	kind *Kind
	id   string
}

// ReadAhead reads the rows with these ids in one statement, so that each is found without a further one while the transaction lasts. A
// transaction that writes reads nothing ahead.
func (tx *Tx) ReadAhead(k *Kind, ids []string) error {
	if tx.state.writing {
		return nil
	}
	if tx.state.ahead == nil {
		tx.state.ahead = map[rowID]*Row{}
	}
	var missing []string
	for _, id := range ids {
		if _, known := tx.state.ahead[rowID{k, id}]; !known && id != "" {
			tx.state.ahead[rowID{k, id}] = nil
			missing = append(missing, id)
		}
	}
	list, err := tx.Rows(k, missing)
	for _, r := range list {
		tx.state.ahead[rowID{k, r.ID}] = r
	}
	return err
}

// Rows reads the rows with these ids for the rules, whoever asks, in no order. Ids of nothing are left out.
func (tx *Tx) Rows(k *Kind, ids []string) (out []*Row, err error) {
	for some := range slices.Chunk(ids, idsAtOnce) {
		rows, err := tx.query(`SELECT `+Columns+` FROM `+k.Table+` t JOIN events e ON e.seq = t.seq WHERE t.rid IN (SELECT docid FROM records WHERE id IN `+conn.Marks(len(some))+`)`, conn.Anys(some)...)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", k.Path, err)
		}
		list, err := k.scanAll(rows)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", k.Path, err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func (k *Kind) scanAll(rows *sql.Rows) (out []*Row, err error) {
	defer rows.Close() //nolint:errcheck // read only
	for rows.Next() {
		r, err := k.Scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// ahead gives a row that was read ahead, or nil.
func (tx *Tx) ahead(k *Kind, id string) *Row {
	r := tx.state.ahead[rowID{k, id}]
	if r == nil {
		return nil
	}
	out := *r
	return &out
}

// TitlesAhead reads ahead what the titles of these rows are made of.
func (tx *Tx) TitlesAhead(rows []*Row) error {
	ids := map[string][]string{}
	for _, r := range rows {
		if by := r.Kind.TitleBy; by != "" {
			kind := r.Kind.fieldNamed(by).Ref
			ids[kind] = append(ids[kind], r.Field(by).String())
		}
	}
	for kind, list := range ids {
		if err := tx.ReadAhead(KindOf(kind), list); err != nil {
			return err
		}
	}
	return nil
}

// fieldNamed finds a field of the document.
func (k *Kind) fieldNamed(name string) *Field {
	for i := range k.fields {
		if k.fields[i].Name == name {
			return &k.fields[i]
		}
	}
	return nil
}
