// Package risk holds risks to what the organisation wants to achieve, threats and opportunities alike: what they are judged to be,
// what is done about them, and who lives with what remains.
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

// Rank is 1 for the lowest level, and 0 for no level.
func (l Level) Rank() int {
	return 1 + slices.IndexFunc(Levels, func(c record.Choice) bool { return c.Value == string(l) })
}

// letters mark a level where colour alone would have to.
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

// Letter marks the level where it must not rest on colour alone.
func (l Level) Letter() record.Text { return letters[l] }
