package demo

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/decisions"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rights"
	"github.com/ki-styring/aims/internal/sector"
)

// national is a file in bodies/: organisations, bodies with their mandates and members, and topics.
type national struct {
	Organisations []struct {
		Key       string                  `yaml:"key"`
		Scope     string                  `yaml:"scope"`
		Kind      sector.OrganisationKind `yaml:"kind"`
		Name      record.Text             `yaml:"name"`
		ShortName string                  `yaml:"short_name"`
		Website   string                  `yaml:"website"`
		Merged    *struct {
			Into   string      `yaml:"into"`
			On     record.Date `yaml:"on"`
			Reason string      `yaml:"reason"`
		} `yaml:"merged"`
	} `yaml:"organisations"`
	Bodies []nationalBody `yaml:"national_bodies"`
	Topics []struct {
		Body  string      `yaml:"body"`
		Scope string      `yaml:"scope"`
		Title string      `yaml:"title"`
		AsOf  record.Date `yaml:"as_of"`
	} `yaml:"topics"`
}

type nationalBody struct {
	Key         string                `yaml:"key"`
	Scope       string                `yaml:"scope"`
	Kind        governance.BodyKind   `yaml:"kind"`
	Name        record.Text           `yaml:"name"`
	Purpose     record.Text           `yaml:"purpose"`
	MemberRole  governance.MemberRole `yaml:"member_role"`
	Parent      string                `yaml:"parent"`
	Predecessor string                `yaml:"predecessor"`
	Interim     bool                  `yaml:"interim"`
	Powers      []governance.Power    `yaml:"powers"`
	Lead        string                `yaml:"lead_organisation"`
	Secretariat string                `yaml:"secretariat_organisation"`
	Projects    []string              `yaml:"projects"`
	Contact     string                `yaml:"contact"`
	TermFrom    record.Date           `yaml:"term_from"`
	TermTo      record.Date           `yaml:"term_to"`
	Mandates    []map[string]any      `yaml:"mandates"` // in the form of the API's request body
	Memberships []struct {
		Organisation string              `yaml:"organisation"`
		OnBehalfOf   string              `yaml:"on_behalf_of"`
		Position     governance.Position `yaml:"position"`
		InParent     *bool               `yaml:"in_parent_body"`
		From         record.Date         `yaml:"from"`
		To           record.Date         `yaml:"to"`
	} `yaml:"memberships"`
}

// national adds the steps that create the national organisations and bodies. The act says who creates them and on which day.
func (p *loader) national(a Act) error {
	for _, file := range []string{"organisasjoner", "ki-standardisering", "skate", "ki-rad-helse"} {
		data, err := fs.ReadFile(p.files, "bodies/"+file+".yaml")
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		var n national
		if err := yaml.UnmarshalWithOptions(data, &n, yaml.Strict()); err != nil {
			return fmt.Errorf("demo: %s: %w", file, err)
		}
		p.organisations(a, n)
		for _, b := range n.Bodies {
			p.nationalBody(a, b)
		}
		for _, t := range n.Topics {
			p.on(a, "topic", "create", t.Title, func(tx *record.Tx) error {
				_, err := sector.AddTopic(tx, sector.TopicInput{Common: record.Common{Scope: t.Scope}, BodyID: t.Body, Title: t.Title, AsOf: t.AsOf, ActiveParticipation: true})
				return err
			})
		}
	}
	return nil
}

func (p *loader) organisations(a Act, n national) {
	for _, o := range n.Organisations {
		p.on(a, "organisation", "create", o.Key, func(tx *record.Tx) error {
			r, err := sector.Organisations.Create(tx, sector.NewOrganisation(sector.OrganisationInput{
				Common: record.Common{Scope: o.Scope}, Key: o.Key, Kind: o.Kind, Name: o.Name, ShortName: o.ShortName, Website: o.Website,
			}))
			if err == nil {
				p.ids[o.Key] = r.ID
			}
			return err
		})
	}
	for _, o := range n.Organisations {
		if m := o.Merged; m != nil {
			p.on(Act{By: a.By, At: a.At, Reason: m.Reason}, "organisation", "merge", o.Key, func(tx *record.Tx) error {
				_, err := sector.MergeOrganisation(tx, p.ref(o.Key), sector.Merger{IntoID: m.Into, On: m.On, Reason: record.Reason{Reason: m.Reason}})
				return err
			})
		}
	}
}

func (p *loader) nationalBody(a Act, b nationalBody) {
	p.on(a, "body", "create", b.Key, func(tx *record.Tx) error {
		in := governance.BodyInput{
			Common: record.Common{Scope: b.Scope}, Key: b.Key, Kind: b.Kind, Name: b.Name, Purpose: b.Purpose, MemberRole: b.MemberRole, Contact: b.Contact,
			ParentID: b.Parent, PredecessorID: b.Predecessor, Interim: b.Interim, Powers: b.Powers, TermFrom: b.TermFrom, TermTo: b.TermTo,
			LeadOrganisationID: b.Lead, SecretariatOrganisationID: b.Secretariat,
		}
		for _, path := range b.Projects {
			u, err := tx.UnitAt(path)
			if err != nil {
				return err
			}
			in.ProjectIDs = append(in.ProjectIDs, u.ID)
		}
		r, err := governance.SetUpBody(tx, in)
		if err == nil {
			p.ids[b.Key] = r.ID
		}
		return err
	})
	for i, m := range b.Mandates {
		p.on(a, "mandate", "create", b.Key, func(tx *record.Tx) error {
			var in governance.MandateInput
			if err := p.fill(m, &in); err != nil {
				return err
			}
			in.Scope, in.BodyID = b.Scope, b.Key
			r, err := governance.DraftMandate(tx, in)
			if err == nil {
				p.ids[fmt.Sprintf("%s/mandate/%d", b.Key, i)] = r.ID
			}
			return err
		})
	}
	for _, m := range b.Memberships {
		p.on(a, "membership", "create", b.Key+" "+m.Organisation, func(tx *record.Tx) error {
			r, err := governance.EnterMembership(tx, governance.MembershipInput{
				Common: record.Common{Scope: b.Scope}, BodyID: b.Key, OrganisationID: m.Organisation, OnBehalfOf: m.OnBehalfOf, Position: m.Position,
				InParentBody: m.InParent, ValidFrom: m.From, ValidTo: m.To,
			})
			if err == nil {
				p.ids[b.Key+"/"+m.Organisation] = r.ID
			}
			return err
		})
	}
}

// moveLine is one action in demo/organer.yaml: who does what to which record, with the request body that the API takes.
type moveLine struct {
	By     string         `yaml:"by"`
	At     record.Date    `yaml:"at"`
	Do     string         `yaml:"do"` // the permission of the action, such as case/submit
	On     string         `yaml:"on"` // the record, by the name that an earlier action gave it
	As     string         `yaml:"as"` // the name of the record that it creates
	With   map[string]any `yaml:"with"`
	Reason string         `yaml:"reason"`
}

// moveFunc runs a move and returns the id of the record that it creates, or "".
type moveFunc func(p *loader, tx *record.Tx, m moveLine) (id string, err error)

type stored interface{ Row() *record.Row }

// creates returns a function for moves that create a record from a request body.
func creates[B any, E stored](fn func(*record.Tx, B) (E, error)) moveFunc {
	return func(p *loader, tx *record.Tx, m moveLine) (string, error) {
		var in B
		if err := p.fill(m.With, &in); err != nil {
			return "", err
		}
		e, err := fn(tx, in)
		if err != nil {
			return "", err
		}
		return e.Row().ID, nil
	}
}

// changes returns a function for moves that change a record, with a request body.
func changes[B any, E any](fn func(*record.Tx, record.Ref, B) (E, error)) moveFunc {
	return func(p *loader, tx *record.Tx, m moveLine) (string, error) {
		var in B
		if err := p.fill(m.With, &in); err != nil {
			return "", err
		}
		_, err := fn(tx, p.ref(m.On), in)
		return "", err
	}
}

// changesPlain returns a function for moves that change a record, without a request body.
func changesPlain[E any](fn func(*record.Tx, record.Ref) (E, error)) moveFunc {
	return changes(func(tx *record.Tx, ref record.Ref, _ record.None) (E, error) { return fn(tx, ref) })
}

// knownMoves returns the actions that a file may name, by their permission.
func (p *loader) knownMoves() map[string]moveFunc {
	return map[string]moveFunc{
		"body/create": creates(governance.SetUpBody), "membership/create": creates(governance.EnterMembership),
		"membership/confirm": changesPlain(func(tx *record.Tx, ref record.Ref) (*governance.Membership, error) {
			return rights.ConfirmMembership(tx, ref, p.guard)
		}),
		"mandate/create": creates(governance.DraftMandate), "mandate/adopt": changesPlain(governance.AdoptMandate),
		"mandate/update": changes(func(tx *record.Tx, ref record.Ref, in struct {
			ValidFrom record.Date `json:"valid_from"`
		},
		) (*governance.Mandate, error) {
			return governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { m.ValidFrom = in.ValidFrom; return nil })
		}),
		"mandate/submit": changesPlain(func(tx *record.Tx, ref record.Ref) (*governance.Mandate, error) {
			return governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { return m.Submit(tx.Actor.ID) })
		}),
		"need/create": creates(sector.TakeInNeed),
		"case/create": creates(governance.OpenCase), "case/submit": changesPlain(governance.SubmitCase), "case/conclude": changes(governance.ConcludeCase),
		"case/admit": changesPlain(func(tx *record.Tx, ref record.Ref) (*governance.Case, error) {
			return governance.AdmitCase(tx, ref, p.carrier)
		}),
		"meeting/create": creates(func(tx *record.Tx, in governance.MeetingInput) (*governance.Meeting, error) {
			return governance.PlanMeeting(tx, in, p.guard)
		}),
		"meeting/call": changesPlain(func(tx *record.Tx, ref record.Ref) (*governance.Meeting, error) {
			return governance.CallMeeting(tx, ref, p.guard)
		}),
		"meeting/hold": changes(func(tx *record.Tx, ref record.Ref, in governance.Roll) (*governance.Meeting, error) {
			return governance.HoldMeeting(tx, ref, in, p.guard)
		}),
		"meeting/submit-minutes": changes(func(tx *record.Tx, ref record.Ref, in governance.MinutesInput) (*governance.Meeting, error) {
			return governance.SubmitMinutes(tx, ref, in, "", p.guard)
		}),
		"meeting/approve-minutes": changesPlain(governance.ApproveMinutes),
		"advice/create":           creates(governance.DraftAdvice), "advice/give": changes(governance.GiveAdvice), "advice/answer": changes(governance.AnswerAdvice),
		"proposal/create": creates(governance.DraftProposal), "proposal/agree": changes(governance.AgreeProposal),
		"proposal/advance": changes(func(tx *record.Tx, ref record.Ref, in governance.Note) (*governance.Proposal, error) {
			return governance.AdvanceProposal(tx, ref, in, p.guard)
		}),
		"decision/create": creates(func(tx *record.Tx, in governance.DecisionInput) (*governance.Decision, error) {
			return governance.DraftDecision(tx, in, p.carrier)
		}),
		"decision/adopt": changes(func(tx *record.Tx, ref record.Ref, in governance.ResolutionInput) (*governance.Decision, error) {
			return decisions.Adopt(tx, ref, in, p.carrier)
		}),
		"measure/propose": creates(improve.ProposeMeasure),
		"measure/start": changesPlain(func(tx *record.Tx, ref record.Ref) (*improve.Measure, error) {
			return improve.Measures.Change(tx, ref, func(m *improve.Measure) error { return m.Start(tx.Actor.ID) })
		}),
		"measure/report": changes(func(tx *record.Tx, ref record.Ref, in improve.MeasureReport) (*improve.Measure, error) {
			return improve.Measures.Change(tx, ref, func(m *improve.Measure) error { return m.Report(in, tx.Actor.ID, tx.Now) })
		}),
	}
}

// governing adds the steps of demo/organer.yaml: cases on their way from need to measure.
func (p *loader) governing() error {
	data, err := fs.ReadFile(p.files, "demo/organer.yaml")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	var f struct {
		Entered Act        `yaml:"entered"`
		Moves   []moveLine `yaml:"moves"`
	}
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return fmt.Errorf("demo: organer.yaml: %w", err)
	}
	if err := p.national(f.Entered); err != nil {
		return err
	}
	known := p.knownMoves()
	for _, m := range f.Moves {
		fn := known[m.Do]
		if fn == nil {
			return fmt.Errorf("demo: organer.yaml: unknown action %s", m.Do)
		}
		object, action, _ := strings.Cut(m.Do, "/")
		p.on(Act{By: m.By, At: m.At, Reason: m.Reason}, object, action, m.On+m.As, func(tx *record.Tx) error {
			id, err := fn(p, tx, m)
			if m.As != "" {
				p.ids[m.As] = id
			}
			return err
		})
	}
	return nil
}

// fill decodes a request body from a file into a value. In texts, $name stands for the id of a record that was created before, and @name for
// the id of a person.
func (p *loader) fill(with map[string]any, into any) error {
	if with == nil {
		return nil
	}
	raw, err := json.Marshal(p.named(with))
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// named replaces $name and @name in a value by ids.
func (p *loader) named(v any) any {
	switch x := v.(type) {
	case string:
		if name, ok := strings.CutPrefix(x, "$"); ok {
			return p.ids[name]
		}
		if name, ok := strings.CutPrefix(x, "@"); ok {
			return p.people[name]
		}
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = p.named(e)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = p.named(e)
		}
		return out
	}
	return v
}
