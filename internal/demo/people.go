package demo

import (
	"io/fs"
	"slices"
)

// Person is a person of the demo, as its file describes them.
type Person struct {
	Username string
	Name     string
	Title    string   // their position at the hospital
	Unit     string   // the name of the unit
	Roles    []string // the keys of their roles; that of every employee only when there is no other
}

const employee = "employee"

// People lists the people of the demo in the order of the file, with the roles that they are assigned and those that come with a seat on a body.
func People(files fs.FS) ([]Person, error) {
	h, err := readHospital(files)
	if err != nil {
		return nil, err
	}
	units := map[string]string{}
	for _, u := range h.Units {
		units[u.Path] = u.Name
	}
	out := make([]Person, len(h.People))
	for i, p := range h.People {
		out[i] = Person{Username: p.Username, Name: p.Name, Title: p.Title, Unit: units[p.Unit], Roles: []string{}}
		add := func(role string) {
			if role != "" && role != employee && !slices.Contains(out[i].Roles, role) {
				out[i].Roles = append(out[i].Roles, role)
			}
		}
		for _, r := range p.Roles {
			add(r.Role)
		}
		for _, b := range h.Bodies {
			for _, m := range b.Memberships {
				if m.Person == p.Username && m.Confirmed != nil && (m.To == "" || m.To >= h.Today) {
					add(b.record().RoleOf(m.Participation))
				}
			}
		}
		if len(out[i].Roles) == 0 {
			out[i].Roles = []string{employee} // everybody has it at their unit
		}
	}
	return out, nil
}
