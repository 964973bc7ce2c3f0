//go:build unix

package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var errNoPrograms = errors.New("postgres: server programs not found")

// server is a PostgreSQL server on which this process may create databases.
type server struct {
	address string
	cluster *cluster // nil when AIMS_TEST_POSTGRES names the server
	// strategy is the clause that says how a template is copied. Copying its files is fastest on our own server. It ends with a checkpoint,
	// which is slow on any server that waits for the disk.
	strategy string
	serial   atomic.Int64

	template func() (string, error)

	mu     sync.Mutex
	filled []string // the names of filled templates, which are dropped at the end
}

var (
	startOnce sync.Once
	running   *server
	startErr  error
)

func serverFor(t testing.TB) *server {
	t.Helper()
	startOnce.Do(func() {
		if running, startErr = start(); errors.Is(startErr, errNoPrograms) {
			fmt.Fprintln(os.Stderr, startErr)
		}
	})
	if errors.Is(startErr, errNoPrograms) && os.Getenv("AIMS_TEST_REQUIRE_POSTGRES") != "1" {
		t.Skip(startErr)
	}
	if startErr != nil {
		t.Fatal(startErr)
	}
	return running
}

func start() (*server, error) {
	s := &server{address: os.Getenv("AIMS_TEST_POSTGRES")}
	if s.address == "" {
		c, err := startCluster()
		if err != nil {
			return nil, err
		}
		s.cluster, s.address = c, c.address
		if c.version >= 15 {
			s.strategy = " strategy file_copy"
		}
	}
	s.template = sync.OnceValues(s.makeTemplate)
	return s, nil
}

func stop() {
	if running == nil {
		return
	}
	if running.cluster != nil {
		running.cluster.stop()
		return
	}
	for _, name := range append(running.filled, running.name("template")) {
		_ = running.exec("drop database if exists " + name + " with (force)")
	}
}

func (s *server) makeTemplate() (string, error) {
	name := s.name("template")
	if err := s.exec("create database " + name); err != nil {
		return "", err
	}
	return name, migrate(s.database(name))
}

// keep remembers a filled template, which is dropped when the tests end.
func (s *server) keep(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filled = append(s.filled, name)
}

// create creates a database, which is dropped when the test ends, and returns its address. With a template it is a copy of it.
func (s *server) create(t testing.TB, template string) string {
	t.Helper()
	name := s.name(fmt.Sprint(s.serial.Add(1)))
	if err := s.exec(s.creation(name, template)); err != nil {
		t.Fatalf("create a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec("drop database " + name + " with (force)"); err != nil {
			t.Errorf("drop the PostgreSQL database: %v", err)
		}
	})
	return s.database(name)
}

// creation returns the statement that creates a database, empty or from a template.
func (s *server) creation(name, template string) string {
	if template == "" {
		return "create database " + name
	}
	return "create database " + name + " template " + template + s.strategy
}

// began is part of database names, because two containers may have the same process id and use one server.
var began = time.Now().UnixNano()

func (s *server) name(suffix string) string {
	return fmt.Sprintf("aims_test_%d_%x_%s", os.Getpid(), began, suffix)
}

// database returns the address of one database on the server.
func (s *server) database(name string) string {
	u, err := url.Parse(s.address)
	if err != nil {
		return s.address
	}
	u.Path = "/" + name
	return u.String()
}

func (s *server) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}
