package record_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
)

func FuzzIsScope(f *testing.F) {
	unit := strings.Repeat("a", 63)
	for _, s := range []string{
		"", "/", "//", "siv/", "/siv", "/siv/", "/siv//", "/-siv/", "/siv-1/", "/1-/", "/SIV/", "/s_v/", "/sæv/", "/siv/\n", "\x00", "/" + unit + "/", "/" + unit + "a/",
		strings.Repeat("/a", 12) + "/", strings.Repeat("/a", 13) + "/",
	} {
		f.Add(s)
	}
	pattern := regexp.MustCompile(`\A/([a-z0-9][a-z0-9-]{0,62}/){0,12}\z`)
	f.Fuzz(func(t *testing.T, s string) {
		if got := record.IsScope(s); got != pattern.MatchString(s) {
			t.Errorf("%q is a scope: %v", s, got)
		}
	})
}
