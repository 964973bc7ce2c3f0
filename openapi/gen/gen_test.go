package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/rest"
)

func TestOperationIDs(t *testing.T) {
	for want, r := range map[string]rest.Route{
		"listRisks":                      {Method: "GET", Path: "/risks", Shape: "list"},
		"getRisk":                        {Method: "GET", Path: "/risks/{id}", Shape: "read"},
		"createPolicy":                   {Method: "POST", Path: "/policies", Shape: "create"},
		"patchRisk":                      {Method: "PATCH", Path: "/risks/{id}", Shape: "patch"},
		"deleteRisk":                     {Method: "DELETE", Path: "/risks/{id}", Shape: "delete"},
		"acceptRisk":                     {Method: "POST", Path: "/risks/{id}/accept", Shape: "verb"},
		"confirmReviewPolicy":            {Method: "POST", Path: "/policies/{id}/confirm-review", Shape: "verb"},
		"listRiskComments":               {Method: "GET", Path: "/risks/{id}/comments", Shape: "list"},
		"createRiskComment":              {Method: "POST", Path: "/risks/{id}/comments", Shape: "create"},
		"patchRiskTreatment":             {Method: "PATCH", Path: "/risks/{id}/treatments/{part}", Shape: "part"},
		"startRiskTreatment":             {Method: "POST", Path: "/risks/{id}/treatments/{part}/start", Shape: "verb"},
		"batchRisks":                     {Method: "POST", Path: "/risks/batch", Shape: "verb"},
		"importFrameworks":               {Method: "POST", Path: "/frameworks/import", Shape: "verb"},
		"getMePermissions":               {Method: "GET", Path: "/me/permissions", Shape: "aggregate"},
		"getRiskEligible":                {Method: "GET", Path: "/risks/{id}/eligible", Shape: "aggregate"},
		"createStatementOfApplicability": {Method: "POST", Path: "/statements-of-applicability", Shape: "create"},
	} {
		if got := operationID(r); got != want {
			t.Errorf("%s %s: %s, want %s", r.Method, r.Path, got, want)
		}
	}
}

func TestComponentNames(t *testing.T) {
	s := &schemas{kinds: []string{"Meeting", "Risk"}}
	for full, want := range map[string]string{
		module + "/internal/risk.Risk":                                    "Risk",
		module + "/internal/risk.Input":                                   "RiskInput",
		module + "/internal/governance.Meeting":                           "Meeting",
		module + "/internal/governance.Quorum":                            "GovernanceQuorum",
		module + "/internal/record.ExternalRef":                           "ExternalRef",
		module + "/api.comment":                                           "Comment",
		module + "/internal/rest.List[" + module + "/internal/risk.Risk]": "RiskList",
	} {
		if got := s.plainName(full); got != want {
			t.Errorf("%s: %s, want %s", full, got, want)
		}
	}
}

// Exactly the tags in use are described.
func TestTagsDescribed(t *testing.T) {
	names := sortedKeys(tagWords)
	if _, faults := describeTags(names); len(faults) > 0 {
		t.Errorf("all described: %v", faults)
	}
	if _, faults := describeTags(append(names, "nameless")); len(faults) != 1 {
		t.Errorf("one undescribed: %v", faults)
	}
	if tags, _ := describeTags(names); tags[0].Name != tagGroups[0].Tags[0] || len(tags) != len(names) {
		t.Errorf("not in the order of their groups: %v", tags)
	}
	if _, faults := describeTags(names[1:]); len(faults) != 1 {
		t.Errorf("one described for nothing: %v", faults)
	}
}

type sample struct {
	Title string  `json:"title" validate:"required"`
	Kind  string  `json:"kind" validate:"required" fixed:"true"`
	Note  *string `json:"note"`
	Extra string  `json:"extra,omitempty"`
	Owner string  `json:"owner,omitempty" validate:"omitempty,uuid"`
}

// One Go type has a schema for answers, one for requests and one for patches.
func TestModes(t *testing.T) {
	for m, want := range map[mode]struct {
		required []string
		null     map[string]bool
	}{
		answer: {[]string{"title", "kind", "note", "extra", "owner"}, map[string]bool{"title": false, "kind": false, "note": true, "extra": true, "owner": true}},
		input:  {[]string{"title", "kind"}, map[string]bool{"title": false, "kind": false, "note": true, "extra": true, "owner": true}},
		patch:  {nil, map[string]bool{"title": false, "note": true, "extra": true, "owner": true}},
	} {
		object, err := (&schemas{}).object(reflect.TypeFor[sample](), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(object.Value.Required, want.required) {
			t.Errorf("mode %d requires %v, want %v", m, object.Value.Required, want.required)
		}
		if len(object.Value.Properties) != len(want.null) {
			t.Errorf("mode %d has %d properties, want %d", m, len(object.Value.Properties), len(want.null))
		}
		for name, null := range want.null {
			if got := object.Value.Properties[name].Value.Type.Includes("null"); got != null {
				t.Errorf("mode %d: %s nullable is %t", m, name, got)
			}
		}
	}
}

func TestTypesWithoutSchema(t *testing.T) {
	if _, err := (&schemas{}).of(reflect.TypeFor[chan int](), answer); err == nil {
		t.Error("a channel has a schema")
	}
}

// Effect is embedded, and has a field of the same name.
type Effect struct {
	Effect string `json:"effect" validate:"required"`
	Note   string `json:"note"`
}

type completion struct {
	Effect
	Note int `json:"note"`
}

// Members are those that encoding/json writes: promoted ones too, and the outer one of two.
func TestEmbeddedMembers(t *testing.T) {
	list := fields(reflect.TypeFor[completion]())
	if len(list) != 2 || list[0].name != "effect" || list[1].name != "note" || list[1].typ.Kind() != reflect.Int {
		t.Errorf("members %+v", list)
	}
}

// A list route that names its items answers a page of them.
func TestPageOfItems(t *testing.T) {
	page := fields(pageOf(reflect.TypeFor[sample]()))
	if page[0].name != "items" || page[0].typ != reflect.TypeFor[[]sample]() || page[1].name != "next_cursor" {
		t.Errorf("members %+v", page)
	}
}

// Each refusal in the description is one of the server's, with its status.
func TestExampleRefusals(t *testing.T) {
	kinds := map[string]int{
		"Malformed": 400, "Unauthenticated": 401, "Forbidden": 403, "NotFound": 404, "NotAcceptable": 406, "Conflict": 409, "Stale": 412, "TooLarge": 413,
		"UnsupportedMedia": 415, "Invalid": 422, "VersionRequired": 428, "TooMany": 429, "Unavailable": 503,
	}
	said, sentences := map[string]bool{"500 internal": true}, ""
	refusal := regexp.MustCompile(`New\((?:fault\.)?(\w+), "(\w+)"`)
	for _, folder := range []string{"../../api", "../../internal"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range refusal.FindAllSubmatch(text, -1) {
				said[strconv.Itoa(kinds[string(found[1])])+" "+string(found[2])] = true
			}
			sentences += string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for status, p := range problems {
		if len(p.examples) == 0 || rest.Titles()[status].EN == "" {
			t.Errorf("%d has no example or no title", status)
		}
		for _, r := range p.examples {
			if !said[strconv.Itoa(status)+" "+r.code] {
				t.Errorf("nothing answers %d %s", status, r.code)
			}
			for _, of := range []string{"errors", "blockers"} {
				list, _ := r.more[of].([]any)
				for _, one := range list {
					if code := one.(map[string]any)["code"].(string); !strings.Contains(sentences, `"`+code+`"`) {
						t.Errorf("%d %s: nothing says %s", status, r.code, code)
					}
				}
			}
		}
	}
}
