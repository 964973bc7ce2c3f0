package demo

import (
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/settings"
)

// hospital is the content of seed/demo/hospital.yaml. Comments in that file explain its parts.
type hospital struct {
	Today            record.Date      `yaml:"today"`
	Installed        record.Date      `yaml:"installed"`
	People           []person         `yaml:"people"`
	Units            []unit           `yaml:"units"`
	Bodies           []body           `yaml:"bodies"`
	Settings         []settingsLine   `yaml:"settings"`
	Methods          []method         `yaml:"risk_methods"`
	Policies         []document       `yaml:"policies"`
	Registers        []register       `yaml:"risk_registers"`
	Risks            []riskLine       `yaml:"risks"`
	Plans            []planLine       `yaml:"treatment_plans"`
	Controls         []controlLine    `yaml:"controls"`
	Statements       []statement      `yaml:"statements_of_applicability"`
	Evidence         []evidenceLine   `yaml:"evidence"`
	Verifications    []verification   `yaml:"verifications"`
	Deviations       []deviation      `yaml:"deviations"`
	Cycle            cycleLine        `yaml:"cycle"`
	Acknowledgements []acknowledgment `yaml:"acknowledgements"`
	Judgements       []judgement      `yaml:"judgements"`
}

type person struct {
	Username string `yaml:"username"`
	Name     string `yaml:"name"`
	Title    string `yaml:"title"`
	Unit     string `yaml:"unit"`
	Roles    []struct {
		Role  string      `yaml:"role"`
		Scope string      `yaml:"scope"`
		From  record.Date `yaml:"from"`
	} `yaml:"roles"`
}

type unit struct {
	Path string       `yaml:"path"`
	Kind org.UnitKind `yaml:"kind"`
	Name string       `yaml:"name"`
}

type body struct {
	Key         string                `yaml:"key"`
	Scope       string                `yaml:"scope"`
	Kind        governance.BodyKind   `yaml:"kind"`
	Name        record.Text           `yaml:"name"`
	Purpose     record.Text           `yaml:"purpose"`
	MemberRole  governance.MemberRole `yaml:"member_role"`
	Contact     string                `yaml:"contact"`
	Created     Act                   `yaml:"created"`
	Mandates    []mandate             `yaml:"mandates"`
	Memberships []membership          `yaml:"memberships"`
}

func (b body) record() *governance.Body {
	return governance.NewBody(governance.BodyInput{
		Common: record.Common{Scope: b.Scope}, Key: b.Key, Kind: b.Kind, Name: b.Name, Purpose: b.Purpose, MemberRole: b.MemberRole, Contact: b.Contact,
	})
}

type mandate struct {
	Title       string             `yaml:"title"`
	Status      string             `yaml:"status"`
	Powers      []governance.Power `yaml:"powers"`
	Purpose     string             `yaml:"purpose"`
	Tasks       []string           `yaml:"tasks"`
	Delegated   []any              `yaml:"delegated"`
	Composition string             `yaml:"composition"`
	Term        struct {
		StartsOn record.Date `yaml:"starts_on"`
		EndsOn   record.Date `yaml:"ends_on"`
		Text     string      `yaml:"text"`
	} `yaml:"term"`
	Cadence struct {
		Min  int             `yaml:"min"`
		Max  int             `yaml:"max"`
		Per  record.Duration `yaml:"per"`
		Text string          `yaml:"text"`
	} `yaml:"cadence"`
	Source struct {
		Title string `yaml:"title"`
		Ref   string `yaml:"ref"`
		URL   string `yaml:"url"`
	} `yaml:"source"`
	Note      string `yaml:"note"`
	Drafted   Act    `yaml:"drafted"`
	Submitted *Act   `yaml:"submitted"`
	Adopted   *Act   `yaml:"adopted"`
}

type membership struct {
	Person        string              `yaml:"person"`
	Participation governance.Position `yaml:"participation"`
	From          record.Date         `yaml:"from"`
	To            record.Date         `yaml:"to"`
	Status        string              `yaml:"status"`
	Proposed      Act                 `yaml:"proposed"`
	Confirmed     *Act                `yaml:"confirmed"`
}

type settingsLine struct {
	Scope     string           `yaml:"scope"`
	Content   settings.Content `yaml:"content"`
	Status    string           `yaml:"status"`
	Created   Act              `yaml:"created"`
	Submitted Act              `yaml:"submitted"`
	Approved  Act              `yaml:"approved"`
}

type method struct {
	Key       string `yaml:"key"`
	Scope     string `yaml:"scope"`
	File      string `yaml:"file"`
	Status    string `yaml:"status"`
	Created   Act    `yaml:"created"`
	Submitted Act    `yaml:"submitted"`
	Approved  Act    `yaml:"approved"`
}

type document struct {
	Key            string          `yaml:"key"`
	Scope          string          `yaml:"scope"`
	Kind           policy.Kind     `yaml:"kind"`
	DocumentNumber string          `yaml:"document_number"`
	Title          string          `yaml:"title"`
	Body           string          `yaml:"body"`
	Template       string          `yaml:"template"`
	Status         string          `yaml:"status"`
	Owner          string          `yaml:"owner"`
	LastChanged    record.Date     `yaml:"last_changed"`
	AppliesTo      []string        `yaml:"applies_to"`
	Clauses        []string        `yaml:"clauses"`
	ReviewInterval record.Duration `yaml:"review_interval"`
	References     []struct {
		Kind   policy.ReferenceKind `yaml:"kind"`
		Number string               `yaml:"number"`
		Title  string               `yaml:"title"`
		URL    string               `yaml:"url"`
	} `yaml:"references"`
	Created     Act  `yaml:"created"`
	Submitted   *Act `yaml:"submitted"`
	Approved    *Act `yaml:"approved"`
	Published   *Act `yaml:"published"`
	Significant bool `yaml:"significant"`
}

type register struct {
	Key     string `yaml:"key"`
	Scope   string `yaml:"scope"`
	Title   string `yaml:"title"`
	Method  string `yaml:"method"`
	Owner   string `yaml:"owner"`
	Created Act    `yaml:"created"`
}

type riskLine struct {
	Key         string        `yaml:"key"`
	Register    string        `yaml:"register"`
	Scope       string        `yaml:"scope"`
	Polarity    risk.Polarity `yaml:"polarity"`
	Title       string        `yaml:"title"`
	Description string        `yaml:"description"`
	Sources     []string      `yaml:"sources"`
	OwnSources  []string      `yaml:"own_sources"`
	Objectives  []string      `yaml:"objectives"`
	Clauses     []string      `yaml:"clauses"`
	Owner       string        `yaml:"owner"`
	Status      string        `yaml:"status"`
	Identified  Act           `yaml:"identified"`
	Assessments []struct {
		By           string         `yaml:"by"`
		At           record.Date    `yaml:"at"`
		Stage        risk.Stage     `yaml:"stage"`
		Likelihood   int            `yaml:"likelihood"`
		Consequences map[string]int `yaml:"consequences"`
		Rationale    string         `yaml:"rationale"`
	} `yaml:"assessments"`
	Treatments []struct {
		By          string               `yaml:"by"`
		At          record.Date          `yaml:"at"`
		Option      risk.Option          `yaml:"option"`
		Plan        string               `yaml:"plan"`
		Controls    []string             `yaml:"controls"`
		Responsible string               `yaml:"responsible"`
		Due         record.Date          `yaml:"due"`
		Status      risk.TreatmentStatus `yaml:"status"`
		Outcome     string               `yaml:"outcome"`
	} `yaml:"treatments"`
	Acceptance *struct {
		By     string      `yaml:"by"`
		At     record.Date `yaml:"at"`
		Reason string      `yaml:"reason"`
		Until  record.Date `yaml:"until"`
	} `yaml:"acceptance"`
	Closed *struct {
		By     string           `yaml:"by"`
		At     record.Date      `yaml:"at"`
		Reason risk.CloseReason `yaml:"reason"`
		Text   string           `yaml:"text"`
		// The key of the risk that covers a duplicate.
		DuplicateOf string `yaml:"duplicate_of"`
	} `yaml:"closed"`
}

type planLine struct {
	Key       string   `yaml:"key"`
	Scope     string   `yaml:"scope"`
	Title     string   `yaml:"title"`
	Risks     []string `yaml:"risks"`
	Created   Act      `yaml:"created"`
	Submitted Act      `yaml:"submitted"`
	Agreed    []Act    `yaml:"agreed"`
	Approved  *Act     `yaml:"approved"`
}

type controlLine struct {
	Key        string `yaml:"key"`
	ControlSet `yaml:",inline"`
}

// ControlSet is what somebody has decided about a control of a unit.
type ControlSet struct {
	Scope                string                 `yaml:"scope"`
	Applicability        control.Applicability  `yaml:"applicability"`
	Justification        string                 `yaml:"justification"`
	ImplementationStatus control.Implementation `yaml:"implementation_status"`
	Owner                string                 `yaml:"owner"`
	Set                  Act                    `yaml:"set"`
}

// deviation is a control of a unit that decides otherwise than the hospital.
type deviation struct {
	Requirement string `yaml:"requirement"`
	ControlSet  `yaml:",inline"`
}

// verification is a verification of a control on a piece of evidence.
type verification struct {
	Control  string `yaml:"control"`
	Evidence string `yaml:"evidence"`
	Method   string `yaml:"method"`
	Result   string `yaml:"result"`
	Done     Act    `yaml:"done"`
}

type statement struct {
	Key       string `yaml:"key"`
	Scope     string `yaml:"scope"`
	Title     string `yaml:"title"`
	Framework string `yaml:"framework"`
	Created   Act    `yaml:"created"`
	Submitted *Act   `yaml:"submitted"`
	Approved  *Act   `yaml:"approved"`
}

type evidenceLine struct {
	Key     string        `yaml:"key"`
	Scope   string        `yaml:"scope"`
	Title   string        `yaml:"title"`
	Kind    evidence.Kind `yaml:"kind"`
	URL     string        `yaml:"url"`
	Text    string        `yaml:"text"`
	Control string        `yaml:"control"`
	Until   record.Date   `yaml:"valid_until"`
	Created Act           `yaml:"created"`
	Retired *Act          `yaml:"retired"`
}

type judgement struct {
	Clause    string            `yaml:"clause"`
	Judgement catalogue.Verdict `yaml:"judgement"`
	Reasons   string            `yaml:"reasons"`
	By        string            `yaml:"by"`
	At        record.Date       `yaml:"at"`
}

type acknowledgment struct {
	Policy string      `yaml:"policy"`
	Person string      `yaml:"person"`
	At     record.Date `yaml:"at"`
}
