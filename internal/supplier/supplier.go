// Package supplier keeps the suppliers of AI systems: what each delivers, which responsibilities are shared, the contracts, and the assessments of it
// (ISO/IEC 42001, A.10).
package supplier

import (
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of a supplier.
type Status string

// The states of a supplier.
const (
	Proposed  Status = "proposed"
	Approved  Status = "approved"
	Rejected  Status = "rejected"
	Suspended Status = "suspended"
	Ended     Status = "ended"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"proposed", "foreslått", "proposed", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"rejected", "avvist", "rejected", "danger"},
	[4]string{"suspended", "satt på vent", "suspended", "warning"},
	[4]string{"ended", "avsluttet", "ended", "neutral"},
)

// Party says who has a responsibility.
type Party string

// This registers the closed list of parties.
var _ = record.Choices[Party](
	[4]string{"hospital", "sykehuset", "the hospital", "neutral"},
	[4]string{"supplier", "leverandøren", "the supplier", "neutral"},
	[4]string{"shared", "delt", "shared", "info"},
)

// Agreement says whether a processor agreement is in place.
type Agreement string

// This registers the closed list of processor agreements.
var _ = record.Choices[Agreement](
	[4]string{"signed", "inngått", "signed", "success"},
	[4]string{"missing", "mangler", "missing", "danger"},
	[4]string{"not_needed", "ikke nødvendig", "not needed", "neutral"},
)

// Transfer says whether personal data leave the European Economic Area (EEA).
type Transfer string

// The transfers. One with a basis has it in the GDPR.
const (
	NoTransfer Transfer = "none"
	WithBasis  Transfer = "with_basis"
	Unclear    Transfer = "unclear"
)

// This registers the closed list of transfers.
var _ = record.Choices[Transfer](
	[4]string{"none", "ingen overføring", "no transfer", "success"},
	[4]string{"with_basis", "overføring med grunnlag", "transfer with a basis", "info"},
	[4]string{"unclear", "ikke avklart", "not clarified", "warning"},
)

// Input has the fields of a supplier that a caller sets.
type Input struct {
	record.Common
	OrganisationID   string           `json:"organisation_id,omitempty" validate:"omitempty,max=63" ref:"organisation" filter:""` // id or key
	Name             string           `json:"name" validate:"max=200" search:"" sort:"" example:"Radiolog AS"`                    // that of the organisation when left out
	Contact          string           `json:"contact,omitempty" validate:"max=300" example:"support@radiolog.example"`
	Delivers         string           `json:"delivers" validate:"required,filled,max=5000" search:"" example:"Bruddeteksjon på røntgenbilder, med drift og oppdateringer."`
	OwnerID          string           `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	Responsibilities []Responsibility `json:"responsibilities" validate:"max=100,dive"`
	Contracts        []Contract       `json:"contracts" validate:"max=50,dive"`
} // @name SupplierInput

// Responsibility says who does what in the cooperation.
type Responsibility struct {
	Responsibility string `json:"responsibility" validate:"required,filled,max=500" example:"Overvåke ytelsen i drift"`
	Party          Party  `json:"party" validate:"required,choice" example:"shared"`
	Note           string `json:"note,omitempty" validate:"max=2000" example:"Sykehuset måler, leverandøren følger opp avvik."`
} // @name SupplierResponsibility

// Contract is a contract with the supplier.
type Contract struct {
	Title     string      `json:"title" validate:"required,filled,max=200" example:"Rammeavtale for bildediagnostikk"`
	Number    string      `json:"number,omitempty" validate:"max=100" example:"2026/114"`
	ValidFrom record.Date `json:"valid_from" example:"2026-01-01"`
	ValidTo   record.Date `json:"valid_to" example:"2029-12-31"`
	// How long before a change of the product the supplier must tell the hospital.
	ChangeNotice record.Duration `json:"change_notice" swaggertype:"string" example:"P30D"`
	ChangeTerms  string          `json:"change_terms,omitempty" validate:"max=5000" example:"Endringer som påvirker ytelsen, varsles skriftlig."`
	// The agreement on the processing of personal data (GDPR Art. 28).
	ProcessorAgreement  Agreement `json:"processor_agreement" validate:"required,choice" example:"signed"`
	Transfer            Transfer  `json:"transfer" validate:"required,choice" example:"none"` // of personal data out of the EEA
	TransferBasis       string    `json:"transfer_basis,omitempty" validate:"max=2000" example:"EUs standardavtale av 2021"`
	IncidentCooperation string    `json:"incident_cooperation,omitempty" validate:"max=5000" example:"Leverandøren svarer innen to timer på alvorlige hendelser."`
	EvidenceIDs         []string  `json:"evidence_ids" validate:"max=50,unique,dive,uuid" ref:"evidence"`
} // @name SupplierContract

// Supplier is an organisation that delivers AI systems, or parts of them, to the hospital.
type Supplier struct {
	record.Base
	Input
	Status      Status       `json:"status" filter:""`
	NextReview  record.Date  `json:"next_review" sort:""` // of the last assessment
	Assessments []Assessment `json:"assessments"`
	Stop        *Stop        `json:"stop"` // why it is suspended or ended; otherwise null
} // @name Supplier

// Assessment is what the working group found when it assessed the supplier.
type Assessment struct {
	AssessmentInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name SupplierAssessment

// Verdict is the result of an assessment.
type Verdict string

// This registers the closed list of verdicts.
var _ = record.Choices[Verdict](
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"rejected", "avvist", "rejected", "danger"},
)

// AssessmentInput is the request body that assesses a supplier.
type AssessmentInput struct {
	Verdict     Verdict     `json:"verdict" validate:"required,choice" example:"approved"`
	Reasons     string      `json:"reasons" validate:"required,filled,max=10000" example:"Har styringssystem for KI og svarer raskt på hendelser."`
	EvidenceIDs []string    `json:"evidence_ids" validate:"max=50,unique,dive,uuid" ref:"evidence"`
	NextReview  record.Date `json:"next_review" example:"2027-11-21"` // an approved supplier has one
} // @name SupplierAssessmentInput

// Why returns the reasons for the event log.
func (in AssessmentInput) Why() string { return in.Reasons }

// Validate requires the day of the next review from whoever approves.
func (in *AssessmentInput) Validate() error {
	var f fault.Fields
	if in.Verdict == Verdict(Approved) && in.NextReview == "" {
		f.Add("/next_review", "required", "is required")
	}
	return f.Err()
}

// Stop says why a supplier was suspended or ended, by whom and when.
type Stop struct {
	Reason string    `json:"reason"`
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
} // @name SupplierStop

// Repo reads and writes suppliers.
var Repo = record.NewRepo[Supplier](record.Kind{
	Rules: record.Rules[Supplier]{Defaults: (*Supplier).Defaults, Validate: (*Supplier).Validate, DueOn: (*Supplier).DueOn},
	Name:  "supplier", Path: "suppliers", Prefix: "SUP", Label: record.Text{NB: "Leverandør (innkjøp)", EN: "Supplier"},
	Editable: []string{"proposed", "approved", "rejected", "suspended"}, Removable: []string{"proposed"}, Due: true,
	Workflow: []record.Transition{
		{
			Verb: "assess", From: []string{"proposed", "approved", "rejected", "suspended"}, To: []string{"approved", "rejected"},
			Needs: []string{"verdict", "reasons", "next_review"}, Label: record.Text{NB: "Vurder", EN: "Assess"},
		},
		{Verb: "suspend", From: []string{"approved"}, To: []string{"suspended"}, Needs: []string{"reason"}, Label: record.Text{NB: "Sett på vent", EN: "Suspend"}},
		{
			Verb: "end", From: []string{"proposed", "approved", "rejected", "suspended"}, To: []string{"ended"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Avslutt", EN: "End"},
		},
	},
	Tasks: []record.Task{{
		States: []string{"proposed", "suspended", "approved"}, Action: "assess", Soon: true, Day: assessDue,
		Label: record.Text{NB: "Leverandør å vurdere", EN: "Supplier to assess"},
	}},
})

// New returns a proposed supplier.
func New(in Input) *Supplier { return &Supplier{Input: in, Status: Proposed} }

// Defaults replaces nil lists with empty ones.
func (s *Supplier) Defaults() {
	fill(&s.ExternalRefs)
	fill(&s.Responsibilities)
	fill(&s.Contracts)
	for i := range s.Contracts {
		fill(&s.Contracts[i].EvidenceIDs)
	}
	fill(&s.Assessments)
	for i := range s.Assessments {
		fill(&s.Assessments[i].EvidenceIDs)
	}
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

// Validate requires a name, contracts that do not end before they begin, and the basis of a transfer that has one.
func (s *Supplier) Validate() error {
	var f fault.Fields
	if strings.TrimSpace(s.Name) == "" {
		f.Add("/name", "required/supplier", "give the name, or an organisation that has one")
	}
	for i, c := range s.Contracts {
		at := "/contracts/" + strconv.Itoa(i)
		if c.ValidFrom != "" && c.ValidTo != "" && c.ValidTo < c.ValidFrom {
			f.Add(at+"/valid_to", "ends_before_start", "must not be before the start")
		}
		if c.Transfer == WithBasis && strings.TrimSpace(c.TransferBasis) == "" {
			f.Add(at+"/transfer_basis", "required/transfer_basis", "say on what basis personal data leave the EEA")
		}
	}
	return f.Err()
}

// DueOn returns the day of the next review of an approved supplier, and otherwise "".
func (s *Supplier) DueOn() record.Date {
	if s.Status != Approved {
		return ""
	}
	return s.NextReview
}

// assessWithin is the time in which a proposed or suspended supplier is assessed.
const assessWithin record.Duration = "P30D"

// assessDue returns the day by which a supplier is to be assessed.
func assessDue(r any, _ string) record.Date {
	switch s := r.(*Supplier); s.Status {
	case Proposed:
		return record.DateOf(s.CreatedAt).Add(assessWithin)
	case Suspended:
		return record.DateOf(s.Stop.At).Add(assessWithin)
	default:
		return s.NextReview
	}
}

// Assess stores an assessment and its verdict.
func (s *Supplier) Assess(in AssessmentInput, by string, at time.Time) error {
	if in.NextReview != "" && in.NextReview <= record.DateOf(at) {
		return fault.Fields{fault.NewField("/next_review", "not_after_today", "must be after today")}.Err()
	}
	s.Status, s.NextReview, s.Stop = Status(in.Verdict), in.NextReview, nil
	s.Assessments = append(s.Assessments, Assessment{AssessmentInput: in, By: by, At: at})
	return nil
}

// Suspend stops new use of the supplier until the next assessment.
func (s *Supplier) Suspend(reason, by string, at time.Time) error {
	s.Status, s.Stop = Suspended, &Stop{Reason: reason, By: by, At: at}
	return nil
}

// End ends the cooperation.
func (s *Supplier) End(reason, by string, at time.Time) error {
	s.Status, s.Stop = Ended, &Stop{Reason: reason, By: by, At: at}
	return nil
}

// cited lists the evidence of the contracts and the assessments.
func (s *Supplier) cited() (ids []string) {
	for _, c := range s.Contracts {
		ids = append(ids, c.EvidenceIDs...)
	}
	for _, a := range s.Assessments {
		ids = append(ids, a.EvidenceIDs...)
	}
	return ids
}
