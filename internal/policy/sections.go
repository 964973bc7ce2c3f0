package policy

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/ki-styring/aims/internal/record"
)

// SectionCheck says whether a section of a template is in a document.
type SectionCheck struct {
	Number    int         `json:"number" example:"1"`
	Key       string      `json:"key" example:"purpose"`
	Heading   record.Text `json:"heading"`
	Mandatory bool        `json:"mandatory"`
	Found     bool        `json:"found"`
	Empty     bool        `json:"empty"` // the heading has no text under it
	Guidance  record.Text `json:"guidance"`
}

// TemplateCheck says which sections of a template a document has.
type TemplateCheck struct {
	Template string         `json:"template" example:"siv-guideline"`
	Title    record.Text    `json:"title"`
	PolicyID string         `json:"policy_id" format:"uuid" names:"policy"`
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

// find reports for each section whose heading was found whether it has text. All sections are on one heading level: the level with
// the most of them. So "Generelt" under "3. Fremgangsmåte" is not section 4.
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

// match returns the key of the section that a heading starts, or an empty string. The words of a heading are compared before its number.
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

// heading is a heading of a Markdown text, and whether there is text between it and the next heading.
type heading struct {
	level  int
	number string // "3.1", without a final point
	words  string
	text   bool
}

var (
	headingLine = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	underline   = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
	fenceLine   = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")
	noParagraph = regexp.MustCompile(`^(?:    |\t| {0,3}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))`) // the start of code, a quotation or a list
	numbered    = regexp.MustCompile(`^(\d+(?:\.\d+)*)\\?[.)]?(?: |$)`)
)

// headings lists the headings of a Markdown text, marked by # or underlined. It ignores # in code blocks, and comments do not count as text.
func headings(markdown string) []heading {
	var r headingReader
	for line := range strings.Lines(markdown) {
		r.line(strings.TrimRight(line, "\r\n"))
	}
	r.text()
	return r.list
}

// headingReader reads a Markdown text line by line.
type headingReader struct {
	list      []heading
	fence     string   // the fence of the open code block
	comment   bool     // inside an HTML comment
	paragraph []string // lines that become a heading if an underline follows
	other     bool     // text that cannot become a heading
}

func (r *headingReader) line(line string) {
	if r.fence == "" {
		line = r.uncommented(line)
	}
	if r.fenced(line) {
		return
	}
	if r.fence != "" {
		r.other = r.other || strings.TrimSpace(line) != ""
		return
	}
	if m := headingLine.FindStringSubmatch(line); m != nil {
		r.heading(len(m[1]), m[2])
		return
	}
	if m := underline.FindStringSubmatch(line); m != nil && len(r.paragraph) > 0 {
		level, words := 1, strings.Join(r.paragraph, " ")
		if m[1][0] == '-' {
			level = 2
		}
		r.paragraph = nil
		r.heading(level, words)
		return
	}
	switch {
	case strings.TrimSpace(line) == "":
		r.text()
	case len(r.paragraph) == 0 && noParagraph.MatchString(line), r.other:
		r.other = r.other || filledText(line)
	default:
		r.paragraph = append(r.paragraph, line)
	}
}

// fenced opens or closes a code block.
func (r *headingReader) fenced(line string) bool {
	m := fenceLine.FindStringSubmatch(line)
	switch {
	case m == nil:
		return false
	case r.fence == "" && (m[1][0] != '`' || !strings.Contains(m[2], "`")):
		r.text()
		r.fence = m[1]
		return true
	case r.fence != "" && m[1][0] == r.fence[0] && len(m[1]) >= len(r.fence) && strings.TrimSpace(m[2]) == "":
		r.text()
		r.fence = ""
		return true
	}
	return false
}

// uncommented returns a line without its HTML comments.
func (r *headingReader) uncommented(line string) string {
	var b strings.Builder
	for line != "" {
		mark := "<!--"
		if r.comment {
			mark = "-->"
		}
		before, after, found := strings.Cut(line, mark)
		if !r.comment {
			b.WriteString(before)
		}
		if found && !r.comment && !strings.Contains(after, "-->") && strings.TrimSpace(b.String()) != "" {
			return b.String() + mark + after // a comment inside a paragraph must end on the same line
		}
		if found {
			r.comment = !r.comment
		}
		line = after
	}
	return b.String()
}

// text ends a paragraph. The paragraph counts as text under the heading before it.
func (r *headingReader) text() {
	if n := len(r.list); n > 0 && (r.other || filledText(strings.Join(r.paragraph, ""))) {
		r.list[n-1].text = true
	}
	r.paragraph, r.other = nil, false
}

func (r *headingReader) heading(level int, line string) {
	r.text()
	r.list = append(r.list, newHeading(level, line))
}

// filledText reports whether a line holds more than emphasis marks or a horizontal rule.
func filledText(line string) bool {
	return strings.TrimFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("-*_", r) }) != ""
}

func newHeading(level int, line string) heading {
	words := strings.Trim(strings.Join(strings.Fields(line), " "), "*_ ") // a non-breaking space counts as a space
	number := ""
	if m := numbered.FindStringSubmatch(words); m != nil {
		number, words = m[1], strings.Trim(words[len(m[0]):], "*_ ")
	}
	return heading{level: level, number: number, words: strings.TrimRight(words, ": "), text: false}
}
