package api

import (
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// meetings serves the meetings of bodies.
type meetings struct{ *Server }

func (h meetings) routes(s *rest.Server) {
	rest.Resource(s, governance.Meetings, rest.With[governance.Meeting]{Ahead: governance.ReadAhead, Patch: withGuard(governance.ChangeMeeting)(h.Guard), Bars: func(tx *record.Tx, m *governance.Meeting, action string) (bool, error) {
		return governance.MeetingBars(tx, m, action, h.Guard)
	}})
	rest.Create(s, governance.Meetings, h.open)
	rest.Verb(s, governance.Meetings, "call", h.call)
	rest.Verb(s, governance.Meetings, "hold", h.hold)
	rest.Verb(s, governance.Meetings, "submit-minutes", h.submitMinutes)
	rest.Verb(s, governance.Meetings, "return-minutes", h.returnMinutes)
	rest.Verb(s, governance.Meetings, "approve-minutes", h.approveMinutes)
	rest.Verb(s, governance.Meetings, "correct-minutes", h.correctMinutes)
	rest.Verb(s, governance.Meetings, "postpone", h.postpone)
	rest.Verb(s, governance.Meetings, "cancel", h.cancel)
}

// @Summary	Plan a meeting of a body
// @Tags		meetings
// @Param		body	body		governance.MeetingInput	true	"the meeting"
// @Success	201		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings [post]
func (h meetings) open(tx *record.Tx, c rest.Call[governance.MeetingInput]) (*governance.Meeting, error) {
	return governance.PlanMeeting(tx, c.Body, h.Guard)
}

// @Summary	Call the members to a meeting; the cases on its agenda are scheduled
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/call [post]
func (h meetings) call(tx *record.Tx, c rest.Call[record.None]) (*governance.Meeting, error) {
	return governance.CallMeeting(tx, c.Ref(), h.Guard)
}

// @Summary	Record who took part in a meeting and who chaired it; the server computes the quorum
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Roll	true	"the participants, and who chaired"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/hold [post]
func (h meetings) hold(tx *record.Tx, c rest.Call[governance.Roll]) (*governance.Meeting, error) {
	return governance.HoldMeeting(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Submit the minutes for approval
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.MinutesInput	true	"the minutes, and the corrected roll if the recorded one is wrong"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/submit-minutes [post]
func (h meetings) submitMinutes(tx *record.Tx, c rest.Call[governance.MinutesInput]) (*governance.Meeting, error) {
	return governance.SubmitMinutes(tx, c.Ref(), c.Body, "", h.Guard)
}

// @Summary	Return the minutes to be rewritten
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/return-minutes [post]
func (meetings) returnMinutes(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Meeting, error) {
	return governance.ReturnMinutes(tx, c.Ref())
}

// @Summary	Approve the minutes, as a member of the body
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/approve-minutes [post]
func (meetings) approveMinutes(tx *record.Tx, c rest.Call[record.None]) (*governance.Meeting, error) {
	return governance.ApproveMinutes(tx, c.Ref())
}

// @Summary	Correct approved minutes by a new version
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Correction	true	"the whole corrected text, the reason, and the corrected roll if the recorded one is wrong"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/correct-minutes [post]
func (h meetings) correctMinutes(tx *record.Tx, c rest.Call[governance.Correction]) (*governance.Meeting, error) {
	return governance.SubmitMinutes(tx, c.Ref(), c.Body.MinutesInput, c.Body.Reason, h.Guard)
}

// @Summary	Postpone a meeting; it must be called again
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Postponement	true	"the new time, and the reason"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/postpone [post]
func (h meetings) postpone(tx *record.Tx, c rest.Call[governance.Postponement]) (*governance.Meeting, error) {
	return governance.PostponeMeeting(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Cancel a meeting
// @Tags		meetings
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Meeting
// @Failure	default	{object}	Problem
// @Router		/meetings/{id}/cancel [post]
func (h meetings) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Meeting, error) {
	return governance.CancelMeeting(tx, c.Ref(), h.Guard)
}
