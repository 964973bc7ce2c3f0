package trace

import "testing"

// No line passes behind a box: its segments run in the space between columns and rows.
func TestLinesPassNoBox(t *testing.T) {
	const columns, rows = 5, 4
	for nth := range 30 {
		for a := range columns * rows {
			for b := range columns * rows {
				from, to := cell{a % columns, a / columns}, cell{b % columns, b / columns}
				if from == to {
					continue
				}
				through := route(from, to, nth)
				for i := 1; i < len(through); i++ {
					for c := range columns * rows {
						if box := (cell{c % columns, c / columns}); crosses(through[i-1], through[i], box) {
							t.Fatalf("the line from %v to %v passes behind %v: %v", from, to, box, through)
						}
					}
				}
			}
		}
	}
}

// crosses reports whether a level or upright segment has a point inside a box.
func crosses(a, b point, box cell) bool {
	return max(a.x, b.x) > box.left() && min(a.x, b.x) < box.left()+boxWide && max(a.y, b.y) > box.top() && min(a.y, b.y) < box.top()+boxHigh
}
