package settings

import (
	"reflect"
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/policies"
)

// defaults returns the default settings.
func defaults(t *testing.T) *Settings {
	t.Helper()
	s, err := ReadDefaults(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The default settings say who decides everything that bodies decide, and how soon every question is answered.
func TestDefaultsAreComplete(t *testing.T) {
	s := defaults(t)
	for _, d := range decisions {
		if !slices.ContainsFunc(s.Deciders, func(x Decider) bool { return x.decision() == d && x.Role == TopManagement }) {
			t.Errorf("top management does not decide %v", d)
		}
	}
	for _, c := range record.ChoicesOf(reflect.TypeFor[Question]()) {
		if !slices.ContainsFunc(s.AnswerTimes, func(x AnswerTime) bool { return string(x.Question) == c.Value }) {
			t.Errorf("%s has no answer time", c.Value)
		}
	}
	if s.Edition != 0 || s.ID != "" || s.EnforceEarly {
		t.Errorf("the defaults are %+v", s)
	}
}

// The levels are those of package risk.
func TestLevelsAreThoseOfRisks(t *testing.T) {
	if !slices.Equal(levels, risk.Levels) {
		t.Errorf("the levels are %v, not %v", levels, risk.Levels)
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(*Settings)
		want []string
	}{
		{"the defaults for a hospital", func(*Settings) {}, nil},
		{"a department", func(s *Settings) { s.Scope = "/siv/radiologi/" }, []string{"/scope not_top_level"}},
		{"the root", func(s *Settings) { s.Scope = "/" }, []string{"/scope not_top_level"}},
		{"a decision that bodies do not take", func(s *Settings) { s.Deciders[0].Kind = "risk" }, []string{"/deciders/0/action unknown_decision"}},
		{"an unknown kind is a fault of the list only", func(s *Settings) { s.Deciders[0].Kind = "concern" }, nil},
		{"a decision twice", func(s *Settings) { s.Deciders[1] = s.Deciders[0] }, []string{"/deciders/1 repeated"}},
		{"higher in use than in a pilot", func(s *Settings) { s.Highest = HighestLevel{"moderate", "high"} }, []string{"/highest_level/in_use above_pilot"}},
		{"lower in use than in a pilot", func(s *Settings) { s.Highest = HighestLevel{"very_high", "low"} }, nil},
		{"an answer at once", func(s *Settings) { s.AnswerTimes[0].Within = "P0D" }, []string{"/answer_times/0/within bad_answer_time"}},
		{"an answer after a day", func(s *Settings) { s.AnswerTimes[0].Within = "P1D" }, nil},
		{"an answer after a year", func(s *Settings) { s.AnswerTimes[0].Within = "P1Y" }, nil},
		{"an answer after more than a year", func(s *Settings) { s.AnswerTimes[0].Within = "P1Y1D" }, []string{"/answer_times/0/within bad_answer_time"}},
		{"an answer after all years", func(s *Settings) { s.AnswerTimes[0].Within = "P9999Y" }, []string{"/answer_times/0/within bad_answer_time"}},
		{"a question twice", func(s *Settings) { s.AnswerTimes[2].Question = s.AnswerTimes[0].Question }, []string{"/answer_times/2/question repeated"}},
		{"coming law without a reason", func(s *Settings) { s.EnforceEarly = true }, []string{"/enforce_early_reason required"}},
		{"coming law with a reason", func(s *Settings) { s.EnforceEarly, s.WhyEarly = true, "Styrets vedtak." }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Input{Common: record.Common{Scope: "/siv/"}, Content: defaults(t).Content}, 1)
			tt.harm(s)
			var got []string
			if f := fault.As(s.Validate()); f != nil {
				for _, x := range f.Fields {
					got = append(got, x.Pointer+" "+x.Code)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// An edition decides for itself. What it leaves out follows the defaults, and top management decides what neither says.
func TestDecider(t *testing.T) {
	s := New(Input{Content: Content{
		Deciders: []Decider{{"measure", "decide", LineManager}}, AnswerTimes: []AnswerTime{{"need", "P5D"}},
	}}, 1)
	other := defaults(t)
	other.Deciders = []Decider{{"measure", "decide", TopManagement}, {"objective", "approve", LineManager}}
	s.fill(other)
	for _, tt := range []struct{ kind, action, want string }{
		{"measure", "decide", "line_manager"},
		{"objective", "approve", "line_manager"},
		{"soa", "approve", "top_management"},
		{"impact_assessment", "approve", "top_management"},
	} {
		if got := s.Decider(tt.kind, tt.action); got != tt.want {
			t.Errorf("%s %s is decided by %s, want %s", tt.kind, tt.action, got, tt.want)
		}
	}
	if len(s.AnswerTimes) != len(other.AnswerTimes) || s.AnswerTimes[0].Within != "P5D" {
		t.Errorf("the answer times are %v", s.AnswerTimes)
	}
}

func TestTopLevel(t *testing.T) {
	for scope, want := range map[string]string{"/": "/", "/siv/": "/siv/", "/siv/radiologi/bruddeteksjon/": "/siv/"} {
		if got := topLevel(scope); got != want {
			t.Errorf("the top-level unit of %s is %s, want %s", scope, got, want)
		}
	}
}
