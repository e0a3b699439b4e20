//go:build unix

package netx_test

import (
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// echo is the smallest protocol that answers.
type echo struct{ conn *netx.Conn }

func (e *echo) ConnectionMade(c *netx.Conn)     { e.conn = c }
func (e *echo) DataReceived(p []byte)           { e.conn.Write(p) }
func (e *echo) ConnectionLost(*failure.Failure) {}

// perConnection is how many bytes of user memory an idle connection may take,
// with its protocol and its entries in the reactor and the poller.
const perConnection = 400

func TestTenThousandConnections(t *testing.T) {
	n := 10_000
	if testing.Short() || underRace {
		n = 1000
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := int(min(limit.Cur, 1<<20)) - 100; most < n {
		t.Logf("with a limit of %d descriptors", limit.Cur)
		n = most
	}
	w := newTCPWorld(t)
	var port *netx.Port
	w.do(func() {
		var err error
		port, err = w.net.Listen("tcp", w.at, factoryOf(func() netx.Protocol { return &echo{} }))
		if err != nil {
			t.Error(err)
		}
	})
	few := startHelper(t, "clients", port.Addr().String(), "10")
	few.says("answered") // so that all is there that comes with the first connection
	before := heap()
	many := startHelper(t, "clients", port.Addr().String(), strconv.Itoa(n))
	many.says("answered")
	idle := heap()
	many.stdin.Write([]byte("again\n"))
	many.says("answered")
	per := (idle - before) / n
	t.Logf("%d connections, %d bytes each", n, per)
	if per > perConnection {
		t.Errorf("an idle connection takes %d bytes, more than %d", per, perConnection)
	}
	w.do(func() {
		if got := int(port.Stats().Accepted); got != n+10 {
			t.Errorf("%d connections were accepted, of %d", got, n+10)
		}
	})
	few.end()
	many.end()
	w.until("the end of all", func() bool { return w.r.Stats().Descriptors <= 2 })
}

func TestSizes(t *testing.T) {
	if netx.ConnSize > 72 || netx.SocketSize > 128 {
		t.Errorf("a Conn takes %d bytes, with its socket %d", netx.ConnSize, netx.SocketSize)
	}
	if netx.GovernedSize > 208 {
		t.Errorf("an Option about the traffic adds %d bytes", netx.GovernedSize)
	}
}

// heap is how many bytes are in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalised
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}
