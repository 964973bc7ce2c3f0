// Package sector has the organisations of the sector, and the records of a standardisation group: needs, topics, standards, activities and
// applications to join.
package sector

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// OrganisationKind is the type of an organisation.
type OrganisationKind string

// This registers the closed list of organisation kinds.
var _ = record.Choices[OrganisationKind](
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

// OrganisationStatus is the state of an organisation.
type OrganisationStatus string

// The states of an organisation.
const (
	OrganisationActive OrganisationStatus = "active"
	OrganisationMerged OrganisationStatus = "merged"
	OrganisationClosed OrganisationStatus = "closed"
)

// This registers the closed list of the states.
var _ = record.Choices[OrganisationStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"merged", "slått sammen med en annen", "merged into another", "info"},
	[4]string{"closed", "nedlagt", "closed", "neutral"},
)

// OrganisationInput has the fields of an organisation that a caller sets.
type OrganisationInput struct {
	record.Common
	Key       string           `json:"key" validate:"required,slug" unique:"" fixed:"" example:"helsedirektoratet"`
	Kind      OrganisationKind `json:"kind" validate:"required,choice" filter:"" example:"agency"`
	Name      record.Text      `json:"name" validate:"required" search:"" sort:""`
	ShortName string           `json:"short_name,omitempty" validate:"max=60" search:"" example:"Hdir"`
	// The number in the Register of Legal Entities (Enhetsregisteret): nine digits. Blanks are removed.
	OrgNumber string      `json:"org_number,omitempty" validate:"max=20" unique:"" filter:"" search:"" example:"983544622"`
	Website   string      `json:"website,omitempty" validate:"omitempty,weburl,max=2000" example:"https://www.helsedirektoratet.no"`
	ValidFrom record.Date `json:"valid_from" example:"2002-01-01"`
	// Predecessors that have no merger recorded here, such as an organisation that was split or renamed.
	// The unit of this installation that is the organisation: its leaders report on the measures that the organisation carries out.
	UnitID         string   `json:"unit_id,omitempty" validate:"omitempty,uuid" ref:"unit" format:"uuid"`
	PredecessorIDs []string `json:"predecessor_ids" validate:"max=50,unique,dive,uuid" ref:"organisation" filter:""`
}

// Organisation is a legal person or a network in the sector. It is not one of the installation's own units. Every signed-in user can read it.
type Organisation struct {
	record.Base
	OrganisationInput
	Status      OrganisationStatus `json:"status" filter:""`
	SuccessorID string             `json:"successor_id,omitempty" ref:"organisation" filter:"" format:"uuid"`
	MergedOn    record.Date        `json:"merged_on"`
	EndedOn     record.Date        `json:"ended_on"` // the day it was merged or closed
	Ending      *Ending            `json:"ending"`
	// The level of the newest self-assessment; 0 without one.
	MaturityLevel int         `json:"maturity_level" filter:"" sort:"" example:"3"`
	MaturityOn    record.Date `json:"maturity_on"`
	Maturity      []Maturity  `json:"maturity"`
	// The organisation it was merged into. Only in the answer to a read of one organisation.
	Successor *Relative `json:"successor,omitempty" extra:""`
	// The organisations that were merged into it or are in predecessor_ids. Only in the answer to a read of one organisation.
	Predecessors []Relative `json:"predecessors,omitempty" extra:""`
} // @name Organisation

// Relative is the successor or a predecessor of an organisation.
type Relative struct {
	ID     string             `json:"id" format:"uuid"`
	Number string             `json:"number" example:"ORG-0002"`
	Key    string             `json:"key" example:"direktoratet-for-e-helse"`
	Name   record.Text        `json:"name"`
	Status OrganisationStatus `json:"status"`
	Ended  record.Date        `json:"ended_on"`
} // @name OrganisationRelative

// AsRelative returns the fields that other organisations show of this one.
func (o *Organisation) AsRelative() Relative {
	return Relative{ID: o.ID, Number: o.Number, Key: o.Key, Name: o.Name, Status: o.Status, Ended: o.EndedOn}
}

// Ending says why an organisation ended, and who recorded that and when.
type Ending struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name OrganisationEnding

// Organisations reads and writes organisations.
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

// NewOrganisation returns an active organisation.
func NewOrganisation(in OrganisationInput) *Organisation {
	return &Organisation{OrganisationInput: in, Status: OrganisationActive}
}

// Defaults replaces nil lists with empty ones, and removes blanks from the organisation number.
func (o *Organisation) Defaults() {
	fill(&o.ExternalRefs)
	fill(&o.PredecessorIDs)
	fill(&o.Maturity)
	o.OrgNumber = withoutBlanks(o.OrgNumber)
}

// withoutBlanks removes all white space from a number.
func withoutBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Validate checks the check digit of the organisation number.
func (o *OrganisationInput) Validate() error {
	var f fault.Fields
	if n := withoutBlanks(o.OrgNumber); n != "" && !isOrgNumber(n) {
		f.Add("/org_number", "bad_org_number", "must be an organisation number: nine digits with the right check digit")
	}
	return f.Err()
}

// isOrgNumber reports whether s has nine digits and the ninth is the modulus 11 check digit of the Register of Legal Entities.
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

// Comes refuses an organisation that is its own predecessor. The ids of all direct and indirect predecessors are in earlier.
func (o *Organisation) Comes(earlier []string) error {
	var f fault.Fields
	if slices.Contains(o.PredecessorIDs, o.ID) || slices.Contains(earlier, o.ID) {
		f.Add("/predecessor_ids", "cycle", "an organisation cannot come from itself")
	}
	return f.Err()
}

// Merger is the request body that merges an organisation into another one. The day On is the first day after the merger.
type Merger struct {
	IntoID string      `json:"into_id" validate:"required,max=63" example:"helsedirektoratet"` // id or key
	On     record.Date `json:"on" validate:"required" example:"2024-01-01"`
	record.Reason
} // @name OrganisationMerger

// Merge ends the organisation and makes into its successor. A nil into means that the successor was not found. The ids of all direct and
// indirect predecessors are in predecessors.
func (o *Organisation) Merge(into *Organisation, predecessors []string, m Merger, by string, at time.Time) error {
	var f fault.Fields
	o.endsOn(&f, m.On, record.DateOf(at))
	switch {
	case into == nil:
		f.Add("/into_id", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "organisation"})
	case into.ID == o.ID:
		f.Add("/into_id", "itself", "an organisation cannot be merged into itself")
	case into.Status != OrganisationActive:
		f.Add("/into_id", "not_active", "must be an active organisation; %s is not", into.Number)
	case slices.Contains(predecessors, into.ID):
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

// Closing is the request body that closes an organisation. The day is today when left out.
type Closing struct {
	record.Reason
	On record.Date `json:"on" example:"2026-06-30"`
} // @name OrganisationClosing

// Close ends the organisation without a successor.
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

// endsOn adds a fault when the organisation cannot end on that day: it must not be later than today, nor before its first day or its last
// assessment.
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

// Reopen undoes a merger or a closing that was recorded by mistake.
func (o *Organisation) Reopen() error {
	o.Status, o.SuccessorID, o.MergedOn, o.EndedOn, o.Ending = OrganisationActive, "", "", "", nil
	return nil
}

// Present reports whether the organisation existed on that day. The day it ended counts as ended.
func (o *Organisation) Present(on record.Date) bool { return o.EndedOn == "" || on < o.EndedOn }

// fill replaces a nil list with an empty one, which JSON shows as [] instead of null.
func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
