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

// national is a file of bodies/: organisations, bodies with their mandates and members, and what they follow.
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
	Bodies []nationalBody `yaml:"bodies"`
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
	Mandates    []map[string]any      `yaml:"mandates"` // as the API takes them
	Memberships []struct {
		Organisation string              `yaml:"organisation"`
		OnBehalfOf   string              `yaml:"on_behalf_of"`
		Position     governance.Position `yaml:"position"`
		InParent     *bool               `yaml:"in_parent_body"`
		From         record.Date         `yaml:"from"`
		To           record.Date         `yaml:"to"`
	} `yaml:"memberships"`
}

// national enters the bodies that the mission's documents describe, as the secretary who keeps them.
func (p *Play) national(a Act) error {
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

func (p *Play) organisations(a Act, n national) {
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

func (p *Play) nationalBody(a Act, b nationalBody) {
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

// move is one step of the chain from need to measure: who does what to which record, with the body that the API takes.
type move struct {
	By     string         `yaml:"by"`
	At     record.Date    `yaml:"at"`
	Do     string         `yaml:"do"` // case/submit
	On     string         `yaml:"on"` // the record, by the name an earlier step gave it
	As     string         `yaml:"as"` // the name of what it makes
	With   map[string]any `yaml:"with"`
	Reason string         `yaml:"reason"`
}

// does plays one kind of move.
type does func(p *Play, tx *record.Tx, m move) (id string, err error)

type stored interface{ Row() *record.Row }

// opens makes a record of a body.
func opens[B any, E stored](fn func(*record.Tx, B) (E, error)) does {
	return func(p *Play, tx *record.Tx, m move) (string, error) {
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

// moves changes a record.
func moves[B any, E any](fn func(*record.Tx, record.Ref, B) (E, error)) does {
	return func(p *Play, tx *record.Tx, m move) (string, error) {
		var in B
		if err := p.fill(m.With, &in); err != nil {
			return "", err
		}
		_, err := fn(tx, p.ref(m.On), in)
		return "", err
	}
}

// plain changes a record without a body.
func plain[E any](fn func(*record.Tx, record.Ref) (E, error)) does {
	return moves(func(tx *record.Tx, ref record.Ref, _ record.None) (E, error) { return fn(tx, ref) })
}

// repertoire are the moves a file may name, by the permission they take.
func (p *Play) repertoire() map[string]does {
	return map[string]does{
		"body/create": opens(governance.SetUpBody), "membership/create": opens(governance.EnterMembership),
		"membership/confirm": plain(func(tx *record.Tx, ref record.Ref) (*governance.Membership, error) {
			return rights.ConfirmMembership(tx, ref, p.guard)
		}),
		"mandate/create": opens(governance.DraftMandate), "mandate/adopt": plain(governance.AdoptMandate),
		"mandate/update": moves(func(tx *record.Tx, ref record.Ref, in struct {
			ValidFrom record.Date `json:"valid_from"`
		},
		) (*governance.Mandate, error) {
			return governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { m.ValidFrom = in.ValidFrom; return nil })
		}),
		"mandate/submit": plain(func(tx *record.Tx, ref record.Ref) (*governance.Mandate, error) {
			return governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { return m.Submit(tx.Actor.ID) })
		}),
		"need/create": opens(sector.TakeInNeed),
		"case/create": opens(governance.OpenCase), "case/submit": plain(governance.SubmitCase), "case/admit": plain(governance.AdmitCase), "case/conclude": moves(governance.ConcludeCase),
		"meeting/create": opens(func(tx *record.Tx, in governance.MeetingInput) (*governance.Meeting, error) {
			return governance.PlanMeeting(tx, in, p.guard)
		}),
		"meeting/call": plain(func(tx *record.Tx, ref record.Ref) (*governance.Meeting, error) {
			return governance.CallMeeting(tx, ref, p.guard)
		}),
		"meeting/hold": moves(func(tx *record.Tx, ref record.Ref, in governance.Roll) (*governance.Meeting, error) {
			return governance.HoldMeeting(tx, ref, in, p.guard)
		}),
		"meeting/submit-minutes": moves(func(tx *record.Tx, ref record.Ref, in governance.MinutesInput) (*governance.Meeting, error) {
			return governance.Meetings.Change(tx, ref, func(m *governance.Meeting) error { return m.SubmitMinutes(in, "", tx.Actor.ID, tx.Now) })
		}),
		"meeting/approve-minutes": plain(governance.ApproveMinutes),
		"advice/create":           opens(governance.DraftAdvice), "advice/give": moves(governance.GiveAdvice), "advice/answer": moves(governance.AnswerAdvice),
		"proposal/create": opens(governance.DraftProposal), "proposal/agree": moves(governance.AgreeProposal),
		"proposal/advance": moves(func(tx *record.Tx, ref record.Ref, in governance.Note) (*governance.Proposal, error) {
			return governance.AdvanceProposal(tx, ref, in, p.guard)
		}),
		"decision/create": opens(governance.DraftDecision), "decision/adopt": moves(decisions.Adopt),
		"measure/propose": opens(improve.ProposeMeasure),
		"measure/start": plain(func(tx *record.Tx, ref record.Ref) (*improve.Measure, error) {
			return improve.Measures.Change(tx, ref, func(m *improve.Measure) error { return m.Start(tx.Actor.ID) })
		}),
		"measure/report": moves(func(tx *record.Tx, ref record.Ref, in improve.MeasureReport) (*improve.Measure, error) {
			return improve.Measures.Change(tx, ref, func(m *improve.Measure) error { return m.Report(in, tx.Actor.ID, tx.Now) })
		}),
	}
}

// chain plays demo/organer.yaml.
func (p *Play) chain() error {
	data, err := fs.ReadFile(p.files, "demo/organer.yaml")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	var f struct {
		Entered Act    `yaml:"entered"`
		Moves   []move `yaml:"moves"`
	}
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return fmt.Errorf("demo: organer.yaml: %w", err)
	}
	if err := p.national(f.Entered); err != nil {
		return err
	}
	known := p.repertoire()
	for _, m := range f.Moves {
		fn := known[m.Do]
		if fn == nil {
			return fmt.Errorf("demo: organer.yaml: nobody knows how to %s", m.Do)
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

// fill decodes what a file says as the API decodes a body; $name stands for the id of a record made before, @name for that of a person.
func (p *Play) fill(with map[string]any, into any) error {
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

func (p *Play) named(v any) any {
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
