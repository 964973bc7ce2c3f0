// Package authority keeps the public authorities around AI in health care, with what each is competent for, and finds the right addressee of a case.
package authority

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// Subject is what a case is about.
type Subject string

// Subjects is the closed list of subjects.
var Subjects = record.Choices[Subject](
	[4]string{"device_product", "produktregelverket for medisinsk utstyr", "product rules for medical devices", "neutral"},
	[4]string{"clinical_investigation", "klinisk utprøving av medisinsk utstyr", "clinical investigation of medical devices", "neutral"},
	[4]string{"device_incident", "hendelse med medisinsk utstyr", "incident with a medical device", "neutral"},
	[4]string{"procurement", "anskaffelse", "procurement", "neutral"},
	[4]string{"use_in_health_care", "håndtering og bruk i helsetjenesten", "handling and use in health care", "neutral"},
	[4]string{"patient_harm", "pasientskade eller alvorlig hendelse i tjenesten", "harm to a patient or a serious event in the service", "neutral"},
	[4]string{"privacy", "personvern", "privacy", "neutral"},
	[4]string{"research_ethics", "medisinsk og helsefaglig forskning", "medical and health research", "neutral"},
	[4]string{"confidentiality", "dispensasjon fra taushetsplikten", "exemption from confidentiality", "neutral"},
	[4]string{"ai_act", "KI-forordningen", "the AI Act", "neutral"},
	[4]string{"security", "digital sikkerhet", "digital security", "neutral"},
	[4]string{"national_guidance", "nasjonale faglige råd og rammer", "national professional guidance", "neutral"},
)

// ActorType is the part that somebody plays in a case: who is guided or supervised.
type ActorType string

// ActorTypes is the closed list of parts.
var ActorTypes = record.Choices[ActorType](
	[4]string{"manufacturer", "produsent", "manufacturer", "neutral"},
	[4]string{"distributor", "distributør", "distributor", "neutral"},
	[4]string{"importer", "importør", "importer", "neutral"},
	[4]string{"authorised_representative", "autorisert representant", "authorised representative", "neutral"},
	[4]string{"notified_body", "meldt organ", "notified body", "neutral"},
	[4]string{"health_service", "helsetjenesten", "health service", "neutral"},
	[4]string{"data_controller", "dataansvarlig", "data controller", "neutral"},
	[4]string{"researcher", "forsker", "researcher", "neutral"},
	[4]string{"ai_provider", "leverandør etter KI-forordningen", "provider under the AI Act", "neutral"},
	[4]string{"ai_deployer", "idriftsetter", "deployer", "neutral"},
)

// Task is what an authority does within a competence.
type Task string

// This registers the closed list of tasks.
var _ = record.Choices[Task](
	[4]string{"supervises", "fører tilsyn", "supervises", "neutral"},
	[4]string{"guides", "veileder", "guides", "neutral"},
	[4]string{"approves", "godkjenner", "approves", "neutral"},
	[4]string{"receives_reports", "tar imot meldinger", "receives reports", "neutral"},
	[4]string{"investigates", "undersøker", "investigates", "neutral"},
	[4]string{"coordinates", "samordner", "coordinates", "neutral"},
)

// Confidence says how sure a statement is.
type Confidence string

// The confidences. A statement with a high one was confirmed in a public source.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// This registers the closed list of confidences.
var _ = record.Choices[Confidence](
	[4]string{"high", "høy", "high", "success"},
	[4]string{"medium", "middels", "medium", "warning"},
	[4]string{"low", "lav", "low", "warning"},
)

// Status is the state of an authority.
type Status string

// The states of an authority.
const (
	Active Status = "active"
	Closed Status = "closed"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"closed", "nedlagt", "closed", "neutral"},
)

// Input has the fields of an authority that a caller sets.
type Input struct {
	record.Common
	Key         string       `json:"key" validate:"required,slug" unique:"" fixed:"" example:"dmp"`
	Name        record.Text  `json:"name" validate:"required" search:"" sort:""`
	ShortName   string       `json:"short_name,omitempty" validate:"max=60" search:"" example:"DMP"`
	Description *record.Text `json:"description"`
	Contact     string       `json:"contact,omitempty" validate:"max=300" example:"post@dmp.no"`
	URL         string       `json:"url,omitempty" validate:"omitempty,weburl,max=2000" example:"https://www.dmp.no"`
	Competences []Competence `json:"competences" validate:"max=50,dive"`
	// What people often think the authority is competent for, although it is not.
	Excludes []Exclusion `json:"excludes" validate:"max=50,dive"`
} // @name PublicAuthorityInput

// Competence is something that an authority is competent for.
type Competence struct {
	Subject Subject `json:"subject" validate:"required,choice" example:"device_product"`
	// Whom it guides or supervises; empty means everybody.
	ActorTypes []ActorType  `json:"actor_types" validate:"max=10,unique,dive,choice"`
	Tasks      []Task       `json:"tasks" validate:"required,min=1,max=10,unique,dive,choice"`
	Note       *record.Text `json:"note"`
	Planned    bool         `json:"planned"` // it has not been given the competence yet
	Source     string       `json:"source,omitempty" validate:"max=300" example:"Lov om medisinsk utstyr"`
	Confidence Confidence   `json:"confidence" validate:"required,choice" example:"high"`
} // @name AuthorityCompetence

// Exclusion is something that an authority is not competent for.
type Exclusion struct {
	Subject Subject     `json:"subject" validate:"required,choice" example:"procurement"`
	Note    record.Text `json:"note" validate:"required"`
} // @name AuthorityExclusion

// Authority is a public authority. Every signed-in person reads it.
type Authority struct {
	record.Base
	Input
	Status  Status  `json:"status" filter:""`
	Closure *Ending `json:"closure"`
} // @name PublicAuthority // @name Authority

// Ending says why an authority was closed, by whom and when.
type Ending struct {
	Reason string    `json:"reason"`
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
} // @name AuthorityClosure

// Repo reads and writes authorities.
var Repo = record.NewRepo[Authority](record.Kind{
	Rules: record.Rules[Authority]{Defaults: (*Authority).Defaults},
	Name:  "authority", Path: "authorities", Prefix: "AUTH", Label: record.Text{NB: "Myndighet", EN: "Authority"}, Key: "key", Global: true,
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Legg ned", EN: "Close"}},
		{Verb: "reopen", From: []string{"closed"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// New returns an active authority.
func New(in Input) *Authority { return &Authority{Input: in, Status: Active} }

// Defaults replaces nil lists with empty ones.
func (a *Authority) Defaults() {
	if a.ExternalRefs == nil {
		a.ExternalRefs = []record.ExternalRef{}
	}
	if a.Competences == nil {
		a.Competences = []Competence{}
	}
	for i := range a.Competences {
		if a.Competences[i].ActorTypes == nil {
			a.Competences[i].ActorTypes = []ActorType{}
		}
	}
	if a.Excludes == nil {
		a.Excludes = []Exclusion{}
	}
}

// Close records that the authority no longer exists.
func (a *Authority) Close(reason, by string, at time.Time) error {
	a.Status, a.Closure = Closed, &Ending{Reason: reason, By: by, At: at}
	return nil
}

// Reopen makes the authority active again.
func (a *Authority) Reopen() error {
	a.Status, a.Closure = Active, nil
	return nil
}

// competent returns the first competence for a subject that covers the type of actor. Those that are only planned come last.
func (a *Authority) competent(subject Subject, actor ActorType) *Competence {
	var planned *Competence
	for i := range a.Competences {
		c := &a.Competences[i]
		switch covers := len(c.ActorTypes) == 0 || actor == "" || slices.Contains(c.ActorTypes, actor); {
		case c.Subject != subject || !covers:
		case !c.Planned:
			return c
		case planned == nil:
			planned = c
		}
	}
	return planned
}
