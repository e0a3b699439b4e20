package netx_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// lineServer turns to TLS at a line.
type lineServer struct {
	conn    *netx.FrameConn
	lines   []string
	started *outcome[tls.ConnectionState]
	start   func(c *netx.FrameConn) *deferred.Deferred[tls.ConnectionState]
	reason  *failure.Failure
}

func (s *lineServer) ConnectionMade(c *netx.FrameConn)  { s.conn = c }
func (s *lineServer) ConnectionLost(f *failure.Failure) { s.reason = f }

func (s *lineServer) FrameReceived(line []byte) {
	s.lines = append(s.lines, string(line))
	if string(line) == "STARTTLS" {
		s.started = watch(s.start(s.conn))
	}
}

func serverOf(c *netx.FrameConn) *deferred.Deferred[tls.ConnectionState] { return c.StartTLS(both()) }

// Frames that came behind the request are no frames.
func TestFramedStartTLSInjection(t *testing.T) {
	w := newPairWorld(t)
	a := &recorder{}
	s := &lineServer{start: serverOf}
	netx.Pair(w.clock, a, netx.Framed(netx.Lines{}, s))
	a.conn.WriteString("STARTTLS\r\nMAIL FROM:<mallory>\r\nDATA\r\n")
	w.settle()
	if strings.Join(s.lines, ",") != "STARTTLS" || !as[tls.RecordHeaderError](s.started.err) || s.reason == nil {
		t.Errorf("got %q, %v and %v", s.lines, s.started.err, s.reason)
	}
}

// A client that does not wait: its first record is behind the request.
func TestFramedStartTLS(t *testing.T) {
	for name, start := range map[string]func(c *netx.FrameConn) *deferred.Deferred[tls.ConnectionState]{
		"by side":   serverOf,
		"as server": func(c *netx.FrameConn) *deferred.Deferred[tls.ConnectionState] { return c.StartTLSServer(both()) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a := &recorder{}
			s := &lineServer{start: start}
			ca, _ := netx.Pair(w.clock, a, netx.Framed(netx.Lines{}, s))
			s.conn.Conn.Pause() // so that all of it comes at once
			ca.WriteString("STARTTLS\r\n")
			sa := watch(ca.StartTLS(both()))
			ca.WriteString("by TLS\r\n")
			w.settle()
			s.conn.Conn.Resume()
			w.settle()
			if sa.err != nil || s.started.err != nil || strings.Join(s.lines, ",") != "STARTTLS,by TLS" {
				t.Errorf("got %q, %v and %v", s.lines, sa, s.started)
			}
			again := watch(s.conn.StartTLSClient(both()))
			if again.err == nil {
				t.Error("TLS over TLS")
			}
			ca.Close()
			w.settle()
			if s.reason == nil || kindOf(s.reason) != "done" {
				t.Errorf("ended with %v", s.reason)
			}
		})
	}
}
