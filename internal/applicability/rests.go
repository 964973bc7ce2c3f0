package applicability

import (
	"slices"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/record"
)

// What rests on what. A verification rests on its evidence. A draft and an approved statement rest on the evidence and the controls in their rows.
// Changes of controls by hand are followed by FollowControls, once for all controls of a batch.
var (
	_ = control.Repo.RestsOn(record.Rest[control.Control]{
		On: "evidence", By: []string{"verified.evidence.evidence_id"}, When: []string{"update", "renew", "expire", "retire"}, Verb: "lapse",
		Apply: func(tx *record.Tx, c *control.Control, ch record.Change) (bool, error) {
			e, err := evidence.Repo.Decode(tx, ch.Row)
			if err != nil {
				return false, err
			}
			return c.Lapse(e.ID, e.Edition, ended(e.Status), tx.Now), nil
		},
	})
	_ = control.Statements.RestsOn(
		restsOn("control", []string{"rows.control_id", "rows.inherited_from"}, []string{"lapse", "carry-over"}, "compile", draftFollows),
		restsOn("control", []string{"rows.control_id", "rows.inherited_from"}, []string{"lapse", "carry-over"}, "drift", drifts),
		restsOn("evidence", []string{"rows.evidence.evidence_id"}, []string{"update", "renew", "expire", "retire"}, "compile", draftFollows),
		restsOn("evidence", []string{"rows.evidence.evidence_id"}, []string{"update", "renew", "expire", "retire"}, "drift", drifts),
	)
)

// ended says why evidence in a state verifies nothing; it is empty for evidence in force.
func ended(s evidence.Status) control.LapseReason {
	switch s {
	case evidence.Expired:
		return control.EvidenceExpired
	case evidence.Retired:
		return control.EvidenceRetired
	default:
		return ""
	}
}

// cited is a piece of evidence as it is now, for a record that rests on it.
func cited(e *evidence.Evidence) control.Cited {
	return control.Cited{
		EvidenceID: e.ID, Number: e.Number, Edition: e.Edition, Title: e.Title, URL: e.URL, SHA256: e.SHA256, CollectedOn: e.CollectedOn, ValidUntil: e.ValidUntil,
	}
}

func restsOn(kind string, by, when []string, verb string, apply func(*record.Tx, *control.Statement) (bool, error)) record.Rest[control.Statement] {
	return record.Rest[control.Statement]{On: kind, By: by, When: when, Verb: verb, Apply: func(tx *record.Tx, s *control.Statement, _ record.Change) (bool, error) {
		return apply(tx, s)
	}}
}

// ReviseEvidence changes a piece of evidence. Where a verification, an approved record or a conclusion rests on its content, the change makes the next
// edition.
func ReviseEvidence(tx *record.Tx, ref record.Ref, fn func(*evidence.Evidence) error) (*evidence.Evidence, error) {
	return evidence.Revise(tx, ref, func(e *evidence.Evidence) (bool, error) { return inUse(tx, e) }, fn)
}

// inUse reports whether a verification or the judgement of a clause rests on the content of a piece of evidence, or a record that can no longer be edited.
func inUse(tx *record.Tx, e *evidence.Evidence) (bool, error) {
	rows, err := tx.ReferredBy(e.ID)
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		used := !row.Kind.Fits("update", row.Status)
		switch row.Kind {
		case control.Repo.Kind:
			c, err := control.Repo.Decode(tx, row)
			if err != nil {
				return false, err
			}
			used = c.RestsOn(e.ID, e.Edition)
		case control.Statements.Kind:
			s, err := control.Statements.Decode(tx, row)
			if err != nil {
				return false, err
			}
			used = used && s.RestsOn(e.ID, e.Edition)
		case catalogue.Judgements.Kind:
			j, err := catalogue.Judgements.Decode(tx, row)
			if err != nil {
				return false, err
			}
			used = j.Judgement == catalogue.Conforms && slices.Contains(j.Evidence, e.ID)
		}
		if used {
			return true, nil
		}
	}
	return false, nil
}
