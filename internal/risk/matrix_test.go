package risk

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
)

func drawn(t *testing.T, m *Method, title string) Matrix {
	t.Helper()
	x := m.Matrix()
	x.Register, x.Stage, x.Polarity, x.Date = MatrixRegister{Title: title}, Residual, Threat, "2026-11-21"
	put := func(number string, r *Result) {
		one := fresh(Threat)
		one.Number = number
		if r != nil {
			one.Residual, one.Treatments = &Summary{Result: *r}, []Treatment{{Status: Planned}}
		}
		x.Place(one, m)
	}
	high := place(t, m, 3, 4, 1)
	older, other := high, high
	older.MethodID, older.MethodEdition = record.NewID(), 0
	other.MethodKey = "another"
	put("RISK-0001", &high)
	put("RISK-0002", &high)
	put("RISK-0003", &older)
	put("RISK-0004", &other)
	put("RISK-0005", nil)
	return x
}

func TestMatrixPlaces(t *testing.T) {
	if x := seeded(t, "4x4.yaml").Matrix(); x.Unplaced == nil || x.Cells[0].Risks == nil {
		t.Error("an empty matrix has lists that are null")
	}
	x := drawn(t, seeded(t, "5x5.yaml"), "Register")
	for _, c := range x.Cells {
		want := 0
		if c.Likelihood == 3 && c.Consequence == 4 {
			want = 3
		}
		if c.Count != want || len(c.Risks) != want || c.Colour == "" {
			t.Errorf("cell %d, %d: %+v", c.Likelihood, c.Consequence, c)
		}
		if want > 0 && (c.Level != High || c.Risks[0].Note != "" || c.Risks[2].Note != OtherEdition) {
			t.Errorf("%+v", c)
		}
	}
	if x.Total != 5 || len(x.Unplaced) != 2 || x.Unplaced[0].Note != OtherMethod || x.Unplaced[1].Note != NotAssessed {
		t.Errorf("total %d, unplaced %+v", x.Total, x.Unplaced)
	}
	retained := fresh(Threat)
	retain(t, retained)
	assess(t, retained, seeded(t, "5x5.yaml"), Residual, 1, 1)
	if x.Place(retained, nil); len(x.Unplaced) != 3 || x.Unplaced[2].Note != NotCounting {
		t.Errorf("a residual risk that is only retained: %+v", x.Unplaced)
	}
	if x.Levels[2].Key != High || x.Levels[2].Count != 3 {
		t.Errorf("%+v", x.Levels)
	}
}

// A risk assessed by another edition has a cell only where this edition gives the same level.
func TestMatrixPlacesOtherEditions(t *testing.T) {
	for name, row := range map[string]struct {
		change func(now, then *Method)
		placed bool
		note   MatrixNote
	}{
		"nothing else than the text": {func(now, _ *Method) { now.Title.NB = "Ny" }, true, OtherEdition},
		"another cell":               {func(now, _ *Method) { now.Cells[0][0] = Low }, true, OtherEdition},
		"this cell":                  {func(now, _ *Method) { now.Cells[2][3] = VeryHigh }, false, OtherEdition},
		"fewer steps then":           {func(_, then *Method) { then.Consequence = then.Consequence[:4] }, false, OtherEdition},
		"fewer steps now":            {func(now, _ *Method) { now.Likelihood, now.Cells = now.Likelihood[:2], now.Cells[:2] }, false, OtherEdition},
		"another key":                {func(now, _ *Method) { now.Key = "our-own" }, false, OtherMethod},
	} {
		then, now := seeded(t, "5x5.yaml"), seeded(t, "5x5.yaml")
		one := fresh(Threat)
		assess(t, one, then, Current, 3, 4)
		row.change(now, then)
		x := now.Matrix()
		x.Stage = Current
		x.For(Threat)
		x.Place(one, then)
		placed := 0
		for _, c := range x.Cells {
			for _, r := range c.Risks {
				if placed++; r.Note != row.note || c.Level != High {
					t.Errorf("%s: placed at %s with %q", name, c.Level, r.Note)
				}
			}
		}
		counted := 0
		for _, l := range x.Levels {
			counted += l.Count
		}
		if (placed == 1) != row.placed || counted != placed || x.Total != 1 || len(x.Unplaced) != 1-placed || placed == 0 && x.Unplaced[0].Note != row.note {
			t.Errorf("%s: placed %d, counted %d, unplaced %+v", name, placed, counted, x.Unplaced)
		}
		if got := now.Agrees(one.Current.Result, then); got != row.placed {
			t.Errorf("%s: agrees %v", name, got)
		}
	}
}

// The picture names the edition even when the method's title is long.
func TestSVGNamesTheEdition(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	m.Edition, m.Title = 17, record.Text{NB: strings.Repeat("metode ", 60), EN: strings.Repeat("method ", 60)}
	for lang, want := range map[string]string{"nb": "utgave 17", "en": "edition 17"} {
		if !strings.Contains(string(drawn(t, m, "Register").SVG(lang)), want) {
			t.Errorf("%q is not in the picture", want)
		}
	}
}

func TestSVGIsSafeAndReadable(t *testing.T) {
	harm := `<script>alert("x")</script> & ]]> ` + "\x00\x0b"
	m := seeded(t, "5x5.yaml")
	m.Likelihood[0].Label.NB, m.Levels[0].Label.NB, m.Title.NB = harm, harm, harm
	for lang, want := range map[string][]string{
		"nb": {"Sannsynlighet", "Konsekvens", "Restrisiko", "21.11.2026", "3 risikoer, 1 uten vurdering, 1 vurdert med en annen metode", "SH", "xml:lang=\"nb\"", "1 risiko er ikke vurdert"},
		"en": {"Likelihood", "Consequence", "Residual risk", "21 November 2026", "3 risks, 1 not assessed, 1 assessed with another method", "VH", "xml:lang=\"en\"", "1 risk is not assessed"},
	} {
		svg := drawn(t, m, harm).SVG(lang)
		for _, w := range append(want, `role="img"`, "<title id=", "<desc id=") {
			if !bytes.Contains(svg, []byte(w)) {
				t.Errorf("%s: %q is not in the picture", lang, w)
			}
		}
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", lang, err)
			}
			if e, ok := token.(xml.StartElement); ok && !strings.Contains(" svg title desc g rect text path circle ", " "+e.Name.Local+" ") {
				t.Errorf("%s: an element %s", lang, e.Name.Local)
			}
		}
	}
}

// Opportunities have colours and words that do not describe harm.
func TestSVGOfOpportunities(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	x := m.Matrix()
	x.Stage = Current
	x.For(Opportunity)
	one := fresh(Opportunity)
	assess(t, one, m, Current, 5, 5)
	x.Place(one, m)
	svg := string(x.SVG("nb"))
	for _, want := range []string{"svært stor mulighet", "Nytte", ">SS<", favourable[VeryHigh].colour, "Muligheter nå", "1 mulighet"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is not in the picture", want)
		}
	}
	if en := string(x.SVG("en")); strings.Contains(svg, ">SH<") || strings.Contains(en, ">VH<") || !strings.Contains(en, ">VG<") || x.Levels[3].Letter.NB != "SS" {
		t.Error("an opportunity has the letters of a threat")
	}
	for _, h := range m.Dimensions[0].Hints {
		if strings.Contains(svg, h.NB) || m.Consequence[4].Label.NB != "Svært alvorlig" {
			t.Errorf("%q is in the picture", h.NB)
		}
	}
	for _, l := range m.Levels {
		if strings.Contains(svg, l.Colour) || strings.Contains(svg, l.Rule.NB) {
			t.Errorf("the colour or the rule of %s is in the picture", l.Key)
		}
	}
}

// A cell has the numbers of its risks, and says how many more there are when they do not fit. Accepted and stale risks have a shape, which the
// legend explains. Every dimension in use has its hints below the axis.
func TestSVGNumbersMarksAndHints(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	x := m.Matrix()
	x.Stage, x.Polarity = Current, Threat
	n := 0
	put := func(likelihood, consequence int, status Status, stale bool, dimensions ...string) {
		n++
		r := fresh(Threat)
		r.Number, r.Status = fmt.Sprintf("RISK-%04d", n), status
		judged := map[string]int{}
		for _, d := range dimensions {
			judged[d] = 1
		}
		r.Assessments = []Assessment{{ID: "a", Stage: Current, Consequences: judged}}
		r.Current = &Summary{AssessmentID: "a", Result: place(t, m, likelihood, consequence, 1)}
		if status == Accepted {
			r.Acceptances = []Acceptance{{Stale: stale}}
		}
		x.Place(r, m)
	}
	put(2, 2, Accepted, false, "patient_safety")
	put(2, 2, Accepted, true, "privacy")
	put(2, 2, Assessed, false, "patient_safety")
	for range 4 {
		put(4, 4, Assessed, false, "privacy")
	}
	var marks []MatrixMark
	for _, c := range x.Cells {
		for _, r := range c.Risks[:min(3, len(c.Risks))] {
			if c.Likelihood == 2 {
				marks = append(marks, r.Mark)
			}
		}
	}
	if !slices.Equal(marks, []MatrixMark{MarkAccepted, MarkStale, ""}) {
		t.Errorf("marks %q", marks)
	}
	for lang, want := range map[string][]string{
		"nb": {"RISK-0001", "RISK-0002", "RISK-0003", "RISK-0004", "RISK-0005", "og 2 til", ">akseptert<", "forbigående skade", "personvern og de", "(akseptert, men utdatert)"},
		"en": {"and 2 more", ">accepted<", "passing harm, no", "privacy and data", "lasting harm to data"},
	} {
		svg := string(x.SVG(lang))
		for _, w := range want {
			if !strings.Contains(svg, w) {
				t.Errorf("%s: %q is not in the picture", lang, w)
			}
		}
		if got := strings.Count(svg, "<circle"); got != 2 { // one risk and the legend
			t.Errorf("%s: %d marks of accepted", lang, got)
		}
		if strings.Contains(svg, ">RISK-0006<") || strings.Contains(svg, "lavere forbruk") || strings.Contains(svg, "miljø<") {
			t.Errorf("%s: too much is in the picture", lang)
		}
	}
	if len(x.Dimensions) != 2 || x.Dimensions[0].Key != "patient_safety" || x.Dimensions[1].Key != "privacy" {
		t.Errorf("dimensions in use: %+v", x.Dimensions)
	}
}

func TestSVGOfEverySize(t *testing.T) {
	for rows := 2; rows <= 6; rows++ {
		for cols := 2; cols <= 6; cols++ {
			m := &Method{MethodInput: MethodInput{Levels: []MethodLevel{{Key: Low, Rank: 1, Colour: "#ffffff"}}}}
			for i := range rows {
				m.Likelihood = append(m.Likelihood, Step{Value: i + 1, Label: record.Text{NB: fmt.Sprint(i), EN: fmt.Sprint(i)}})
				m.Cells = append(m.Cells, make([]Level, cols))
				for j := range cols {
					m.Cells[i][j] = Low
				}
			}
			for j := range cols {
				m.Consequence = append(m.Consequence, Step{Value: j + 1, Label: record.Text{NB: fmt.Sprint(j), EN: fmt.Sprint(j)}})
			}
			if got := bytes.Count(m.Matrix().SVG("nb"), []byte("<g><title>")); got != rows*cols {
				t.Errorf("%d by %d has %d cells", rows, cols, got)
			}
		}
	}
}
