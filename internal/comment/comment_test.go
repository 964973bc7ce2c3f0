package comment_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/comment"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

func TestOn(t *testing.T) {
	kind := record.KindOf("comment")
	c := comment.On(&record.Row{Kind: kind, ID: "om-denne", Scope: "/siv/radiologi/"}, comment.Input{Text: "Er dette vurdert?"})
	if c.Scope != "/siv/radiologi/" || c.OnKind != "comment" || c.OnID != "om-denne" || c.Text != "Er dette vurdert?" || c.Status != comment.Active {
		t.Errorf("%+v", c)
	}
}

func TestEdit(t *testing.T) {
	for _, tc := range []struct {
		name, by string
		code     string
	}{
		{"its author", "kari", ""},
		{"another person", "ola", "not_the_author"},
		{"nobody", "", "not_the_author"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := comment.Comment{Base: record.Base{CreatedBy: "kari"}, Input: comment.Input{Text: "før"}}
			err := c.Edit(tc.by, "etter")
			if tc.code == "" {
				if err != nil || c.Text != "etter" {
					t.Errorf("%q, %v", c.Text, err)
				}
				return
			}
			if f := fault.As(err); f == nil || f.Kind != fault.Forbidden || f.Code != tc.code || c.Text != "før" {
				t.Errorf("%q, %v", c.Text, err)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	c := comment.Comment{Base: record.Base{CreatedBy: "kari"}}
	if got := (record.Meta{Facts: c.Facts()}).Fact("created_by"); got != "kari" {
		t.Errorf("whose comment it is: %q", got)
	}
}
