package access

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// verdict is the result of a check, with the reasons against it.
type verdict struct {
	granted      bool
	by           *Holding         // the role that grants it
	byKey        bool             // a key would take a decision
	unauthorised bool             // a role grants it that lacks the authority
	lacks        *Holding         // a body's role grants it whose mandate lacks the power
	undecided    *Holding         // a seat on a body grants it, and the body has neither decided nor delegated it
	delegation   *Delegation      // by which a member of a body may act alone
	inPlace      bool             // no body with the power covers the scope, and the role decides in its place
	stoodIn      string           // the body in whose place the role decides, because it has no quorum
	earlier      *record.PriorAct // the actor's earlier hand on the record
	able         record.Labels    // the roles that allow it, where a refusal names them
}

func (v verdict) allows() bool { return v.granted && v.earlier == nil }

func (g *Guard) verdict(tx *record.Tx, p record.Permission, t record.Target) (v verdict, err error) {
	if tx.Actor == record.System {
		return verdict{granted: true}, nil
	}
	if tx.Actor.Service && g.rules.act(p).deciding {
		return verdict{byKey: true}, nil
	}
	w, err := g.at(tx)
	if err != nil {
		return v, err
	}
	me, err := g.person(tx, w, tx.Actor.ID)
	if err != nil {
		return v, err
	}
	today := record.DateOf(tx.Now)
	if tx.Following() && p == tx.Permission {
		return verdict{granted: true, earlier: g.earlier(tx, p, t, me, today)}, nil
	}
	row := w.grants.row(p)
	for i := 0; i < len(me.Holdings) && !v.granted; i++ {
		h := &me.Holdings[i]
		c := w.grants.cell(row, h.index, p)
		below, above := record.Covers(h.Scope, t.Scope), record.Covers(t.Scope, h.Scope)
		if !below && !above && c.any.own|c.any.about == 0 || !h.gives(p) {
			continue
		}
		powers, err := g.powers(tx, w, h, today, 0)
		if err != nil {
			return v, err
		}
		if powers == 0 {
			continue
		}
		mask := c.mask(t, reached{below: below, above: above})
		if mask&powers == 0 {
			by, err := named(tx, c, h, p, t)
			if err != nil {
				return v, err
			}
			mask |= c.mask(t, by)
		}
		switch {
		case mask == 0:
		case mask&powers == 0:
			v.lacks = h
		case t.Meta != nil && !g.rules.authorised(p, t.Meta, h.Role):
			if v.inPlace, v.stoodIn, err = g.standsIn(tx, w, p, t, h, today); err != nil {
				return v, err
			}
			v.granted, v.unauthorised = v.inPlace, !v.inPlace
			if v.granted {
				v.by = h
			}
		case h.Body != "" && g.rules.ofBody[p] && mask&Decide != 0:
			if v.delegation = h.delegated(p, t.Meta); v.delegation == nil {
				v.undecided = h
				continue
			}
			v.granted, v.by = true, h
		default:
			v.granted, v.by = true, h
		}
	}
	if v.granted {
		v.earlier = g.earlier(tx, p, t, me, today)
	}
	return v, nil
}

// standsIn reports whether a role decides in the place of a body: the action is one of bodies, the record's authority names a role of bodies, and no body
// with that role and the power to decide covers the scope. A body without quorum in whose place top management decides is returned.
func (g *Guard) standsIn(tx *record.Tx, w *snapshot, p record.Permission, t record.Target, h *Holding, today record.Date) (bool, string, error) {
	a := g.rules.authority(p, t.Meta)
	if no, ok := g.rules.answersNo[p]; ok {
		p = no
	}
	if !g.rules.ofBody[p] || h.Body != "" || a == nil {
		return false, "", nil
	}
	deciders, err := g.decidersOf(tx, w)
	if err != nil {
		return false, "", err
	}
	for _, role := range a.roles {
		if !slices.Contains(deciders.Roles, role) {
			continue
		}
		switch body := deciders.over(role, t.Scope, today); {
		case body == nil:
			return h.Role == "top_management" || h.Role == deciders.InPlace(p, t.Scope), "", nil
		case body.StoodIn && h.Role == "top_management":
			return true, body.ID, nil
		}
	}
	return false, "", nil
}

// refusal returns the error for a verdict, or nil when the actor is allowed.
func (v verdict) refusal(p record.Permission) *fault.Error {
	kind, act := fault.Word{Kind: p.Object}, fault.Word{Kind: p.Object, Action: p.Action}
	switch lacks := v.lacks; {
	case v.allows():
		return nil
	case v.byKey:
		return fault.New(fault.Forbidden, "person_needed", "only a person can take a decision, not an API key")
	case v.earlier != nil:
		return fault.New(fault.Forbidden, "separation_of_duties",
			`somebody else must do the action "%s" (%s): you, or somebody you act for, have done "%s" on the same record`, act, kind, fault.Word{Kind: p.Object, Action: v.earlier.Action}).
			With("earlier_action", v.earlier.Action).With("earlier_seq", v.earlier.Seq)
	case v.undecided != nil:
		return fault.New(fault.Forbidden, "decision_needed",
			`the action "%s" (%s) is the body's: it takes its decision about this record, or a delegation in its mandate (%s, edition %d)`, act, kind, v.undecided.Mandate, v.undecided.Edition).
			With("body_id", v.undecided.Body).With("mandate", v.undecided.Mandate).With("edition", v.undecided.Edition)
	case v.unauthorised:
		return fault.New(fault.Forbidden, "authority_missing", `only these roles can do the action "%s" on this record (%s): %s`, act, kind, v.able)
	case lacks != nil && lacks.Mandate == "":
		return fault.New(fault.Forbidden, "power_missing/no_mandate_for", `the action "%s" (%s) takes a mandate in force that gives the power for it, and the body has none`, act, kind).With("body_id", lacks.Body)
	case lacks != nil:
		return fault.New(fault.Forbidden, "power_missing/action",
			`the body's mandate (%s, edition %d) does not give the power for the action "%s" (%s)`, lacks.Mandate, lacks.Edition, act, kind).
			With("body_id", lacks.Body).With("mandate", lacks.Mandate).With("edition", lacks.Edition)
	case len(v.able) > 0:
		return fault.New(fault.Forbidden, "forbidden/roles", `none of your roles here allows the action "%s" (%s); these roles do: %s`, act, kind, v.able)
	default:
		return fault.New(fault.Forbidden, "forbidden", `none of your roles here allows the action "%s" (%s)`, act, kind)
	}
}

// maxSteps limits the chain of persons that a role depends on: from an API key to a deputy, and from a deputy to the absent person.
const maxSteps = 3

// powers returns the powers that a holding gives today. It returns 0 when the holding is not valid today.
func (g *Guard) powers(tx *record.Tx, w *snapshot, h *Holding, today record.Date, steps int) (Powers, error) {
	if h.From != "" && today < h.From || h.To != "" && today > h.To || steps > maxSteps {
		return 0, nil
	}
	if h.While == nil {
		return h.Powers, nil
	}
	keeper, err := g.person(tx, w, h.While.Person)
	if err != nil {
		return 0, err
	}
	var theirs Powers
	for i := range keeper.Holdings {
		k := &keeper.Holdings[i]
		if k.Role != h.While.Role || !record.Covers(k.Scope, h.While.Scope) {
			continue
		}
		more, err := g.powers(tx, w, k, today, steps+1)
		if err != nil {
			return 0, err
		}
		theirs |= more
	}
	return theirs & h.Powers, nil
}
