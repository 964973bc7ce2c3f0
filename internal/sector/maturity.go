package sector

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Dimension is one aspect of an organisation's AI maturity.
type Dimension string // @name MaturityDimension

// Dimensions is the closed list of dimensions.
var Dimensions = record.Choices[Dimension](
	[4]string{"strategy", "strategi", "strategy", "neutral"},
	[4]string{"data", "data", "data", "neutral"},
	[4]string{"competence", "kompetanse", "competence", "neutral"},
	[4]string{"technology", "teknologi", "technology", "neutral"},
	[4]string{"governance", "styring", "governance", "neutral"},
	[4]string{"ethics", "etikk", "ethics", "neutral"},
)

// DimensionLevel is an organisation's maturity in one dimension, from 1 (lowest) to 5 (highest).
type DimensionLevel struct {
	Dimension Dimension `json:"dimension" validate:"required,choice" example:"data"`
	Level     int       `json:"level" validate:"required,min=1,max=5" example:"3"`
} // @name MaturityDimensionLevel

// MaturityInput is an organisation's self-assessment of its AI maturity on a day.
type MaturityInput struct {
	AssessedOn record.Date      `json:"assessed_on" validate:"required" example:"2026-10-15"`
	Level      int              `json:"level" validate:"required,min=1,max=5" example:"3"`
	Dimensions []DimensionLevel `json:"dimensions" validate:"max=6,unique=Dimension,dive"`
	Rationale  string           `json:"rationale" validate:"required,filled,max=5000" example:"To systemer i drift, egen arbeidsgruppe, ingen felles dataplattform."`
} // @name MaturityInput

// Maturity is one self-assessment, with who recorded it and when.
type Maturity struct {
	MaturityInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name Maturity

// AssessMaturity adds a self-assessment, which becomes the current one. It must not be dated before the last one, but may have the same day
// to correct it. The level must lie between the lowest and the highest level of the dimensions.
func (o *Organisation) AssessMaturity(in MaturityInput, by string, at time.Time) error {
	var f fault.Fields
	switch {
	case in.AssessedOn > record.DateOf(at):
		f.Add("/assessed_on", "in_the_future", "must not be in the future")
	case in.AssessedOn < o.MaturityOn:
		f.Add("/assessed_on", "before_last", "must not be before the last assessment, %s", string(o.MaturityOn))
	case o.ValidFrom != "" && in.AssessedOn < o.ValidFrom:
		f.Add("/assessed_on", "before_start", "must not be before %s, when %s began", string(o.ValidFrom), o.Number)
	}
	least, most := 5, 1
	for _, d := range in.Dimensions {
		least, most = min(least, d.Level), max(most, d.Level)
	}
	if len(in.Dimensions) > 0 && (in.Level < least || in.Level > most) {
		f.Add("/level", "outside_dimensions", "must be within the levels of the dimensions, %d to %d", least, most)
	}
	if err := f.Err(); err != nil {
		return err
	}
	fill(&in.Dimensions)
	o.Maturity = append(o.Maturity, Maturity{MaturityInput: in, By: by, At: at})
	o.MaturityLevel, o.MaturityOn = in.Level, in.AssessedOn
	return nil
}
