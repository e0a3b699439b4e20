package netx_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// requestSize is that of the requests below.
const requestSize = 64

// selfServed is an echo server's protocol with its client inside: once it has answered it
// takes the answer at the other end and sends the next request, so that the loop finds
// that at once. No other goroutine has a part in it, and all can be counted exactly.
type selfServed struct {
	t       *testing.T
	conn    *netx.Conn
	client  int // a blocking descriptor
	message [requestSize]byte
	answer  [requestSize]byte
	left    int
	begin   func() // when the first of the requests has come
	end     func() // when the last has been answered
}

func (s *selfServed) ConnectionMade(c *netx.Conn)     { s.conn = c }
func (s *selfServed) ConnectionLost(*failure.Failure) {}

func (s *selfServed) DataReceived(p []byte) {
	if s.begin != nil {
		s.begin()
		s.begin = nil
	}
	s.conn.Write(p)
	if n, err := unix.Read(s.client, s.answer[:]); n != requestSize || err != nil || s.answer != s.message {
		s.t.Errorf("the answer is %d bytes, %v", n, err)
	}
	if s.left--; s.left == 0 {
		s.end()
		return
	}
	s.send()
}

// send sends a request.
func (s *selfServed) send() {
	if n, err := unix.Write(s.client, s.message[:]); n != requestSize || err != nil {
		s.t.Errorf("sent %d bytes, %v", n, err)
	}
}

// selfServe makes a server with one connection.
func selfServe(t *testing.T, w *tcpWorld) *selfServed {
	t.Helper()
	s := &selfServed{t: t, message: [requestSize]byte(noise(requestSize))}
	_, number := listen(t, w, factory(s))
	port, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.client = fd
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	w.until("the connection", func() bool { return s.conn != nil })
	return s
}

// exchange has so many requests answered. begin and end are called on the loop, in the
// first and the last of them.
func (s *selfServed) exchange(w *tcpWorld, requests int, begin, end func()) {
	s.t.Helper()
	over := make(chan struct{})
	w.do(func() {
		s.left, s.begin = requests, begin
		s.end = func() { end(); close(over) }
	})
	s.send() // from here, where all is over that was done to wake the loop
	receive(s.t, over, "the answers")
}

// TestCallsOfARequest counts what a request costs that comes while the loop is busy: one
// turn, and so one question to the poller, one read, one write, nothing else asked of
// the poller and no byte to the waker.
func TestCallsOfARequest(t *testing.T) {
	const requests = 1000
	for name, kind := range map[string]reactor.Poller{"epoll": reactor.Epoll, "poll": reactor.Poll, "select": reactor.Select} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t, reactor.WithPoller(kind))
			s := selfServe(t, w)
			type asked struct{ turns, reads, writes, wants, wakeups int }
			var n, before, after asked
			w.do(func() {
				netx.Misbehave(s.conn, netx.Faults{
					Read:  counting(&n.reads),
					Write: counting(&n.writes),
					Want:  func(bool, bool) error { n.wants++; return nil },
				})
			})
			now := func() asked {
				stats := w.r.Stats()
				n.turns, n.wakeups = int(stats.Turns), int(stats.Wakeups)
				return n
			}
			s.exchange(w, requests+1, func() { before = now() }, func() { after = now() })
			got := asked{
				after.turns - before.turns, after.reads - before.reads, after.writes - before.writes,
				after.wants - before.wants, after.wakeups - before.wakeups,
			}
			// When the count begins the first request is read and not yet answered.
			want := asked{turns: requests, reads: requests, writes: requests + 1}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// counting counts the calls that it passes on.
func counting(n *int) func([]byte, func([]byte) (int, error)) (int, error) {
	return func(p []byte, next func([]byte) (int, error)) (int, error) {
		*n++
		return next(p)
	}
}

// TestSystemCallsOfARequest asks the kernel. It counts the segments with data that the
// client gets, and so what is sent; and the reads and writes of the loop's thread, to
// which recv and send do not belong: those are of the client inside, and a byte for the
// waker, or whatever else there was, would be among them. The runtime may make some of
// its own on that thread, so the best of several rounds counts.
func TestSystemCallsOfARequest(t *testing.T) {
	const rounds, requests = 5, 200
	w := newTCPWorld(t)
	s := selfServe(t, w)
	w.do(runtime.LockOSThread)
	defer w.do(runtime.UnlockOSThread)
	var err error
	w.do(func() { _, err = callsOfThread() })
	if err != nil {
		t.Skipf("NOT SEEN: the kernel does not count system calls: %v", err)
	}
	var best calls
	for round := range rounds {
		var before, empty, after calls
		var first, last uint32
		s.exchange(w, requests+1, func() {
			first = segments(t, s.client)
			before, _ = callsOfThread()
			empty, _ = callsOfThread()
		}, func() {
			after, _ = callsOfThread()
			last = segments(t, s.client)
		})
		looking := empty.minus(before)
		if got := after.minus(empty).minus(looking); round == 0 || got.reads+got.writes < best.reads+best.writes {
			best = got
		}
		// When the count begins the first request is read and not yet answered.
		if got := last - first; got != requests+1 {
			t.Errorf("%d segments for %d answers", got, requests+1)
		}
	}
	// After the last answer the client sends no request.
	want := calls{reads: requests + 1, writes: requests}
	if best != want {
		t.Errorf("%+v for %d requests, want %+v", best, requests, want)
	}
}

// segments returns how many segments with data have come to a TCP socket.
func segments(t *testing.T, fd int) uint32 {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		t.Error(err)
		return 0
	}
	return info.Data_segs_in
}

// calls are the system calls of a thread.
type calls struct{ reads, writes int }

func (c calls) minus(o calls) calls { return calls{c.reads - o.reads, c.writes - o.writes} }

// callsOfThread returns what the kernel has counted for the calling thread.
func callsOfThread() (c calls, err error) {
	text, err := os.ReadFile("/proc/thread-self/io")
	if err != nil {
		return c, err
	}
	for line := range strings.Lines(string(text)) {
		name, number, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "syscr":
			c.reads, err = strconv.Atoi(number)
		case "syscw":
			c.writes, err = strconv.Atoi(number)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// TestAllocationsOfARequest wants none once the first requests have been answered.
func TestAllocationsOfARequest(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	const requests = 2000
	w := newTCPWorld(t)
	s := selfServe(t, w)
	nothing := func() {}
	s.exchange(w, 100, nothing, nothing)
	var before, after runtime.MemStats
	s.exchange(w, requests+1, func() { runtime.ReadMemStats(&before) }, func() { runtime.ReadMemStats(&after) })
	// The runtime has a few of its own, for collections.
	if got := after.Mallocs - before.Mallocs; got >= requests/20 {
		t.Errorf("%d allocations for %d requests, want none", got, requests)
	}
}
