package api

import (
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// aiSystems serves the AI systems: their data, releases, places of use, stops and reviews.
type aiSystems struct{ s *Server }

func (h aiSystems) routes(s *rest.Server) {
	rest.Resource(s, aisystem.Systems)
	rest.Create(s, aisystem.Systems, h.create)
	rest.Verb(s, aisystem.Systems, "release", h.release)
	rest.Verb(s, aisystem.Systems, "deploy", h.deploy)
	rest.Verb(s, aisystem.Systems, "end-deployment", h.endDeployment)
	rest.Verb(s, aisystem.Systems, "raise-track", h.raiseTrack)
	rest.Verb(s, aisystem.Systems, "suspend", h.suspend)
	rest.Verb(s, aisystem.Systems, "confirm-suspension", h.confirmSuspension)
	rest.Verb(s, aisystem.Systems, "review", h.review)
	rest.Verb(s, aisystem.Systems, "close-gap", h.closeGap)
}

// @Summary	Register an AI system as an idea
// @Description	The system lies in a project unit of its own, which is created below the scope. A scope that is a project is used as it is.
// @Tags		ai-systems
// @Param		body	body		aisystem.Input	true	"the system"
// @Success	201		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems [post]
func (aiSystems) create(tx *record.Tx, c rest.Call[aisystem.Input]) (*aisystem.System, error) {
	return pathway.OpenSystem(tx, c.Body)
}

// @Summary	Add a release of the system
// @Description	The gates ask about the newest release.
// @Tags		ai-systems
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.ReleaseInput	true	"the release"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/release [post]
func (aiSystems) release(tx *record.Tx, c rest.Call[aisystem.ReleaseInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.Release(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Plan the use of the system at a place
// @Tags		ai-systems
// @Param		id		path		string						true	"id"
// @Param		body	body		aisystem.DeploymentInput	true	"the place"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/deploy [post]
func (aiSystems) deploy(tx *record.Tx, c rest.Call[aisystem.DeploymentInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.Deploy(c.Body) })
}

// @Summary	End the use of the system at a place
// @Tags		ai-systems
// @Param		id		path		string				true	"id"
// @Param		body	body		aisystem.EndInput	true	"the place, and why"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/end-deployment [post]
func (aiSystems) endDeployment(tx *record.Tx, c rest.Call[aisystem.EndInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.EndDeployment(c.Body, tx.Now) })
}

// @Summary	Give the system a longer track than the computed one
// @Tags		ai-systems
// @Param		id		path		string				true	"id"
// @Param		body	body		aisystem.RaiseInput	true	"the track, and why"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/raise-track [post]
func (aiSystems) raiseTrack(tx *record.Tx, c rest.Call[aisystem.RaiseInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.Raise(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Stop the system at once
// @Description	Every employee of a unit where it is used may stop it. The owner or the line manager, not who stopped it, confirms the stop on the next working day. It starts again only through the gate "resume".
// @Tags		ai-systems
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.SuspendInput	true	"why"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/suspend [post]
func (aiSystems) suspend(tx *record.Tx, c rest.Call[aisystem.SuspendInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.Suspend(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Confirm that the system was stopped
// @Tags		ai-systems
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"what was found"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/confirm-suspension [post]
func (aiSystems) confirmSuspension(tx *record.Tx, c rest.Call[record.Reason]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error {
		return s.ConfirmSuspension(c.Body.Reason, tx.Actor.ID, tx.Now)
	})
}

// @Summary	Record a review of the system in use
// @Tags		ai-systems
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.ReviewInput	true	"what was found, and the day of the next review"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/review [post]
func (aiSystems) review(tx *record.Tx, c rest.Call[aisystem.ReviewInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.Reviewed(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Say how a gap of the system was closed
// @Tags		ai-systems
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.CloseGapInput	true	"the gap, and how it was closed"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/close-gap [post]
func (aiSystems) closeGap(tx *record.Tx, c rest.Call[aisystem.CloseGapInput]) (*aisystem.System, error) {
	return aisystem.Systems.Change(tx, c.Ref(), func(s *aisystem.System) error { return s.CloseGap(c.Body, tx.Actor.ID, tx.Now) })
}
