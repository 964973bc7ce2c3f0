package governance

import (
	"cmp"
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// A member counts once in a body. A person with two seats is one member. So is an organisation with a seat of its own and a person who represents it.

// otherSeats returns the memberships that are a further seat of a member, with the membership that counts instead. left are the persons who have left.
// A seat with a vote by these rules counts before one without. The seat of an organisation counts on its own where only seats without a vote represent
// it, as that of a secretary.
func otherSeats(all []*Membership, rules Rules, left map[string]bool) map[string]string {
	out, persons, organisations := map[string]string{}, map[string]string{}, map[string]string{}
	ranked := slices.Clone(all)
	slices.SortStableFunc(ranked, func(a, b *Membership) int { return rules.rank(a) - rules.rank(b) })
	for _, m := range ranked {
		if m.UserID == "" {
			continue
		}
		if first, known := persons[m.UserID]; known {
			out[m.ID] = first
			continue
		}
		persons[m.UserID] = m.ID
		if of := cmp.Or(m.OnBehalfOf, m.OrganisationID); of != "" && organisations[of] == "" && !left[m.UserID] && rules.Votes(m.Position) {
			organisations[of] = m.ID
		}
	}
	for _, m := range ranked {
		if m.UserID != "" {
			continue
		}
		if first, known := organisations[m.OrganisationID]; known {
			out[m.ID] = first
		} else {
			organisations[m.OrganisationID] = m.ID
		}
	}
	return out
}

// rank is the place of a membership among those of the same member: first those with a vote, then by position.
func (r Rules) rank(m *Membership) int {
	place := slices.IndexFunc(Positions, func(p record.Choice) bool { return p.Value == string(m.Position) })
	if !r.Votes(m.Position) {
		place += len(Positions)
	}
	return place
}

// countedAs returns the membership that counts for the member with this one.
func (c *Constitution) countedAs(id string) string {
	if s := c.seat(id); s != nil {
		return cmp.Or(s.CountedAs, id)
	}
	return id
}

// there reports whether the member with this membership took part, in this seat or in another.
func (c *Constitution) there(a *Attended, id string) bool {
	return slices.ContainsFunc(a.Attendance, func(x Attendance) bool { return x.Presence.There() && c.countedAs(x.MembershipID) == c.countedAs(id) })
}
