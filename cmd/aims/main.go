// Command aims is the AI management-system server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/ki-styring/aims/internal/fault"
)

// settings are the options of every command, from flags or the environment.
type settings struct {
	Database string `env:"AIMS_DATABASE" default:"aims.db" help:"SQLite file, or postgres://… (AIMS_DATABASE)."`
	Log      string `env:"AIMS_LOG" default:"info" enum:"debug,info,warn,error" help:"How much is logged: debug, info, warn, error (AIMS_LOG)."`
}

type commands struct {
	settings
	Serve   serveCmd   `cmd:"" help:"Start the server."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date."`
	Seed    seedCmd    `cmd:"" help:"Load or update frameworks, roles, units and controls from files."`
	User    struct {
		Add      userAddCmd      `cmd:"" help:"Add a person with a one-time password."`
		Password userPasswordCmd `cmd:"" help:"Give a person a new one-time password."`
		Disable  userDisableCmd  `cmd:"" help:"Deactivate a person; their sessions end."`
		Enable   userEnableCmd   `cmd:"" help:"Activate a deactivated person again."`
	} `cmd:"" help:"Manage people."`
	Health  healthCmd  `cmd:"" help:"Ask whether the server on this machine is alive; fails if it is not."`
	Version versionCmd `cmd:"" help:"Print the version of the program."`
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("aims"), kong.Description("AI management system for ISO/IEC 42001."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&c.settings); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "aims:", describe(err))
		stop()
		os.Exit(1) //nolint:gocritic // the deferred stop has run
	}
}

// describe lists the faults of a refusal, one per line.
func describe(err error) string {
	f := fault.As(err)
	if f == nil {
		return err.Error()
	}
	s := f.Text.String()
	for _, x := range f.Fields {
		s += "\n  " + x.Pointer + ": " + x.Detail.String()
	}
	return s
}

func (s *settings) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.Log)) // kong has checked that it is one of the four levels
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
