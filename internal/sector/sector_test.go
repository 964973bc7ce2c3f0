package sector_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/sector"
)

var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func TestOrganisationNumber(t *testing.T) {
	for number, ok := range map[string]bool{
		"": true, "983544622": true, "983 544 622": true, "974760673": true, // Helsedirektoratet, Brønnøysundregistrene
		"983544621": false, "983544632": false, "938544622": false, "98354462": false, "9835446220": false, "000000000": false, "98354462X": false, "-83544622": false,
	} {
		in := sector.OrganisationInput{OrgNumber: number}
		if err := in.Validate(); (err == nil) != ok {
			t.Errorf("%q: %v", number, err)
		}
	}
}

func TestReference(t *testing.T) {
	for from, want := range map[string]string{
		"prEN 18286": "prEN 18286", " PREN\t18286 ": "prEN 18286", "iso/iec 42001:2023": "ISO/IEC 42001:2023", "fpren iso/iec 23894": "FprEN ISO/IEC 23894",
		"ISO/iec ts 42119-2": "ISO/IEC TS 42119-2", "cen/clc/tr 18115": "CEN/CLC/TR 18115", "Veileder 3": "Veileder 3",
	} {
		s, err := sector.NewStandard(sector.StandardInput{Key: from, Stage: sector.Drafting}, "kari", now)
		if err != nil || s.Key != want {
			t.Errorf("%q became %q, want %q (%v)", from, s.Key, want, err)
		}
	}
}

func TestSupports(t *testing.T) {
	s := sector.Standard{StandardInput: sector.StandardInput{AIActArticles: []string{"6", "26", "9"}}}
	for key, want := range map[string]bool{"AIA-06": true, "AIA-06-4": true, "AIA-26-5a": true, "AIA-09": true, "AIA-60": false, "AIA-2": false, "AIA-16": false, "AIA": false} {
		if s.Supports(key) != want {
			t.Errorf("%s: want %t", key, want)
		}
	}
}

// A standard can advance to any later stage. A move to an earlier stage needs a reason. Days must not decrease.
func TestAdvance(t *testing.T) {
	rows := []struct {
		step sector.Step
		code string
		want sector.StandardStatus
	}{
		{sector.Step{Stage: sector.Published, On: "2026-11-21"}, "", sector.StandardActive},
		{sector.Step{Stage: sector.Withdrawn, On: "2025-10-30"}, "", sector.StandardWithdrawn},
		{sector.Step{Stage: sector.Drafting, On: "2026-01-01", Reason: "avvist"}, "", sector.StandardActive},
		{sector.Step{Stage: sector.Drafting, On: "2026-01-01", Reason: " "}, "required", sector.StandardActive},
		{sector.Step{Stage: sector.Enquiry, On: "2026-01-01"}, "same_stage", sector.StandardActive},
		{sector.Step{Stage: sector.Published, On: "2025-10-29"}, "before_last", sector.StandardActive},
		{sector.Step{Stage: sector.Published, On: "2026-11-22"}, "in_the_future", sector.StandardActive},
	}
	for _, r := range rows {
		s, err := sector.NewStandard(sector.StandardInput{Key: "prEN 1", Stage: sector.Enquiry, StageOn: "2025-10-30"}, "kari", now)
		if err != nil {
			t.Fatal(err)
		}
		code := ""
		if f := fault.As(s.Advance(r.step, "ola", now)); f != nil {
			code = f.Fields[0].Code
		}
		if code != r.code || s.Status != r.want || (code == "") != (len(s.StageHistory) == 2) {
			t.Errorf("%+v: %q %s %v", r.step, code, s.Status, s.StageHistory)
		}
	}
}

func TestMerge(t *testing.T) {
	hdir, other := &sector.Organisation{Status: sector.OrganisationActive}, &sector.Organisation{Status: sector.OrganisationMerged}
	hdir.ID, hdir.Scope, other.ID, other.Scope = "hdir", "/nasjonalt/", "other", "/nasjonalt/"
	hdir.ValidFrom = "2002-01-01"
	rows := []struct {
		into         *sector.Organisation
		predecessors []string
		scope        string
		on           record.Date
		code         string
	}{
		{hdir, nil, "/nasjonalt/", "2024-01-01", ""},
		{hdir, nil, "/nasjonalt/", "2026-11-21", ""},
		{hdir, nil, "/nasjonalt/", "2026-11-22", "in_the_future"},
		{hdir, nil, "/nasjonalt/", "2015-12-31", "before_start"},
		{hdir, nil, "/nasjonalt/", "2016-01-01", ""},
		{hdir, []string{"x", "hdir"}, "/nasjonalt/", "2024-01-01", "cycle"},
		{hdir, nil, "/siv/", "2024-01-01", "unrelated_scope"},
		{other, nil, "/nasjonalt/", "2024-01-01", "not_active"},
		{nil, nil, "/nasjonalt/", "2024-01-01", "unknown_reference"},
	}
	for _, r := range rows {
		o := sector.NewOrganisation(sector.OrganisationInput{ValidFrom: "2016-01-01"})
		o.ID, o.Scope = "ehelse", r.scope
		code := ""
		if f := fault.As(o.Merge(r.into, r.predecessors, sector.Merger{On: r.on}, "kari", now)); f != nil {
			code = f.Fields[0].Code
		}
		if code != r.code || (code == "") != (o.Status == sector.OrganisationMerged && o.MergedOn == r.on && !o.Present(r.on)) {
			t.Errorf("%+v: %q, %s", r, code, o.Status)
		}
	}
}
