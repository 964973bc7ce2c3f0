package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/dataset"
	"github.com/ki-styring/aims/internal/demo"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/intake"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/openapi"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

type serveCmd struct {
	Addr         string   `env:"AIMS_ADDR" default:"127.0.0.1:8080" help:"Where to listen (AIMS_ADDR)."`
	Demo         bool     `help:"Load a demo hospital into an empty database, or continue with a demo that was loaded before."`
	DemoPassword string   `env:"AIMS_DEMO_PASSWORD" help:"Password of all demo people; random and shown once when unset (AIMS_DEMO_PASSWORD)."`
	Origins      []string `env:"AIMS_ORIGINS" help:"Origins that browsers may call from, such as https://kvalitet.example.no (AIMS_ORIGINS)."`
	Proxies      []string `env:"AIMS_TRUSTED_PROXIES" help:"Addresses of proxies whose X-Forwarded-For is trusted (AIMS_TRUSTED_PROXIES)."`
}

// Time limits of the HTTP server: to read the headers, to read a request, to write an answer, for an idle connection, and for running requests
// at shutdown.
const (
	headerLimit   = 5 * time.Second
	readLimit     = 30 * time.Second
	writeLimit    = 60 * time.Second
	idleLimit     = 2 * time.Minute
	shutdownLimit = 30 * time.Second
)

// Run starts the server and serves until ctx is cancelled. Running requests are finished.
func (c *serveCmd) Run(ctx context.Context, s *settings) error {
	if err := rest.CheckOrigins(c.Origins); err != nil {
		return fmt.Errorf("AIMS_ORIGINS: %w", err)
	}
	log := s.logger()
	// Listen first: with a busy port there must be no new database, and no password is printed. Early requests wait until the server is ready.
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	debug.SetGCPercent(400) // collect garbage less often during the start; its memory is released below
	i, err := open(ctx, s.Database, log)
	if err != nil {
		return err
	}
	defer func() { _ = i.store.Close() }()
	w, err := i.install(ctx, c.Demo, c.DemoPassword)
	if err != nil {
		return err
	}
	if w != nil && (!c.Demo || c.DemoPassword == "") {
		printFirstLogin(c.Demo, w)
	}
	_, isDemo, err := i.state(ctx)
	if err != nil {
		return err
	}
	var people []api.DemoPerson
	if isDemo {
		list, err := demo.People(seed.Files)
		if err != nil {
			return err
		}
		for _, p := range list {
			people = append(people, api.DemoPerson(p))
		}
	}
	handler, err := api.New(api.Config{
		DB: i.db, Guard: i.guard, Policies: policies.Files, Identity: api.NewIdentity(i.db), Log: log, Origins: c.Origins, Proxies: c.Proxies,
		Down:     store.Down,
		Ready:    func() error { return i.store.Ready(context.WithoutCancel(ctx)) },
		Describe: openapi.Versioned(programVersion()), Docs: http.FS(openapi.Docs()), Demo: isDemo, DemoPeople: people, Version: programVersion(),
	})
	if err != nil {
		return err
	}
	// Starting needs more memory than serving. Release it, and keep the heap small afterwards.
	debug.SetGCPercent(50)
	debug.FreeOSMemory()
	return serveHTTP(ctx, l, handler, handler, i, log)
}

// printFirstLogin shows the first password on standard output, never in the log.
func printFirstLogin(isDemo bool, w *firstLogin) {
	if isDemo {
		fmt.Fprintf(os.Stdout, "Demo people: admin council council2 group group2 owner owner2 manager management auditor secretariat observer privacy handler employee\nPassword of all of them (shown once): %s\n", w.password)
		return
	}
	fmt.Fprintf(os.Stdout, "First administrator: %s\nOne-time password (shown once; choose your own with POST /api/v1/me/password): %s\n", w.username, w.password)
}

// serveHTTP serves until ctx is cancelled, and then waits for running requests. The carrier tells the worker who may decide.
func serveHTTP(ctx context.Context, l net.Listener, handler http.Handler, carrier governance.Carrier, i *installation, log *slog.Logger) error {
	srv := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerLimit, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: idleLimit,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	go i.confirm(ctx, log)
	go i.work(ctx, carrier, log)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	log.Info("serving", "version", programVersion(), "address", "http://"+l.Addr().String(), "documentation", "http://"+l.Addr().String()+"/docs/")
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping: waiting for running requests")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	if err := srv.Shutdown(end); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// confirm reads the access epoch regularly. If it fails for five seconds, the API answers 503.
func (i *installation) confirm(ctx context.Context, log *slog.Logger) {
	t := time.NewTicker(500 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			one, cancel := context.WithTimeout(ctx, 2*time.Second)
			if err := i.db.Confirm(one); err != nil && ctx.Err() == nil {
				log.Warn("could not read the access epoch", "error", err)
			}
			cancel()
		}
	}
}

// work writes the transitions that are due, as the system: acceptances, evidence, access to data sets, allowed tools and memberships that expire, editions of
// mandates and documents that take effect, and bodies without a quorum, also in one case. Its first run catches up on earlier days.
func (i *installation) work(ctx context.Context, carrier governance.Carrier, log *slog.Logger) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	if err := i.asSystem(ctx, aisystem.OutdateByLaw); err != nil && ctx.Err() == nil {
		log.Error("could not compare the classifications with the rules", "error", err)
	}
	for {
		err := i.asSystem(ctx, func(tx *record.Tx) error {
			if err := risk.ExpireAcceptances(tx); err != nil {
				return err
			}
			if err := evidence.ExpireDue(tx); err != nil {
				return err
			}
			if err := dataset.ExpireAccess(tx); err != nil {
				return err
			}
			if err := intake.ExpireTools(tx); err != nil {
				return err
			}
			if err := governance.ExpireMemberships(tx); err != nil {
				return err
			}
			if err := governance.SupersedeMandates(tx); err != nil {
				return err
			}
			if err := governance.WatchQuorums(tx, carrier); err != nil {
				return err
			}
			return policy.PublishScheduled(tx)
		})
		if err != nil && ctx.Err() == nil {
			log.Error("could not write the due transitions", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
