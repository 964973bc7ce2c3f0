package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

// A server that cannot listen makes no database and prints no password.
func TestBusyPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := at(t)
	for _, demo := range []bool{false, true} {
		text := printed(t, func() {
			err = (&serveCmd{Addr: l.Addr().String(), Demo: demo}).Run(t.Context(), s)
		})
		if err == nil || !strings.Contains(err.Error(), "address already in use") || text != "" {
			t.Errorf("demo %t: error %v, printed %q", demo, err, text)
		}
		if _, err := os.Stat(s.Database); !os.IsNotExist(err) {
			t.Errorf("demo %t: there is a database: %v", demo, err)
		}
	}
	_ = l.Close()
	text, err := serving(t, s, serveCmd{}, nil)
	if err != nil || !strings.Contains(text, "One-time password") {
		t.Errorf("the next start: %v, printed %q", err, text)
	}
}

// The version is the same in the command, in the description and in /livez, and aims health asks the running server.
func TestVersion(t *testing.T) {
	version = "v9.8.7"
	defer func() { version = "" }()
	text := printed(t, func() { _ = versionCmd{}.Run() })
	if !strings.HasPrefix(text, "aims v9.8.7\n") || !strings.Contains(text, "go1.") {
		t.Errorf("printed %q", text)
	}
	addr := ""
	_, err := serving(t, at(t), serveCmd{}, func(base string) {
		addr = strings.TrimPrefix(base, "http://")
		for path, want := range map[string]string{"/livez": "ok v9.8.7\n", "/openapi.json": `"version": "v9.8.7"`} {
			res, err := http.Get(base + path)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if !strings.Contains(string(body), want) {
				t.Errorf("%s: %.300s", path, body)
			}
		}
		_, port, _ := net.SplitHostPort(addr)
		for _, at := range []string{addr, ":" + port, "0.0.0.0:" + port} {
			if err := (&healthCmd{Addr: at}).Run(t.Context()); err != nil {
				t.Errorf("health at %s: %v", at, err)
			}
		}
		if err := (&healthCmd{Addr: "127.0.0.1"}).Run(t.Context()); err == nil {
			t.Error("an address without a port is healthy")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := (&healthCmd{Addr: addr}).Run(t.Context()); err == nil {
		t.Error("a stopped server is healthy")
	}
}

func TestVersionOfBuild(t *testing.T) {
	for _, c := range []struct {
		set, module string
		want        string
	}{{"", "", "devel"}, {"", "(devel)", "devel"}, {"", "v0.1.0", "v0.1.0"}, {"v0.2.0", "v0.1.0", "v0.2.0"}} {
		if got := versionOf(c.set, &debug.BuildInfo{Main: debug.Module{Version: c.module}}); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if versionOf("", nil) != "devel" || commitOf(nil) != "" || commitOf(&debug.BuildInfo{}) != "" {
		t.Error("a program without build information")
	}
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.modified", Value: "true"}}}
	if got := commitOf(info); got != "0123abc with changes" {
		t.Errorf("commit %q", got)
	}
}
