package api

import (
	"github.com/ki-styring/aims/internal/applications"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/sector"
)

// activities serves the activities of a standardisation group, and the applications to join a body.
type activities struct{ *Server }

func (h activities) routes(s *rest.Server) {
	rest.Resource(s, sector.Activities, rest.With[sector.Activity]{Patch: sector.ChangeActivity})
	rest.Create(s, sector.Activities, h.create)
	rest.Verb(s, sector.Activities, "start", h.start)
	rest.Verb(s, sector.Activities, "complete", h.complete)
	rest.Verb(s, sector.Activities, "cancel", h.cancel)
	rest.Verb(s, sector.Activities, "reopen", h.reopen)

	rest.Resource(s, sector.Applications, rest.With[sector.Application]{Ahead: applications.ReadAhead, Patch: sector.ChangeApplication, Bars: func(tx *record.Tx, a *sector.Application, action string) (bool, error) {
		return applications.Bars(tx, a, action, h.Guard)
	}})
	rest.Create(s, sector.Applications, h.register)
	rest.Verb(s, sector.Applications, "accept", h.accept)
	rest.Verb(s, sector.Applications, "decline", h.decline)
	rest.Verb(s, sector.Applications, "withdraw", h.withdraw)
	rest.Verb(s, sector.Applications, "erase", h.erase)
}

// @Summary	Plan an activity of a body
// @Tags		activities
// @Param		body	body		sector.ActivityInput	true	"the activity"
// @Success	201		{object}	sector.Activity
// @Failure	default	{object}	Problem
// @Router		/activities [post]
func (activities) create(tx *record.Tx, c rest.Call[sector.ActivityInput]) (*sector.Activity, error) {
	return sector.PlanActivity(tx, c.Body)
}

// @Summary	Start an activity
// @Tags		activities
// @Param		id	path		string	true	"id"
// @Success	200	{object}	sector.Activity
// @Failure	default	{object}	Problem
// @Router		/activities/{id}/start [post]
func (activities) start(tx *record.Tx, c rest.Call[record.None]) (*sector.Activity, error) {
	return sector.Activities.Change(tx, c.Ref(), (*sector.Activity).Start)
}

// @Summary	Complete an activity, with its outcome
// @Tags		activities
// @Param		id		path		string				true	"id"
// @Param		body	body		sector.OutcomeInput	true	"the outcome"
// @Success	200		{object}	sector.Activity
// @Failure	default	{object}	Problem
// @Router		/activities/{id}/complete [post]
func (activities) complete(tx *record.Tx, c rest.Call[sector.OutcomeInput]) (*sector.Activity, error) {
	return sector.Activities.Change(tx, c.Ref(), func(a *sector.Activity) error { return a.Complete(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Cancel an activity
// @Tags		activities
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Activity
// @Failure	default	{object}	Problem
// @Router		/activities/{id}/cancel [post]
func (activities) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Activity, error) {
	return sector.Activities.Change(tx, c.Ref(), (*sector.Activity).Cancel)
}

// @Summary	Reopen an activity as planned
// @Tags		activities
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Activity
// @Failure	default	{object}	Problem
// @Router		/activities/{id}/reopen [post]
func (activities) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Activity, error) {
	return sector.Activities.Change(tx, c.Ref(), (*sector.Activity).Reopen)
}

// @Summary	Register a request to join a body
// @Tags		applications
// @Param		body	body		sector.ApplicationInput	true	"who wants to join, and why"
// @Success	201		{object}	sector.Application
// @Failure	default	{object}	Problem
// @Router		/applications [post]
func (activities) register(tx *record.Tx, c rest.Call[sector.ApplicationInput]) (*sector.Application, error) {
	return sector.RegisterApplication(tx, c.Body)
}

// @Summary	Accept an application, as the body's lead or top management
// @Description	This creates no membership. Create and confirm the membership as usual.
// @Tags		applications
// @Param		id		path		string				true	"id"
// @Param		body	body		sector.Acceptance	true	"the reason, and the position given"
// @Success	200		{object}	sector.Application
// @Failure	default	{object}	Problem
// @Router		/applications/{id}/accept [post]
func (h activities) accept(tx *record.Tx, c rest.Call[sector.Acceptance]) (*sector.Application, error) {
	return applications.Accept(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Decline an application, as the body's lead or top management
// @Tags		applications
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Application
// @Failure	default	{object}	Problem
// @Router		/applications/{id}/decline [post]
func (h activities) decline(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Application, error) {
	return applications.Decline(tx, c.Ref(), c.Body.Reason, h.Guard)
}

// @Summary	Withdraw an application at the applicant's request
// @Tags		applications
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Application
// @Failure	default	{object}	Problem
// @Router		/applications/{id}/withdraw [post]
func (activities) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Application, error) {
	return sector.Applications.Change(tx, c.Ref(), (*sector.Application).Withdraw)
}

// @Summary	Erase the applicant's personal data; the application and its answer stay
// @Tags		applications
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Application
// @Failure	default	{object}	Problem
// @Router		/applications/{id}/erase [post]
func (activities) erase(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Application, error) {
	a, err := sector.Applications.Change(tx, c.Ref(), func(a *sector.Application) error { return a.Erase(record.DateOf(tx.Now)) })
	if err != nil {
		return nil, err
	}
	if err := rest.ForgetAnswers(tx, Base+"/applications"); err != nil {
		return nil, err
	}
	return a, tx.Erase(a.ID)
}
