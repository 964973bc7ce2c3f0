package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/improve/measure"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type measures struct{}

func (h measures) routes(s *rest.Server) {
	rest.Resource(s, measure.Repo, rest.With[measure.Measure]{Bars: flow.MeasureBarred})
	rest.Handle(s, http.MethodPost, "/measures", "measure:propose", h.propose, rest.Shape("create"), rest.OfKind(measure.Repo.Kind), rest.Answers(http.StatusCreated))
	rest.Verb(s, measure.Repo, "submit", h.submit)
	rest.Verb(s, measure.Repo, "decide", h.decide)
	rest.Verb(s, measure.Repo, "start", h.start)
	rest.Verb(s, measure.Repo, "complete", h.complete)
	rest.Verb(s, measure.Repo, "report", h.report)
	rest.Verb(s, measure.Repo, "follow-up", h.followUp)
	rest.Handle(s, http.MethodGet, "/measures/{id}/trace", "measure:read", h.trace, rest.OfKind(measure.Repo.Kind), rest.Out(reflect.TypeFor[flow.Trace]()), rest.Media(svgType))
	rest.Verb(s, measure.Repo, "withdraw", h.withdraw)
	rest.Verb(s, measure.Repo, "cancel", h.cancel)
	rest.Verb(s, measure.Repo, "reopen", h.reopen)
}

// @Summary	Propose a measure
// @Tags		measures
// @Param		body	body		measure.Input	true	"the measure"
// @Success	201		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures [post]
func (measures) propose(tx *record.Tx, c rest.Call[measure.Input]) (*measure.Measure, error) {
	return flow.ProposeMeasure(tx, c.Body)
}

// @Summary	Put the measure before those who decide
// @Tags		measures
// @Param		id		path		string	true	"id"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/submit [post]
func (measures) submit(tx *record.Tx, c rest.Call[record.None]) (*measure.Measure, error) {
	return flow.SubmitMeasure(tx, c.Ref())
}

// @Summary	Decide whether the measure is carried out
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		measure.Verdict	true	"the decision"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/decide [post]
func (measures) decide(tx *record.Tx, c rest.Call[measure.Verdict]) (*measure.Measure, error) {
	return flow.DecideMeasure(tx, c.Ref(), c.Body)
}

// @Summary	Start the work
// @Tags		measures
// @Param		id		path		string	true	"id"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/start [post]
func (measures) start(tx *record.Tx, c rest.Call[record.None]) (*measure.Measure, error) {
	return measure.Repo.Change(tx, c.Ref(), func(m *measure.Measure) error { return m.Start(tx.Actor.ID) })
}

// @Summary	Tell how far the measure has come
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		measure.Report	true	"how far"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/report [post]
func (measures) report(tx *record.Tx, c rest.Call[measure.Report]) (*measure.Measure, error) {
	return measure.Repo.Change(tx, c.Ref(), func(m *measure.Measure) error { return m.Report(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Follow up an effect of a measure that is done
// @Tags		measures
// @Param		id		path		string					true	"id"
// @Param		body	body		measure.FollowUpInput	true	"what it turned out to be"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/follow-up [post]
func (measures) followUp(tx *record.Tx, c rest.Call[measure.FollowUpInput]) (*measure.Measure, error) {
	return measure.Repo.Change(tx, c.Ref(), func(m *measure.Measure) error { return m.FollowUp(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary		Show the whole chain a measure is part of, from need to executors
// @Description	As data, or as a picture for Accept: image/svg+xml. It holds what the caller may read.
// @Tags			measures
// @Param			id		path		string	true	"id"
// @Success		200		{object}	flow.Trace
// @Failure		default	{object}	Problem
// @Router			/measures/{id}/trace [get]
func (measures) trace(tx *record.Tx, c rest.Call[record.None]) (any, error) {
	return traced(tx, c, measure.Repo.Kind)
}

// @Summary	Complete the measure and say what it brought about
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		measure.Effect	true	"the effect"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/complete [post]
func (measures) complete(tx *record.Tx, c rest.Call[measure.Effect]) (*measure.Measure, error) {
	return changeMeasure(tx, c.Ref(), func(m *measure.Measure) { m.Complete(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Take the measure back before it is decided on
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/withdraw [post]
func (measures) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*measure.Measure, error) {
	return changeMeasure(tx, c.Ref(), (*measure.Measure).Withdraw)
}

// @Summary	Give up a measure that was decided
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/cancel [post]
func (measures) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*measure.Measure, error) {
	return changeMeasure(tx, c.Ref(), (*measure.Measure).Cancel)
}

// @Summary	Propose the measure anew
// @Tags		measures
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	measure.Measure
// @Failure	default	{object}	Problem
// @Router		/measures/{id}/reopen [post]
func (measures) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*measure.Measure, error) {
	return flow.ReopenMeasure(tx, c.Ref())
}

func changeMeasure(tx *record.Tx, ref record.Ref, fn func(*measure.Measure)) (*measure.Measure, error) {
	return measure.Repo.Change(tx, ref, func(m *measure.Measure) error {
		fn(m)
		return nil
	})
}
