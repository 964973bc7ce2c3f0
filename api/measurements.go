package api

import (
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
)

type measurements struct{}

func (h measurements) routes(s *Server) {
	resource(s, improve.Measurements, with[improve.Measurement]{ReadOnly: true, Bars: improve.MeasurementBars})
	create(s, improve.Measurements, h.create)
	verb(s, improve.Measurements, "retract", h.retract)
}

// @Summary	Record a measured value of an objective
// @Tags		measurements
// @Param		body	body		improve.MeasurementInput	true	"the value"
// @Success	201		{object}	improve.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements [post]
func (measurements) create(tx *record.Tx, c Call[improve.MeasurementInput]) (*improve.Measurement, error) {
	return improve.RecordMeasurement(tx, c.Body)
}

// @Summary	Take a wrong value back
// @Tags		measurements
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements/{id}/retract [post]
func (measurements) retract(tx *record.Tx, c Call[record.Reason]) (*improve.Measurement, error) {
	return improve.RetractMeasurement(tx, c.Ref())
}
