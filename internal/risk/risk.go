package risk

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of a risk, from identification to acceptance or closure.
type Status string

// The states of a risk.
const (
	Identified Status = "identified"
	Assessed   Status = "assessed"
	Treating   Status = "treating"
	Accepted   Status = "accepted"
	Closed     Status = "closed"
)

// This registers the closed list of states.
var _ = record.Choices[Status](
	[4]string{"identified", "identifisert", "identified", "neutral"},
	[4]string{"assessed", "vurdert", "assessed", "info"},
	[4]string{"treating", "under håndtering", "being treated", "warning"},
	[4]string{"accepted", "akseptert", "accepted", "success"},
	[4]string{"closed", "lukket", "closed", "neutral"},
)

// Polarity distinguishes threats from opportunities. A register holds both (ISO/IEC 42001, 6.1.1).
type Polarity string

// The polarities.
const (
	Threat      Polarity = "threat"
	Opportunity Polarity = "opportunity"
)

// Polarities is the closed list of polarities.
var Polarities = record.Choices[Polarity](
	[4]string{"threat", "trussel", "threat", "warning"},
	[4]string{"opportunity", "mulighet", "opportunity", "success"},
)

// Input is what a caller sets. Sources are numbers of Annex C.3 or the caller's own words, objectives numbers of Annex C.2 or own words.
type Input struct {
	record.Common
	RegisterID  string      `json:"register_id" validate:"required,uuid" ref:"risk_register" parent:"within" filter:"" format:"uuid"`
	Title       string      `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Oversette brudd hos barn"`
	Description string      `json:"description" validate:"max=10000" search:"" example:"Modellen er trent på voksne og kan overse vekstsonebrudd."`
	Polarity    Polarity    `json:"polarity" validate:"omitempty,choice" filter:"" example:"threat"`
	Sources     []string    `json:"sources" validate:"max=50,unique,dive,required,max=200" ref:"requirement,prefix=iso-42001:,free" filter:"" example:"C.3.4"`
	Objectives  []string    `json:"objectives" validate:"max=50,unique,dive,required,max=200" ref:"requirement,prefix=iso-42001:,free" filter:"" example:"C.2.10"`
	OwnerID     string      `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	Clauses     []string    `json:"clauses" validate:"max=50,unique,dive,required,max=200" ref:"requirement,prefix=iso-42001:" filter:"" example:"6.1.2"`
	ReviewDue   record.Date `json:"review_due" example:"2027-03-01"`
} // @name RiskInput

// Risk is an uncertainty about an objective, with its assessments, treatments and acceptances.
type Risk struct {
	record.Base
	Input
	Status Status `json:"status" filter:""`
	// Level is the level of the residual assessment, if a treatment changes the risk and the current assessment is not newer. Otherwise it is that of
	// the current assessment, or of the inherent one. It is absent without an assessment that counts.
	Level     Level `json:"level,omitempty" filter:""`
	LevelRank int   `json:"level_rank" sort:"" example:"3"`
	// LevelOutdated says since when and why the level no longer holds. It is null while the level holds.
	LevelOutdated *Outdated `json:"level_outdated"`
	Inherent      *Summary  `json:"inherent"`
	Current       *Summary  `json:"current"`
	Residual      *Summary  `json:"residual"`
	// Controls are the controls of all treatments that are not cancelled.
	Controls []string `json:"controls" ref:"control" filter:""`
	// ResponsibleIDs are the persons whose treatments are still open.
	ResponsibleIDs []string     `json:"responsible_ids" ref:"user" filter:""`
	Assessments    []Assessment `json:"assessments"`
	Treatments     []Treatment  `json:"treatments"`
	Acceptances    []Acceptance `json:"acceptances"`
	AcceptedUntil  record.Date  `json:"accepted_until" sort:""` // of the acceptance in force
	AcceptedBy     string       `json:"accepted_by,omitempty" names:"user" filter:"" format:"uuid"`
	Closure        *Closure     `json:"closure"`
} // @name Risk

// Repo reads and writes the risks.
var Repo = record.NewRepo[Risk](record.Kind{
	Rules: record.Rules[Risk]{Defaults: (*Risk).Defaults, Facts: (*Risk).Facts, DueOn: (*Risk).DueOn},
	Name:  "risk", Path: "risks", Prefix: "RISK", Label: record.Text{NB: "Risiko", EN: "Risk"},
	Editable: []string{"identified", "assessed", "treating", "accepted"}, Removable: []string{"identified"},
	Workflow: []record.Transition{
		step("assess", "identified", "assessed", "Vurder", "Assess", assessing...),
		step("assess", "assessed", "assessed", "Vurder", "Assess", assessing...),
		step("assess", "treating", "treating", "Vurder", "Assess", assessing...),
		{
			Verb: "assess", From: []string{"accepted"}, To: []string{"accepted", "assessed", "treating"}, Needs: assessing,
			Label: record.Text{NB: "Vurder på nytt", EN: "Assess again"},
		},
		step("treat", "assessed", "treating", "Håndter", "Treat", "option", "plan"),
		step("treat", "treating", "treating", "Legg til tiltak", "Add a treatment", "option", "plan"),
		{
			Verb: "accept", From: []string{"assessed", "treating"}, To: []string{"accepted"}, Needs: []string{"reason", "until"},
			Label: record.Text{NB: "Aksepter", EN: "Accept"},
		},
		step("confirm-acceptance", "accepted", "accepted", "Bekreft at aksepten fortsatt gjelder", "Confirm that the acceptance still holds"),
		{
			Verb: "close", From: []string{"identified", "assessed", "treating", "accepted"}, To: []string{"closed"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Lukk", EN: "Close"},
		},
		{
			Verb: "reopen", From: []string{"accepted", "closed"}, To: []string{"assessed", "treating", "identified"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Gjenåpne", EN: "Reopen"},
		},
		{
			Verb: "expire", From: []string{"accepted"}, To: []string{"assessed", "treating"}, Needs: []string{},
			Label: record.Text{NB: "Aksepten utløper", EN: "The acceptance expires"},
		},
		step("outdate", "assessed", "assessed", "Nivået blir utdatert", "The level becomes outdated"),
		step("outdate", "treating", "treating", "Nivået blir utdatert", "The level becomes outdated"),
		{
			Verb: "outdate", From: []string{"accepted"}, To: []string{"accepted", "assessed", "treating"}, Needs: []string{},
			Label: record.Text{NB: "Nivået blir utdatert", EN: "The level becomes outdated"},
		},
		{
			Verb: "lapse", From: []string{"accepted"}, To: []string{"assessed", "treating"}, Needs: []string{},
			Label: record.Text{NB: "Aksepten faller bort", EN: "The acceptance lapses"},
		},
	},
	Parts: []string{"treatment", "transfer", confirming}, PartsIn: map[string][]string{
		"treatment": {"assessed", "treating", "accepted"}, confirming: {"assessed", "treating", "accepted"},
	},
	Due: true, Reminds: []string{"owner_id"}, Asks: []string{"owner_id"}, Unjudged: []string{"responsible_ids"},
	Marks:         []record.Mark{{Name: "acceptance_stale", Doc: "The acceptance in force does not match the present assessment: the values or the method have changed since.", Of: acceptanceStale}},
	NotApplicable: notApplicable,
	Tasks: []record.Task{
		{
			States: []string{"assessed", "treating"}, Action: "accept",
			Label: record.Text{NB: "Risiko som venter på aksept", EN: "Risk waiting for acceptance"},
		},
		{
			States: []string{"accepted"}, Action: "confirm-acceptance", Owner: "accepted_by",
			Label: record.Text{NB: "Risiko du har akseptert, som er vurdert på nytt", EN: "Risk you accepted that has been assessed again"},
		},
		{
			States: []string{"assessed", "treating", "accepted"}, Action: "treatment", Owner: "responsible_ids", Day: treatmentDue,
			Label: record.Text{NB: "Tiltak du har ansvar for", EN: "Treatment you are responsible for"},
		},
		{
			States: []string{"identified", "assessed", "treating", "accepted"}, Action: "assess", Owner: "owner_id", Soon: true, Day: reviewDue,
			Label: record.Text{NB: "Risiko du eier, som skal gjennomgås", EN: "Risk you own that is due for review"},
		},
		{
			States: []string{"assessed", "treating", "accepted"}, Action: "assess", Soon: true, Day: outdatedOn,
			Label: record.Text{NB: "Risiko med utdatert nivå", EN: "Risk whose level is outdated"},
		},
	},
})

var assessing = []string{"stage", "likelihood", "consequences", "rationale"}

// confirming is the action whose separation of duties says who may confirm an earlier assessment: nobody who has changed what was judged. The event is
// that of an assessment.
const confirming = "confirm-level"

// notApplicable reports whether an action does not apply to a risk with these facts. Opportunities are not accepted, nor are risks whose level is
// outdated. Only a stale acceptance is confirmed.
func notApplicable(action string, m record.Meta) bool {
	outdated := m.Fact("level_outdated") == "yes"
	switch action {
	case "accept":
		return outdated || m.Fact("polarity") == string(Opportunity)
	case "confirm-acceptance":
		return outdated || !acceptanceStale(m)
	default:
		return false
	}
}

func step(verb, from, to, nb, en string, needs ...string) record.Transition {
	if needs == nil {
		needs = []string{}
	}
	return record.Transition{Verb: verb, From: []string{from}, To: []string{to}, Needs: needs, Label: record.Text{NB: nb, EN: en}}
}

// New creates a risk that is not assessed yet.
func New(in Input) *Risk { return &Risk{Input: in, Status: Identified} }

// Defaults sets the polarity to threat when none is given, and replaces missing lists by empty ones.
func (r *Risk) Defaults() {
	if r.Polarity == "" {
		r.Polarity = Threat
	}
	for _, l := range []*[]string{&r.Sources, &r.Objectives, &r.Clauses, &r.Controls, &r.ResponsibleIDs} {
		if *l == nil {
			*l = []string{}
		}
	}
	if r.ExternalRefs == nil {
		r.ExternalRefs = []record.ExternalRef{}
	}
	if r.Assessments == nil {
		r.Assessments = []Assessment{}
	}
	if r.Treatments == nil {
		r.Treatments = []Treatment{}
	}
	if r.Acceptances == nil {
		r.Acceptances = []Acceptance{}
	}
	r.relies() // a hand-over changes who is responsible for a treatment
}

// Facts decides who may accept or close the risk: its level, who made the assessment that gives the level, and who identified a risk that was never
// assessed. An opportunity needs no acceptance, so it has no level here; one that was a threat when it was assessed keeps the level until it is assessed
// again. A stale acceptance and an outdated level are facts too, so that a read need not decode the document to show them.
func (r *Risk) Facts() []record.Fact {
	identified := ""
	if len(r.Assessments) == 0 {
		identified = r.CreatedBy
	}
	facts := []record.Fact{{Name: "polarity", Value: string(r.Polarity)}, {Name: "assessed_by", Value: r.assessor()}, {Name: "identified_by", Value: identified}}
	if r.Level != "" && (r.Polarity != Opportunity || r.LevelOutdated != nil) {
		facts = append(facts, record.Fact{Name: "level", Value: string(r.Level)})
	}
	if r.LevelOutdated != nil {
		facts = append(facts, record.Fact{Name: "level_outdated", Value: "yes"})
	}
	if r.Status == Accepted && r.Stale() {
		facts = append(facts, record.Fact{Name: "acceptance", Value: "stale"})
	}
	return facts
}

// DueOn returns the earliest of the last day of the acceptance, the due days of open treatments and the day of review.
func (r *Risk) DueOn() record.Date {
	if r.Status == Closed {
		return ""
	}
	return earliest(r.AcceptedUntil, r.ReviewDue, nextDue(r.Treatments, ""))
}

func earliest(days ...record.Date) (first record.Date) {
	for _, d := range days {
		if d != "" && (first == "" || d < first) {
			first = d
		}
	}
	return first
}

// nextDue returns the earliest due day of an open treatment: of those the person is responsible for, or of all when person is empty.
func nextDue(treatments []Treatment, person string) (first record.Date) {
	for _, t := range treatments {
		if t.open() && (person == "" || t.ResponsibleID == person) {
			first = earliest(first, t.Due)
		}
	}
	return first
}

// treatmentDue returns the due day of a person's treatments of a risk.
func treatmentDue(r any, person string) record.Date { return nextDue(r.(*Risk).Treatments, person) }

// reviewDue returns the day a risk is to be reviewed.
func reviewDue(r any, _ string) record.Date { return r.(*Risk).ReviewDue }

// outdatedOn returns the day a risk's level became outdated.
func outdatedOn(r any, _ string) record.Date {
	if o := r.(*Risk).LevelOutdated; o != nil {
		return record.DateOf(o.At)
	}
	return ""
}

// ClosureInput is the request that closes a risk, with the reason. A duplicate names the other risk, which stays open.
type ClosureInput struct {
	Reason      CloseReason `json:"reason" validate:"required,choice" example:"eliminated"`
	Note        string      `json:"note,omitempty" validate:"max=2000" example:"Modellen er tatt ut av bruk."`
	DuplicateOf string      `json:"duplicate_of,omitempty" validate:"omitempty,uuid" format:"uuid" names:"risk"`
} // @name RiskClosureInput

// Why gives the reason to the event log.
func (c ClosureInput) Why() string {
	if c.Note == "" {
		return string(c.Reason)
	}
	return string(c.Reason) + ": " + c.Note
}

// CloseReason is the reason why a risk was closed.
type CloseReason string

// Why a risk is closed. Another risk covers a duplicate.
const (
	Eliminated CloseReason = "eliminated"
	Duplicate  CloseReason = "duplicate"
	NotARisk   CloseReason = "not_a_risk"
	OutOfScope CloseReason = "out_of_scope"
)

// This registers the closed list of reasons.
var _ = record.Choices[CloseReason](
	[4]string{"eliminated", "fjernet", "eliminated", "success"},
	[4]string{"duplicate", "duplikat", "duplicate", "neutral"},
	[4]string{"not_a_risk", "ikke en risiko", "not a risk", "neutral"},
	[4]string{"out_of_scope", "utenfor omfanget", "out of scope", "neutral"},
)

// Closure records the closing of a risk: who, when and why.
type Closure struct {
	By     string      `json:"by" format:"uuid" names:"user"`
	At     time.Time   `json:"at"`
	Reason CloseReason `json:"reason"`
	Note   string      `json:"note"`
	// The risk that covers a duplicate.
	DuplicateOf string `json:"duplicate_of,omitempty" format:"uuid" ref:"risk"`
	// The authority by which it was closed.
	Authority *record.Authority `json:"authority,omitempty"`
} // @name RiskClosure

// Close ends the risk, and the acceptance in force with it. other is the risk that a duplicate names. It must be open, of the same kind, and not
// lower.
func (r *Risk) Close(by string, at time.Time, in ClosureInput, other *Risk) error {
	if in.Reason == Duplicate {
		var faults fault.Fields
		switch {
		case other.ID == r.ID:
			faults.Add("/duplicate_of", "not_a_duplicate", "must be another risk")
		case other.Status == Closed:
			faults.Add("/duplicate_of", "not_a_duplicate/closed", "must be an open risk")
		case other.Polarity != r.Polarity:
			faults.Add("/duplicate_of", "not_a_duplicate/polarity", "a threat can only be a duplicate of a threat, and an opportunity of an opportunity")
		case other.LevelRank < r.LevelRank:
			faults.Add("/duplicate_of", "not_a_duplicate/lower", "must not have a lower level than the risk that is closed")
		}
		if err := faults.Err(); err != nil {
			return err
		}
	}
	r.endAcceptance(by, at, EndedByClosing)
	r.Status, r.Closure = Closed, &Closure{By: by, At: at, Reason: in.Reason, Note: in.Note, DuplicateOf: in.DuplicateOf}
	return nil
}

// Reopen reopens an accepted or closed risk. Its state is treating while a treatment is open, identified when it was never assessed, and assessed
// otherwise.
func (r *Risk) Reopen(by string, at time.Time) error {
	r.endAcceptance(by, at, EndedByReopening)
	r.Status, r.Closure = r.waiting(), nil
	return nil
}

// relies updates the lists of controls and responsible persons from the treatments. Other records are found by these lists.
func (r *Risk) relies() {
	r.Controls, r.ResponsibleIDs = []string{}, []string{}
	for _, t := range r.Treatments {
		if t.stands() {
			r.Controls = append(r.Controls, t.Controls...)
		}
		if t.open() && t.ResponsibleID != "" {
			r.ResponsibleIDs = append(r.ResponsibleIDs, t.ResponsibleID)
		}
	}
	for _, l := range []*[]string{&r.Controls, &r.ResponsibleIDs} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
}
