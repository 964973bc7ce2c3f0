package validation_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/validation"
)

func number(v float64) *float64 { return &v }

// The criteria are met only when the results meet each of them. A limit itself is met.
func TestConclude(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	criteria := []validation.Criterion{
		{Metric: "sensitivity", AtLeast: number(0.9)}, {Metric: "sensitivity", Subgroup: "old", AtLeast: number(0.8)}, {Metric: "alarms", AtLeast: number(0), AtMost: number(0.2)},
	}
	result := func(metric, subgroup string, v float64) validation.Result {
		return validation.Result{Metric: metric, Subgroup: subgroup, Value: &v}
	}
	good := []validation.Result{result("sensitivity", "", 0.9), result("sensitivity", "old", 0.95), result("alarms", "", 0.2)}
	for _, tc := range []struct {
		name       string
		results    []validation.Result
		verdict    validation.Verdict
		conditions []string
		at, code   string
	}{
		{"met", good, validation.Met, nil, "", ""},
		{"a subgroup is missed", []validation.Result{good[0], result("sensitivity", "old", 0.79), good[2]}, validation.Met, nil, "/verdict", "criterion_missed"},
		{"above the most", []validation.Result{good[0], good[1], result("alarms", "", 0.21)}, validation.Met, nil, "/verdict", "criterion_missed"},
		{"a criterion has no result", good[:2], validation.Met, nil, "/verdict", "criterion_missed"},
		{"missed, and said so", good[:2], validation.NotMet, nil, "", ""},
		{"on conditions", good[:2], validation.MetConditional, []string{"x"}, "", ""},
		{"on no conditions", good, validation.MetConditional, nil, "/conditions", "too_few_items"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &validation.Study{Status: validation.Results, Criteria: criteria, Results: tc.results}
			err := fault.As(s.Conclude(validation.ConclusionInput{Verdict: tc.verdict, Conditions: tc.conditions}, "lead", at))
			switch {
			case tc.code == "" && (err != nil || s.Status != validation.Concluded || s.Counts() != (tc.verdict != validation.NotMet)):
				t.Errorf("%v %s", err, s.Status)
			case tc.code != "" && (err == nil || err.Fields[0].Pointer != tc.at || err.Fields[0].Code != tc.code || s.Status != validation.Results):
				t.Errorf("%v %s", err, s.Status)
			}
		})
	}
}

// The clinical lead approves, unless there is none or that person did the work or owns the system.
func TestAsks(t *testing.T) {
	for _, tc := range []struct {
		lead, actor string
		want        validation.Approver
	}{
		{"lead", "owner", validation.Clinical},
		{"", "owner", validation.Line},
		{"lead", "lead", validation.Line},
		{"owner", "member", validation.Line},
	} {
		s := &validation.Study{OwnerID: "owner"}
		if s.Asks(tc.lead, tc.actor); s.Approver != tc.want || (s.ApproverID == tc.lead && tc.lead != "") != (tc.want == validation.Clinical) {
			t.Errorf("lead %q, actor %q: %s %q", tc.lead, tc.actor, s.Approver, s.ApproverID)
		}
	}
}
