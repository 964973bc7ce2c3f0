// Package aisystem has the AI systems of the hospital, from the first idea until they are retired (ISO/IEC 42001 A.6): what they are, which versions
// there are, where they are used, which stage they are in, and what has been cleared for the gates between the stages.
package aisystem

import (
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Input is what a caller sets of an AI system.
type Input struct {
	record.Common
	// The last part of the scope of the project unit that the system gets. It follows from the name when it is left out.
	Project         string   `json:"project,omitempty" validate:"omitempty,slug" fixed:"true" example:"bruddeteksjon"`
	Name            string   `json:"name" validate:"required,filled,max=200" search:"" sort:"" example:"Bruddeteksjon på røntgenbilder"`
	Description     string   `json:"description,omitempty" validate:"max=5000" search:"" example:"Markerer mulige brudd for radiologen."`
	Kind            Kind     `json:"kind" validate:"required,choice" filter:"" example:"predictive"`
	Origin          Origin   `json:"origin" validate:"required,choice" filter:"" example:"bought"`
	Autonomy        Autonomy `json:"autonomy" validate:"required,choice" filter:"" example:"recommends"`
	Tools           []string `json:"tools" validate:"max=20,unique,dive,filled,max=200" example:"PACS"` // what it works in or with
	IntendedPurpose string   `json:"intended_purpose" validate:"required,filled,max=5000" search:"" example:"Støtte radiologen i å finne brudd hos voksne."`
	UnintendedUses  []string `json:"unintended_uses" validate:"max=50,unique,dive,filled,max=500" example:"Bilder av barn under 12 år"`
	Users           string   `json:"users,omitempty" validate:"max=500" example:"Radiologer og leger i akuttmottaket"`

	PatientsAffected bool        `json:"patients_affected" example:"true"`
	PersonalData     bool        `json:"personal_data" example:"true"`
	StaffAffected    bool        `json:"staff_affected" example:"false"`
	PatientData      PatientData `json:"patient_data" validate:"required,choice" example:"used"`
	// Whether its output decides or helps to decide about a single person.
	DecidesAboutPersons bool `json:"decides_about_persons" example:"true"`
	// Whether a person reads all output before it has an effect.
	AllOutputRead bool `json:"all_output_read" example:"true"`

	OwnerID                string `json:"owner_id" validate:"required,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	ClinicalLeadID         string `json:"clinical_lead_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	AccountableDeveloperID string `json:"accountable_developer_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	SecurityOfficerID      string `json:"security_officer_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`

	SupplierID  string      `json:"supplier_id,omitempty" validate:"omitempty,uuid" ref:"supplier" filter:"" format:"uuid"`
	PartOfID    string      `json:"part_of_id,omitempty" validate:"omitempty,uuid" ref:"ai_system" filter:"" format:"uuid"`
	Modules     []Module    `json:"modules" validate:"max=30,dive"`
	AIActRoles  []AIActRole `json:"ai_act_roles" validate:"max=6,unique,dive,choice" example:"deployer"`
	MDRRole     MDRRole     `json:"mdr_role,omitempty" validate:"omitempty,choice" filter:"" example:"user"`
	ISORoles    []ISORole   `json:"iso_roles" validate:"max=6,unique,dive,choice" example:"ai_customer"`
	Traits      []Trait     `json:"traits" validate:"max=4,unique,dive,choice" example:"opaque"`
	Identifiers Identifiers `json:"identifiers"`
} // @name AISystemInput

// Module is a part of a system with a purpose of its own. Modules with a medical purpose are devices (MDR Annex VIII 3.1).
type Module struct {
	Name    string `json:"name" validate:"required,filled,max=200" example:"Håndleddsmodul"`
	Purpose string `json:"purpose" validate:"required,filled,max=2000" example:"Finne brudd i håndleddet"`
	Medical bool   `json:"medical" example:"true"`
} // @name AISystemModule

// Identifiers are the names of the system in registers of authorities and in other systems.
type Identifiers struct {
	UDIDI             string `json:"udi_di,omitempty" validate:"max=100" example:"07350088950012"`
	BasicUDIDI        string `json:"basic_udi_di,omitempty" validate:"max=100" example:"735008895BRUDD7Q"`
	SRN               string `json:"srn,omitempty" validate:"max=60" example:"SE-MF-000012345"`
	CertificateNumber string `json:"certificate_number,omitempty" validate:"max=100" example:"MDR-765432"`
	EUDatabaseID      string `json:"eu_database_id,omitempty" validate:"max=100"`
	FHIRDevice        string `json:"fhir_device,omitempty" validate:"max=200" example:"Device/4711"`
} // @name AISystemIdentifiers

// System is an AI system of the hospital.
type System struct {
	record.Base
	Input
	Status Status `json:"status" filter:""`
	// Since when it is in its stage, and from which stage a suspended system came.
	StageSince    time.Time     `json:"stage_since"`
	SuspendedFrom Status        `json:"suspended_from,omitempty"`
	Track         Track         `json:"track" filter:""`
	TrackReasons  []TrackReason `json:"track_reasons"`
	Raised        *RaisedTrack  `json:"raised_track"`
	Findings      Findings      `json:"findings"`
	ReleaseID     string        `json:"release_id,omitempty"` // of the release that the gates are about
	Releases      []Release     `json:"releases"`
	Deployments   []Deployment  `json:"deployments"`
	Suspension    *Suspension   `json:"suspension"`
	GoLive        *GoLive       `json:"go_live"` // the approval in force of a pilot or of use
	// Since when a tool was in use before it was registered. It was never taken through the gates, so its list of gaps is approved, also an empty one.
	ExistingSince record.Date  `json:"existing_since" format:"date" extensions:"x-nullable"`
	Gaps          []Gap        `json:"gaps"`
	GapsApproved  *GapApproval `json:"gaps_approved"`
	ReviewDue     record.Date  `json:"review_due" sort:"" format:"date" extensions:"x-nullable"`
	LastReview    *Review      `json:"last_review"`
} // @name AISystem

// Systems reads and writes the AI systems.
var Systems = record.NewRepo[System](record.Kind{
	Rules: record.Rules[System]{Defaults: (*System).Defaults, Validate: (*System).Validate, Facts: (*System).Facts, DueOn: (*System).DueOn},
	Name:  "ai_system", Path: "ai-systems", Prefix: "AI", Label: record.Text{NB: "KI-system", EN: "AI system"},
	Editable: []string{"idea", "concept", "procurement", "development", "validation", "pilot", "in_use", "suspended"}, Removable: []string{"idea"},
	Due: true, Reminds: []string{"owner_id"}, Mine: []string{"owner_id", "clinical_lead_id", "accountable_developer_id", "security_officer_id"},
	About: []string{"deployments.unit_id"},
	Parts: []string{"release", "deploy", "start-deployment", "end-deployment", "raise-track", "review", "find", "approve-go-live", "decline-go-live", "close-gap", "approve-gaps"},
	PartsIn: map[string][]string{
		"review": {"pilot", "in_use", "suspended"}, "start-deployment": {"pilot", "in_use"},
	},
	Workflow: []record.Transition{
		step("move", []Status{Idea, Concept, Procurement, Development, Validation, Pilot, InUse, Suspended},
			[]Status{Idea, Concept, Procurement, Development, Validation, Pilot, InUse, Retired, Cancelled}, "Flytt til neste steg", "Move", "to"),
		step("suspend", []Status{Pilot, InUse}, []Status{Suspended}, "Stans", "Suspend", "reason"),
		step("confirm-suspension", []Status{Suspended}, []Status{Suspended}, "Bekreft stansen", "Confirm the suspension", "reason"),
	},
	NotApplicable: notApplicable,
	Tasks: []record.Task{
		{
			States: []string{"idea", "concept", "procurement", "development", "validation", "pilot"}, Action: "move", Owner: "owner_id",
			Label: record.Text{NB: "KI-system på vei mot neste port", EN: "AI system on its way to the next gate"},
		},
		{
			States: []string{"in_use"}, Action: "approve-gaps",
			Label: record.Text{NB: "Mangler ved et verktøy som var i bruk fra før", EN: "Gaps of a tool that was in use before"},
		},
		{
			States: []string{"suspended"}, Action: "confirm-suspension",
			Label: record.Text{NB: "Stans av KI-system som skal bekreftes", EN: "Suspension of an AI system to confirm"},
		},
		{
			States: []string{"pilot", "in_use"}, Action: "review", Owner: "owner_id", Soon: true,
			Label: record.Text{NB: "KI-system som skal gjennomgås", EN: "AI system due for review"},
		},
	},
	Unjudged: []string{"gaps", "gaps_approved", "review_due", "last_review", "go_live", "stage_since"},
})

func step(verb string, from, to []Status, nb, en string, needs ...string) record.Transition {
	return record.Transition{Verb: verb, From: names(from), To: names(to), Needs: needs, Label: record.Text{NB: nb, EN: en}}
}

func names(states []Status) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return out
}

// notApplicable reports whether an action does not apply to a system with these facts: a suspension is confirmed once.
func notApplicable(action string, m record.Meta) bool {
	switch action {
	case "confirm-suspension":
		return m.Fact("suspension") != "open"
	case "approve-gaps":
		return m.Fact("gaps") != "open"
	}
	return false
}

// New creates an AI system as an idea.
func New(in Input, at time.Time) *System {
	s := &System{Input: in, Status: Idea, StageSince: at}
	s.Defaults()
	return s
}

// Defaults computes the track, which follows from what is known of the system.
func (s *System) Defaults() {
	if s.MDRRole == "" && s.Origin == Bought {
		s.MDRRole = User
	}
	s.lapse()
	s.Track, s.TrackReasons = s.track()
}

// Validate checks what must hold between the fields of a system.
func (s *System) Validate() error {
	var f fault.Fields
	if s.PatientData != NoPatientData && !s.PersonalData {
		f.Add("/personal_data", "patient_data_is_personal", "must be true when the system gets data about patients")
	}
	if s.Autonomy == ActsAlone && s.AllOutputRead {
		f.Add("/all_output_read", "contradicts_autonomy", "must be false when the system acts without review")
	}
	if s.Origin == Bought && (s.MDRRole == Manufacturer || s.MDRRole == InHouse) {
		f.Add("/mdr_role", "contradicts_origin", "must fit the origin: the hospital is not the maker of what it buys")
	}
	if s.ID != "" && s.PartOfID == s.ID {
		f.Add("/part_of_id", "part_of_itself", "must be another system")
	}
	for i, m := range s.Modules {
		if slices.ContainsFunc(s.Modules[:i], func(e Module) bool { return e.Name == m.Name }) {
			f.Add("/modules/"+strconv.Itoa(i)+"/name", "repeated", "must not have the same value twice")
		}
	}
	return f.Err()
}

// Facts give what authorities and other rules ask of a system.
func (s *System) Facts() []record.Fact {
	facts := []record.Fact{{Name: "track", Value: string(s.Track)}}
	if s.Suspension != nil && s.Suspension.ConfirmedBy == "" {
		facts = append(facts, record.Fact{Name: "suspension", Value: "open"})
	}
	if s.ExistingSince != "" && s.GapsApproved == nil {
		facts = append(facts, record.Fact{Name: "gaps", Value: "open"})
	}
	return facts
}

// DueOn is the day that the system waits for: the next working day after it was stopped, its next review, or the day by which it is to be qualified.
func (s *System) DueOn() record.Date {
	switch {
	case s.Status == Suspended && s.Suspension != nil && s.Suspension.ConfirmedBy == "":
		return s.Suspension.ConfirmBy
	case s.Status == Pilot || s.Status == InUse:
		return s.ReviewDue
	case s.Status == Concept && s.Findings.Device == DeviceOpen && classify.QualifyWithin() != "":
		return record.DateOf(s.StageSince).Add(classify.QualifyWithin())
	}
	return ""
}
