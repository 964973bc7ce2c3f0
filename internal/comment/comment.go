// Package comment holds the comments on records.
package comment

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Input is what a caller sets of a comment.
type Input struct {
	Text string `json:"text" validate:"required,filled,max=10000" search:"" example:"Er dette vurdert for barn under 16 år?"`
}

// Comment is what a person said about a record. It has a version of its own.
type Comment struct {
	record.Base
	Input
	Scope  string `json:"scope" example:"/siv/" names:"unit"`
	OnKind string `json:"on_kind" example:"risk"`
	OnID   string `json:"on_id" format:"uuid" filter:"" names:"on_kind"`
	Status Status `json:"status" filter:""`
} // @name Comment

// Status is the state of a comment.
type Status string

// Active comments are shown.
const Active Status = "active"

// This registers the closed list of them.
var _ = record.Choices[Status]([4]string{"active", "aktiv", "active", "neutral"})

// Repo reads and writes comments.
var Repo = record.NewRepo[Comment](record.Kind{
	Rules: record.Rules[Comment]{Facts: (*Comment).Facts},
	Name:  "comment", Path: "comments", Prefix: "COM", Label: record.Text{NB: "Kommentar", EN: "Comment"},
	Companion: true,
	Own:       map[string][]string{"update": {"created_by"}},
})

// On makes a comment on a record.
func On(r *record.Row, in Input) *Comment {
	return &Comment{Input: in, Scope: r.Scope, OnKind: r.Kind.Name, OnID: r.ID, Status: Active}
}

// Facts tell whose comment it is.
func (c *Comment) Facts() []record.Fact {
	return []record.Fact{{Name: "created_by", Value: c.CreatedBy}}
}

// Edit replaces the text; only its author may.
func (c *Comment) Edit(by, text string) error {
	if by != c.CreatedBy {
		return fault.New(fault.Forbidden, "not_the_author", "only the author can change a comment")
	}
	c.Text = text
	return nil
}
