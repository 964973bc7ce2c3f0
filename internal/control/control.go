// Package control holds the controls of an organisation, whether each applies and why, and the statements of
// applicability that freeze those decisions (ISO/IEC 42001, 6.1.3 and Annex A).
package control

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Applicability says whether a control applies in its scope.
type Applicability string

// The values of Applicability.
const (
	Undecided Applicability = "undecided"
	Included  Applicability = "included"
	Excluded  Applicability = "excluded"
)

// This registers the closed list.
var _ = record.Choices[Applicability](
	[4]string{"undecided", "ikke avgjort", "undecided", "warning"},
	[4]string{"included", "inkludert", "included", "success"},
	[4]string{"excluded", "utelatt", "excluded", "neutral"},
)

// Implementation says how far a control is implemented.
type Implementation string

// The stages.
const (
	NotStarted  Implementation = "not_started"
	Planned     Implementation = "planned"
	InProgress  Implementation = "in_progress"
	Implemented Implementation = "implemented"
	Verified    Implementation = "verified"
)

// This registers the closed list.
var _ = record.Choices[Implementation](
	[4]string{"not_started", "ikke påbegynt", "not started", "neutral"},
	[4]string{"planned", "planlagt", "planned", "info"},
	[4]string{"in_progress", "under innføring", "in progress", "info"},
	[4]string{"implemented", "innført", "implemented", "success"},
	[4]string{"verified", "bekreftet virksom", "verified", "success"},
)

// Verification says whether somebody has verified that the control works, on evidence that still holds.
type Verification string

// The values of Verification.
const (
	Unverified Verification = "none"
	InForce    Verification = "in_force"
	Lapsed     Verification = "lapsed"
)

// This registers the closed list.
var _ = record.Choices[Verification](
	[4]string{"none", "ikke bekreftet", "not verified", "neutral"},
	[4]string{"in_force", "bekreftet", "verified", "success"},
	[4]string{"lapsed", "bekreftelsen er falt bort", "verification lapsed", "warning"},
)

// Status is the state of a control.
type Status string

// The states of a control.
const (
	Active  Status = "active"
	Retired Status = "retired"
)

// This registers the closed list of a control's states.
var _ = record.Choices[Status](
	[4]string{"active", "i bruk", "active", "success"},
	[4]string{"retired", "tatt ut", "retired", "neutral"},
)

// Input is what a caller sets. An adopted control names its requirement and takes its title from it; an own control has its own title.
type Input struct {
	record.Common
	Requirement          string         `json:"requirement" validate:"max=130" ref:"requirement,prefix=iso-42001:" filter:"" sort:"parts" fixed:"true" example:"A.6.2.4"`
	Answers              []string       `json:"answers" validate:"max=50,unique,dive,required,max=130" ref:"requirement,prefix=iso-42001:" filter:"" example:"iso-27001:A.5.1"` // further requirements that this control answers, of any framework
	Title                string         `json:"title" validate:"max=300" search:"" sort:"" example:"Verifisering og validering av KI-systemer"`
	Description          string         `json:"description" validate:"max=5000" search:""`
	Applicability        Applicability  `json:"applicability" validate:"choice" filter:""`
	Justification        string         `json:"justification" validate:"max=5000" search:"" example:"Sykehuset validerer hver modell på egne data før bruk."` // of the inclusion or the exclusion
	ImplementationStatus Implementation `json:"implementation_status" validate:"choice" filter:""`                                                            // verified is set by POST /controls/{id}/verify alone
	OwnerID              string         `json:"owner_id,omitempty" validate:"omitempty,uuid" format:"uuid" ref:"user" custody:"" filter:""`
	Evidence             []string       `json:"evidence" validate:"max=100,unique,dive,uuid" ref:"evidence" filter:""`
	RiskIDs              []string       `json:"risk_ids" validate:"max=200,unique,dive,uuid" ref:"risk" filter:""`
	ObligationIDs        []string       `json:"obligation_ids" validate:"max=200,unique,dive,max=130" ref:"requirement,prefix=iso-42001:" filter:""` // ids, or framework and key: mdr:MDR-87
} // @name ControlInput

// Control is a control of a scope: one per adopted requirement, and the organisation's own.
type Control struct {
	record.Base
	Input
	Status       Status       `json:"status" filter:""`
	Verification Verification `json:"verification" filter:""`
	Verified     *Check       `json:"verified"`            // the newest verification
	Adoption     string       `json:"-" column:"adoption"` // scope and requirement; unique, so that each requirement has one control per scope
	// DecidingID is who has to see to the control: the owner, until it is decided whether it applies, and while its verification has lapsed.
	DecidingID string `json:"deciding_id,omitempty" format:"uuid" filter:"" names:"user"`

	statement string
} // @name Control

// Repo reads and writes the controls.
var Repo = record.NewRepo[Control](record.Kind{
	Rules: record.Rules[Control]{Defaults: (*Control).Defaults, Validate: (*Control).Validate, Facts: (*Control).Facts, Subject: (*Control).Subject},
	Name:  "control", Path: "controls", Prefix: "CTRL",
	Label:    record.Text{NB: "Kontroll", EN: "Control"},
	Schema:   2,
	Upcast:   upcast,
	Editable: []string{"active"},
	Parts:    []string{"verify", "lapse", "carry-over"},
	PartsIn:  map[string][]string{"verify": {"active"}},
	CountsAs: []string{"implement", "give-evidence"},
	Workflow: []record.Transition{
		{
			Verb: "retire", From: []string{"active"}, To: []string{"retired"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Ta ut", EN: "Retire"},
		},
		{
			Verb: "reinstate", From: []string{"retired"}, To: []string{"active"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Ta i bruk igjen", EN: "Reinstate"},
		},
	},
	Tasks: []record.Task{
		{
			States: []string{"active"}, Action: "update", Owner: "deciding_id",
			Label: record.Text{NB: "Avgjør om kontrollen gjelder, eller få den bekreftet på nytt", EN: "Decide whether the control applies, or have it verified again"},
		},
	},
	NotApplicable: func(action string, m record.Meta) bool { return action == "verify" && m.Fact("verifiable") != "yes" },
})

// upcast removes the field adoption from a document of schema 1. It is only a column since.
func upcast(_ int, doc []byte) ([]byte, error) {
	before, rest, there := bytes.Cut(doc, []byte(`,"adoption":"`))
	if !there {
		return doc, nil
	}
	_, after, _ := bytes.Cut(rest, []byte(`"`))
	return slices.Concat(before, after), nil
}

// New creates a control in use.
func New(in Input) *Control {
	return &Control{Input: in, Status: Active}
}

// Adopted creates the undecided control of a requirement in a scope.
func Adopted(scope, requirement, title string) *Control {
	return New(Input{Common: record.Common{Scope: scope}, Requirement: requirement, Title: title})
}

// Defaults replaces missing values. A new control is undecided and not started.
func (c *Control) Defaults() {
	if c.Applicability == "" {
		c.Applicability = Undecided
	}
	if c.ImplementationStatus == "" {
		c.ImplementationStatus = NotStarted
	}
	if c.Requirement != "" {
		c.Adoption = c.Scope + ":" + c.Requirement
	}
	if c.Verification == "" {
		c.Verification = Unverified
	}
	c.DecidingID = ""
	if c.Status == Active && (c.Applicability == Undecided || c.Verification == Lapsed) {
		c.DecidingID = c.OwnerID
	}
	for _, list := range []*[]string{&c.Answers, &c.Evidence, &c.RiskIDs, &c.ObligationIDs} {
		if *list == nil {
			*list = []string{}
		}
	}
	if c.ExternalRefs == nil {
		c.ExternalRefs = []record.ExternalRef{}
	}
}

// Facts is what tells whether the control can be verified.
func (c *Control) Facts() []record.Fact {
	verifiable := "no"
	if len(c.missing()) == 0 {
		verifiable = "yes"
	}
	return []record.Fact{{Name: "verifiable", Value: verifiable}}
}

// shortest is how many characters a justification has at least.
const shortest = 10

// Validate requires a title, and a justification for a decision.
func (c *Control) Validate() error {
	var f fault.Fields
	if strings.TrimSpace(c.Title) == "" {
		f.Add("/title", "required", "is required")
	}
	stated := utf8.RuneCountInString(strings.TrimSpace(c.Justification))
	switch {
	case stated > 0 && stated < shortest:
		f.Add("/justification", "justification_short", "must have at least %d characters", shortest)
	case c.Applicability == Undecided || justified(c.Applicability, c.Justification, c.RiskIDs, c.ObligationIDs):
	case c.Applicability == Excluded:
		f.Add("/justification", "justification_missing/excluded", "give a justification for excluding the control")
	default:
		f.Add("/justification", "justification_missing", "give a justification, a risk or an obligation for including the control")
	}
	if c.Requirement != "" && slices.Contains(c.Answers, c.Requirement) {
		f.Add("/answers", "answers_itself", "must not name the requirement that the control was adopted for")
	}
	return f.Err()
}

// justified reports whether a decision has the reason that ISO/IEC 42001, 6.1.3 requires. An inclusion needs a stated reason, or
// a risk or obligation that requires the control. An exclusion needs a stated reason.
func justified(a Applicability, justification string, risks, obligations []string) bool {
	stated := strings.TrimSpace(justification) != ""
	switch a {
	case Excluded:
		return stated
	case Included:
		return stated || len(risks) > 0 || len(obligations) > 0
	default:
		return false
	}
}

// AnswersTo reports whether the control was adopted for a requirement or answers it besides.
func (c *Control) AnswersTo(requirement string) bool {
	return c.Requirement == requirement || slices.Contains(c.Answers, requirement)
}

// CarryOver gives the control the requirements that a newer edition of its framework has put in the place of those it answers, and the title of the first.
// It reports whether that changes anything.
func (c *Control) CarryOver(requirement, title string, answers []string) bool {
	if c.Requirement == requirement && c.Title == title && slices.Equal(c.Answers, answers) {
		return false
	}
	c.Requirement, c.Title, c.Answers = requirement, title, answers
	return true
}

// Retire takes the control out of use.
func (c *Control) Retire() error {
	c.Status = Retired
	return nil
}

// Reinstate takes the control into use again.
func (c *Control) Reinstate() error {
	c.Status = Active
	return nil
}

// CountsFor sets the open statement of applicability that a change of the control is recorded for.
func (c *Control) CountsFor(statement string) { c.statement = statement }

// Subject returns the statement that a change of the control is recorded for, if one is open.
func (c *Control) Subject() (kind, id string) {
	if c.statement == "" {
		return "", ""
	}
	return "soa", c.statement
}
