package rest_test

import (
	"net/http"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type note struct {
	record.Base
	noteInput
	Status string `json:"status"`
}

type noteInput struct {
	record.Common
	Title string `json:"title" validate:"required,max=200"`
}

// Resource gives a kind its list, its reads and its routes under every record. Create and Verb add what writes, and Handle anything else. Each route
// names its permission.
func ExampleResource() {
	s, err := rest.New(rest.Config{})
	if err != nil {
		return
	}
	notes := record.Repo[note]{Kind: record.KindOf("note")}
	rest.Resource(s, notes)
	rest.Create(s, notes, func(tx *record.Tx, c rest.Call[noteInput]) (*note, error) {
		return notes.Create(tx, &note{noteInput: c.Body, Status: "open"})
	})
	rest.Verb(s, notes, "close", func(tx *record.Tx, c rest.Call[record.None]) (*note, error) {
		return notes.Change(tx, c.Ref(), func(n *note) error {
			n.Status = "closed"
			return nil
		})
	})
	type count struct {
		Notes int `json:"notes"`
	}
	rest.Handle(s, http.MethodGet, "/note-count", "note:read", func(*record.Tx, rest.Call[record.None]) (count, error) { return count{}, nil })
}
