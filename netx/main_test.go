package netx_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain makes sure that nothing that was started goes on, and that no
// descriptor stays open.
func TestMain(m *testing.M) {
	if isHelper() {
		os.Exit(runHelper())
	}
	before := descriptors()
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if after := descriptors(); code == 0 && after > before {
		fmt.Fprintf(os.Stderr, "descriptors are left open: %d before the tests, %d after\n", before, after)
		code = 1
	}
	os.Exit(code)
}

// descriptors counts the open ones, and is -1 where that cannot be asked.
// It may fall at any time, so a test asks whether there are more than before:
// the standard library splices from a connection to a connection through a
// pool of pipes, which are closed some collections after their last use.
func descriptors() int {
	if r, w, err := os.Pipe(); err == nil { // has Go's runtime open its own
		r.Close()
		w.Close()
	}
	runtime.GC() // files that were forgotten are closed by the collector
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(open)
}

// patience is how long an event may take that is due at once.
const patience = 30 * time.Second

// patiently returns a context for waiting for such an event.
func patiently(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// receive fails the test if nothing comes from c in time.
func receive[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-patiently(t).Done():
		t.Fatalf("timed out waiting for %s", what)
	}
	return v
}
