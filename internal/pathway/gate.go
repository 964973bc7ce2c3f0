package pathway

import (
	"slices"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/settings"
)

// Rules are the data that a pathway follows: the gates and the moves, and the settings of units that have none of their own.
type Rules struct {
	*aisystem.Gates
	Settings *settings.Settings
	Roles    Roles
}

// Roles tells which roles somebody holds now. Package access implements it.
type Roles interface {
	Held(tx *record.Tx, id string) ([]record.Held, error)
}

// LineState says how far an item of a gate is.
type LineState string

// The states of an item.
const (
	Cleared       LineState = "cleared"
	InReview      LineState = "in_review"
	Missing       LineState = "missing"
	Outdated      LineState = "outdated"
	Waived        LineState = "waived"
	ComingLaw     LineState = "coming"
	NotApplicable LineState = "not_applicable"
	Told          LineState = "info"
)

// This registers the closed list of states.
var _ = record.Choices[LineState](
	[4]string{"cleared", "avklart", "cleared", "success"},
	[4]string{"in_review", "venter på godkjenning", "waiting for approval", "info"},
	[4]string{"missing", "mangler", "missing", "danger"},
	[4]string{"outdated", "utdatert", "outdated", "danger"},
	[4]string{"waived", "utsatt med begrunnelse", "waived with a reason", "warning"},
	[4]string{"coming", "kommer", "coming", "neutral"},
	[4]string{"not_applicable", "gjelder ikke", "not applicable", "neutral"},
	[4]string{"info", "til orientering", "for information", "neutral"},
)

// Line is one item of a gate, as it stands for a system.
type Line struct {
	Gate     string            `json:"gate" example:"pilot"`
	Item     string            `json:"item" example:"oversight_plan"`
	Step     string            `json:"step" example:"people"`
	Title    record.Text       `json:"title"`
	Asks     record.Text       `json:"asks"`
	Evidence record.Text       `json:"evidence"` // what clears it, in words
	State    LineState         `json:"state"`
	Blocks   bool              `json:"blocks"` // whether the gate stays closed because of it
	Why      *record.Text      `json:"why"`    // why it does not apply, or what is wrong with it
	By       string            `json:"by" example:"evidence"`
	Clears   []string          `json:"clears" example:"owner"`
	Approver aisystem.Approver `json:"approver"`
	Advice   string            `json:"advice,omitempty" example:"privacy_officer"`
	Waivable bool              `json:"waivable"`
	Force    aisystem.Force    `json:"force"`
	Law      record.Text       `json:"law"`
	Verify   bool              `json:"verify"` // it rests on rows of the rules whose confidence is not high: «kontrolleres»
	Rows     []LineRow         `json:"rows"`
	// The answers that a line of the checklist takes, and those that meet it, that name where it can be seen, and that give a reason.
	Answers        []string    `json:"answers" example:"norwegian"`
	Passes         []string    `json:"passes" example:"norwegian"`
	NeedsReference []string    `json:"needs_reference" example:"exempt"`
	NeedsReason    []string    `json:"needs_reason" example:"not_applicable"`
	RecordID       string      `json:"record_id,omitempty" format:"uuid"`
	Link           string      `json:"link,omitempty" example:"/api/v1/gate-items/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"`
	Until          record.Date `json:"valid_until" format:"date" extensions:"x-nullable"`

	rule *aisystem.GateItem
	kind *record.Kind // of the record
} // @name GateLine

// LineRow is one line of a checklist, with the answer that was given.
type LineRow struct {
	Key    string      `json:"key" example:"screens"`
	Title  record.Text `json:"title"`
	Answer string      `json:"answer,omitempty" example:"norwegian"`
	State  LineState   `json:"state"`
} // @name GateLineRow

// Gate is what a move of a system asks for.
type Gate struct {
	SystemID     string                 `json:"system_id" format:"uuid" names:"ai_system"`
	From         aisystem.Status        `json:"from"`
	To           aisystem.Status        `json:"to"`
	DeploymentID string                 `json:"deployment_id,omitempty" format:"uuid"` // the place that is asked about
	Gates        []string               `json:"gates" example:"pilot"`
	Open         bool                   `json:"open"`
	Blocking     int                    `json:"blocking" example:"7"`
	Track        aisystem.Track         `json:"track"`
	TrackReasons []aisystem.TrackReason `json:"track_reasons"`
	Items        []Line                 `json:"items"`
} // @name Gate

// view reads once what the items of a system are cleared by.
type view struct {
	rules   *Rules
	system  *aisystem.System
	words   map[string]bool
	items   []*aisystem.Item // the newest first
	enforce bool             // coming law counts as law in force
	highest settings.HighestLevel
	today   record.Date
	place   string // the deployment that is asked about, for what each place is asked
	tx      *record.Tx
}

func (r *Rules) view(tx *record.Tx, s *aisystem.System) (*view, error) {
	v := &view{rules: r, system: s, words: s.GateFacts(), today: record.DateOf(tx.Now), tx: tx}
	in, err := settings.InForce(tx, r.Settings, s.Scope)
	if err != nil {
		return nil, err
	}
	v.enforce, v.highest = in.EnforceEarly, in.Highest
	if v.items, err = query.Each(tx, aisystem.Items, "", map[string][]string{"system_id": {s.ID}}); err != nil {
		return nil, err
	}
	slices.Reverse(v.items)
	return v, nil
}

// GateOf returns what the move of a system to another stage asks for; to the next one when no stage is named.
func (r *Rules) GateOf(tx *record.Tx, s *aisystem.System, to aisystem.Status) (*Gate, error) {
	if to == "" {
		to = r.next(s)
	}
	way, err := r.way(s, to)
	if err != nil {
		return nil, err
	}
	v, err := r.view(tx, s)
	if err != nil {
		return nil, err
	}
	return v.gate(&Gate{SystemID: s.ID, From: s.Status, To: to, Gates: way.Gates, Track: s.Track, TrackReasons: s.TrackReasons})
}

// next returns the stage that a system moves to when it goes on.
func (r *Rules) next(s *aisystem.System) aisystem.Status {
	for _, m := range r.Ways(s) {
		if !m.Reason {
			return m.To
		}
	}
	return s.Status
}

// newPlace is the gate of a place or a release that is added to a system in use.
const newPlace = "new_site_or_version"

// GateOfPlace returns what the use at a new place asks for, or that of a new release at a place: only what differs.
func (r *Rules) GateOfPlace(tx *record.Tx, s *aisystem.System, in aisystem.StartInput) (*Gate, error) {
	d, release, err := s.Starting(in)
	if err != nil {
		return nil, err
	}
	v, err := r.view(tx, s)
	if err != nil {
		return nil, err
	}
	v.place = d.ID
	v.words["deployment_added"] = d.State == aisystem.Planned
	v.words["version_changed"] = d.ReleaseID != "" && d.ReleaseID != release || s.GoLive != nil && s.GoLive.ReleaseID != release
	return v.gate(&Gate{SystemID: s.ID, From: s.Status, To: s.Status, DeploymentID: d.ID, Gates: []string{newPlace}, Track: s.Track, TrackReasons: s.TrackReasons})
}

// gate fills in the items of the gates.
func (v *view) gate(g *Gate) (*Gate, error) {
	for i := range v.rules.Items {
		rule := &v.rules.Items[i]
		if !slices.Contains(g.Gates, rule.Gate) {
			continue
		}
		line, err := v.line(rule)
		if err != nil {
			return nil, err
		}
		if line.Blocks {
			g.Blocking++
		}
		g.Items = append(g.Items, line)
	}
	g.Open = g.Blocking == 0
	return g, nil
}

// way returns the move of a system to a stage, or a refusal that names the stages it may move to.
func (r *Rules) way(s *aisystem.System, to aisystem.Status) (aisystem.Move, error) {
	var open record.Labels
	for _, m := range r.Ways(s) {
		if m.To == to {
			return m, nil
		}
		open = append(open, aisystem.Systems.StateLabel(string(m.To)))
	}
	return aisystem.Move{}, fault.New(fault.Conflict, "no_such_move", "%s cannot move from %s to %s; it may move to: %s", s.Number, aisystem.Systems.StateLabel(string(s.Status)),
		aisystem.Systems.StateLabel(string(to)), open).
		With("state", string(s.Status))
}

// line returns how an item stands for the system.
func (v *view) line(rule *aisystem.GateItem) (Line, error) {
	l := Line{
		Gate: rule.Gate, Item: rule.Key, Step: rule.Step, Title: rule.Title, Asks: rule.Asks, Evidence: rule.Evidence, By: rule.By, Clears: rule.Who(v.system),
		Approver: v.rules.Approver(rule, v.system), Advice: rule.Advice, Waivable: rule.Waivable, Force: rule.ForceFor(v.words), Law: rule.Law.Reference, rule: rule,
		Answers: rule.Answers, Passes: rule.Passes, NeedsReference: rule.NeedsRef, NeedsReason: rule.NeedsWhy,
	}
	if !rule.Holds(v.words) {
		l.State, l.Why = NotApplicable, v.unmet(rule)
		return l, nil
	}
	l.State = Missing
	var err error
	if source := sources[rule.By]; source != nil {
		err = source(v, &l)
	} else {
		v.byItem(&l)
	}
	if err != nil {
		return l, err
	}
	if err := v.hide(&l); err != nil {
		return l, err
	}
	switch {
	case rule.Info:
		l.State = Told
	case l.Force == aisystem.Coming && !v.enforce && l.State != Cleared:
		l.State = ComingLaw
	}
	l.Blocks = slices.Contains([]LineState{Missing, InReview, Outdated}, l.State)
	return l, nil
}

// hide takes the record away from a line for somebody who may not read it: they see how far the item is, and not by what.
func (v *view) hide(l *Line) error {
	if l.RecordID == "" {
		return nil
	}
	_, err := v.tx.Load(l.kind, l.RecordID)
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	l.RecordID, l.Link, l.Why, l.Until = "", "", nil, ""
	return nil
}

// newest returns the newest of what was recorded for an item, or nil.
func (v *view) newest(rule *aisystem.GateItem) *aisystem.Item {
	for _, i := range v.items {
		if i.Gate == rule.Gate && i.Item == rule.Key && i.DeploymentID == v.place {
			return i
		}
	}
	return nil
}

// byItem fills in how an item stands that a person clears with a text, answers and evidence.
func (v *view) byItem(l *Line) {
	i := v.newest(l.rule)
	l.Rows = v.rows(l.rule, i)
	if i == nil {
		return
	}
	l.kind, l.RecordID, l.Link, l.Until = aisystem.Items.Kind, i.ID, linkOf(aisystem.Items.Kind, i.ID), i.ValidUntil
	switch {
	case i.Status == aisystem.ItemInReview:
		l.State = InReview
	case i.Status == aisystem.ItemReturned:
		l.State, l.Why = Missing, text("Sendt tilbake", "Returned")
	case i.Status == aisystem.ItemOutdated:
		l.State, l.Why = Outdated, text("Det som lå til grunn, er endret", "What it rested on has changed")
	case !i.Counts(v.today):
		l.State, l.Why = Outdated, text("Gyldigheten er utløpt", "It is past its last day")
	case i.WaivedBecause != "":
		l.State = Waived
	case slices.ContainsFunc(l.Rows, func(r LineRow) bool { return r.State == Missing }):
		l.State, l.Why = Missing, text("Et punkt på listen er ikke oppfylt", "A line of the list is not met")
	default:
		l.State = Cleared
	}
}

// rows returns the lines of a checklist with their answers.
func (v *view) rows(rule *aisystem.GateItem, i *aisystem.Item) (out []LineRow) {
	for n := range rule.Rows {
		r := &rule.Rows[n]
		row := LineRow{Key: r.Key, Title: r.Title, State: Missing}
		if i != nil {
			for _, a := range i.Rows {
				if a.Key == r.Key {
					row.Answer = a.Answer
				}
			}
		}
		switch {
		case !r.Holds(v.words):
			row.State = NotApplicable
		case slices.Contains(rule.Passes, row.Answer):
			row.State = Cleared
		case r.Force == aisystem.Coming && !v.enforce:
			row.State = ComingLaw
		}
		out = append(out, row)
	}
	return out
}

// unmet says which condition of an item does not hold.
func (v *view) unmet(rule *aisystem.GateItem) *record.Text {
	t := v.rules.Conditions(rule)
	return &record.Text{NB: "Gjelder bare: " + t.NB, EN: "Asked only of: " + t.EN}
}

func text(nb, en string) *record.Text { return &record.Text{NB: nb, EN: en} }

func linkOf(k *record.Kind, id string) string { return "/api/v1/" + k.Path + "/" + id }
