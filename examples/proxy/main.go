// Proxy shows back-pressure: between a writer at full speed and a reader that
// takes 10 KB a second stands a proxy, and no memory grows. What the reader does
// not take stays with the writer, which is not asked for more.
//
// Run it with:
//
//	go run ./examples/proxy              a second or so
//	go run ./examples/proxy -for 30s     longer, with figures for each second
//
// You see where the proxy listens, and at the end whether the memory stayed flat.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// rate is how many bytes the reader takes in a second.
const rate = 10_000

// proxy is one connection from a client. It has no input of its own: that is the
// pipe's.
type proxy struct {
	network  netx.Network
	upstream string
	gauge    *gauge
}

// ConnectionMade connects to the upstream and joins the two. Until that is there,
// nothing is read from the client.
func (p *proxy) ConnectionMade(client *netx.Conn) {
	client.Pause()
	up := &upstream{}
	dialled := p.network.Dial("tcp", p.upstream, protocol(up))
	deferred.Then(dialled, func(netx.Protocol) (netx.Piped, error) {
		p.gauge.upstream = up.conn
		return netx.Pipe(client, up.conn).Chain()
	}).Catch(func(*failure.Failure) { client.Abort() })
}

func (p *proxy) DataReceived([]byte)             {}
func (p *proxy) ConnectionLost(*failure.Failure) {}

// upstream is the proxy's connection to the reader.
type upstream struct{ conn *netx.Conn }

func (u *upstream) ConnectionMade(c *netx.Conn)     { u.conn = c }
func (u *upstream) DataReceived([]byte)             {}
func (u *upstream) ConnectionLost(*failure.Failure) {}

// reader counts what it gets. How fast it reads is an option of its listener.
type reader struct{ got *int }

func (r reader) ConnectionMade(*netx.Conn)       {}
func (r reader) DataReceived(p []byte)           { *r.got += len(p) }
func (r reader) ConnectionLost(*failure.Failure) {}

// writer sends without end: it is a pull producer, which is asked whenever there
// is room.
type writer struct {
	conn  *netx.Conn
	piece []byte
	sent  int
}

func (w *writer) ConnectionMade(c *netx.Conn) {
	w.conn = c
	_ = c.RegisterProducer(w) // a new connection has no other
}

func (w *writer) ResumeProducing() {
	n, _ := w.conn.Write(w.piece) // an error is the end, which we are told of
	w.sent += n
}

func (w *writer) StopProducing()                  {}
func (w *writer) DataReceived([]byte)             {}
func (w *writer) ConnectionLost(*failure.Failure) {}

// protocol is a factory that gives p.
func protocol(p netx.Protocol) netx.Factory {
	return netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return p, nil })
}

// run joins the three, lets them go on for a while, and answers with what was seen.
func run(r *reactor.Reactor, during time.Duration, verbose bool) *deferred.Deferred[*gauge] {
	n := netx.New(r)
	w := &writer{piece: make([]byte, 16<<10)}
	g := &gauge{writer: w}
	sink, err := n.Listen("tcp", "127.0.0.1:0", protocol(reader{&g.got}), netx.WithReadRate(rate, rate))
	if err != nil {
		return deferred.Fail[*gauge](err)
	}
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return &proxy{network: n, upstream: sink.Addr().String(), gauge: g}, nil
	}))
	if err != nil {
		return deferred.Fail[*gauge](err)
	}
	fmt.Println("writer at full speed -> proxy at", port.Addr(), "-> reader at 10 KB/s")
	return deferred.Then(n.Dial("tcp", port.Addr().String(), protocol(w)), func(netx.Protocol) (*gauge, error) {
		return g.watch(r, during, verbose).Chain()
	})
}

func main() {
	during := flag.Duration("for", time.Second, "how long to run; with figures for each second from 2s on")
	flag.Parse()
	r, err := reactor.New()
	if err != nil {
		fail(err)
	}
	g, err := reactor.React(context.Background(), r, func(r *reactor.Reactor) *deferred.Deferred[*gauge] {
		return run(r, *during, *during >= 2*time.Second)
	})
	if err != nil {
		fail(err)
	}
	g.report()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "proxy:", err)
	os.Exit(1)
}
