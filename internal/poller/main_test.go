//go:build unix

package poller_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/spindle-go/spindle/internal/poller"
)

// TestMain fails when a goroutine or a descriptor is left after all tests.
func TestMain(m *testing.M) {
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

// warmUp makes the runtime open the descriptors of its own netpoller.
func warmUp() {
	p, err := poller.New(poller.Best)
	if err == nil {
		err = p.Close()
	}
	if err != nil {
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
