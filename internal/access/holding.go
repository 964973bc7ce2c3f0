package access

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// Holding is a role that an actor has: the scope, the dates, and the powers.
type Holding struct {
	Role     string
	Scope    string
	From, To record.Date
	Powers   Powers
	Body     string // the body whose membership gives the role; empty for an assignment
	Mandate  string // the number of the mandate that gives the powers; shown in refusals
	Edition  int
	While    *While // valid only while this person has the role too, and limited to that person's powers
	Deputy   string // the absent person; empty unless the role is held as a deputy
	Position string // the position in the body: lead
	// Delegated are the actions of the body that its mandate delegates to this position.
	Delegated []Delegation
	Only      bool // it gives nothing but the delegated actions

	index int // index of the role in grants.names
}

// Delegation is an action of a body that one of its members may take alone.
type Delegation struct {
	record.Permission
	Conditions []Condition     // all must hold for the record
	AtMost     record.Duration // the longest result; no limit when empty
}

// Condition tests a fact of a record.
type Condition struct {
	Fact   string
	Values []string
}

// delegated returns the delegation by which the holder may take a body's action alone, or nil. Without a record, any delegation of the action counts.
func (h *Holding) delegated(p record.Permission, m *record.Meta) *Delegation {
	for i := range h.Delegated {
		d := &h.Delegated[i]
		if d.Permission == p && (m == nil || !slices.ContainsFunc(d.Conditions, func(c Condition) bool { return !slices.Contains(c.Values, m.Fact(c.Fact)) })) {
			return d
		}
	}
	return nil
}

// gives reports whether the holding can give a permission at all.
func (h *Holding) gives(p record.Permission) bool { return !h.Only || h.delegated(p, nil) != nil }

// Deciders are the bodies that can decide, and who decides in their place where there is none.
type Deciders struct {
	Bodies []Deciding
	Roles  []string // the roles that seats on bodies give
	// InPlace gives the role that takes an action in a scope without such a body.
	InPlace func(p record.Permission, scope string) string
}

// Deciding is a body whose mandate in force gives it the power to decide, with the role of its members.
type Deciding struct {
	ID, Role, Scope string
	From, To        record.Date
	// StoodIn is set while top management decides in the place of the body, because it has had no quorum for too long.
	StoodIn bool
}

// over returns the body with this role that covers a scope on a day, or nil.
func (d Deciders) over(role, scope string, today record.Date) (found *Deciding) {
	for i := range d.Bodies {
		b := &d.Bodies[i]
		if b.Role == role && record.Covers(b.Scope, scope) && (b.From == "" || b.From <= today) && (b.To == "" || today <= b.To) && (found == nil || found.StoodIn) {
			found = b
		}
	}
	return found
}

// While makes a role depend on another person's role. The role of an API key depends on the person responsible for the key. A deputy's role depends
// on the absent person.
type While struct{ Person, Role, Scope string }

// Powers is the set of powers that a body's mandate gives to its roles.
type Powers uint8

// An assignment needs no mandate, so it has every power.
const (
	None Powers = 1 << iota
	Propose
	Advise
	Decide
	Every = None | Propose | Advise | Decide
)

var powerNames = map[string]Powers{"": None, "propose": Propose, "advise": Advise, "decide": Decide}

// PowersOf returns the powers with these names. Every mandate includes None.
func PowersOf(names []string) Powers {
	p := None
	for _, n := range names {
		p |= powerNames[n]
	}
	return p
}

// Person is what is known about an actor's rights. The separation of duties treats the acts of Kin as the actor's own.
type Person struct {
	Holdings []Holding
	Kin      []Kin
}

// Kin is a principal or a deputy of an actor. On a day from From to To, all acts of the Kin count as the actor's. Acts done on such a day count at
// any later time too.
type Kin struct {
	Person   string
	From, To record.Date
}

func (k Kin) on(day record.Date) bool {
	return (k.From == "" || day >= k.From) && (k.To == "" || day <= k.To)
}

// CustomRole is a role that this installation has defined: a key and its grants.
type CustomRole struct {
	Key    string
	Grants []Grant
}

// Grant is one row of policies/grants.csv, or one grant of a custom role.
type Grant struct {
	Object string   `json:"object" validate:"required,max=60" example:"risk"`
	Action string   `json:"action" validate:"required,max=60" example:"read"`
	Reach  string   `json:"reach" validate:"required,oneof=below above" example:"below" enums:"below,above"`
	States []string `json:"states" validate:"max=20,dive,max=40"`
	Power  string   `json:"power,omitempty" validate:"omitempty,oneof=propose advise decide" enums:"propose,advise,decide"`
}
