package load_test

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
func descriptors() int {
	if r, w, err := os.Pipe(); err == nil { // has Go's runtime open its own
		r.Close()
		w.Close()
	}
	runtime.GC()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(open)
}

// patiently returns a context for what is due at once.
func patiently(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
