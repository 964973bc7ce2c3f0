// Package catalogue has the frameworks that an organisation follows - standards, laws and guidelines - with their requirements,
// and the judgements of how far each clause is met.
package catalogue

import "github.com/ki-styring/aims/internal/record"

// ISO42001 is the key of the framework whose clauses and Annex A controls the management system follows.
const ISO42001 = "iso-42001"

// FrameworkStatus is the state of a framework; there is only one.
type FrameworkStatus string

// FrameworkActive is a framework in use.
const FrameworkActive FrameworkStatus = "active"

// This registers the closed list of a framework's states.
var _ = record.Choices[FrameworkStatus](
	[4]string{"active", "i bruk", "active", "success"},
)

// FrameworkInput has the fields that a caller may set. The other fields come from the imported file.
type FrameworkInput struct {
	record.Common
}

// Head has the fields that a framework file gives for the framework itself.
type Head struct {
	Key     string      `json:"key" validate:"required,slug" unique:"" sort:"" fixed:"true" example:"iso-42001"`
	Title   record.Text `json:"title" sort:"" search:""`
	Edition string      `json:"edition" validate:"required,filled,max=200" example:"2023"` // called version in the file, because the version of a record counts its changes
	Issuer  string      `json:"issuer" validate:"required,filled,max=200" example:"ISO/IEC"`
	Source  string      `json:"source" validate:"required,filled,max=1000" example:"Contents page of the standard; guidance in our own words"`
}

// Framework is a standard, law or guideline. Records refer to its requirements.
type Framework struct {
	record.Base
	FrameworkInput
	Head
	Status FrameworkStatus `json:"status"`
} // @name Framework

// Frameworks reads and writes frameworks. Paths take their id or key.
var Frameworks = record.NewRepo[Framework](record.Kind{
	Rules: record.Rules[Framework]{Defaults: (*Framework).Defaults},
	Name:  "framework", Path: "frameworks", Prefix: "FW", Key: "key", Global: true,
	Label: record.Text{NB: "Rammeverk", EN: "Framework"},
	Parts: []string{"import"},
})

// NewFramework returns a framework with the fields of its file.
func NewFramework(h Head) *Framework {
	return &Framework{FrameworkInput: FrameworkInput{record.Common{Scope: "/"}}, Head: h, Status: FrameworkActive}
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (f *Framework) Defaults() {
	if f.ExternalRefs == nil {
		f.ExternalRefs = []record.ExternalRef{}
	}
}
