package catalogue

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Import lists what the import of a framework file changed, or would change when it is a dry run.
type Import struct {
	Framework       string         `json:"framework" example:"iso-42001"`
	DryRun          bool           `json:"dry_run"`
	New             bool           `json:"new"`              // the framework did not exist before
	FrameworkFields []string       `json:"framework_fields"` // the fields of the framework itself that differ
	Added           []string       `json:"added" example:"A.6.2.4"`
	Changed         []ImportChange `json:"changed"`
	Unchanged       int            `json:"unchanged"`
	LeftAlone       []LeftAlone    `json:"left_alone"`
	// Controls are the adopted controls that the file changes something for.
	Controls []ControlChange `json:"controls"`
} // @name FrameworkImport

// ControlChange is what a framework file changes for one adopted control.
type ControlChange struct {
	ID          string   `json:"id" format:"uuid"`
	Number      string   `json:"number" example:"CTRL-0007"`
	Scope       string   `json:"scope" example:"/siv/"`
	Requirement string   `json:"requirement" example:"A.6.2.4"`
	Change      string   `json:"change" enums:"retitled,replaced,kept,not_in_file"` // kept: another control of the scope already answers what replaces it
	ReplacedBy  []string `json:"replaced_by" example:"A.6.2.9"`
} // @name FrameworkImportControl

// ImportChange is a requirement that the file changes, with the names of the changed fields.
type ImportChange struct {
	Key    string   `json:"key" example:"A.6.2.4"`
	Fields []string `json:"fields" example:"guidance"`
} // @name FrameworkImportChange

// LeftAlone is a requirement that an import does not change, with the reason.
type LeftAlone struct {
	Key    string `json:"key" example:"A.6.2.4"`
	Reason string `json:"reason" enums:"not_in_file,withdrawn"`
} // @name FrameworkImportLeftAlone

// RequirementByKey reads a requirement by its key without the framework, such as A.6.2.4. Exactly one framework must have that key.
func RequirementByKey(tx *record.Tx, key string) (*record.Row, error) {
	k := Requirements.Kind
	page, err := query.List(tx, k, query.Query{Filters: map[string][]string{"key": {key}}, Limit: 2, Rows: true})
	if err != nil {
		return nil, err
	}
	if len(page.Rows) != 1 {
		return tx.Load(k, key) // returns the fault for not found
	}
	return page.Rows[0], nil
}

// ImportFramework updates a framework and its requirements to what its file says. It writes only what differs. Requirements that are not in
// the file or are withdrawn stay as they are. Licensed texts and states are not part of the file and do not change. A dry run writes nothing.
func ImportFramework(tx *record.Tx, f *File, dryRun bool) (*Import, error) {
	p := record.Permission{Object: "framework", Action: "import"}
	target := record.Target{Kind: Frameworks.Kind, Scope: "/", Status: string(FrameworkActive)}
	if err := tx.Ask(p, target); err != nil {
		return nil, err // asked here, because an import without changes writes nothing, and only writes ask
	}
	out := &Import{
		Framework: f.Framework.Key, DryRun: dryRun,
		FrameworkFields: []string{}, Added: []string{}, Changed: []ImportChange{}, LeftAlone: []LeftAlone{}, Controls: []ControlChange{},
	}
	if err := importHead(tx, f.Framework, out); err != nil {
		return nil, err
	}
	return out, importEntries(tx, f, out)
}

func importHead(tx *record.Tx, h Head, out *Import) error {
	tx = tx.Follow("framework", "import")
	list, err := query.Each(tx, Frameworks, "=/", map[string][]string{"key": {h.Key}})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		out.New = true
		if !out.DryRun {
			_, err = Frameworks.Create(tx, NewFramework(h))
		}
		return err
	}
	out.FrameworkFields = list[0].Differences(h)
	if out.DryRun || len(out.FrameworkFields) == 0 {
		return nil
	}
	_, err = Frameworks.Change(tx, record.Ref{ID: list[0].ID, Version: record.AnyVersion}, func(f *Framework) error {
		f.Head = h
		return nil
	})
	return err
}

func importEntries(tx *record.Tx, f *File, out *Import) error {
	tx = tx.Follow("requirement", "import")
	list, err := query.Each(tx, Requirements, "=/", map[string][]string{"framework": {f.Framework.Key}})
	if err != nil {
		return err
	}
	here := make(map[string]*Requirement, len(list))
	for _, r := range list {
		here[r.Key] = r
	}
	for _, fresh := range []bool{true, false} { // what replaces a requirement is there before what rests on it changes
		for i, e := range f.Requirements {
			if (here[e.Key] == nil) != fresh {
				continue
			}
			if err := importEntry(tx, f.Framework.Key, i+1, e, here[e.Key], out); err != nil {
				return err
			}
		}
	}
	for _, e := range f.Requirements {
		delete(here, e.Key)
	}
	for _, r := range list {
		if here[r.Key] != nil {
			out.LeftAlone = append(out.LeftAlone, LeftAlone{r.Key, "not_in_file"})
		}
	}
	return nil
}

func importEntry(tx *record.Tx, framework string, position int, e Entry, was *Requirement, out *Import) error {
	if was == nil {
		out.Added = append(out.Added, e.Key)
		if out.DryRun {
			return nil
		}
		_, err := Requirements.Create(tx, NewRequirement(framework, position, e))
		return err
	}
	if was.Status == RequirementWithdrawn {
		out.LeftAlone = append(out.LeftAlone, LeftAlone{e.Key, "withdrawn"})
		return nil
	}
	fields := was.Differences(position, e)
	if len(fields) == 0 {
		out.Unchanged++
		return nil
	}
	out.Changed = append(out.Changed, ImportChange{e.Key, fields})
	if out.DryRun {
		return nil
	}
	_, err := Requirements.Change(tx, record.Ref{ID: was.ID, Version: record.AnyVersion}, func(r *Requirement) error {
		r.Entry, r.Position = e, position
		return nil
	})
	return err
}
