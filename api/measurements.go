package api

import (
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/improve/measurement"
	"github.com/ki-styring/aims/internal/record"
)

type measurements struct{}

func (h measurements) routes(s *Server) {
	resource(s, measurement.Repo, with[measurement.Measurement]{ReadOnly: true, Bars: flow.MeasurementBarred})
	create(s, measurement.Repo, h.create)
	verb(s, measurement.Repo, "retract", h.retract)
}

// @Summary	Record a measured value of an objective
// @Tags		measurements
// @Param		body	body		measurement.Input	true	"the value"
// @Success	201		{object}	measurement.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements [post]
func (measurements) create(tx *record.Tx, c Call[measurement.Input]) (*measurement.Measurement, error) {
	return flow.RecordMeasurement(tx, c.Body)
}

// @Summary	Take a wrong value back
// @Tags		measurements
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	measurement.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements/{id}/retract [post]
func (measurements) retract(tx *record.Tx, c Call[record.Reason]) (*measurement.Measurement, error) {
	return flow.RetractMeasurement(tx, c.Ref())
}
