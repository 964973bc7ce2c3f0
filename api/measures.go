package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/decisions"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/trace"
)

// measures serves the measures: improvements that are proposed, decided and carried out.
type measures struct{}

func (h measures) routes(s *rest.Server) {
	rest.Resource(s, improve.Measures, rest.With[improve.Measure]{Patch: improve.ChangeMeasure, Bars: improve.MeasureBars})
	rest.Handle(s, http.MethodPost, "/measures", "measure:propose", h.propose, rest.Shape("create"), rest.OfKind(improve.Measures.Kind), rest.Answers(http.StatusCreated))
	rest.Verb(s, improve.Measures, "submit", h.submit)
	rest.Verb(s, improve.Measures, "decide", h.decide)
	rest.Verb(s, improve.Measures, "start", h.start)
	rest.Verb(s, improve.Measures, "complete", h.complete)
	rest.Verb(s, improve.Measures, "report", h.report)
	rest.Verb(s, improve.Measures, "follow-up", h.followUp)
	rest.Handle(s, http.MethodGet, "/measures/{id}/trace", "measure:read", h.trace, rest.OfKind(improve.Measures.Kind), rest.Out(reflect.TypeFor[trace.Trace]()), rest.Media(svgType))
	rest.Verb(s, improve.Measures, "withdraw", h.withdraw)
	rest.Verb(s, improve.Measures, "cancel", h.cancel)
	rest.Verb(s, improve.Measures, "reopen", h.reopen)
}

// @Summary	Propose a measure
// @Tags		measures
// @Param		body	body		improve.MeasureInput	true	"the measure"
// @Success	201		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures [post]
func (measures) propose(tx *record.Tx, c rest.Call[improve.MeasureInput]) (*improve.Measure, error) {
	return improve.ProposeMeasure(tx, c.Body)
}

// @Summary	Submit the measure for decision
// @Tags		measures
// @Param		id		path		string	true	"id"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/submit [post]
func (measures) submit(tx *record.Tx, c rest.Call[record.None]) (*improve.Measure, error) {
	return improve.SubmitMeasure(tx, c.Ref())
}

// @Summary	Decide whether the measure is carried out
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		improve.Verdict	true	"the decision"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/decide [post]
func (measures) decide(tx *record.Tx, c rest.Call[improve.Verdict]) (*improve.Measure, error) {
	return decisions.DecideMeasure(tx, c.Ref(), c.Body)
}

// @Summary	Start the work on a measure
// @Tags		measures
// @Param		id		path		string	true	"id"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/start [post]
func (measures) start(tx *record.Tx, c rest.Call[record.None]) (*improve.Measure, error) {
	return improve.Measures.Change(tx, c.Ref(), func(m *improve.Measure) error { return m.Start(tx.Actor.ID) })
}

// @Summary	Report the progress of a measure
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		improve.MeasureReport	true	"the progress"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/report [post]
func (measures) report(tx *record.Tx, c rest.Call[improve.MeasureReport]) (*improve.Measure, error) {
	return improve.Measures.Change(tx, c.Ref(), func(m *improve.Measure) error { return m.Report(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Record what an effect of a completed measure turned out to be
// @Tags		measures
// @Param		id		path		string					true	"id"
// @Param		body	body		improve.FollowUpInput	true	"the observed effect"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/follow-up [post]
func (measures) followUp(tx *record.Tx, c rest.Call[improve.FollowUpInput]) (*improve.Measure, error) {
	return improve.Measures.Change(tx, c.Ref(), func(m *improve.Measure) error { return m.FollowUp(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary		Show the chain of records that a measure is part of, from need to the organisations that carry measures out
// @Description	It is JSON, or a drawing with Accept: image/svg+xml. It has only what the caller may read.
// @Tags			measures
// @Param			id		path		string	true	"id"
// @Success		200		{object}	trace.Trace
// @Failure		default	{object}	Problem
// @Router			/measures/{id}/trace [get]
func (measures) trace(tx *record.Tx, c rest.Call[record.None]) (any, error) {
	return traced(tx, c, improve.Measures.Kind)
}

// @Summary	Complete the measure, with its effect
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		improve.Effect	true	"the effect"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/complete [post]
func (measures) complete(tx *record.Tx, c rest.Call[improve.Effect]) (*improve.Measure, error) {
	return improve.Measures.Change(tx, c.Ref(), func(m *improve.Measure) error { return m.Complete(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Withdraw the measure before it is decided
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/withdraw [post]
func (measures) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Measure, error) {
	return changeMeasure(tx, c.Ref(), (*improve.Measure).Withdraw)
}

// @Summary	Cancel a measure that was decided
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/cancel [post]
func (measures) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Measure, error) {
	return changeMeasure(tx, c.Ref(), (*improve.Measure).Cancel)
}

// @Summary	Reopen the measure as proposed
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/reopen [post]
func (measures) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Measure, error) {
	return improve.ReopenMeasure(tx, c.Ref())
}

// changeMeasure stores a change of a measure that cannot fail.
func changeMeasure(tx *record.Tx, ref record.Ref, fn func(*improve.Measure)) (*improve.Measure, error) {
	return improve.Measures.Change(tx, ref, func(m *improve.Measure) error {
		fn(m)
		return nil
	})
}
