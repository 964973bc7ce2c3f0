package control

import "github.com/ki-styring/aims/internal/record"

// CompareStatements compares two statements that the caller may read.
func CompareStatements(tx *record.Tx, from, to string) (*Comparison, error) {
	later, err := Statements.Get(tx, to)
	if err != nil {
		return nil, err
	}
	earlier, err := Statements.Get(tx, from)
	if err != nil {
		return nil, err
	}
	c := Compare(earlier, later)
	return &c, nil
}
