package netx_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// upgrader is a server that begins in clear and turns to TLS at a line. What
// comes behind that line it hands over.
type upgrader struct {
	recorder
	cfg     *tls.Config
	started *outcome[tls.ConnectionState]
	plain   string // what came before
}

func (u *upgrader) DataReceived(p []byte) {
	if u.started != nil {
		u.recorder.DataReceived(p)
		return
	}
	u.plain += string(p)
	if line, rest, found := strings.Cut(u.plain, "\n"); found {
		u.plain = line
		u.conn.WriteString("go on\n")
		u.started = watch(u.conn.StartTLS(u.cfg, []byte(rest)))
	}
}

// A client need not wait for the answer, and a server gets the request and the
// first record of TLS at once.
func TestStartTLSKeepsWhatCameEarly(t *testing.T) {
	for name, room := range map[string]int{"in one piece": 64 << 10, "byte by byte": 1, "in pieces": 100} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a := &recorder{}
			b := &upgrader{cfg: both()}
			r, ca, _ := newRelay(t, w, a, b, netx.WithPairBuffer(room))
			r.toClient = func(p []byte) { // without the answer, as the client does not read it
				answer := min(len(p), len("go on\n")-a.data.Len())
				a.data.Write(p[:answer])
				r.client.conn.Write(p[answer:])
			}
			ca.WriteString("STARTTLS\n")
			sa := watch(ca.StartTLS(both()))
			ca.WriteString("secret")
			w.until("the secret", func() bool { return b.data.String() == "secret" })
			if !sa.fired || sa.err != nil || b.started.err != nil || b.plain != "STARTTLS" || a.data.String() != "go on\n" {
				t.Errorf("%v, %v; in clear: %q and %q", sa.err, b.started.err, b.plain, a.data.String())
			}
			b.conn.WriteString("answer")
			ca.Close()
			bothLost(t, w, a, &b.recorder)
		})
	}
}

// Somebody between has put a command behind the request. It is TLS, and no good
// one: it must not be taken for something that came protected.
func TestStartTLSInjection(t *testing.T) {
	for name, pieces := range map[string][]string{
		"in the same piece": {"STARTTLS\nMAIL FROM:<mallory>\n"},
		"in another piece":  {"STARTTLS\n", "MAIL FROM:<mallory>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a := &recorder{}
			b := &upgrader{cfg: both()}
			netx.Pair(w.clock, a, b)
			for _, p := range pieces {
				a.conn.WriteString(p)
				w.settle()
			}
			bothLost(t, w, a, &b.recorder)
			if !as[tls.RecordHeaderError](b.started.err) || b.data.Len() != 0 {
				t.Errorf("got %q and %v", b.data.String(), b.started.err)
			}
		})
	}
}

func TestStreamStartTLS(t *testing.T) {
	for name, injected := range map[string]string{"": "", "injected": "evil\n"} {
		t.Run("with "+name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := w.streams()
			a.Write([]byte("STARTTLS\n" + injected))
			line := watch(b.ReadLine())
			w.settle()
			if line.v != "STARTTLS" {
				t.Fatalf("got %v", line)
			}
			sb := watch(b.StartTLS(both()))
			answer := watch(b.ReadLine())
			sa := watch(a.StartTLS(both()))
			b.Write([]byte("welcome\n")).Catch(ignore)
			a.Write([]byte("thanks\n")).Catch(ignore)
			greeting := watch(a.ReadLine())
			w.settle()
			if injected == "" && (sa.err != nil || sb.err != nil || greeting.v != "welcome" || answer.v != "thanks") {
				t.Errorf("%v, %v, %v, %v", sa, sb, greeting, answer)
			}
			if injected != "" && (sb.err == nil || sa.err == nil || greeting.err == nil || answer.err == nil) {
				t.Errorf("what was put between gave %v, %v", greeting, answer)
			}
			if state, ok := a.ConnectionState(); ok != (injected == "") || ok && state.Version != tls.VersionTLS13 {
				t.Errorf("the state is %v, %v", state.Version, ok)
			}
			again := watch(a.StartTLS(both()))
			if injected == "" && !errors.Is(again.err, netx.ErrAlreadyTLS) || again.err == nil {
				t.Errorf("TLS over TLS gave %v", again.err)
			}
			abortBoth(w, a, b)
		})
	}
}

// Output from before goes out in clear, however slow the peer is, and output from
// after it waits for the handshake.
func TestStartTLSBehindOutput(t *testing.T) {
	w := newPairWorld(t)
	a := &recorder{}
	clear := noise(200_000)
	b := &recorder{}
	_, cb := netx.Pair(w.clock, a, b)
	cb.Pause()
	a.conn.Write(clear)
	sa := watch(a.conn.StartTLS(both()))
	a.conn.WriteString("secret")
	if n := a.conn.Buffered(); n != len(clear)-64<<10+6 {
		t.Errorf("%d bytes are buffered", n)
	}
	var sb *outcome[tls.ConnectionState]
	b.onData = func([]byte) {
		if extra := b.data.Len() - len(clear); extra >= 0 && sb == nil {
			rest := bytes.Clone(b.data.Bytes()[len(clear):])
			b.data.Truncate(len(clear))
			sb = watch(cb.StartTLS(both(), rest[:len(rest)/2], rest[len(rest)/2:]))
		}
	}
	w.settle()
	if a.conn.Buffered() == 0 || sa.fired {
		t.Fatal("nothing waits for the peer, so the test tests nothing")
	}
	cb.Resume()
	w.settle()
	if sb == nil || sa.err != nil || sb.err != nil || !bytes.Equal(b.data.Bytes(), append(clear, "secret"...)) {
		t.Errorf("%v, %v, %d bytes", sa, sb, b.data.Len())
	}
	if a.conn.Buffered() != 0 {
		t.Errorf("%d bytes are buffered", a.conn.Buffered())
	}
	a.conn.Close()
	bothLost(t, w, a, b)
}

func TestStartTLSRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(w *pairWorld, c, peer *netx.Conn)
		want   error
	}{
		"twice":                {func(_ *pairWorld, c, _ *netx.Conn) { c.StartTLS(both()).Catch(ignore) }, netx.ErrAlreadyTLS},
		"after CloseWrite":     {func(_ *pairWorld, c, _ *netx.Conn) { c.CloseWrite() }, netx.ErrWriteClosed},
		"after Close":          {func(_ *pairWorld, c, _ *netx.Conn) { c.Close() }, net.ErrClosed},
		"after Abort":          {func(_ *pairWorld, c, _ *netx.Conn) { c.Abort() }, netx.ErrConnectionAborted},
		"after the peer's FIN": {func(w *pairWorld, _, peer *netx.Conn) { peer.CloseWrite(); w.settle() }, netx.ErrConnectionDone},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &halfRecorder{}, &halfRecorder{}
			ca, cb := netx.Pair(w.clock, a, b)
			tt.before(w, ca, cb)
			if o := watch(ca.StartTLS(both())); !errors.Is(o.err, tt.want) {
				t.Errorf("got %v", o)
			}
			if _, ok := ca.ConnectionState(); ok {
				t.Error("there is a state of TLS")
			}
			ca.Abort()
			cb.Abort()
			w.settle()
		})
	}
	w := newPairWorld(t)
	ca, _ := netx.Pair(w.clock, &recorder{}, &recorder{})
	for name, call := range map[string]func(){
		"StartTLS": func() { ca.StartTLS(nil) },
		"WithTLS":  func() { netx.WithTLS(nil) },
	} {
		if !panics(call) {
			t.Errorf("%s of nil does not panic", name)
		}
	}
}

// The side that dialled need not be the client.
func TestStartTLSTheOtherWayRound(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	ca, cb := netx.Pair(w.clock, a, b)
	sa, sb := watch(ca.StartTLSServer(both())), watch(cb.StartTLSClient(both()))
	ca.WriteString("from the server")
	w.settle()
	if sa.err != nil || sb.err != nil || sa.v.ServerName != "localhost" || b.data.String() != "from the server" {
		t.Errorf("%v, %v, %q", sa, sb, b.data.String())
	}
	ca.Close()
	bothLost(t, w, a, b)
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

// What the program does during the handshake.
func TestDuringTheHandshake(t *testing.T) {
	for name, tt := range map[string]struct {
		do    func(w *pairWorld, c *netx.Conn, d *deferred.Deferred[tls.ConnectionState])
		story string // of the one who did it
		got   string // by its peer
		fails error  // the handshake
	}{
		"nothing": {func(*pairWorld, *netx.Conn, *deferred.Deferred[tls.ConnectionState]) {}, "made", "", nil},
		"close":   {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) { c.Close() }, "made, lost: done", "", net.ErrClosed},
		"write":   {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) { c.WriteString("x") }, "made", "x", nil},
		"write and close": {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) {
			c.WriteString("x")
			c.Close()
		}, "made, lost: done", "x", nil},
		"half close": {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) { c.CloseWrite() }, "made, write closed", "", nil},
		"write, half close": {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) {
			c.WriteString("x")
			c.CloseWrite()
		}, "made, write closed", "x", nil},
		"abort":              {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) { c.Abort() }, "made, lost: aborted", "", netx.ErrConnectionAborted},
		"pause":              {func(_ *pairWorld, c *netx.Conn, _ *deferred.Deferred[tls.ConnectionState]) { c.Pause() }, "made", "", nil},
		"cancel":             {func(_ *pairWorld, _ *netx.Conn, d *deferred.Deferred[tls.ConnectionState]) { d.Cancel() }, "made, lost: aborted", "", deferred.ErrCancelled},
		"cancel, then close": {func(_ *pairWorld, c *netx.Conn, d *deferred.Deferred[tls.ConnectionState]) { d.Cancel(); c.Close() }, "made, lost: aborted", "", deferred.ErrCancelled},
	} {
		for _, side := range []string{"client", "server"} {
			for step := range 3 {
				t.Run(strings.Join([]string{name, side, string(rune('0' + step))}, ", "), func(t *testing.T) {
					w := newPairWorld(t)
					a, b := &halfRecorder{}, &halfRecorder{}
					ca, cb := netx.Pair(w.clock, a, b)
					da, db := ca.StartTLS(both()), cb.StartTLS(both())
					for range step {
						w.clock.RunNext()
					}
					me, peer, d, other := a, b, da, db
					if side == "server" {
						me, peer, d, other = b, a, db, da
					}
					o := watch(d)
					other.Catch(ignore)
					if o.fired {
						t.Skip("the handshake is over by then")
					}
					tt.do(w, me.conn, d)
					if len(me.events) != 1 {
						t.Errorf("told from inside: %s", me.story())
					}
					w.settle()
					// A Close with nothing to send ends it in the next turn, which may
					// be the one that the handshake needed.
					if !o.fired || !errors.Is(o.err, tt.fails) && (name != "close" || o.err != nil) {
						t.Errorf("the handshake gave %v", o)
					}
					if me.story() != tt.story || peer.data.String() != tt.got {
						t.Errorf("the story is %s, and the peer got %q", me.story(), peer.data.String())
					}
					ca.Abort()
					cb.Abort()
					w.settle()
					if calls := w.clock.Calls(); len(calls) != 0 {
						t.Errorf("%d delayed calls are left", len(calls))
					}
				})
			}
		}
	}
}

// The peer stops reading during the handshake. It is bounded all the same.
func TestPeerStopsReadingDuringTheHandshake(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{onMade: func(c *netx.Conn) { c.Pause() }}
	ca, cb := netx.Pair(w.clock, a, b, netx.WithPairBuffer(100), netx.WithHandshakeTimeout(time.Second))
	o := watch(ca.StartTLS(both()))
	ca.WriteString("x")
	w.settle()
	if o.fired {
		t.Fatal("the handshake does not need its peer")
	}
	w.until("the end", a.lost)
	if !errors.Is(o.err, deferred.ErrTimeout) || w.clock.Now() != time.Unix(1, 0) {
		t.Errorf("%v at %v", o.err, w.clock.Now())
	}
	cb.Abort()
	bothLost(t, w, a, b)
}

func ignore(*failure.Failure) {}
