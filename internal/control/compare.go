package control

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
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
	"title", "applicability", "justification", "implementation_status", "verification", "owner_id", "evidence", "risk_ids", "obligation_ids",
}

// decided are the fields of a row that an approval rests on. Who looks after a control is not among them, and neither are risks: they come and go with
// their treatments.
var decided = []string{"control_id", "title", "applicability", "justification", "implementation_status", "verification", "evidence", "obligation_ids"}

// Differences lists the rows that differ in what an approval rests on. A row that only one of the two has is listed by its control.
func Differences(from, to []Row) []RowChange {
	out := []RowChange{}
	later := make(map[string]Row, len(to))
	for _, r := range to {
		later[r.identity()] = r
	}
	for _, r := range from {
		now, there := later[r.identity()]
		delete(later, r.identity())
		switch fields := changes(r, now, decided); {
		case !there:
			out = append(out, RowChange{r.Requirement, r.ControlID, r.Title, []FieldChange{{"control_id", r.ControlID, ""}}})
		case len(fields) > 0:
			out = append(out, RowChange{r.Requirement, cmp.Or(now.ControlID, r.ControlID), r.Title, fields})
		}
	}
	for _, r := range to {
		if _, fresh := later[r.identity()]; fresh {
			out = append(out, RowChange{r.Requirement, r.ControlID, r.Title, []FieldChange{{"control_id", "", r.ControlID}}})
		}
	}
	return out
}

// name is what people call the row.
func (c RowChange) name() string { return cmp.Or(c.Requirement, c.Title) }

// pointer is where the row stands among others, or would stand.
func (c RowChange) pointer(rows []Row) string {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.identity() == cmp.Or(c.Requirement, c.ControlID) })
	if i < 0 {
		i = len(rows)
	}
	return "/rows/" + strconv.Itoa(i)
}

// same reports whether two lists of changes read the same. One that was stored holds plain JSON values.
func same(a, b []RowChange) bool {
	x, errX := plain(a)
	y, errY := plain(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func plain(list []RowChange) (v any, err error) {
	raw, err := json.Marshal(list)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	return v, err
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
		if fields := changes(was, r, compared); len(fields) > 0 {
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

func changes(from, to Row, fields []string) []FieldChange {
	var out []FieldChange
	a, b := fieldsOf(from), fieldsOf(to)
	for _, name := range fields {
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
