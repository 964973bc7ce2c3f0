package storetest

import (
	"os"
	"sync"
	"syscall"
)

// memory returns a directory whose files are in memory, or "" when none has 1 GB free. Creating and dropping databases there takes a tenth of
// the time, because a database is hundreds of small files. The 64 MB that a container has by default are too small.
var memory = sync.OnceValue(func() string {
	const dir, wanted = "/dev/shm", 1 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < wanted { //nolint:gosec // a block size is positive
		return ""
	}
	probe, err := os.MkdirTemp(dir, "aims-probe-")
	if err != nil || os.Remove(probe) != nil {
		return ""
	}
	return dir
})
