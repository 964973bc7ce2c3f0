// Package useright has the rights by which a hospital may use a medical device on patients: a CE mark, an older certificate within its date, an in-house
// device, a study, a derogation, or shadow mode. One person records a right, and another one checks it.
package useright

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of a right.
type Status string

// The states. A right counts once it is checked, until it ends or its last day has passed.
const (
	Recorded Status = "recorded"
	Checked  Status = "checked"
	Ended    Status = "ended"
	Expired  Status = "expired"
)

// This registers the closed list of states.
var _ = record.Choices[Status](
	[4]string{"recorded", "registrert", "recorded", "info"},
	[4]string{"checked", "kontrollert", "checked", "success"},
	[4]string{"ended", "avsluttet", "ended", "neutral"},
	[4]string{"expired", "utløpt", "expired", "danger"},
)

// Input is what a caller sets of a right.
type Input struct {
	record.Common
	SystemID      string     `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	RowID         string     `json:"row" validate:"required,max=10" filter:"" example:"S-01"` // of /rights-to-use/rules
	Regulation    Regulation `json:"regulation" validate:"required,choice" filter:"" example:"mdr"`
	DeclaredClass string     `json:"declared_class" validate:"required,max=10" filter:"" example:"IIa"` // by the maker
	// Class I and class A that is not sterile have no certificate.
	Certificate *Certificate `json:"certificate"`
	// The letter of the maker or the notified body by which an older certificate holds after its last day (MDR Art. 120; IVDR Art. 110).
	Letter *Letter `json:"letter"`
	// The answers to the conditions of an in-house device.
	Conditions []Condition `json:"conditions" validate:"max=20,dive"`
	// The study in which the device is used, or the decision of the authority.
	Reference     string      `json:"reference,omitempty" validate:"omitempty,filled,max=500" example:"DMP 26/01234"`
	ReferenceTo   record.Date `json:"reference_valid_to" format:"date" extensions:"x-nullable"` // the last day of the decision of the authority
	DeploymentIDs []string    `json:"deployment_ids" validate:"max=100,unique,dive,uuid" format:"uuid"`
	Note          string      `json:"note,omitempty" validate:"max=5000"`
	Evidence      []string    `json:"evidence" validate:"max=50,unique,dive,uuid" ref:"evidence" filter:"" format:"uuid"`
} // @name UseRightInput

// Certificate is the certificate of a notified body.
type Certificate struct {
	Number       string      `json:"number" validate:"required,filled,max=100" example:"MDR-765432"`
	NotifiedBody string      `json:"notified_body" validate:"required,len=4,numeric" example:"2460"`
	ValidFrom    record.Date `json:"valid_from" validate:"required" format:"date" example:"2024-05-01"`
	ValidTo      record.Date `json:"valid_to" validate:"required" format:"date" example:"2029-04-30"`
} // @name UseRightCertificate

// Letter confirms that an older certificate or declaration still holds.
type Letter struct {
	From     string      `json:"from" validate:"required,filled,max=200" example:"Bildediagnostikk AS"`
	Date     record.Date `json:"date" validate:"required" format:"date" example:"2024-09-15"`
	Until    record.Date `json:"until" validate:"required" format:"date" example:"2028-12-31"`
	Evidence string      `json:"evidence" validate:"required,filled,max=500" example:"Brev i arkivet, 24/1234-5"`
} // @name UseRightLetter

// Condition is the answer to one condition of an in-house device.
type Condition struct {
	Row      string `json:"row" validate:"required,max=10" example:"S-06a"`
	Holds    bool   `json:"holds" example:"true"`
	Evidence string `json:"evidence,omitempty" validate:"max=2000" example:"Samsvarsmatrise, versjon 3"`
} // @name UseRightCondition

// Right is a right to use a device on patients.
type Right struct {
	record.Base
	Input
	Status Status `json:"status" filter:""`
	// The owner of the system, who does not check the right.
	OwnerID    string      `json:"owner_id" ref:"user" filter:"" format:"uuid"`
	Use        Use         `json:"use,omitempty" filter:""`
	Route      Route       `json:"route,omitempty" filter:""`
	ValidUntil record.Date `json:"valid_until" sort:"" format:"date" extensions:"x-nullable"` // the last day of the right; null without one
	ToCheck    bool        `json:"to_check"`                                                  // it rests on a rule that is still to be checked
	CheckedBy  string      `json:"checked_by,omitempty" format:"uuid" names:"user"`
	CheckedAt  *time.Time  `json:"checked_at"`
	EndReason  string      `json:"end_reason,omitempty"`
} // @name UseRight

// Rights reads and writes the rights to use.
var Rights = record.NewRepo[Right](record.Kind{
	Rules: record.Rules[Right]{Validate: (*Right).Validate, DueOn: (*Right).DueOn},
	Name:  "use_right", Path: "rights-to-use", Prefix: "RIGHT", Label: record.Text{NB: "Rett til bruk", EN: "Right to use"},
	Editable: []string{"recorded"}, Removable: []string{"recorded"}, Due: true, Reminds: []string{"owner_id"}, Mine: []string{"owner_id"}, Parts: []string{"reassign"},
	Workflow: []record.Transition{
		{Verb: "check", From: []string{"recorded"}, To: []string{"checked"}, Label: record.Text{NB: "Bekreft kontroll", EN: "Confirm as checked"}},
		{Verb: "end", From: []string{"recorded", "checked"}, To: []string{"ended"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "End"}},
		{Verb: "expire", From: []string{"checked"}, To: []string{"expired"}, Label: record.Text{NB: "Utløper", EN: "Expires"}},
	},
	Tasks: []record.Task{
		{States: []string{"recorded"}, Action: "check", Label: record.Text{NB: "Rett til bruk som skal kontrolleres", EN: "Right to use to check"}},
		{States: []string{"checked"}, Action: "end", Owner: "owner_id", Soon: true, Label: record.Text{NB: "Rett til bruk som går ut", EN: "Right to use that expires"}},
	},
	Title: func(_ *record.Tx, r *record.Row) string { return r.Field("row").String() },
})

// DueOn is the last day of a right that counts.
func (r *Right) DueOn() record.Date {
	if r.Status == Checked {
		return r.ValidUntil
	}
	return ""
}

// longest is how long a certificate may be valid (MDR Art. 56(2); IVDR Art. 51(2)).
const longest record.Duration = "P5Y"

// Validate checks the days of the certificate and the letter.
func (r *Right) Validate() error {
	var f fault.Fields
	if c := r.Certificate; c != nil && c.ValidFrom != "" && c.ValidTo != "" {
		switch {
		case c.ValidTo < c.ValidFrom:
			f.Add("/certificate/valid_to", "ends_before_it_begins/certificate", "must not be before the first day of the certificate")
		case c.ValidTo > c.ValidFrom.Add(longest):
			f.Add("/certificate/valid_to", "certificate_too_long", "must be at most five years after the first day of the certificate")
		}
	}
	if l := r.Letter; l != nil && l.Until != "" && l.Until < l.Date {
		f.Add("/letter/until", "ends_before_it_begins/letter", "must not be before the date of the letter")
	}
	return f.Err()
}

// Apply sets what follows from the rule of the row, and refuses content that contradicts it.
func (r *Right) Apply(rules *Rules) error {
	var f fault.Fields
	rule := rules.Rule(r.RowID)
	if rule == nil {
		f.Add("/row", "not_a_choice", "must be one of: %s", strings.Join(rules.rows(), ", "))
		return f.Err()
	}
	r.Use, r.Route, r.ToCheck = rule.Use, rule.Route, rule.Confidence != "high"
	if rule.Regulation != "" && rule.Regulation != r.Regulation {
		f.Add("/regulation", "right_of_other_regulation", "the right %s exists under this regulation only: %s", rule.Row, rule.Regulation)
	}
	switch classes := rules.Classes[r.Regulation]; {
	case len(classes) == 0: // the regulation itself is at fault
	case !slices.Contains(classes, r.DeclaredClass):
		f.Add("/declared_class", "not_a_choice", "must be one of: %s", strings.Join(classes, ", "))
	case !rule.has(r.DeclaredClass):
		f.Add("/declared_class", "right_of_other_class", "a device of class %s cannot have the right %s", r.DeclaredClass, rule.Row)
	}
	switch {
	case rule.Certificate == Needed && r.Certificate == nil:
		f.Add("/certificate", "required", "is required")
	case rule.Certificate == None && r.Certificate != nil:
		f.Add("/certificate", "no_certificate", "must be left out, because no certificate exists for this right")
	}
	if r.Letter != nil && r.Route != LegacyMDD && r.Route != LegacyIVDD {
		f.Add("/letter", "not_legacy", "must be left out, because only an older device has such a letter")
	}
	r.checkConditions(rules, &f)
	r.ValidUntil = r.until(rule)
	return f.Err()
}

// checkConditions refuses answers to conditions that are not there.
func (r *Right) checkConditions(rules *Rules, f *fault.Fields) {
	known := rules.conditions(r.Regulation)
	for i, c := range r.Conditions {
		to := "/conditions/" + strconv.Itoa(i) + "/row"
		switch {
		case r.Route != InHouse || !slices.ContainsFunc(known, func(k ConditionRule) bool { return k.Row == c.Row }):
			f.Add(to, "unknown_condition", "must be a condition of this right under this regulation")
		case slices.ContainsFunc(r.Conditions[:i], func(e Condition) bool { return e.Row == c.Row }):
			f.Add(to, "repeated", "must not have the same value twice")
		}
	}
}

// until returns the last day of the right: of the certificate, of the letter within the day that the law sets, or of the authority's decision.
func (r *Right) until(rule *Rule) record.Date {
	last := rule.until(r.DeclaredClass, r.Certificate != nil)
	switch {
	case r.Route == Derogation:
		last = r.ReferenceTo
	case r.Letter != nil && (last == "" || r.Letter.Until < last):
		last = r.Letter.Until
	case r.Letter == nil && r.Certificate != nil && (last == "" || r.Certificate.ValidTo < last):
		last = r.Certificate.ValidTo
	}
	return last
}

// Check confirms that the right holds. Everything that is missing is listed at once.
func (r *Right) Check(rules *Rules, by string, at time.Time) error {
	if err := r.Apply(rules); err != nil {
		return err
	}
	var b fault.Blockers
	switch today := record.DateOf(at); {
	case (r.Route == LegacyMDD || r.Route == LegacyIVDD) && r.Letter == nil && (r.Certificate == nil || r.Certificate.ValidTo < today):
		b.Add("letter_missing", "/letter", "without a certificate in force, an older device needs the letter of the maker or the notified body")
	case r.ValidUntil != "" && r.ValidUntil < today:
		b.Add("right_expired", "/valid_until", "the last day of the right has passed: %s", r.ValidUntil)
	}
	if r.Use == InStudy && r.Reference == "" {
		b.Add("study_missing", "/reference", "name the study in which the device is used")
	}
	if r.Route == Derogation && (r.Reference == "" || r.ReferenceTo == "") {
		b.Add("derogation_missing", "/reference", "give the reference and the last day of the decision of the authority")
	}
	if r.Route == InHouse {
		for _, c := range rules.conditions(r.Regulation) {
			i := slices.IndexFunc(r.Conditions, func(a Condition) bool { return a.Row == c.Row })
			switch {
			case i < 0:
				b.Add("condition_unanswered", "/conditions", "%s is not answered: %s", c.Row, c.Label)
			case !r.Conditions[i].Holds:
				b.Add("condition_not_met", "/conditions/"+strconv.Itoa(i), "%s does not hold: %s", c.Row, c.Label)
			case strings.TrimSpace(r.Conditions[i].Evidence) == "":
				b.Add("condition_unproven", "/conditions/"+strconv.Itoa(i)+"/evidence", "%s has no evidence: %s", c.Row, c.Label)
			}
		}
	}
	if err := b.Err(); err != nil {
		return err
	}
	r.Status, r.CheckedBy, r.CheckedAt = Checked, by, &at
	return nil
}

// End ends the right.
func (r *Right) End(reason string) error {
	r.Status, r.EndReason = Ended, reason
	return nil
}

// Expire ends a right whose last day has passed.
func (r *Right) Expire() error {
	r.Status = Expired
	return nil
}

// Valid returns what the right allows on a day: a pilot on patients, and ordinary use. A study and shadow mode never allow ordinary use.
func (r *Right) Valid(today record.Date) (pilot, ordinary bool) {
	if r.Status != Checked || r.ValidUntil != "" && r.ValidUntil < today {
		return false, false
	}
	return true, r.Use == Ordinary
}

// Best returns the right that gives a system its route: one to ordinary use before others, and the one that holds longest. It is nil without any.
func Best(all []*Right, today record.Date) (best *Right) {
	for _, r := range all {
		pilot, ordinary := r.Valid(today)
		if !pilot {
			continue
		}
		if best == nil {
			best = r
			continue
		}
		_, was := best.Valid(today)
		if ordinary && !was || ordinary == was && best.ValidUntil != "" && (r.ValidUntil == "" || r.ValidUntil > best.ValidUntil) {
			best = r
		}
	}
	return best
}
