//go:build unix

package reactor_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/spindle-go/spindle/reactor"
)

// TestMain fails when a goroutine or a descriptor is left after all tests. Some
// tests start this binary again, to be the process that a signal ends or in which
// the race detector reports.
func TestMain(m *testing.M) {
	if name, arg, _ := strings.Cut(os.Getenv(childName), " "); name != "" {
		children()[name](arg)
		os.Exit(0)
	}
	warmUp()
	before := openDescriptors()
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if after := openDescriptors(); len(after) > len(before) && code == 0 {
			fmt.Fprintf(os.Stderr, "descriptors left open: before %v, after %v\n", before, after)
			code = 1
		}
		os.Exit(code)
	}))
}

// warmUp makes the runtime open what it keeps open: its netpoller, and the pipe
// that signals come in by.
func warmUp() {
	r, err := reactor.New()
	if err != nil {
		panic(err)
	}
	r.CallWhenRunning(func() { _ = r.Stop() })
	if err := r.Run(background); err != nil {
		panic(err)
	}
}

// openDescriptors returns the numbers that are open, and that of the directory
// it was read from; nothing where the system does not tell.
func openDescriptors() []string {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}
