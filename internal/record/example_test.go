package record_test

import (
	"context"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Note is a short text that somebody is to remember.
type Note struct {
	record.Base
	NoteInput
	Status string `json:"status" filter:""`
}

// NoteInput is what a caller sets of a note.
type NoteInput struct {
	record.Common
	Title string `json:"title" validate:"required,max=200" sort:""`
}

// Close closes the note. A change of state is a method of the record.
func (n *Note) Close() error {
	if n.Status != "open" {
		return fault.New(fault.Conflict, "wrong_state", "the note is %s", n.Status)
	}
	n.Status = "closed"
	return nil
}

// A kind is registered once, when its package is loaded. A write runs in a transaction, as somebody and with a permission, and leaves one event.
func ExampleNewRepo() {
	notes := record.NewRepo[Note](record.Kind{
		Name: "note", Path: "notes", Prefix: "NOTE", Label: record.Text{NB: "Notat", EN: "Note"},
		Workflow: []record.Transition{{Verb: "close", From: []string{"open"}, To: []string{"closed"}, Label: record.Text{NB: "Lukk", EN: "Close"}}},
	})
	var db *record.DB // record.Open makes it
	kari := &record.Actor{ID: record.NewID()}
	var made *Note
	err := db.Write(context.Background(), kari, record.Permission{Object: "note", Action: "create"}, "", func(tx *record.Tx) (err error) {
		made, err = notes.Create(tx, &Note{Status: "open", NoteInput: NoteInput{Common: record.Common{Scope: "/siv/"}, Title: "Spør om loggene"}})
		return err
	})
	if err != nil {
		return
	}
	_ = db.Write(context.Background(), kari, record.Permission{Object: "note", Action: "close"}, "", func(tx *record.Tx) error {
		_, err := notes.Change(tx, record.Ref{ID: made.ID, Version: made.Version}, (*Note).Close)
		return err
	})
	_ = db.Read(context.Background(), kari, record.Permission{Object: "note", Action: "read"}, func(tx *record.Tx) error {
		_, err := notes.Get(tx, made.ID)
		return err
	})
}
