package worklist

import (
	"slices"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/people"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Call is the request that does a task, filled in as far as it is known.
type Call struct {
	Method string               `json:"method" example:"POST"`
	Path   string               `json:"path" example:"/api/v1/cases"`
	Body   governance.CaseInput `json:"body"`
} // @name TaskCall

// board is a body that decides, with the actor's part in it.
type board struct {
	*governance.Body
	prepares bool // the actor is its lead or one of its secretaries, who bring records before it
}

// bring is what a lead or a secretary is asked to do.
var bring = record.Text{NB: "Legg fram for organet til beslutning", EN: "Bring before the body for a decision"}

// boards reads the bodies that decide and whose members the actor may read.
func (d *desk) boards() ([]board, error) {
	if d.read {
		return d.deciding, nil
	}
	d.read = true
	adopted, err := query.Each(d.tx, governance.Mandates, "/", map[string][]string{"status": {string(governance.MandateAdopted)}})
	if err != nil {
		return nil, err
	}
	adopted = slices.DeleteFunc(adopted, func(m *governance.Mandate) bool { return !m.Has(governance.Decide) || !m.InForce(d.tx.Now) })
	if len(adopted) == 0 {
		return nil, nil
	}
	seats, err := query.Each(d.tx, governance.Memberships, "/", map[string][]string{"user_id": {d.tx.Actor.ID}, "status": {"active"}})
	if err != nil {
		return nil, err
	}
	held, err := d.rules.Guard.Held(d.tx, d.tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(adopted))
	for i, m := range adopted {
		ids[i] = m.BodyID
	}
	rows, err := d.tx.Rows(governance.Bodies.Kind, ids)
	if err != nil {
		return nil, err
	}
	bodies, err := governance.Bodies.DecodeAll(d.tx, rows)
	if err != nil {
		return nil, err
	}
	for _, b := range bodies {
		if b.MemberRole == "" || b.Ended(d.tx.Now) {
			continue
		}
		prepares := slices.ContainsFunc(seats, func(s *governance.Membership) bool {
			return s.BodyID == b.ID && s.Counts(d.tx.Now) && (s.Position == governance.Lead || s.Position == governance.Secretary)
		}) || slices.ContainsFunc(held, func(h record.Held) bool { return h.Role == "secretariat" && record.Covers(h.Scope, b.Scope) })
		d.deciding = append(d.deciding, board{b, prepares})
	}
	return d.deciding, nil
}

// boardFor returns the body that decides an action on a record, or nil when it is not for a body.
func (d *desk) boardFor(a people.Ask) (*board, error) {
	p := record.Permission{Object: a.Row.Kind.Name, Action: a.Action}
	if !d.tx.Guard().OfBody(p) {
		return nil, nil //nolint:nilnil // not for a body
	}
	all, err := d.boards()
	if err != nil {
		return nil, err
	}
	for i, b := range all {
		if !record.Covers(b.Scope, a.Row.Scope) {
			continue
		}
		may, err := d.tx.Guard().RoleMay(d.tx, string(b.MemberRole), p, a.Row.Target())
		if may || err != nil {
			return &all[i], err
		}
	}
	return nil, nil //nolint:nilnil // no body may
}

// prepared adds the scopes where the actor brings an action before a body.
func (d *desk) prepared(p record.Permission) (out []record.Branch, err error) {
	if !d.tx.Guard().OfBody(p) {
		return nil, nil
	}
	all, err := d.boards()
	for _, b := range all {
		if b.prepares {
			out = append(out, record.Branch{Scope: b.Scope})
		}
	}
	return out, err
}

// toBring are the records that wait for a body which has delegated the action to nobody who may take it. Its lead and its secretaries bring them before
// it. A record that an open case is already about is left out.
func (d *desk) toBring(groups []*alike) (out []waiting, err error) {
	var asks []people.Ask
	var of []*alike
	var to []*board
	for _, g := range groups {
		if g.person != "" {
			continue
		}
		b, err := d.boardFor(g.ask())
		if err != nil {
			return nil, err
		}
		if b != nil && b.prepares {
			asks, of, to = append(asks, g.ask()), append(of, g), append(to, b)
		}
	}
	nobody, err := d.judge.Unattended(d.tx, asks)
	if err != nil || len(asks) == 0 {
		return nil, err
	}
	brought, err := d.brought()
	if err != nil {
		return nil, err
	}
	for i, yes := range nobody {
		if !yes {
			continue
		}
		for _, w := range of[i].waiting(mine) {
			if why := *w.why; !brought[w.rid] {
				why.label, why.board = bring, to[i].Body
				w.why = &why
				out = append(out, w)
			}
		}
	}
	return out, nil
}

// brought finds the records that an open case is about.
func (d *desk) brought() (map[int64]bool, error) {
	out := map[int64]bool{}
	for _, b := range d.deciding {
		cases, err := query.Each(d.tx, governance.Cases, "="+b.Scope, map[string][]string{"body_id": {b.ID}, "status": governance.OpenCases()})
		if err != nil {
			return nil, err
		}
		ids := map[string][]string{}
		for _, c := range cases {
			for _, a := range c.About {
				ids[a.Kind] = append(ids[a.Kind], a.ID)
			}
		}
		for kind, list := range ids {
			rows, err := d.tx.Rows(record.KindOf(kind), list)
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				out[r.RID] = true
			}
		}
	}
	return out, nil
}

// call is the request that makes the case about a record.
func (w waiting) call(title string) *Call {
	if w.board == nil {
		return nil
	}
	return &Call{Method: "POST", Path: "/api/v1/cases", Body: governance.CaseInput{
		Common: record.Common{Scope: w.board.Scope, ExternalRefs: []record.ExternalRef{}}, BodyID: w.board.ID, Title: w.row.Number + ": " + title, Kind: governance.DecisionCase,
		NeedIDs: []string{}, RiskIDs: []string{}, EvidenceIDs: []string{}, Documents: []governance.Document{},
		Subjects: governance.Subjects{About: []governance.About{{Kind: w.row.Kind.Name, ID: w.row.ID, Action: w.action, Input: map[string]any{}}}},
	}}
}
