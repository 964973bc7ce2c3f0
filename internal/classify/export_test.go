package classify

// RowsOf lists the rows of a table that an answer may name.
func RowsOf(t *Table) (out []string) {
	for _, r := range t.order {
		if r.Effect != Proposed {
			out = append(out, r.ID)
		}
	}
	return out
}

// ConsequenceKeys lists what the consequences of a table give.
func ConsequenceKeys(t *Table) (out []string) {
	for _, r := range t.order {
		if r.Effect == Follows {
			out = append(out, r.Gives)
		}
	}
	return out
}

// Parse reads a table.
var Parse = parse

// RowOf returns a row of a table.
func RowOf(t *Table, id string) *Row { return t.rows[id] }
