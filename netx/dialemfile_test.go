//go:build unix

package netx_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// outOfDescriptorsDialling is a helper that dials to a server of package net, takes
// all descriptors that the process may have, dials in every way there is, and prints
// what came of it; and once more when it has given them back.
func outOfDescriptorsDialling([]string) error {
	dir, err := os.MkdirTemp("", "netx")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		return err
	}
	n := netx.New(r)
	d := &diallers{r: r, n: n, path: filepath.Join(dir, "s")}
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": d.path} {
		l, err := net.Listen(network, address)
		if err != nil {
			return err
		}
		defer l.Close()
		if network == "tcp" {
			d.address = l.Addr().String()
		}
	}
	r.CallWhenRunning(d.begin)
	if err := r.Run(context.Background()); err != nil {
		return err
	}
	return d.err
}

// diallers is what that does, on the loop.
type diallers struct {
	r       *reactor.Reactor
	n       *netx.Net
	address string
	path    string
	err     error

	first *recorder
	fds   []int
	said  map[string]string
}

// begin makes a connection, which is there when there are no more descriptors.
func (d *diallers) begin() {
	d.first = &recorder{}
	d.n.Dial("tcp", d.address, factory(d.first)).AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
		if err != nil {
			d.err = err
			return nil, errors.Join(nil, d.r.Stop())
		}
		d.fill()
		d.dialAll(d.emptied)
		return p, nil
	})
}

// fill takes all descriptors.
func (d *diallers) fill() {
	limit := unix.Rlimit{Cur: 64, Max: 64}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		d.err = err
	}
	for {
		fd, err := unix.Dup(0)
		if err != nil {
			return
		}
		d.fds = append(d.fds, fd)
	}
}

// dialAll dials, and calls next when it knows what became of all.
func (d *diallers) dialAll(next func()) {
	_, port, _ := net.SplitHostPort(d.address)
	nowhere := factory(&recorder{onMade: func(c *netx.Conn) { c.Abort() }})
	both := netx.WithResolver(twice{})
	d.said = map[string]string{}
	for name, dial := range map[string]func() *deferred.Deferred[netx.Protocol]{
		"address": func() *deferred.Deferred[netx.Protocol] { return d.n.Dial("tcp", d.address, nowhere) },
		"name":    func() *deferred.Deferred[netx.Protocol] { return d.n.Dial("tcp", "two:"+port, nowhere, both) },
		"unix":    func() *deferred.Deferred[netx.Protocol] { return d.n.Dial("unix", d.path, nowhere) },
	} {
		dial().AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			switch {
			case err == nil:
				d.said[name] = "made"
			case errors.Is(err, syscall.EMFILE):
				d.said[name] = "EMFILE"
			default:
				d.said[name] = err.Error()
			}
			if len(d.said) == 3 {
				_ = d.r.CallFromThread(next)
			}
			return nil, nil
		})
	}
}

func (d *diallers) report() {
	fmt.Printf("address %s, name %s, unix %s, delayed calls %d\n", d.said["address"], d.said["name"], d.said["unix"],
		len(d.r.DelayedCalls()))
}

// emptied looks at what came of it, and what becomes of a connection that needs
// something new.
func (d *diallers) emptied() {
	d.report()
	d.first.conn.Pause()
	fmt.Println("it can be paused:", !d.first.conn.Closed())
	for _, fd := range d.fds {
		unix.Close(fd)
	}
	before := descriptors()
	d.dialAll(func() {
		d.report()
		fmt.Println("more descriptors:", descriptors() > before)
		d.err = errors.Join(d.err, d.r.Stop())
	})
}

// twice finds two addresses for each name.
type twice struct{}

func (twice) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	localhost := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	return []netip.Addr{localhost, localhost.Next()}, nil
}

// TestDialOutOfDescriptors has a process without descriptors dial: it is told at once,
// by EMFILE, nothing is left of the attempt, and what is there goes on.
func TestDialOutOfDescriptors(t *testing.T) {
	h := startHelper(t, "dialling")
	h.says("address EMFILE, name EMFILE, unix EMFILE, delayed calls 0")
	h.says("it can be paused: true")
	h.says("address made, name made, unix made, delayed calls 0")
	h.says("more descriptors: false")
	h.end()
}
