package seeding

import (
	"errors"
	"slices"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rights"
)

// Seeded lists what seed files changed in one section: What is the name of the section, or the key of a framework.
type Seeded struct {
	What      string
	Added     []string
	Changed   []catalogue.ImportChange
	Unchanged int
	LeftAlone []catalogue.LeftAlone
}

// Guard answers what the use cases ask about rights.
type Guard = rights.RoleGuard

// File is a seed file of an installation, with its entries.
type File struct {
	*catalogue.Installation
	entries map[string]any // by section, a list of its type of entry
}

// Contents returns the type of a seed file. The problems say why a file could not be read.
func Contents(name string, data []byte) (catalogue.Content, []catalogue.Problem) {
	return catalogue.Contents(name, data, sectionNames())
}

// sectionNames lists the sections that stand at the top of a file.
func sectionNames() (out []string) {
	for _, s := range sections() {
		if !s.nested() {
			out = append(out, s.name())
		}
	}
	return out
}

// ReadInstallation reads a seed file of an installation, and checks every entry by the rules of its kind. Faults of the file are in File.Problems.
func ReadInstallation(name string, data []byte) (*File, error) {
	f := &File{catalogue.ParseInstallation(name, data, sectionNames()), map[string]any{}}
	for _, s := range sections() {
		if err := s.read(f); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// loader is one load of seed files.
type loader struct {
	tx     *record.Tx
	files  []*File
	guard  Guard
	hashes map[string]string
	ids    map[string]map[string]string // by section and key
}

// id returns the id of the record of a section with a key, or "" when there is none.
func (l *loader) id(of, key string) (string, error) {
	if l.ids[of] == nil {
		for _, s := range sections() {
			if s.name() != of {
				continue
			}
			var err error
			if l.ids[of], err = s.index(l); err != nil {
				return "", err
			}
		}
	}
	return l.ids[of][key], nil
}

func (l *loader) faulty() bool {
	return slices.ContainsFunc(l.files, func(f *File) bool { return len(f.Problems()) > 0 })
}

// ErrMeanwhile says that people were added or removed while the one-time passwords were made.
var ErrMeanwhile = errors.New("the people of the installation have changed meanwhile: load the files again")

// Seed creates and changes records as the files say. It writes only what differs. Records that are in no file do not change, and neither does what a
// person has decided or changed. Whatever needs another person's decision waits for that person. Hashes are those of the one-time passwords of new
// people, by username. Faults of entries are in File.Problems; the caller must roll back when there are any.
func Seed(tx *record.Tx, files []*File, guard Guard, hashes map[string]string) ([]*Seeded, error) {
	l := &loader{tx: tx, files: files, guard: guard, hashes: hashes, ids: map[string]map[string]string{}}
	var out []*Seeded
	for _, s := range sections() {
		seeded, err := s.load(l)
		if err != nil {
			return nil, err
		}
		if seeded == nil {
			continue
		}
		out = append(out, seeded)
		if s.name() == people.title && len(seeded.Added) < len(hashes) && !l.faulty() {
			return nil, ErrMeanwhile
		}
	}
	return out, nil
}

// NewPeople lists the usernames in the files that nobody has yet.
func NewPeople(tx *record.Tx, files []*File) (out []string, err error) {
	l := &loader{tx: tx, ids: map[string]map[string]string{}}
	seen := map[string]bool{}
	for _, f := range files {
		for _, p := range f.entries["people"].([]entry[person]) {
			name := usernameOf(p.in.Username)
			id, err := l.id("people", name)
			if err != nil {
				return nil, err
			}
			if id == "" && !seen[name] {
				out, seen[name] = append(out, name), true
			}
		}
	}
	return out, nil
}
