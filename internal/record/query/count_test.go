package query

import (
	"fmt"
	"testing"
)

// A facet shows the values that most records have, and of equal ones the first.
func TestKeepMost(t *testing.T) {
	facet := map[string]int64{"z": 9}
	for i := range facetValues + 10 {
		facet[fmt.Sprintf("v%04d", i)] = 1
	}
	keepMost(facet)
	if len(facet) != facetValues || facet["z"] != 9 || facet["v0198"] != 1 || facet["v0199"] != 0 {
		t.Errorf("%d values are left: %v", len(facet), facet)
	}
}
