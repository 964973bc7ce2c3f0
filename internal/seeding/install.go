// Package seeding loads an installation from files: built-in roles, frameworks, risk methods, units, roles and controls.
package seeding

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

// builtInRole is one entry of policies/roles.yaml.
type builtInRole struct {
	Key            string         `yaml:"key"`
	Title          record.Text    `yaml:"title"`
	Responsibility record.Text    `yaml:"responsibility"`
	Authority      record.Text    `yaml:"authority"`
	Competence     record.Text    `yaml:"competence"`
	By             org.RoleSource `yaml:"by"`
}

// Install fills an empty installation: the built-in roles, frameworks, risk methods, external references and authorities.
func Install(tx *record.Tx, policies, seed fs.FS) error {
	if err := InstallRoles(tx, policies); err != nil {
		return err
	}
	if err := InstallFrameworks(tx, seed); err != nil {
		return err
	}
	if err := installMethods(tx, seed); err != nil {
		return err
	}
	if err := installReferences(tx, seed); err != nil {
		return err
	}
	return installAuthorities(tx, seed)
}

// InstallRoles stores the built-in roles as records, so that they can be listed and referred to like other roles.
func InstallRoles(tx *record.Tx, policies fs.FS) error {
	var roles []builtInRole
	if err := readYAML(policies, "roles.yaml", &roles); err != nil {
		return err
	}
	for _, b := range roles {
		r := org.NewRole(org.RoleInput{
			Common: record.Common{Scope: "/"}, Key: b.Key, Title: b.Title,
			Responsibility: b.Responsibility, Authority: b.Authority, Competence: b.Competence,
		})
		r.BuiltIn, r.By = true, b.By
		if _, err := org.Roles.Create(tx.Follow("role", "create"), r); err != nil {
			return fmt.Errorf("role %s: %w", b.Key, err)
		}
	}
	return nil
}

// InstallFrameworks imports the frameworks in the folder frameworks.
func InstallFrameworks(tx *record.Tx, seed fs.FS) error {
	names, err := fs.Glob(seed, "frameworks/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := fs.ReadFile(seed, name)
		if err != nil {
			return err
		}
		file, problems := catalogue.Parse(name, data)
		if len(problems) > 0 {
			return fmt.Errorf("%s:%d: %s %s", problems[0].File, problems[0].Line, problems[0].Path, problems[0].Detail)
		}
		if _, err := applicability.ImportFramework(tx.As(record.System, record.Permission{Object: "framework", Action: "import"}, tx.Now), file, false); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// installMethods stores the default risk methods as approved, so that the first risk register can use them.
func installMethods(tx *record.Tx, seed fs.FS) error {
	names, err := fs.Glob(seed, "risk-methods/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		in, err := ReadMethod(seed, name)
		if err != nil {
			return err
		}
		in.Scope = "/"
		m := risk.NewMethod(*in, 1)
		m.Status = risk.MethodApproved
		if _, err := risk.Methods.Create(tx.Follow("risk_method", "install"), m); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// ReadMethod reads a risk method from a seed file.
func ReadMethod(seed fs.FS, name string) (*risk.MethodInput, error) {
	var in risk.MethodInput
	return &in, readEntries(seed, name, &in)
}

// readYAML decodes a YAML file and refuses unknown fields.
func readYAML(from fs.FS, name string, into any) error {
	data, err := fs.ReadFile(from, name)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(data, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Installed reports whether the database has the built-in roles, and so an installation.
func Installed(tx *record.Tx) (bool, error) {
	_, err := org.Roles.Find(tx, "administrator")
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

var errTrailing = errors.New("something after the value")

// strictJSON decodes one JSON value and refuses unknown fields and anything after the value.
func strictJSON(name string, raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if d.More() {
		return fmt.Errorf("%s: %w", name, errTrailing)
	}
	return nil
}
