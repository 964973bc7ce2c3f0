package demo

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/clauses"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/internal/settings"
)

// content adds the steps that fill the hospital's management system.
func (p *loader) content() {
	p.settings()
	p.methods()
	p.adoption()
	p.registers()
	p.risks()
	p.plans()
	p.controls()
	p.documents()
	p.cycle()
	p.judgements()
}

func (p *loader) settings() {
	for _, s := range p.h.Settings {
		key := s.Scope + "settings"
		p.on(s.Created, "settings", "create", key, func(tx *record.Tx) error {
			r, err := settings.DraftEdition(tx, settings.Input{Common: record.Common{Scope: s.Scope}, Content: s.Content})
			if err == nil {
				p.ids[key] = r.ID
			}
			return err
		})
		p.on(s.Submitted, "settings", "submit", key, func(tx *record.Tx) error {
			_, err := settings.Repo.Change(tx, p.ref(key), func(r *settings.Settings) error { return r.Submit(tx.Actor.ID) })
			return err
		})
		p.on(s.Approved, "settings", "approve", key, func(tx *record.Tx) error {
			_, err := settings.ApproveEdition(tx, p.ref(key))
			return err
		})
	}
}

func (p *loader) methods() {
	for _, m := range p.h.Methods {
		p.on(m.Created, "risk_method", "create", m.Key, func(tx *record.Tx) error {
			in, err := seeding.ReadMethod(p.files, m.File)
			if err != nil {
				return err
			}
			in.Scope = m.Scope
			r, err := risk.DraftMethod(tx, *in)
			if err == nil {
				p.ids[m.Key] = r.ID
			}
			return err
		})
		p.on(m.Submitted, "risk_method", "submit", m.Key, func(tx *record.Tx) error {
			_, err := risk.Methods.Change(tx, p.ref(m.Key), func(r *risk.Method) error { return r.Submit(tx.Actor.ID) })
			return err
		})
		p.on(m.Approved, "risk_method", "approve", m.Key, func(tx *record.Tx) error {
			_, err := risk.ApproveMethod(tx, p.ref(m.Key))
			return err
		})
	}
}

// adopted is the day when the working group adopted the controls of Annex A.
const adopted record.Date = "2026-03-02"

func (p *loader) adoption() {
	p.on(Act{By: "group", At: adopted}, "control", "adopt", "Annex A", func(tx *record.Tx) error {
		if _, err := applicability.AdoptControls(tx, "/siv/", "iso-42001"); err != nil {
			return err
		}
		list, err := query.Each(tx, control.Repo, "=/siv/", nil)
		for _, c := range list {
			p.ids[c.Requirement] = c.ID
		}
		return err
	})
}

func (p *loader) registers() {
	for _, r := range p.h.Registers {
		p.on(r.Created, "risk_register", "create", r.Key, func(tx *record.Tx) error {
			made, err := risk.OpenRegister(tx, risk.RegisterInput{
				Common: record.Common{Scope: r.Scope}, Title: r.Title, Method: r.Method, OwnerID: p.people[r.Owner],
			})
			if err == nil {
				p.ids[r.Key] = made.ID
			}
			return err
		})
	}
}

func (p *loader) risks() {
	for _, l := range p.h.Risks {
		p.on(l.Identified, "risk", "create", l.Key, func(tx *record.Tx) error {
			r, err := risk.IdentifyRisk(tx, risk.Input{
				Common: record.Common{Scope: l.Scope}, RegisterID: p.ids[l.Register], Title: l.Title, Description: l.Description,
				Polarity: l.Polarity, Sources: slices.Concat(l.Sources, l.OwnSources), Objectives: l.Objectives, Clauses: l.Clauses, OwnerID: p.people[l.Owner],
			})
			if err == nil {
				p.ids[l.Key] = r.ID
			}
			return err
		})
		for _, a := range l.Assessments {
			p.on(Act{By: a.By, At: a.At}, "risk", "assess", l.Key, func(tx *record.Tx) error {
				_, err := risk.AssessRisk(tx, p.ref(l.Key), risk.AssessmentInput{
					Stage: a.Stage, Likelihood: a.Likelihood, Consequences: a.Consequences, Rationale: a.Rationale,
				})
				return err
			})
		}
		p.treatments(l)
		if a := l.Acceptance; a != nil {
			p.on(Act{By: a.By, At: a.At, Reason: a.Reason}, "risk", "accept", l.Key, func(tx *record.Tx) error {
				_, err := risk.AcceptRisk(tx, p.ref(l.Key), risk.AcceptanceInput{Reason: a.Reason, Until: a.Until}, p.guard)
				return err
			})
		}
		if c := l.Closed; c != nil {
			in := risk.ClosureInput{Reason: c.Reason, Note: c.Text}
			p.on(Act{By: c.By, At: c.At, Reason: in.Why()}, "risk", "close", l.Key, func(tx *record.Tx) error {
				in.DuplicateOf = p.ids[c.DuplicateOf]
				_, err := risk.CloseRisk(tx, p.ref(l.Key), in)
				return err
			})
		}
	}
}

// plans adds the steps of the treatment plans.
func (p *loader) plans() {
	for _, l := range p.h.Plans {
		p.on(l.Created, "treatment_plan", "create", l.Key, func(tx *record.Tx) error {
			in := risk.PlanInput{Common: record.Common{Scope: l.Scope}, Title: l.Title}
			for _, key := range l.Risks {
				in.RiskIDs = append(in.RiskIDs, p.ids[key])
			}
			made, err := risk.DraftPlan(tx, in)
			if err == nil {
				p.ids[l.Key] = made.ID
			}
			return err
		})
		step := func(a Act, verb string, do func(*record.Tx, record.Ref) (*risk.Plan, error)) {
			p.on(a, "treatment_plan", verb, l.Key, func(tx *record.Tx) error {
				_, err := do(tx, p.ref(l.Key))
				return err
			})
		}
		step(l.Submitted, "submit", risk.SubmitPlan)
		for _, a := range l.Agreed {
			step(a, "agree", risk.AgreePlan)
		}
		if l.Approved != nil {
			step(*l.Approved, "approve", risk.ApprovePlan)
		}
	}
}

func (p *loader) treatments(l riskLine) {
	for i, t := range l.Treatments {
		p.on(Act{By: t.By, At: t.At}, "risk", "treat", l.Key, func(tx *record.Tx) error {
			in := risk.TreatmentInput{Option: t.Option, Plan: t.Plan, ResponsibleID: p.people[t.Responsible], Due: t.Due}
			for _, c := range t.Controls {
				in.Controls = append(in.Controls, p.ids[c])
			}
			_, err := risk.TreatRisk(tx, p.ref(l.Key), in)
			return err
		})
		step := func(on record.Date, what string, fn func(tx *record.Tx, r *risk.Risk, id string) error) {
			p.on(Act{By: t.By, At: on}, "risk", "treatment", l.Key+" "+what, func(tx *record.Tx) error {
				_, err := risk.Repo.Change(tx, p.ref(l.Key), func(r *risk.Risk) error { return fn(tx, r, r.Treatments[i].ID) })
				return err
			})
		}
		if t.Status != risk.Planned {
			step(t.At, "start", func(tx *record.Tx, r *risk.Risk, id string) error { return r.StartTreatment(id, tx.Now) })
		}
		if t.Status == risk.Done {
			step(p.finished(l, t.At), "complete", func(tx *record.Tx, r *risk.Risk, id string) error {
				return r.CompleteTreatment(id, tx.Now, t.Outcome)
			})
		}
	}
}

// finished returns the day when a treatment was completed: 30 days after it began, but not after today, the acceptance or the closing of the risk.
func (p *loader) finished(l riskLine, from record.Date) record.Date {
	day := min(from.Add("P30D"), p.h.Today)
	if l.Acceptance != nil {
		day = min(day, l.Acceptance.At)
	}
	if l.Closed != nil {
		day = min(day, l.Closed.At)
	}
	return day
}

func (p *loader) controls() {
	for _, c := range p.h.Controls {
		p.on(c.Set, "control", "update", c.Key, func(tx *record.Tx) error {
			_, err := applicability.ChangeControl(tx, p.ref(c.Key), func(r *control.Control) error {
				r.Applicability, r.Justification, r.ImplementationStatus = c.Applicability, c.Justification, c.ImplementationStatus
				r.OwnerID = p.people[c.Owner]
				return nil
			})
			return err
		})
	}
	for _, e := range p.h.Evidence {
		p.on(e.Created, "evidence", "create", e.Key, func(tx *record.Tx) error {
			r, err := evidence.Collect(tx, evidence.Input{
				Common: record.Common{Scope: e.Scope}, Title: e.Title, Kind: e.Kind, URL: e.URL, Text: e.Text, CollectedOn: e.Created.At, ValidUntil: e.Until,
			})
			if err == nil {
				p.ids[e.Key] = r.ID
			}
			return err
		})
		p.on(Act{By: "group", At: e.Created.At}, "control", "update", e.Control, func(tx *record.Tx) error {
			_, err := applicability.ChangeControl(tx, p.ref(e.Control), func(r *control.Control) error {
				r.Evidence = append(r.Evidence, p.ids[e.Key])
				return nil
			})
			return err
		})
		if e.Retired != nil {
			p.on(*e.Retired, "evidence", "retire", e.Key, func(tx *record.Tx) error {
				_, err := evidence.Repo.Change(tx, p.ref(e.Key), (*evidence.Evidence).Retire)
				return err
			})
		}
	}
	for _, d := range p.h.Deviations {
		p.on(d.Set, "control", "create", d.Requirement, func(tx *record.Tx) error {
			_, err := applicability.CreateControl(tx, control.Input{
				Common: record.Common{Scope: d.Scope}, Requirement: d.Requirement, Applicability: d.Applicability, Justification: d.Justification,
				ImplementationStatus: d.ImplementationStatus, OwnerID: p.people[d.Owner],
			})
			return err
		})
	}
	for _, v := range p.h.Verifications {
		p.on(v.Done, "control", "verify", v.Control, func(tx *record.Tx) error {
			_, err := applicability.VerifyControl(tx, p.ref(v.Control), control.VerificationInput{
				Evidence: []string{p.ids[v.Evidence]}, Method: v.Method, Result: v.Result,
			})
			return err
		})
	}
	p.statements()
}

func (p *loader) statements() {
	for _, s := range p.h.Statements {
		p.on(s.Created, "soa", "create", s.Key, func(tx *record.Tx) error {
			r, err := applicability.CreateStatement(tx, control.StatementInput{Common: record.Common{Scope: s.Scope}, Title: s.Title, Framework: s.Framework})
			if err == nil {
				p.ids[s.Key] = r.ID
			}
			return err
		})
		for verb, act := range map[string]*Act{"submit": s.Submitted, "approve": s.Approved} {
			if act == nil {
				continue
			}
			do := applicability.SubmitStatement
			if verb == "approve" {
				do = applicability.ApproveStatement
			}
			p.on(*act, "soa", verb, s.Key, func(tx *record.Tx) error {
				_, err := do(tx, p.ref(s.Key))
				return err
			})
		}
	}
}

func (p *loader) documents() {
	for _, d := range p.h.Policies {
		p.on(d.Created, "policy", "create", d.Key, func(tx *record.Tx) error {
			in, err := p.text(d)
			if err != nil {
				return err
			}
			r, err := policy.DraftPolicy(tx, *in)
			if err == nil {
				p.ids[d.Key] = r.ID
			}
			return err
		})
		for _, s := range []struct {
			act  *Act
			verb string
			do   func(tx *record.Tx) error
		}{
			{d.Submitted, "submit", func(tx *record.Tx) error {
				_, err := policy.SubmitPolicy(tx, p.ref(d.Key), policy.Submission{})
				return err
			}},
			{d.Approved, "approve", func(tx *record.Tx) error { _, err := policy.ApprovePolicy(tx, p.ref(d.Key)); return err }},
			{d.Published, "publish", func(tx *record.Tx) error {
				_, err := policy.PublishPolicy(tx, p.ref(d.Key), d.Significant)
				return err
			}},
		} {
			if s.act != nil {
				p.on(*s.act, "policy", s.verb, d.Key, s.do)
			}
		}
	}
	for _, a := range p.h.Acknowledgements {
		p.on(Act{By: a.Person, At: a.At}, "acknowledgement", "create", a.Policy, func(tx *record.Tx) error {
			_, _, err := policy.AcknowledgePolicy(tx, p.ids[a.Policy], policy.Reading{})
			return err
		})
	}
}

// judgements adds the judgements of the working group and the internal audit of the clauses, for the whole hospital.
func (p *loader) judgements() {
	for _, j := range p.h.Judgements {
		p.on(Act{By: j.By, At: j.At}, "clause_judgement", "create", j.Clause, func(tx *record.Tx) error {
			in := catalogue.JudgementInput{Common: record.Common{Scope: "/siv/"}, Clause: j.Clause, Judgement: j.Judgement, Reasons: j.Reasons}
			_, err := clauses.Judge(tx, in, catalogue.Support())
			return err
		})
	}
}

// text reads the text of a document and returns the input of its policy.
func (p *loader) text(d document) (*policy.Input, error) {
	body, err := fs.ReadFile(p.files, "demo/"+d.Body)
	if err != nil {
		return nil, fmt.Errorf("text of %s: %w", d.Key, err)
	}
	in := &policy.Input{
		Common: record.Common{Scope: d.Scope}, Kind: d.Kind, DocumentNumber: d.DocumentNumber, Title: d.Title, Body: string(body),
		OwnerID: p.people[d.Owner], ReviewInterval: d.ReviewInterval, Clauses: d.Clauses,
	}
	if d.LastChanged != "" {
		day := d.LastChanged.Time()
		in.LastProfessionalChangeAt = &day
	}
	for _, path := range d.AppliesTo {
		in.AppliesTo = append(in.AppliesTo, policy.Application{Unit: &path})
	}
	for _, r := range d.References {
		in.References = append(in.References, policy.Reference{Kind: r.Kind, Title: r.Title, URL: r.URL, DocumentNumber: r.Number})
	}
	return in, nil
}
