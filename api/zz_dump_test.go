package api_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDump(t *testing.T) {
	said, unseen := sentences(t, "..")
	var b strings.Builder
	for k, l := range said {
		for _, x := range l {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", k, x.format, x.at)
		}
	}
	for _, u := range unseen {
		fmt.Fprintf(&b, "UNSEEN\t\t%s\n", u)
	}
	os.WriteFile("/tmp/dump/said.tsv", []byte(b.String()), 0o644)
}
