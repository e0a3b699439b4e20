//go:build unix

package netx_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// outOfDescriptorsPassing is a helper that listens at args[0] and, once it has a
// connection, has room for two descriptors more. It tells what became of the
// connection, and how many descriptors came of it.
func outOfDescriptorsPassing(args []string) error {
	limit := unix.Rlimit{Cur: 64, Max: 64}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		return err
	}
	b := &fdRecorder{}
	b.onMade = func(*netx.Conn) {
		all := takeDescriptors()
		closeDescriptors(all[len(all)-2:])
	}
	b.onLost = func(reason *failure.Failure) {
		free := takeDescriptors()
		closeDescriptors(free)
		fmt.Println("lost some:", errors.Is(reason, netx.ErrFDsLost), "came:", len(b.files),
			"free:", len(free)-1) // one was the connection's
		_ = r.Stop()
	}
	if _, err := netx.New(r).Listen("unix", args[0], factory(b)); err != nil {
		return err
	}
	fmt.Println("listening")
	return r.Run(context.Background())
}

// takeDescriptors takes all that this process may still have.
func takeDescriptors() (fds []int) {
	for fd, err := unix.Dup(0); err == nil; fd, err = unix.Dup(0) {
		fds = append(fds, fd)
	}
	return fds
}

func closeDescriptors(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// TestFDsBeyondTheLimit sends more descriptors than the receiver may have: those
// that it got are closed, and it knows that it did not get all.
func TestFDsBeyondTheLimit(t *testing.T) {
	requireLinux(t) // elsewhere the kernel fails the call
	path := socketPath(t)
	h := startHelper(t, "passing", path)
	h.says("listening")
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f := numbered(t, 1)
	fds := []int{int(f.Fd()), int(f.Fd()), int(f.Fd()), int(f.Fd()), int(f.Fd())}
	if _, _, err := c.WriteMsgUnix([]byte("x"), unix.UnixRights(fds...), nil); err != nil {
		t.Fatal(err)
	}
	h.says("lost some: true came: 0 free: 2")
	h.end()
	if exists(path) {
		t.Error("the socket file is still there")
	}
}
