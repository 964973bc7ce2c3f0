package access

import "github.com/ki-styring/aims/internal/record"

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

	index int // index of the role in grants.names
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
