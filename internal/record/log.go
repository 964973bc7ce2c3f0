package record

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ki-styring/aims/internal/fault"
)

// Authority is the right by which a decision is taken: a role and its scope. The role may come from a body with a mandate, or from the person they are
// deputy for. Where the right is a body's, either the body has decided, or its mandate delegates the action to a position.
type Authority struct {
	Role      string `json:"role" example:"ai_council"`
	Scope     string `json:"scope" example:"/siv/"`
	BodyID    string `json:"body_id,omitempty" format:"uuid" names:"body"`
	Mandate   string `json:"mandate,omitempty" example:"MAND-0001"`
	Edition   int    `json:"edition,omitempty" example:"2"` // edition of the mandate
	DeputyFor string `json:"deputy_for,omitempty" format:"uuid" names:"user"`
	// The decision of the body that was carried out, by its number.
	Decision   string `json:"decision,omitempty" example:"DEC-0004"`
	DecisionID string `json:"decision_id,omitempty" format:"uuid" names:"decision"`
	// The conditions on which the body decided.
	Conditions string `json:"conditions,omitempty" example:"Veilederen prøves i to virksomheter først."`
	// The position to which the mandate delegates the action.
	DelegatedTo string `json:"delegated_to,omitempty" example:"lead"`
	// How long the result may last at most, by the delegation.
	AtMost Duration `json:"at_most,omitempty" example:"P12M"`
	// It was decided in the place of a body: no body with the power covers the scope, or the body has no quorum.
	InPlace bool `json:"in_place"`
} // @name Authority

// Decided says by whom, when and by what right the last decision on a record was taken.
type Decided struct {
	Action    string    `json:"action" example:"approve"`
	By        string    `json:"by" format:"uuid" names:"user"`
	At        time.Time `json:"at"`
	Authority Authority `json:"authority"`
} // @name LastDecision

type subject struct{ kind, id string }

// log appends the event of a write. r is the row after the write.
func (tx *Tx) log(action string, r *Row, s subject) (int64, error) {
	if tx.Now.Before(tx.state.last) {
		return 0, fmt.Errorf("record: %s of %s at %s, after an event at %s", action, r.Number, tx.Now, tx.state.last)
	}
	tx.state.seq++
	seq := tx.state.seq
	tx.state.last = tx.Now
	var sk, si, reason, doc, authority any
	if s.id != "" {
		sk, si = s.kind, s.id
	}
	if tx.reason != "" {
		reason = tx.reason
	}
	if action != "delete" {
		doc = string(r.Doc)
	}
	if r.by != nil {
		raw, err := json.Marshal(r.by)
		if err != nil {
			return 0, fmt.Errorf("log authority: %w", err)
		}
		authority = string(raw)
	}
	err := tx.exec(`INSERT INTO events (seq, id, time, request_id, actor, action, kind, record_id, number, subject_kind, subject_id,
		scope, status, version, schema, reason, doc, authority) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		seq, NewID(), tx.Now.UnixMicro(), tx.RequestID, tx.Actor.ID, action, r.Kind.Name, r.ID, r.Number, sk, si,
		r.Scope, r.Status, r.Version, r.Kind.Schema, reason, doc, authority)
	if err != nil {
		return 0, fmt.Errorf("log event: %w", err)
	}
	return seq, nil
}

// Past returns the row of an earlier version, read from an event.
func (k *Kind) Past(r Row, schema int) (_ *Row, err error) {
	r.Kind, r.Past = k, true
	r.Doc, err = k.Document(schema, r.Doc)
	return &r, err
}

// Document returns the document of an event. One of an earlier schema is converted to the current one.
func (k *Kind) Document(schema int, doc []byte) ([]byte, error) {
	if schema == k.Schema || k.Upcast == nil || len(doc) == 0 {
		return doc, nil
	}
	now, err := k.Upcast(schema, doc)
	if err != nil {
		return nil, fmt.Errorf("read %s of schema %d: %w", k.Name, schema, err)
	}
	return now, nil
}

// NotFound returns the refusal for a record that does not exist, or that the actor may not read.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "there is no such record, or you cannot read it")
}
