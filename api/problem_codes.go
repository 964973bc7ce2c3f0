package api

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// problemFiles explain every code. A test holds them to the refusals in the sources.
//
//go:embed problems/*.yaml
var problemFiles embed.FS

// problemsPath is the path of the list of codes. The page of a code is below it, and is the type of problems with that code.
const problemsPath = "/problems"

// ProblemCode is a code that problems, their field faults or their blockers have, with what it means and what to do.
type ProblemCode struct {
	Code string `json:"code"`
	Type string `json:"type"`
	// Statuses are those of the refusals with this code.
	Statuses []ProblemStatus `json:"statuses"`
	Field    bool            `json:"field"`   // members of errors have it
	Blocker  bool            `json:"blocker"` // members of blockers have it
	Means    record.Text     `json:"means"`
	Do       record.Text     `json:"do"`
}

// ProblemStatus is a status of refusals, with its title.
type ProblemStatus struct {
	Status int         `json:"status"`
	Title  record.Text `json:"title"`
}

// ProblemCodes lists every code in alphabetical order.
var ProblemCodes = sync.OnceValue(func() []ProblemCode {
	names, err := fs.Glob(problemFiles, "problems/*.yaml")
	if err != nil {
		panic(err) // the files are embedded above
	}
	var out []ProblemCode
	for _, name := range names {
		list, err := readProblemCodes(name)
		if err != nil {
			panic(err) // a test reads the same embedded files
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b ProblemCode) int { return cmp.Compare(a.Code, b.Code) })
	return out
})

func readProblemCodes(name string) ([]ProblemCode, error) {
	raw, err := problemFiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var entries []struct {
		Code  string      `yaml:"code"`
		As    []string    `yaml:"as"` // the statuses of refusals, "field" and "blocker"
		Means record.Text `yaml:"means"`
		Do    record.Text `yaml:"do"`
	}
	if err := yaml.UnmarshalWithOptions(raw, &entries, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	titles, out := rest.Titles(), make([]ProblemCode, len(entries))
	for i, e := range entries {
		c := ProblemCode{Code: e.Code, Type: problemsPath + "/" + e.Code, Statuses: []ProblemStatus{}, Means: e.Means, Do: e.Do}
		for _, as := range e.As {
			switch as {
			case "field":
				c.Field = true
			case "blocker":
				c.Blocker = true
			default:
				status, _ := strconv.Atoi(as)
				title, ok := titles[status]
				if !ok {
					return nil, fmt.Errorf("%s: %s is %q, which is neither field, blocker nor the status of a refusal", name, e.Code, as)
				}
				c.Statuses = append(c.Statuses, ProblemStatus{Status: status, Title: title})
			}
		}
		out[i] = c
	}
	return out, nil
}

// RefusalCodes lists the codes of problems.
func RefusalCodes() []string {
	return codesWhere(func(c ProblemCode) bool { return len(c.Statuses) > 0 })
}

// FieldCodes lists the codes of members of errors.
func FieldCodes() []string { return codesWhere(func(c ProblemCode) bool { return c.Field }) }

// BlockerCodes lists the codes of members of blockers.
func BlockerCodes() []string { return codesWhere(func(c ProblemCode) bool { return c.Blocker }) }

func codesWhere(ok func(ProblemCode) bool) (out []string) {
	for _, c := range ProblemCodes() {
		if ok(c) {
			out = append(out, c.Code)
		}
	}
	return out
}

// ProblemCodeList has every code.
type ProblemCodeList struct {
	Items []ProblemCode `json:"items"`
}

func listProblemCodes(context.Context, string) (any, error) {
	return ProblemCodeList{Items: ProblemCodes()}, nil
}

func readProblemCode(_ context.Context, code string) (any, error) {
	all := ProblemCodes()
	i, ok := slices.BinarySearchFunc(all, code, func(c ProblemCode, code string) int { return cmp.Compare(c.Code, code) })
	if !ok {
		return nil, notFound()
	}
	return all[i], nil
}
