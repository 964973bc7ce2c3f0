package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// unjudged are the members of every document that no decision judges: who wrote and submitted it last, where it lies, its ids in other systems.
var unjudged = []string{"version", "updated_at", "updated_by", "scope", "status", "submitted_at", "submitted_by", "external_refs", "last_decision", "last_rejection"}

// Judged returns a hash of what a decision on a record judges: its document, and what its kind judges beside it. It stays the same when the record only
// gets another state or scope, other ids in other systems, or another person who looks after it.
func (tx *Tx) Judged(r *Row) (string, error) {
	var beside any
	if r.Kind.Judges != nil {
		var err error
		if beside, err = r.Kind.Judges(tx, r); err != nil {
			return "", err
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(r.Doc, &doc); err != nil {
		return "", fmt.Errorf("read %s: %w", r.Number, err)
	}
	for _, name := range slices.Concat(unjudged, r.Kind.Unjudged) {
		delete(doc, name)
	}
	for _, c := range r.Kind.custody {
		list, name, inPart := strings.Cut(c.Path, ".")
		if !inPart {
			delete(doc, c.Path)
			continue
		}
		parts, _ := doc[list].([]any)
		for _, part := range parts {
			if members, ok := part.(map[string]any); ok {
				delete(members, name)
			}
		}
	}
	left, err := json.Marshal([]any{doc, beside}) // with its members in order
	if err != nil {
		return "", fmt.Errorf("hash %s: %w", r.Number, err)
	}
	sum := sha256.Sum256(left)
	return hex.EncodeToString(sum[:]), nil
}
