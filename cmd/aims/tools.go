package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ki-styring/aims/internal/accounts"
	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rights"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/internal/store"
)

type migrateCmd struct {
	DryRun bool `help:"Print what would be done."`
}

// Run migrates the schema, or prints what it would do.
func (c *migrateCmd) Run(ctx context.Context, s *settings) error {
	absent, err := store.Absent(s.Database)
	if err != nil {
		return err
	}
	if absent && c.DryRun {
		latest, err := store.Latest()
		if err == nil {
			fmt.Printf("The schema would go from 0 to %d, in a new file.\n", latest)
		}
		return err
	}
	st, err := store.Open(ctx, s.Database, s.logger())
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	now, want, err := st.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if now >= want {
		if err := st.Ready(ctx); err != nil {
			return err
		}
		fmt.Printf("The schema is up to date (%d).\n", now)
		return nil
	}
	if c.DryRun {
		fmt.Printf("The schema would go from %d to %d.\n", now, want)
		return nil
	}
	if err := st.Migrate(ctx); err != nil {
		return err
	}
	fmt.Printf("The schema went from %d to %d.\n", now, want)
	return nil
}

type seedCmd struct {
	Paths     []string `arg:"" help:"YAML or JSON files, or folders of them." type:"path"`
	DryRun    bool     `help:"Print what would change, and change nothing."`
	Passwords string   `placeholder:"FILE" type:"path" help:"A new file for the one-time passwords of the people that are added. Only its owner can read it."`
}

// seeds has the parsed files of one run, and the faults of all files.
type seeds struct {
	frameworks    []*catalogue.File
	installations []*seeding.File
	others        []string // files that are not seed files
	faults        []string
}

// errDryRun rolls back the transaction of a dry run.
var errDryRun = errors.New("nothing is changed")

// Run loads seed files. If one is broken, none is loaded.
func (c *seedCmd) Run(ctx context.Context, s *settings) (err error) {
	if err := readSeeds(); err != nil {
		return err
	}
	files, err := c.read()
	if err != nil {
		return err
	}
	i, err := openAsIs(ctx, s, !c.DryRun)
	if err != nil {
		return err
	}
	defer func() { _ = i.store.Close() }()
	hashes, err := c.passwords(ctx, i, files.installations)
	if err != nil {
		return err
	}
	var changes []*seeding.Seeded
	err = i.db.Write(ctx, record.System, record.Permission{Object: "framework", Action: "import"}, "", func(tx *record.Tx) error {
		if changes, err = files.load(tx, i.guard, hashes, c.DryRun); err == nil && c.DryRun {
			err = errDryRun
		}
		return err
	})
	if err != nil && !errors.Is(err, errDryRun) {
		if len(hashes) > 0 && !c.DryRun {
			err = errors.Join(err, os.Remove(c.Passwords))
		}
		return err
	}
	for _, change := range changes {
		c.report(change)
	}
	for _, name := range files.others {
		fmt.Println("left alone: not a seed file:", name)
	}
	if len(hashes) > 0 && !c.DryRun {
		fmt.Printf("one-time passwords of %d people: %s\n", len(hashes), c.Passwords)
	}
	return nil
}

// passwords makes a one-time password for each person that the files add, and writes the passwords to the file for them. It returns their hashes by
// username. A dry run writes no file, and its hashes match no password.
func (c *seedCmd) passwords(ctx context.Context, i *installation, files []*seeding.File) (map[string]string, error) {
	var names []string
	installed, _, err := i.state(ctx)
	if err == nil {
		err = i.db.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) error {
			names, err = seeding.NewPeople(tx, files)
			return err
		})
	}
	hashes := make(map[string]string, len(names))
	switch {
	case err != nil || len(names) == 0:
		return nil, err
	case !installed:
		return nil, errors.New("this database has no installation yet, so it cannot take people: aims serve makes one when it is first started")
	case c.DryRun:
		for _, name := range names {
			hashes[name] = ""
		}
		return hashes, nil
	case c.Passwords == "":
		return nil, fmt.Errorf("these files add %d people: name a new file for their one-time passwords with --passwords FILE", len(names))
	}
	var lines strings.Builder
	for _, name := range names {
		password := identity.NewPassword()
		if hashes[name], err = identity.Hash(ctx, password); err != nil {
			return nil, err
		}
		fmt.Fprintf(&lines, "%s\t%s\n", name, password)
	}
	return hashes, writeSecret(c.Passwords, lines.String())
}

// writeSecret writes a new file that only its owner can read.
func writeSecret(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already: name a new file for the one-time passwords", name)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// load loads the parsed files and returns what changed. Faults in a file are an error that lists them all.
func (f *seeds) load(tx *record.Tx, guard seeding.Guard, hashes map[string]string, dry bool) (out []*seeding.Seeded, err error) {
	for _, file := range f.frameworks {
		x, err := applicability.ImportFramework(tx, file, dry)
		if err != nil {
			return nil, err
		}
		out = append(out, &seeding.Seeded{What: x.Framework, Added: x.Added, Changed: x.Changed, Unchanged: x.Unchanged, LeftAlone: x.LeftAlone})
	}
	changes, err := seeding.Seed(tx, f.installations, guard, hashes)
	if err != nil {
		return nil, err
	}
	for _, h := range f.installations {
		f.note(h.Problems())
	}
	return append(out, changes...), f.err()
}

func (f *seeds) note(problems []catalogue.Problem) {
	for _, p := range problems {
		f.faults = append(f.faults, p.String())
	}
}

func (f *seeds) err() error {
	if len(f.faults) == 0 {
		return nil
	}
	return fmt.Errorf("nothing was changed:\n  %s", strings.Join(f.faults, "\n  "))
}

// read parses all files and reports all faults.
func (c *seedCmd) read() (*seeds, error) {
	f := &seeds{}
	for _, path := range c.Paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name != path && !isSeed(name) {
				return err
			}
			return f.add(name, name == path)
		})
		if err != nil {
			return nil, err
		}
	}
	return f, f.err()
}

// add reads one file. A file that was named on the command line must be a seed file. A file in a folder may be something else.
func (f *seeds) add(name string, named bool) error {
	data, err := os.ReadFile(name) //nolint:gosec // the administrator names the files
	if err != nil {
		return err
	}
	content, problems := seeding.Contents(name, data)
	switch {
	case len(problems) > 0:
		f.note(problems)
	case content == catalogue.FrameworkSeed:
		file, problems := catalogue.Parse(name, data)
		f.note(problems)
		f.frameworks = append(f.frameworks, file)
	case content == catalogue.NoSeed && !named:
		f.others = append(f.others, name)
	default:
		h, err := seeding.ReadInstallation(name, data)
		if err != nil {
			return err
		}
		f.note(h.Problems())
		f.installations = append(f.installations, h)
	}
	return nil
}

func isSeed(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func (c *seedCmd) report(x *seeding.Seeded) {
	added, changed := "added", "changed"
	if c.DryRun {
		added, changed = "would add", "would change"
	}
	fmt.Printf("%s: %d %s, %d %s, %d unchanged, %d left alone\n", x.What, len(x.Added), added, len(x.Changed), changed, x.Unchanged, len(x.LeftAlone))
	for _, k := range x.Added {
		fmt.Println("  +", k)
	}
	for _, k := range x.Changed {
		fmt.Println("  ~", k.Key, strings.Join(k.Fields, ", "))
	}
	for _, k := range x.LeftAlone {
		fmt.Println("  =", k.Key, k.Reason)
	}
}

type userAddCmd struct {
	Username string `arg:"" help:"What the person signs in with."`
	Name     string `required:"" help:"The person's name."`
	Unit     string `default:"/" help:"The scope of the unit where the person works."`
	Admin    bool   `help:"Make the person an administrator of the whole installation."`
}

// Run adds a person and prints a one-time password.
func (c *userAddCmd) Run(ctx context.Context, s *settings) error {
	return withPassword(ctx, s, func(tx *record.Tx, _ rights.Guard, hash string) error {
		if c.Admin {
			_, err := accounts.NewAdministrator(tx, c.Username, c.Name, c.Unit, hash, true)
			return err
		}
		in := org.UserInput{Common: record.Common{Scope: c.Unit}, Username: c.Username, Name: c.Name}
		_, err := accounts.New(tx, in, hash, true)
		return err
	})
}

type userPasswordCmd struct {
	Username string `arg:"" help:"Who gets a new one-time password."`
}

// Run resets a password and ends the person's sessions. The event log records it.
func (c *userPasswordCmd) Run(ctx context.Context, s *settings) error {
	return withPassword(ctx, s, func(tx *record.Tx, guard rights.Guard, hash string) error {
		id, err := userOf(tx, c.Username)
		if err != nil {
			return err
		}
		u, err := accounts.ResetPassword(tx.Follow("user", "reset-password"), record.Ref{ID: id, Version: record.AnyVersion}, guard)
		if err != nil {
			return err
		}
		if err := identity.SetPassword(tx, u.ID, u.Username, hash, true); err != nil {
			return err
		}
		return identity.Revoke(tx, u.ID, "", "")
	})
}

type userDisableCmd struct {
	Username string `arg:"" help:"Who is deactivated."`
	Reason   string `required:"" help:"Why, for the log."`
}

// Run deactivates a person and ends their sessions.
func (c *userDisableCmd) Run(ctx context.Context, s *settings) error {
	return changeUser(ctx, s, c.Username, "deactivate", c.Reason, accounts.Deactivate)
}

type userEnableCmd struct {
	Username string `arg:"" help:"Who is activated again."`
	Reason   string `required:"" help:"Why, for the log."`
}

// Run activates a person again. The password does not change.
func (c *userEnableCmd) Run(ctx context.Context, s *settings) error {
	return changeUser(ctx, s, c.Username, "activate", c.Reason, accounts.Activate)
}

// changeUser runs an action on a person, with a reason for the event log.
func changeUser(ctx context.Context, s *settings, username, action, reason string, do func(*record.Tx, record.Ref, rights.Guard) (*org.User, error)) error {
	if strings.TrimSpace(reason) == "" {
		return errors.New("--reason must not be empty: the event log stores it")
	}
	i, err := openInstalled(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = i.store.Close() }()
	return i.asSystem(ctx, func(tx *record.Tx) error {
		id, err := userOf(tx, username)
		if err != nil {
			return err
		}
		tx.Because(reason)
		_, err = do(tx.Follow("user", action), record.Ref{ID: id, Version: record.AnyVersion}, i.guard)
		return err
	})
}

// userOf returns the id of the person with a username.
func userOf(tx *record.Tx, username string) (string, error) {
	id, err := identity.UserOf(tx, username)
	if fault.Is(err, fault.NotFound) {
		return "", fmt.Errorf("there is no user %s", username)
	}
	return id, err
}

// withPassword runs fn with the hash of a new one-time password. It prints the password if fn succeeds.
func withPassword(ctx context.Context, s *settings, fn func(tx *record.Tx, guard rights.Guard, hash string) error) error {
	i, err := openInstalled(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = i.store.Close() }()
	password := identity.NewPassword()
	hash, err := identity.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := i.asSystem(ctx, func(tx *record.Tx) error { return fn(tx, i.guard, hash) }); err != nil {
		return err
	}
	fmt.Println("One-time password (shown once):", password)
	return nil
}
