package sector_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/sector"
)

// expect checks the codes of a refusal: one for each field, or the code of the refusal itself. Without codes there must be no refusal.
func expect(t *testing.T, err error, want ...string) {
	t.Helper()
	var got []string
	if f := fault.As(err); f != nil {
		for _, x := range f.Fields {
			got = append(got, x.Pointer+" "+x.Code)
		}
		if got == nil {
			got = []string{f.Code}
		}
	} else if err != nil {
		t.Fatalf("not a refusal: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// workflow checks which actions each state of a kind allows.
func workflow(t *testing.T, kind string, actions []string, rows map[string][]string) {
	t.Helper()
	k := record.KindOf(kind)
	for _, state := range k.States() {
		want, ok := rows[state]
		if !ok {
			t.Errorf("%s: no row for the state %s", kind, state)
			continue
		}
		for _, action := range actions {
			if got := k.Fits(action, state); got != slices.Contains(want, action) {
				t.Errorf("%s %s in the state %s: %t", action, kind, state, got)
			}
		}
	}
}

func TestWorkflows(t *testing.T) {
	workflow(t, "activity", []string{"update", "delete", "start", "complete", "cancel", "reopen"}, map[string][]string{
		"planned": {"update", "delete", "start", "cancel"}, "running": {"update", "complete", "cancel"}, "done": {"reopen"}, "cancelled": {"reopen"},
	})
	workflow(t, "application", []string{"update", "delete", "accept", "decline", "withdraw", "erase"}, map[string][]string{
		"received": {"update", "delete", "accept", "decline", "withdraw"}, "accepted": {"erase"}, "declined": {"erase"}, "withdrawn": {"erase"},
	})
	workflow(t, "need", []string{"update", "delete", "assess", "forward", "decline", "withdraw", "reopen"}, map[string][]string{
		"received":  {"update", "delete", "assess", "decline", "withdraw"},
		"assessed":  {"update", "forward", "decline", "withdraw"},
		"forwarded": {"reopen"}, "declined": {"reopen"}, "withdrawn": {"reopen"},
	})
	workflow(t, "organisation", []string{"update", "delete", "assess-maturity", "merge", "close", "reopen"}, map[string][]string{
		"active": {"update", "delete", "assess-maturity", "merge", "close"}, "merged": {"reopen"}, "closed": {"reopen"},
	})
	workflow(t, "standard", []string{"update", "delete", "advance"}, map[string][]string{"active": {"update", "delete", "advance"}, "withdrawn": {"delete", "advance"}})
	workflow(t, "topic", []string{"update", "delete", "close", "reopen"}, map[string][]string{"active": {"update", "delete", "close"}, "closed": {"reopen"}})
}

func TestActivity(t *testing.T) {
	for _, tc := range []struct {
		name     string
		from, to record.Date
		want     []string
	}{
		{"one day", "2026-12-01", "2026-12-01", nil},
		{"ends the day before it begins", "2026-12-01", "2026-11-30", []string{"/ends_on ends_before_start"}},
		{"no first day", "", "2026-11-30", nil},
		{"no last day", "2026-12-01", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			expect(t, (&sector.ActivityInput{StartsOn: tc.from, EndsOn: tc.to}).Validate(), tc.want...)
		})
	}
	a := sector.NewActivity(sector.ActivityInput{EndsOn: "2026-12-15"})
	see := func(status sector.ActivityStatus, due record.Date, outcome bool) {
		t.Helper()
		if a.Status != status || a.DueOn() != due || (a.Outcome != nil) != outcome {
			t.Errorf("%s, due %q, outcome %v", a.Status, a.DueOn(), a.Outcome)
		}
	}
	see(sector.ActivityPlanned, "2026-12-15", false)
	expect(t, a.Start())
	see(sector.ActivityRunning, "2026-12-15", false)
	expect(t, a.Complete(sector.OutcomeInput{Outcome: "62 deltakere"}, "kari", now))
	see(sector.ActivityDone, "", true)
	expect(t, a.Reopen())
	see(sector.ActivityPlanned, "2026-12-15", false)
	expect(t, a.Cancel())
	see(sector.ActivityCancelled, "", false)
}

func TestApplicationValidate(t *testing.T) {
	for _, tc := range []struct {
		name          string
		person, email string
		erased        record.Date
		want          []string
	}{
		{"a person", "Ola Nordmann", "ola@example.org", "", nil},
		{"a name of blanks", " ", "ola@example.org", "", []string{"/person_name required"}},
		{"nobody", "", "", "", []string{"/person_name required", "/person_email required"}},
		{"nobody any more", "", "", "2026-11-21", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := sector.Application{ApplicationInput: sector.ApplicationInput{PersonName: tc.person, PersonEmail: tc.email}, ErasedOn: tc.erased}
			expect(t, a.Validate(), tc.want...)
		})
	}
}

func TestApplicationStates(t *testing.T) {
	received := func() *sector.Application {
		return sector.NewApplication(sector.ApplicationInput{PersonName: "Ola", PersonEmail: "ola@example.org", WantedPosition: "active_participant"}, "2026-11-21")
	}
	t.Run("the day it came", func(t *testing.T) {
		if a := received(); a.ReceivedOn != "2026-11-21" || a.Status != sector.ApplicationReceived {
			t.Errorf("%s on %s", a.Status, a.ReceivedOn)
		}
		if a := sector.NewApplication(sector.ApplicationInput{ReceivedOn: "2026-11-02"}, "2026-11-21"); a.ReceivedOn != "2026-11-02" {
			t.Errorf("on %s", a.ReceivedOn)
		}
	})
	for _, tc := range []struct {
		name     string
		in, want sector.Position
	}{
		{"accepted as what was asked for", "", "active_participant"},
		{"accepted as something else", "observer", "observer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := received()
			a.Accept(sector.Acceptance{Reason: record.Reason{Reason: "Bidrar"}, Position: tc.in}, "leder", now)
			if want := (sector.Decision{Position: tc.want, Reason: "Bidrar", By: "leder", At: now}); a.Status != sector.ApplicationAccepted || *a.Decision != want {
				t.Errorf("%s, %+v", a.Status, a.Decision)
			}
		})
	}
	t.Run("declined", func(t *testing.T) {
		a := received()
		a.Decline("Fullt", "leder", now)
		if want := (sector.Decision{Reason: "Fullt", By: "leder", At: now}); a.Status != sector.ApplicationDeclined || *a.Decision != want {
			t.Errorf("%s, %+v", a.Status, a.Decision)
		}
	})
	t.Run("withdrawn, then erased once", func(t *testing.T) {
		a := received()
		expect(t, a.Withdraw())
		if (record.Meta{Facts: a.Facts()}).Fact("erased") != "" {
			t.Errorf("facts before it is erased: %v", a.Facts())
		}
		expect(t, a.Erase("2026-11-21"))
		if a.Status != sector.ApplicationWithdrawn || a.PersonName+a.PersonEmail != "" || (record.Meta{Facts: a.Facts()}).Fact("erased") != "2026-11-21" {
			t.Errorf("%+v", a)
		}
		expect(t, a.Erase("2026-11-22"), "already_erased")
		if a.ErasedOn != "2026-11-21" {
			t.Errorf("erased on %s", a.ErasedOn)
		}
	})
}

func TestAssessMaturity(t *testing.T) {
	level := func(levels ...int) (out []sector.DimensionLevel) {
		for i, n := range levels {
			out = append(out, sector.DimensionLevel{Dimension: sector.Dimension(sector.Dimensions[i].Value), Level: n})
		}
		return out
	}
	for _, tc := range []struct {
		name string
		in   sector.MaturityInput
		want []string
	}{
		{"today", sector.MaturityInput{AssessedOn: "2026-11-21", Level: 3}, nil},
		{"tomorrow", sector.MaturityInput{AssessedOn: "2026-11-22", Level: 3}, []string{"/assessed_on in_the_future"}},
		{"on the day of the last", sector.MaturityInput{AssessedOn: "2026-05-01", Level: 3}, nil},
		{"the day before the last", sector.MaturityInput{AssessedOn: "2026-04-30", Level: 3}, []string{"/assessed_on before_last"}},
		{"the least of the dimensions", sector.MaturityInput{AssessedOn: "2026-11-21", Level: 2, Dimensions: level(2, 4)}, nil},
		{"the most of the dimensions", sector.MaturityInput{AssessedOn: "2026-11-21", Level: 4, Dimensions: level(2, 4)}, nil},
		{"below the dimensions", sector.MaturityInput{AssessedOn: "2026-11-21", Level: 1, Dimensions: level(2, 4)}, []string{"/level outside_dimensions"}},
		{"above the dimensions", sector.MaturityInput{AssessedOn: "2026-11-21", Level: 5, Dimensions: level(2, 4)}, []string{"/level outside_dimensions"}},
		{"without dimensions", sector.MaturityInput{AssessedOn: "2026-11-21", Level: 5}, nil},
		{"every fault at once", sector.MaturityInput{AssessedOn: "2026-11-22", Level: 1, Dimensions: level(3)}, []string{"/assessed_on in_the_future", "/level outside_dimensions"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := sector.NewOrganisation(sector.OrganisationInput{ValidFrom: "2024-01-01"})
			expect(t, o.AssessMaturity(sector.MaturityInput{AssessedOn: "2026-05-01", Level: 2}, "kari", now))
			expect(t, o.AssessMaturity(tc.in, "ola", now), tc.want...)
			entries, last, day := 2, tc.in.Level, tc.in.AssessedOn
			if tc.want != nil {
				entries, last, day = 1, 2, "2026-05-01"
			}
			if len(o.Maturity) != entries || o.MaturityLevel != last || o.MaturityOn != day {
				t.Errorf("level %d on %s, %d assessments", o.MaturityLevel, o.MaturityOn, len(o.Maturity))
			}
		})
	}
	for name, tc := range map[string]struct {
		on   record.Date
		want []string
	}{"the day it began": {"2024-01-01", nil}, "the day before it began": {"2023-12-31", []string{"/assessed_on before_start"}}} {
		t.Run(name, func(t *testing.T) {
			o := sector.NewOrganisation(sector.OrganisationInput{ValidFrom: "2024-01-01"})
			expect(t, o.AssessMaturity(sector.MaturityInput{AssessedOn: tc.on, Level: 2}, "kari", now), tc.want...)
		})
	}
}

func TestCloseOrganisation(t *testing.T) {
	for _, tc := range []struct {
		name string
		on   record.Date
		at   time.Time
		want []string
		end  record.Date
	}{
		{"today when no day is given", "", now, nil, "2026-11-21"},
		{"today in Oslo, still yesterday in UTC", "", time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC), nil, "2026-11-21"},
		{"today", "2026-11-21", now, nil, "2026-11-21"},
		{"tomorrow", "2026-11-22", now, []string{"/on in_the_future"}, ""},
		{"on the day of its last assessment", "2026-05-01", now, nil, "2026-05-01"},
		{"the day before its last assessment", "2026-04-30", now, []string{"/on before_assessment"}, ""},
		{"the day before it began", "2023-12-31", now, []string{"/on before_start"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := sector.NewOrganisation(sector.OrganisationInput{ValidFrom: "2024-01-01"})
			o.MaturityOn = "2026-05-01"
			expect(t, o.Close(sector.Closing{On: tc.on, Reason: record.Reason{Reason: "Nedlagt"}}, "kari", tc.at), tc.want...)
			if o.EndedOn != tc.end || (o.Status == sector.OrganisationClosed) != (tc.want == nil) || (o.Ending != nil) != (tc.want == nil) {
				t.Errorf("%s on %q", o.Status, o.EndedOn)
			}
		})
	}
}

func TestReopenOrganisation(t *testing.T) {
	into := &sector.Organisation{Status: sector.OrganisationActive}
	into.ID = "hdir"
	o := sector.NewOrganisation(sector.OrganisationInput{})
	o.ID = "ehelse"
	expect(t, o.Merge(o, nil, sector.Merger{On: "2024-01-01"}, "kari", now), "/into_id itself")
	expect(t, o.Merge(into, nil, sector.Merger{On: "2024-01-01"}, "kari", now))
	for day, want := range map[record.Date]bool{"2023-12-31": true, "2024-01-01": false} {
		if o.Present(day) != want {
			t.Errorf("there on %s: %t", day, !want)
		}
	}
	expect(t, o.Reopen())
	if o.Status != sector.OrganisationActive || o.SuccessorID != "" || o.MergedOn != "" || o.Ending != nil || !o.Present("2030-01-01") {
		t.Errorf("reopened: %+v", o)
	}
}

func TestComes(t *testing.T) {
	for _, tc := range []struct {
		name         string
		predecessors []string
		earlier      []string
		want         []string
	}{
		{"from nobody", nil, nil, nil},
		{"from others", []string{"a"}, []string{"b", "c"}, nil},
		{"from itself", []string{"a", "self"}, nil, []string{"/predecessor_ids cycle"}},
		{"from what comes from it", []string{"a"}, []string{"b", "self"}, []string{"/predecessor_ids cycle"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := sector.NewOrganisation(sector.OrganisationInput{PredecessorIDs: tc.predecessors})
			o.ID = "self"
			expect(t, o.Comes(tc.earlier), tc.want...)
		})
	}
}

// The priority of a need is the stated one, or high while the Commission asks for one of its standards.
func TestNeedPriority(t *testing.T) {
	for _, tc := range []struct {
		name   string
		stated sector.Priority
		raised []string
		want   sector.Priority
		rank   int
	}{
		{"none stated", "", nil, sector.Normal, 2},
		{"low", sector.Low, nil, sector.Low, 1},
		{"low, and raised", sector.Low, []string{"std"}, sector.High, 3},
		{"high", sector.High, nil, sector.High, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := sector.NewNeed(sector.NeedInput{Priority: tc.stated})
			n.Raise(tc.raised)
			n.Defaults()
			if n.Priority != tc.want || n.PriorityRank != tc.rank {
				t.Errorf("%s, rank %d", n.Priority, n.PriorityRank)
			}
			n.Raise(nil)
			n.Defaults()
			if tc.stated != "" && n.Priority != tc.stated {
				t.Errorf("no longer raised: %s", n.Priority)
			}
		})
	}
	t.Run("raising is news once", func(t *testing.T) {
		n := sector.NewNeed(sector.NeedInput{})
		if n.Raise(nil) || !n.Raise([]string{"a"}) || n.Raise([]string{"a"}) || !n.Raise([]string{"b"}) || !n.Raise(nil) {
			t.Error("the answers tell something else")
		}
	})
	t.Run("an edit of a raised need keeps what was stated", func(t *testing.T) {
		n := sector.NewNeed(sector.NeedInput{Priority: sector.Low})
		n.Raise([]string{"a"})
		n.Defaults()
		expect(t, n.Edit(func(n *sector.Need) error {
			n.Title = "Ny"
			return nil
		}))
		n.Defaults()
		if n.StatedPriority != sector.Low || n.Priority != sector.High {
			t.Errorf("stated %s, is %s", n.StatedPriority, n.Priority)
		}
	})
	t.Run("an assessment states another one, or none", func(t *testing.T) {
		n := sector.NewNeed(sector.NeedInput{Priority: sector.Low})
		expect(t, n.Assess(sector.NeedAssessmentInput{Assessment: "Dekkes"}, "kari", now))
		if n.StatedPriority != sector.Low {
			t.Errorf("stated %s", n.StatedPriority)
		}
		expect(t, n.Assess(sector.NeedAssessmentInput{Assessment: "Dekkes ikke", Priority: sector.High}, "kari", now))
		if n.StatedPriority != sector.High {
			t.Errorf("stated %s", n.StatedPriority)
		}
	})
}

func TestForwardNeed(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   sector.NeedForwardingInput
		want []string
	}{
		{"to somebody in words", sector.NeedForwardingInput{To: "JTC 21"}, nil},
		{"to a standard's committee", sector.NeedForwardingInput{ToStandardID: "std"}, nil},
		{"to nobody", sector.NeedForwardingInput{To: " "}, []string{"/to required"}},
	} {
		t.Run(tc.name, func(t *testing.T) { expect(t, tc.in.Validate(), tc.want...) })
	}
}

func TestNeedStates(t *testing.T) {
	for _, tc := range []struct {
		name     string
		assessed bool
		end      func(*sector.Need) error
		ended    sector.NeedStatus
	}{
		{"forwarded", true, func(n *sector.Need) error {
			return n.Forward(sector.NeedForwardingInput{ToStandardID: "std"}, "kari", now)
		}, sector.NeedForwarded},
		{"declined", false, func(n *sector.Need) error { return n.Decline("kari", now, "Dekkes") }, sector.NeedDeclined},
		{"declined after assessment", true, func(n *sector.Need) error { return n.Decline("kari", now, "Dekkes") }, sector.NeedDeclined},
		{"withdrawn", false, func(n *sector.Need) error { return n.Withdraw("kari") }, sector.NeedWithdrawn},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := sector.NewNeed(sector.NeedInput{})
			n.CreatedBy = "kari"
			want := sector.NeedReceived
			if tc.assessed {
				expect(t, n.Assess(sector.NeedAssessmentInput{Assessment: "Mangler"}, "ola", now))
				want = sector.NeedAssessed
			}
			expect(t, tc.end(n))
			if n.Status != tc.ended {
				t.Errorf("is %s", n.Status)
			}
			expect(t, n.Reopen())
			if n.Status != want || n.Forwarding != nil || n.ToStandardID != "" || n.Refusal != nil || (n.Assessment != nil) != tc.assessed {
				t.Errorf("reopened: %+v", n)
			}
		})
	}
	t.Run("withdrawn by somebody else", func(t *testing.T) {
		n := sector.NewNeed(sector.NeedInput{})
		n.CreatedBy = "kari"
		expect(t, n.Withdraw("ola"), "not_taken_in_by")
		if n.Status != sector.NeedReceived {
			t.Errorf("is %s", n.Status)
		}
	})
}

func TestStandard(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   sector.StandardInput
		want []string
	}{
		{"the first and the last article", sector.StandardInput{Key: "prEN 18286", AIActArticles: []string{"1", "113"}}, nil},
		{"one article too far", sector.StandardInput{Key: "prEN 18286", AIActArticles: []string{"113", "114"}}, []string{"/ai_act_articles/1 no_such_article"}},
		{"no such articles", sector.StandardInput{Key: "prEN 18286", AIActArticles: []string{"0", "06", "6a", ""}}, []string{
			"/ai_act_articles/0 no_such_article", "/ai_act_articles/1 no_such_article", "/ai_act_articles/2 no_such_article", "/ai_act_articles/3 no_such_article",
		}},
		{"a reference with a part and a year", sector.StandardInput{Key: "ISO/IEC 42119-2:2026"}, nil},
		{"no reference", sector.StandardInput{Key: "18286"}, []string{"/key bad_reference"}},
		{"a reference with a question", sector.StandardInput{Key: "prEN 18286?"}, []string{"/key bad_reference"}},
	} {
		t.Run(tc.name, func(t *testing.T) { expect(t, tc.in.Validate(), tc.want...) })
	}
	for name, tc := range map[string]struct {
		on   record.Date
		want []string
	}{"reached its stage today": {"2026-11-21", nil}, "reaches its stage tomorrow": {"2026-11-22", []string{"/stage_on in_the_future"}}, "reached it some day": {"", nil}} {
		t.Run(name, func(t *testing.T) {
			_, err := sector.NewStandard(sector.StandardInput{Key: "prEN 1", Stage: sector.Enquiry, StageOn: tc.on}, "kari", now)
			expect(t, err, tc.want...)
		})
	}
	for _, tc := range []struct {
		name      string
		requested bool
		stage     sector.Stage
		want      sector.Priority
		status    sector.StandardStatus
	}{
		{"nobody asked for it", false, sector.Enquiry, sector.Normal, sector.StandardActive},
		{"the Commission asked for it", true, sector.Enquiry, sector.High, sector.StandardActive},
		{"asked for and published", true, sector.Published, sector.High, sector.StandardActive},
		{"asked for and withdrawn", true, sector.Withdrawn, sector.Normal, sector.StandardWithdrawn},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := sector.NewStandard(sector.StandardInput{Key: "prEN 1", Stage: tc.stage, CommissionRequested: tc.requested, AIActArticles: []string{"17", "9", "113", "10"}}, "kari", now)
			expect(t, err)
			s.Defaults()
			if s.Priority != tc.want || s.Status != tc.status || s.First() != (tc.want == sector.High) {
				t.Errorf("%s, %s", s.Priority, s.Status)
			}
			if want := []string{"9", "10", "17", "113"}; !slices.Equal(s.AIActArticles, want) {
				t.Errorf("articles %v, want %v", s.AIActArticles, want)
			}
		})
	}
}

func TestTopicStates(t *testing.T) {
	topic := sector.NewTopic(sector.TopicInput{})
	expect(t, topic.Close())
	if topic.Status != sector.TopicClosed {
		t.Errorf("closed: %s", topic.Status)
	}
	expect(t, topic.Reopen())
	if topic.Status != sector.TopicActive {
		t.Errorf("reopened: %s", topic.Status)
	}
}
