package seeding

import (
	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/settings"
)

// edition is an edition of the settings of a top-level unit in a file. A file has one for each unit.
type edition struct {
	settings.Input
	Submit bool `json:"submit"`
}

var unitSettings = section[edition, settings.Settings]{
	title: "settings", fields: "scope deciders highest_level answer_times enforce_early enforce_early_reason submit", repo: settings.Repo,
	key: func(e *edition) string { return e.Scope },
	stored: func(s *settings.Settings) string {
		if seedKey(s.Common) == "" {
			return ""
		}
		return s.Scope
	},
	form: func(e *edition) *settings.Settings { return settings.New(e.Input, 1) },
	create: func(l *loader, e *edition) (*settings.Settings, error) {
		in := e.Input
		in.Common = seeded(in.Scope, "settings")
		return settings.DraftEdition(l.tx.Follow("settings", "create"), in)
	},
	change:  unguarded(settings.Repo.Change),
	submits: func(e *edition) bool { return e.Submit },
	submit: func(tx *record.Tx, ref record.Ref) error {
		_, err := settings.Repo.Change(tx, ref, func(s *settings.Settings) error { return s.Submit(tx.Actor.ID) })
		return err
	},
}

// method is a risk method in a file.
type method struct {
	risk.MethodInput
	Submit bool `json:"submit"`
}

var methods = section[method, risk.Method]{
	title: "methods", fields: "key scope title description likelihood consequence levels cells dimensions submit", repo: risk.Methods,
	key:    func(m *method) string { return m.Scope + ":" + m.Key },
	stored: func(m *risk.Method) string { return m.Scope + ":" + m.Key },
	hidden: func(m *risk.Method) bool { return seedKey(m.Common) == "" },
	form:   func(m *method) *risk.Method { return risk.NewMethod(m.MethodInput, 1) },
	create: func(l *loader, m *method) (*risk.Method, error) {
		in := m.MethodInput
		in.Common = seeded(in.Scope, in.Key)
		return risk.DraftMethod(l.tx.Follow("risk_method", "create"), in)
	},
	change:  unguarded(risk.Methods.Change),
	submits: func(m *method) bool { return m.Submit },
	submit: func(tx *record.Tx, ref record.Ref) error {
		_, err := risk.Methods.Change(tx, ref, func(m *risk.Method) error { return m.Submit(tx.Actor.ID) })
		return err
	},
}

// register is a risk register in a file.
type register struct {
	Key string `json:"key"`
	risk.RegisterInput
}

var registers = section[register, risk.Register]{
	title: "registers", fields: "key scope title description method owner=owner_id", repo: risk.Registers,
	key:    func(r *register) string { return r.Key },
	stored: func(r *risk.Register) string { return seedKey(r.Common) },
	form:   func(r *register) *risk.Register { return risk.NewRegister(r.input()) },
	create: func(l *loader, r *register) (*risk.Register, error) {
		return risk.OpenRegister(l.tx.Follow("risk_register", "create"), r.input())
	},
	change: unguarded(risk.PatchRegister),
}

func (r *register) input() risk.RegisterInput {
	in := r.RegisterInput
	in.Common = seeded(in.Scope, r.Key)
	return in
}

// riskEntry is a risk in a file. It is identified; people assess it.
type riskEntry struct {
	Key string `json:"key"`
	risk.Input
}

var risks = section[riskEntry, risk.Risk]{
	title: "risks", repo: risk.Repo,
	fields: "key register=register_id scope title description polarity sources objectives clauses owner=owner_id review_due",
	key:    func(r *riskEntry) string { return r.Key },
	stored: func(r *risk.Risk) string { return seedKey(r.Common) },
	form:   func(r *riskEntry) *risk.Risk { return risk.New(r.input()) },
	create: func(l *loader, r *riskEntry) (*risk.Risk, error) {
		return risk.IdentifyRisk(l.tx.Follow("risk", "create"), r.input())
	},
	change: unguarded(risk.PatchRisk),
}

func (r *riskEntry) input() risk.Input {
	in := r.Input
	in.Common = seeded(in.Scope, r.Key)
	return in
}

// document is a controlled document in a file.
type document struct {
	Key string `json:"key"`
	policy.Input
	Submit bool `json:"submit"`
}

var policies = section[document, policy.Policy]{
	title: "policies", repo: policy.Repo, needs: []string{"owner_id"},
	fields: "key scope kind document_number title text=body owner=owner_id review_interval valid_from clauses applies_to references submit",
	key:    func(d *document) string { return d.Key },
	stored: func(p *policy.Policy) string { return seedKey(p.Common) },
	form:   func(d *document) *policy.Policy { return policy.New(d.input()) },
	create: func(l *loader, d *document) (*policy.Policy, error) {
		return policy.DraftPolicy(l.tx.Follow("policy", "create"), d.input())
	},
	change:  unguarded(policy.ChangePolicy),
	submits: func(d *document) bool { return d.Submit },
	submit: func(tx *record.Tx, ref record.Ref) error {
		_, err := policy.SubmitPolicy(tx, ref, policy.Submission{})
		return err
	},
}

func (d *document) input() policy.Input {
	in := d.Input
	in.Common = seeded(in.Scope, d.Key)
	return in
}

// ownControl is a control of the installation in a file. Whether it applies is decided by people.
type ownControl struct {
	Key string `json:"key"`
	control.Input
}

var controls = section[ownControl, control.Control]{
	title: "controls", fields: "key scope title description owner=owner_id", repo: control.Repo,
	key: func(c *ownControl) string { return c.Scope + ":" + c.Key },
	stored: func(c *control.Control) string {
		if key := seedKey(c.Common); key != "" {
			return c.Scope + ":" + key
		}
		return ""
	},
	form: func(c *ownControl) *control.Control { return control.New(c.input()) },
	create: func(l *loader, c *ownControl) (*control.Control, error) {
		return applicability.CreateControl(l.tx.Follow("control", "create"), c.input())
	},
	change: unguarded(applicability.ChangeControl),
}

func (c *ownControl) input() control.Input {
	in := c.Input
	in.Common = seeded(in.Scope, c.Key)
	return in
}
