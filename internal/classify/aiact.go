package classify

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// Reach is whether the AI Act applies to a system.
type Reach string // @name AIActOutcome

// The outcomes of section A.
const (
	AISystem           Reach = "ai_system"
	NotAISystem        Reach = "not_ai_system"
	OutOfReach         Reach = "out_of_reach"
	Excluded           Reach = "excluded"
	ExcludedResearch   Reach = "excluded_research"
	NoDeployerDuties   Reach = "no_deployer_duties"
	ExcludedOpenSource Reach = "excluded_open_source"
	ReachUndecided     Reach = "undecided"
)

// This registers the closed list of the outcomes.
var _ = record.Choices[Reach](
	[4]string{"ai_system", "KI-system", "AI system", "info"},
	[4]string{"not_ai_system", "ikke KI-system", "not an AI system", "neutral"},
	[4]string{"out_of_reach", "utenfor forordningens virkeområde", "outside the reach of the Act", "neutral"},
	[4]string{"excluded", "unntatt", "excluded", "neutral"},
	[4]string{"excluded_research", "unntatt som forskning", "excluded as research", "neutral"},
	[4]string{"no_deployer_duties", "privat bruk, ingen plikter for idriftsetter", "private use, no deployer duties", "neutral"},
	[4]string{"excluded_open_source", "unntatt som fri og åpen programvare", "excluded as free and open source", "neutral"},
	[4]string{"undecided", "ikke avgjort", "undecided", "warning"},
)

// Route is a way to high risk.
type Route string // @name HighRiskRoute

// The routes; both may hold.
const (
	Route61       Route = "6_1"
	RouteAnnexIII Route = "annex_iii"
)

// This registers the closed list of routes.
var _ = record.Choices[Route](
	[4]string{"6_1", "artikkel 6 nr. 1", "Article 6(1)", "warning"},
	[4]string{"annex_iii", "vedlegg III", "Annex III", "warning"},
)

// AIActResult is what the AI Act says of the answers.
type AIActResult struct {
	Outcome    Reach `json:"outcome"`
	Prohibited bool  `json:"prohibited"`
	// Exceptions are the prohibited practices that an exception takes out.
	Exceptions     []string `json:"exceptions" example:"P-f"`
	Screened       bool     `json:"screened"`
	HighRiskRoutes []Route  `json:"high_risk_routes"`
	// HighRiskLimited is true for a product of Annex I section B: sector law carries the rules.
	HighRiskLimited bool `json:"high_risk_limited"`
	// AnnexIIIExempt is true when a row of Annex III holds, and Article 6(3) takes the system out.
	AnnexIIIExempt bool     `json:"annex_iii_exempt"`
	Transparency   []string `json:"transparency" example:"50_1"`
	GeneralPurpose []string `json:"general_purpose" example:"gpai_downstream"`
	Roles          []string `json:"roles" example:"deployer"`
	// Forecast is true while the system is under development, and the Act does not apply yet.
	Forecast bool `json:"forecast"`
	// Legacy are the routes for which an older system has more time, and LegacyUntil the last day.
	Legacy      []Route     `json:"legacy"`
	LegacyUntil record.Date `json:"legacy_until,omitempty"`
	// Jurisdictions are where the system is used. With EU among them, the days of the EU bind the hospital.
	Jurisdictions []string      `json:"jurisdictions" example:"NO"`
	Consequences  []Consequence `json:"consequences"`
	Assumptions   []Assumption  `json:"assumptions"`
} // @name AIActResult

// Consequence is what follows from the class and the roles.
type Consequence struct {
	Row  string      `json:"row" example:"U-04"`
	Key  string      `json:"key" example:"fria"`
	Text record.Text `json:"text"`
	// Conditional is true when it follows only in the case that the text names.
	Conditional bool         `json:"conditional"`
	Applies     *Applies     `json:"applies"`
	Reference   record.Text  `json:"reference" validate:"-"`
	Note        record.Text  `json:"note,omitzero" validate:"-"`
	Check       *record.Text `json:"check"`
} // @name AIActConsequence

// walkAIAct reaches the sections that the answers lead to: all, unless a row of section A stops.
func (e *evaluation) walkAIAct() {
	e.reach("A")
	for _, r := range e.reached() {
		if r.Effect == Stop && e.state(r.ID) == yes {
			return
		}
	}
	for _, s := range e.table.Sections {
		e.reach(s.Key)
	}
}

// role returns whether the hospital has a role.
func (e *evaluation) role(role string) truth {
	out := no
	for _, r := range e.table.order {
		if r.Effect == HasRole && r.Role == role {
			out = max(out, e.state(r.ID))
		}
	}
	return out
}

// annexIII returns whether a row of Annex III holds, of those that count.
func (e *evaluation) annexIII(counts func(*Row) bool) truth {
	out := no
	for _, r := range e.table.order {
		if r.ExemptBy != "" && counts(r) {
			out = max(out, e.state(r.ID))
		}
	}
	return out
}

// exempt returns whether Article 6(3) takes a system out of Annex III.
func (e *evaluation) exempt() truth { return min(not(e.anyEffect(Always)), e.anyEffect(Exempts)) }

// route returns whether the system is high-risk by a route.
func (e *evaluation) route(route Route) truth {
	out := no
	for _, r := range e.table.order {
		if r.Effect == HighRisk && r.Gives == "high_risk_"+string(route) {
			t := e.full(r)
			if r.ExemptBy != "" {
				t = min(t, not(e.exempt()))
			}
			out = max(out, t)
		}
	}
	return out
}

// aiAct adds the result of the AI Act.
func (e *evaluation) aiAct(r *Result) {
	a := &AIActResult{
		Outcome: AISystem, Exceptions: []string{}, HighRiskRoutes: []Route{}, Transparency: []string{}, GeneralPurpose: []string{}, Roles: []string{},
		Legacy: []Route{}, Jurisdictions: []string{}, Consequences: []Consequence{}, Assumptions: append([]Assumption{}, e.table.Assumptions...),
	}
	r.AIAct = a
	for _, route := range []Route{Route61, RouteAnnexIII} {
		switch e.route(route) {
		case yes:
			a.HighRiskRoutes = append(a.HighRiskRoutes, route)
		case open:
			r.Undecided = true
		case no:
		}
	}
	var rests, borders []string
	for _, row := range e.reached() {
		s := e.state(row.ID)
		if s == open && row.Effect == Stop {
			a.Outcome = ReachUndecided
		}
		if row.Reason == No && e.answers[row.ID].Answer == No {
			borders = append(borders, row.Confidence)
		}
		if row.excepted(e.answers[row.ID]) {
			a.Exceptions = append(a.Exceptions, row.ID)
		}
		if s != yes {
			continue
		}
		e.add(a, row)
		if row.Effect != Follows && row.Effect != Suggests {
			rests = append(rests, row.Confidence)
		}
	}
	a.Prohibited = e.anyEffect(Prohibits) == yes
	a.AnnexIIIExempt = e.annexIII(func(*Row) bool { return true }) == yes && e.exempt() == yes
	if !slices.Contains(a.Jurisdictions, "EU") && !slices.Contains(a.Jurisdictions, "NO") {
		a.Jurisdictions = append(a.Jurisdictions, "NO")
	}
	e.legacy(a)
	for i := range a.Consequences {
		e.dates(&a.Consequences[i])
	}
	if len(a.HighRiskRoutes) == 0 && !a.Prohibited {
		rests = append(rests, borders...) // the result rests on a border that somebody drew
	}
	for _, effect := range []Effect{Stop, Prohibits, HighRiskLimited} {
		r.Undecided = r.Undecided || e.anyEffect(effect) == open
	}
	r.restOn(rests...)
}

// add adds what a row that holds says.
func (e *evaluation) add(a *AIActResult, row *Row) {
	once := func(list *[]string, value string) {
		if !slices.Contains(*list, value) {
			*list = append(*list, value)
		}
	}
	switch row.Effect {
	case Stop:
		a.Outcome = Reach(row.Gives)
	case Pauses:
		a.Forecast = true
	case Places:
		once(&a.Jurisdictions, placeOf(row, e.answers[row.ID]))
	case HasRole:
		once(&a.Roles, row.Role)
	case Screens:
		a.Screened = true
	case HighRiskLimited:
		a.HighRiskLimited = true
	case Duty:
		if article, transparency := strings.CutPrefix(row.Gives, "transparency_"); transparency {
			once(&a.Transparency, article)
		} else {
			once(&a.GeneralPurpose, row.Gives)
		}
	case Follows:
		a.Consequences = append(a.Consequences, Consequence{
			Row: row.ID, Key: row.Gives, Text: row.Question, Conditional: row.InCase, Applies: row.Applies, Reference: row.Reference, Note: row.Note,
			Check: checkMark(row.Confidence),
		})
	default: // the row counts for a route, and says nothing by itself
	}
}

// placeOf returns the jurisdiction that a row gives, or that its answer names.
func placeOf(r *Row, a Answer) string {
	if a.Value != "" {
		return a.Value
	}
	return r.Gives
}

// dates gives a consequence without days of its own those of the rows that made the class: the earliest day of the EU.
func (e *evaluation) dates(c *Consequence) {
	if c.Applies != nil {
		return
	}
	for _, r := range e.reached() {
		class := r.Effect == Prohibits || r.Effect == HighRisk && (r.ExemptBy == "" || e.exempt() != yes)
		if class && r.Applies != nil && e.full(r) == yes && (c.Applies == nil || r.Applies.EU < c.Applies.EU) {
			c.Applies = r.Applies
		}
	}
}

// legacy sets the routes for which an older system has more time. The day of first use is compared with the day of each route; without it the answer counts.
func (e *evaluation) legacy(a *AIActResult) {
	for _, r := range e.reached() {
		if r.Effect != Transition || e.state(r.ID) != yes {
			continue
		}
		first := record.Date(e.answers[r.ID].Value)
		for _, route := range a.HighRiskRoutes {
			if first == "" || first < e.routeDate(route) {
				a.Legacy = append(a.Legacy, route)
			}
		}
		if len(a.Legacy) > 0 && len(r.Until) > 0 {
			a.LegacyUntil = r.Until[0].Date
		}
	}
}

// routeDate returns the earliest day in the EU of the rows that gave a route.
func (e *evaluation) routeDate(route Route) (day record.Date) {
	for _, r := range e.reached() {
		if r.Effect == HighRisk && r.Gives == "high_risk_"+string(route) && e.full(r) == yes && (day == "" || r.Applies.EU < day) {
			day = r.Applies.EU
		}
	}
	return day
}
