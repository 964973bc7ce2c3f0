package applicability

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ImportFramework updates a framework to what its file says, and the controls that were adopted from it: they take a new title, and a control whose
// requirement a newer edition replaces takes what replaces it. A dry run writes nothing.
func ImportFramework(tx *record.Tx, f *catalogue.File, dryRun bool) (*catalogue.Import, error) {
	p, err := planSuccession(tx, f)
	if err != nil {
		return nil, err
	}
	tx.Note(successionKey{}, p)
	out, err := catalogue.ImportFramework(tx, f, dryRun)
	if err != nil {
		return nil, err
	}
	out.Controls = append(out.Controls, p.changes...)
	return out, nil
}

// A control follows its requirement when a newer edition of the framework is imported.
var _ = control.Repo.RestsOn(record.Rest[control.Control]{
	On: "requirement", By: []string{"requirement", "answers"}, When: []string{"import"}, Verb: "carry-over",
	Apply: func(tx *record.Tx, c *control.Control, _ record.Change) (bool, error) {
		p, _ := tx.Noted(successionKey{}).(*succession)
		if p == nil || p.controls[c.ID] == nil || p.controls[c.ID].done {
			return false, nil
		}
		next := p.controls[c.ID]
		next.done = true
		return c.CarryOver(next.requirement, next.title, next.answers), nil
	},
})

type successionKey struct{}

// succession is what an import changes for adopted controls.
type succession struct {
	file     string                        // the key of the framework
	titles   map[string]string             // of the controls in the file, by short key
	controls map[string]*successor         // by the id of the control
	taken    map[string][]*control.Control // the controls of a scope
	changes  []catalogue.ControlChange
}

// successor is a control as it is after the import.
type successor struct {
	requirement, title string
	answers            []string
	done               bool
}

func planSuccession(tx *record.Tx, f *catalogue.File) (*succession, error) {
	p := &succession{file: f.Framework.Key, titles: map[string]string{}, controls: map[string]*successor{}, taken: map[string][]*control.Control{}}
	listed := map[string]catalogue.Entry{}
	for _, e := range f.Requirements {
		listed[e.Key] = e
		p.titles[p.short(e.Key)] = e.Title.In("nb")
	}
	was, err := query.Each(tx, catalogue.Requirements, "=/", map[string][]string{
		"framework": {p.file}, "kind": {string(catalogue.Control)}, "status": {string(catalogue.RequirementActive)},
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(was, func(a, b *catalogue.Requirement) int { return a.Position - b.Position })
	for _, r := range was {
		e, there := listed[r.Key]
		replaced := there && len(e.ReplacedBy) > 0 && !slices.Equal(e.ReplacedBy, r.ReplacedBy)
		if there && !replaced && e.Title == r.Title {
			continue
		}
		for _, field := range []string{"requirement", "answers"} {
			list, err := query.Each(tx, control.Repo, "", map[string][]string{field: {catalogue.ShortKey(r.RefKey)}})
			if err != nil {
				return nil, err
			}
			for _, c := range list {
				if err := p.plan(tx, c, r, e, there, replaced); err != nil {
					return nil, err
				}
			}
		}
	}
	return p, nil
}

func (p *succession) short(key string) string { return catalogue.ShortKey(p.file + ":" + key) }

// plan works out what becomes of a control that answers a requirement.
func (p *succession) plan(tx *record.Tx, c *control.Control, r *catalogue.Requirement, e catalogue.Entry, there, replaced bool) error {
	key := catalogue.ShortKey(r.RefKey)
	next := p.controls[c.ID]
	if next == nil {
		next = &successor{requirement: c.Requirement, title: c.Title, answers: slices.Clone(c.Answers)}
	}
	change := catalogue.ControlChange{ID: c.ID, Number: c.Number, Scope: c.Scope, Requirement: key, ReplacedBy: []string{}}
	switch {
	case !there:
		change.Change = "not_in_file"
	case !replaced && next.requirement != key:
		return nil // the title is that of another requirement
	case !replaced:
		change.Change, next.title = "retitled", e.Title.In("nb")
	default:
		free, err := p.free(tx, c, e.ReplacedBy)
		if err != nil {
			return err
		}
		change.Change, change.ReplacedBy = "replaced", free
		if len(free) == 0 {
			change.Change = "kept"
			break
		}
		if next.requirement == key {
			next.requirement, next.title, free = free[0], p.titles[free[0]], free[1:]
		}
		next.answers = slices.DeleteFunc(next.answers, func(a string) bool { return a == key })
		next.answers = append(next.answers, free...)
		p.controls[c.ID] = next
	}
	if change.Change == "retitled" {
		p.controls[c.ID] = next
	}
	p.changes = append(p.changes, change)
	return nil
}

// free lists which requirements no other control of the scope answers, now or after the import.
func (p *succession) free(tx *record.Tx, c *control.Control, keys []string) ([]string, error) {
	if p.taken[c.Scope] == nil {
		list, err := query.Each(tx, control.Repo, "="+c.Scope, nil)
		if err != nil {
			return nil, err
		}
		p.taken[c.Scope] = list
	}
	out := []string{}
	for _, k := range keys {
		short := p.short(k)
		if !slices.ContainsFunc(p.taken[c.Scope], func(o *control.Control) bool {
			if o.ID == c.ID {
				return false
			}
			if next := p.controls[o.ID]; next != nil && (next.requirement == short || slices.Contains(next.answers, short)) {
				return true
			}
			return o.Requirement == short || o.Status == control.Active && slices.Contains(o.Answers, short)
		}) && strings.TrimSpace(p.titles[short]) != "" {
			out = append(out, short)
		}
	}
	return out, nil
}
