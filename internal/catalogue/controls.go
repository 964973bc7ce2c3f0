package catalogue

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ShortKey returns the key by which records name a requirement: without the framework for ISO/IEC 42001, and iso-27001:A.5.1 for any other.
func ShortKey(refKey string) string { return strings.TrimPrefix(refKey, ISO42001+":") }

// RefKey returns the framework and key that a short key stands for. An id stays as it is.
func RefKey(short string) string {
	if strings.Contains(short, ":") || uuid.Validate(short) == nil {
		return short
	}
	return ISO42001 + ":" + short
}

// FrameworkOf returns the framework of a short key.
func FrameworkOf(short string) string {
	framework, _, _ := strings.Cut(RefKey(short), ":")
	return framework
}

// ControlsOf lists the controls of a framework that are in force, in the order of the framework: Annex A for ISO/IEC 42001. Those that a newer
// edition has replaced are left out.
func ControlsOf(tx *record.Tx, framework string) ([]*Requirement, error) {
	list, err := query.Each(tx, Requirements, "=/", map[string][]string{
		"framework": {framework}, "kind": {string(Control)}, "status": {string(RequirementActive)},
	})
	list = slices.DeleteFunc(list, func(r *Requirement) bool { return len(r.ReplacedBy) > 0 })
	slices.SortFunc(list, func(a, b *Requirement) int { return a.Position - b.Position })
	return list, err
}

// FindControl finds the control of a framework that a record names by its short key, its whole key or its id. Anything else is a fault of the
// field at the pointer.
func FindControl(tx *record.Tx, named, pointer string) (*Requirement, error) {
	e, err := Requirements.Find(tx, RefKey(named))
	if err == nil && e.Kind == Control && len(e.ReplacedBy) == 0 {
		return e, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	var f fault.Fields
	f.Add(pointer, "unknown_reference/control", "must be a control of a framework, such as A.6.2.4 of ISO/IEC 42001 or iso-27001:A.5.1")
	return nil, f.Err()
}
