package record_test

import (
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Names and titles are one line, wherever they are in a value. Longer texts may have several.
func TestLines(t *testing.T) {
	type part struct {
		Name string `json:"name" validate:"max=200"`
		Note string `json:"note" validate:"max=2000"`
	}
	type inner struct {
		Place *string `json:"place" validate:"omitempty,max=300"`
	}
	type whole struct {
		inner
		Title    record.Text  `json:"title"`
		Purpose  *record.Text `json:"purpose"`
		Label    *record.Text `json:"label"`
		Parts    []part       `json:"parts" validate:"max=9,dive"`
		One      *part        `json:"one"`
		Tags     []string     `json:"tags" validate:"max=200,dive,max=100"`
		Longer   []string     `json:"longer" validate:"max=200,dive,max=1000"`
		Internal string       `json:"-" validate:"max=10"`
	}
	two := "En\nto"
	v := whole{
		inner: inner{Place: &two}, Title: record.Text{NB: "En\rto", EN: "One"}, Purpose: &record.Text{NB: two, EN: two}, Label: &record.Text{NB: "En", EN: "One\ttwo"},
		Parts: []part{{"En", two}, {two, ""}}, One: &part{Name: "En\u2028to"}, Tags: []string{"a", "b\x1b"}, Longer: []string{two}, Internal: "a\nb",
	}
	want := []string{"/place", "/title/nb", "/label/en", "/parts/1/name", "/one/name", "/tags/1"}
	var got []string
	for _, f := range fault.As(record.Shape(&v)).Fields {
		if f.Code != "bad_text" {
			t.Errorf("%s: %s", f.Pointer, f.Code)
		}
		got = append(got, f.Pointer)
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults at %q, want %q", got, want)
	}
	if err := record.Shape(&whole{Title: record.Text{NB: "Én – «to»", EN: "One"}, Parts: []part{{"Å", two}}}); err != nil {
		t.Error(err)
	}
}
