package rest

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Texts translates the sentences and labels in answers to Norwegian (bokmål) and English.
type Texts struct {
	norwegian map[string]string      // the Norwegian format of a sentence, by its key
	actions   map[string]record.Text // the labels of actions that have no label, or several, in a workflow
}

// NewTexts reads the Norwegian sentences from the *.tsv files in a folder. A line has the key, a tab and the sentence; a line that begins with
// # is a comment.
func NewTexts(files fs.FS, actions map[string]record.Text) (*Texts, error) {
	t := &Texts{norwegian: map[string]string{}, actions: actions}
	names, err := fs.Glob(files, "*.tsv")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(b)) {
			key, nb, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
			if ok && !strings.HasPrefix(line, "#") {
				t.norwegian[key] = nb
			}
		}
	}
	return t, nil
}

// Word returns the label of a kind, in lower case as inside a sentence, or the label of an action on a kind.
// An object of grants that is not a kind has a label among those of the actions. Several kinds are joined with "or".
func (t *Texts) Word(w fault.Word) record.Text {
	if w.Action == "" {
		var nb, en []string
		for name := range strings.SplitSeq(w.Kind, "|") {
			label := record.Text{NB: name, EN: fault.Word{Kind: name}.String()}
			if k := record.KindOf(name); k != nil {
				label = k.Label
			} else if known, ok := t.actions[name]; ok {
				label = known
			}
			nb, en = append(nb, inSentence(label.NB)), append(en, inSentence(label.EN))
		}
		return record.Text{NB: strings.Join(nb, " eller "), EN: strings.Join(en, " or ")}
	}
	if k := record.KindOf(w.Kind); k != nil {
		if label, one := labelOf(k, w.Action); one {
			return label
		}
	}
	if known, ok := t.actions[w.Action]; ok {
		return known
	}
	return record.Text{NB: w.String(), EN: w.String()}
}

// labelOf returns the label of a verb. One is false if the verb has no label, or different labels in different states.
func labelOf(k *record.Kind, verb string) (label record.Text, one bool) {
	for _, step := range k.Workflow {
		if step.Verb == verb {
			if one && step.Label != label {
				return record.Text{}, false
			}
			label, one = step.Label, true
		}
	}
	return label, one
}

// inSentence returns a label with a lower-case first letter, unless it begins with an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// Say returns a sentence in a language, nb or en. It also translates sentences, words, labels and choices of closed lists among its values. All
// other values stay as they are, because they may be the caller's own text.
func (t *Texts) Say(s fault.Text, lang string) string {
	format, args := s.Format, slices.Clone(s.Args)
	if nb, ok := t.norwegian[s.Key]; ok && lang != "en" {
		format = nb
	}
	for i, a := range args {
		switch a := a.(type) {
		case fault.Text:
			args[i] = t.Say(a, lang)
		case fault.Word:
			args[i] = t.Word(a).In(lang)
		case record.Text:
			args[i] = a.In(lang)
		case record.Labels:
			args[i] = a.In(lang)
		default:
			for _, c := range record.ChoicesOf(reflect.TypeOf(a)) {
				if c.Value == reflect.ValueOf(a).String() {
					args[i] = c.Label.In(lang)
				}
			}
		}
	}
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// ownLanguage is the key in a request's context of the language that the caller reads, if the request names none.
const ownLanguage = "language"

// languageOf returns the language of an answer: by the Accept-Language header or, without one, what the caller reads.
func languageOf(g *gin.Context) string {
	if own := g.GetString(ownLanguage); own != "" {
		return own
	}
	return language(g.GetHeader("Accept-Language"))
}

// language returns nb or en, by the Accept-Language header (RFC 9110). The tags nn and no, and an empty header, give nb.
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
