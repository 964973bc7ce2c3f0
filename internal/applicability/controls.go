// Package applicability writes controls and the statements of applicability that are compiled from them.
package applicability

import (
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Adoption lists the controls of a scope for the controls of a framework.
type Adoption struct {
	Created  int      `json:"created" example:"38"`
	Existing int      `json:"existing" example:"0"`                                 // those that a control of the scope, or of a scope above, answers already
	Items    []string `json:"items" example:"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"` // the controls' ids, in the order of the framework
} // @name AdoptedControls

// AdoptControls creates a control for every control of a framework that no control of the scope or above answers.
func AdoptControls(tx *record.Tx, scope, framework string) (*Adoption, error) {
	entries, err := catalogue.ControlsOf(tx, framework)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, notAdoptable(tx, framework)
	}
	here, err := query.Each(tx, control.Repo, "="+scope, nil)
	if err != nil {
		return nil, err
	}
	above, err := controlsAbove(tx, scope)
	if err != nil {
		return nil, err
	}
	out, write := &Adoption{Items: []string{}}, tx
	for _, e := range entries {
		key := catalogue.ShortKey(e.RefKey)
		c := adopted(here, above, key)
		if c == nil {
			if c, err = control.Repo.Create(write, control.Adopted(scope, key, e.Title.In("nb"))); err != nil {
				return nil, err
			}
			write = tx.Follow("control", "adopt")
			out.Created++
		} else {
			out.Existing++
		}
		out.Items = append(out.Items, c.ID)
	}
	if out.Created == 0 {
		return out, mayAdopt(tx, scope)
	}
	return out, follow(tx, scope)
}

// notAdoptable refuses a framework without controls.
func notAdoptable(tx *record.Tx, framework string) error {
	if _, err := catalogue.Frameworks.Find(tx, framework); fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "framework_missing", "import the framework %s first", framework)
	} else if err != nil {
		return err
	}
	var f fault.Fields
	f.Add("/framework", "not_adoptable", "must be a framework with controls, such as %s", catalogue.ISO42001)
	return f.Err()
}

// adopted is the control for a requirement: the one that was adopted for it in the scope, also when it is retired, else one in use in the scope or above
// that answers it.
func adopted(here, above []*control.Control, requirement string) *control.Control {
	for _, c := range here {
		if c.Requirement == requirement {
			return c
		}
	}
	for _, c := range slices.Concat(here, above) {
		if c.Status == control.Active && c.AnswersTo(requirement) {
			return c
		}
	}
	return nil
}

// controlsAbove lists the controls of the scopes above one, those of the nearest scope first.
func controlsAbove(tx *record.Tx, scope string) ([]*control.Control, error) {
	above := record.Ancestors(scope)
	above = above[:max(0, len(above)-1)]
	if len(above) == 0 {
		return nil, nil
	}
	list, err := query.Each(tx, control.Repo, query.Exactly(above...), nil)
	slices.SortStableFunc(list, func(a, b *control.Control) int { return len(b.Scope) - len(a.Scope) })
	return list, err
}

// mayAdopt checks the permission when there was nothing to write, with the same refusals as a write.
func mayAdopt(tx *record.Tx, scope string) error {
	err := tx.MayCreate(control.Repo.Kind, scope, string(control.Active))
	if err == nil || fault.As(err) == nil || tx.Visible(&record.Row{Kind: control.Repo.Kind, Scope: scope, Status: string(control.Active)}) {
		return err
	}
	var f fault.Fields
	f.Add("/scope", "unknown_scope", "there is no such scope, or you cannot read it")
	return f.Err()
}

// CreateControl creates a control: one of the scope's own, or one for the control of a framework, which gives its title. In a scope under the one that
// adopted the framework it is a deviation.
func CreateControl(tx *record.Tx, in control.Input) (*control.Control, error) {
	if in.Requirement != "" {
		switch e, err := catalogue.FindControl(tx, in.Requirement, "/requirement"); {
		case err == nil:
			in.Requirement, in.Title = catalogue.ShortKey(e.RefKey), e.Title.In("nb")
		case fault.Is(err, fault.Invalid):
			in.Title = in.Requirement // a valid requirement would have given a title
			tx.AddFaults(fault.As(err).Fields...)
		default:
			return nil, err
		}
	}
	c, none := control.New(in), control.New(control.Input{})
	none.Defaults()
	if err := altered(tx, c, none); err != nil {
		return nil, err
	}
	c, err := control.Repo.Create(tx, c)
	if err != nil {
		return nil, err
	}
	return c, follow(tx, in.Scope)
}

// altered applies the rules for a control that somebody has created or changed: it counts for the open statement, what it newly refers to is checked,
// and who changed the implementation may not verify it.
func altered(tx *record.Tx, c, was *control.Control) error {
	open, err := openStatements(tx, c.Scope)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		c.CountsFor(open[0].ID)
	}
	if s := c.ImplementationStatus; s != was.ImplementationStatus && s != "" {
		if s == control.Verified {
			var f fault.Fields
			f.Add("/implementation_status", "verify_needed", "is set by POST /controls/{id}/verify, which names the evidence")
			tx.AddFaults(f...)
		}
		c.Also("implement")
	}
	c.Settle(was, tx.Now)
	if err := answers(tx, c, was); err != nil {
		return err
	}
	return grounds(tx, c, was)
}

// answers checks the requirements that a control newly answers besides the one it was adopted for. Each is a control of a framework, and no other control
// of the scope answers it.
func answers(tx *record.Tx, c, was *control.Control) error {
	var fresh []string
	var f fault.Fields
	for i, named := range c.Answers {
		if slices.Contains(was.Answers, named) && was.Status == c.Status {
			continue
		}
		at := "/answers/" + strconv.Itoa(i)
		e, err := catalogue.FindControl(tx, named, at)
		if fault.Is(err, fault.Invalid) {
			f = append(f, fault.As(err).Fields...)
			continue
		}
		if err != nil {
			return err
		}
		c.Answers[i] = catalogue.ShortKey(e.RefKey)
		fresh = append(fresh, c.Answers[i])
	}
	if c.Status == control.Active && (len(fresh) > 0 || c.Requirement != "" && (was.Status != c.Status || was.Requirement == "")) {
		here, err := query.Each(tx, control.Repo, "="+c.Scope, map[string][]string{"status": {string(control.Active)}})
		if err != nil {
			return err
		}
		for _, o := range here {
			for _, key := range append(slices.Clone(fresh), c.Requirement) {
				if o.ID == c.ID || key == "" || !o.AnswersTo(key) {
					continue
				}
				at := "/requirement"
				if i := slices.Index(c.Answers, key); i >= 0 {
					at = "/answers/" + strconv.Itoa(i)
				} else if o.Requirement == key {
					continue // a unique key tells so
				}
				f.Add(at, "already_answered", "%s of this scope answers it already", o.Number)
			}
		}
	}
	tx.AddFaults(f...)
	var once []string // somebody may name a requirement by its key and by its id
	for _, key := range c.Answers {
		if !slices.Contains(once, key) {
			once = append(once, key)
		}
	}
	c.Answers = once
	return nil
}

// grounds checks the obligations and evidence that are new on a control. An obligation must be a requirement, and evidence must be in force. Who wrote the
// evidence may not verify the control.
func grounds(tx *record.Tx, c, was *control.Control) error {
	var f fault.Fields
	for i, id := range c.ObligationIDs {
		if slices.Contains(was.ObligationIDs, id) {
			continue
		}
		r, err := catalogue.Requirements.Find(tx, catalogue.RefKey(id))
		if fault.Is(err, fault.NotFound) { // Repo reports missing records
			continue
		}
		if err != nil {
			return err
		}
		if r.Kind != catalogue.Obligation && !slices.Contains(was.ObligationIDs, r.ID) {
			f.Add("/obligation_ids/"+strconv.Itoa(i), "no_obligation", "must be an obligation of a framework, such as mdr:MDR-87")
		}
	}
	for i, id := range c.Evidence {
		if slices.Contains(was.Evidence, id) {
			continue
		}
		e, err := evidence.Repo.Get(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if e.Status == evidence.Retired {
			f.Add("/evidence/"+strconv.Itoa(i), "evidence_retired", "is evidence that has been retired; choose another one")
		}
		c.Count(gaveEvidence, authors(e))
	}
	tx.AddFaults(f...)
	return nil
}

// gaveEvidence is the act of whoever wrote evidence of a control, in separations.csv.
const gaveEvidence = "give-evidence"

// authors are the acts of those who wrote a piece of evidence.
func authors(e *evidence.Evidence) (out []record.PriorAct) {
	for _, act := range e.Row().Meta.PriorActs {
		if slices.Contains([]string{"create", "update", "renew"}, act.Action) {
			out = append(out, act)
		}
	}
	return out
}

// VerifyControl records that somebody has checked a control that they neither implemented nor gave evidence for.
func VerifyControl(tx *record.Tx, ref record.Ref, in control.VerificationInput) (*control.Control, error) {
	c, err := control.Repo.Change(tx, ref, func(c *control.Control) error {
		was := *c
		on, acts, err := cite(tx, c, in.Evidence)
		if err != nil {
			return err
		}
		target := c.Row().Target()
		meta := *target.Meta
		meta.PriorActs = slices.Clone(meta.PriorActs)
		for _, act := range acts {
			act.Action = gaveEvidence
			meta.AddAct(act)
		}
		target.Meta = &meta
		if err := tx.Ask(tx.Permission, target); err != nil {
			return err
		}
		if err := c.Verify(in, on, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
		open, err := openStatements(tx, c.Scope)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			c.CountsFor(open[0].ID)
		}
		return grounds(tx, c, &was)
	})
	if err != nil {
		return nil, err
	}
	return c, follow(tx, c.Scope)
}

// cite reads the evidence of a verification, with the acts of those who wrote it. It must be in force.
func cite(tx *record.Tx, c *control.Control, ids []string) (on []control.Cited, acts []record.PriorAct, err error) {
	var f fault.Fields
	for i, id := range ids {
		at := "/evidence/" + strconv.Itoa(i)
		e, err := evidence.Repo.Get(tx, id)
		switch {
		case fault.Is(err, fault.NotFound):
			f.Add(at, "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "evidence"})
			continue
		case err != nil:
			return nil, nil, err
		case !record.Related(e.Scope, c.Scope):
			f.Add(at, "unrelated_scope", "must be in this scope, above it or below it: %s", fault.Word{Kind: "evidence"})
		default:
			f.Join(e.Unusable(at, tx.Now)...)
		}
		on, acts = append(on, cited(e)), append(acts, authors(e)...)
	}
	return on, acts, f.Err()
}

// ChangeControl changes a control. The change is recorded for the open statement of applicability of its scope. Drafts are updated at once, and approved
// statements say what differs; a statement in review stays as it was submitted.
func ChangeControl(tx *record.Tx, ref record.Ref, fn func(*control.Control) error) (*control.Control, error) {
	c, err := AlterControl(tx, ref, fn)
	if err != nil {
		return nil, err
	}
	return c, FollowControls(tx, []*control.Control{c})
}

// FollowControls brings the statements up to date of the scopes in which controls changed, and of those below.
func FollowControls(tx *record.Tx, changed []*control.Control) error {
	var done []string
	for _, c := range changed {
		if slices.Contains(done, c.Scope) {
			continue
		}
		if err := follow(tx, c.Scope); err != nil {
			return err
		}
		done = append(done, c.Scope)
	}
	return nil
}

// AlterControl changes a control but not the statements. Call FollowControls after the last change.
func AlterControl(tx *record.Tx, ref record.Ref, fn func(*control.Control) error) (*control.Control, error) {
	return control.Repo.Change(tx, ref, func(c *control.Control) error {
		was := *c
		if err := fn(c); err != nil {
			return err
		}
		if c.Requirement != "" && c.Title != was.Title {
			var f fault.Fields
			f.Add("/title", "immutable/annex_a", "cannot change: the title of an adopted control comes from its framework")
			tx.AddFaults(f...)
		}
		return altered(tx, c, &was)
	})
}
