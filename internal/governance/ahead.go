package governance

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// seatsOf and mandatesOf are the cache keys for a body's members and mandates that were read in advance.
type (
	seatsOf    struct{ body string }
	mandatesOf struct{ body string }
)

// ReadAhead loads what the rules of these records need: their bodies, and the members and mandates of those bodies. It takes as many
// statements for many records as for one. The records must have the fact body_id.
func ReadAhead(tx *record.Tx, rows []*record.Row) error {
	seats, mandates := map[string][]*Membership{}, map[string][]*Mandate{}
	var ids []string
	for _, r := range rows {
		id := r.Meta.Fact("body_id")
		if _, twice := seats[id]; id == "" || twice || tx.Noted(seatsOf{id}) != nil {
			continue
		}
		ids = append(ids, id)
		seats[id], mandates[id] = []*Membership{}, []*Mandate{}
	}
	if len(ids) == 0 || tx.Writing() {
		return nil
	}
	if err := tx.ReadAhead(Bodies.Kind, ids); err != nil {
		return err
	}
	members, err := query.Each(tx, Memberships, "/", map[string][]string{"body_id": ids, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, m := range members {
		seats[m.BodyID] = append(seats[m.BodyID], m)
	}
	all, err := query.Each(tx, Mandates, "/", map[string][]string{"body_id": ids})
	if err != nil {
		return err
	}
	for _, m := range all {
		mandates[m.BodyID] = append(mandates[m.BodyID], m)
	}
	for _, id := range ids {
		tx.Note(seatsOf{id}, seats[id])
		tx.Note(mandatesOf{id}, mandates[id])
	}
	return nil
}

// activeSeats returns the memberships of a body that are confirmed and have not ended.
func activeSeats(tx *record.Tx, bodyID string) ([]*Membership, error) {
	if known, ok := tx.Noted(seatsOf{bodyID}).([]*Membership); ok {
		return known, nil
	}
	return query.Each(tx, Memberships, "/", map[string][]string{"body_id": {bodyID}, "status": {"active"}})
}

// mandatesOfBody returns the mandates of a body in the given states, or in any state when none is given.
func mandatesOfBody(tx *record.Tx, bodyID string, states ...string) ([]*Mandate, error) {
	known, ok := tx.Noted(mandatesOf{bodyID}).([]*Mandate)
	if !ok {
		return query.Each(tx, Mandates, "/", map[string][]string{"body_id": {bodyID}, "status": states})
	}
	var out []*Mandate
	for _, m := range known {
		if len(states) == 0 || slices.Contains(states, string(m.Status)) {
			out = append(out, m)
		}
	}
	return out, nil
}
