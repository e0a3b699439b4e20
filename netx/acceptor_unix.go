//go:build unix

package netx

import (
	"errors"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
)

// How many connections are accepted in one turn. A port that got all that it
// could take looks for more the next time, and one that did not for as many as
// there were: so a quiet one makes two system calls for a connection, and a busy
// one keeps up. The figures are Twisted's; the bound is ours.
const (
	firstBudget   = 100
	budgetStep    = 20
	largestBudget = 500
)

// restTime is how long a port accepts nothing when the kernel is out of memory,
// or out of descriptors without a reserve: long enough to keep the loop from
// spinning, short beside a peer's patience.
const restTime = 100 * time.Millisecond

// acceptInherits says that a connection gets the options of TCP from the socket
// that listened.
const acceptInherits = runtime.GOOS == "linux"

// acceptState says what an acceptor is doing.
//
//	from       what happens                       to
//	---------  ---------------------------------  ---------
//	accepting  the kernel is out of something     resting
//	accepting  accept(false)                      paused
//	resting    the time is up                     accepting
//	resting    accept(false)                      paused
//	paused     accept(true)                       accepting
//	any        close                              closed
type acceptState uint8

const (
	accepting acceptState = iota // the reactor watches it
	resting                      // for restTime
	paused                       // until the one who takes the connections wants more
	closed
)

// acceptor is the socket of a Port. Loop goroutine only.
type acceptor struct {
	// Fixed after listen.
	net   *Net
	port  *Port
	local *boundName // of a Unix socket, nil for TCP

	state  acceptState
	fd     int // negative after close
	budget int
	stop   func() bool        // takes back the end of a rest
	waits  roster[*proxyWait] // for the header of a proxy
}

// FD implements reactor.ReadDescriptor.
func (a *acceptor) FD() int { return a.fd }

// ConnectionLost is called when the reactor has stopped.
func (a *acceptor) ConnectionLost(reason *failure.Failure) {
	a.net.env.own()
	a.port.end(reason)
	a.port.turn() // there may be no other
}

// DoRead accepts what has come, within the budget.
func (a *acceptor) DoRead() error {
	a.net.env.own()
	taken := 0
	for left := a.budget; left > 0 && a.state == accepting; left-- {
		fd, sa, err := acceptSocket(a.fd)
		if err == nil {
			taken++
			a.serve(fd, sa)
		} else if !a.goOn(err, left) {
			break
		}
	}
	if taken == a.budget {
		a.budget = min(a.budget+budgetStep, largestBudget)
	} else {
		a.budget = max(taken, 1)
	}
	return nil
}

// goOn says whether to accept the next one after an error.
func (a *acceptor) goOn(err error, budget int) bool {
	errno, _ := errors.AsType[unix.Errno](err)
	switch errno {
	case unix.EAGAIN:
	case unix.EMFILE, unix.ENFILE:
		a.turnAway(budget)
	case unix.EBADF, unix.EINVAL, unix.ENOTSOCK:
		a.port.end(os.NewSyscallError("accept", err)) // it was closed behind our back
	case unix.ENOBUFS, unix.ENOMEM:
		a.takeRest()
	default:
		// A signal, a firewall's refusal, or an error of this one connection,
		// which was gone before it was accepted.
		return true
	}
	return false
}

// serve makes a connection of an accepted descriptor.
func (a *acceptor) serve(fd int, sa unix.Sockaddr) {
	ends := streamEnds{local: a.local != nil}
	if ends.local {
		ends.from, ends.to = a.local.name, localNameOf(sa, nil)
	} else {
		ends.remote = addrPortOf(sa)
		if !acceptInherits {
			// It may fail on a connection that has ended already, which then
			// learns of that by its first read.
			_ = prepareTCP(fd)
		}
	}
	if a.port.cfg.proxy.use != nil {
		a.admit(fd, ends)
		return
	}
	a.connect(fd, ends, nil)
}

// connect gives a connection its protocol. The header is what a proxy has said of
// it, or nil.
func (a *acceptor) connect(fd int, ends streamEnds, header *ProxyHeader) {
	c, s := a.net.newStreamSocket(fd, ends, header)
	if a.port.cfg.tls != nil {
		a.port.secure(c, s)
		return
	}
	proto := a.port.protocol(s.remoteAddr())
	if proto == nil {
		closeFD(fd)
		return
	}
	c.begin(s, proto, a.port.cfg)
}

// turnAway uses the reserve to close connections that there is no descriptor
// for.
func (a *acceptor) turnAway(budget int) {
	if !a.net.reserve.take() {
		a.takeRest()
		return
	}
	a.net.reserve.release()
	for range budget {
		fd, _, err := acceptSocket(a.fd)
		if err != nil {
			break
		}
		closeFD(fd)
		a.port.stats.Dropped++
	}
	if !a.net.reserve.take() {
		a.takeRest() // another goroutine was quicker
	}
}

// takeRest stops accepting for a while.
func (a *acceptor) takeRest() {
	if !a.leave(resting) {
		return
	}
	a.stop = a.net.AfterFunc(restTime, func() {
		a.net.env.own()
		a.stop = nil
		a.net.reserve.take() // it may be there for the taking again
		a.begin()
	})
}

// accept implements listener.
func (a *acceptor) accept(on bool) {
	switch {
	case on && a.state == paused:
		a.begin()
	case !on && a.state == resting:
		a.wakeUp()
		a.state = paused
	case !on && a.state == accepting:
		a.leave(paused)
	}
}

// begin goes on accepting.
func (a *acceptor) begin() {
	a.net.release(a)
	a.state = accepting
	if err := a.net.r.AddReader(a); err != nil {
		a.port.end(err)
	}
}

// leave stops accepting, and reports whether the port is still there then.
func (a *acceptor) leave(to acceptState) bool {
	a.net.r.RemoveReader(a)
	a.state = to
	if err := a.net.hold(a); err != nil {
		a.port.end(err)
		return false
	}
	return true
}

// close implements listener.
func (a *acceptor) close() {
	a.wakeUp()
	a.state = closed
	a.net.release(a)
	a.net.r.RemoveReader(a)
	if a.local != nil {
		a.local.remove()
	}
	closeFD(a.fd)
	a.fd = -1
	for w := range a.waits.all() {
		w.giveUp()
	}
}

// wakeUp ends a rest.
func (a *acceptor) wakeUp() {
	if a.stop != nil {
		a.stop()
		a.stop = nil
	}
}
