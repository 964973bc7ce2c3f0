package main

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// grants are the built-in roles with their rows of grants.csv.
type grants struct {
	roles  []string            // in the order of roles.yaml
	groups map[string][]string // the groups of roles whose grants a role has as well, other than employee
	rows   []grant
}

type grant struct {
	role, object, action, reach, power string
}

// readGrants reads the built-in roles and their grants.
func readGrants(files fs.FS) (grants, error) {
	g := grants{groups: map[string][]string{}}
	text, err := fs.ReadFile(files, "roles.yaml")
	if err != nil {
		return g, err
	}
	var roles []struct{ Key string }
	if err := yaml.Unmarshal(text, &roles); err != nil {
		return g, fmt.Errorf("roles.yaml: %w", err)
	}
	for _, r := range roles {
		g.roles = append(g.roles, r.Key)
	}
	file, err := files.Open("grants.csv")
	if err != nil {
		return g, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	rows := csv.NewReader(file)
	rows.Comment, rows.FieldsPerRecord = '#', -1 // a line of a group has fewer columns
	table, err := rows.ReadAll()
	if err != nil {
		return g, fmt.Errorf("grants.csv: %w", err)
	}
	for _, row := range table {
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		switch {
		case row[0] == "p":
			g.rows = append(g.rows, grant{row[1], row[2], row[3], row[4], row[6]})
		case row[0] == "g" && !slices.Contains(g.roles, row[2]):
			g.groups[row[1]] = append(g.groups[row[1]], row[2])
		}
	}
	return g, nil
}

// of returns the built-in roles that have a permission, and the same in words with the conditions of the grants.
func (g grants) of(object, action string) (roles []string, words string) {
	roles = []string{}
	var said []string
	for _, role := range g.roles {
		var own, left, always bool
		power := ""
		for _, row := range g.rows {
			if row.role != role && !slices.Contains(g.groups[role], row.role) || !listed(object, row.object) || !listed(action, row.action) {
				continue
			}
			switch {
			case row.power != "":
				power = row.power
			case row.reach == "own" || row.reach == "about":
				own = true
			case row.reach == "left":
				left = true
			default:
				always = true
			}
		}
		condition := ""
		switch {
		case always:
		case power != "":
			condition = " (with the power " + code(power) + ")"
		case left:
			condition = " (own records, and those of people who have left)"
		case own:
			condition = " (own records)"
		default:
			continue
		}
		roles = append(roles, role)
		said = append(said, code(role)+condition)
	}
	return roles, strings.Join(said, ", ")
}

func listed(value, list string) bool {
	return list == "*" || slices.Contains(strings.Split(list, "|"), value)
}
