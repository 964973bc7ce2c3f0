// Package fault holds the kinds of refusal the server can answer with.
// It imports nothing of ours, so that every layer can name what went wrong.
//
// To add a refusal, write New(kind, key, english, values…) where the rule is, and the line key<TAB>norwegian in api/nb/*.tsv.
// The key is the code. Where one code has several sentences, it is the code, a slash and a variant: "wrong_type/list".
// A new code also needs an entry in api/problems/*.yaml, which says what it means and what to do.
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

// Text is one sentence: an English format and its values. The Norwegian format is found by the key.
type Text struct {
	Key    string
	Format string
	Args   []any
}

// NewText makes a sentence that is part of another one, or that is put into a refusal later.
func NewText(key, format string, args ...any) Text {
	return Text{Key: key, Format: format, Args: args}
}

// codeOf gives the code that a text's key begins with.
func codeOf(key string) string {
	code, _, _ := strings.Cut(key, "/")
	return code
}

// String is the English sentence.
func (t Text) String() string {
	if len(t.Args) == 0 {
		return t.Format
	}
	return fmt.Sprintf(t.Format, t.Args...)
}

// Word is a kind of record, or an action on one, as a value of a sentence. People read its label.
type Word struct{ Kind, Action string }

// String is the word without its label.
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
	Fields   Fields
	Blockers Blockers
	Extra    map[string]any // further members of the problem, such as the state or the earlier event
	cause    error
}

// New makes a refusal.
func New(kind Kind, key, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: codeOf(key), Text: NewText(key, format, args...)}
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

// At says which part of the request the refusal is about, and lists it there as a fault.
func (e *Error) At(pointer string) *Error {
	e.Fields = Fields{{Pointer: pointer, Code: e.Code, Detail: e.Text}}
	return e
}

// BlockedBy lists the refusal as a blocker too, with a link to the record that is the reason for it.
func (e *Error) BlockedBy(link string) *Error {
	e.Blockers = Blockers{{Code: e.Code, Detail: e.Text, Link: link}}
	return e
}

// Unwrap gives the cause.
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

// NewField makes one fault.
func NewField(pointer, key, format string, args ...any) Field {
	return Field{Pointer: pointer, Code: codeOf(key), Detail: NewText(key, format, args...)}
}

// Add notes one fault.
func (f *Fields) Add(pointer, key, format string, args ...any) {
	*f = append(*f, NewField(pointer, key, format, args...))
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

// Add notes one blocker; pointer is where in the record it is mended. The caller may add a link and a person to what it returns.
func (b *Blockers) Add(key, pointer, format string, args ...any) *Blocker {
	*b = append(*b, Blocker{Code: codeOf(key), Pointer: pointer, Detail: NewText(key, format, args...)})
	return &(*b)[len(*b)-1]
}

// Err returns nil without blockers, and otherwise the Conflict error (409) with all of them.
func (b Blockers) Err() error {
	if len(b) == 0 {
		return nil
	}
	e := New(Conflict, "blocked", "something must be in place before this step; blockers lists what")
	e.Blockers = b
	return e
}
