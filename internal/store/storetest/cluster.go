//go:build unix

package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a temporary PostgreSQL server for the tests of one process. It listens on a socket in a directory of its own.
type cluster struct {
	address string
	version int            // the major version
	stdin   io.WriteCloser // the server stops when it is closed
	exited  chan struct{}  // closed when the server has stopped
}

// serverScript creates the cluster, runs it until standard input closes, and removes it. Standard input closes however the test process ends.
// The cluster has a Norwegian collation where the server supports it, so that tests fail where a collate "C" is missing.
const serverScript = `
trap '' INT TERM HUP
bin=$1 dir=$2
init() { "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-sync "$@" >>"$dir/log" 2>&1; }
init --locale=C.UTF-8 --locale-provider=icu --icu-locale=nb-NO || { rm -rf "$dir/data"; init --locale=C; } || exit 1
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
	-c wal_level=minimal -c max_wal_senders=0 -c shared_buffers=32MB -c max_connections=200 </dev/null >>"$dir/log" 2>&1 &
read -r _
kill -QUIT $! 2>/dev/null
wait
rm -rf "$dir"
`

func startCluster() (*cluster, error) {
	bin := programs()
	if bin == "" {
		return nil, errNoPrograms
	}
	dir, err := os.MkdirTemp(cmp.Or(memory(), "/tmp"), "aims-pg-") // a socket's path has at most 107 bytes, and TMPDIR may be too long for that
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", serverScript, "sh", bin, dir)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // so that an interrupt at the terminal reaches only the tests
	if os.Geteuid() == 0 {                               // initdb refuses root
		if cmd.SysProcAttr.Credential, err = unprivileged(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		if err := os.Chown(dir, int(cmd.SysProcAttr.Credential.Uid), int(cmd.SysProcAttr.Credential.Gid)); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	c := &cluster{exited: make(chan struct{})}
	if c.stdin, err = cmd.StdinPipe(); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start postgres: %w", err), os.RemoveAll(dir))
	}
	go func() {
		_ = cmd.Wait()
		close(c.exited)
	}()
	u := url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: url.Values{"host": {dir}, "user": {"postgres"}, "sslmode": {"disable"}}.Encode()}
	c.address = u.String()
	if err := c.waitUntilReady(30 * time.Second); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		c.stop()
		return nil, errors.Join(fmt.Errorf("start postgres: %w\n%s", err, log), os.RemoveAll(dir))
	}
	return c, nil
}

// programs returns the folder of the newest PostgreSQL server programs, or "" when there are none.
func programs() string {
	var folders []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		if initdb, err = filepath.EvalSymlinks(initdb); err == nil {
			folders = append(folders, filepath.Dir(initdb))
		}
	}
	for version := 30; version > 9; version-- {
		for _, pattern := range []string{"/usr/lib/postgresql/%d/bin", "/usr/lib/postgresql%d/bin", "/usr/pgsql-%d/bin", "/usr/local/opt/postgresql@%d/bin", "/opt/homebrew/opt/postgresql@%d/bin"} {
			folders = append(folders, fmt.Sprintf(pattern, version))
		}
	}
	folders = append(folders, "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin")
	for _, folder := range folders {
		_, noInit := os.Stat(filepath.Join(folder, "initdb"))
		_, noServer := os.Stat(filepath.Join(folder, "postgres"))
		if noInit == nil && noServer == nil {
			return folder
		}
	}
	return ""
}

// unprivileged returns the user who runs the server when the tests run as root.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("start postgres: there is no user but root to run it")
}

func (c *cluster) waitUntilReady(timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.address)
		if err == nil {
			_, err = fmt.Sscan(conn.PgConn().ParameterStatus("server_version"), &c.version)
			return errors.Join(err, conn.Close(ctx))
		}
		select {
		case <-c.exited:
			return err
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop stops the server, and waits at most ten seconds until its directory is removed.
func (c *cluster) stop() {
	_ = c.stdin.Close()
	select {
	case <-c.exited:
	case <-time.After(10 * time.Second):
	}
}
