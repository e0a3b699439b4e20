package main

import (
	"net"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// The poems that the servers have.
var poems = [][]string{
	{"A loop went round and never slept", "but when there was no work to do;", "each promise that it made it kept,", "and every one of them came true."},
	{"One thread is all I need,", "said the spindle to the wheel;", "you turn, and I shall feed", "what comes to me, onto the reel."},
	{"I asked; you were not there.", "I did not wait. I went along.", "You called me back from anywhere:", "the answer came, and was a song."},
}

// startServers starts one server for each poem on loopback, the first the
// slowest.
func startServers(n *netx.Net) (addresses []string, err error) {
	for i, poem := range poems {
		pause := time.Duration(len(poems)-i) * 60 * time.Millisecond
		port, err := listen(n, "127.0.0.1:0", poem, pause)
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, port.Addr().String())
	}
	return addresses, nil
}

// listen serves a poem, with a pause before each line.
func listen(n *netx.Net, address string, poem []string, pause time.Duration) (*netx.Port, error) {
	return n.Listen("tcp", address, netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return &poet{n: n, rest: poem, pause: pause}, nil
	}))
}

// poet is the server's protocol.
type poet struct {
	n     *netx.Net
	conn  *netx.Conn
	rest  []string
	pause time.Duration
	gone  bool
}

// ConnectionMade begins.
func (p *poet) ConnectionMade(c *netx.Conn) {
	p.conn = c
	p.next()
}

// next says a line after a pause, and then the next one.
func (p *poet) next() {
	timeout.Sleep(p.n, p.pause).Tap(func(struct{}) {
		switch {
		case p.gone:
		case len(p.rest) == 0:
			_ = p.conn.Close()
		default:
			_, _ = p.conn.WriteString(p.rest[0] + "\r\n") // an error ends the connection, which tells us
			p.rest = p.rest[1:]
			p.next()
		}
	})
}

// DataReceived is not called: a reader of poems has nothing to say.
func (p *poet) DataReceived([]byte) {}

// ConnectionLost ends the recital.
func (p *poet) ConnectionLost(*failure.Failure) { p.gone = true }
