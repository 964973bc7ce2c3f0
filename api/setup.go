package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/setup"
)

// setupAPI serves how far the installation is set up. It is the first task list of an administrator.
type setupAPI struct{}

// readSetup is the permission to read it.
var readSetup = record.Permission{Object: "setup", Action: "read"}

func (h setupAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/setup", readSetup.String(), h.read, rest.Query(rest.Param{
		Name: "scope", In: "query", Type: "string", Doc: "The scope, such as /siv/; the highest one where the caller may read it when left out.",
	}))
}

// @Summary	Show what is done and what is next when a scope is set up, with who does it and where
// @Tags		setup
// @ID			getSetup
// @Success	200		{object}	setup.Setup
// @Failure	default	{object}	Problem
// @Router		/setup [get]
func (setupAPI) read(tx *record.Tx, c rest.Call[record.None]) (*setup.Setup, error) {
	scope := c.Query.Get("scope")
	if scope == "" {
		branches, err := tx.Guard().Branches(tx, readSetup)
		if err != nil {
			return nil, err
		}
		for _, b := range branches {
			if scope == "" || len(b.Scope) < len(scope) {
				scope = b.Scope
			}
		}
	}
	if err := tx.Ask(readSetup, record.Target{Scope: scope, AnyState: true}); err != nil {
		return nil, err
	}
	return setup.Of(tx, scope)
}
