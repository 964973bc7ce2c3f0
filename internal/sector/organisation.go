// Package sector holds the organisations of the sector, and what a standardisation group follows: needs, topics, standards, activities and
// those who apply to join.
package sector

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// OrganisationKind says what an organisation is.
type OrganisationKind string

// OrganisationKinds is the closed list of them.
var OrganisationKinds = record.Choices[OrganisationKind](
	[4]string{"agency", "statlig virksomhet", "government agency", "neutral"},
	[4]string{"regional_health_authority", "regionalt helseforetak", "regional health authority", "neutral"},
	[4]string{"health_trust", "helseforetak", "health trust", "neutral"},
	[4]string{"municipality", "kommune", "municipality", "neutral"},
	[4]string{"company", "selskap", "company", "neutral"},
	[4]string{"association", "interesseorganisasjon", "association", "neutral"},
	[4]string{"competence_network", "kompetansenettverk", "competence network", "neutral"},
	[4]string{"government", "regjering eller departement", "government or ministry", "neutral"},
	[4]string{"other", "annet", "other", "neutral"},
)

// OrganisationStatus is where an organisation stands.
type OrganisationStatus string

// The states of an organisation.
const (
	OrganisationActive OrganisationStatus = "active"
	OrganisationMerged OrganisationStatus = "merged"
	OrganisationClosed OrganisationStatus = "closed"
)

// OrganisationStatuses is the closed list of them.
var OrganisationStatuses = record.Choices[OrganisationStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"merged", "slått sammen med en annen", "merged into another", "info"},
	[4]string{"closed", "nedlagt", "closed", "neutral"},
)

// OrganisationInput is what a caller sets of an organisation.
type OrganisationInput struct {
	record.Common
	Key       string           `json:"key" validate:"required,slug" unique:"" fixed:"" example:"helsedirektoratet"`
	Kind      OrganisationKind `json:"kind" validate:"required,choice" filter:"" example:"agency"`
	Name      record.Text      `json:"name" validate:"required" search:"" sort:""`
	ShortName string           `json:"short_name,omitempty" validate:"max=60" search:"" example:"Hdir"`
	// The number in the Register of Legal Entities (Enhetsregisteret); blanks in it are dropped.
	OrgNumber string      `json:"org_number,omitempty" validate:"max=20" unique:"" filter:"" search:"" example:"983544622"`
	Website   string      `json:"website,omitempty" validate:"omitempty,weburl,max=2000" example:"https://www.helsedirektoratet.no"`
	ValidFrom record.Date `json:"valid_from" example:"2002-01-01"`
	// Those it comes from that were not merged into it here: what was split or renamed.
	PredecessorIDs []string `json:"predecessor_ids" validate:"max=50,unique,dive,uuid" ref:"organisation" filter:""`
}

// Organisation is a legal person or network of the sector, beside the installation's own units. Everybody signed in reads it.
type Organisation struct {
	record.Base
	OrganisationInput
	Status      OrganisationStatus `json:"status" filter:""`
	SuccessorID string             `json:"successor_id,omitempty" ref:"organisation" filter:"" format:"uuid"`
	MergedOn    record.Date        `json:"merged_on"`
	EndedOn     record.Date        `json:"ended_on"` // the day of its merger or closing
	Ending      *Ending            `json:"ending"`
	// What its newest self-assessment says; 0 before the first.
	MaturityLevel int         `json:"maturity_level" filter:"" sort:"" example:"3"`
	MaturityOn    record.Date `json:"maturity_on"`
	Maturity      []Maturity  `json:"maturity"`
	// What a merged organisation went into, on single reads.
	Successor *Relative `json:"successor,omitempty"`
	// Those it comes from, merged into it or named, on single reads.
	Predecessors []Relative `json:"predecessors,omitempty"`
} // @name Organisation

// Relative is an organisation that another one became or comes from.
type Relative struct {
	ID     string             `json:"id" format:"uuid"`
	Number string             `json:"number" example:"ORG-0002"`
	Key    string             `json:"key" example:"direktoratet-for-e-helse"`
	Name   record.Text        `json:"name"`
	Status OrganisationStatus `json:"status"`
	Ended  record.Date        `json:"ended_on"`
} // @name OrganisationRelative

// AsRelative is the organisation as its relatives show it.
func (o *Organisation) AsRelative() Relative {
	return Relative{ID: o.ID, Number: o.Number, Key: o.Key, Name: o.Name, Status: o.Status, Ended: o.EndedOn}
}

// Ending says how an organisation ended: why, and who noted it.
type Ending struct {
	By     string    `json:"by" format:"uuid"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name OrganisationEnding

// Organisations keeps them.
var Organisations = record.NewRepo[Organisation](record.Kind{
	Rules: record.Rules[Organisation]{Defaults: (*Organisation).Defaults, Validate: (*Organisation).Validate},
	Name:  "organisation", Path: "organisations", Prefix: "ORG", Label: record.Text{NB: "Virksomhet", EN: "Organisation"}, Key: "key", Global: true,
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		{
			Verb: "assess-maturity", From: []string{"active"}, To: []string{"active"}, Needs: []string{"assessed_on", "level", "rationale"},
			Label: record.Text{NB: "Vurder modenhet", EN: "Assess maturity"},
		},
		{
			Verb: "merge", From: []string{"active"}, To: []string{"merged"}, Needs: []string{"into_id", "on", "reason"},
			Label: record.Text{NB: "Slå sammen med en annen", EN: "Merge into another"},
		},
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Legg ned", EN: "Close"}},
		{Verb: "reopen", From: []string{"merged", "closed"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// NewOrganisation makes an organisation.
func NewOrganisation(in OrganisationInput) *Organisation {
	return &Organisation{OrganisationInput: in, Status: OrganisationActive}
}

// Defaults fills the lists a caller left out, and writes the organisation number without blanks.
func (o *Organisation) Defaults() {
	fill(&o.ExternalRefs)
	fill(&o.PredecessorIDs)
	fill(&o.Maturity)
	o.OrgNumber = together(o.OrgNumber)
}

// together drops the blanks of a number.
func together(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Validate holds the organisation number to its check digit.
func (o *OrganisationInput) Validate() error {
	var f fault.Fields
	if n := together(o.OrgNumber); n != "" && !isOrgNumber(n) {
		f.Add("/org_number", "bad_org_number", "must be an organisation number: nine digits with the right check digit")
	}
	return f.Err()
}

// isOrgNumber checks the ninth digit by modulus 11, as the Register of Legal Entities makes it.
func isOrgNumber(s string) bool {
	if len(s) != 9 || s[0] == '0' {
		return false
	}
	sum := 0
	for i, weight := range []int{3, 2, 7, 6, 5, 4, 3, 2, 1} {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += weight * int(s[i]-'0')
	}
	return sum%11 == 0
}

// Comes refuses an organisation that comes from itself; later are the ids of those that its predecessors come from.
func (o *Organisation) Comes(earlier []string) error {
	var f fault.Fields
	if slices.Contains(o.PredecessorIDs, o.ID) || slices.Contains(earlier, o.ID) {
		f.Add("/predecessor_ids", "cycle", "an organisation cannot come from itself")
	}
	return f.Err()
}

// Merger is the body that merges an organisation into another, from a day on.
type Merger struct {
	IntoID string      `json:"into_id" validate:"required,max=63" example:"helsedirektoratet"` // id or key
	On     record.Date `json:"on" validate:"required" example:"2024-01-01"`
	record.Reason
} // @name OrganisationMerger

// Merge ends the organisation: another one carries on its work from that day. No other is nil; forebears are those it comes from.
func (o *Organisation) Merge(into *Organisation, forebears []string, m Merger, by string, at time.Time) error {
	var f fault.Fields
	o.endsOn(&f, m.On, record.DateOf(at))
	switch {
	case into == nil:
		f.Add("/into_id", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "organisation"})
	case into.ID == o.ID:
		f.Add("/into_id", "itself", "an organisation cannot be merged into itself")
	case into.Status != OrganisationActive:
		f.Add("/into_id", "not_active", "must be an active organisation; %s is not", into.Number)
	case slices.Contains(forebears, into.ID):
		f.Add("/into_id", "cycle", "an organisation cannot come from itself")
	case !record.Related(into.Scope, o.Scope):
		f.Add("/into_id", "unrelated_scope", "must be in this scope, above it or below it: %s", fault.Word{Kind: "organisation"})
	case into.ValidFrom != "" && m.On < into.ValidFrom:
		f.Add("/on", "before_start", "must not be before %s, when %s began", string(into.ValidFrom), into.Number)
	}
	if err := f.Err(); err != nil {
		return err
	}
	o.Status, o.SuccessorID, o.MergedOn, o.EndedOn = OrganisationMerged, into.ID, m.On, m.On
	o.Ending = &Ending{By: by, At: at, Reason: m.Reason.Reason}
	return nil
}

// Closing is the body that closes an organisation; the day is today when left out.
type Closing struct {
	record.Reason
	On record.Date `json:"on" example:"2026-06-30"`
} // @name OrganisationClosing

// Close ends the organisation, with nobody to carry on.
func (o *Organisation) Close(c Closing, by string, at time.Time) error {
	var f fault.Fields
	today := record.DateOf(at)
	if c.On == "" {
		c.On = today
	}
	o.endsOn(&f, c.On, today)
	if err := f.Err(); err != nil {
		return err
	}
	o.Status, o.EndedOn, o.Ending = OrganisationClosed, c.On, &Ending{By: by, At: at, Reason: c.Reason.Reason}
	return nil
}

// endsOn notes a last day that cannot be.
func (o *Organisation) endsOn(f *fault.Fields, on, today record.Date) {
	switch {
	case on > today:
		f.Add("/on", "in_the_future", "must not be in the future")
	case o.ValidFrom != "" && on < o.ValidFrom:
		f.Add("/on", "before_start", "must not be before %s, when %s began", string(o.ValidFrom), o.Number)
	case on < o.MaturityOn:
		f.Add("/on", "before_assessment", "must not be before the last assessment, %s", string(o.MaturityOn))
	}
}

// Reopen takes back a merger or closing that was noted by mistake.
func (o *Organisation) Reopen() error {
	o.Status, o.SuccessorID, o.MergedOn, o.EndedOn, o.Ending = OrganisationActive, "", "", "", nil
	return nil
}

// Present tells whether the organisation was there on that day.
func (o *Organisation) Present(on record.Date) bool { return o.EndedOn == "" || on < o.EndedOn }

// fill makes an empty list of none, which JSON shows as [].
func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
