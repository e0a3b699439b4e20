//go:build unix

package netx_test

import (
	"os"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// fdFrames is a FrameProtocol that takes descriptors.
type fdFrames struct {
	frames
	files []*os.File
}

func (p *fdFrames) FDsReceived(files []*os.File) { p.files = append(p.files, files...) }

// TestFDsBehindAWrapper has protocols that take descriptors, and one that does not,
// behind what stands before a protocol.
func TestFDsBehindAWrapper(t *testing.T) {
	framed, receiver, half, plain := &fdFrames{}, &fdRecorder{}, &halfFDs{}, &recorder{}
	bare := func(w *localWorld, p netx.Protocol) {
		w.net.Dial("unix", w.at, factory(p)).Catch(w.unexpected)
	}
	service := func(w *localWorld, p netx.Protocol) {
		netx.NewService(w.net, netx.ServiceConfig{
			Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] { return w.net.Dial("unix", w.at, f) },
			Factory: factory(p),
		}).Start()
	}
	pool := func(w *localWorld, p netx.Protocol) {
		netx.NewConnectionPool(w.net, netx.PoolConfig{
			Connect: func(address string, f netx.Factory) *deferred.Deferred[netx.Protocol] {
				return w.net.Dial("unix", address, f)
			},
			Factory: factory(p),
		}).Get(w.at).Catch(w.unexpected)
	}
	for _, tt := range []struct {
		name  string
		by    func(w *localWorld, p netx.Protocol)
		p     netx.Protocol
		files *[]*os.File
	}{
		{"frames", bare, netx.Framed(netx.Lines{}, framed), &framed.files},
		{"a service", service, receiver, &receiver.files},
		{"a pool", pool, half, &half.files},
		{"a service of frames", service, netx.Framed(netx.Lines{}, framed), &framed.files},
		{"a service of another", service, plain, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			server := &recorder{}
			w.do(func() {
				if _, err := w.net.Listen("unix", w.at, factory(server)); err != nil {
					t.Error(err)
				}
				tt.by(w, tt.p)
			})
			w.until("the connection", server.made)
			r, wr, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			w.do(func() {
				if _, err := server.conn.WriteFDs([]byte("take it\r\n"), wr); err != nil {
					t.Error(err)
				}
				wr.Close()
			})
			if tt.files != nil {
				w.until("the descriptor", func() bool { return len(*tt.files) == 1 })
				for _, f := range *tt.files {
					f.Close()
				}
				*tt.files = nil
			}
			closedEverywhere(t, r)
		})
	}
}

// halfFDs takes descriptors, and can live without input.
type halfFDs struct{ fdRecorder }

func (*halfFDs) ReadClosed()  {}
func (*halfFDs) WriteClosed() {}

// TestFDsInAPipe has descriptors come to a connection in a Pipe, whose protocol took
// some before: it gets no more input, so they are closed, and the bytes go on.
func TestFDsInAPipe(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	client, receiver, from, to := &recorder{}, &fdRecorder{}, &recorder{}, &recorder{}
	w.connect(client, receiver)
	w.connect(from, to)
	r, wr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	w.do(func() {
		netx.Pipe(receiver.conn, from.conn)
		if _, err := client.conn.WriteFDs([]byte("carry it"), wr); err != nil {
			t.Error(err)
		}
		wr.Close()
	})
	w.until("the bytes", func() bool { return to.data.String() == "carry it" })
	closedEverywhere(t, r)
	w.do(func() {
		if len(receiver.files) != 0 {
			t.Errorf("%d descriptors were delivered", len(receiver.files))
		}
		client.conn.Abort()
	})
	w.until("the end", func() bool { return to.lost() && receiver.lost() })
}
