package aisystem

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ClassificationStatus is the state of a classification.
type ClassificationStatus string

// The states of a classification.
const (
	ClassificationDraft      ClassificationStatus = "draft"
	ClassificationConfirmed  ClassificationStatus = "confirmed"
	ClassificationOverridden ClassificationStatus = "overridden"
	ClassificationOutdated   ClassificationStatus = "outdated"
)

// This registers the closed list of the states.
var _ = record.Choices[ClassificationStatus](
	[4]string{"draft", "venter på bekreftelse", "waits for confirmation", "info"},
	[4]string{"confirmed", "bekreftet", "confirmed", "success"},
	[4]string{"overridden", "overprøvd", "overridden", "warning"},
	[4]string{"outdated", "må fornyes", "to be renewed", "warning"},
)

// OutdatedReason says why a classification or a qualification no longer holds.
type OutdatedReason string

// The reasons.
const (
	PurposeChanged   OutdatedReason = "purpose"
	ClassChanged     OutdatedReason = "class"
	LawChanged       OutdatedReason = "law"
	GuidelineChanged OutdatedReason = "guideline"
	Replaced         OutdatedReason = "replaced"
)

var outdatedReasons = record.Choices[OutdatedReason](
	[4]string{"purpose", "systemet har fått et annet formål", "the system has another purpose", "warning"},
	[4]string{"class", "klassen til utstyret er en annen", "the device has another class", "warning"},
	[4]string{"law", "det er kommet en ny utgave av reglene", "there is a newer edition of the rules", "warning"},
	[4]string{"guideline", "en veiledning har kommet i ny utgave", "a guideline has a newer edition", "warning"},
	[4]string{"replaced", "en nyere er tatt i bruk", "a newer one replaces it", "neutral"},
)

// label is the reason as people read it.
func (r OutdatedReason) label() record.Text {
	i := slices.IndexFunc(outdatedReasons, func(c record.Choice) bool { return c.Value == string(r) })
	return outdatedReasons[i].Label
}

// ClassificationInput has the answers to the rules of a law, about a system in one use.
type ClassificationInput struct {
	record.Common
	SystemID string           `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	For      classify.For     `json:"for" validate:"required,choice" fixed:"true" example:"ai_act"`
	Answers  classify.Answers `json:"answers" validate:"required,min=1,max=300,dive"`
}

// ClassificationAnswers is the request that classifies a system.
type ClassificationAnswers struct {
	For     classify.For     `json:"for" validate:"required,choice" example:"ai_act"`
	Answers classify.Answers `json:"answers" validate:"required,min=1,max=300,dive"`
} // @name ClassificationAnswers

// Basis is what a classification rests on besides the answers.
type Basis struct {
	Purpose string `json:"purpose"` // the intended purpose of the system
	// The class of the device, which the rows of the AI Act ask for, and whether it is made and used in the hospital.
	DeviceClass string `json:"device_class,omitempty" example:"IIa"`
	InHouse     bool   `json:"in_house"`
} // @name ClassificationBasis

// OverrideResult is what a person decides instead of what the rules say. What is left out stays as the rules say.
type OverrideResult struct {
	Device         classify.Qualification `json:"device,omitempty" validate:"omitempty,choice" example:"device"`
	Regulation     classify.Regulation    `json:"regulation,omitempty" validate:"omitempty,choice" example:"MDR"`
	Class          string                 `json:"class,omitempty" validate:"max=10" example:"IIb"`
	Prohibited     *bool                  `json:"prohibited"`
	HighRiskRoutes *[]classify.Route      `json:"high_risk_routes" validate:"omitempty,max=2,unique,dive,choice"`
} // @name ClassificationOverrideResult

// OverrideInput is the request that departs from what the rules say.
type OverrideInput struct {
	Result OverrideResult `json:"result" validate:"required"`
	record.Reason
} // @name ClassificationOverride

// ClassificationDecision says who confirmed or overrode a classification.
type ClassificationDecision struct {
	By     string          `json:"by" format:"uuid" names:"user"`
	At     time.Time       `json:"at"`
	Reason string          `json:"reason,omitempty"`
	Result *OverrideResult `json:"result"` // what was decided instead of what the rules say
} // @name ClassificationDecision

// Outdated says why and when a classification or a qualification stopped to hold.
type Outdated struct {
	Reason OutdatedReason `json:"reason"`
	At     time.Time      `json:"at"`
} // @name ClassificationOutdated

// Classification is what a law says of a system in one use, by the answers of a person, and confirmed by another one.
type Classification struct {
	record.Base
	ClassificationInput
	Status     ClassificationStatus `json:"status" filter:""`
	Law        classify.Law         `json:"law" filter:"" example:"ai_act"`
	LawVersion string               `json:"law_version" filter:"" example:"2026-11-27"`
	Result     *classify.Result     `json:"result"`
	Basis      Basis                `json:"basis"`
	// The class that the maker of a bought device declares. It stands, also where the answers give another one.
	DeclaredClass string                  `json:"declared_class,omitempty" example:"IIa"`
	Differs       bool                    `json:"differs"` // from what the maker declares
	Forecast      bool                    `json:"forecast"`
	AnsweredBy    string                  `json:"answered_by" format:"uuid" names:"user"`
	Decision      *ClassificationDecision `json:"decision"`
	Outdated      *Outdated               `json:"outdated"`
} // @name Classification

// Classifications reads and writes the classifications of systems.
var Classifications = record.NewRepo[Classification](record.Kind{
	Rules: record.Rules[Classification]{Defaults: (*Classification).Defaults, Validate: (*Classification).Validate},
	Name:  "classification", Path: "classifications", Prefix: "CLASS", Label: record.Text{NB: "Klassifisering", EN: "Classification"},
	Editable: []string{"draft"}, Removable: []string{"draft"}, TitleBy: "system_id", Title: titleOfSystem,
	Mine: []string{"system_id/owner_id", "system_id/clinical_lead_id", "system_id/accountable_developer_id", "system_id/security_officer_id"},
	Workflow: []record.Transition{
		{Verb: "confirm", From: []string{"draft"}, To: []string{"confirmed"}, Needs: []string{}, Label: record.Text{NB: "Bekreft", EN: "Confirm"}},
		{Verb: "override", From: []string{"draft"}, To: []string{"overridden"}, Needs: []string{"result", "reason"}, Label: record.Text{NB: "Overprøv", EN: "Override"}},
		{
			Verb: "outdate", From: []string{"draft", "confirmed", "overridden"}, To: []string{"outdated"}, Needs: []string{},
			Label: record.Text{NB: "Må fornyes", EN: "Is to be renewed"},
		},
	},
	Tasks: []record.Task{
		{States: []string{"draft"}, Action: "confirm", Label: record.Text{NB: "Klassifisering som skal bekreftes", EN: "Classification to confirm"}},
	},
})

// A classification rests on the purpose of its system, and on the class of the device.
var _ = Classifications.RestsOn(record.Rest[Classification]{
	On: "ai_system", By: []string{"system_id"}, When: []string{"update", "find"}, Verb: "outdate",
	Apply: func(tx *record.Tx, c *Classification, change record.Change) (bool, error) {
		s, err := Systems.Decode(tx, change.Row)
		if err != nil {
			return false, err
		}
		return c.outdate(c.staleFor(s), tx.Now), nil
	},
})

// titleOfSystem names a record by the system that it is about.
func titleOfSystem(tx *record.Tx, r *record.Row) string {
	s, err := Systems.Find(tx, r.Field("system_id").String())
	if err != nil {
		return ""
	}
	return s.Name
}

// basisOf returns what a classification of a system rests on.
func basisOf(s *System, f classify.For) Basis {
	b := Basis{Purpose: s.IntendedPurpose}
	if f == classify.ForAIAct {
		b.DeviceClass, b.InHouse = s.Findings.DeviceClass, s.MDRRole == InHouse
		if s.Findings.Device == IsNone {
			b.DeviceClass = classify.NotDevice
		}
	}
	return b
}

// classify computes the result of the answers by a table of rules.
func (c *Classification) classify(t *classify.Table) (*classify.Result, error) {
	return classify.Classify(t, c.For, c.Answers, classify.Facts{Class: c.Basis.DeviceClass, InHouse: c.Basis.InHouse})
}

// answer computes the result for a system, by the rules in force.
func (c *Classification) answer(s *System, declared, by string) error {
	t := classify.InForce(c.For.Law())
	c.Basis, c.Law, c.LawVersion, c.AnsweredBy = basisOf(s, c.For), t.Law, t.Version, by
	c.Forecast = !s.Status.Live()
	result, err := c.classify(t)
	if err != nil {
		return err
	}
	c.Result, c.DeclaredClass, c.Differs = result, "", false
	if d := result.Device; d != nil && declared != "" {
		c.DeclaredClass = declared
		c.Differs = differs(d, declared)
	}
	return nil
}

// differs reports whether the answers give something else than the maker declares. What is undecided differs not yet.
func differs(d *classify.DeviceResult, declared string) bool {
	switch {
	case d.Outcome == classify.QualificationPending || d.Outcome == classify.PerModule:
		return false
	case declared == classify.NotDevice || d.Outcome != classify.Device:
		return (declared == classify.NotDevice) != (d.Outcome != classify.Device)
	}
	return d.Class != "" && d.Class != declared && !slices.Contains(d.Modifiers, declared)
}

// Defaults makes lists of what was left out.
func (c *Classification) Defaults() {
	if c.ExternalRefs == nil {
		c.ExternalRefs = []record.ExternalRef{}
	}
}

// Validate checks that what a person decided fits the law.
func (c *Classification) Validate() error {
	if c.Decision == nil || c.Decision.Result == nil {
		return nil
	}
	var f fault.Fields
	o := c.Decision.Result
	device := o.Device != "" || o.Regulation != "" || o.Class != ""
	act := o.Prohibited != nil || o.HighRiskRoutes != nil
	switch {
	case !device && !act:
		f.Add("/result", "override_empty", "must say what is decided instead of what the rules say")
	case device == (c.For == classify.ForAIAct) || act && device:
		f.Add("/result", "override_of_other_law", "must be about the law that was classified for")
	}
	if o.Class != "" && !classify.KnownClass(o.Class) {
		f.Add("/result/class", "unknown_class", "must be a class of a device, such as IIa, Im or C")
	}
	return f.Err()
}

// Confirm confirms what the rules say. A purpose, a class or a law that has changed since the answers must be answered for first.
func (c *Classification) Confirm(s *System, by string, at time.Time) error {
	return c.decide(s, ClassificationConfirmed, ClassificationDecision{By: by, At: at})
}

// Override departs from what the rules say.
func (c *Classification) Override(s *System, in OverrideInput, by string, at time.Time) error {
	return c.decide(s, ClassificationOverridden, ClassificationDecision{By: by, At: at, Reason: in.Reason.Reason, Result: &in.Result})
}

func (c *Classification) decide(s *System, to ClassificationStatus, d ClassificationDecision) error {
	if why := c.stale(s); why != "" {
		return fault.New(fault.Conflict, "answers_outdated", "the answers no longer fit: %s. Answer again", why.label())
	}
	c.Status, c.Decision = to, &d
	return nil
}

// stale returns why the answers no longer hold for the system and the rules in force. It is empty while they do.
func (c *Classification) stale(s *System) OutdatedReason {
	if why := c.staleFor(s); why != "" {
		return why
	}
	return c.staleLaw()
}

// staleFor returns what has changed of the system.
func (c *Classification) staleFor(s *System) OutdatedReason {
	now := basisOf(s, c.For)
	switch {
	case now.Purpose != c.Basis.Purpose:
		return PurposeChanged
	case now != c.Basis:
		return ClassChanged
	}
	return ""
}

// staleLaw returns what has changed of the rules.
func (c *Classification) staleLaw() OutdatedReason {
	t := classify.InForce(c.For.Law())
	if t.Version == c.LawVersion {
		return ""
	}
	for _, g := range c.Result.Guidelines {
		if !slices.ContainsFunc(t.Guidelines, func(n classify.Guideline) bool { return n.Name == g.Name && n.Version == g.Version }) {
			return GuidelineChanged
		}
	}
	return LawChanged
}

// outdate marks the classification for renewal, and reports whether there was a reason.
func (c *Classification) outdate(why OutdatedReason, at time.Time) bool {
	if why == "" {
		return false
	}
	c.Status, c.Outdated = ClassificationOutdated, &Outdated{Reason: why, At: at}
	return true
}

// lapse takes back what was found about a system that has another purpose now, or another role under device law. The class stays for the track.
func (s *System) lapse() {
	f := &s.Findings
	about := About{Purpose: s.IntendedPurpose, InHouse: s.MDRRole == InHouse}
	switch {
	case f.About.Purpose == "" || f.About == about:
		return
	case f.About.Purpose != about.Purpose:
		f.Device, f.Classified, f.Confirmed = DeviceOpen, []string{}, []string{}
	default:
		f.forget(string(classify.AIAct))
	}
	f.About = about
}

// forget takes a law off what the system is classified under.
func (f *Findings) forget(law string) {
	same := func(l string) bool { return l == law }
	f.Classified, f.Confirmed = slices.DeleteFunc(f.Classified, same), slices.DeleteFunc(f.Confirmed, same)
}

// classified adds a law that the system is classified under, and when somebody else has confirmed it.
func (f *Findings) classified(law string, confirmed bool) {
	if !slices.Contains(f.Classified, law) {
		f.Classified = append(f.Classified, law)
	}
	if confirmed && !slices.Contains(f.Confirmed, law) {
		f.Confirmed = append(f.Confirmed, law)
	}
}

// settle adds what the classification found to the findings of its system.
func (c *Classification) settle(f *Findings) {
	was := *f
	o := OverrideResult{}
	if c.Decision != nil && c.Decision.Result != nil {
		o = *c.Decision.Result
	}
	if d := c.Result.Device; d != nil {
		f.Device, f.Regulation, f.DeviceClass = deviceOf(orElse(o.Device, d.Outcome)), string(orElse(o.Regulation, d.Regulation)), orElse(o.Class, classWith(d))
		if c.DeclaredClass != "" {
			f.declare(c.DeclaredClass)
		}
		if f.Device != IsDevice {
			f.Regulation, f.DeviceClass = "", ""
		}
	}
	if a := c.Result.AIAct; a != nil {
		f.Prohibited, f.HighRisk, f.Transparency = a.Prohibited, []string{}, a.Transparency
		routes := a.HighRiskRoutes
		if o.Prohibited != nil {
			f.Prohibited = *o.Prohibited
		}
		if o.HighRiskRoutes != nil {
			routes = *o.HighRiskRoutes
		}
		for _, r := range routes {
			f.HighRisk = append(f.HighRisk, string(r))
		}
	}
	f.classified(string(c.Law), true)
	f.compare(was)
}

// compare takes the AI Act off what the system is classified under when the device has another class than before: its rows ask for the class.
func (f *Findings) compare(was Findings) {
	if f.Device != was.Device || f.DeviceClass != was.DeviceClass {
		f.forget(string(classify.AIAct))
	}
}

// declare lets the class that the maker declares stand.
func (f *Findings) declare(class string) {
	if class == classify.NotDevice {
		f.Device = IsNone
		return
	}
	f.Device, f.DeviceClass = IsDevice, class
}

func orElse[T ~string](first, other T) T {
	if first != "" {
		return first
	}
	return other
}

// classWith is the class with its modifier: Im for class I with a measuring function.
func classWith(d *classify.DeviceResult) string {
	if d.Class == "I" && len(d.Modifiers) > 0 {
		return d.Modifiers[0]
	}
	return d.Class
}

func deviceOf(q classify.Qualification) Device {
	switch q {
	case classify.Device:
		return IsDevice
	case classify.DeviceNot, classify.NotSoftware:
		return IsNone
	default:
		return DeviceOpen
	}
}
