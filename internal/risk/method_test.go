package risk

import (
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/record"
)

func TestSeededMethods(t *testing.T) {
	for _, file := range []string{"5x5.yaml", "4x4.yaml"} {
		t.Run(file, func(t *testing.T) {
			m := seeded(t, file)
			if err := record.Shape(m); err != nil {
				t.Fatal(err)
			}
			if err := m.Validate(); err != nil {
				t.Fatal(err)
			}
			// A higher likelihood or consequence never gives a lower level, in any dimension.
			for l := 1; l <= len(m.Likelihood); l++ {
				for c := 1; c <= len(m.Consequence); c++ {
					for other := 1; other <= len(m.Consequence); other++ {
						at := place(t, m, l, c, other)
						if l > 1 && place(t, m, l-1, c, other).Rank > at.Rank {
							t.Errorf("the level falls from likelihood %d to %d at consequence %d", l-1, l, c)
						}
						if c > 1 && place(t, m, l, c-1, other).Rank > at.Rank {
							t.Errorf("the level falls from consequence %d to %d at likelihood %d", c-1, c, l)
						}
						if at != place(t, m, l, other, c) {
							t.Errorf("the dimensions do not count alike at %d, %d, %d", l, c, other)
						}
						if at.HighestConsequence != max(c, other) || at.Rank != at.Level.Rank() || at.Rank == 0 {
							t.Errorf("placed %d, %d, %d at %+v", l, c, other, at)
						}
					}
				}
			}
		})
	}
}

func place(t *testing.T, m *Method, likelihood, patients, privacy int) Result {
	t.Helper()
	r, err := m.Place(AssessmentInput{Likelihood: likelihood, Consequences: map[string]int{"patient_safety": patients, "privacy": privacy}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The levels follow risk-method.md: by product, and never below moderate at the highest consequence.
func TestStandardMethodFollowsTheProduct(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	for l := 1; l <= 5; l++ {
		for c := 1; c <= 5; c++ {
			want := Low
			switch p := l * c; {
			case p >= 16:
				want = VeryHigh
			case p >= 10:
				want = High
			case p >= 5:
				want = Moderate
			}
			if c == 5 && want == Low {
				want = Moderate
			}
			if got, _ := m.At(l, c); got != want {
				t.Errorf("likelihood %d, consequence %d is %s, want %s", l, c, got, want)
			}
		}
	}
}

func TestMethodValidate(t *testing.T) {
	tests := []struct {
		name string
		harm func(*Method)
		want []string
	}{
		{"a row too few", func(m *Method) { m.Cells = m.Cells[:4] }, []string{"/cells wrong_size"}},
		{"a cell too few", func(m *Method) { m.Cells[2] = m.Cells[2][:4] }, []string{"/cells/2 wrong_size"}},
		{"a level falls along both axes", func(m *Method) { m.Cells[4][4] = Low }, []string{"/cells/4/4 falling_level", "/cells/4/4 falling_level"}},
		{"a level that the method lacks", func(m *Method) { m.Levels = m.Levels[:3] }, []string{
			"/cells/3/3 unknown_level", "/cells/3/4 unknown_level", "/cells/4/3 unknown_level", "/cells/4/4 unknown_level",
		}},
		{"one step", func(m *Method) { m.Likelihood, m.Cells = m.Likelihood[:1], m.Cells[:1] }, []string{"/likelihood too_few_items"}},
		{"steps out of order", func(m *Method) { m.Likelihood[0].Value, m.Likelihood[1].Value = 2, 1 }, []string{"/likelihood/0/value out_of_order", "/likelihood/1/value out_of_order"}},
		{"levels out of order", func(m *Method) { m.Levels[0], m.Levels[1] = m.Levels[1], m.Levels[0] }, []string{"/levels/1/key out_of_order"}},
		{"a rank of its own", func(m *Method) { m.Levels[2].Rank = 4 }, []string{"/levels/2/rank wrong_rank"}},
		{"a level twice", func(m *Method) { m.Levels = append(m.Levels[:3:3], m.Levels[2]) }, []string{
			"/levels/3/key repeated",
			"/cells/3/3 unknown_level", "/cells/3/4 unknown_level", "/cells/4/3 unknown_level", "/cells/4/4 unknown_level",
		}},
		{"a dimension twice", func(m *Method) { m.Dimensions[1].Key = m.Dimensions[0].Key }, []string{"/dimensions/1/key repeated"}},
		{"a colour by name", func(m *Method) { m.Levels[0].Colour = "green" }, []string{"/levels/0/colour bad_colour"}},
		{"a dimension with too few hints", func(m *Method) { m.Dimensions[1].Hints = m.Dimensions[1].Hints[1:] }, []string{"/dimensions/1/hints wrong_size"}},
		{"a dimension with spaces", func(m *Method) { m.Dimensions[1].Key = "Patient safety" }, []string{"/dimensions/1/key bad_key"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := seeded(t, "5x5.yaml")
			tt.harm(m)
			if got := faults(m.Validate()); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestMethodShape(t *testing.T) {
	m := seeded(t, "5x5.yaml")
	m.Cells[1][2], m.Likelihood[3].Label = "severe", record.Text{}
	want := []string{"/likelihood/3/label required", "/cells/1/2 not_a_choice"}
	if got := faults(record.Shape(m)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPlaceRefuses(t *testing.T) {
	m := seeded(t, "4x4.yaml")
	_, err := m.Place(AssessmentInput{Likelihood: 5, Consequences: map[string]int{"patient_safety": 5, "morale/joy": 1, "privacy": 4}})
	want := []string{"/likelihood out_of_range", "/consequences/morale~1joy unknown_dimension", "/consequences/patient_safety out_of_range"}
	if got := faults(err); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
