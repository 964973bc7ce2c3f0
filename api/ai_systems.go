package api

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/deadlines"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// aiSystems serves the AI systems: their data, releases, places of use, stops and reviews.
type aiSystems struct{ s *Server }

func (h aiSystems) routes(s *rest.Server) {
	rest.Resource(s, aisystem.Systems, rest.With[aisystem.System]{Bars: pathway.SystemBars})
	rest.Create(s, aisystem.Systems, h.create)
	rest.Verb(s, aisystem.Systems, "release", h.release)
	rest.Verb(s, aisystem.Systems, "deploy", h.deploy)
	rest.Verb(s, aisystem.Systems, "start-deployment", h.startDeployment)
	rest.Verb(s, aisystem.Systems, "end-deployment", h.endDeployment)
	rest.Verb(s, aisystem.Systems, "raise-track", h.raiseTrack)
	rest.Verb(s, aisystem.Systems, "suspend", h.suspend)
	rest.Verb(s, aisystem.Systems, "confirm-suspension", h.confirmSuspension)
	rest.Verb(s, aisystem.Systems, "review", h.review)
	rest.Verb(s, aisystem.Systems, "close-gap", h.closeGap)
	rest.Verb(s, aisystem.Systems, "move", h.move)
	rest.Verb(s, aisystem.Systems, "approve-go-live", h.approveGoLive)
	rest.Verb(s, aisystem.Systems, "decline-go-live", h.declineGoLive)
	rest.Verb(s, aisystem.Systems, "approve-gaps", h.approveGaps)
	rest.Handle(s, http.MethodPost, "/ai-systems/register-existing", "ai_system:create", h.registerExisting, rest.OfKind(aisystem.Systems.Kind), rest.Shape("create"), rest.Answers(http.StatusCreated))
	rest.Handle(s, http.MethodGet, "/ai-systems/{id}/gate", "ai_system:read", h.gate, rest.OfKind(aisystem.Systems.Kind), rest.Out(reflect.TypeFor[pathway.Gate]()),
		rest.Query(rest.Param{Name: "to", In: "query", Type: "string", Doc: "The stage to move to: pilot. The next one when it is left out."},
			rest.Param{Name: "deployment_id", In: "query", Type: "string", Format: "uuid", Doc: "A place, to list what its use asks for beside what stands for the system."}))
	rest.Handle(s, http.MethodPost, "/ai-systems/{id}/approve-items", "gate_item:approve", h.approveItems, rest.Shape("verb"), rest.Unversioned, rest.Out(reflect.TypeFor[Approved]()))
	rest.Handle(s, http.MethodGet, "/ai-systems/{id}/pathway", "ai_system:read", h.pathway, rest.OfKind(aisystem.Systems.Kind), rest.Out(reflect.TypeFor[pathway.Pathway]()))
	rest.Handle(s, http.MethodGet, "/ai-systems/{id}/timeline", "ai_system:read", h.timeline, rest.OfKind(aisystem.Systems.Kind), rest.Out(reflect.TypeFor[pathway.Timeline]()),
		rest.Query(rest.PageParams...))
	rest.Handle(s, http.MethodGet, "/deadlines", "signed-in: everybody sees the deadlines of the records that they read", h.deadlines, rest.Out(reflect.TypeFor[deadlines.List]()), rest.Media(calendarType),
		rest.Query(append(slices.Clone(rest.PageParams),
			rest.Param{Name: "scope", In: "query", Type: "string", Doc: "Deadlines in this scope and below it."},
			rest.Param{Name: "until", In: "query", Type: "string", Format: "date", Doc: "The last day; a year from today when it is left out."},
		)...))
}

// rules returns the gates and moves, and the settings of units that have none of their own.
func (h aiSystems) rules() *pathway.Rules {
	return &pathway.Rules{Gates: h.s.gates, Settings: h.s.settings, Roles: h.s.Guard}
}

// @Summary	Move the system to another stage
// @Description	The answer is 409 with every item that keeps a gate closed, when there is one. GET /ai-systems/{id}/gate lists the same items with what clears them.
// @Tags		ai-systems
// @Param		id		path		string				true	"id"
// @Param		body	body		pathway.MoveInput	true	"the stage, and for a move back or an end the reason"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/move [post]
func (h aiSystems) move(tx *record.Tx, c rest.Call[pathway.MoveInput]) (*aisystem.System, error) {
	return h.rules().Move(tx, c.Ref(), c.Body)
}

// @Summary	Approve that the system goes live
// @Description	The approval names release, places, conditions and the day of the next review. The owner then moves the system. On the full track it is the decision of a body.
// @Tags		ai-systems
// @Param		id		path		string					true	"id"
// @Param		body	body		aisystem.GoLiveInput	true	"the approval"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/approve-go-live [post]
func (aiSystems) approveGoLive(tx *record.Tx, c rest.Call[aisystem.GoLiveInput]) (*aisystem.System, error) {
	return pathway.ApproveGoLive(tx, c.Ref(), c.Body)
}

// @Summary	Decline that the system goes live
// @Tags		ai-systems
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/decline-go-live [post]
func (aiSystems) declineGoLive(tx *record.Tx, c rest.Call[record.Reason]) (*aisystem.System, error) {
	return pathway.DeclineGoLive(tx, c.Ref())
}

// @Summary	List what a move of the system asks for
// @Description	Each item says whether it is cleared, what clears it, who clears it and who approves it, and which law it rests on. Coming law does not block.
// @Tags		ai-systems
// @Param		id	path		string	true	"id"
// @Param		to	query		string	false	"the stage"
// @Param		deployment_id	query	string	false	"a place"
// @Success	200	{object}	pathway.Gate
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/gate [get]
func (h aiSystems) gate(tx *record.Tx, c rest.Call[record.None]) (*pathway.Gate, error) {
	s, err := aisystem.Systems.Get(tx, c.ID)
	if err != nil {
		return nil, err
	}
	if place := c.Query.Get("deployment_id"); place != "" {
		return h.rules().GateOfPlace(tx, s, aisystem.StartInput{DeploymentID: place})
	}
	return h.rules().GateOf(tx, s, aisystem.Status(c.Query.Get("to")))
}

// @Summary	Show the pathway of the system: every step with what it asks for
// @Description	The steps are the seven of SiV's guideline, and those for need, data, research, procurement, privacy, security, risk, people, use and decision.
// @Tags		ai-systems
// @Param		id	path		string	true	"id"
// @Success	200	{object}	pathway.Pathway
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/pathway [get]
func (h aiSystems) pathway(tx *record.Tx, c rest.Call[record.None]) (*pathway.Pathway, error) {
	s, err := aisystem.Systems.Get(tx, c.ID)
	if err != nil {
		return nil, err
	}
	return h.rules().PathwayOf(tx, s)
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

// @Summary	Enter a tool that was in use before it was registered
// @Description	The system is in use at once. What it lacks is a gap with an owner and a day; a body or top management approves the list.
// @Tags		ai-systems
// @Param		body	body		pathway.Existing	true	"the tool"
// @Success	201		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/register-existing [post]
func (aiSystems) registerExisting(tx *record.Tx, c rest.Call[pathway.Existing]) (*aisystem.System, error) {
	return pathway.RegisterExisting(tx, c.Body)
}

// @Summary	Approve the list of gaps of a tool that was in use before it was registered
// @Tags		ai-systems
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/approve-gaps [post]
func (aiSystems) approveGaps(tx *record.Tx, c rest.Call[record.Reason]) (*aisystem.System, error) {
	return pathway.ApproveGaps(tx, c.Ref(), c.Body.Reason)
}

// @Summary	Begin the use of the system at a place that was added, or of a new release there
// @Description	The answer is 409 with every item that keeps the gate new_site_or_version closed. GET /ai-systems/{id}/gate?deployment_id= lists them.
// @Tags		ai-systems
// @Param		id		path		string				true	"id"
// @Param		body	body		aisystem.StartInput	true	"the place, and the release"
// @Success	200		{object}	aisystem.System
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/start-deployment [post]
func (h aiSystems) startDeployment(tx *record.Tx, c rest.Call[aisystem.StartInput]) (*aisystem.System, error) {
	return h.rules().StartDeployment(tx, c.Ref(), c.Body)
}

// ItemsApproval says at which gate everything is approved that waits for the caller.
type ItemsApproval struct {
	Gate string `json:"gate,omitempty" validate:"omitempty,slug" example:"pilot"`
}

// Approved are the items that were approved together.
type Approved struct {
	Items []*aisystem.Item `json:"items"`
} // @name ApprovedGateItems

// @Summary	Approve everything of the system that waits for the caller
// @Description	Each item is approved as by a request of its own, with its separation of duties. What waits for somebody else, or for a decision of a body, stays as it is.
// @Tags		ai-systems
// @Param		id		path		string			true	"id"
// @Param		body	body		ItemsApproval	true	"the gate, or nothing for all gates"
// @Success	200		{object}	Approved
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/approve-items [post]
func (aiSystems) approveItems(tx *record.Tx, c rest.Call[ItemsApproval]) (*Approved, error) {
	items, err := pathway.ApproveItems(tx, c.ID, c.Body.Gate)
	return &Approved{Items: items}, err
}

// @Summary	List what happened to the system and to the records about it, newest first
// @Tags		ai-systems
// @Param		id	path		string	true	"id"
// @Success	200	{object}	pathway.Timeline
// @Failure	default	{object}	Problem
// @Router		/ai-systems/{id}/timeline [get]
func (h aiSystems) timeline(tx *record.Tx, c rest.Call[record.None]) (*pathway.Timeline, error) {
	s, err := aisystem.Systems.Get(tx, c.ID)
	if err != nil {
		return nil, err
	}
	list := rest.Fingerprint("timeline", s.ID)
	limit, after, err := paged(c, list)
	if err != nil {
		return nil, err
	}
	before, _ := strconv.ParseInt(after, 10, 64)
	t, err := pathway.TimelineOf(tx, s, before, limit, func(kind, action string) record.Text { return texts.Word(fault.Word{Kind: kind, Action: action}) })
	if err != nil {
		return nil, err
	}
	if t.Next > 0 {
		t.NextCursor = next(list, strconv.FormatInt(t.Next, 10))
	}
	return t, nil
}

// @Summary	List everything that has a day, soonest first, as JSON or as an iCalendar feed
// @Description	Reviews, acceptances, certificates, mandates, agreements and other records that the caller may read. An Accept header of text/calendar gives a feed of the first 200.
// @Tags		deadlines
// @ID			listDeadlines
// @Produce	json,text/calendar
// @Success	200	{object}	deadlines.List
// @Failure	default	{object}	Problem
// @Router		/deadlines [get]
func (aiSystems) deadlines(tx *record.Tx, c rest.Call[record.None]) (any, error) {
	q := deadlines.Query{Scope: c.Query.Get("scope"), Until: record.DateOf(tx.Now).Add("P1Y")}
	if v := c.Query.Get("until"); v != "" {
		until, err := record.ParseDate(v)
		if err != nil {
			return nil, fault.New(fault.Malformed, "bad_filter/day", "the filter %s must be a day such as 2027-03-01", "until").At("?until")
		}
		q.Until = until
	}
	list := rest.Fingerprint("deadlines", tx.Actor.ID, q.Scope, string(q.Until))
	var err error
	if q.Limit, q.After, err = paged(c, list); err != nil {
		return nil, err
	}
	as, err := rest.Preferred(c.Accept, jsonMime, calendarType)
	if err != nil {
		return nil, err
	}
	if as == calendarType {
		q.Limit = mostInFeed
	}
	out, err := deadlines.Of(tx, q)
	if err != nil {
		return nil, err
	}
	if as == calendarType {
		return rest.Raw{Type: calendarType, Body: deadlines.Calendar(out.Items, c.Lang)}, nil
	}
	out.NextCursor = next(list, out.Next)
	return out, nil
}

// mostInFeed is how many deadlines a calendar feed has.
const mostInFeed = 200
