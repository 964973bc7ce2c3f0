package study

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
)

// Rules are the regimes of studies: policies/study-regimes.yaml, which a hospital may replace by its own.
type Rules struct {
	Version string `yaml:"version" json:"version" example:"2026-11-27"`
	Regimes []Rule `yaml:"regimes" json:"regimes"`
} // @name StudyRules

// Rule is one regime, and what it takes before the study begins.
type Rule struct {
	Row        string          `yaml:"row" json:"row" example:"N-01"`
	Label      record.Text     `yaml:"label" json:"label"`
	Regime     Regime          `yaml:"regime" json:"regime" validate:"required,choice" example:"application"`
	Regulation string          `yaml:"regulation" json:"regulation,omitempty" validate:"omitempty,oneof=mdr ivdr" enums:"mdr,ivdr" example:"mdr"` // empty: under both
	DMP        ToAuthority     `yaml:"dmp" json:"dmp" validate:"required,choice" example:"application"`
	REK        bool            `yaml:"rek" json:"rek" example:"true"`
	Wait       record.Duration `yaml:"wait" json:"wait" swaggertype:"string" extensions:"x-nullable" example:"P30D"` // from the notification to the start
	Open       bool            `yaml:"open" json:"open"`
	Reference  record.Text     `yaml:"reference" json:"reference"`
	Confidence Confidence      `yaml:"confidence" json:"confidence" validate:"required,choice" example:"high"`
} // @name StudyRule

// Regime is the set of rules that a study follows.
type Regime string

// NotAnInvestigation is the regime of what is no clinical investigation, such as quality assurance.
const NotAnInvestigation = "not_an_investigation"

// This registers the closed list of regimes.
var _ = record.Choices[Regime](
	[4]string{"application", "søknadspliktig klinisk utprøving", "clinical investigation by application", "warning"},
	[4]string{"notification", "meldepliktig klinisk utprøving", "clinical investigation by notification", "warning"},
	[4]string{"rek_only", "klinisk utprøving, bare til REK", "clinical investigation, REK only", "warning"},
	[4]string{"not_an_investigation", "ikke en klinisk utprøving", "not a clinical investigation", "neutral"},
	[4]string{"performance_study_application", "søknadspliktig ytelsesstudie", "performance study by application", "warning"},
	[4]string{"performance_study_notification", "meldepliktig ytelsesstudie", "performance study by notification", "warning"},
	[4]string{"performance_study_rek_only", "ytelsesstudie, bare til REK", "performance study, REK only", "warning"},
	[4]string{"performance_study", "ytelsesstudie som ikke er avklart", "performance study, not settled", "danger"},
)

// ToAuthority says what goes to the authority (DMP) before a study begins.
type ToAuthority string

// What goes to the authority.
const (
	Application  ToAuthority = "application"
	Notification ToAuthority = "notification"
	Nothing      ToAuthority = "none"
)

// This registers the closed list.
var _ = record.Choices[ToAuthority](
	[4]string{"application", "søknad", "application", "warning"},
	[4]string{"notification", "melding", "notification", "info"},
	[4]string{"none", "ingenting", "nothing", "neutral"},
)

// Confidence says how sure an entry is.
type Confidence string

// This registers the closed list of confidence.
var _ = record.Choices[Confidence](
	[4]string{"high", "sikker", "high", "success"},
	[4]string{"medium", "kontrolleres", "to be checked", "warning"},
	[4]string{"low", "usikker, kontrolleres", "unsure, to be checked", "warning"},
)

// ReadRules reads the regimes of studies, and reports every fault in the file.
func ReadRules(files fs.FS) (*Rules, error) {
	const name = "study-regimes.yaml"
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("read the regimes of studies: %w", err)
	}
	r := &Rules{}
	if err := yaml.Unmarshal(raw, r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var faults []error
	for i := range r.Regimes {
		if err := record.Shape(&r.Regimes[i]); err != nil {
			faults = append(faults, fmt.Errorf("%s: %s: %w", name, r.Regimes[i].Row, err))
		}
	}
	return r, errors.Join(faults...)
}

// Rule returns the regime of a row, or nil.
func (r *Rules) Rule(row string) *Rule {
	for i := range r.Regimes {
		if r.Regimes[i].Row == row {
			return &r.Regimes[i]
		}
	}
	return nil
}

// rows lists the rows of all regimes.
func (r *Rules) rows() []string {
	out := make([]string, len(r.Regimes))
	for i := range r.Regimes {
		out[i] = r.Regimes[i].Row
	}
	return out
}
