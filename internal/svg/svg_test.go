package svg_test

import (
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/svg"
)

// Wrapped lines are not wider than the given width, and there are not more lines than asked for.
func TestWrap(t *testing.T) {
	for _, s := range []string{
		"", "kort", "Pasientsikkerhetskonsekvensvurderingsmetode", strings.Repeat("W", 80), strings.Repeat("et langt ord ", 30),
		"1 Svært lite sannsynlig", "ab " + strings.Repeat("x", 61), strings.Repeat("漢字", 20),
	} {
		for _, width := range []float64{60, 100, 164} {
			for most := 1; most <= 3; most++ {
				lines := svg.Wrap(s, 14, width, most)
				for _, l := range lines {
					if svg.Width(l, 14) > width {
						t.Errorf("%q at %v: the line %q is %v wide", s, width, l, svg.Width(l, 14))
					}
				}
				if len(lines) > most {
					t.Errorf("%q at %v: %d lines", s, width, len(lines))
				}
				if whole := strings.ReplaceAll(strings.Join(lines, ""), "-", ""); !strings.HasSuffix(whole, "…") &&
					strings.ReplaceAll(whole, " ", "") != strings.ReplaceAll(s, " ", "") {
					t.Errorf("%q at %v became %q", s, width, lines)
				}
			}
		}
	}
}

func TestInkStandsOut(t *testing.T) {
	for colour, want := range map[string]string{"#C9ECE4": "#111111", "#EE952F": "#111111", "#000000": "#ffffff", "#7A0019": "#ffffff", "#ffffff": "#111111", "odd": "#111111"} {
		if got := svg.InkOn(colour); got != want {
			t.Errorf("on %s: %s", colour, got)
		}
	}
}
