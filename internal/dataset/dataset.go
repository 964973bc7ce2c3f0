// Package dataset keeps the data sets that AI systems are trained, validated, tested and monitored on: where they come from, how they were processed,
// and by which right they are used (ISO/IEC 42001, A.7; AI Act, Art. 10).
package dataset

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of a data set.
type Status string

// The states of a data set. Only one with access may be used.
const (
	Described Status = "described"
	Granted   Status = "access_granted"
	Over      Status = "access_ended"
	Retired   Status = "retired"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"described", "beskrevet", "described", "neutral"},
	[4]string{"access_granted", "tilgang gitt", "access granted", "success"},
	[4]string{"access_ended", "tilgangen er over", "access ended", "warning"},
	[4]string{"retired", "tatt ut av bruk", "retired", "neutral"},
)

// SplitKind is what a part of the data is used for.
type SplitKind string

// This registers the closed list of splits.
var _ = record.Choices[SplitKind](
	[4]string{"train", "trening", "training", "neutral"},
	[4]string{"validation", "validering", "validation", "neutral"},
	[4]string{"test", "test", "test", "neutral"},
	[4]string{"monitoring", "overvåking", "monitoring", "neutral"},
)

// Purpose is why the data are used.
type Purpose string

// The purposes.
const (
	Care             Purpose = "care"
	QualityAssurance Purpose = "quality_assurance"
	Development      Purpose = "development"
	Research         Purpose = "research"
)

// This registers the closed list of purposes.
var _ = record.Choices[Purpose](
	[4]string{"care", "helsehjelp", "health care", "neutral"},
	[4]string{"quality_assurance", "kvalitetssikring", "quality assurance", "neutral"},
	[4]string{"development", "utvikling", "development", "neutral"},
	[4]string{"research", "forskning", "research", "neutral"},
)

// Basis is the legal basis of a purpose.
type Basis string

// The legal bases. HPL is helsepersonelloven, PJL pasientjournalloven.
const (
	PJL6        Basis = "pjl_6"
	HPL26       Basis = "hpl_26"
	HPL29       Basis = "hpl_29"
	HPL22       Basis = "hpl_22"
	ResearchREK Basis = "rek"
	Anonymous   Basis = "anonymous"
)

// This registers the closed list of legal bases.
var _ = record.Choices[Basis](
	[4]string{"pjl_6", "pasientjournalloven § 6", "Patient Records Act s. 6", "neutral"},
	[4]string{"hpl_26", "helsepersonelloven § 26 (intern kvalitetssikring)", "Health Personnel Act s. 26 (internal quality assurance)", "neutral"},
	[4]string{"hpl_29", "helsepersonelloven § 29 (dispensasjon)", "Health Personnel Act s. 29 (exemption)", "neutral"},
	[4]string{"hpl_22", "helsepersonelloven § 22 (samtykke)", "Health Personnel Act s. 22 (consent)", "neutral"},
	[4]string{"rek", "helseforskningsloven, godkjenning fra REK", "Health Research Act, approval by REK", "neutral"},
	[4]string{"anonymous", "ingen personopplysninger", "no personal data", "neutral"},
)

// bases lists the legal bases that each purpose can have. Whoever consents may consent to any of them.
var bases = map[Purpose][]Basis{
	Care:             {PJL6, HPL22, Anonymous},
	QualityAssurance: {HPL26, HPL29, HPL22, Anonymous},
	Development:      {HPL29, HPL22, Anonymous},
	Research:         {ResearchREK, HPL29, HPL22, Anonymous},
}

// DataCategory is a category of personal data.
type DataCategory string

// This registers the closed list of categories.
var _ = record.Choices[DataCategory](
	[4]string{"identity", "identitet og kontakt", "identity and contact", "warning"},
	[4]string{"health", "helseopplysninger", "health data", "danger"},
	[4]string{"genetic", "genetiske opplysninger", "genetic data", "danger"},
	[4]string{"biometric", "biometriske opplysninger", "biometric data", "danger"},
	[4]string{"images", "bilder, lyd og video", "images, sound and video", "warning"},
	[4]string{"staff", "opplysninger om ansatte", "data of staff", "warning"},
	[4]string{"other", "andre opplysninger", "other data", "neutral"},
)

// Input has the fields of a data set that a caller sets.
type Input struct {
	record.Common
	Name        string   `json:"name" validate:"required,filled,max=200" search:"" sort:"" example:"Håndleddsbilder 2019–2024"`
	Description string   `json:"description,omitempty" validate:"max=10000" search:"" example:"Røntgenbilder av håndledd med radiologens beskrivelse."`
	Source      string   `json:"source" validate:"required,filled,max=2000" search:"" example:"Sykehusets PACS"`
	SystemIDs   []string `json:"system_ids" validate:"max=50,unique,dive,uuid" ref:"ai_system" filter:""`
	Splits      []Split  `json:"splits" validate:"max=20,dive"`
	// The right to use the data, by purpose.
	LegalBases []LegalBasis   `json:"legal_bases" validate:"max=20,dive"`
	Categories []DataCategory `json:"categories" validate:"max=10,unique,dive,choice" example:"health"` // of personal data; empty for none
	Retention  string         `json:"retention,omitempty" validate:"max=2000" example:"Slettes når modellen tas ut av bruk."`
	DeleteBy   record.Date    `json:"delete_by" example:"2031-12-31"`
	// The document on access to data that applies, such as 1.10.3.2 on developing, testing and validating AI.
	GuidelineID string `json:"guideline_id,omitempty" validate:"omitempty,uuid" ref:"policy" filter:"" format:"uuid"`
	OwnerID     string `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
} // @name DatasetInput

// Split is a part of the data with one use.
type Split struct {
	Kind               SplitKind   `json:"kind" validate:"required,choice" example:"train"`
	Size               int         `json:"size" validate:"min=0,max=1000000000" example:"12000"` // the number of cases
	From               record.Date `json:"from" example:"2019-01-01"`
	To                 record.Date `json:"to" example:"2024-12-31"`
	Source             string      `json:"source,omitempty" validate:"max=2000" example:"Sykehusets PACS"`
	Processing         string      `json:"processing,omitempty" validate:"max=5000" example:"Avidentifisert; bilder uten beskrivelse er fjernet."`
	Representativeness string      `json:"representativeness,omitempty" validate:"max=5000" example:"Få barn under 12 år."`
	BiasMeasures       string      `json:"bias_measures,omitempty" validate:"max=5000" example:"Ytelsen vises per aldersgruppe og kjønn."`
} // @name DatasetSplit

// LegalBasis is the right to use the data for one purpose.
type LegalBasis struct {
	Purpose     Purpose     `json:"purpose" validate:"required,choice" example:"development"`
	Basis       Basis       `json:"basis" validate:"required,choice" example:"hpl_29"`
	Reference   string      `json:"reference,omitempty" validate:"max=300" example:"Helsedirektoratet 2026/4711"` // of the decision
	ValidTo     record.Date `json:"valid_to" example:"2027-12-31"`
	EvidenceIDs []string    `json:"evidence_ids" validate:"max=50,unique,dive,uuid" ref:"evidence"`
} // @name DatasetLegalBasis

// Dataset is a set of data.
type Dataset struct {
	record.Base
	Input
	Status      Status      `json:"status" filter:""`
	Access      *Access     `json:"access"` // the decision on access in force, or the last one
	AccessUntil record.Date `json:"access_until" sort:""`
} // @name Dataset

// Access is a decision that the data may be used.
type Access struct {
	AccessInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name DatasetAccess

// AccessInput is the request body that grants access to a data set.
type AccessInput struct {
	Reference   string      `json:"reference" validate:"required,filled,max=300" example:"2026/118"`
	EvidenceIDs []string    `json:"evidence_ids" validate:"max=50,unique,dive,uuid" ref:"evidence"`
	ValidTo     record.Date `json:"valid_to" validate:"required" example:"2027-11-21"`
} // @name DatasetAccessInput

// Repo reads and writes data sets.
var Repo = record.NewRepo[Dataset](record.Kind{
	Rules: record.Rules[Dataset]{Defaults: (*Dataset).Defaults, Validate: (*Dataset).Validate, Facts: (*Dataset).Facts, DueOn: (*Dataset).DueOn},
	Name:  "dataset", Path: "datasets", Prefix: "DATA", Label: record.Text{NB: "Datasett", EN: "Data set"},
	Editable: []string{"described", "access_granted", "access_ended"}, Removable: []string{"described"}, Due: true,
	Marks: []record.Mark{{
		Name: "access_over", Doc: "The access that was granted has ended, so the data may not be used.",
		Of: func(m record.Meta) bool { return m.Fact("access") == "over" },
	}},
	Workflow: []record.Transition{
		{
			Verb: "grant-access", From: []string{"described", "access_granted", "access_ended"}, To: []string{"access_granted"}, Needs: []string{"reference", "valid_to"},
			Label: record.Text{NB: "Gi tilgang", EN: "Grant access"},
		},
		{
			Verb: "end-access", From: []string{"access_granted"}, To: []string{"access_ended"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Avslutt tilgangen", EN: "End the access"},
		},
		{Verb: "expire", From: []string{"access_granted"}, To: []string{"access_ended"}, Needs: []string{}, Label: record.Text{NB: "Utløper", EN: "Expires"}},
		{
			Verb: "retire", From: []string{"described", "access_granted", "access_ended"}, To: []string{"retired"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Ta ut av bruk", EN: "Retire"},
		},
	},
	Tasks: []record.Task{{
		States: []string{"access_ended"}, Action: "retire", Owner: "owner_id", Vacant: true,
		Label: record.Text{NB: "Datasett uten tilgang: få ny tilgang eller ta det ut av bruk", EN: "Data set without access: have it granted again or retire it"},
	}},
})

// New returns a data set that nobody has granted access to.
func New(in Input) *Dataset { return &Dataset{Input: in, Status: Described} }

// Defaults replaces nil lists with empty ones.
func (d *Dataset) Defaults() {
	fill(&d.ExternalRefs)
	fill(&d.SystemIDs)
	fill(&d.Splits)
	fill(&d.LegalBases)
	fill(&d.Categories)
	for i := range d.LegalBases {
		fill(&d.LegalBases[i].EvidenceIDs)
	}
	if d.Access != nil {
		fill(&d.Access.EvidenceIDs)
	}
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

// Validate refuses splits that end before they begin, a legal basis that does not fit its purpose, and a data set without personal data that has some.
func (d *Dataset) Validate() error {
	var f fault.Fields
	for i, s := range d.Splits {
		if s.From != "" && s.To != "" && s.To < s.From {
			f.Add("/splits/"+strconv.Itoa(i)+"/to", "ends_before_start", "must not be before the start")
		}
	}
	for i, b := range d.LegalBases {
		at := "/legal_bases/" + strconv.Itoa(i)
		if fits, known := bases[b.Purpose]; known && b.Basis != "" && !slices.Contains(fits, b.Basis) {
			f.Add(at+"/basis", "basis_not_for_purpose", "is no legal basis for that purpose")
		}
		if needsDecision(b.Basis) && strings.TrimSpace(b.Reference) == "" {
			f.Add(at+"/reference", "required/decision", "give the reference of the decision")
		}
		if b.Basis == Anonymous && len(d.Categories) > 0 {
			f.Add(at+"/basis", "not_anonymous", "does not fit a data set with personal data")
		}
	}
	return f.Err()
}

// needsDecision reports whether a legal basis is a decision of an authority.
func needsDecision(b Basis) bool { return b == HPL29 || b == ResearchREK }

// Facts are what the mark needs: whether the access that was granted has ended.
func (d *Dataset) Facts() []record.Fact {
	if d.Status != Over {
		return nil
	}
	return []record.Fact{{Name: "access", Value: "over"}}
}

// DueOn returns the last day of the access in force, and otherwise "".
func (d *Dataset) DueOn() record.Date {
	if d.Status != Granted {
		return ""
	}
	return d.AccessUntil
}

// GrantAccess stores the decision that the data may be used. It needs a legal basis, and does not last longer than the shortest
// one. Data for development also follow a guideline of the hospital.
func (d *Dataset) GrantAccess(in AccessInput, by string, at time.Time) error {
	if len(d.LegalBases) == 0 {
		return fault.New(fault.Conflict, "no_legal_basis", "%s has no legal basis; add one first", d.Number)
	}
	if d.GuidelineID == "" && slices.ContainsFunc(d.LegalBases, func(b LegalBasis) bool { return b.Purpose == Development }) {
		return fault.New(fault.Conflict, "no_guideline", "%s is for development; name the guideline on access to data first", d.Number)
	}
	var f fault.Fields
	if in.ValidTo.Passed(at) {
		f.Add("/valid_to", "in_the_past", "must not be before today")
	}
	for _, b := range d.LegalBases {
		if b.ValidTo != "" && in.ValidTo > b.ValidTo {
			f.Add("/valid_to", "beyond_legal_basis", "must not be after %s, when a legal basis ends", string(b.ValidTo))
			break
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	d.Status, d.AccessUntil = Granted, in.ValidTo
	d.Access = &Access{AccessInput: in, By: by, At: at}
	return nil
}

// EndAccess ends the access.
func (d *Dataset) EndAccess() error {
	d.Status = Over
	return nil
}

// Retire takes the data set out of use.
func (d *Dataset) Retire() error {
	d.Status = Retired
	return nil
}

// cited lists the evidence that the data set names.
func (d *Dataset) cited() (ids []string) {
	for _, b := range d.LegalBases {
		ids = append(ids, b.EvidenceIDs...)
	}
	if d.Access != nil {
		ids = append(ids, d.Access.EvidenceIDs...)
	}
	return ids
}
