package conn

import "strings"

// Marks are the parameters of a list: (?,?,?).
func Marks(n int) string { return `(?` + strings.Repeat(`,?`, n-1) + `)` }

// Anys gives texts as the arguments of a statement.
func Anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// Texts reads a statement that answers one text a row.
func Texts(c Conn, q string, args ...any) ([]string, error) {
	rows, err := c.Query(q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// Quoted keeps a column's name from being read as a word of SQL, such as order.
func Quoted(name string) string { return `"` + name + `"` }
