package classify

import "github.com/ki-styring/aims/internal/record"

// What sections S and N answer, for one system and for one study of it.
const (
	ForRight For = "right_to_use"
	ForStudy For = "study"
)

// Right is by which right a device may be used on patients.
type Right struct {
	// Allowed has the rows of section S that allow it: S-01.
	Allowed []AllowedBy `json:"allowed"`
	// Ordinary is true when a row allows ordinary care, and not only a study or a run that nobody sees.
	Ordinary bool      `json:"ordinary"`
	Warnings []Held    `json:"warnings"`
	Open     []OpenRow `json:"open"`
	Ignored  []string  `json:"ignored"`
	// Blocked is the row that holds when nothing allows it.
	Blocked    *Held        `json:"blocked"`
	Confidence string       `json:"confidence" enums:"high,medium,low"`
	Check      *record.Text `json:"check"`
} // @name RightToUse

// AllowedBy is a row that allows the use: for ordinary care, for a study, or in shadow mode.
type AllowedBy struct {
	Held
	Use   string      `json:"use" enums:"ordinary,study,shadow"`
	Until record.Date `json:"until,omitempty"`
} // @name AllowedBy

// RightToUse returns what section S says of the answers, for a device of a class.
func RightToUse(t *Table, a Answers, facts Facts) (*Right, error) {
	e := evaluate(t, ForRight, a, facts, open)
	if err := e.check(true); err != nil {
		return nil, err
	}
	common := e.result(ForRight)
	r := &Right{Allowed: []AllowedBy{}, Warnings: []Held{}, Open: common.Open, Ignored: common.Ignored}
	var rests []string
	for _, row := range e.reached() {
		if e.full(row) != yes || row.Effect == Condition {
			continue
		}
		h := e.held(row)
		switch row.Effect {
		case Allows:
			r.Allowed = append(r.Allowed, AllowedBy{Held: h, Use: row.Use, Until: row.until(facts.Class)})
			r.Ordinary = r.Ordinary || row.Use == "ordinary"
		case Warns:
			r.Warnings = append(r.Warnings, h)
		default:
			r.Blocked = &h
		}
		rests = append(rests, row.Confidence)
	}
	common.restOn(rests...)
	r.Confidence, r.Check = common.Confidence, common.Check
	return r, nil
}

// until returns the last day of the right for a class. A class with a modifier counts as I.
func (r *Row) until(class string) record.Date {
	if len(class) == 2 && rank(class) < 0 {
		class = "I"
	}
	for _, u := range r.Until {
		if u.Class == class || u.Class == "" {
			return u.Date
		}
	}
	return ""
}

// Regime is which Norwegian rules a study follows.
type Regime struct {
	// Row is the row of section N that decides, with what it gives. It is null while the regime is open.
	Row     *Held     `json:"row"`
	Open    []OpenRow `json:"open"`
	Ignored []string  `json:"ignored"`
	// Undecided is true when no row decides, or the one that does leaves it open.
	Undecided bool         `json:"undecided"`
	Check     *record.Text `json:"check"`
} // @name StudyRegime

// StudyRegime returns what section N says of the answers about one study.
func StudyRegime(t *Table, a Answers, facts Facts) (*Regime, error) {
	e := evaluate(t, ForStudy, a, facts, open)
	if err := e.check(true); err != nil {
		return nil, err
	}
	common := e.result(ForStudy)
	r := &Regime{Open: common.Open, Ignored: common.Ignored, Undecided: true}
	for _, row := range e.reached() {
		switch e.state(row.ID) {
		case open:
			return r, nil // a row before the one that decides is not known
		case yes:
			h := e.held(row)
			r.Row, r.Undecided, r.Check = &h, row.Effect == Leaves, checkMark(row.Confidence)
			return r, nil
		case no:
		}
	}
	return r, nil
}
