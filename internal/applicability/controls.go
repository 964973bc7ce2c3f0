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

// Adoption lists the controls of a scope for the entries of Annex A.
type Adoption struct {
	Created  int      `json:"created" example:"38"`
	Existing int      `json:"existing" example:"0"`
	Items    []string `json:"items" example:"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"` // the controls' ids, in the order of Annex A
} // @name AdoptedControls

// AdoptControls creates a control for every entry of Annex A that has none in the scope.
func AdoptControls(tx *record.Tx, scope, framework string) (*Adoption, error) {
	if framework != catalogue.ISO42001 {
		var f fault.Fields
		f.Add("/framework", "not_adoptable", "must be %s; only its controls can be adopted", catalogue.ISO42001)
		return nil, f.Err()
	}
	entries, err := catalogue.AnnexA(tx)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, fault.New(fault.Conflict, "framework_missing", "import the framework %s first", framework)
	}
	here, err := query.Each(tx, control.Repo, "="+scope, nil)
	if err != nil {
		return nil, err
	}
	of := map[string]*control.Control{}
	for _, c := range here {
		of[c.Requirement] = c
	}
	out, write := &Adoption{Items: []string{}}, tx
	for _, e := range entries {
		c := of[e.Key]
		if c == nil {
			if c, err = control.Repo.Create(write, control.Adopted(scope, e.Key, e.Title.In("nb"))); err != nil {
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
		return out, mayAdopt(tx, of[entries[0].Key])
	}
	return out, recompile(tx, scope)
}

// mayAdopt checks the permission when there was nothing to write, with the same refusals as a write.
func mayAdopt(tx *record.Tx, c *control.Control) error {
	err := tx.Ask(tx.Permission, record.Target{Kind: control.Repo.Kind, Scope: c.Scope, Status: string(control.Active)})
	if err == nil || fault.As(err) == nil || tx.Visible(c.Row()) {
		return err
	}
	var f fault.Fields
	f.Add("/scope", "unknown_scope", "there is no such scope, or you cannot read it")
	return f.Err()
}

// CreateControl creates a control: one of the scope's own, or one for an entry of Annex A, which gives its title.
func CreateControl(tx *record.Tx, in control.Input) (*control.Control, error) {
	if in.Requirement != "" {
		switch e, err := catalogue.AnnexAControl(tx, in.Requirement); {
		case err == nil:
			in.Requirement, in.Title = e.Key, e.Title.In("nb")
		case fault.Is(err, fault.Invalid):
			in.Title = in.Requirement // a valid requirement would have given a title
			tx.AddFaults(fault.As(err).Fields...)
		default:
			return nil, err
		}
	}
	c := control.New(in)
	open, err := openStatement(tx, in.Scope)
	if err != nil {
		return nil, err
	}
	if open != nil {
		c.CountsFor(open.ID)
	}
	if err := grounds(tx, c, control.New(control.Input{})); err != nil {
		return nil, err
	}
	if c, err = control.Repo.Create(tx, c); err != nil {
		return nil, err
	}
	return c, recompile(tx, in.Scope)
}

// grounds checks the obligations and evidence that are new on a control. An obligation must be a requirement, and evidence must be
// valid. What the control referred to before is checked again only when the control is verified.
func grounds(tx *record.Tx, c, was *control.Control) error {
	var f fault.Fields
	for i, id := range c.ObligationIDs {
		if slices.Contains(was.ObligationIDs, id) {
			continue
		}
		r, err := catalogue.Requirements.Find(tx, id)
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
	verifies := c.ImplementationStatus == control.Verified && was.ImplementationStatus != control.Verified
	for i, id := range c.Evidence {
		fresh := !slices.Contains(was.Evidence, id)
		if !fresh && !verifies {
			continue
		}
		find := evidence.Repo.Find
		if fresh {
			find = evidence.Repo.Get
		}
		e, err := find(tx, id)
		switch at := "/evidence/" + strconv.Itoa(i); {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return err
		case e.Status == evidence.Retired:
			f.Add(at, "evidence_retired", "is evidence that has been retired; choose another one")
		case c.ImplementationStatus == control.Verified && e.ValidUntil.Passed(tx.Now):
			f.Add(at, "evidence_expired", "is evidence that was valid until %s; choose evidence that is valid", string(e.ValidUntil))
		}
	}
	tx.AddFaults(f...)
	return nil
}

// ChangeControl changes a control. The change is recorded for the open statement of applicability of its scope. A draft is updated at once;
// a statement in review stays as it was submitted.
func ChangeControl(tx *record.Tx, ref record.Ref, fn func(*control.Control) error) (*control.Control, error) {
	c, err := AlterControl(tx, ref, fn)
	if err != nil {
		return nil, err
	}
	return c, FollowControls(tx, []*control.Control{c})
}

// FollowControls updates the draft statement of each scope in which controls changed.
func FollowControls(tx *record.Tx, changed []*control.Control) error {
	var done []string
	for _, c := range changed {
		if slices.Contains(done, c.Scope) {
			continue
		}
		if err := recompile(tx, c.Scope); err != nil {
			return err
		}
		done = append(done, c.Scope)
	}
	return nil
}

// AlterControl changes a control but not the draft statement. Call FollowControls after the last change.
func AlterControl(tx *record.Tx, ref record.Ref, fn func(*control.Control) error) (*control.Control, error) {
	return control.Repo.Change(tx, ref, func(c *control.Control) error {
		open, err := openStatement(tx, c.Scope)
		if err != nil {
			return err
		}
		if open != nil {
			c.CountsFor(open.ID)
		}
		was := *c
		if err := fn(c); err != nil {
			return err
		}
		if c.Requirement != "" && c.Title != was.Title {
			var f fault.Fields
			f.Add("/title", "immutable/annex_a", "cannot change: the title of an Annex A control comes from the standard")
			tx.AddFaults(f...)
		}
		return grounds(tx, c, &was)
	})
}
