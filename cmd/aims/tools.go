package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
)

type migrateCmd struct {
	DryRun bool `help:"Say what would be done."`
}

// Run brings the schema up to date, or says what it would do.
func (c *migrateCmd) Run(ctx context.Context, s *settings) error {
	st, err := store.Open(ctx, s.Database, s.logger())
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	now, want, err := st.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if now == want {
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
	Paths  []string `arg:"" help:"YAML or JSON files, or folders of them." type:"path"`
	DryRun bool     `help:"Show what would change; change nothing."`
}

// Run loads framework files: all of them or, when one is broken, none.
func (c *seedCmd) Run(ctx context.Context, s *settings) error {
	files, err := c.read()
	if err != nil {
		return err
	}
	i, err := open(ctx, s.Database, s.logger())
	if err != nil {
		return err
	}
	defer func() { _ = i.store.Close() }()
	p := record.Permission{Object: "framework", Action: "import"}
	return i.db.Write(ctx, record.System, p, "", func(tx *record.Tx) error {
		for _, f := range files {
			change, err := flow.ImportFramework(tx, f, c.DryRun)
			if err != nil {
				return err
			}
			report(change)
		}
		return nil
	})
}

// read parses every file and reports every fault of all of them.
func (c *seedCmd) read() ([]*catalogue.File, error) {
	var files []*catalogue.File
	var faults []string
	for _, path := range c.Paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name != path && !isSeed(name) {
				return err
			}
			data, err := os.ReadFile(name) //nolint:gosec // the administrator names the files
			if err != nil {
				return err
			}
			f, problems := catalogue.Parse(name, data)
			for _, p := range problems {
				faults = append(faults, p.String())
			}
			files = append(files, f)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("nothing was changed:\n  %s", strings.Join(faults, "\n  "))
	}
	return files, nil
}

func isSeed(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

func report(c *flow.Import) {
	verb := "changed"
	if c.DryRun {
		verb = "would change"
	}
	fmt.Printf("%s: %d added, %d %s, %d unchanged, %d left alone\n", c.Framework, len(c.Added), len(c.Changed), verb, c.Unchanged, len(c.LeftAlone))
	for _, k := range c.Added {
		fmt.Println("  +", k)
	}
	for _, x := range c.Changed {
		fmt.Println("  ~", x.Key, strings.Join(x.Fields, ", "))
	}
	for _, x := range c.LeftAlone {
		fmt.Println("  =", x.Key, x.Reason)
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
	return withPassword(ctx, s, func(tx *record.Tx, hash string) error {
		if c.Admin {
			_, err := flow.Administrator(tx, c.Username, c.Name, c.Unit, hash, true)
			return err
		}
		in := org.UserInput{Common: record.Common{Scope: c.Unit}, Username: c.Username, Name: c.Name}
		_, err := flow.NewPerson(tx, in, hash, true)
		return err
	})
}

type userPasswordCmd struct {
	Username string `arg:"" help:"Who gets a new one-time password."`
}

// Run resets a password; the person's sessions end, and the log shows it.
func (c *userPasswordCmd) Run(ctx context.Context, s *settings) error {
	return withPassword(ctx, s, func(tx *record.Tx, hash string) error {
		id, err := userOf(tx, c.Username)
		if err != nil {
			return err
		}
		u, err := org.Users.Change(tx.Follow("user", "reset-password"), record.Ref{ID: id, Version: record.AnyVersion}, (*org.User).PasswordReset)
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
	Username string `arg:"" help:"Who is kept out."`
	Reason   string `required:"" help:"Why, for the log."`
}

// Run deactivates a person; their sessions end.
func (c *userDisableCmd) Run(ctx context.Context, s *settings) error {
	i, err := openInstalled(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = i.store.Close() }()
	return i.asSystem(ctx, func(tx *record.Tx) error {
		id, err := userOf(tx, c.Username)
		if err != nil {
			return err
		}
		tx.Because(c.Reason)
		if _, err := org.Users.Change(tx.Follow("user", "deactivate"), record.Ref{ID: id, Version: record.AnyVersion}, (*org.User).Deactivate); err != nil {
			return err
		}
		return identity.Revoke(tx, id, "", "")
	})
}

func userOf(tx *record.Tx, username string) (string, error) {
	id, err := identity.UserOf(tx, username)
	if fault.Is(err, fault.NotFound) {
		return "", fmt.Errorf("nobody signs in as %s", username)
	}
	return id, err
}

// withPassword runs fn with the hash of a new one-time password and prints the password when all went well.
func withPassword(ctx context.Context, s *settings, fn func(tx *record.Tx, hash string) error) error {
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
	if err := i.asSystem(ctx, func(tx *record.Tx) error { return fn(tx, hash) }); err != nil {
		return err
	}
	fmt.Println("One-time password (shown once):", password)
	return nil
}
