package policy

import (
	"regexp"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
)

// Submission is the request that submits an edition for approval.
type Submission struct {
	// AcceptGaps is the reason to submit a text that lacks a mandatory section or has open points. The approver sees it.
	AcceptGaps string `json:"accept_gaps,omitempty" validate:"omitempty,filled,max=2000" example:"Avsnittet om ansvar kommer når omorganiseringen er vedtatt."`
} // @name PolicySubmission

// Why gives the reason to the event log.
func (s Submission) Why() string { return s.AcceptGaps }

// AcceptedGaps is what the text lacked when it was submitted, and why it was submitted all the same.
type AcceptedGaps struct {
	Reason     string      `json:"reason"`
	By         string      `json:"by" format:"uuid" names:"user"`
	At         time.Time   `json:"at"`
	Sections   []string    `json:"sections" example:"responsibility"` // the keys of the mandatory sections that are absent or empty
	OpenPoints []OpenPoint `json:"open_points"`
} // @name PolicyAcceptedGaps

// OpenPoint is a line of the text that says that something remains to be done.
type OpenPoint struct {
	Line int    `json:"line" example:"11"`
	Text string `json:"text" example:"Gjenstår: hvem avgjør når kravet ikke er nådd?"`
} // @name PolicyOpenPoint

// openPoint finds the words that mark an open point: "Gjenstår" at the start of a sentence or before a colon, and "TODO".
var openPoint = regexp.MustCompile(`\b(?:Gjenstår|GJENSTÅR|TODO|(?i:gjenstår|todo)[ \t]*:)(?:$|[^\pL\pN])`)

// Limits of the list of open points.
const (
	maxOpenPoints = 50
	maxPointText  = 200
)

// openPoints lists the lines of a text that have an open point, at most fifty.
func openPoints(body string) []OpenPoint {
	out, line := []OpenPoint{}, 0
	for text := range strings.Lines(body) {
		line++
		text = strings.TrimSpace(text)
		if !openPoint.MatchString(text) {
			continue
		}
		if letters := []rune(text); len(letters) > maxPointText {
			text = string(letters[:maxPointText])
		}
		if out = append(out, OpenPoint{Line: line, Text: text}); len(out) == maxOpenPoints {
			break
		}
	}
	return out
}

// missingSections lists the mandatory sections of the document's template that are absent or empty.
func (p *Policy) missingSections() []Section {
	t, ok := TemplateOf(DefaultTemplate(p.Kind))
	if !ok {
		return nil
	}
	var out []Section
	for _, s := range t.Check(p).Sections {
		if s.Mandatory && (!s.Found || s.Empty) {
			out = append(out, Section{Number: s.Number, Key: s.Key, Heading: s.Heading})
		}
	}
	return out
}

// checkGaps looks for mandatory sections that are missing and for open points. With a reason, it keeps them for the approver; without one, they are blockers.
func (p *Policy) checkGaps(b *fault.Blockers, in Submission, by string, at time.Time) {
	sections, points := p.missingSections(), openPoints(p.Body)
	p.AcceptedGaps = nil
	if len(sections)+len(points) == 0 {
		return
	}
	if in.AcceptGaps != "" {
		p.AcceptedGaps = &AcceptedGaps{Reason: in.AcceptGaps, By: by, At: at, Sections: []string{}, OpenPoints: points}
		for _, s := range sections {
			p.AcceptedGaps.Sections = append(p.AcceptedGaps.Sections, s.Key)
		}
		return
	}
	for _, s := range sections {
		b.Add("section_missing", "/body", `write the mandatory section "%s"`, s.Heading)
	}
	for _, point := range points {
		b.Add("open_point", "/body", "line %d has an open point: %s", point.Line, point.Text)
	}
}
