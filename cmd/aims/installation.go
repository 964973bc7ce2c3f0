package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/accounts"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/demo"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

// installation is an open database, with access to its records and with the guard that checks rights.
type installation struct {
	store *store.Store
	db    *record.DB
	guard *access.Guard
}

// open opens the database and migrates an empty one. An older SQLite file is copied and then migrated.
// An older PostgreSQL schema must be migrated with `aims migrate`.
func open(ctx context.Context, dsn string, log *slog.Logger) (*installation, error) {
	return openTo(ctx, dsn, log, true)
}

// openAsIs opens a database for a tool and does not migrate it. If fills is true, it creates and migrates a missing SQLite file.
func openAsIs(ctx context.Context, s *settings, fills bool) (*installation, error) {
	absent, err := store.Absent(s.Database)
	if err != nil {
		return nil, err
	}
	if absent && !fills {
		return nil, fmt.Errorf("there is no database %s: aims serve makes one when it is first started", s.Database)
	}
	return openTo(ctx, s.Database, s.logger(), absent)
}

// openTo opens a database. With migrates it migrates an empty database, and an older SQLite database.
func openTo(ctx context.Context, dsn string, log *slog.Logger, migrates bool) (*installation, error) {
	if err := readSeeds(); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, dsn, log)
	if err != nil {
		return nil, err
	}
	i, err := prepare(ctx, s, migrates)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return i, nil
}

// openInstalled opens a database that already has an installation, and fails for any other.
func openInstalled(ctx context.Context, s *settings) (*installation, error) {
	i, err := openAsIs(ctx, s, false)
	if err != nil {
		return nil, err
	}
	installed, _, err := i.state(ctx)
	if err == nil && !installed {
		err = errors.New("this database holds no installation yet: aims serve makes one when it is first started")
	}
	if err != nil {
		return nil, errors.Join(err, i.store.Close())
	}
	return i, nil
}

// prepare migrates the database if asked, checks its schema, and opens its records.
func prepare(ctx context.Context, s *store.Store, migrates bool) (*installation, error) {
	empty, err := s.Empty(ctx)
	if err != nil {
		return nil, err
	}
	if migrates && (empty || s.Engine == store.SQLite) {
		if err := s.Migrate(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.Ready(ctx); err != nil {
		return nil, err
	}
	guard, err := api.NewGuard(policies.Files)
	if err != nil {
		return nil, err
	}
	db, err := record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, guard, time.Now, store.Down)
	if err != nil {
		return nil, err
	}
	return &installation{store: s, db: db, guard: guard}, nil
}

// readSeeds reads the embedded document templates, the list of what supports each clause, the words of obligations, and the rules of classification.
func readSeeds() error {
	templates, err := fs.Sub(seed.Files, "templates")
	if err != nil {
		return err
	}
	if err := policy.LoadTemplates(templates); err != nil {
		return err
	}
	return errors.Join(catalogue.Load(seed.Files), classify.Load(seed.Files))
}

// asSystem runs a write as the system actor.
func (i *installation) asSystem(ctx context.Context, fn func(*record.Tx) error) error {
	return i.db.Write(ctx, record.System, record.Permission{}, "", fn)
}

// setting is a row of the table settings. The key demo marks a demo installation.
type setting struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

var settingsTable = record.Side[setting]{Table: "settings"}

// firstLogin is the account that the first start prints. It is never logged.
type firstLogin struct{ username, password string }

// install fills an empty database: roles, frameworks, risk methods, and either the demo hospital or a first administrator.
// It returns nil if the database holds an installation already.
func (i *installation) install(ctx context.Context, asDemo bool, demoPassword string) (*firstLogin, error) {
	installed, isDemo, err := i.state(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case installed && asDemo && !isDemo:
		return nil, fmt.Errorf("--demo goes into an empty database, or its own; this one holds an installation")
	case installed:
		return nil, nil //nolint:nilnil // no first account was made
	case asDemo:
		return i.installDemo(ctx, demoPassword)
	}
	w := &firstLogin{username: "admin", password: identity.NewPassword()}
	hash, err := identity.Hash(ctx, w.password)
	if err != nil {
		return nil, err
	}
	return w, i.asSystem(ctx, func(tx *record.Tx) error {
		if err := seeding.Install(tx, policies.Files, seed.Files); err != nil {
			return err
		}
		_, err := accounts.NewAdministrator(tx, w.username, "Administrator", "/", hash, true)
		return err
	})
}

// state reports whether the database has an installation, and whether that is the demo.
func (i *installation) state(ctx context.Context) (installed, isDemo bool, err error) {
	err = i.db.Read(ctx, record.System, record.Permission{}, func(tx *record.Tx) error {
		if installed, err = seeding.Installed(tx); err != nil {
			return err
		}
		marks, err := settingsTable.All(tx, "key = ?", "demo")
		isDemo = len(marks) > 0
		return err
	})
	return installed, isDemo, err
}

// installDemo loads the demo hospital in one transaction. The clock starts on the first day of the demo.
func (i *installation) installDemo(ctx context.Context, password string) (*firstLogin, error) {
	w := &firstLogin{username: "council", password: password}
	if password == "" {
		w.password = identity.NewPassword()
	}
	hash, err := identity.Hash(ctx, w.password)
	if err != nil {
		return nil, err
	}
	i.db.SetClock(func() time.Time { return demo.Begins })
	defer i.db.SetClock(time.Now)
	return w, i.asSystem(ctx, func(tx *record.Tx) error {
		if err := seeding.Install(tx, policies.Files, seed.Files); err != nil {
			return err
		}
		if err := settingsTable.Put(tx, &setting{Key: "demo", Value: "siv"}); err != nil {
			return err
		}
		carrier, err := api.NewCarrier(i.guard)
		if err != nil {
			return err
		}
		return demo.Load(tx, seed.Files, i.guard, carrier, hash, false)
	})
}
