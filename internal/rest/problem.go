package rest

import (
	"encoding/json"
	"net/http"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Problem is the body of an error answer (RFC 9457). It lists every fault of the request. Config.Problem may add members.
type Problem struct {
	Type      string           `json:"type" format:"uri-reference" example:"/problems/wrong_state"`
	Title     string           `json:"title" example:"Tilstanden tillater det ikke"`
	Status    int              `json:"status" example:"409"`
	Detail    string           `json:"detail" example:"POL-0003 er i tilstanden «utkast»; handlingen «Godkjenn» er bare mulig i disse tilstandene: til behandling"`
	Instance  string           `json:"instance" example:"/api/v1/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/approve"`
	Code      string           `json:"code" of:"ProblemCode" example:"wrong_state"`
	RequestID string           `json:"request_id" format:"uuid"`
	Errors    []ProblemField   `json:"errors,omitempty" extra:""`
	Blockers  []ProblemBlocker `json:"blockers,omitempty" extra:""`
	// MoreErrors is true if the request has more faults than errors lists. Errors lists at most 100.
	MoreErrors bool `json:"more_errors,omitempty" extra:""`
	// State is the present state of the record, when it is the reason for the refusal. Action is the action that this state does not allow.
	State  string `json:"state,omitempty" example:"draft" extra:""`
	Action string `json:"action,omitempty" example:"approve" extra:""`
	// EarlierEvent is the event of the caller's earlier act, when separation of duties is the reason for the refusal. EarlierAction is that act.
	EarlierEvent  string `json:"earlier_event,omitempty" format:"uuid" extra:""`
	EarlierAction string `json:"earlier_action,omitempty" example:"assess" extra:""`
	// RecordID is the record that prevents the request.
	RecordID string `json:"record_id,omitempty" format:"uuid" extra:""`
	// Candidates are the records that an ambiguous key may mean, of those that the caller may read; at most twenty.
	Candidates []record.Candidate `json:"candidates,omitempty" extra:""`
	// RetryAfter is the number of seconds to wait before the next attempt.
	RetryAfter int   `json:"retry_after,omitempty" example:"4" extra:""`
	Version    int64 `json:"version,omitempty" example:"4" extra:""`
}

// ProblemField is one fault. The pointer is a JSON pointer into the body, "?name" for a query parameter, or "{name}" for a part of the path.
type ProblemField struct {
	Pointer string `json:"pointer" example:"/title"`
	Code    string `json:"code" of:"FieldCode" example:"required"`
	Detail  string `json:"detail" example:"må fylles ut"`
	// Line is the line of the fault in an imported file, from 1.
	Line int `json:"line,omitempty" example:"12" extra:""`
}

// ProblemBlocker is one thing that must be done first. Link is the record where it is done.
type ProblemBlocker struct {
	Code    string `json:"code" of:"BlockerCode" example:"control_undecided"`
	Detail  string `json:"detail"`
	Pointer string `json:"pointer,omitempty" example:"/rows/7" extra:""`
	Link    string `json:"link,omitempty" example:"/api/v1/controls/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5" extra:""`
	Who     string `json:"who,omitempty" format:"uuid" extra:""`
}

// problemType is the path of the pages that explain the codes. A type is a reference to this server (RFC 9457, 3.1.1), because every server has them.
const problemType = "/problems/"

type statusText struct {
	status int
	nb, en string
}

// statuses maps the kinds of refusal to HTTP statuses.
var statuses = map[fault.Kind]statusText{
	fault.Malformed:        {http.StatusBadRequest, "Forespørselen kan ikke leses", "The request cannot be read"},
	fault.Unauthenticated:  {http.StatusUnauthorized, "Du er ikke logget inn", "You are not signed in"},
	fault.Forbidden:        {http.StatusForbidden, "Du har ikke rett til dette", "You are not allowed to do this"},
	fault.NotFound:         {http.StatusNotFound, "Finnes ikke", "Not found"},
	fault.MethodNotAllowed: {http.StatusMethodNotAllowed, "Metoden støttes ikke her", "Method not supported here"},
	fault.NotAcceptable:    {http.StatusNotAcceptable, "Formatet støttes ikke", "Format not supported"},
	fault.Conflict:         {http.StatusConflict, "Tilstanden tillater det ikke", "The state does not allow it"},
	fault.Stale:            {http.StatusPreconditionFailed, "Endret siden du leste", "Changed since you read it"},
	fault.TooLarge:         {http.StatusRequestEntityTooLarge, "For stort", "Too large"},
	fault.UnsupportedMedia: {http.StatusUnsupportedMediaType, "Innholdstypen støttes ikke", "Media type not supported"},
	fault.Invalid:          {http.StatusUnprocessableEntity, "Innholdet bryter en regel", "The content breaks a rule"},
	fault.VersionRequired:  {http.StatusPreconditionRequired, "Versjonen mangler", "The version is missing"},
	fault.TooMany:          {http.StatusTooManyRequests, "For mange forsøk", "Too many attempts"},
	fault.Unavailable:      {http.StatusServiceUnavailable, "Ikke tilgjengelig nå", "Not available now"},
}

// Titles returns the title of every status of a refusal.
func Titles() map[int]record.Text {
	out := map[int]record.Text{http.StatusInternalServerError: {NB: masked("nb", "", "").Title, EN: masked("en", "", "").Title}}
	for _, s := range statuses {
		out[s.status] = record.Text{NB: s.nb, EN: s.en}
	}
	return out
}

// maxErrors limits the faults that a problem lists, because a body may have thousands.
const maxErrors = 100

// problem returns the status and the JSON of a refusal.
func (s *Server) problem(e *fault.Error, lang, instance, requestID string) (status int, doc []byte) {
	st := statuses[e.Kind]
	p := Problem{
		Type: problemType + e.Code, Title: st.nb, Status: st.status, Detail: s.cfg.Texts.Say(e.Text, lang),
		Instance: instance, Code: e.Code, RequestID: requestID,
	}
	if lang == "en" {
		p.Title = st.en
	}
	shown := e.Fields
	if len(shown) > maxErrors {
		shown, p.MoreErrors = shown[:maxErrors], true
	}
	for _, f := range shown {
		p.Errors = append(p.Errors, ProblemField{Pointer: f.Pointer, Code: f.Code, Detail: s.cfg.Texts.Say(f.Detail, lang), Line: f.Line})
	}
	for _, b := range e.Blockers {
		p.Blockers = append(p.Blockers, ProblemBlocker{Code: b.Code, Detail: s.cfg.Texts.Say(b.Detail, lang), Pointer: b.Pointer, Link: b.Link, Who: b.Who})
	}
	var whole any = &p
	if s.cfg.Problem != nil {
		whole = s.cfg.Problem(p)
	}
	if raw, err := json.Marshal(e.Extra); err == nil && e.Extra != nil {
		_ = json.Unmarshal(raw, whole) // the keys of Extra are member names of the problem; a test checks it
	}
	return st.status, encodeProblem(whole)
}

// masked returns the problem shown for an internal error. It reveals nothing of the cause.
func masked(lang, instance, requestID string) Problem {
	p := Problem{
		Type: problemType + "internal", Title: "Feil i tjeneren", Status: http.StatusInternalServerError,
		Detail: "Noe gikk galt i tjeneren. Oppgi request_id når du melder fra.", Instance: instance, Code: "internal", RequestID: requestID,
	}
	if lang == "en" {
		p.Title, p.Detail = "Server error", "Something went wrong in the server. Quote request_id when you report it."
	}
	return p
}

func encodeProblem(p any) []byte {
	b, err := record.Encode(p)
	if err != nil {
		return []byte(`{"code":"internal","status":500}`)
	}
	return b
}
