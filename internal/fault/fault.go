// Package fault has the kinds of refusal that the server answers with. It imports no other package of AIMS, so that every layer can use it.
package fault

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind is the family of a refusal. The API maps each kind to one HTTP status.
type Kind int

// The kinds, in the order of the checks that raise them.
const (
	Malformed        Kind = iota // the request cannot be read at all
	Unauthenticated              // nobody is signed in
	Forbidden                    // readable, but not allowed
	NotFound                     // absent, or out of the caller's scope
	MethodNotAllowed             // the path exists, the method does not
	NotAcceptable                // no representation the caller accepts
	Conflict                     // the record's state does not allow it
	Stale                        // the caller read an older version
	TooLarge                     // the body is over the limit
	UnsupportedMedia             // the body's media type is not read here
	Invalid                      // the content breaks a rule
	VersionRequired              // a write without the version it was based on
	TooMany                      // throttled
	Unavailable                  // the server cannot answer safely right now
)

// Text is one sentence: an English format and its values. The format is also the key of the Norwegian translation.
type Text struct {
	Format string
	Args   []any
}

// String returns the English sentence.
func (t Text) String() string {
	if len(t.Args) == 0 {
		return t.Format
	}
	return fmt.Sprintf(t.Format, t.Args...)
}

// Word is the name of a kind of record, or of an action on one, inside a sentence. People read its label.
type Word struct{ Kind, Action string }

// String returns the name with spaces between its words.
func (w Word) String() string {
	return strings.NewReplacer("_", " ", "-", " ").Replace(cmp.Or(w.Action, w.Kind))
}

// Field is one fault in a body or parameter. Pointer is an RFC 6901 pointer into
// the body, or "?name" for a query parameter.
type Field struct {
	Pointer string
	Code    string
	Detail  Text
	Line    int // the line in an imported file, from 1; 0 when there is none
}

// Blocker is a condition that must be met before a transition, with the place where it can be met.
type Blocker struct {
	Code    string
	Detail  Text
	Pointer string
	Link    string
	Who     string
}

// Error is a refusal: a kind and a code for the machine, a sentence for the
// caller, and a cause that is logged and never shown.
type Error struct {
	Kind     Kind
	Code     string
	Text     Text
	Fields   []Field
	Blockers []Blocker
	Extra    map[string]any // further members of the problem, such as the state or the earlier event
	cause    error
}

// New returns a refusal. The format is English and has a Norwegian translation.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Text: Text{Format: format, Args: args}}
}

// Error implements error with the English sentence.
func (e *Error) Error() string {
	s := e.Code + ": " + e.Text.String()
	for _, f := range e.Fields {
		s += "; " + f.Pointer + " " + f.Code
	}
	for _, b := range e.Blockers {
		s += "; " + b.Code
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Because sets the cause, for the log.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// With adds a member to the problem in the answer; Problem in package api has a field for each.
func (e *Error) With(name string, value any) *Error {
	if e.Extra == nil {
		e.Extra = map[string]any{}
	}
	e.Extra[name] = value
	return e
}

// As returns the refusal inside err, or nil when there is none.
func As(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return nil
}

// Allowed converts the result of a check: true for nil, false for a refusal, and any other error unchanged.
func Allowed(err error) (bool, error) {
	if As(err) != nil {
		return false, nil //nolint:nilerr // a refusal means not allowed
	}
	return err == nil, err
}

// Is reports whether err is a refusal of that kind.
func Is(err error, kind Kind) bool {
	e := As(err)
	return e != nil && e.Kind == kind
}

// Fields collects every fault of a body, so that one answer has them all.
type Fields []Field

// Add adds one fault.
func (f *Fields) Add(pointer, code, format string, args ...any) {
	*f = append(*f, Field{Pointer: pointer, Code: code, Detail: Text{Format: format, Args: args}})
}

// Join adds further faults, except at a pointer that has a fault already.
func (f *Fields) Join(more ...Field) {
	known := *f
	for _, x := range more {
		if !known.At(x.Pointer) {
			*f = append(*f, x)
		}
	}
}

// At reports whether there is a fault at a pointer.
func (f Fields) At(pointer string) bool {
	return slices.ContainsFunc(f, func(x Field) bool { return x.Pointer == pointer })
}

// Err returns nil without faults, and otherwise the Invalid error (422) with all of them.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	e := New(Invalid, "invalid_content", "the content breaks a rule; errors lists every fault")
	e.Fields = f
	return e
}

// Blockers collects the unmet conditions of a transition.
type Blockers []Blocker

// Add adds one blocker; pointer is the place in the record where it can be met.
func (b *Blockers) Add(code, pointer, format string, args ...any) {
	*b = append(*b, Blocker{Code: code, Pointer: pointer, Detail: Text{Format: format, Args: args}})
}

// Err returns nil without blockers, and otherwise the Conflict error (409) with all of them.
func (b Blockers) Err() error {
	if len(b) == 0 {
		return nil
	}
	e := New(Conflict, "blocked", "something is missing before this step; blockers lists it")
	e.Blockers = b
	return e
}
