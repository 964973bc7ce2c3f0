package api_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
)

// kindStatus is the status of each kind of refusal.
var kindStatus = map[string]int{
	"Malformed": 400, "Unauthenticated": 401, "Forbidden": 403, "NotFound": 404, "MethodNotAllowed": 405, "NotAcceptable": 406, "Conflict": 409, "Stale": 412,
	"TooLarge": 413, "UnsupportedMedia": 415, "Invalid": 422, "VersionRequired": 428, "TooMany": 429, "Unavailable": 503,
}

// Every code in the sources is explained, with the statuses and places that it has there. Nothing else is explained.
func TestEveryCodeIsExplained(t *testing.T) {
	said, _ := sentences(t, "..")
	used := map[string][]string{"internal": {"500"}} // the masked error, which is not a refusal
	for key, list := range said {
		code, _, _ := strings.Cut(key, "/")
		for _, s := range list {
			for _, form := range s.forms {
				if status, ok := kindStatus[form]; ok {
					form = strconv.Itoa(status)
				} else if form != fieldForm && form != blockerForm {
					t.Errorf("%s: the kind %s of %s has no status", s.at, form, key)
				}
				if !slices.Contains(used[code], form) {
					used[code] = append(used[code], form)
				}
			}
		}
	}
	explained := map[string]bool{}
	for _, c := range api.ProblemCodes() {
		if explained[c.Code] {
			t.Errorf("%s is explained twice", c.Code)
		}
		explained[c.Code] = true
		var told []string
		perItem := false // a batch lists the refusal of an item as a fault
		for _, s := range c.Statuses {
			told = append(told, strconv.Itoa(s.Status))
			perItem = perItem || slices.Contains([]int{403, 404, 409, 412}, s.Status)
		}
		if c.Field {
			told = append(told, fieldForm)
		}
		if c.Blocker {
			told = append(told, blockerForm)
		}
		for _, form := range told {
			if !slices.Contains(used[c.Code], form) && (form != fieldForm || !perItem) {
				t.Errorf("%s: explained as %s, but the sources have it only as %v", c.Code, form, used[c.Code])
			}
		}
		for _, form := range used[c.Code] {
			if !slices.Contains(told, form) {
				t.Errorf("%s: not explained as %s", c.Code, form)
			}
		}
		for _, text := range []string{c.Means.NB, c.Means.EN, c.Do.NB, c.Do.EN} {
			if !sentenceForm.MatchString(text) || rawKey.MatchString(text) {
				t.Errorf("%s: %q is not a plain sentence", c.Code, text)
			}
		}
		if c.Means.NB == c.Means.EN || c.Do.NB == c.Do.EN {
			t.Errorf("%s: the same text in both languages", c.Code)
		}
	}
	for code := range used {
		if !explained[code] {
			t.Errorf("%s (%v) lacks an entry in problems/*.yaml", code, used[code])
		}
	}
}

var (
	sentenceForm = regexp.MustCompile(`^[A-ZÆØÅ].*\.$`)
	rawKey       = regexp.MustCompile(`[a-z]_[a-z]`)
)
