package catalogue

import (
	"slices"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// AnnexA lists the active controls of Annex A of ISO/IEC 42001, in the order of the standard.
func AnnexA(tx *record.Tx) ([]*Requirement, error) {
	list, err := query.Each(tx, Requirements, "=/", map[string][]string{
		"framework": {ISO42001}, "kind": {string(Control)}, "status": {string(RequirementActive)},
	})
	slices.SortFunc(list, func(a, b *Requirement) int { return a.Position - b.Position })
	return list, err
}

// AnnexAControl finds a control of Annex A by its key, such as A.6.2.4, or by its id. Anything else is a fault of the field requirement.
func AnnexAControl(tx *record.Tx, key string) (*Requirement, error) {
	if uuid.Validate(key) != nil {
		key = ISO42001 + ":" + key
	}
	e, err := Requirements.Find(tx, key)
	if err == nil && e.Framework == ISO42001 && e.Kind == Control {
		return e, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	var f fault.Fields
	f.Add("/requirement", "unknown_reference/annex_a", "must be a control of Annex A")
	return nil, f.Err()
}
