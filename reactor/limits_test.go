//go:build unix

package reactor_test

import (
	"os"

	"golang.org/x/sys/unix"
)

// exhaustDescriptors makes it impossible to open one more, until restore. No
// other test may run at the same time.
func exhaustDescriptors(w *world) (restore func()) {
	w.Helper()
	var limit unix.Rlimit
	w.check(unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	lowest, err := os.Open(os.DevNull)
	w.check(err)
	none, n := limit, int(lowest.Fd())
	w.check(lowest.Close())
	for none.Cur = 0; int(none.Cur) < n; none.Cur++ {
		// Its type is not the same on every Unix.
	}
	w.check(unix.Setrlimit(unix.RLIMIT_NOFILE, &none))
	return func() {
		w.Helper()
		w.check(unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
	}
}
