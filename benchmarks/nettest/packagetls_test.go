package nettest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// TestTimeoutBreaksPackageTLS shows why a connection of package crypto/tls cannot be
// the first one of the conformance test, whoever is at the other end. PastTimeout
// writes with a deadline that has passed, takes the deadline back, writes again, and
// waits without a deadline for an answer. For crypto/tls such a write is the end of
// the output for ever, see [tls.Conn.SetWriteDeadline]: nothing goes out, so there is
// no answer, and the test waits until its minute is over. Both ends are of crypto/tls
// here, so that nothing of package netx has part in it.
func TestTimeoutBreaksPackageTLS(t *testing.T) {
	a, b := packageTLS(t)
	past, limit := time.Now().Add(-time.Hour), time.Now().Add(10*time.Second)
	late := func(what string, n int, err error) {
		t.Helper()
		if n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s gave %d, %v", what, n, err)
		}
	}
	if err := a.SetDeadline(past); err != nil {
		t.Fatal(err)
	}
	n, err := a.Write([]byte("late"))
	late("a Write past its deadline", n, err)
	if err := errors.Join(a.SetDeadline(time.Time{}), b.SetReadDeadline(limit)); err != nil {
		t.Fatal(err)
	}
	n, err = a.Write([]byte("in time"))
	late("a Write after it, without a deadline", n, err)
	if err := a.NetConn().Close(); err != nil { // what has gone out by now comes before the end
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, b.NetConn()); n != 0 || err != nil {
		t.Errorf("the peer got %d bytes, %v", n, err)
	}
}

// packageTLS joins two connections of package crypto/tls, after their handshakes.
func packageTLS(t *testing.T) (a, b *tls.Conn) {
	t.Helper()
	cfg := certified(t)
	cfg.SessionTicketsDisabled = true // nothing comes after the handshake
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err == nil {
			err = c.(*tls.Conn).Handshake()
		}
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}()
	c, err := tls.Dial("tcp", l.Addr().String(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	peer := <-accepted
	if t.Failed() {
		t.FailNow()
	}
	t.Cleanup(func() { peer.Close() })
	return c, peer.(*tls.Conn)
}
