package policy

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// SectionCheck says whether a section of a template is in a document.
type SectionCheck struct {
	Number    int         `json:"number" example:"1"`
	Key       string      `json:"key" example:"purpose"`
	Heading   record.Text `json:"heading"`
	Mandatory bool        `json:"mandatory"`
	Found     bool        `json:"found"`
	Empty     bool        `json:"empty"` // the heading is there and nothing under it
	Guidance  record.Text `json:"guidance"`
}

// TemplateCheck says which sections of a template a document has.
type TemplateCheck struct {
	Template string         `json:"template" example:"siv-guideline"`
	Title    record.Text    `json:"title"`
	PolicyID string         `json:"policy_id" format:"uuid"`
	Edition  int            `json:"edition" example:"1"`
	Complete bool           `json:"complete"`
	Sections []SectionCheck `json:"sections"`
	Missing  []string       `json:"missing" example:"responsibility"` // mandatory sections that are absent or empty
} // @name TemplateCheck

// Check compares the document with the template.
func (t Template) Check(p *Policy) *TemplateCheck {
	sections := make([]SectionCheck, len(t.Sections))
	found := t.find(headings(p.Body))
	missing := []string{}
	for i, s := range t.Sections {
		c := SectionCheck{Number: s.Number, Key: s.Key, Heading: s.Heading, Mandatory: s.Mandatory, Guidance: s.Guidance}
		text, ok := found[s.Key]
		c.Found, c.Empty = ok, ok && !text
		if s.Mandatory && (!ok || !text) {
			missing = append(missing, s.Key)
		}
		sections[i] = c
	}
	return &TemplateCheck{
		Template: t.Key, Title: t.Title, PolicyID: p.ID, Edition: p.Edition,
		Complete: len(missing) == 0, Sections: sections, Missing: missing,
	}
}

// find tells for each section that has a heading whether it has text. Sections stand on one level, the one on which
// most of them are found: "Generelt" under "3. Fremgangsmåte" is not section 4.
func (t Template) find(list []heading) map[string]bool {
	matches := make([]string, len(list))
	perLevel := [7]map[string]bool{}
	for i, h := range list {
		key := t.match(h)
		if key == "" {
			continue
		}
		matches[i] = key
		if perLevel[h.level] == nil {
			perLevel[h.level] = map[string]bool{}
		}
		perLevel[h.level][key] = true
	}
	level := 0
	for l := range perLevel {
		if len(perLevel[l]) > len(perLevel[level]) {
			level = l
		}
	}
	out := map[string]bool{}
	for i, h := range list {
		if h.level != level || matches[i] == "" {
			continue
		}
		text := h.text
		for _, below := range list[i+1:] {
			if below.level <= level {
				break
			}
			text = text || below.text
		}
		out[matches[i]] = out[matches[i]] || text
	}
	return out
}

// match gives the key of the section that a heading opens, or nothing. Words count before the number; 3.1 opens no section.
func (t Template) match(h heading) string {
	byNumber := ""
	for _, s := range t.Sections {
		if h.number != "" && h.number != strconv.Itoa(s.Number) {
			if !strings.Contains(h.number, ".") && s.named(h.words) {
				return s.Key
			}
			continue
		}
		if s.named(h.words) {
			return s.Key
		}
		if h.number != "" {
			byNumber = s.Key
		}
	}
	return byNumber
}

func (s Section) named(words string) bool {
	return strings.EqualFold(words, s.Heading.NB) || strings.EqualFold(words, s.Heading.EN)
}

// heading is a heading of a Markdown text and whether there is text under it, before the next one.
type heading struct {
	level  int
	number string // "3.1", without a final point
	words  string
	text   bool
}

var (
	headingLine = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	fenceLine   = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")
	numbered    = regexp.MustCompile(`^(\d+(?:\.\d+)*)[.)]?(?:[ \t]+|$)`)
)

// headings lists the headings of a Markdown text. A # in a code block is none.
func headings(markdown string) []heading {
	var out []heading
	fence := ""
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\r\n")
		if m := fenceLine.FindStringSubmatch(line); m != nil {
			switch {
			case fence == "" && (m[1][0] != '`' || !strings.Contains(m[2], "`")):
				fence = m[1]
				continue
			case fence != "" && m[1][0] == fence[0] && len(m[1]) >= len(fence) && strings.TrimSpace(m[2]) == "":
				fence = ""
				continue
			}
		}
		if m := headingLine.FindStringSubmatch(line); m != nil && fence == "" {
			out = append(out, newHeading(len(m[1]), m[2]))
			continue
		}
		if len(out) > 0 && strings.Trim(line, " \t-*_") != "" {
			out[len(out)-1].text = true
		}
	}
	return out
}

func newHeading(level int, line string) heading {
	words := strings.TrimSpace(strings.Trim(strings.TrimSpace(line), "*_"))
	number := ""
	if m := numbered.FindStringSubmatch(words); m != nil {
		number, words = m[1], strings.Trim(words[len(m[0]):], "*_ \t")
	}
	return heading{level: level, number: number, words: strings.TrimRight(words, ": "), text: false}
}
