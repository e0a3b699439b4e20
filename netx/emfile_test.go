//go:build unix

package netx_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// outOfDescriptors is a helper with an echo server, whose address it prints. It
// takes all descriptors that the process may have on the input "fill", gives them
// back on "free", and tells on "report" what its port has done. With "steal" as
// its argument the reserve is gone, too.
func outOfDescriptors(args []string) error {
	limit := unix.Rlimit{Cur: 64, Max: 64}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		return err
	}
	n := netx.New(r)
	port, err := n.Listen("tcp", "127.0.0.1:0", factoryOf(func() netx.Protocol { return &echo{} }))
	if err != nil {
		return err
	}
	fmt.Println(port.Addr())
	h := &hoarder{r: r, n: n, port: port, steal: len(args) > 0 && args[0] == "steal"}
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			_ = r.CallFromThread(func() { h.obey(in.Text()) })
			<-h.obeyed()
		}
		_ = r.Stop()
	}()
	return r.Run(context.Background())
}

// hoarder does what the input says. Loop goroutine only.
type hoarder struct {
	r     *reactor.Reactor
	n     *netx.Net
	port  *netx.Port
	steal bool
	fds   []int
	turns uint64 // when the descriptors were full
}

// obeyed returns a channel that is closed when the loop has done all that was
// asked so far.
func (h *hoarder) obeyed() chan struct{} {
	done := make(chan struct{})
	if h.r.CallFromThread(func() { close(done) }) != nil {
		close(done)
	}
	return done
}

func (h *hoarder) obey(command string) {
	switch command {
	case "fill":
		if h.steal {
			netx.StealReserve(h.n)
		}
		for {
			fd, err := unix.Dup(0)
			if err != nil {
				break
			}
			h.fds = append(h.fds, fd)
		}
		h.turns = h.r.Stats().Turns
	case "free":
		for _, fd := range h.fds {
			unix.Close(fd)
		}
	case "report":
		s := h.port.Stats()
		fmt.Printf("accepted %d, dropped %d, busy %v, reserve %v, resting %v\n", s.Accepted, s.Dropped,
			h.r.Stats().Turns-h.turns > 200, netx.HasReserve(h.n), !netx.Accepting(h.port))
		return
	}
	fmt.Println(command)
}

// ask sends the helper a line and waits for the same line.
func (h *helper) ask(line string) {
	h.t.Helper()
	h.order(line)
	h.says(line)
}

func (h *helper) order(line string) { fmt.Fprintln(h.stdin, line) }

// hello sends a word to an echo server and returns what comes back.
func hello(t *testing.T, c net.Conn) string {
	t.Helper()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 5)
	if _, err := io.ReadFull(c, answer); err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func connectTo(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestOutOfDescriptors(t *testing.T) {
	h := startHelper(t, "descriptors")
	h.lines.Scan()
	address := h.lines.Text()
	if got := hello(t, connectTo(t, address)); got != "hello" {
		t.Errorf("got %q", got)
	}
	h.ask("fill")
	for range 5 {
		c := connectTo(t, address)
		c.SetDeadline(time.Now().Add(patience))
		if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("a client that there is no descriptor for read %d, %v", n, err)
		}
	}
	h.order("report")
	h.says("accepted 1, dropped 5, busy false, reserve true, resting false")
	h.ask("free")
	if got := hello(t, connectTo(t, address)); got != "hello" {
		t.Errorf("got %q", got)
	}
	h.end()
}

func TestOutOfDescriptorsWithoutReserve(t *testing.T) {
	h := startHelper(t, "descriptors", "steal")
	h.lines.Scan()
	address := h.lines.Text()
	h.ask("fill")
	c := connectTo(t, address) // it has to wait, and is served in the end
	io.WriteString(c, "")
	for range 20 {
		h.ask("wait")
	}
	h.order("report")
	h.says("accepted 0, dropped 0, busy false, reserve false, resting true")
	h.ask("free")
	if got := hello(t, c); got != "hello" {
		t.Errorf("got %q", got)
	}
	h.order("report")
	h.says("accepted 1, dropped 0, busy false, reserve true, resting false")
	h.end()
}
