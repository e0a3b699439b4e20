//go:build unix

package netx_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// TestErrnoOfACall looks at what the kernel may answer to a read or a write: when it
// is out of room, the call is made again at the next event, and out of memory, after a
// while.
func TestErrnoOfACall(t *testing.T) {
	for errno, want := range map[unix.Errno]error{
		0:               nil,
		unix.EAGAIN:     netx.ErrWouldBlock,
		unix.ENOBUFS:    netx.ErrNoRoom,
		unix.ENOMEM:     netx.ErrNoRoom,
		unix.ECONNRESET: unix.ECONNRESET,
		unix.EPIPE:      unix.EPIPE,
		unix.ETIMEDOUT:  unix.ETIMEDOUT,
	} {
		if err := netx.CallError("write", errno); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%v: %v", errno, err)
		}
	}
}
