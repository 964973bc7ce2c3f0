package api

import (
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// measurements serves the measured values of objectives.
type measurements struct{}

func (h measurements) routes(s *rest.Server) {
	rest.Resource(s, improve.Measurements, rest.With[improve.Measurement]{ReadOnly: true, Bars: improve.MeasurementBars})
	rest.Create(s, improve.Measurements, h.create)
	rest.Verb(s, improve.Measurements, "retract", h.retract)
}

// @Summary	Record a measured value of an objective
// @Tags		measurements
// @Param		body	body		improve.MeasurementInput	true	"the value"
// @Success	201		{object}	improve.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements [post]
func (measurements) create(tx *record.Tx, c rest.Call[improve.MeasurementInput]) (*improve.Measurement, error) {
	return improve.RecordMeasurement(tx, c.Body)
}

// @Summary	Retract a wrong value
// @Tags		measurements
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements/{id}/retract [post]
func (measurements) retract(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Measurement, error) {
	return improve.RetractMeasurement(tx, c.Ref())
}
