package main

import (
	_ "embed" // for the text of the introduction
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/rest"
)

// introductionText is the introduction to the description, in Markdown. A test runs its commands against the demo.
//
//go:embed introduction.md
var introductionText string

// introduction returns the text with the table of the common errors.
func introduction() string {
	var table strings.Builder
	table.WriteString("| Status | When | Codes, among others |\n| --- | --- | --- |\n")
	for _, status := range slices.Sorted(maps.Keys(problems)) {
		var list []string
		for _, r := range problems[status].examples {
			list = append(list, r.code)
		}
		fmt.Fprintf(&table, "| %d %s | %s | %s |\n", status, rest.Titles()[status].EN, problems[status].when, codes(list))
	}
	return strings.Replace(introductionText, "{{errors}}\n", table.String(), 1)
}
