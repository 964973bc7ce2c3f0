package api

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// Problem is a refusal as the caller sees it (RFC 9457), with every fault of the request.
type Problem struct {
	Type      string           `json:"type" example:"https://ki-styring.github.io/aims/problems#wrong_state"`
	Title     string           `json:"title" example:"Tilstanden tillater det ikke"`
	Status    int              `json:"status" example:"409"`
	Detail    string           `json:"detail" example:"approve passer ikke for POL-0003 i tilstanden draft"`
	Instance  string           `json:"instance" example:"/api/v1/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/approve"`
	Code      string           `json:"code" example:"wrong_state"`
	RequestID string           `json:"request_id" format:"uuid"`
	Errors    []ProblemField   `json:"errors,omitempty"`
	Blockers  []ProblemBlocker `json:"blockers,omitempty"`
	// MoreErrors is true where the request has more faults than errors lists, which are 100 at most.
	MoreErrors bool `json:"more_errors,omitempty"`
	// State is the record's state, where the refusal rests on it, and Action what does not fit it.
	State  string `json:"state,omitempty" example:"draft"`
	Action string `json:"action,omitempty" example:"approve"`
	// EarlierEvent is the event that excludes the caller, where duties are separated, and EarlierAction what they did then.
	EarlierEvent  string `json:"earlier_event,omitempty" format:"uuid"`
	EarlierAction string `json:"earlier_action,omitempty" example:"assess"`
	// BodyID is the body whose mandate, members or quorum the refusal rests on.
	BodyID   string            `json:"body_id,omitempty" format:"uuid"`
	Mandate  string            `json:"mandate,omitempty" example:"MAN-0001"`
	Edition  int               `json:"edition,omitempty" example:"2"` // of the mandate
	EndedOn  record.Date       `json:"ended_on,omitempty" example:"2025-12-31"`
	Present  *int              `json:"present,omitempty" example:"2"` // of the members that a quorum needs
	Required int               `json:"required,omitempty" example:"3"`
	Tally    *governance.Tally `json:"tally,omitempty"`
	// RecordID is the record that stands in the way.
	RecordID string `json:"record_id,omitempty" format:"uuid"`
	// RetryAfter is how many seconds to wait before the next try.
	RetryAfter int `json:"retry_after,omitempty" example:"4"`
	// SendTo says where a case belongs that this body does not take, and AnyOf what a case must be for this one.
	SendTo  string   `json:"send_to,omitempty" example:"Send saken til virksomhetens egen arbeidsgruppe."`
	AnyOf   []string `json:"any_of,omitempty" example:"strategic"`
	Version int64    `json:"version,omitempty" example:"4"`
}

// ProblemField is one fault: a JSON pointer into the body, "?name" for a query
// parameter, "{name}" for a part of the path.
type ProblemField struct {
	Pointer string `json:"pointer" example:"/title"`
	Code    string `json:"code" example:"required"`
	Detail  string `json:"detail" example:"må fylles ut"`
	// Line is where in a file it stands, from 1.
	Line int `json:"line,omitempty" example:"12"`
}

// ProblemBlocker is what must be in place first, and where it is mended.
type ProblemBlocker struct {
	Code    string `json:"code" example:"undecided"`
	Detail  string `json:"detail"`
	Pointer string `json:"pointer,omitempty" example:"/rows/7"`
	Link    string `json:"link,omitempty" example:"/api/v1/controls/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"`
	Who     string `json:"who,omitempty" format:"uuid"`
}

// problemType is where the codes are explained.
const problemType = "https://ki-styring.github.io/aims/problems#"

type statusText struct {
	status int
	nb, en string
}

// statuses is the one table from kinds of refusal to HTTP.
var statuses = map[fault.Kind]statusText{
	fault.Malformed:        {http.StatusBadRequest, "Forespørselen kan ikke leses", "The request cannot be read"},
	fault.Unauthenticated:  {http.StatusUnauthorized, "Du er ikke logget inn", "You are not signed in"},
	fault.Forbidden:        {http.StatusForbidden, "Det har du ikke lov til", "You are not allowed to"},
	fault.NotFound:         {http.StatusNotFound, "Finnes ikke", "Not found"},
	fault.MethodNotAllowed: {http.StatusMethodNotAllowed, "Metoden finnes ikke her", "No such method here"},
	fault.NotAcceptable:    {http.StatusNotAcceptable, "Formatet finnes ikke", "No such representation"},
	fault.Conflict:         {http.StatusConflict, "Tilstanden tillater det ikke", "The state does not allow it"},
	fault.Stale:            {http.StatusPreconditionFailed, "Endret siden du leste", "Changed since you read it"},
	fault.TooLarge:         {http.StatusRequestEntityTooLarge, "For stort", "Too large"},
	fault.UnsupportedMedia: {http.StatusUnsupportedMediaType, "Innholdstypen leses ikke her", "Media type not read here"},
	fault.Invalid:          {http.StatusUnprocessableEntity, "Innholdet bryter en regel", "The content breaks a rule"},
	fault.VersionRequired:  {http.StatusPreconditionRequired, "Versjonen mangler", "The version is missing"},
	fault.TooMany:          {http.StatusTooManyRequests, "For mange forsøk", "Too many attempts"},
	fault.Unavailable:      {http.StatusServiceUnavailable, "Ikke tilgjengelig nå", "Not available now"},
}

// Titles gives the English title of every status that a request can be refused with.
func Titles() map[int]string {
	out := map[int]string{http.StatusInternalServerError: masked("en", "", "").Title}
	for _, s := range statuses {
		out[s.status] = s.en
	}
	return out
}

// nbFiles hold the Norwegian of every sentence a refusal can say.
//
//go:embed nb/*.tsv
var nbFiles embed.FS

var norwegian = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	names, err := fs.Glob(nbFiles, "nb/*.tsv")
	if err != nil {
		panic(err)
	}
	for _, n := range names {
		b, err := nbFiles.ReadFile(n)
		if err != nil {
			panic(err)
		}
		for line := range strings.Lines(string(b)) {
			en, nb, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
			if ok && !strings.HasPrefix(line, "#") {
				out[en] = nb
			}
		}
	}
	return out
})

// deed is what people call an action that no workflow has a label for, and the word by which an English sentence goes on to its object.
type deed struct{ nb, en, of string }

// deeds are those actions.
var deeds = map[string]deed{
	"create": {"Opprett", "Create", ""}, "read": {"Les", "Read", ""}, "update": {"Endre", "Change", ""}, "delete": {"Slett", "Delete", ""},
	"propose": {"Foreslå", "Propose", ""}, "adopt": {"Ta i bruk", "Adopt", ""}, "import": {"Importer", "Import", ""},
	"transfer": {"Flytt", "Transfer", ""}, "treatment": {"Følg opp tiltak", "Work on a treatment", "of"},
	"report": {"Rapporter", "Report", "on"}, "follow-up": {"Følg opp", "Follow up", ""}, "declare-conflict": {"Meld inhabilitet", "Declare a conflict", "on"},
}

// wordOf is what people call a kind, or an action on one.
func wordOf(w fault.Word) record.Text {
	if w.Action == "" {
		var nb, en []string
		for name := range strings.SplitSeq(w.Kind, "|") {
			label := record.Text{NB: name, EN: fault.Word{Kind: name}.String()}
			if k := record.KindOf(name); k != nil {
				label = k.Label
			}
			nb, en = append(nb, inSentence(label.NB)), append(en, inSentence(label.EN))
		}
		return record.Text{NB: strings.Join(nb, "/"), EN: strings.Join(en, "/")}
	}
	if k := record.KindOf(w.Kind); k != nil {
		for _, t := range k.Workflow {
			if t.Verb == w.Action {
				return record.Text{NB: inSentence(t.Label.NB), EN: w.String()}
			}
		}
	}
	if d, ok := deeds[w.Action]; ok {
		return record.Text{NB: inSentence(d.nb), EN: strings.TrimSuffix(inSentence(d.en)+" "+d.of, " ")}
	}
	return record.Text{NB: w.String(), EN: w.String()}
}

// inSentence begins a label with a small letter, unless it begins with an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// say gives a sentence in a language, and with it those of its values that are sentences, words of the machine or choices of a closed list.
// All else is said as it is: it may be the caller's own.
func say(t fault.Text, lang string) string {
	format, args := t.Format, slices.Clone(t.Args)
	if nb, ok := norwegian()[format]; ok && lang != "en" {
		format = nb
	}
	for i, a := range args {
		switch a := a.(type) {
		case fault.Text:
			args[i] = say(a, lang)
		case fault.Word:
			args[i] = quoted(wordOf(a), lang)
		case record.Text:
			args[i] = quoted(a, lang)
		default:
			for _, c := range record.ChoicesOf(reflect.TypeOf(a)) {
				if c.Value == reflect.ValueOf(a).String() {
					args[i] = quoted(c.Label, lang)
				}
			}
		}
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// quoted marks a label in a Norwegian sentence, whose grammar it need not fit.
func quoted(label record.Text, lang string) string {
	if lang == "en" {
		return label.EN
	}
	return "«" + label.NB + "»"
}

// language picks nb or en by RFC 9110 preference; nn and no are answered in bokmål.
func language(header string) string {
	if header == "" {
		return "nb"
	}
	best, bestQ := "nb", -1.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if _, err := fmt.Sscanf(strings.TrimSpace(params), "q=%f", &q); err != nil {
			q = 1
		}
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		lang := map[string]string{"nb": "nb", "nn": "nb", "no": "nb", "en": "en", "*": "nb"}[tag]
		if lang != "" && q > bestQ && q > 0 {
			best, bestQ = lang, q
		}
	}
	return best
}

// maxErrors is how many faults a problem lists: a body may have thousands, and whoever mends a hundred sends it again.
const maxErrors = 100

func problemOf(e *fault.Error, lang, instance, requestID string) Problem {
	st := statuses[e.Kind]
	p := Problem{
		Type: problemType + e.Code, Title: st.nb, Status: st.status, Detail: say(e.Text, lang),
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
		p.Errors = append(p.Errors, ProblemField{Pointer: f.Pointer, Code: f.Code, Detail: say(f.Detail, lang), Line: f.Line})
	}
	for _, b := range e.Blockers {
		p.Blockers = append(p.Blockers, ProblemBlocker{Code: b.Code, Detail: say(b.Detail, lang), Pointer: b.Pointer, Link: b.Link, Who: b.Who})
	}
	if raw, err := json.Marshal(e.Extra); err == nil && e.Extra != nil {
		_ = json.Unmarshal(raw, &p) // what a refusal adds has the names of the members above; a test holds them to it
	}
	return p
}

// masked is what a caller sees of an error that is no refusal.
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

func (p Problem) bytes() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		return []byte(`{"code":"internal","status":500}`)
	}
	return b
}
