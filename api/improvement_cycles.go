package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/improve/cycle"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type cycles struct{}

func (h cycles) routes(s *rest.Server) {
	rest.Resource(s, cycle.Repo, rest.With[cycle.Cycle]{Extra: h.progress, Patch: flow.ChangeCycle})
	rest.Create(s, cycle.Repo, h.create)
	rest.Verb(s, cycle.Repo, "advance", h.advance)
	rest.Verb(s, cycle.Repo, "return", h.back)
	rest.Verb(s, cycle.Repo, "close", h.close)
	rest.Verb(s, cycle.Repo, "cancel", h.cancel)
	rest.Verb(s, cycle.Repo, "next", h.next, rest.Answers(http.StatusCreated))
}

// progress is worked out when a cycle is read. What is in the way is said as the refusal of the next step says it.
func (cycles) progress(tx *record.Tx, c *cycle.Cycle, lang string) (map[string]any, error) {
	p, missing, err := flow.CycleProgress(tx, c)
	if err != nil {
		return nil, err
	}
	p.Blockers = make([]cycle.Blocker, len(missing))
	for i, b := range missing {
		p.Blockers[i] = cycle.Blocker{
			Code: b.Code, Detail: texts.Say(b.Detail, lang), Pointer: b.Pointer, Link: b.Link, Who: b.Who,
		}
	}
	return map[string]any{"progress": p}, nil
}

// @Summary	Open an improvement cycle
// @Tags		improvement-cycles
// @Param		body	body		cycle.Input	true	"the cycle"
// @Success	201		{object}	cycle.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles [post]
func (cycles) create(tx *record.Tx, c rest.Call[cycle.Input]) (*cycle.Cycle, error) {
	return cycle.Repo.Create(tx, cycle.New(c.Body, tx.Actor.ID, tx.Now))
}

// @Summary	Go on to the next phase
// @Tags		improvement-cycles
// @Param		id		path		string	true	"id"
// @Success	200		{object}	cycle.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/advance [post]
func (cycles) advance(tx *record.Tx, c rest.Call[record.None]) (*cycle.Cycle, error) {
	return flow.AdvanceCycle(tx, c.Ref())
}

// @Summary	Go one phase back
// @Tags		improvement-cycles
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	cycle.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/return [post]
func (cycles) back(tx *record.Tx, c rest.Call[record.Reason]) (*cycle.Cycle, error) {
	return cycle.Repo.Change(tx, c.Ref(), func(e *cycle.Cycle) error {
		e.Return(tx.Actor.ID, tx.Now)
		return nil
	})
}

// @Summary	Close the cycle with what was decided
// @Tags		improvement-cycles
// @Param		id		path		string			true	"id"
// @Param		body	body		cycle.Closing	true	"the decision"
// @Success	200		{object}	cycle.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/close [post]
func (cycles) close(tx *record.Tx, c rest.Call[cycle.Closing]) (*cycle.Cycle, error) {
	return flow.CloseCycle(tx, c.Ref(), c.Body.DecisionText)
}

// @Summary	Call the cycle off
// @Tags		improvement-cycles
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	cycle.Cycle
// @Failure	default	{object}	Problem
// @Router		/improvement-cycles/{id}/cancel [post]
func (cycles) cancel(tx *record.Tx, c rest.Call[record.Reason]) (*cycle.Cycle, error) {
	return flow.CancelCycle(tx, c.Ref())
}

// @Summary	Open the cycle that goes on from a closed one, with what was left open
// @Tags		improvement-cycles
// @Param		id		path		string				true	"id"
// @Param		body	body		cycle.Succession	true	"the next cycle"
// @Success	201		{object}	cycle.Cycle
// @Failure	default	{object}	Problem
// @ID			createNextImprovementCycle
// @Router		/improvement-cycles/{id}/next [post]
func (cycles) next(tx *record.Tx, c rest.Call[cycle.Succession]) (*cycle.Cycle, error) {
	return flow.NextCycle(tx, c.Ref(), c.Body)
}
