package control

import (
	"reflect"
	"strings"
)

// Comparison says what differs between two statements of applicability.
type Comparison struct {
	From      string      `json:"from" format:"uuid"`
	To        string      `json:"to" format:"uuid"`
	Added     []Row       `json:"added"`
	Removed   []Row       `json:"removed"`
	Changed   []RowChange `json:"changed"`
	Unchanged int         `json:"unchanged"`
} // @name StatementComparison

// RowChange is a row that differs between the two statements.
type RowChange struct {
	Requirement string        `json:"requirement"` // empty for own controls
	ControlID   string        `json:"control_id,omitempty" format:"uuid" names:"control"`
	Title       string        `json:"title"`
	Fields      []FieldChange `json:"fields"`
} // @name StatementRowChange

// FieldChange is a field that differs, with both values: a text, or a list of ids.
type FieldChange struct {
	Field string `json:"field" example:"applicability"`
	From  any    `json:"from"`
	To    any    `json:"to"`
} // @name StatementFieldChange

// compared are the fields of a row that are compared. The control's id and version are left out.
var compared = []string{
	"title", "applicability", "justification", "implementation_status", "owner_id", "evidence", "risk_ids", "obligation_ids",
}

// Compare returns the differences between two statements. Rows are paired by requirement, and rows of own controls by control id.
func Compare(from, to *Statement) Comparison {
	c := Comparison{From: from.ID, To: to.ID, Added: []Row{}, Removed: []Row{}, Changed: []RowChange{}}
	earlier := make(map[string]Row, len(from.Rows))
	for _, r := range from.Rows {
		earlier[r.identity()] = r
	}
	for _, r := range to.Rows {
		was, ok := earlier[r.identity()]
		if !ok {
			c.Added = append(c.Added, r)
			continue
		}
		delete(earlier, r.identity())
		if fields := changes(was, r); len(fields) > 0 {
			c.Changed = append(c.Changed, RowChange{r.Requirement, r.ControlID, r.Title, fields})
			continue
		}
		c.Unchanged++
	}
	for _, r := range from.Rows {
		if _, gone := earlier[r.identity()]; gone {
			c.Removed = append(c.Removed, r)
		}
	}
	return c
}

func (r Row) identity() string {
	if r.Requirement != "" {
		return r.Requirement
	}
	return r.ControlID
}

func changes(from, to Row) []FieldChange {
	var out []FieldChange
	a, b := fieldsOf(from), fieldsOf(to)
	for _, name := range compared {
		if !reflect.DeepEqual(a[name], b[name]) {
			out = append(out, FieldChange{name, a[name], b[name]})
		}
	}
	return out
}

func fieldsOf(r Row) map[string]any {
	v := reflect.ValueOf(r)
	out := make(map[string]any, v.NumField())
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		out[name] = v.Field(i).Interface()
	}
	return out
}
