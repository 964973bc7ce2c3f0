package governance

import (
	"cmp"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// BodySummary is a short form of a body.
type BodySummary struct {
	ID      string      `json:"id" format:"uuid"`
	Number  string      `json:"number" example:"BODY-0001"`
	Name    record.Text `json:"name"`
	Kind    BodyKind    `json:"kind"`
	Purpose record.Text `json:"purpose"`
	Status  BodyStatus  `json:"status"`
} // @name BodySummary

// MandateSummary is a short form of a mandate and the powers it gives.
type MandateSummary struct {
	ID            string        `json:"id" format:"uuid"`
	Number        string        `json:"number" example:"MAN-0001"`
	Edition       int           `json:"edition" example:"1"`
	Title         string        `json:"title"`
	Status        MandateStatus `json:"status"`
	Powers        []Power       `json:"powers"`
	ValidFrom     record.Date   `json:"valid_from"`
	ValidTo       record.Date   `json:"valid_to"`
	EvaluationDue record.Date   `json:"evaluation_due"`
} // @name MandateSummary

// PositionGroup is the members in one position.
type PositionGroup struct {
	Position Position    `json:"position" example:"member"`
	Label    record.Text `json:"label"`
	Members  []Seat      `json:"members"`
} // @name BodyPositionGroup

// Seat is one member: an organisation, a person, or a person who represents an organisation.
type Seat struct {
	MembershipID   string `json:"membership_id" format:"uuid" names:"membership"`
	UserID         string `json:"user_id,omitempty" format:"uuid" names:"user"`
	Name           string `json:"name,omitempty" example:"Kari Nordmann"` // of the person; null when there is none, or when it is erased
	OrganisationID string `json:"organisation_id,omitempty" format:"uuid" names:"organisation"`
	Organisation   string `json:"organisation"`
	OnBehalfOf     string `json:"on_behalf_of"`
	// The person of the seat has left.
	Vacant bool `json:"vacant"`
	// The seat that counts for the same member. Left out for a seat that counts itself.
	CountedAs string      `json:"counted_as,omitempty" format:"uuid" names:"membership"`
	ValidFrom record.Date `json:"valid_from"`
	ValidTo   record.Date `json:"valid_to"`
} // @name BodySeat

// Mention is a short form of a record.
type Mention struct {
	ID     string      `json:"id" format:"uuid"`
	Number string      `json:"number" example:"CASE-0004"`
	Title  string      `json:"title"`
	Status string      `json:"status" example:"admitted"`
	On     record.Date `json:"on"`
} // @name Mention

// SummaryOf returns the short form of a body.
func SummaryOf(b *Body) BodySummary {
	return BodySummary{ID: b.ID, Number: b.Number, Name: b.Name, Kind: b.Kind, Purpose: b.Purpose, Status: b.Status}
}

// MandateSummaryOf returns the short form of a mandate, or nil for nil.
func MandateSummaryOf(m *Mandate) *MandateSummary {
	if m == nil {
		return nil
	}
	return &MandateSummary{
		ID: m.ID, Number: m.Number, Edition: m.Edition, Title: m.Title, Status: m.Status, Powers: m.Powers,
		ValidFrom: m.ValidFrom, ValidTo: m.ValidTo, EvaluationDue: m.EvaluationDue,
	}
}

// ReadableOf reads the records of a body that the actor may read.
func ReadableOf[E any, P interface {
	*E
	Row() *record.Row
}](tx *record.Tx, repo record.Repo[E], bodyID string) ([]*E, error) {
	all, err := query.Each(tx, repo, "/", map[string][]string{"body_id": {bodyID}})
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, e := range all {
		if tx.Visible(P(e).Row()) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// ByPosition groups members by position, with the seats that were vacant at an instant, and those that do not count by these rules because their member
// has another.
func ByPosition(tx *record.Tx, all []*Membership, rules Rules, at time.Time) ([]PositionGroup, error) {
	left, err := vacant(tx, all, at)
	if err != nil {
		return nil, err
	}
	others := otherSeats(all, rules, left)
	out := []PositionGroup{}
	for _, p := range Positions {
		g := PositionGroup{Position: Position(p.Value), Label: p.Label, Members: []Seat{}}
		for _, m := range all {
			if string(m.Position) != p.Value {
				continue
			}
			s := Seat{
				MembershipID: m.ID, UserID: m.UserID, OrganisationID: m.OrganisationID, Vacant: left[m.UserID], CountedAs: others[m.ID],
				ValidFrom: m.ValidFrom, ValidTo: m.ValidTo,
			}
			if s.Name, err = person(tx, m.UserID); err != nil {
				return nil, err
			}
			if s.Organisation, err = organisation(tx, m.OrganisationID, ""); err != nil {
				return nil, err
			}
			if s.OnBehalfOf, err = organisation(tx, m.OnBehalfOf, m.OnBehalfOf); err != nil {
				return nil, err
			}
			g.Members = append(g.Members, s)
		}
		if len(g.Members) > 0 {
			out = append(out, g)
		}
	}
	return out, nil
}

// person returns the name of a person, which everybody signed in may know.
func person(tx *record.Tx, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	row, err := tx.Person(id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return row.Field("name").String(), nil
}

// organisation returns the name of an organisation that the actor may read, and the given name otherwise.
func organisation(tx *record.Tx, id, called string) (string, error) {
	if id == "" {
		return called, nil
	}
	row, err := tx.Load(record.KindOf("organisation"), id)
	if fault.Is(err, fault.NotFound) {
		return called, nil
	}
	if err != nil {
		return "", err
	}
	return cmp.Or(row.Title(), called), nil
}
