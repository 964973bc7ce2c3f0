// Package classify applies the rules of device law and of the AI Act to answers about one AI system in one use. The rules are tables, in seed/classification. The package
// knows no database: it gives the questions that are still needed, and the result of the answers.
package classify

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Law names a table of rules.
type Law string // @name ClassificationLaw

// The laws that have tables. MDR has the rules of the IVDR too.
const (
	MDR   Law = "mdr"
	AIAct Law = "ai_act"
)

// This registers the closed list of laws.
var _ = record.Choices[Law](
	[4]string{"mdr", "MDR og IVDR", "MDR and IVDR", "neutral"},
	[4]string{"ai_act", "KI-forordningen", "AI Act", "neutral"},
)

// Table is one edition of the rules of a law.
type Table struct {
	Law           Law               `yaml:"law" validate:"required"`
	Title         record.Text       `yaml:"title"`
	Jurisdictions []string          `yaml:"jurisdictions" validate:"required"`
	Status        string            `yaml:"status" validate:"oneof=in_force proposed"`
	Version       string            `yaml:"version" validate:"required,max=40"`
	Date          record.Date       `yaml:"date"`
	Source        string            `yaml:"source" validate:"required"`
	Sources       map[string]string `yaml:"sources"`
	QualifyWithin record.Duration   `yaml:"qualify_within"` // how long an AI system may be in the concept stage before it is qualified
	Assumptions   []Assumption      `yaml:"assumptions" validate:"dive"`
	Guidelines    []Guideline       `yaml:"guidelines" validate:"dive"`
	Sections      []Section         `yaml:"sections" validate:"required,dive"`

	rows  map[string]*Row
	order []*Row
}

// Assumption is what the rules take as given about the hospital.
type Assumption struct {
	Key        string      `yaml:"key" validate:"required" json:"key"`
	Text       record.Text `yaml:"text" json:"text"`
	Confidence string      `yaml:"confidence" validate:"oneof=high medium low" json:"confidence"`
}

// Guideline is an edition of a guideline that rows of some sections rest on.
type Guideline struct {
	Name    string   `yaml:"name" validate:"required" json:"name" example:"MDCG 2019-11"`
	Version string   `yaml:"version" validate:"required" json:"version" example:"rev.1"`
	About   []string `yaml:"about" json:"-"`
}

// Section is a part of a table, with how its rows are read.
type Section struct {
	Key     string      `yaml:"key" validate:"required"`
	Title   record.Text `yaml:"title"`
	Reading record.Text `yaml:"reading"`
	Parts   []Part      `yaml:"parts" validate:"required,dive"`
}

// Part is a list of rows that are read in the same way.
type Part struct {
	Mode Mode   `yaml:"mode" validate:"oneof=first_match ask_all"`
	Rows []*Row `yaml:"rows" validate:"required,dive"`
}

// Mode is how the rows of a part are read.
type Mode string

// With FirstMatch the first row that holds decides, and the rows after it are not needed. With AskAll every row counts.
const (
	FirstMatch Mode = "first_match"
	AskAll     Mode = "ask_all"
)

// Effect is what a row does when it holds.
type Effect string

// The effects of rows.
const (
	Stop            Effect = "stop"              // the law does not apply
	Split           Effect = "split"             // the rest is answered once per module
	Goto            Effect = "goto"              // another section follows
	IsDevice        Effect = "device"            // it is a device
	Leaves          Effect = "open"              // the outcome stays open
	Default         Effect = "default"           // no other row held
	Steer           Effect = "steer"             // says how other rows are answered
	Candidates      Effect = "candidate"         // gives a class that may win
	Replaces        Effect = "replaces"          // takes another candidate away
	Suggests        Effect = "suggestion"        // proposes answers to other rows
	Modifies        Effect = "modifier"          // class I is Is, Im or Ir
	Proposed        Effect = "proposed"          // is not law, and is never applied
	Allows          Effect = "allowed"           // a right to use it on patients
	Condition       Effect = "condition"         // another row needs it
	Warns           Effect = "warn"              // gives no right
	Requires        Effect = "require"           // an application or notification
	Records         Effect = "record"            // something to record
	Pauses          Effect = "pause"             // does not apply yet
	Places          Effect = "jurisdiction"      // says where it is used
	Transition      Effect = "transition"        // older systems have more time
	HasRole         Effect = "role"              // a role under the AI Act
	Prohibits       Effect = "prohibited"        // a prohibited practice
	Screens         Effect = "screening"         // the prohibited practices were checked
	HighRisk        Effect = "high_risk"         // a route to high risk
	HighRiskLimited Effect = "high_risk_limited" // high risk, but sector law carries the rules
	NotThisRoute    Effect = "not_this_route"    // not high risk by Article 6(1)
	Always          Effect = "always"            // no exemption from Annex III
	Exempts         Effect = "exempt"            // an exemption from Annex III
	Duty            Effect = "duty"              // a duty beside the class
	Follows         Effect = "consequence"       // what follows from the other rows
)

var effects = []Effect{
	Stop, Split, Goto, IsDevice, Leaves, Default, Steer, Candidates, Replaces, Suggests, Modifies, Proposed, Allows, Condition, Warns, Requires, Records, Pauses, Places, Transition,
	HasRole, Prohibits, Screens, HighRisk, HighRiskLimited, NotThisRoute, Always, Exempts, Duty, Follows,
}

// Row is one rule. The fields are explained at the top of the seed files.
type Row struct {
	ID           string            `yaml:"id" validate:"required"`
	Question     record.Text       `yaml:"question"`
	Effect       Effect            `yaml:"effect" validate:"required"`
	Holds        Choice            `yaml:"holds"`
	Gives        string            `yaml:"gives"`
	To           string            `yaml:"to"`
	Role         string            `yaml:"role"`
	Use          string            `yaml:"use" validate:"omitempty,oneof=ordinary study shadow"`
	SameAsDevice bool              `yaml:"same_as_device"`
	Replaces     string            `yaml:"replaces"`
	ExemptBy     string            `yaml:"exempt_by"`
	Asked        *bool             `yaml:"asked"`
	InCase       bool              `yaml:"in_case"`
	When         [][]string        `yaml:"when"`
	With         []string          `yaml:"with"`
	Requires     []string          `yaml:"requires"`
	Contradicts  []string          `yaml:"contradicts"`
	Helps        []string          `yaml:"helps"`
	Proposes     map[string]Choice `yaml:"proposes"`
	Firm         bool              `yaml:"firm"`
	FromClass    []string          `yaml:"from_class"`
	Value        string            `yaml:"value" validate:"omitempty,oneof=one some date"`
	ValueNeeded  bool              `yaml:"value_needed"`
	Values       []Value           `yaml:"values" validate:"dive"`
	Reason       Choice            `yaml:"reason"`
	Until        []Until           `yaml:"until" validate:"dive"`
	Applies      *Applies          `yaml:"applies"`
	Reference    record.Text       `yaml:"reference" validate:"-"`
	Guidance     record.Text       `yaml:"guidance" validate:"-"`
	Confidence   string            `yaml:"confidence" validate:"oneof=high medium low"`
	Note         record.Text       `yaml:"note" validate:"-"`
	ConfirmedBy  string            `yaml:"confirmed_by"`

	section, part int // the place in the table
}

// Value is a value that an answer may give.
type Value struct {
	Key  string       `yaml:"key" validate:"required" json:"key" example:"IIa"`
	Text *record.Text `yaml:"text" json:"text"`
}

// Until is the last day of a right, for devices of a class, or for all.
type Until struct {
	Class string      `yaml:"class"`
	Date  record.Date `yaml:"date" validate:"required"`
}

// Applies says from which day a rule binds in the EU, and its state in Norway.
type Applies struct {
	EU record.Date `yaml:"eu" json:"eu,omitempty"`
	// The day for systems that were on the market before eu.
	EUEarlier record.Date `yaml:"eu_earlier_systems" json:"eu_earlier_systems,omitempty"`
	NO        string      `yaml:"no" validate:"oneof=not_law law" json:"no" example:"not_law"`
} // @name RuleApplies

// asks reports whether a person answers the row.
func (r *Row) asks() bool {
	return (r.Asked == nil || *r.Asked) && r.Effect != Default && r.Effect != Proposed && r.Effect != Follows
}

// ends reports whether the row ends a part that is read by first match.
func (r *Row) ends() bool {
	return r.Effect != Steer && r.Effect != Suggests && r.Effect != Places && r.Effect != Pauses
}

// leaves reports whether the row ends its whole section.
func (r *Row) leaves() bool { return r.Effect == Stop || r.Effect == Split || r.Effect == Goto }

// parse reads a table from YAML. An unknown field, effect, row or word is an error.
func parse(b []byte) (*Table, error) {
	t := &Table{rows: map[string]*Row{}}
	if err := yaml.UnmarshalWithOptions(b, t, yaml.Strict()); err != nil {
		return nil, err
	}
	if err := record.Shape(t); err != nil {
		return nil, err
	}
	for s, section := range t.Sections {
		for p, part := range section.Parts {
			for _, r := range part.Rows {
				if t.rows[r.ID] != nil {
					return nil, fmt.Errorf("row %s is there twice", r.ID)
				}
				if r.section, r.part = s, p; r.Holds == "" {
					r.Holds = Yes
				}
				t.rows[r.ID], t.order = r, append(t.order, r)
			}
		}
	}
	for _, r := range t.order {
		if err := t.check(r); err != nil {
			return nil, fmt.Errorf("row %s: %w", r.ID, err)
		}
	}
	return t, nil
}

// check compares what a row names with the table.
func (t *Table) check(r *Row) error {
	if !slices.Contains(effects, r.Effect) {
		return fmt.Errorf("effect %q is unknown", r.Effect)
	}
	named := slices.Concat(r.With, r.Requires, r.Contradicts, r.Helps)
	for id := range r.Proposes {
		named = append(named, id)
	}
	if r.Replaces != "" {
		named = append(named, r.Replaces)
	}
	for _, id := range named {
		if t.rows[id] == nil {
			return fmt.Errorf("it names the unknown row %s", id)
		}
	}
	for _, all := range r.When {
		for _, term := range all {
			if !t.knows(strings.TrimPrefix(term, "!")) {
				return fmt.Errorf("the word %s of when is unknown", term)
			}
		}
	}
	return nil
}

var tables = map[Law][]*Table{}

// Load reads every table in the folder classification. Call it once at startup.
func Load(files fs.FS) error {
	loaded, err := read(files)
	if err == nil {
		tables = loaded
	}
	return err
}

func read(files fs.FS) (map[Law][]*Table, error) {
	names, err := fs.Glob(files, "classification/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list rules: %w", err)
	}
	out := map[Law][]*Table{}
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		t, err := parse(b)
		if err != nil {
			return nil, fmt.Errorf("rules %s: %w", name, err)
		}
		out[t.Law] = append(out[t.Law], t)
	}
	for law, list := range out {
		// The newest edition in force comes first.
		slices.SortFunc(list, func(a, b *Table) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(b.Date, a.Date))
		})
		if list[0].Status != "in_force" {
			return nil, fmt.Errorf("the rules of %s have no edition in force", law)
		}
	}
	for _, law := range []Law{MDR, AIAct} {
		if out[law] == nil {
			return nil, fmt.Errorf("the rules of %s are missing", law)
		}
	}
	return out, nil
}

// InForce returns the newest rules of a law that are in force.
func InForce(law Law) *Table { return tables[law][0] }

// QualifyWithin is how long an AI system may be in the concept stage before somebody says whether it is a device.
func QualifyWithin() record.Duration {
	if len(tables[MDR]) == 0 {
		return ""
	}
	return InForce(MDR).QualifyWithin
}

// Edition returns the rules of a law in a version, a proposed one too.
func Edition(law Law, version string) (*Table, error) {
	known := []string{}
	for _, t := range tables[law] {
		if t.Version == version {
			return t, nil
		}
		known = append(known, t.Version)
	}
	return nil, fault.New(fault.Malformed, "bad_parameter/law_version", "the rules have no version %s; there are: %s", version, strings.Join(known, ", ")).At("?law_version")
}

// GuidelinesOf returns the guidelines that some sections rest on.
func (t *Table) GuidelinesOf(sections ...string) []Guideline {
	out := []Guideline{}
	for _, g := range t.Guidelines {
		if slices.ContainsFunc(g.About, func(s string) bool { return slices.Contains(sections, s) }) {
			out = append(out, g)
		}
	}
	return out
}
