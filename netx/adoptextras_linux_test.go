package netx_test

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// TestAdoptedSocketHasNoExtras passes a descriptor over sockets that were to have
// credentials and such with all that comes, as systemd's PassCredentials has it.
func TestAdoptedSocketHasNoExtras(t *testing.T) {
	for name, option := range map[string]int{"credentials": unix.SO_PASSCRED, "process": unix.SO_PASSPIDFD} {
		t.Run(name, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			l, near, far := localLoopback(t, w.at)
			for _, fd := range []int{numberOf(t, l), numberOf(t, near)} {
				if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 1); err != nil {
					t.Skip("SKIPPED: the system does not have the option, so nothing is known of a socket with it: ", err)
				}
			}
			f := numbered(t, 7)
			defer f.Close()
			a, b := &fdRecorder{}, &fdRecorder{}
			w.do(func() {
				if _, err := w.net.AdoptConn(near, factory(a), netx.WithMaxFDs(1)); err != nil {
					t.Error(err)
				}
				if _, err := w.net.AdoptListener(l, factory(b), netx.WithMaxFDs(1)); err != nil {
					t.Error(err)
				}
			})
			accepted := dialUnix(t, w.at)
			for _, c := range []struct {
				peer *net.UnixConn
				got  *fdRecorder
			}{{far, a}, {accepted, b}} {
				if _, _, err := c.peer.WriteMsgUnix([]byte("x"), unix.UnixRights(int(f.Fd())), nil); err != nil {
					t.Fatal(err)
				}
				w.until("the byte", func() bool { return c.got.data.Len() == 1 || c.got.lost() })
				if len(c.got.files) != 1 {
					t.Errorf("%d files came; %v", len(c.got.files), c.got.reason)
				}
				c.got.closeFiles(t)
			}
			near.Close()
			far.Close()
			accepted.Close()
			w.until("the end", func() bool { return a.lost() && b.lost() })
		})
	}
}
