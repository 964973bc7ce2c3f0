// Package pathway takes an AI system from the first question to its retirement: the project unit that it gets, what each gate still asks for, who clears
// and approves it, and the moves from stage to stage.
package pathway

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// OpenSystem creates an AI system as an idea. It lies in a project unit of its own below the scope of the request, or in that scope when it is a project.
func OpenSystem(tx *record.Tx, in aisystem.Input) (*aisystem.System, error) {
	if err := inProject(tx, &in); err != nil {
		return nil, err
	}
	return aisystem.Systems.Create(tx, aisystem.New(in, tx.Now))
}

// inProject sets the scope of a new system to a project unit, which it opens unless the scope is one. A scope where the actor may not create a system
// stays as it is, for Create to refuse.
func inProject(tx *record.Tx, in *aisystem.Input) error {
	may, err := tx.May(tx.Permission, record.Target{Kind: aisystem.Systems.Kind, Scope: in.Scope, AnyState: true})
	if err != nil || !may {
		return err
	}
	units, err := query.Each(tx, org.Units, "="+in.Scope, nil)
	if err != nil || len(units) == 0 || units[0].Kind == org.Project {
		return err
	}
	if err := tx.Examine(aisystem.Systems.Kind, *in); err != nil {
		return err
	}
	name := in.Project
	if name == "" {
		name = slugOf(in.Name)
	}
	path := in.Scope + name + "/"
	taken, err := query.Each(tx, org.Units, "="+path, nil)
	if err != nil {
		return err
	}
	switch {
	case name == "":
		tx.AddFaults(fault.NewField("/project", "required/project", "give the project a short name of small letters, digits and hyphens"))
	case len(taken) > 0:
		tx.AddFaults(fault.NewField("/project", "project_exists", "is the name of a unit there already; choose another one, or create the system in that project"))
	}
	if err := tx.WithFaults(nil); err != nil {
		return err
	}
	in.Scope, in.Project = path, name
	_, err = org.OpenUnit(tx.Follow(org.Units.Name, "create"), org.UnitInput{Common: record.Common{Scope: path}, Kind: org.Project, Name: in.Name})
	return err
}

// norwegian spells the letters that scopes do not have.
var norwegian = strings.NewReplacer("æ", "ae", "ø", "o", "å", "a", "ä", "a", "ö", "o", "é", "e", "ü", "u")

// slugOf makes the last part of a scope of a name: "Bruddeteksjon på røntgen" is bruddeteksjon-pa-rontgen.
func slugOf(name string) string {
	var b strings.Builder
	for _, r := range norwegian.Replace(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// ApproveGaps approves the list of gaps of a tool that was in use before it was registered.
func ApproveGaps(tx *record.Tx, ref record.Ref, reason string) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, ref, func(s *aisystem.System) error {
		if Involved(s, tx.Actor.ID) && !tx.CarriesOut() {
			return ownSystem(s)
		}
		return s.ApproveGaps(tx.Actor.ID, tx.Now, reason)
	})
}

// Existing is a tool that was in use before it was registered.
type Existing struct {
	aisystem.Input
	InUseSince record.Date         `json:"in_use_since" validate:"required" format:"date" example:"2024-03-01"`
	Release    string              `json:"release,omitempty" validate:"max=60" example:"2024-1"`
	Gaps       []aisystem.GapInput `json:"gaps" validate:"max=60,dive"`
} // @name ExistingAISystem

// RegisterExisting enters a tool that is in use already. What it lacks is a gap with an owner and a day, and does not stop it.
func RegisterExisting(tx *record.Tx, in Existing) (*aisystem.System, error) {
	var f fault.Fields
	if in.InUseSince > record.DateOf(tx.Now) {
		f.Add("/in_use_since", "in_the_future", "must not be in the future")
	}
	s := aisystem.New(in.Input, tx.Now)
	for i, g := range in.Gaps {
		at := "/gaps/" + strconv.Itoa(i)
		if g.Due <= record.DateOf(tx.Now) {
			f.Add(at+"/due", "due_passed", "must be after today")
		}
		if slices.ContainsFunc(in.Gaps[:i], func(e aisystem.GapInput) bool { return e.Item == g.Item }) {
			f.Add(at+"/item", "repeated", "must not have the same value twice")
		}
	}
	tx.AddFaults(f...)
	if err := inProject(tx, &s.Input); err != nil {
		return nil, err
	}
	s.Existing(in.InUseSince, in.Release, in.Gaps, tx.Actor.ID, tx.Now)
	return aisystem.Systems.Create(tx, s)
}
