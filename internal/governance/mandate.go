package governance

import (
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Power is what a mandate lets a body do.
type Power string // @name MandatePower

// The powers.
const (
	Propose Power = "propose"
	Advise  Power = "advise"
	Decide  Power = "decide"
)

// PowerChoices is the closed list of them.
var PowerChoices = record.Choices[Power](
	[4]string{"propose", "foreslå", "propose", "neutral"},
	[4]string{"advise", "gi råd", "advise", "info"},
	[4]string{"decide", "beslutte", "decide", "success"})

// MandateStatus is where a mandate stands.
type MandateStatus string

// The states of a mandate.
const (
	MandateDraft      MandateStatus = "draft"
	MandateInReview   MandateStatus = "in_review"
	MandateAdopted    MandateStatus = "adopted"
	MandateSuperseded MandateStatus = "superseded"
)

// MandateStatuses is the closed list of them.
var MandateStatuses = record.Choices[MandateStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til vedtak", "awaiting adoption", "info"},
	[4]string{"adopted", "vedtatt", "adopted", "success"},
	[4]string{"superseded", "erstattet", "superseded", "neutral"})

// Cadence is how often a body meets: between Min and Max times per period.
type Cadence struct {
	Min  int             `json:"min" validate:"min=0,max=366"`
	Max  int             `json:"max" validate:"min=0,max=366"`
	Per  record.Duration `json:"per" example:"P6M"`
	Text string          `json:"text" validate:"max=500" example:"tre–fire møter i halvåret"`
} // @name MandateCadence

// Source is the instrument a mandate rests on.
type Source struct {
	Title string `json:"title" validate:"required,max=300" example:"Tildelingsbrev til Helsedirektoratet for 2024"`
	Ref   string `json:"ref" validate:"max=100" example:"TB 2024-34"`
	URL   string `json:"url,omitempty" validate:"omitempty,weburl,max=2000"`
} // @name MandateSource

// MandateInput is what a caller sets of a mandate.
type MandateInput struct {
	record.Common
	BodyID      string      `json:"body_id" validate:"required,max=63" ref:"body" filter:"" fixed:""`
	Title       string      `json:"title" validate:"required,filled,max=200" search:"" sort:""`
	Powers      []Power     `json:"powers" validate:"max=3,unique,dive,required,choice"`
	Purpose     string      `json:"purpose" validate:"max=10000" search:""`
	Tasks       []string    `json:"tasks" validate:"max=50,dive,filled,max=2000"`
	Composition string      `json:"composition" validate:"max=10000"`
	Term        string      `json:"term" validate:"max=1000"`
	Cadence     *Cadence    `json:"cadence"`
	Source      *Source     `json:"source"`
	ValidFrom   record.Date `json:"valid_from"`
	ValidTo     record.Date `json:"valid_to"`
}

// Answer is how the one who decides answered a submitted text.
type Answer struct {
	By     string    `json:"by" format:"uuid"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name MandateRejection

// Mandate is one edition of what a body is for and may do.
type Mandate struct {
	record.Base
	MandateInput
	Edition       int           `json:"edition" example:"1"`
	SubmittedBy   string        `json:"submitted_by,omitempty" format:"uuid"`
	AdoptedBy     string        `json:"adopted_by,omitempty" format:"uuid"`
	AdoptedAt     *time.Time    `json:"adopted_at"`
	LastRejection *Answer       `json:"last_rejection"`
	Status        MandateStatus `json:"status" filter:""`
} // @name Mandate

// Mandates reads and writes mandates.
var Mandates = record.NewRepo[Mandate](record.Kind{
	Name: "mandate", Path: "mandates", Prefix: "MAN", Label: record.Text{NB: "Mandat", EN: "Mandate"}, Access: true,
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Own: map[string][]string{"withdraw": {"submitted_by", "created_by"}},
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"draft"}, To: []string{"in_review"}, Needs: []string{"purpose", "powers", "valid_from"}, Label: record.Text{NB: "Send til vedtak", EN: "Submit"}},
		{Verb: "adopt", From: []string{"in_review"}, To: []string{"adopted"}, Needs: []string{}, Label: record.Text{NB: "Vedta", EN: "Adopt"}},
		{Verb: "reject", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Send tilbake", EN: "Reject"}},
		{Verb: "withdraw", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"}},
		{Verb: "supersede", From: []string{"adopted"}, To: []string{"superseded"}, Needs: []string{}, Label: record.Text{NB: "Erstattes", EN: "Superseded"}},
	},
	Tasks: []record.Task{{States: []string{"in_review"}, Action: "adopt", Label: record.Text{NB: "Mandat til vedtak", EN: "Mandate to adopt"}}},
})

// NewMandate makes a draft.
func NewMandate(in MandateInput, edition int) *Mandate {
	return &Mandate{MandateInput: in, Edition: edition, Status: MandateDraft}
}

// Facts tell who may withdraw the mandate.
func (m *Mandate) Facts() []record.Fact {
	return []record.Fact{{Name: "submitted_by", Value: m.SubmittedBy}, {Name: "created_by", Value: m.CreatedBy}}
}

// Defaults fills the lists a caller left out.
func (m *Mandate) Defaults() {
	m.ExternalRefs, m.Powers, m.Tasks = noneNil(m.ExternalRefs), noneNil(m.Powers), noneNil(m.Tasks)
}

// Validate holds the dates in order.
func (m *Mandate) Validate() error { return ordered("/valid_to", m.ValidFrom, m.ValidTo) }

// Submit sends the mandate to whoever adopts it.
func (m *Mandate) Submit(by string) error {
	var b fault.Blockers
	if strings.TrimSpace(m.Purpose) == "" {
		b.Add("purpose_missing", "/purpose", "a mandate says what the body is for")
	}
	if len(m.Powers) == 0 {
		b.Add("powers_missing", "/powers", "a mandate says what the body may do")
	}
	if m.ValidFrom == "" {
		b.Add("valid_from_missing", "/valid_from", "a mandate says from when it holds")
	}
	if err := b.Err(); err != nil {
		return err
	}
	m.Status, m.SubmittedBy = MandateInReview, by
	return nil
}

// Adopt puts the mandate in force from its first day.
func (m *Mandate) Adopt(by string, at time.Time) error {
	m.Status, m.AdoptedBy, m.AdoptedAt = MandateAdopted, by, &at
	return nil
}

// Reject sends the mandate back to its authors.
func (m *Mandate) Reject(by string, at time.Time, reason string) error {
	m.Status, m.LastRejection = MandateDraft, &Answer{By: by, At: at, Reason: reason}
	return nil
}

// Withdraw takes the mandate back before it is adopted; its submitter may, and whoever made it.
func (m *Mandate) Withdraw(by string) error {
	if by != m.SubmittedBy && by != m.CreatedBy {
		return fault.New(fault.Forbidden, "not_submitter_or_owner", "what is in review is withdrawn by its submitter or its owner")
	}
	m.Status = MandateDraft
	return nil
}

// Supersede ends the mandate when the next one is adopted.
func (m *Mandate) Supersede() error {
	m.Status = MandateSuperseded
	return nil
}

// InForce tells whether the mandate holds at that instant.
func (m *Mandate) InForce(at time.Time) bool {
	return m.Status == MandateAdopted && record.Within(at, m.ValidFrom, m.ValidTo)
}
