package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
)

func TestText(t *testing.T) {
	for _, tc := range []struct {
		name string
		text fmt.Stringer
		want string
	}{
		{"without values", fault.Text{Format: "100 % is done"}, "100 % is done"},
		{"with values", fault.Text{Format: "%s has %d of %d", Args: []any{"MEET-1", 2, 3}}, "MEET-1 has 2 of 3"},
		{"a text in a text", fault.Text{Format: "takes %s", Args: []any{fault.Text{Format: "%s or %s", Args: []any{"a", "b"}}}}, "takes a or b"},
		{"a kind", fault.Word{Kind: "api_key"}, "api key"},
		{"an action on a kind", fault.Word{Kind: "meeting", Action: "approve-minutes"}, "approve minutes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.text.String(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestAs(t *testing.T) {
	refusal := fault.New(fault.Conflict, "closed", "%s is closed", "UNIT-1")
	for _, tc := range []struct {
		name string
		err  error
		want *fault.Error
	}{
		{"nothing", nil, nil},
		{"a refusal", refusal, refusal},
		{"a wrapped refusal", fmt.Errorf("load: %w", refusal), refusal},
		{"a refusal among several errors", errors.Join(errors.New("disk"), refusal), refusal},
		{"another error", errors.New("disk"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := fault.As(tc.err); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
			if got := fault.Is(tc.err, fault.Conflict); got != (tc.want != nil) {
				t.Errorf("a conflict: %t", got)
			}
			if fault.Is(tc.err, fault.Malformed) {
				t.Error("is taken for a refusal of another kind")
			}
		})
	}
}

// A refusal means no. Any other error is returned, because it does not answer the question.
func TestAllowed(t *testing.T) {
	broken := errors.New("disk")
	for _, tc := range []struct {
		name string
		err  error
		want bool
		fail error
	}{
		{"no error", nil, true, nil},
		{"a refusal", fault.New(fault.Forbidden, "not_yours", "no"), false, nil},
		{"a wrapped refusal", fmt.Errorf("ask: %w", fault.New(fault.NotFound, "absent", "no")), false, nil},
		{"another error", broken, false, broken},
		{"a refusal because of another error", fault.New(fault.Unavailable, "down", "no").Because(broken), false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got, err := fault.Allowed(tc.err); got != tc.want || !errors.Is(err, tc.fail) || tc.fail == nil && err != nil {
				t.Errorf("%t, %v", got, err)
			}
		})
	}
}

func TestCause(t *testing.T) {
	cause := errors.New("disk full")
	e := fault.New(fault.Unavailable, "storage", "cannot be stored").Because(cause)
	if !errors.Is(e, cause) {
		t.Error("the cause is lost")
	}
	if strings.Contains(e.Text.String(), "disk") {
		t.Errorf("the caller is shown the cause: %q", e.Text)
	}
	if !strings.Contains(e.Error(), "storage") || !strings.Contains(e.Error(), "disk full") {
		t.Errorf("the log is not told the code and the cause: %q", e)
	}
	if errors.Unwrap(fault.New(fault.Conflict, "closed", "no")) != nil {
		t.Error("a cause where there is none")
	}
}

func TestWith(t *testing.T) {
	e := fault.New(fault.Conflict, "closed", "no").With("state", "closed").With("since", 3).With("state", "gone")
	if len(e.Extra) != 2 || e.Extra["state"] != "gone" || e.Extra["since"] != 3 {
		t.Errorf("%v", e.Extra)
	}
}

func TestFields(t *testing.T) {
	var f fault.Fields
	if f.Err() != nil || f.At("/title") {
		t.Fatal("a fault where there is none")
	}
	f.Add("/title", "required", "is required")
	f.Add("/title", "too_long", "is over the limit of %d", 200)
	e := fault.As(f.Err())
	if e == nil || e.Kind != fault.Invalid || len(e.Fields) != 2 || e.Fields[1].Code != "too_long" || e.Fields[1].Detail.String() != "is over the limit of 200" {
		t.Fatalf("%+v", e)
	}
	for _, tc := range []struct {
		name string
		more []fault.Field
		want []string
	}{
		{"nothing", nil, []string{"required", "too_long"}},
		{"at another place", []fault.Field{{Pointer: "/name", Code: "filled"}}, []string{"required", "too_long", "filled"}},
		{"at a place with a fault", []fault.Field{{Pointer: "/title", Code: "filled"}}, []string{"required", "too_long"}},
		{"below a place with a fault", []fault.Field{{Pointer: "/title/nb", Code: "filled"}}, []string{"required", "too_long", "filled"}},
		{"two at one new place", []fault.Field{{Pointer: "/name", Code: "filled"}, {Pointer: "/name", Code: "bad_key"}}, []string{"required", "too_long", "filled", "bad_key"}},
	} {
		t.Run("join: "+tc.name, func(t *testing.T) {
			all := append(fault.Fields(nil), f...)
			all.Join(tc.more...)
			var got []string
			for _, x := range all {
				got = append(got, x.Code)
			}
			if strings.Join(got, " ") != strings.Join(tc.want, " ") {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestBlockers(t *testing.T) {
	var b fault.Blockers
	if b.Err() != nil {
		t.Fatal("blocked by nothing")
	}
	b.Add("agenda_missing", "/agenda", "a meeting has an agenda")
	b.Add("lead_missing", "/lead", "%s has no lead", "BODY-1")
	e := fault.As(b.Err())
	if e == nil || e.Kind != fault.Conflict || len(e.Blockers) != 2 || e.Blockers[1].Pointer != "/lead" || e.Blockers[1].Detail.String() != "BODY-1 has no lead" {
		t.Fatalf("%+v", e)
	}
	if s := e.Error(); !strings.Contains(s, "agenda_missing") || !strings.Contains(s, "lead_missing") {
		t.Errorf("the log is not told what is missing: %q", s)
	}
}
