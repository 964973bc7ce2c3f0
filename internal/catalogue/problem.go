package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
)

// Problem is one fault of a file, with its place. Line and Column count from 1. Path is an RFC 6901 pointer.
type Problem struct {
	File         string
	Line, Column int
	Path, Code   string
	Detail       fault.Text // also names the line, for callers of the API
}

// String returns the problem as one line: file:line, the path and the detail. Editors can open such a line.
func (p Problem) String() string {
	at := fmt.Sprintf("%s:%d: ", p.File, p.Line)
	if p.Path != "" {
		at += p.Path + ": "
	}
	return at + strings.TrimPrefix(p.Detail.String(), fmt.Sprintf("line %d: ", p.Line))
}

// Refusal returns the fault invalid_file, which lists all problems, or nil when there are none.
func Refusal(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	kind := fault.Invalid
	if slices.ContainsFunc(problems, func(p Problem) bool { return p.Code == "bad_yaml" }) {
		kind = fault.Malformed
	}
	if slices.ContainsFunc(problems, func(p Problem) bool { return p.Code == "file_too_large" }) {
		kind = fault.TooLarge
	}
	e := fault.New(kind, "invalid_file", "the file cannot be loaded; errors lists every fault with its line")
	for _, p := range problems {
		e.Fields = append(e.Fields, fault.Field{Pointer: p.Path, Code: p.Code, Detail: p.Detail, Line: p.Line})
	}
	return e
}
