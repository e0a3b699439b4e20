package programs_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/load"
)

// echoServer is a program that echoes.
type echoServer struct {
	name    string
	command func(*testing.T) []string
	tls     bool
}

// echoServers are all of them.
func echoServers() []echoServer {
	return []echoServer{
		{"epoll", compiled("echo.c"), false},
		{"libuv", compiled("echo_uv.c", "-luv"), false},
		{"node", node("echo.js"), false},
		{"node -tls", nodeTLS, true},
		{"twisted", twisted("echo.py"), false},
		{"spindle", ours("spindle"), false},
		{"spindle -tls", ours("spindle", "-tls"), true},
		{"gonet", ours("gonet"), false},
		{"gonet -tls", ours("gonet", "-tls"), true},
		{"netpoll", func(t *testing.T) []string { onLinux(t); return []string{goBuild(t, peers, "./netpoll")} }, false},
	}
}

// compiled is a program in C, compiled without a warning.
func compiled(source string, libraries ...string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		onLinux(t)
		compiler := tool(t, "gcc")
		if len(libraries) > 0 && !hasHeader(t, compiler, "uv.h") {
			skip(t, "there is no libuv. On Debian: apt-get install libuv1-dev")
		}
		binary := filepath.Join(t.TempDir(), "echo")
		build(t, ".", compiler, append([]string{"-O2", "-Wall", "-Wextra", "-Werror", "-o", binary, source}, libraries...)...)
		return []string{binary}
	}
}

func nodeTLS(t *testing.T) []string {
	tool(t, "openssl")
	return node("echo.js", "-tls")(t)
}

// ours is a server in Go.
func ours(name string, args ...string) func(*testing.T) []string {
	return func(t *testing.T) []string {
		if name == "spindle" {
			onUnix(t)
		}
		return append([]string{goBuild(t, "../..", "./benchmarks/servers/"+name)}, args...)
	}
}

// address starts a server, and returns it and where it listens.
func address(t *testing.T, s echoServer) (*program, string) {
	t.Helper()
	p := start(t, s.command(t))
	addr, ok := strings.CutPrefix(p.line(t), "listening ")
	if !ok || !strings.HasPrefix(addr, "127.0.0.1:") {
		t.Fatalf("it listens on %q", addr)
	}
	return p, addr
}

func TestServers(t *testing.T) {
	for _, s := range echoServers() {
		t.Run(s.name, func(t *testing.T) {
			p, addr := address(t, s)
			config := load.Config{Addr: addr, Conns: 10, Size: 3000, TLS: s.tls}
			held, err := load.Hold(patiently(t), config)
			if err != nil {
				t.Fatal(err)
			}
			slowPeer(t, s, addr)
			config.Conns = 3 // those who go away are not missed
			again, err := load.Hold(patiently(t), config)
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Close(); err != nil {
				t.Error(err)
			}
			p.end(t) // with connections that are open
			_ = held.Close()
		})
	}
}

// slowPeer sends until the server does not take any more, as nothing is read of what
// it sends, and then sends and takes the rest.
func slowPeer(t *testing.T, s echoServer, addr string) {
	t.Helper()
	conn, err := dial(patiently(t), s, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	text := bytes.Repeat([]byte("to be or not to be "), 1_000_000)
	sent := 0
	if !s.tls { // a connection with TLS does not survive a deadline
		if err := conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		sent, err = conn.Write(text) // a server without a limit takes it all
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		if err := conn.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	wrote := make(chan error, 1)
	go func() { // ends with the connection
		_, err := conn.Write(text[sent:])
		wrote <- err
	}()
	got := make([]byte, len(text))
	if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, text) {
		t.Errorf("a large text is not echoed: %v", err)
	}
	conn.Close()
	if err := <-wrote; err != nil {
		t.Error("sending it:", err)
	}
}

// dial connects to a server, with TLS if it has that.
func dial(ctx context.Context, s echoServer, addr string) (net.Conn, error) {
	if !s.tls {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}
	return d.DialContext(ctx, "tcp", addr)
}
