package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/store"
)

// BenchmarkServer measures the program itself, which it builds, on SQLite: seconds of a start, and with as many risks as AIMS_BENCH_RISKS says,
// made through the repository fifty at a time, the size of the file and the memory that the server holds after it has answered pages of 200,
// eight at a time.
func BenchmarkServer(b *testing.B) {
	program := filepath.Join(b.TempDir(), "aims")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/aims").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	b.Run("new database", func(b *testing.B) { startTime(b, emptyDatabase) })
	b.Run("demo", func(b *testing.B) {
		startTime(b, func(dir string) { startServer(b, program, filepath.Join(dir, "demo.db"), "--demo").stop() })
	})
	b.Run("size and memory", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "aims.db")
		startServer(b, program, path, "--demo").stop()
		manyRisks(b, path, benchSize(b))
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		s := startServer(b, program, path)
		for b.Loop() {
			s.pages(b)
		}
		b.ReportMetric(float64(info.Size())/1e6, "file-MB")
		b.ReportMetric(s.memory(b), "memory-MB")
		b.ReportMetric(0, "ns/op")
		s.stop()
	})
}

// startTime reports how long fn takes.
func startTime(b *testing.B, fn func(dir string)) {
	var took []time.Duration
	for b.Loop() {
		dir := b.TempDir()
		took = append(took, spend(1, 1, 0, func(int) { fn(dir) }))
	}
	b.ReportMetric(median(took).Seconds(), "s")
	b.ReportMetric(0, "ns/op")
}

// emptyDatabase makes a database with every table and nothing in them.
func emptyDatabase(dir string) {
	s, err := store.Open(context.Background(), filepath.Join(dir, "aims.db"), slog.New(slog.DiscardHandler))
	if err == nil {
		err = s.Migrate(context.Background())
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		panic(err)
	}
}

// manyRisks makes risks in the demo hospital's project, as the system.
func manyRisks(b *testing.B, path string, n int) {
	s, err := store.Open(context.Background(), path, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	x := &benchHospital{b: b, h: onDatabase(b, s, false)}
	g := &benchRisks{random: newRandom()}
	register := x.register(benchUnit)
	for from := 0; from < n; from += 50 {
		x.asSystem(func(tx *record.Tx) error {
			for i := range 50 {
				r := risk.New(risk.Input{
					Common: record.Common{Scope: benchUnit}, RegisterID: register, Title: fmt.Sprintf("%s ved %s", g.word(), g.word()), Description: g.prose(200),
					Sources: []string{fmt.Sprintf("C.3.%d", i%7+1)}, Clauses: []string{"6.1.2"},
				})
				if _, err := risk.Repo.Create(tx.Follow("risk", "create"), r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// server is a running program.
type server struct {
	cmd   *exec.Cmd
	at    string
	token string
}

// startServer starts the program and waits until it answers.
func startServer(b *testing.B, program, path string, args ...string) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &server{at: "http://" + l.Addr().String()}
	s.cmd = exec.Command(program, append([]string{"serve"}, args...)...)
	s.cmd.Env = append(os.Environ(), "AIMS_DATABASE="+path, "AIMS_ADDR="+l.Addr().String(), "AIMS_DEMO_PASSWORD="+password, "AIMS_LOG=error")
	_ = l.Close()
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for range 3000 {
		if res, err := http.Get(s.at + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return s
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.Fatal("the server does not answer")
	return nil
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// pages asks for pages of 200 in several orders, eight at a time.
func (s *server) pages(b *testing.B) {
	if s.token == "" {
		in, _ := json.Marshal(m{"username": "owner", "password": password})
		res, err := http.Post(s.at+api.Base+"/sessions", "application/json", bytes.NewReader(in))
		if err != nil {
			b.Fatal(err)
		}
		var out struct {
			Token string `json:"token"`
		}
		_ = json.NewDecoder(res.Body).Decode(&out)
		_ = res.Body.Close()
		s.token = out.Token
	}
	x := &benchHospital{b: b, client: http.DefaultClient}
	sorts := []string{"created_at", "-updated_at", "title", "-level_rank"}
	spend(8, 400, 0, func(i int) {
		x.call("GET", s.at+api.Base+"/risks?limit=200&sort="+sorts[i%len(sorts)], s.token, nil, 200)
	})
}

// memory is what the server holds resident, in MB.
func (s *server) memory(b *testing.B) float64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		b.Skip("no /proc")
	}
	defer f.Close() //nolint:errcheck // read only
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kB, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kB / 1024
		}
	}
	return 0
}
