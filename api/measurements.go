package api

import (
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/improve/measurement"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type measurements struct{}

func (h measurements) routes(s *rest.Server) {
	rest.Resource(s, measurement.Repo, rest.With[measurement.Measurement]{ReadOnly: true, Bars: flow.MeasurementBarred})
	rest.Create(s, measurement.Repo, h.create)
	rest.Verb(s, measurement.Repo, "retract", h.retract)
}

// @Summary	Record a measured value of an objective
// @Tags		measurements
// @Param		body	body		measurement.Input	true	"the value"
// @Success	201		{object}	measurement.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements [post]
func (measurements) create(tx *record.Tx, c rest.Call[measurement.Input]) (*measurement.Measurement, error) {
	return flow.RecordMeasurement(tx, c.Body)
}

// @Summary	Take a wrong value back
// @Tags		measurements
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	measurement.Measurement
// @Failure	default	{object}	Problem
// @Router		/measurements/{id}/retract [post]
func (measurements) retract(tx *record.Tx, c rest.Call[record.Reason]) (*measurement.Measurement, error) {
	return flow.RetractMeasurement(tx, c.Ref())
}
