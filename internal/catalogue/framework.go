// Package catalogue holds what an organisation is measured by - standards, laws, guidelines and their requirements -
// and how far people judge each clause to be met.
package catalogue

import "github.com/ki-styring/aims/internal/record"

// ISO42001 is the key of the framework whose clauses and Annex A controls the management system follows.
const ISO42001 = "iso-42001"

// FrameworkStatus is the state of a framework; there is only one.
type FrameworkStatus string

// FrameworkActive is a framework in use.
const FrameworkActive FrameworkStatus = "active"

// FrameworkStatuses is the closed list of a framework's states.
var FrameworkStatuses = record.Choices[FrameworkStatus](
	[4]string{"active", "i bruk", "active", "success"},
)

// FrameworkInput is what a caller may set; the rest comes from the imported file.
type FrameworkInput struct {
	record.Common
}

// Head is what a framework's file says of the framework itself.
type Head struct {
	Key     string      `json:"key" validate:"required,slug" unique:"" sort:"" fixed:"true" example:"iso-42001"`
	Title   record.Text `json:"title" sort:"" search:""`
	Edition string      `json:"edition" validate:"required,filled,max=200" example:"2023"` // version in files; a record's version counts its changes
	Issuer  string      `json:"issuer" validate:"required,filled,max=200" example:"ISO/IEC"`
	Source  string      `json:"source" validate:"required,filled,max=1000" example:"Contents page of the standard; guidance in our own words"`
}

// Framework is a standard, law or guideline whose requirements records refer to.
type Framework struct {
	record.Base
	FrameworkInput
	Head
	Status FrameworkStatus `json:"status"`
} // @name Framework

// Frameworks keeps them. Their key is used in paths.
var Frameworks = record.NewRepo[Framework](record.Kind{
	Rules: record.Rules[Framework]{Defaults: (*Framework).Defaults},
	Name:  "framework", Path: "frameworks", Prefix: "FW", Key: "key", Global: true,
	Label: record.Text{NB: "Rammeverk", EN: "Framework"},
	Parts: []string{"import"},
})

// NewFramework is a framework as its file describes it.
func NewFramework(h Head) *Framework {
	return &Framework{FrameworkInput: FrameworkInput{record.Common{Scope: "/"}}, Head: h, Status: FrameworkActive}
}

// Defaults makes empty lists of lists left out.
func (f *Framework) Defaults() {
	if f.ExternalRefs == nil {
		f.ExternalRefs = []record.ExternalRef{}
	}
}
