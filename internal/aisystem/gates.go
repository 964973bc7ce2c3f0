package aisystem

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
)

// Gates are the rules of policies/gates.yaml and policies/lifecycle.yaml: what each gate asks for, who clears and approves it, and which moves there are.
type Gates struct {
	Items []GateItem
	Moves []Move
	Steps []Step // of the pathway, in order

	Words  map[string]record.Text // what each word of a condition means
	People map[string]record.Text // the names of who clears and approves
}

// GateItem is one thing that a gate asks for.
type GateItem struct {
	Gate      string      `yaml:"gate"`
	Key       string      `yaml:"key"`
	Title     record.Text `yaml:"title"`
	Asks      record.Text `yaml:"asks"`
	When      []string    `yaml:"when"` // it is asked when one of these holds
	By        string      `yaml:"by"`   // the kind of record that clears it
	Clears    []string    `yaml:"clears"`
	ClearsOwn []string    `yaml:"clears_own"` // instead of Clears, for a system of own development
	Approves  Approvers   `yaml:"approves"`
	Advice    string      `yaml:"advice"` // whose advice is asked for
	Waivable  bool        `yaml:"waivable"`
	WaivedTo  string      `yaml:"waived_to"` // the gate that asks again for an item that was waived
	Info      bool        `yaml:"info"`      // it only tells what applies
	Step      string      `yaml:"step"`
	Law       Law         `yaml:"law"`
	Evidence  record.Text `yaml:"evidence"`
	Rows      []CheckRow  `yaml:"rows"`
	Answers   []string    `yaml:"answers"`
	Passes    []string    `yaml:"passes"`
	NeedsRef  []string    `yaml:"needs_reference"`
	NeedsWhy  []string    `yaml:"needs_reason"`

	when conditions
}

// Approvers are who approves an item: on every track, on one of them, or by a fact that comes before the track.
type Approvers struct {
	Any         []string `yaml:"any"`
	Standard    []string `yaml:"standard"`
	Full        []string `yaml:"full"`
	InScope     []string `yaml:"in_scope"`     // a change inside what was assessed
	Substantial []string `yaml:"substantial"`  // a substantial change
	PatientHarm []string `yaml:"patient_harm"` // the system was stopped because of harm to a patient
}

// Law is what an item of a gate rests on.
type Law struct {
	Reference record.Text `yaml:"reference"`
	Force     Force       `yaml:"force"`
	For       []string    `yaml:"for"`       // the law demands it of these systems only
	Otherwise Force       `yaml:"otherwise"` // of the others; the hospital's own rule when it is empty

	of conditions
}

// Force says whether law in force demands an item.
type Force string

// The forces.
const (
	Now     Force = "now"
	Coming  Force = "coming"
	OwnRule Force = "policy"
)

// This registers the closed list of forces.
var _ = record.Choices[Force](
	[4]string{"now", "gjeldende rett", "law in force", "danger"},
	[4]string{"coming", "kommende rett", "coming law", "info"},
	[4]string{"policy", "egen regel eller standard", "own rule or standard", "neutral"},
)

// CheckRow is one line of an item that is a checklist.
type CheckRow struct {
	Key       string      `yaml:"key"`
	Title     record.Text `yaml:"title"`
	When      []string    `yaml:"when"`
	Reference record.Text `yaml:"reference"`
	Force     Force       `yaml:"force"`

	when conditions
}

// Move is a way from one stage to another.
type Move struct {
	From   Status   `yaml:"from"`
	To     Status   `yaml:"to"`
	Origin string   `yaml:"origin"` // own, bought or any
	Track  Track    `yaml:"track"`  // only on this track, when there is one
	Gates  []string `yaml:"gates"`
	Reason bool     `yaml:"reason"` // a move back, and an end, takes a reason
}

// Step is a step of the pathway.
type Step struct {
	Key   string      `yaml:"key"`
	Label record.Text `yaml:"label"`
}

// condition is words that must all hold; conditions hold when one of them does.
type (
	condition  []word
	conditions []condition
	word       struct {
		name string
		not  bool
	}
)

// ReadGates reads the rules of gates and lifecycle, and reports every fault in them.
func ReadGates(files fs.FS) (*Gates, error) {
	g := &Gates{Words: map[string]record.Text{}, People: map[string]record.Text{}}
	var known struct {
		Steps  []Step `yaml:"steps"`
		People []Step `yaml:"people"`
		When   []struct {
			Key string      `yaml:"key"`
			Is  record.Text `yaml:"is"`
		} `yaml:"when"`
	}
	var life struct {
		Moves []Move `yaml:"moves"`
	}
	if err := errors.Join(readYAML(files, "gates.yaml", &g.Items), readYAML(files, "lifecycle.yaml", &life), readYAML(files, "gate-words.yaml", &known)); err != nil {
		return nil, err
	}
	g.Moves, g.Steps = life.Moves, known.Steps
	for _, w := range known.When {
		g.Words[w.Key] = w.Is
	}
	for _, p := range known.People {
		g.People[p.Key] = p.Label
	}
	var faults []error
	for i := range g.Items {
		if err := g.prepare(&g.Items[i]); err != nil {
			faults = append(faults, fmt.Errorf("gates.yaml: %s.%s: %w", g.Items[i].Gate, g.Items[i].Key, err))
		}
	}
	return g, errors.Join(faults...)
}

// prepare parses the conditions of an item.
func (g *Gates) prepare(i *GateItem) (err error) {
	if i.when, err = g.parse(i.When); err != nil {
		return err
	}
	if i.Law.of, err = g.parse(i.Law.For); err != nil {
		return err
	}
	if !slices.ContainsFunc(g.Steps, func(s Step) bool { return s.Key == i.Step }) {
		return fmt.Errorf("unknown step %q", i.Step)
	}
	for n := range i.Rows {
		if i.Rows[n].when, err = g.parse(i.Rows[n].When); err != nil {
			return fmt.Errorf("%s: %w", i.Rows[n].Key, err)
		}
	}
	return nil
}

func readYAML(files fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read the gates: %w", err)
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// parse reads conditions such as "own & device". No condition at all always holds.
func (g *Gates) parse(texts []string) (conditions, error) {
	var out conditions
	for _, text := range texts {
		var all condition
		for part := range strings.SplitSeq(text, "&") {
			name, not := strings.CutPrefix(strings.TrimSpace(part), "!")
			if _, ok := g.Words[name]; !ok {
				return nil, fmt.Errorf("unknown word %q", name)
			}
			all = append(all, word{name, not})
		}
		out = append(out, all)
	}
	return out, nil
}

// Holds reports whether the item is asked of a system for which these words hold.
func (i *GateItem) Holds(facts map[string]bool) bool { return i.when.hold(facts) }

// Conditions says in words of whom the item is asked.
func (g *Gates) Conditions(i *GateItem) (t record.Text) {
	for n, all := range i.when {
		for m, w := range all {
			is := g.Words[w.name]
			if w.not {
				is = record.Text{NB: "ikke: " + is.NB, EN: "not: " + is.EN}
			}
			nb, en := "", ""
			switch {
			case m > 0:
				nb, en = ", og ", ", and "
			case n > 0:
				nb, en = "; eller ", "; or "
			}
			t.NB, t.EN = t.NB+nb+is.NB, t.EN+en+is.EN
		}
	}
	return t
}

// Holds reports whether the line is asked of a system for which these words hold.
func (r *CheckRow) Holds(facts map[string]bool) bool { return r.when.hold(facts) }

func (c conditions) hold(facts map[string]bool) bool {
	return len(c) == 0 || slices.ContainsFunc(c, func(all condition) bool {
		return !slices.ContainsFunc(all, func(w word) bool { return w.name != "always" && facts[w.name] == w.not })
	})
}

// Item returns the item of a gate, or nil.
func (g *Gates) Item(gate, key string) *GateItem {
	for i := range g.Items {
		if g.Items[i].Gate == gate && g.Items[i].Key == key {
			return &g.Items[i]
		}
	}
	return nil
}

// Approver returns who approves an item of a system.
func (g *Gates) Approver(i *GateItem, s *System) Approver {
	who := i.Approves.Any
	switch {
	case s.Suspension != nil && s.Suspension.PatientHarm && i.Approves.PatientHarm != nil:
		who = i.Approves.PatientHarm
	case s.Track == Full && i.Approves.Full != nil:
		who = i.Approves.Full
	case s.Track != Full && i.Approves.Standard != nil:
		who = i.Approves.Standard
	case i.Approves.Substantial != nil:
		who = i.Approves.Substantial
		if s.Predetermined() {
			who = i.Approves.InScope
		}
	}
	line, clinical := slices.Contains(who, "line"), slices.Contains(who, "clinical")
	switch {
	case slices.Contains(who, "as_go_live") && s.Track == Light:
		return g.Approver(g.Item("allow", "conditions_written"), s)
	case slices.Contains(who, "as_go_live"):
		return g.Approver(g.Item("in_use", "go_live"), s)
	case slices.Contains(who, "body_or_mgmt"), slices.Contains(who, "body"):
		return ApproverBody
	case slices.Contains(who, "mgmt"):
		return ApproverManagement
	case line && clinical:
		return ApproverClinicalOrLine
	case line:
		return ApproverLine
	case clinical:
		return ApproverClinical
	}
	return ApproverNone
}

// Who returns who clears an item of a system: words such as owner, working_group, clinical.
func (i *GateItem) Who(s *System) []string {
	if s.Origin == Own && i.ClearsOwn != nil {
		return i.ClearsOwn
	}
	return i.Clears
}

// ForceFor returns whether law in force, coming law or an own rule demands the item of a system for which these words hold.
func (i *GateItem) ForceFor(facts map[string]bool) Force {
	if len(i.Law.For) == 0 || i.Law.of.hold(facts) {
		return i.Law.Force
	}
	if i.Law.Otherwise != "" {
		return i.Law.Otherwise
	}
	return OwnRule
}

// Predetermined reports whether the release that the gates ask about is a change that its maker planned and had assessed beforehand.
func (s *System) Predetermined() bool {
	r := s.release(s.ReleaseID)
	return r != nil && r.Predetermined
}

// GateFacts returns the facts of the system that the conditions of gates ask about, by their words.
func (s *System) GateFacts() map[string]bool {
	return map[string]bool{
		"light": s.Track == Light, "own": s.Origin == Own, "bought": s.Origin == Bought, "device": s.Findings.Device == IsDevice,
		"in_house": s.MDRRole == InHouse, "mdr_manufacturer": s.MDRRole == Manufacturer, "personal_data": s.PersonalData, "patients_affected": s.PatientsAffected,
		"staff_affected": s.StaffAffected, "role_deployer": slices.Contains(s.AIActRoles, Deployer), "role_provider": slices.Contains(s.AIActRoles, Provider),
		"high_risk": len(s.Findings.HighRisk) > 0, "annex_iii": slices.Contains(s.Findings.HighRisk, "annex_iii"),
		"notified_body": slices.Contains([]string{"notified_body", "legacy_mdd", "legacy_ivdd"}, s.Findings.Route),
		"study":         s.Findings.Study != "" && s.Findings.Study != noInvestigation, "residual_privacy_risk_high": s.Findings.PrivacyHigh,
		"from_suspended": s.Status == Suspended, "from_in_use": s.Status == InUse || s.Status == Suspended,
	}
}

// Ways returns the moves that a system may make from its stage. A suspended system goes back only to the stage that it came from.
func (g *Gates) Ways(s *System) (out []Move) {
	for _, m := range g.Moves {
		switch {
		case m.From != s.Status, m.Origin != "any" && m.Origin != "" && m.Origin != string(s.Origin), m.Track != "" && m.Track != s.Track:
		case s.Status == Suspended && m.To.Live() && m.To != s.SuspendedFrom:
		default:
			out = append(out, m)
		}
	}
	return out
}
