package access

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/record"
)

// rules are the policy tables other than the grants.
type rules struct {
	separations map[record.Permission][]separation
	exclusive   [][2][]string // roles that one person cannot have together
	authorities map[record.Permission][]authority
	delegations map[string][]string
	titles      map[string]record.Text // of the built-in roles
	actions     map[string]act         // by action, or by kind:action where it is so for one kind only
	ofBody      map[record.Permission]bool
	answersNo   map[record.Permission]record.Permission // the answer no, open to each voting member of a body, to the action it answers
}

type separation struct {
	actions []string // earlier actions, or *
	but     []string // actions that * leaves out: the reviewer's own answers
	window  []string // only acts after the last of these count; empty means all acts count
	while   string   // acts count only while this fact names the person; empty means always
}

// act is a row of actions.csv.
type act struct{ deciding, answer bool }

// act returns the row for an action on a kind. A row for the kind takes precedence.
func (r rules) act(p record.Permission) act {
	if a, ok := r.actions[p.String()]; ok {
		return a
	}
	return r.actions[p.Action]
}

// answers returns the actions by which a reviewer of a kind answers.
func (r rules) answers(kind string) (out []string) {
	for name := range r.actions {
		object, action, ok := strings.Cut(name, ":")
		if !ok {
			object, action = kind, name
		}
		if object == kind && r.act(record.Permission{Object: kind, Action: action}).answer && !slices.Contains(out, action) {
			out = append(out, action)
		}
	}
	return out
}

func (s separation) earlier(action string) bool {
	if slices.Contains(s.actions, "*") {
		return !slices.Contains(s.but, action)
	}
	return slices.Contains(s.actions, action)
}

// holds reports whether an earlier act still counts, given the fact in while, which may name several persons. Every act counts for a record that has no
// such fact. An act of an API key is also an act of the person responsible for it; both have the same event.
func (s separation) holds(m *record.Meta, h record.PriorAct) bool {
	if s.while == "" {
		return true
	}
	known := false
	for _, f := range m.Facts {
		if f.Name != s.while {
			continue
		}
		known = true
		if slices.ContainsFunc(m.PriorActs, func(by record.PriorAct) bool {
			return by.Person == f.Value && (by.Person == h.Person || by.Action == h.Action && by.Seq == h.Seq)
		}) {
			return true
		}
	}
	return !known
}

type authority struct {
	fact, value string
	roles       []string
	atMost      record.Duration
}

func readRules(files fs.FS) (rules, error) {
	r := rules{
		separations: map[record.Permission][]separation{},
		authorities: map[record.Permission][]authority{},
		delegations: map[string][]string{},
		titles:      map[string]record.Text{},
		actions:     map[string]act{},
		ofBody:      map[record.Permission]bool{},
		answersNo:   map[record.Permission]record.Permission{},
	}
	if err := r.readTitles(files); err != nil {
		return r, err
	}
	rows, err := readTable(files, "actions.csv")
	if err != nil {
		return r, err
	}
	for _, row := range rows {
		if _, twice := r.actions[row[0]]; twice || len(row) != 3 {
			return r, fmt.Errorf("actions.csv: %v", row)
		}
		r.actions[row[0]] = act{deciding: row[1] == "yes", answer: row[2] == "yes"}
	}
	if rows, err = readTable(files, "separations.csv"); err != nil {
		return r, err
	}
	for _, row := range rows {
		if row[0] == "roles" {
			r.exclusive = append(r.exclusive, [2][]string{strings.Split(row[1], "|"), strings.Split(row[2], "|")})
			continue
		}
		s := separation{actions: strings.Split(row[1], "|"), but: r.answers(row[0])}
		switch window, at, _ := strings.Cut(row[3], " "); {
		case window == "since" && at != "":
			s.window = strings.Split(at, "|")
		case window == "while" && at != "":
			s.while = at
		case row[3] != "life":
			return r, fmt.Errorf("separations.csv: window %q", row[3])
		}
		p := record.Permission{Object: row[0], Action: row[2]}
		r.separations[p] = append(r.separations[p], s)
	}
	if rows, err = readTable(files, "authorities.csv"); err != nil {
		return r, err
	}
	for _, row := range rows {
		a := authority{roles: strings.Split(row[3], "|")}
		a.fact, a.value, _ = strings.Cut(row[1], "=")
		if row[4] != "" {
			if a.atMost, err = record.ParseDuration(row[4]); err != nil {
				return r, fmt.Errorf("authorities.csv: %w", err)
			}
		}
		p := record.Permission{Object: row[0], Action: row[2]}
		r.authorities[p] = append(r.authorities[p], a)
	}
	if rows, err = readTable(files, "body-actions.csv"); err != nil {
		return r, err
	}
	for _, row := range rows {
		r.ofBody[record.Permission{Object: row[0], Action: row[1]}] = true
		if row[2] != "" {
			r.answersNo[record.Permission{Object: row[0], Action: row[2]}] = record.Permission{Object: row[0], Action: row[1]}
		}
	}
	if rows, err = readTable(files, "delegations.csv"); err != nil {
		return r, err
	}
	for _, row := range rows {
		r.delegations[row[0]] = strings.Split(row[1], "|")
	}
	return r, nil
}

// readTitles reads what people call the built-in roles.
func (r rules) readTitles(files fs.FS) error {
	data, err := fs.ReadFile(files, "roles.yaml")
	if err != nil {
		return fmt.Errorf("policies: %w", err)
	}
	var roles []struct {
		Key   string      `yaml:"key"`
		Title record.Text `yaml:"title"`
	}
	if err := yaml.Unmarshal(data, &roles); err != nil {
		return fmt.Errorf("policies: roles.yaml: %w", err)
	}
	for _, role := range roles {
		r.titles[role.Key] = role.Title
	}
	return nil
}

// readTable reads a CSV with comments; the file's first comment names its columns.
func readTable(files fs.FS, name string) ([][]string, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	defer f.Close() //nolint:errcheck // embedded
	c := csv.NewReader(f)
	c.Comment, c.TrimLeadingSpace, c.FieldsPerRecord = '#', true, -1
	rows, err := c.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("policies: %s: %w", name, err)
	}
	for _, r := range rows {
		for i := range r {
			r[i] = strings.TrimSpace(r[i])
		}
	}
	return rows, nil
}

// authority returns the first row that matches these facts, or nil when no row does.
func (r rules) authority(p record.Permission, m *record.Meta) *authority {
	list := r.authorities[p]
	for i := range list {
		if list[i].fact == "" || m.Fact(list[i].fact) == list[i].value {
			return &list[i]
		}
	}
	return nil
}

func (r rules) authorised(p record.Permission, m *record.Meta, role string) bool {
	if len(r.authorities[p]) == 0 {
		return true
	}
	a := r.authority(p, m)
	return a == nil || slices.Contains(a.roles, role)
}

// OfBody reports whether an action is the body's where the right to it comes from a seat on a body.
func (g *Guard) OfBody(p record.Permission) bool { return g.rules.ofBody[p] }

// Deciding reports whether an action is a decision. Only persons take decisions, and only built-in roles grant them.
func (g *Guard) Deciding(p record.Permission) bool { return g.rules.act(p).deciding }

// Asks sets the permissions that the routes check. A grant of any other permission has no effect.
func (g *Guard) Asks(permissions map[record.Permission]bool) { g.asked = permissions }

// Asked reports whether a route checks a permission, or the permission is to read.
func (g *Guard) Asked(p record.Permission) bool { return p.Action == "read" || g.asked[p] }

// HandsOut reports whether holders of a role may assign another role. delegations.csv lists custom roles as "custom".
func (g *Guard) HandsOut(role, given string, custom bool) bool {
	if custom {
		given = "custom"
	}
	return slices.Contains(g.rules.delegations[role], given)
}

// Exclusive reports whether one person cannot have both roles in overlapping scopes.
func (g *Guard) Exclusive(a, b string) bool {
	for _, pair := range g.rules.exclusive {
		if slices.Contains(pair[0], a) && slices.Contains(pair[1], b) || slices.Contains(pair[0], b) && slices.Contains(pair[1], a) {
			return true
		}
	}
	return false
}
