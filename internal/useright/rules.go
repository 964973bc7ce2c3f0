package useright

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
)

// Rules are the rights to use a device, and what each of them takes: policies/use-rights.yaml, which a hospital may replace by its own.
type Rules struct {
	Version    string                  `yaml:"version" json:"version" example:"2026-11-27"`
	Classes    map[Regulation][]string `yaml:"classes" json:"classes"`
	Rights     []Rule                  `yaml:"rights" json:"rights"`
	Conditions []ConditionRule         `yaml:"conditions" json:"conditions"` // of an in-house device
} // @name UseRightRules

// Rule is one right to use a device.
type Rule struct {
	Row         string      `yaml:"row" json:"row" example:"S-01"`
	Label       record.Text `yaml:"label" json:"label"`
	Use         Use         `yaml:"use" json:"use" validate:"required,choice" example:"ordinary"`
	Route       Route       `yaml:"route" json:"route,omitempty" validate:"omitempty,choice" example:"notified_body"`
	Regulation  Regulation  `yaml:"regulation" json:"regulation,omitempty" validate:"omitempty,choice"` // empty: under both
	Classes     []string    `yaml:"classes" json:"classes" example:"IIa"`                               // empty: all of them
	Certificate Certified   `yaml:"certificate" json:"certificate" validate:"required,choice" example:"required"`
	Until       []Until     `yaml:"until" json:"until"`
	// The last day for a device with a certificate under the directive, where it is earlier than that of its class.
	WithCertificate record.Date `yaml:"with_certificate" json:"with_certificate" format:"date" extensions:"x-nullable"`
	Reference       record.Text `yaml:"reference" json:"reference"`
	Confidence      Confidence  `yaml:"confidence" json:"confidence" validate:"required,choice" example:"high"`
} // @name UseRightRule

// Until is the last day of a right for a class.
type Until struct {
	Class string      `yaml:"class" json:"class" example:"IIa"`
	Date  record.Date `yaml:"date" json:"date" format:"date" example:"2028-12-31"`
} // @name UseRightUntil

// ConditionRule is a condition that an in-house device must meet.
type ConditionRule struct {
	Row        string      `yaml:"row" json:"row" example:"S-06a"`
	Label      record.Text `yaml:"label" json:"label"`
	Regulation Regulation  `yaml:"regulation" json:"regulation,omitempty" validate:"omitempty,choice"` // empty: under both
	Reference  record.Text `yaml:"reference" json:"reference"`
} // @name UseRightConditionRule

// Regulation is the regulation of a device.
type Regulation string

// The regulations.
const (
	MDR  Regulation = "mdr"
	IVDR Regulation = "ivdr"
)

// This registers the closed list of regulations.
var _ = record.Choices[Regulation](
	[4]string{"mdr", "MDR (medisinsk utstyr)", "MDR (medical devices)", "neutral"},
	[4]string{"ivdr", "IVDR (in vitro-diagnostikk)", "IVDR (in vitro diagnostics)", "neutral"},
)

// Use is what a right allows.
type Use string

// The uses. Only ordinary use is a right to ordinary care.
const (
	Ordinary Use = "ordinary"
	InStudy  Use = "study"
	InShadow Use = "shadow"
)

// This registers the closed list of uses.
var _ = record.Choices[Use](
	[4]string{"ordinary", "ordinær bruk", "ordinary use", "success"},
	[4]string{"study", "bare i utprøving", "in a study only", "warning"},
	[4]string{"shadow", "bare skyggekjøring", "in shadow mode only", "warning"},
)

// Route is the way of a device to the market, or to use without one.
type Route string

// The routes.
const (
	Self         Route = "self"
	NotifiedBody Route = "notified_body"
	LegacyMDD    Route = "legacy_mdd"
	LegacyIVDD   Route = "legacy_ivdd"
	InHouse      Route = "in_house"
	Derogation   Route = "derogation"
)

// This registers the closed list of routes.
var _ = record.Choices[Route](
	[4]string{"self", "produsentens egen erklæring", "the maker's own declaration", "neutral"},
	[4]string{"notified_body", "meldt organ", "notified body", "neutral"},
	[4]string{"legacy_mdd", "eldre utstyr etter direktivene om medisinsk utstyr", "legacy device under the medical device directives", "warning"},
	[4]string{"legacy_ivdd", "eldre utstyr etter in vitro-direktivet", "legacy device under the in vitro directive", "warning"},
	[4]string{"in_house", "egentilvirket", "in-house", "warning"},
	[4]string{"derogation", "unntak fra myndigheten", "derogation by the authority", "warning"},
)

// Certified says whether a right takes a certificate.
type Certified string

// A right without a certificate leaves its field empty.
const (
	Needed   Certified = "required"
	None     Certified = "none"
	Optional Certified = "optional"
)

// This registers the closed list.
var _ = record.Choices[Certified](
	[4]string{"required", "sertifikat kreves", "certificate required", "neutral"},
	[4]string{"none", "det finnes ikke noe sertifikat", "there is no certificate", "neutral"},
	[4]string{"optional", "sertifikat kan finnes", "there may be a certificate", "neutral"},
)

// Confidence says how sure an entry is.
type Confidence string

// This registers the closed list of confidence.
var _ = record.Choices[Confidence](
	[4]string{"high", "sikker", "high", "success"},
	[4]string{"medium", "kontrolleres", "to be checked", "warning"},
	[4]string{"low", "usikker, kontrolleres", "unsure, to be checked", "warning"},
)

// ReadRules reads the rights to use a device, and reports every fault in the file.
func ReadRules(files fs.FS) (*Rules, error) {
	const name = "use-rights.yaml"
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("read the rights to use: %w", err)
	}
	r := &Rules{}
	if err := yaml.Unmarshal(raw, r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var faults []error
	for i := range r.Rights {
		rule := &r.Rights[i]
		if err := record.Shape(rule); err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: %w", name, rule.Row, err))
		}
		for _, u := range rule.Until {
			if !rule.has(u.Class) {
				faults = append(faults, fmt.Errorf("%s: %s: a day for class %s, which cannot have the right", name, rule.Row, u.Class))
			}
		}
	}
	return r, errors.Join(faults...)
}

// Rule returns the right of a row, or nil.
func (r *Rules) Rule(row string) *Rule {
	for i := range r.Rights {
		if r.Rights[i].Row == row {
			return &r.Rights[i]
		}
	}
	return nil
}

// rows lists the rows of all rights.
func (r *Rules) rows() []string {
	out := make([]string, len(r.Rights))
	for i := range r.Rights {
		out[i] = r.Rights[i].Row
	}
	return out
}

// conditions lists the conditions of an in-house device under a regulation.
func (r *Rules) conditions(of Regulation) []ConditionRule {
	return slices.DeleteFunc(slices.Clone(r.Conditions), func(c ConditionRule) bool { return c.Regulation != "" && c.Regulation != of })
}

// has reports whether a device of a class can have the right.
func (r *Rule) has(class string) bool {
	return len(r.Classes) == 0 || slices.Contains(r.Classes, class)
}

// until returns the last day of the right that the law sets for a class, or no day.
func (r *Rule) until(class string, certified bool) record.Date {
	for _, u := range r.Until {
		if u.Class != class {
			continue
		}
		if certified && r.WithCertificate != "" && r.WithCertificate < u.Date {
			return r.WithCertificate
		}
		return u.Date
	}
	return ""
}
