// Package control holds the controls of an organisation, whether each applies and why, and the statements of
// applicability that freeze those decisions (ISO/IEC 42001, 6.1.3 and Annex A).
package control

import (
	"bytes"
	"slices"
	"strings"

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

// Input is what a caller sets. A control of Annex A names its requirement and takes its title from it; an own control has its own title.
type Input struct {
	record.Common
	Requirement          string         `json:"requirement" validate:"max=64" ref:"requirement,prefix=iso-42001:" filter:"" sort:"parts" fixed:"true" example:"A.6.2.4"`
	Title                string         `json:"title" validate:"max=300" search:"" sort:"" example:"Verifisering og validering av KI-systemer"`
	Description          string         `json:"description" validate:"max=5000" search:""`
	Applicability        Applicability  `json:"applicability" validate:"choice" filter:""`
	Justification        string         `json:"justification" validate:"max=5000" search:"" example:"Sykehuset validerer hver modell på egne data før bruk."` // of the inclusion or the exclusion
	ImplementationStatus Implementation `json:"implementation_status" validate:"choice" filter:""`
	OwnerID              string         `json:"owner_id,omitempty" validate:"omitempty,uuid" format:"uuid" ref:"user" custody:"" filter:""`
	Evidence             []string       `json:"evidence" validate:"max=100,unique,dive,uuid" ref:"evidence" filter:""`
	RiskIDs              []string       `json:"risk_ids" validate:"max=200,unique,dive,uuid" ref:"risk" filter:""`
	ObligationIDs        []string       `json:"obligation_ids" validate:"max=200,unique,dive,max=130" ref:"requirement" filter:""` // ids, or framework and key: mdr:MDR-87
} // @name ControlInput

// Control is a control of a scope: one per entry of Annex A, and the organisation's own.
type Control struct {
	record.Base
	Input
	Status   Status `json:"status" filter:""`
	Adoption string `json:"-" column:"adoption"` // scope and requirement; unique, so that each requirement has one control per scope
	// DecidingID is who has to decide whether the control applies: the owner, until it is decided.
	DecidingID string `json:"deciding_id,omitempty" format:"uuid" filter:"" names:"user"`

	statement string
} // @name Control

// Repo reads and writes the controls.
var Repo = record.NewRepo[Control](record.Kind{
	Rules: record.Rules[Control]{Defaults: (*Control).Defaults, Validate: (*Control).Validate, Subject: (*Control).Subject},
	Name:  "control", Path: "controls", Prefix: "CTRL",
	Label:    record.Text{NB: "Kontroll", EN: "Control"},
	Schema:   2,
	Upcast:   upcast,
	Editable: []string{"active"},
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
		{States: []string{"active"}, Action: "update", Owner: "deciding_id", Label: record.Text{NB: "Avgjør om kontrollen gjelder", EN: "Decide whether the control applies"}},
	},
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

// Adopted creates the undecided control of an Annex A entry in a scope.
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
	c.DecidingID = ""
	if c.Status == Active && c.Applicability == Undecided {
		c.DecidingID = c.OwnerID
	}
	for _, list := range []*[]string{&c.Evidence, &c.RiskIDs, &c.ObligationIDs} {
		if *list == nil {
			*list = []string{}
		}
	}
	if c.ExternalRefs == nil {
		c.ExternalRefs = []record.ExternalRef{}
	}
}

// Validate requires a title, a justification for a decision, and evidence for a verification.
func (c *Control) Validate() error {
	var f fault.Fields
	if strings.TrimSpace(c.Title) == "" {
		f.Add("/title", "required", "is required")
	}
	if !justified(c.Applicability, c.Justification, c.RiskIDs, c.ObligationIDs) && c.Applicability != Undecided {
		if c.Applicability == Excluded {
			f.Add("/justification", "justification_missing/excluded", "give a justification for excluding the control")
		} else {
			f.Add("/justification", "justification_missing", "give a justification, a risk or an obligation for including the control")
		}
	}
	if c.ImplementationStatus == Verified && len(c.Evidence) == 0 {
		f.Add("/evidence", "evidence_missing", "a control needs evidence before it is verified")
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
