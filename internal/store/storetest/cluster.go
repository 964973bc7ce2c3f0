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

// cluster is a throw-away server, reached over a socket in a directory of its own.
type cluster struct {
	address string
	version int // the major one
	leash   io.WriteCloser
	gone    chan struct{}
}

// keeper makes the cluster, runs it until its standard input closes - which it does however the test process ends - and removes it.
// A national collation, where the server has it, shows a forgotten collate "C".
const keeper = `
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
	dir, err := os.MkdirTemp(cmp.Or(memory(), "/tmp"), "aims-pg-") // the path of a socket has at most 107 bytes, so TMPDIR may be too long
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", keeper, "sh", bin, dir)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // an interrupt at the terminal is for the tests
	if os.Geteuid() == 0 {                               // initdb refuses root
		if cmd.SysProcAttr.Credential, err = unprivileged(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		if err := os.Chown(dir, int(cmd.SysProcAttr.Credential.Uid), int(cmd.SysProcAttr.Credential.Gid)); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	c := &cluster{gone: make(chan struct{})}
	if c.leash, err = cmd.StdinPipe(); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start postgres: %w", err), os.RemoveAll(dir))
	}
	go func() {
		_ = cmd.Wait()
		close(c.gone)
	}()
	u := url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: url.Values{"host": {dir}, "user": {"postgres"}, "sslmode": {"disable"}}.Encode()}
	c.address = u.String()
	if err := c.await(30 * time.Second); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		c.stop()
		return nil, errors.Join(fmt.Errorf("start postgres: %w\n%s", err, log), os.RemoveAll(dir))
	}
	return c, nil
}

// programs returns the folder of the newest PostgreSQL server programs, or nothing.
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

func (c *cluster) await(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.address)
		if err == nil {
			_, err = fmt.Sscan(conn.PgConn().ParameterStatus("server_version"), &c.version)
			return errors.Join(err, conn.Close(ctx))
		}
		select {
		case <-c.gone:
			return err
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop returns when the server is down and its directory gone.
func (c *cluster) stop() {
	_ = c.leash.Close()
	select {
	case <-c.gone:
	case <-time.After(10 * time.Second):
	}
}
