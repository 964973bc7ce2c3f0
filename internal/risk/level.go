// Package risk holds risks to the organisation's objectives, both threats and opportunities: their assessments,
// treatments and acceptances.
package risk

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// Level is how serious a risk is. It has the same rank in every method, so that risks judged by different methods compare.
type Level string

// The levels, from the least serious.
const (
	Low      Level = "low"
	Moderate Level = "moderate"
	High     Level = "high"
	VeryHigh Level = "very_high"
)

// Levels is the closed list of levels, by rank.
var Levels = record.Choices[Level](
	[4]string{"low", "lav", "low", "success"},
	[4]string{"moderate", "moderat", "moderate", "warning"},
	[4]string{"high", "høy", "high", "danger"},
	[4]string{"very_high", "svært høy", "very high", "danger"},
)

// Rank returns 1 for the lowest level, and 0 for no level.
func (l Level) Rank() int {
	return 1 + slices.IndexFunc(Levels, func(c record.Choice) bool { return c.Value == string(l) })
}

// letters mark the levels for readers who cannot tell the colours apart.
var letters = map[Level]record.Text{
	Low:      {NB: "L", EN: "L"},
	Moderate: {NB: "M", EN: "M"},
	High:     {NB: "H", EN: "H"},
	VeryHigh: {NB: "SH", EN: "VH"},
}

// Step is one step of an axis of the matrix.
type Step struct {
	Value int          `json:"value" validate:"required,min=1,max=6" example:"4"`
	Label record.Text  `json:"label" validate:"required"`
	Hint  *record.Text `json:"hint,omitempty"`
} // @name RiskMethodStep

// Letter returns the letter of the level, for readers who cannot tell the colours apart.
func (l Level) Letter() record.Text { return letters[l] }
