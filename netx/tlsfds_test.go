//go:build unix

package netx_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// smuggler is a connection whose writes carry a copy of a file each, below TLS, if
// there is one.
type smuggler struct {
	*net.UnixConn
	file *os.File
}

func (s *smuggler) Write(p []byte) (n int, err error) {
	if s.file == nil {
		return s.UnixConn.Write(p)
	}
	raw, err := s.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	if failed := raw.Control(func(fd uintptr) { n, _, err = s.WriteMsgUnix(p, unix.UnixRights(int(fd)), nil) }); failed != nil {
		return 0, failed
	}
	return n, err
}

// closedEverywhere checks that nobody holds the other end of a pipe any more.
func closedEverywhere(t *testing.T, r *os.File) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { _, err := r.Read(make([]byte, 1)); ended <- err }()
	if err := receive(t, ended, "the end of a pipe whose other end was sent"); !errors.Is(err, io.EOF) {
		t.Errorf("the pipe gave %v", err)
	}
	r.Close()
}

// TestFDsBelowTLS has a peer send descriptors with each piece of TLS. They are not
// protected by it, so a protocol that takes descriptors does not get them; they are
// closed, and the connection goes on.
func TestFDsBelowTLS(t *testing.T) {
	for version, cfg := range versions() {
		t.Run(version, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			b := &fdRecorder{}
			plain := foreigner(t, w, b, netx.WithTLS(cfg))
			r, wr, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			want := noise(100_000) // several records, which come in several pieces
			smuggling := &smuggler{plain, wr}
			c := tls.Client(smuggling, cfg)
			sent := make(chan error, 1)
			go func() { _, err := c.Write(want); sent <- err }()
			if err := receive(t, sent, "the peer"); err != nil {
				t.Fatal(err)
			}
			smuggling.file = nil
			wr.Close()
			w.until("the bytes", func() bool { return b.data.Len() == len(want) })
			closedEverywhere(t, r) // while the connection goes on
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			w.until("the end", b.lost)
			if b.story() != "made, lost: done" || b.data.String() != string(want) || len(b.files) != 0 {
				t.Errorf("%s, with %d bytes of %d and %d files", b.story(), b.data.Len(), len(want), len(b.files))
			}
			b.closeFiles(t)
		})
	}
}

// TestFDsBeforeStartTLS has descriptors go in clear, with a request for TLS. They
// arrive, also if they have waited behind what the peer did not read; those after
// it do not, either way.
func TestFDsBeforeStartTLS(t *testing.T) {
	for name, before := range map[string]int{"at once": 0, "behind much": 4 << 20} {
		t.Run(name, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			a, b := &recorder{}, &fdRecorder{}
			w.connect(a, b)
			f := numbered(t, 5)
			var sa, sb *outcome[tls.ConnectionState]
			b.onData = func([]byte) {
				if n := before + len("STARTTLS"); sb == nil && b.data.Len() >= n {
					sb = watch(b.conn.StartTLS(both(), b.data.Bytes()[n:]))
					b.data.Truncate(n)
				}
			}
			w.do(func() {
				b.conn.Pause()
				a.conn.Write(make([]byte, before))
				if n, err := a.conn.WriteFDs([]byte("STARTTLS"), f); n != 8 || err != nil {
					t.Errorf("WriteFDs answered %d, %v", n, err)
				}
				sa = watch(a.conn.StartTLS(both()))
				if _, err := a.conn.WriteFDs([]byte("!"), f); !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("after StartTLS WriteFDs answered %v", err)
				}
				a.conn.WriteString("secret")
				b.conn.Resume()
			})
			w.until("the secret", func() bool { return b.data.Len() == before+len("STARTTLS"+"secret") })
			if sa.err != nil || sb.err != nil || len(b.files) != 1 || numberIn(t, b.files[0]) != 5 {
				t.Errorf("%v, %v; %d files", sa, sb, len(b.files))
			}
			w.do(func() { a.conn.Close() })
			bothLost(t, w, a, &b.recorder)
			b.closeFiles(t)
			f.Close()
		})
	}
}

// TestFDsWaitWhenTheHandshakeFails has descriptors that were never sent: nothing of
// them is left.
func TestFDsWaitWhenTheHandshakeFails(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	r, wr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var o *outcome[tls.ConnectionState]
	w.do(func() {
		b.conn.Pause()
		a.conn.Write(make([]byte, 4<<20))
		if _, err := a.conn.WriteFDs([]byte("STARTTLS"), wr); err != nil {
			t.Error(err)
		}
		wr.Close()
		d := a.conn.StartTLS(both())
		o = watch(d)
		d.Cancel()
	})
	w.until("the end", a.lost)
	if !errors.Is(o.err, deferred.ErrCancelled) {
		t.Errorf("the handshake gave %v", o.err)
	}
	closedEverywhere(t, r)
	bothLost(t, w, a, b)
}
