package risk

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, record.Oslo)

const (
	someone = "0192f0c1-7d4e-7a31-9c55-000000000001"
	control = "0192f0c1-7d4e-7a31-9c55-000000000002"
)

func assess(t *testing.T, r *Risk, m *Method, stage Stage, likelihood, consequence int) {
	t.Helper()
	in := AssessmentInput{Stage: stage, Likelihood: likelihood, Consequences: map[string]int{"patient_safety": consequence}}
	result, err := m.Place(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Assess(Assessment{ID: record.NewID(), By: someone, At: noon, Stage: stage, Consequences: in.Consequences, Result: result}); err != nil {
		t.Fatal(err)
	}
}

// retain adds the treatment that leaves the risk as it is.
func retain(t *testing.T, r *Risk) {
	t.Helper()
	if err := r.Treat(record.NewID(), someone, noon, TreatmentInput{Option: Retain, Plan: "x"}); err != nil {
		t.Fatal(err)
	}
}

func fresh(p Polarity) *Risk {
	r := New(Input{Title: "Oversette brudd", Polarity: p})
	r.Defaults()
	return r
}

// The residual assessment counts only with a treatment, and only until the current risk is assessed again.
func TestLevelFollowsWhatCounts(t *testing.T) {
	m, r := seeded(t, "5x5.yaml"), fresh(Threat)
	hour := 0
	judge := func(stage Stage, likelihood, consequence int) func() error {
		return func() error {
			hour++
			result, err := m.Place(AssessmentInput{Stage: stage, Likelihood: likelihood, Consequences: map[string]int{"patient_safety": consequence}})
			if err != nil {
				return err
			}
			return r.Assess(Assessment{ID: record.NewID(), At: noon.Add(time.Duration(hour) * time.Hour), Stage: stage, Result: result})
		}
	}
	treat := func(id string, o Option) func() error {
		return func() error { return r.Treat(id, someone, noon, TreatmentInput{Option: o, Plan: "x"}) }
	}
	steps := []struct {
		name string
		do   func() error
		want Level
	}{
		{"inherent", judge(Inherent, 5, 5), VeryHigh},
		{"current", judge(Current, 5, 5), VeryHigh},
		{"inherent counts less than current", judge(Inherent, 1, 1), VeryHigh},
		{"a treatment that only retains", treat("r", Retain), VeryHigh},
		{"residual, when the risk is only retained", judge(Residual, 1, 1), VeryHigh},
		{"a treatment that acts", treat("a", Mitigate), Low},
		{"which is cancelled", func() error { return r.CancelTreatment("a", noon, "x") }, VeryHigh},
		{"another treatment", treat("b", Avoid), Low},
		{"a newer current", judge(Current, 3, 4), High},
		{"inherent is no news", judge(Inherent, 5, 5), High},
		{"a newer residual", judge(Residual, 2, 3), Moderate},
		{"started", func() error { return r.StartTreatment("b", noon) }, Moderate},
		{"and done", func() error { return r.CompleteTreatment("b", noon, "x") }, Moderate},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if r.Level != s.want || r.LevelRank != s.want.Rank() {
			t.Errorf("%s: the risk is %q (%d), want %q", s.name, r.Level, r.LevelRank, s.want)
		}
		if b, err := r.Basis(); err == nil && b.Level != r.Level || (err != nil) != (s.want == "") {
			t.Errorf("%s: the basis is %+v, %v", s.name, b, err)
		}
	}
}

// What outdates an assessment outdates the level that it gives, until an assessment that gives the level replaces it. An edit ends an acceptance in force;
// a change of the method does not.
func TestOutdate(t *testing.T) {
	m, r := seeded(t, "5x5.yaml"), fresh(Threat)
	in := AcceptanceInput{Reason: "x", Until: "2026-12-01"}
	if r.Outdate(someone, noon, Edited) || r.LevelOutdated != nil {
		t.Error("a risk that was never assessed has an outdated level")
	}
	assess(t, r, m, Inherent, 2, 2)
	assess(t, r, m, Current, 1, 1)
	if err := r.Accept("a", someone, noon, in); err != nil {
		t.Fatal(err)
	}
	if !r.Outdate(someone, noon, MethodChanged) || r.Status != Accepted || !r.Stale() || r.LevelOutdated == nil || r.LevelOutdated.Reason != MethodChanged {
		t.Errorf("after a change of the method: %s, stale %v, %+v", r.Status, r.Stale(), r.LevelOutdated)
	}
	if got := faults(r.ConfirmAcceptance(someone, noon)); !slices.Equal(got, []string{"level_outdated"}) {
		t.Errorf("confirmed on an outdated level: %v", got)
	}
	if r.Outdate(someone, noon, MethodChanged) {
		t.Error("outdated twice by the method")
	}
	if !r.Outdate(someone, noon, Edited) || r.Status != Assessed || r.Acceptances[0].EndReason != EndedByEdit || r.AcceptedBy != "" || r.LevelOutdated.Reason != Edited {
		t.Errorf("after an edit: %s, %+v", r.Status, r.Acceptances)
	}
	assess(t, r, m, Inherent, 2, 2)
	if got := faults(r.Accept("b", someone, noon, in)); !slices.Equal(got, []string{"level_outdated"}) {
		t.Errorf("accepted on an outdated level: %v", got)
	}
	assess(t, r, m, Current, 1, 1)
	if err := r.Accept("b", someone, noon, in); err != nil || r.LevelOutdated != nil {
		t.Error(err, r.LevelOutdated)
	}
}

// A higher assessment ends an acceptance. An equal or lower one asks whoever accepted the risk for a look.
func TestAssessWhileAccepted(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	for name, row := range map[string]struct {
		likelihood, consequence int
		treated                 bool
		want                    Status
		end                     EndReason
	}{
		"lower":                     {1, 1, false, Accepted, ""},
		"equal":                     {3, 2, false, Accepted, ""},
		"higher":                    {3, 4, false, Assessed, EndedByAssessment},
		"higher, being treated yet": {3, 4, true, Treating, EndedByAssessment},
	} {
		r := fresh(Threat)
		assess(t, r, m, Current, 2, 3)
		if row.treated {
			if err := r.Treat("t", someone, noon, TreatmentInput{Option: Mitigate, Plan: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Accept("a", someone, noon, AcceptanceInput{Reason: "x", Until: "2026-12-01"}); err != nil {
			t.Fatal(err)
		}
		if got := faults(r.ConfirmAcceptance(someone, noon)); !slices.Equal(got, []string{"acceptance_current"}) {
			t.Errorf("%s: %v", name, got)
		}
		assess(t, r, m, Current, row.likelihood, row.consequence)
		a := r.Acceptances[0]
		if r.Status != row.want || a.EndReason != row.end || !a.Stale || (r.AcceptedBy == "") != (row.end != "") {
			t.Errorf("%s: %s, %+v", name, r.Status, a)
		}
		if row.end != "" {
			continue
		}
		if err := r.ConfirmAcceptance(someone, noon); err != nil || r.Stale() || r.Acceptances[0].ConfirmedBy != someone {
			t.Errorf("%s: %v, %+v", name, err, r.Acceptances[0])
		}
	}
}

// A duplicate is covered by another open risk of the same kind that is not lower.
func TestCloseDuplicate(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	at := func(p Polarity, likelihood, consequence int) *Risk {
		r := fresh(p)
		r.ID = record.NewID()
		assess(t, r, m, Current, likelihood, consequence)
		return r
	}
	closed := at(Threat, 5, 5)
	closed.Status = Closed
	r := at(Threat, 2, 4)
	for name, row := range map[string]struct {
		other *Risk
		want  []string
	}{
		"itself":         {r, []string{"/duplicate_of not_a_duplicate"}},
		"a closed risk":  {closed, []string{"/duplicate_of not_a_duplicate"}},
		"a lower one":    {at(Threat, 1, 1), []string{"/duplicate_of not_a_duplicate"}},
		"an opportunity": {at(Opportunity, 5, 5), []string{"/duplicate_of not_a_duplicate"}},
		"an equal one":   {at(Threat, 3, 3), nil},
	} {
		one := *r
		if got := faults(one.Close(someone, noon, ClosureInput{Reason: Duplicate, DuplicateOf: row.other.ID}, row.other)); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v", name, got)
		}
		if row.want == nil && (one.Status != Closed || one.Closure.DuplicateOf != row.other.ID) {
			t.Errorf("%s: %s, %+v", name, one.Status, one.Closure)
		}
	}
}

func TestTreat(t *testing.T) {
	tests := []struct {
		name     string
		polarity Polarity
		in       TreatmentInput
		want     []string
	}{
		{"mitigate a threat", Threat, TreatmentInput{Option: Mitigate, Due: "2026-11-21"}, nil},
		{"exploit a threat", Threat, TreatmentInput{Option: Exploit}, []string{"/option wrong_polarity"}},
		{"forgo an opportunity", Opportunity, TreatmentInput{Option: Forgo}, nil},
		{"mitigate an opportunity, yesterday", Opportunity, TreatmentInput{Option: Mitigate, Due: "2026-11-20"}, []string{"/option wrong_polarity", "/due in_the_past"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fresh(tt.polarity)
			if got := faults(r.Treat(record.NewID(), someone, noon, tt.in)); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestTreatmentsProgress(t *testing.T) {
	r := fresh(Threat)
	for _, x := range []struct {
		id  string
		due record.Date
	}{{"a", "2027-01-02"}, {"b", "2027-01-01"}} {
		in := TreatmentInput{Option: Mitigate, Controls: []string{control}, ResponsibleID: someone, Due: x.due}
		if err := r.Treat(x.id, someone, noon, in); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(r.Controls, []string{control}) || !slices.Equal(r.ResponsibleIDs, []string{someone}) || r.DueOn() != "2027-01-01" {
		t.Errorf("relies on %v, waits for %v, due %s", r.Controls, r.ResponsibleIDs, r.DueOn())
	}
	steps := []struct {
		name string
		do   func() error
		want []string
	}{
		{"complete before start", func() error { return r.CompleteTreatment("a", noon, "x") }, []string{"wrong_state"}},
		{"an unknown one", func() error { return r.StartTreatment("c", noon) }, []string{"not_found"}},
		{"start", func() error { return r.StartTreatment("a", noon) }, nil},
		{"start again", func() error { return r.StartTreatment("a", noon) }, []string{"wrong_state"}},
		{"complete", func() error { return r.CompleteTreatment("a", noon, "innført") }, nil},
		{"cancel what is done", func() error { return r.CancelTreatment("a", noon, "x") }, []string{"wrong_state"}},
		{"cancel", func() error { return r.CancelTreatment("b", noon, "dekket av a") }, nil},
	}
	for _, s := range steps {
		if got := faults(s.do()); !slices.Equal(got, s.want) {
			t.Errorf("%s: got %v, want %v", s.name, got, s.want)
		}
	}
	if !slices.Equal(r.Controls, []string{control}) || len(r.ResponsibleIDs) != 0 || r.DueOn() != "" {
		t.Errorf("relies on %v, waits for %v, due %q", r.Controls, r.ResponsibleIDs, r.DueOn())
	}
}

func TestAccept(t *testing.T) {
	tests := []struct {
		name     string
		polarity Polarity
		assessed bool
		until    record.Date
		limits   []record.Duration
		want     []string
	}{
		{"tomorrow", Threat, true, "2026-11-22", nil, nil},
		{"today is too early", Threat, true, "2026-11-21", nil, []string{"/until not_after_today"}},
		{"the last day the method allows", Threat, true, "2027-05-21", []record.Duration{"P6M"}, nil},
		{"the day after it", Threat, true, "2027-05-22", []record.Duration{"P6M"}, []string{"/until too_late"}},
		{"no limit", Threat, true, "2036-11-21", []record.Duration{"", ""}, nil},
		{"the earlier of two last days", Threat, true, "2027-05-22", []record.Duration{"P5Y", "P6M"}, []string{"/until too_late"}},
		{"whichever sets it", Threat, true, "2027-05-22", []record.Duration{"P6M", ""}, []string{"/until too_late"}},
		{"never assessed", Threat, false, "2026-12-01", nil, []string{"/assessments not_assessed"}},
		{"an opportunity", Opportunity, true, "2026-12-01", nil, []string{"acceptance_not_needed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fresh(tt.polarity)
			if tt.assessed {
				assess(t, r, seeded(t, "5x5.yaml"), Current, 5, 5)
			}
			err := r.Accept("a", someone, noon, AcceptanceInput{Reason: "x", Until: tt.until}, tt.limits...)
			if got := faults(err); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if accepted := err == nil; accepted != (r.Status == Accepted) || accepted != (r.AcceptedUntil == tt.until) {
				t.Errorf("left as %s until %q", r.Status, r.AcceptedUntil)
			}
		})
	}
}

func TestAcceptanceKeepsWhatWasAccepted(t *testing.T) {
	m, r := seeded(t, "5x5.yaml"), fresh(Threat)
	r.ReviewDue = "2030-01-01"
	if err := r.Treat("t", someone, noon, TreatmentInput{Option: Mitigate, Plan: "kontroll", ResponsibleID: someone, Due: "2027-01-01"}); err != nil {
		t.Fatal(err)
	}
	assess(t, r, m, Residual, 2, 3)
	if err := r.Accept("a", someone, noon, AcceptanceInput{Reason: "x", Until: "2027-06-01"}); err != nil {
		t.Fatal(err)
	}
	if err := r.StartTreatment("t", noon); err != nil || r.Acceptances[0].Stale {
		t.Fatal(err, r.Acceptances[0].Stale)
	}
	r.Title = "Noe annet"
	assess(t, r, m, Residual, 1, 1)
	a := r.Acceptances[0]
	if r.Status != Accepted || !a.Stale || a.Level != Moderate || a.Snapshot.Assessment.Level != Moderate || a.Snapshot.Assessment.MethodEdition != 1 {
		t.Errorf("%s, %+v", r.Status, a)
	}
	if a.Snapshot.Title != "Oversette brudd" || a.Snapshot.Treatments[0].Status != Planned {
		t.Errorf("the snapshot has followed the risk: %+v", a.Snapshot)
	}
	if r.DueOn() != "2027-01-01" {
		t.Errorf("the acceptance hides what is due before it ends: %s", r.DueOn())
	}
	if err := r.Expire(someone, time.Date(2027, 6, 1, 23, 59, 0, 0, record.Oslo)); err == nil {
		t.Error("it ran out on its last day")
	}
	if err := r.Expire(someone, time.Date(2027, 6, 2, 0, 0, 0, 0, record.Oslo)); err != nil {
		t.Fatal(err)
	}
	if a := r.Acceptances[0]; r.Status != Treating || a.EndReason != EndedByExpiry || a.EndedAt == nil || r.DueOn() != "2027-01-01" {
		t.Errorf("%s, %+v, due %s", r.Status, a, r.DueOn())
	}
}

// A risk is due on the earliest of its due days. Each person's own treatments have a separate day.
func TestDueOn(t *testing.T) {
	const other = "0192f0c1-7d4e-7a31-9c55-000000000003"
	open := func(who string, due record.Date) Treatment {
		return Treatment{Status: Planned, ResponsibleID: who, Due: due}
	}
	done := Treatment{Status: Done, ResponsibleID: someone, Due: "2026-12-01"}
	for name, row := range map[string]struct {
		accepted, review record.Date
		treatments       []Treatment
		want, mine       record.Date
	}{
		"nothing":                {},
		"the acceptance":         {"2027-01-01", "2027-02-01", []Treatment{open(someone, "2027-03-01")}, "2027-01-01", "2027-03-01"},
		"the review":             {"2027-03-01", "2027-02-01", []Treatment{open(someone, "2027-03-01"), open(other, "")}, "2027-02-01", "2027-03-01"},
		"somebody's treatment":   {"2027-03-01", "", []Treatment{open(someone, "2027-02-01"), open(other, "2027-01-01")}, "2027-01-01", "2027-02-01"},
		"one's own first":        {"", "", []Treatment{open(someone, "2027-02-01"), open(someone, "2027-01-01"), done}, "2027-01-01", "2027-01-01"},
		"what is done is no day": {"", "2027-01-01", []Treatment{done}, "2027-01-01", ""},
	} {
		r := fresh(Threat)
		r.AcceptedUntil, r.ReviewDue, r.Treatments = row.accepted, row.review, row.treatments
		if got := r.DueOn(); got != row.want {
			t.Errorf("%s: due %q, want %q", name, got, row.want)
		}
		if got := treatmentDue(r, someone); got != row.mine {
			t.Errorf("%s: one's own are due %q, want %q", name, got, row.mine)
		}
		if got := reviewDue(r, someone); got != row.review {
			t.Errorf("%s: the review is due %q", name, got)
		}
		if r.Status = Closed; r.DueOn() != "" {
			t.Errorf("%s: closed, and due %s", name, r.DueOn())
		}
	}
}

func TestCloseAndReopenEndTheAcceptance(t *testing.T) {
	for _, tt := range []struct {
		do   func(*Risk) error
		want EndReason
		to   Status
	}{
		{func(r *Risk) error { return r.Close(someone, noon, ClosureInput{Reason: "eliminated"}, nil) }, EndedByClosing, Closed},
		{func(r *Risk) error { return r.Reopen(someone, noon) }, EndedByReopening, Assessed},
	} {
		r := fresh(Threat)
		assess(t, r, seeded(t, "4x4.yaml"), Current, 2, 2)
		if err := r.Accept("a", someone, noon, AcceptanceInput{Reason: "x", Until: "2027-06-01"}); err != nil {
			t.Fatal(err)
		}
		if err := tt.do(r); err != nil {
			t.Fatal(err)
		}
		if a := r.Acceptances[0]; r.Status != tt.to || a.EndReason != tt.want || r.AcceptedUntil != "" {
			t.Errorf("%s, %+v", r.Status, a)
		}
	}
	never := fresh(Threat)
	never.Status = Closed
	if err := never.Reopen(someone, noon); err != nil || never.Status != Identified {
		t.Errorf("a risk nobody assessed reopens as %s, %v", never.Status, err)
	}
}

func TestPlanNeedsTreatedAndAssessedRisks(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	bare, vague, ready, left := fresh(Threat), fresh(Threat), fresh(Threat), fresh(Threat)
	for r, in := range map[*Risk]TreatmentInput{
		vague: {Option: Mitigate, Plan: "x", Due: "2027-01-01"},
		ready: {Option: Mitigate, Plan: "x", Due: "2027-01-01", ResponsibleID: someone},
		left:  {Option: Retain, Plan: "x"},
	} {
		if err := r.Treat(record.NewID(), someone, noon, in); err != nil {
			t.Fatal(err)
		}
	}
	assess(t, vague, m, Residual, 2, 3)
	assess(t, ready, m, Residual, 3, 4)
	vague.OwnerID, ready.OwnerID, left.OwnerID = someone, someone, someone
	p := NewPlan(PlanInput{})
	want := []string{
		"/risk_ids/0 risk_owner_missing", "/risk_ids/0 residual_not_assessed", "/risk_ids/0 untreated", "/risk_ids/1 treatment_incomplete", "/risk_ids/3 not_assessed",
	}
	if got := faults(p.Submit(someone, noon, []*Risk{bare, vague, ready, left})); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := p.Submit(someone, noon, []*Risk{ready}); err != nil || p.Level != High {
		t.Fatalf("%v, level %s", err, p.Level)
	}
	if got := faults(p.Approve(someone, noon, []*Risk{ready})); !slices.Equal(got, []string{"/risk_ids/0 not_agreed_by_owner"}) {
		t.Errorf("a plan whose owner has not agreed: %v", got)
	}
	if got := faults(p.Agree(control, noon, false, []*Risk{ready})); !slices.Equal(got, []string{"not_risk_owner"}) {
		t.Errorf("somebody else agrees: %v", got)
	}
	if err := p.Agree(someone, noon, false, []*Risk{ready}); err != nil {
		t.Fatal(err)
	}
	assess(t, ready, m, Residual, 5, 5)
	outdated := *ready
	outdated.Current = &Summary{At: noon.Add(time.Hour)}
	if got := faults(p.Approve(someone, noon, []*Risk{&outdated})); !slices.Contains(got, "/risk_ids/0 residual_outdated") {
		t.Errorf("a plan whose risk was assessed anew: %v", got)
	}
	if got := faults(p.Approve(someone, noon, []*Risk{ready})); !slices.Equal(got, []string{"/level level_changed"}) {
		t.Errorf("a plan whose risk grew: %v", got)
	}
	assess(t, ready, m, Residual, 3, 4)
	if err := p.Approve(someone, noon, []*Risk{ready}); err != nil || len(p.Risks) != 1 || p.Risks[0].Residual.Level != High {
		t.Errorf("%v, %+v", err, p.Risks)
	}
}

// The residual risk of a retained risk is the current one. Risks that need no acceptance do not raise the plan's level.
func TestPlanLevel(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	treated := func(p Polarity, o Option, judged ...any) *Risk {
		r := fresh(p)
		r.OwnerID = someone
		if err := r.Treat(record.NewID(), someone, noon, TreatmentInput{Option: o, Plan: "x", ResponsibleID: someone, Due: "2027-01-01"}); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(judged); i += 3 {
			assess(t, r, m, judged[i].(Stage), judged[i+1].(int), judged[i+2].(int))
		}
		return r
	}
	closed := treated(Threat, Mitigate, Current, 5, 5, Residual, 5, 5)
	if err := closed.Close(someone, noon, ClosureInput{Reason: "eliminated"}, nil); err != nil {
		t.Fatal(err)
	}
	low := treated(Threat, Mitigate, Current, 5, 5, Residual, 1, 1)
	low.ID = record.NewID()
	for name, row := range map[string]struct {
		r    *Risk
		want Level
		left Level // in the frozen plan
	}{
		"retained, never judged after treatment": {treated(Threat, Retain, Current, 5, 5), VeryHigh, VeryHigh},
		"retained, judged better than it is":     {treated(Threat, Retain, Current, 3, 4, Residual, 1, 1), High, High},
		"retained, only inherent":                {treated(Threat, Retain, Inherent, 2, 4), Moderate, Moderate},
		"mitigated":                              {treated(Threat, Mitigate, Current, 5, 5, Residual, 2, 4), Moderate, Moderate},
		"closed":                                 {closed, Low, VeryHigh},
		"an opportunity":                         {treated(Opportunity, Exploit, Current, 1, 1, Residual, 5, 5), Low, VeryHigh},
		"an opportunity that is forgone":         {treated(Opportunity, Forgo, Current, 5, 5), Low, VeryHigh},
	} {
		p, risks := NewPlan(PlanInput{}), []*Risk{low, row.r}
		if err := p.Submit(someone, noon, risks); err != nil || p.Level != row.want {
			t.Errorf("%s: %v, level %q", name, faults(err), p.Level)
		}
		if err := p.Agree(someone, noon, false, risks); err != nil {
			t.Fatal(err)
		}
		if err := p.Approve(someone, noon, risks); err != nil || p.Risks[1].Residual == nil || p.Risks[1].Residual.Level != row.left {
			t.Errorf("%s: %v, %+v", name, faults(err), p.Risks)
		}
	}
}

// The owners are asked again when the treatment, the level or the owner of a risk has changed, and an approved plan becomes stale when the treatment has.
// Progress with the work changes neither.
func TestPlanRestsOnItsRisks(t *testing.T) {
	const other = "0192f0c1-7d4e-7a31-9c55-000000000003"
	m := seeded(t, "5x5.yaml")
	for name, row := range map[string]struct {
		change       func(*Risk) error
		asked, stale bool
	}{
		"a treatment is added":     {func(r *Risk) error { return r.Treat("b", someone, noon, TreatmentInput{Option: Avoid, Plan: "y"}) }, true, true},
		"a treatment is cancelled": {func(r *Risk) error { return r.CancelTreatment("a", noon, "x") }, true, true},
		"a treatment is started":   {func(r *Risk) error { return r.StartTreatment("a", noon) }, false, false},
		"somebody else does it":    {func(r *Risk) error { r.Treatments[0].ResponsibleID = other; return nil }, false, false},
		"assessed higher":          {func(r *Risk) error { assess(t, r, m, Residual, 5, 5); return nil }, true, false},
		"assessed the same":        {func(r *Risk) error { assess(t, r, m, Residual, 2, 3); return nil }, false, false},
		"edited":                   {func(r *Risk) error { r.Outdate(someone, noon, Edited); return nil }, true, true},
		"another method":           {func(r *Risk) error { r.Outdate(someone, noon, MethodChanged); return nil }, true, false},
		"another owner":            {func(r *Risk) error { r.OwnerID = other; return nil }, true, false},
	} {
		r := fresh(Threat)
		r.ID, r.OwnerID = record.NewID(), someone
		if err := r.Treat("a", someone, noon, TreatmentInput{Option: Mitigate, Plan: "x", ResponsibleID: someone, Due: "2027-01-01"}); err != nil {
			t.Fatal(err)
		}
		assess(t, r, m, Residual, 2, 3)
		was := *r
		was.Treatments = slices.Clone(r.Treatments)
		p := NewPlan(PlanInput{RiskIDs: []string{r.ID}})
		if err := p.Submit(someone, noon, []*Risk{r}); err != nil {
			t.Fatal(err)
		}
		if err := p.Agree(someone, noon, false, []*Risk{r}); err != nil || agreeBy(p, someone) != "" {
			t.Fatal(err, agreeBy(p, someone))
		}
		approved := *p
		approved.Agreements = slices.Clone(p.Agreements)
		if err := approved.Approve(someone, noon, []*Risk{&was}); err != nil {
			t.Fatal(err)
		}
		if err := row.change(r); err != nil {
			t.Fatal(err)
		}
		if got := p.Ask([]*Risk{r}, &was, r); got != row.asked || p.agreed(r) == row.asked {
			t.Errorf("%s: asked %v, agreed %v", name, got, p.agreed(r))
		}
		if waits := agreeBy(p, r.OwnerID) == "2026-12-05"; waits != row.asked {
			t.Errorf("%s: a task for the owner: %v", name, waits)
		}
		if got := approved.Outdate(noon, r); got != row.stale || (approved.Status == PlanStale) != row.stale || slices.Contains(approved.StaleRisks, r.ID) != row.stale {
			t.Errorf("%s: stale %v, %s, %v", name, got, approved.Status, approved.StaleRisks)
		}
		if err := approved.Revise([]*Risk{r}); err != nil || approved.Status != PlanDraft || len(approved.Risks) != 0 || approved.StaleAt != nil {
			t.Errorf("%s: revised: %v, %+v", name, err, approved)
		}
	}
}
