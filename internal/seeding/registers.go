package seeding

import (
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/authority"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/reference"
)

// builtInReference is one entry of seed/references.yaml.
type builtInReference struct {
	reference.Input
	LastCheckedOn record.Date `json:"last_checked_on"`
}

// installReferences stores the external references that every installation starts with, as records at the root.
func installReferences(tx *record.Tx, seed fs.FS) error {
	var list []builtInReference
	if err := readEntries(seed, "references.yaml", &list); err != nil {
		return err
	}
	for _, b := range list {
		b.Scope = "/"
		r := reference.New(b.Input, record.DateOf(tx.Now))
		r.LastCheckedOn = b.LastCheckedOn
		if _, err := reference.Repo.Create(tx.Follow("reference", "create"), r); err != nil {
			return fmt.Errorf("reference %s: %w", b.URL, err)
		}
	}
	return nil
}

// installAuthorities stores the authorities that every installation starts with.
func installAuthorities(tx *record.Tx, seed fs.FS) error {
	var list []authority.Input
	if err := readEntries(seed, "authorities.yaml", &list); err != nil {
		return err
	}
	for _, in := range list {
		in.Scope = "/"
		if _, err := authority.Repo.Create(tx.Follow("authority", "create"), authority.New(in)); err != nil {
			return fmt.Errorf("authority %s: %w", in.Key, err)
		}
	}
	return nil
}

// readEntries decodes a YAML file by the JSON names of its fields, and refuses unknown ones.
func readEntries(from fs.FS, name string, into any) error {
	data, err := fs.ReadFile(from, name)
	if err != nil {
		return err
	}
	raw, err := yaml.YAMLToJSON(data)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return strictJSON(name, raw, into)
}
