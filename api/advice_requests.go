package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/intake"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/settings"
)

// adviceRequests serves the questions of employees about AI, and the contacts who answer them.
type adviceRequests struct{ *Server }

func (h adviceRequests) routes(s *rest.Server) {
	rest.Resource(s, intake.Contacts)
	rest.Create(s, intake.Contacts, h.createContact)
	rest.Verb(s, intake.Contacts, "end", h.endContact)

	rest.Resource(s, intake.AdviceRequests, rest.With[intake.AdviceRequest]{Patch: intake.ChangeAdvice})
	rest.Create(s, intake.AdviceRequests, h.create)
	rest.Verb(s, intake.AdviceRequests, "answer", h.answer)
	rest.Verb(s, intake.AdviceRequests, "forward", h.forward)
	rest.Verb(s, intake.AdviceRequests, "follow-up", h.followUp)
	rest.Verb(s, intake.AdviceRequests, "close", h.close)
	rest.Handle(s, http.MethodGet, "/advice-requests/contact", "signed-in: everybody may ask who gives a unit advice", h.contact,
		rest.Query(rest.Param{Name: "scope", In: "query", Type: "string", Doc: "The unit, such as /siv/radiologi/.", Required: true}))
}

// within returns how soon a question is answered in a scope.
func (s *Server) within(tx *record.Tx, scope string, q settings.Question) (record.Duration, error) {
	in, err := settings.InForce(tx, s.settings, scope)
	if err != nil {
		return "", err
	}
	return in.AnswerWithin(q), nil
}

// @Summary	Name the contact of a unit for advice on AI
// @Tags		contact-points
// @Param		body	body		intake.ContactInput	true	"the contact point"
// @Success	201		{object}	intake.ContactPoint
// @Failure	default	{object}	Problem
// @Router		/contact-points [post]
func (adviceRequests) createContact(tx *record.Tx, c rest.Call[intake.ContactInput]) (*intake.ContactPoint, error) {
	return intake.Contacts.Create(tx, intake.NewContact(c.Body))
}

// @Summary	End a contact point
// @Tags		contact-points
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.ContactPoint
// @Failure	default	{object}	Problem
// @Router		/contact-points/{id}/end [post]
func (adviceRequests) endContact(tx *record.Tx, c rest.Call[record.Reason]) (*intake.ContactPoint, error) {
	return intake.Contacts.Change(tx, c.Ref(), func(p *intake.ContactPoint) error { return p.End(c.Body.Reason, tx.Actor.ID, tx.Now) })
}

// @Summary	Ask for advice on AI
// @Description	The request goes to the contact of the unit, or of the nearest unit above. answer_due follows from the hospital's settings.
// @Tags		advice-requests
// @Param		body	body		intake.AdviceInput	true	"the question"
// @Success	201		{object}	intake.AdviceRequest
// @Failure	default	{object}	Problem
// @Router		/advice-requests [post]
func (h adviceRequests) create(tx *record.Tx, c rest.Call[intake.AdviceInput]) (*intake.AdviceRequest, error) {
	within, err := h.within(tx, c.Body.Scope, settings.AdviceRequest)
	if err != nil {
		return nil, err
	}
	return intake.Ask(tx, c.Body, within)
}

// @Summary	Answer a request for advice; whoever asked cannot
// @Tags		advice-requests
// @Param		id		path		string					true	"id"
// @Param		body	body		intake.StatementInput	true	"the answer"
// @Success	200		{object}	intake.AdviceRequest
// @Failure	default	{object}	Problem
// @Router		/advice-requests/{id}/answer [post]
func (adviceRequests) answer(tx *record.Tx, c rest.Call[intake.StatementInput]) (*intake.AdviceRequest, error) {
	return intake.AdviceRequests.Change(tx, c.Ref(), func(a *intake.AdviceRequest) error { return a.Answer(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Forward a request to the contact of another unit
// @Tags		advice-requests
// @Param		id		path		string							true	"id"
// @Param		body	body		intake.AdviceForwardingInput	true	"the unit, and why"
// @Success	200		{object}	intake.AdviceRequest
// @Failure	default	{object}	Problem
// @Router		/advice-requests/{id}/forward [post]
func (adviceRequests) forward(tx *record.Tx, c rest.Call[intake.AdviceForwardingInput]) (*intake.AdviceRequest, error) {
	return intake.ForwardAdvice(tx, c.Ref(), c.Body)
}

// @Summary	Ask again after an answer; only the person who asked can
// @Tags		advice-requests
// @Param		id		path		string					true	"id"
// @Param		body	body		intake.StatementInput	true	"the further question"
// @Success	200		{object}	intake.AdviceRequest
// @Failure	default	{object}	Problem
// @Router		/advice-requests/{id}/follow-up [post]
func (h adviceRequests) followUp(tx *record.Tx, c rest.Call[intake.StatementInput]) (*intake.AdviceRequest, error) {
	return intake.AdviceRequests.Change(tx, c.Ref(), func(a *intake.AdviceRequest) error {
		within, err := h.within(tx, a.Scope, settings.AdviceRequest)
		if err != nil {
			return err
		}
		return a.FollowUp(c.Body, tx.Actor.ID, tx.Now, within)
	})
}

// @Summary	Close a request for advice
// @Tags		advice-requests
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	intake.AdviceRequest
// @Failure	default	{object}	Problem
// @Router		/advice-requests/{id}/close [post]
func (adviceRequests) close(tx *record.Tx, c rest.Call[record.Reason]) (*intake.AdviceRequest, error) {
	return intake.AdviceRequests.Change(tx, c.Ref(), func(a *intake.AdviceRequest) error { return a.Close() })
}

// @Summary	Read who gives a unit advice on AI, and how soon
// @Tags		advice-requests
// @ID			getAdviceContact
// @Param		scope	query		string	true	"the unit"
// @Success	200		{object}	intake.Contact
// @Failure	default	{object}	Problem
// @Router		/advice-requests/contact [get]
func (h adviceRequests) contact(tx *record.Tx, c rest.Call[record.None]) (*intake.Contact, error) {
	scope := c.Query.Get("scope")
	if scope == "" {
		return nil, rest.MissingParameter("scope")
	}
	if err := readsUnit(tx, scope); err != nil {
		return nil, err
	}
	within, err := h.within(tx, scope, settings.AdviceRequest)
	if err != nil {
		return nil, err
	}
	return intake.ContactFor(tx, scope, within)
}
