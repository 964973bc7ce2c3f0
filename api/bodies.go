package api

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/ki-styring/aims/internal/annualreport"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/overview"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/rights"
)

// bodiesAPI serves the governing bodies, their mandates and their memberships.
type bodiesAPI struct{ *Server }

func (h bodiesAPI) routes(s *rest.Server) {
	rest.Resource(s, governance.Bodies, rest.With[governance.Body]{Patch: withGuard(governance.ChangeBody)(h.Guard), Extra: func(tx *record.Tx, b *governance.Body, _ string) (map[string]any, error) {
		behind, err := governance.BehindCadence(tx, b)
		return map[string]any{"behind_cadence": behind}, err
	}})
	rest.Create(s, governance.Bodies, h.createBody)
	rest.Verb(s, governance.Bodies, "close", h.closeBody)
	rest.Verb(s, governance.Bodies, "stand-in", h.standIn)
	rest.Verb(s, governance.Bodies, "prepare-term-end", h.prepareBodyEnd)
	of := rest.OfKind(governance.Bodies.Kind)
	year := rest.Param{Name: "year", In: "query", Type: "integer", Doc: "The calendar year; this year when left out."}
	rest.Handle(s, http.MethodGet, "/bodies/{id}/overview", "body:read", h.overview, of)
	rest.Handle(s, http.MethodGet, "/bodies/{id}/annual-report", "body:read", h.annualReport, of, rest.Out(reflect.TypeFor[annualreport.Report]()), rest.Media(markdownType, htmlType),
		rest.Query(year))
	rest.Handle(s, http.MethodGet, "/bodies/{id}/attendance", "body:read", h.attendance, of, rest.Query(year))
	rest.Handle(s, http.MethodGet, "/bodies/{id}/calendar", "body:read", h.calendar, of, rest.Media(calendarType))

	rest.Resource(s, governance.Mandates, rest.With[governance.Mandate]{Patch: governance.ChangeMandate})
	rest.Verb(s, governance.Mandates, "extend", h.extend)
	rest.Verb(s, governance.Mandates, "evaluate", h.evaluate)
	rest.Verb(s, governance.Mandates, "prepare-evaluation", h.prepareEvaluation)
	rest.Verb(s, governance.Mandates, "prepare-term-end", h.prepareTermEnd)
	rest.Create(s, governance.Mandates, h.createMandate)
	rest.Verb(s, governance.Mandates, "submit", h.submit)
	rest.Verb(s, governance.Mandates, "adopt", h.adopt)
	rest.Verb(s, governance.Mandates, "reject", h.reject)
	rest.Verb(s, governance.Mandates, "withdraw", h.withdraw)

	rest.Resource(s, governance.Memberships, rest.With[governance.Membership]{Ahead: governance.ReadAhead, Patch: governance.ChangeMembership, Bars: func(tx *record.Tx, m *governance.Membership, action string) (bool, error) {
		return governance.MembershipBars(tx, m, action, h.Guard)
	}})
	rest.Create(s, governance.Memberships, h.createMembership)
	rest.Verb(s, governance.Memberships, "confirm", h.confirm)
	rest.Verb(s, governance.Memberships, "end", h.end)
}

// @Summary	Set up a body: a council, a working group or a committee
// @Tags		bodies
// @Param		body	body		governance.BodyInput	true	"the body"
// @Success	201		{object}	governance.Body
// @Failure	default	{object}	Problem
// @Router		/bodies [post]
func (bodiesAPI) createBody(tx *record.Tx, c rest.Call[governance.BodyInput]) (*governance.Body, error) {
	return governance.SetUpBody(tx, c.Body)
}

// @Summary	Close a body; its members lose the roles that come with membership
// @Tags		bodies
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Body
// @Failure	default	{object}	Problem
// @Router		/bodies/{id}/close [post]
func (bodiesAPI) closeBody(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Body, error) {
	return governance.Bodies.Change(tx, c.Ref(), (*governance.Body).Close)
}

// @Summary		Decide in the place of a body that has too few members for a quorum
// @Description	Possible when the body has lacked them for thirty days. It ends when the body can reach its quorum again. Decisions taken so say it.
// @Tags			bodies
// @Param			id		path		string			true	"id or key"
// @Param			body	body		record.Reason	true	"why"
// @Success		200		{object}	governance.Body
// @Failure		default	{object}	Problem
// @Router			/bodies/{id}/stand-in [post]
func (bodiesAPI) standIn(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Body, error) {
	return governance.StandInFor(tx, c.Ref(), c.Body.Reason)
}

// @Summary	Record what the secretariat has prepared for the end of a body's term
// @Tags		bodies
// @Param		id		path		string					true	"id or key"
// @Param		body	body		governance.Preparation	true	"what those who decide on the next term need to know"
// @Success	200		{object}	governance.Body
// @Failure	default	{object}	Problem
// @Router		/bodies/{id}/prepare-term-end [post]
func (bodiesAPI) prepareBodyEnd(tx *record.Tx, c rest.Call[governance.Preparation]) (*governance.Body, error) {
	return governance.Bodies.Change(tx, c.Ref(), func(b *governance.Body) error { return b.PrepareTermEnd(c.Body, tx.Actor.ID, record.DateOf(tx.Now)) })
}

// @Summary		Show the present state of a body: mandate and term, members, meeting frequency, open cases, and measures
// @Description	It has only what the caller may read.
// @Tags			bodies
// @Param			id		path		string	true	"id or key"
// @Success		200		{object}	overview.Overview
// @Failure		default	{object}	Problem
// @Router			/bodies/{id}/overview [get]
func (bodiesAPI) overview(tx *record.Tx, c rest.Call[record.None]) (*overview.Overview, error) {
	return overview.Of(tx, c.ID)
}

// @Summary		Get the annual report of a body
// @Description	It is JSON, or a document with Accept: text/markdown or text/html. It has only what the caller may read. The report shows a year that
// @Description	has ended as it was on its last day, and the present year as it is today.
// @Tags			bodies
// @Param			id		path		string	true	"id or key"
// @Param			year	query		int		false	"the calendar year"
// @Success		200		{object}	annualreport.Report
// @Failure		default	{object}	Problem
// @Router			/bodies/{id}/annual-report [get]
func (bodiesAPI) annualReport(tx *record.Tx, c rest.Call[record.None]) (any, error) {
	year, err := yearOf(tx, c)
	if err != nil {
		return nil, err
	}
	as, err := rest.Preferred(c.Accept, jsonMime, markdownType, htmlType)
	if err != nil {
		return nil, err
	}
	r, err := annualreport.Of(tx, c.ID, year)
	if err != nil {
		return nil, err
	}
	switch as {
	case markdownType:
		text, err := r.Markdown(c.Lang)
		return rest.Raw{Type: markdownType, Body: text}, err
	case htmlType:
		page, err := r.HTML(c.Lang)
		return rest.Raw{Type: htmlType, Body: page}, err
	}
	return r, nil
}

// yearOf reads the year that is asked for. It is this year when none is given.
func yearOf(tx *record.Tx, c rest.Call[record.None]) (int, error) {
	v := c.Query.Get("year")
	if v == "" {
		return tx.Now.In(record.Oslo).Year(), nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1900 || n > 2200 {
		return 0, fault.New(fault.Malformed, "bad_parameter/year", "the parameter %s must be a year from 1900 to 2200", "year").At("?year")
	}
	return n, nil
}

// @Summary		Show who came to the meetings that a body held in a year
// @Description	It needs the right to read the meetings too. A roll that approved minutes correct counts as corrected.
// @Tags			bodies
// @Param			id		path		string	true	"id or key"
// @Param			year	query		int		false	"the calendar year"
// @Success		200		{object}	governance.AttendanceYear
// @Failure		default	{object}	Problem
// @Router			/bodies/{id}/attendance [get]
func (bodiesAPI) attendance(tx *record.Tx, c rest.Call[record.None]) (*governance.AttendanceYear, error) {
	year, err := yearOf(tx, c)
	if err != nil {
		return nil, err
	}
	return governance.AttendanceOf(tx, c.ID, year)
}

// @Summary	Subscribe to a body's meetings, as an iCalendar feed
// @Tags		bodies
// @Param		id		path		string	true	"id or key"
// @Produce	text/calendar
// @Success	200		{string}	string	"RFC 5545"
// @Failure	default	{object}	Problem
// @Router		/bodies/{id}/calendar [get]
func (bodiesAPI) calendar(tx *record.Tx, c rest.Call[record.None]) (rest.Raw, error) {
	text, err := governance.Calendar(tx, c.ID, c.Lang)
	return rest.Raw{Type: calendarType, Body: text}, err
}

// @Summary	Extend the term of a mandate in force
// @Tags		mandates
// @Param		id		path		string					true	"id"
// @Param		body	body		governance.Extension	true	"the new last day, and the reason"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/extend [post]
func (bodiesAPI) extend(tx *record.Tx, c rest.Call[governance.Extension]) (*governance.Mandate, error) {
	return governance.ExtendMandate(tx, c.Ref(), c.Body)
}

// @Summary	Record the evaluation of a mandate: whether the body continues, changes or closes
// @Tags		mandates
// @Param		id		path		string					true	"id"
// @Param		body	body		governance.Evaluation	true	"the outcome, and why"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/evaluate [post]
func (bodiesAPI) evaluate(tx *record.Tx, c rest.Call[governance.Evaluation]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Evaluate(c.Body, tx.Actor.ID, record.DateOf(tx.Now)) })
}

// @Summary	Record what the secretariat has prepared for the evaluation of a mandate
// @Tags		mandates
// @Param		id		path		string					true	"id"
// @Param		body	body		governance.Preparation	true	"what those who evaluate need to know"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/prepare-evaluation [post]
func (bodiesAPI) prepareEvaluation(tx *record.Tx, c rest.Call[governance.Preparation]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error {
		return m.PrepareEvaluation(c.Body, tx.Actor.ID, record.DateOf(tx.Now))
	})
}

// @Summary	Record what the secretariat has prepared for the end of a mandate's term
// @Tags		mandates
// @Param		id		path		string					true	"id"
// @Param		body	body		governance.Preparation	true	"what those who decide on the next term need to know"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/prepare-term-end [post]
func (bodiesAPI) prepareTermEnd(tx *record.Tx, c rest.Call[governance.Preparation]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error {
		return m.PrepareTermEnd(c.Body, tx.Actor.ID, record.DateOf(tx.Now))
	})
}

// @Summary	Draft the next edition of a body's mandate
// @Tags		mandates
// @Param		body	body		governance.MandateInput	true	"the mandate"
// @Success	201		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates [post]
func (bodiesAPI) createMandate(tx *record.Tx, c rest.Call[governance.MandateInput]) (*governance.Mandate, error) {
	return governance.DraftMandate(tx, c.Body)
}

// @Summary	Submit a mandate for adoption
// @Tags		mandates
// @Param		id	path		string	true	"id"
// @Success	200	{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/submit [post]
func (bodiesAPI) submit(tx *record.Tx, c rest.Call[record.None]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Submit(tx.Actor.ID) })
}

// @Summary	Adopt a mandate; the body's earlier one is superseded
// @Tags		mandates
// @Param		id	path		string	true	"id"
// @Success	200	{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/adopt [post]
func (bodiesAPI) adopt(tx *record.Tx, c rest.Call[record.None]) (*governance.Mandate, error) {
	return governance.AdoptMandate(tx, c.Ref())
}

// @Summary	Send a mandate back to its authors
// @Tags		mandates
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/reject [post]
func (bodiesAPI) reject(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Reject(tx.Actor.ID, tx.Now, c.Body.Reason) })
}

// @Summary	Withdraw a mandate before it is adopted
// @Tags		mandates
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Mandate
// @Failure	default	{object}	Problem
// @Router		/mandates/{id}/withdraw [post]
func (bodiesAPI) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, c.Ref(), func(m *governance.Mandate) error { return m.Withdraw(tx.Actor.ID) })
}

// @Summary	Add a member to a body; the membership takes effect when it is confirmed
// @Tags		memberships
// @Param		body	body		governance.MembershipInput	true	"the member, the body, the position and the period"
// @Success	201		{object}	governance.Membership
// @Failure	default	{object}	Problem
// @Router		/memberships [post]
func (bodiesAPI) createMembership(tx *record.Tx, c rest.Call[governance.MembershipInput]) (*governance.Membership, error) {
	return governance.EnterMembership(tx, c.Body)
}

// @Summary	Confirm a membership, as the body's lead or top management
// @Tags		memberships
// @Param		id	path		string	true	"id"
// @Success	200	{object}	governance.Membership
// @Failure	default	{object}	Problem
// @Router		/memberships/{id}/confirm [post]
func (h bodiesAPI) confirm(tx *record.Tx, c rest.Call[record.None]) (*governance.Membership, error) {
	return rights.ConfirmMembership(tx, c.Ref(), h.Guard)
}

// @Summary	End a membership
// @Tags		memberships
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Membership
// @Failure	default	{object}	Problem
// @Router		/memberships/{id}/end [post]
func (bodiesAPI) end(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Membership, error) {
	return governance.Memberships.Change(tx, c.Ref(), func(m *governance.Membership) error { return m.End(record.DateOf(tx.Now)) })
}
