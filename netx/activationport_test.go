//go:build unix

package netx_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// activated is a helper that shouts at "systemd:web". It is started with sockets.
func activated([]string) error {
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		return err
	}
	n := netx.New(r)
	a, err := n.Activation()
	if err != nil {
		fmt.Println("error:", err)
		return nil
	}
	fmt.Println("names:", a.Names())
	again, err := n.Activation()
	fmt.Println("the same again:", again == a, err)
	left := 0
	for _, text := range os.Environ() {
		if strings.HasPrefix(text, "LISTEN_") {
			left++
		}
	}
	fmt.Println("variables left:", left)
	flags, err := unix.FcntlInt(3, unix.F_GETFD, 0)
	fmt.Println("closed on exec:", flags == unix.FD_CLOEXEC, err)
	for range 2 {
		if _, err := netx.Serve(n, "systemd:web", factoryOf(func() netx.Protocol { return &shouter{} })); err != nil {
			fmt.Println("error:", err)
		}
	}
	r.CallWhenRunning(func() { // a Stop before that would be lost
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			_ = r.Stop()
		}()
	})
	fmt.Println("ready")
	return r.Run(context.Background())
}

// startActivated starts that helper as systemd would. A LISTEN_PID of PID is its
// own.
func startActivated(t *testing.T, files []*os.File, env ...string) *helper {
	t.Helper()
	// A shell knows the process that it becomes.
	cmd := exec.CommandContext(patiently(t), "sh", "-c", `test "$LISTEN_PID" = PID && export LISTEN_PID=$$; exec "$0"`, os.Args[0])
	cmd.Env = append(append(os.Environ(), helperName+"=activated"), env...)
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = files
	h := &helper{t: t, cmd: cmd}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		h.stdin, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	h.lines = bufio.NewScanner(stdout)
	return h
}

// listenerFile returns a listening socket of package net and a duplicate of its
// descriptor.
func listenerFile(t *testing.T, network, address string) (net.Listener, *os.File) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.Close()
		f.Close()
	})
	return l, f
}

func TestActivation(t *testing.T) {
	if !sockets {
		t.Skip("SKIPPED: this platform has no sockets that netx knows")
	}
	_, other := listenerFile(t, "tcp", "127.0.0.1:0")
	web, file := listenerFile(t, "tcp", "127.0.0.1:0")
	h := startActivated(t, []*os.File{other, file}, "LISTEN_FDS=2", "LISTEN_PID=PID", "LISTEN_FDNAMES=other:web", "LISTEN_PIDFDID=1")
	h.says("names: [other web]")
	h.says("the same again: true <nil>")
	h.says("variables left: 0")
	h.says("closed on exec: true <nil>")
	h.says(`error: netx: listen systemd "web": netx: no such socket from systemd: not taken are "other"`)
	h.says("ready")
	c, err := net.Dial("tcp", web.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	answer := make([]byte, 5)
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "HELLO" {
		t.Errorf("the answer is %q, %v", answer, err)
	}
	h.end()
}

func TestActivationOfAnotherProcess(t *testing.T) {
	h := startActivated(t, nil, "LISTEN_FDS=1", "LISTEN_PID=1")
	h.says("names: []")
	h.says("the same again: true <nil>")
	h.says("variables left: 0")
	h.end()
}

func TestActivationNonsense(t *testing.T) {
	h := startActivated(t, nil, "LISTEN_FDS=many", "LISTEN_PID=PID")
	h.says(`error: LISTEN_FDS="many" is not a number of sockets`)
	h.end()
	h = startActivated(t, nil, "LISTEN_FDS=60000", "LISTEN_PID=PID")
	if !h.lines.Scan() || !strings.Contains(h.lines.Text(), "of LISTEN_FDS=60000: fcntl: bad file descriptor") {
		t.Errorf("the helper said %q", h.lines.Text())
	}
	h.end()
}

// dup returns a duplicate of f that is not a file of Go's.
func dup(t *testing.T, f *os.File) int {
	t.Helper()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	unix.CloseOnExec(fd)
	return fd
}

func TestActivationTakesInTurn(t *testing.T) {
	w := newTCPWorld(t)
	first, firstFile := listenerFile(t, "tcp", "127.0.0.1:0")
	second, secondFile := listenerFile(t, "tcp", "127.0.0.1:0")
	third, thirdFile := listenerFile(t, "tcp", "127.0.0.1:0")
	w.do(func() {
		names, fds := []string{"a", "b", "a"}, []int{dup(t, firstFile), dup(t, secondFile), dup(t, thirdFile)}
		a := netx.ActivationOf(w.net, names, fds)
		var got []string
		for _, endpoint := range []string{"systemd:a", "systemd:index=1", "systemd"} {
			p, err := netx.Serve(w.net, endpoint, factory(&recorder{}))
			if err != nil {
				t.Error(err)
				return
			}
			got = append(got, p.Addr().String())
		}
		if want := []string{first.Addr().String(), second.Addr().String(), third.Addr().String()}; !slices.Equal(got, want) {
			t.Errorf("taken are %v, not %v", got, want)
		}
		for _, endpoint := range []string{"systemd:a", "systemd:index=1", "systemd"} {
			if _, err := netx.Serve(w.net, endpoint, factory(&recorder{})); !errors.Is(err, netx.ErrActivation) || !strings.Contains(err.Error(), "all 3 are taken") {
				t.Errorf("%s: %v", endpoint, err)
			}
		}
		if !slices.Equal(a.Names(), names) {
			t.Errorf("the names are %v", a.Names())
		}
	})
}

func TestActivationOfNoListener(t *testing.T) {
	w := newTCPWorld(t)
	before := descriptors()
	udp, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	idle, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	unix.Close(pipe[1])
	w.do(func() {
		a := netx.ActivationOf(w.net, []string{"udp", "idle", "pipe"}, []int{udp, idle, pipe[0]})
		for name, want := range map[string]string{"udp": "it is a datagram socket of IP", "idle": "does not listen", "pipe": "getsockopt"} {
			for range 2 { // it is not taken
				_, err := a.Listen(name, factory(&recorder{}))
				if !errors.Is(err, netx.ErrCannotListen) || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v", name, err)
				}
				if name == "pipe" && !errors.Is(err, syscall.ENOTSOCK) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if _, err := a.Listen("none", factory(&recorder{})); !errors.Is(err, netx.ErrActivation) || !strings.Contains(err.Error(), `not taken are "udp", "idle", "pipe"`) {
			t.Error(err)
		}
		if _, err := a.ListenIndex(3, factory(&recorder{})); !errors.Is(err, netx.ErrActivation) {
			t.Error(err)
		}
		a.Close()
		a.Close()
		if _, err := a.Listen("udp", factory(&recorder{})); !errors.Is(err, netx.ErrActivation) {
			t.Error(err)
		}
	})
	if after := descriptors(); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestSystemdEndpointErrors(t *testing.T) {
	w := newTCPWorld(t)
	w.do(func() {
		netx.ActivationOf(w.net, nil, nil)
		if _, err := netx.Serve(w.net, "systemd:a", factory(&recorder{})); !errors.Is(err, netx.ErrActivation) || !strings.Contains(err.Error(), "without any") {
			t.Error(err)
		}
		for _, text := range []string{"systemd:a:index=1", "systemd:index=-1", "systemd:index=x", "systemd:a:b"} {
			if _, err := netx.Serve(w.net, text, factory(&recorder{})); !errors.Is(err, netx.ErrBadEndpoint) {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
	if _, err := netx.Serve(&askedNetwork{}, "systemd:a", factory(&recorder{})); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
