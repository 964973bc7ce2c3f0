package api

import (
	"net/http"
	"net/url"
	"reflect"

	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/rest"
)

// policies serves the controlled documents, their editions and their acknowledgements.
type policies struct{}

func (h policies) routes(s *rest.Server) {
	rest.Resource(s, policy.Repo, rest.With[policy.Policy]{
		Patch:    policy.ChangePolicy,
		Fallback: policy.InForce,
		Past:     policy.InForceAt,
		List:     h.inForce,
		Params:   []rest.Param{{Name: "in_force", In: "query", Type: "boolean", Doc: "If true, only documents in force, each in its published edition, without later drafts."}},
	})
	rest.Create(s, policy.Repo, h.create)
	rest.Verb(s, policy.Repo, "submit", h.submit, rest.OptionalBody)
	rest.Verb(s, policy.Repo, "withdraw", h.withdraw)
	rest.Verb(s, policy.Repo, "reject", h.reject)
	rest.Verb(s, policy.Repo, "approve", h.approve)
	rest.Verb(s, policy.Repo, "publish", h.publish)
	rest.Verb(s, policy.Repo, "confirm-review", h.confirmReview)
	rest.Verb(s, policy.Repo, "revise", h.revise)
	rest.Verb(s, policy.Repo, "discard", h.discard)
	rest.Verb(s, policy.Repo, "retire", h.retire)
	rest.Handle(s, http.MethodGet, "/policies/{id}/template-check", "policy:read", h.templateCheck,
		rest.Query(rest.Param{Name: "template", In: "query", Type: "string", Doc: "The key of the template, such as siv-guideline. When left out, it is the template of the document's kind, or the only one."}))

	rest.Resource(s, policy.Editions, rest.With[policy.Edition]{ReadOnly: true})
	rest.Handle(s, http.MethodGet, "/policies/{id}/editions", "policy_edition:read", h.editions)
	rest.Handle(s, http.MethodGet, "/policies/{id}/editions/{sub}", "policy_edition:read", h.edition)

	rest.Resource(s, policy.Acknowledgements, rest.With[policy.Acknowledgement]{ReadOnly: true})
	rest.Handle(s, http.MethodGet, "/policies/{id}/acknowledgements", "policy:read", h.acknowledgements, rest.Query(
		rest.Param{Name: "limit", In: "query", Type: "integer", Doc: "1 to 200; 50 when left out."},
		rest.Param{Name: "cursor", In: "query", Type: "string", Doc: "next_cursor of the page before."}))
	rest.Handle(s, http.MethodPost, "/policies/{id}/acknowledgements", "acknowledgement:create", h.acknowledge,
		rest.Unversioned, rest.OptionalBody, rest.OfKind(policy.Acknowledgements.Kind), rest.Out(reflect.TypeFor[policy.Acknowledgement]()), rest.Answers(http.StatusCreated))
}

// inForce lists the documents in force if the caller asks for them, or may read only those. Otherwise it returns nil, and the standard list
// answers.
func (policies) inForce(tx *record.Tx, q query.Query, v url.Values) (*query.Page, error) {
	if v.Get("in_force") == "true" {
		return policy.ListInForce(tx, q)
	}
	if alone, err := policy.ReadsInForceAlone(tx); err != nil || !alone {
		return nil, err // nil: the standard list answers
	}
	return policy.ListInForce(tx, q)
}

// @Summary	Draft a controlled document
// @Tags		policies
// @Param		body	body		policy.Input	true	"the document"
// @Success	201		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies [post]
func (policies) create(tx *record.Tx, c rest.Call[policy.Input]) (*policy.Policy, error) {
	return policy.DraftPolicy(tx, c.Body)
}

// @Summary	Submit the newest edition for approval
// @Description	A text that lacks a mandatory section of its template, or has a line marked "Gjenstår" or "TODO", is refused unless accept_gaps gives a reason.
// @Tags		policies
// @Param		id		path		string				true	"id"
// @Param		body	body		policy.Submission	false	"why a text with gaps is submitted"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/submit [post]
func (policies) submit(tx *record.Tx, c rest.Call[policy.Submission]) (*policy.Policy, error) {
	return policy.SubmitPolicy(tx, c.Ref(), c.Body)
}

// @Summary	Withdraw the edition from review
// @Tags		policies
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/withdraw [post]
func (policies) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*policy.Policy, error) {
	return policy.Repo.Change(tx, c.Ref(), func(p *policy.Policy) error { return p.Withdraw(tx.Actor.ID) })
}

// @Summary	Send the edition back to its authors
// @Tags		policies
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/reject [post]
func (policies) reject(tx *record.Tx, c rest.Call[record.Reason]) (*policy.Policy, error) {
	return policy.Repo.Change(tx, c.Ref(), func(p *policy.Policy) error { return p.Reject(tx.Actor.ID, tx.Now, c.Body.Reason) })
}

// @Summary	Approve the edition and freeze it
// @Tags		policies
// @Param		id		path		string	true	"id"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/approve [post]
func (policies) approve(tx *record.Tx, c rest.Call[record.None]) (*policy.Policy, error) {
	return policy.ApprovePolicy(tx, c.Ref())
}

// @Summary	Put the approved edition in force
// @Description	An edition whose valid_from is in the future stays approved, and scheduled has the request. The server puts it in force on that day.
// @Tags		policies
// @Param		id		path		string				true	"id"
// @Param		body	body		policy.Publication	true	"whether everyone must acknowledge again"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/publish [post]
func (policies) publish(tx *record.Tx, c rest.Call[policy.Publication]) (*policy.Policy, error) {
	return policy.PublishPolicy(tx, c.Ref(), *c.Body.Significant)
}

// @Summary	Confirm that the edition in force is still right, and renew its review date
// @Tags		policies
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why it is still right"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/confirm-review [post]
func (policies) confirmReview(tx *record.Tx, c rest.Call[record.Reason]) (*policy.Policy, error) {
	return policy.ConfirmPolicyReview(tx, c.Ref())
}

// @Summary	Open the next edition
// @Tags		policies
// @Param		id		path		string	true	"id"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/revise [post]
func (policies) revise(tx *record.Tx, c rest.Call[record.None]) (*policy.Policy, error) {
	return policy.RevisePolicy(tx, c.Ref())
}

// @Summary	Discard the draft of the next edition
// @Tags		policies
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/discard [post]
func (policies) discard(tx *record.Tx, c rest.Call[record.Reason]) (*policy.Policy, error) {
	return policy.DiscardPolicyDraft(tx, c.Ref())
}

// @Summary	Retire the document
// @Tags		policies
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/retire [post]
func (policies) retire(tx *record.Tx, c rest.Call[record.Reason]) (*policy.Policy, error) {
	return policy.RetirePolicy(tx, c.Ref())
}

// @Summary	Compare the document with a section template
// @Tags		policies
// @Param		id			path		string	true	"id"
// @Param		template	query		string	false	"the template's key"
// @Success	200			{object}	policy.TemplateCheck
// @Failure	default		{object}	Problem
// @Router		/policies/{id}/template-check [get]
func (policies) templateCheck(tx *record.Tx, c rest.Call[record.None]) (*policy.TemplateCheck, error) {
	return policy.CheckTemplate(tx, c.ID, c.Query.Get("template"))
}

// @Summary	List the approved editions of a document
// @Tags		policies
// @Param		id		path		string	true	"id"
// @Success	200		{object}	rest.Page[policy.EditionSummary]
// @Failure	default	{object}	Problem
// @ID			listEditionsOfPolicy
// @Router		/policies/{id}/editions [get]
func (policies) editions(tx *record.Tx, c rest.Call[record.None]) (rest.Page[policy.EditionSummary], error) {
	list, err := policy.EditionsOf(tx, c.ID)
	return rest.Page[policy.EditionSummary]{Items: list}, err
}

// @Summary	Read an edition of the document
// @Tags		policies
// @Param		id		path		string	true	"id"
// @Param		sub		path		integer	true	"edition"
// @Success	200		{object}	policy.Policy
// @Failure	default	{object}	Problem
// @ID			getPolicyAtEdition
// @Router		/policies/{id}/editions/{sub} [get]
func (policies) edition(tx *record.Tx, c rest.Call[record.None]) (*policy.Policy, error) {
	return policy.AtEdition(tx, c.ID, c.Sub)
}

// PolicyAcknowledgements says who has acknowledged a document and who is missing.
type PolicyAcknowledgements struct {
	Items      []*policy.Acknowledgement `json:"items"`
	NextCursor *string                   `json:"next_cursor"`
	policy.AcknowledgementState
}

// @Summary	Show who has acknowledged a document and who is missing
// @Tags		policies
// @Param		id		path		string	true	"id"
// @Param		limit	query		integer	false	"1 to 200"
// @Param		cursor	query		string	false	"next_cursor of the page before"
// @Success	200		{object}	PolicyAcknowledgements
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/acknowledgements [get]
func (policies) acknowledgements(tx *record.Tx, c rest.Call[record.None]) (*PolicyAcknowledgements, error) {
	state, err := policy.AcknowledgementsOf(tx, c.ID, org.ActivePeople(tx))
	if err != nil {
		return nil, err
	}
	q, err := rest.ListQuery(policy.Acknowledgements.Kind, c.Query)
	if err != nil {
		return nil, err
	}
	q.Filters, q.Rows = map[string][]string{"policy_id": {c.ID}}, true
	page, err := query.List(tx, policy.Acknowledgements.Kind, q)
	if err != nil {
		return nil, err
	}
	out := &PolicyAcknowledgements{Items: make([]*policy.Acknowledgement, len(page.Rows)), AcknowledgementState: *state}
	if page.Next != "" {
		out.NextCursor = &page.Next
	}
	for i, row := range page.Rows {
		if out.Items[i], err = policy.Acknowledgements.Decode(tx, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// acknowledged is the result of an acknowledgement. The status is 200 if it was given before.
type acknowledged struct {
	*policy.Acknowledgement
	fresh bool
}

// StatusCode is 201 for a new acknowledgement, and 200 otherwise.
func (a acknowledged) StatusCode() int {
	if a.fresh {
		return http.StatusCreated
	}
	return http.StatusOK
}

// @Summary	Acknowledge the edition in force
// @Tags		policies
// @Param		id		path		string			true	"id"
// @Param		body	body		policy.Reading	false	"the edition that was read"
// @Success	200		{object}	policy.Acknowledgement
// @Success	201		{object}	policy.Acknowledgement
// @Failure	default	{object}	Problem
// @Router		/policies/{id}/acknowledgements [post]
func (policies) acknowledge(tx *record.Tx, c rest.Call[policy.Reading]) (acknowledged, error) {
	a, fresh, err := policy.AcknowledgePolicy(tx, c.ID, c.Body)
	return acknowledged{a, fresh}, err
}
