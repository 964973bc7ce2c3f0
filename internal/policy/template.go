package policy

import (
	"fmt"
	"io/fs"
	"sort"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
)

// Template lists the sections of a type of document.
type Template struct {
	Key      string      `yaml:"key" validate:"required,slug"`
	Title    record.Text `yaml:"title"`
	Sections []Section   `yaml:"sections" validate:"required,min=1,max=100,dive"`
}

// Section is one section of a template.
type Section struct {
	Number    int         `yaml:"number" validate:"min=1"`
	Key       string      `yaml:"key" validate:"required,max=60"`
	Heading   record.Text `yaml:"heading"`
	Mandatory bool        `yaml:"mandatory"`
	Guidance  record.Text `yaml:"guidance"`
}

// ParseTemplate reads a template from YAML. An unknown field is an error.
func ParseTemplate(b []byte) (Template, error) {
	var t Template
	if err := yaml.UnmarshalWithOptions(b, &t, yaml.Strict()); err != nil {
		return t, err
	}
	if err := record.Shape(t); err != nil {
		return t, err
	}
	numbers, keys := map[int]bool{}, map[string]bool{}
	for _, s := range t.Sections {
		if numbers[s.Number] || keys[s.Key] {
			return t, fmt.Errorf("section %d %s is there twice", s.Number, s.Key)
		}
		numbers[s.Number], keys[s.Key] = true, true
	}
	return t, nil
}

var templates = map[string]Template{}

// LoadTemplates reads every template of the folder. Call it once at startup.
func LoadTemplates(folder fs.FS) error {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return fmt.Errorf("list templates: %w", err)
	}
	loaded := map[string]Template{}
	for _, name := range names {
		b, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("read template: %w", err)
		}
		t, err := ParseTemplate(b)
		if err != nil {
			return fmt.Errorf("template %s: %w", name, err)
		}
		loaded[t.Key] = t
	}
	templates = loaded
	return nil
}

// TemplateOf returns the template with that key.
func TemplateOf(key string) (Template, bool) {
	t, ok := templates[key]
	return t, ok
}

// TemplateKeys lists the keys of all templates.
func TemplateKeys() []string {
	out := make([]string, 0, len(templates))
	for k := range templates {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// DefaultTemplate returns the template for a kind of document: its own, the only one there is, or an empty string.
func DefaultTemplate(k Kind) string {
	keys := TemplateKeys()
	switch {
	case len(keys) == 1:
		return keys[0]
	case k == KindGuideline:
		return "siv-guideline"
	default:
		return ""
	}
}
