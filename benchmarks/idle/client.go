//go:build linux || darwin

package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// inFlight is how many connects a child has under way at once: fewer than the
// server's backlog, so that none has to be tried again.
const inFlight = 256

// client is what a child does: connect, say so, wait for the word, send a line on
// each connection, and say so when all are answered.
type client struct {
	r        *reactor.Reactor
	n        *netx.Net
	address  string
	opts     []netx.Option
	out      io.Writer
	want     int
	dialled  int
	conns    []*netx.Conn
	answered int
	failed   error
}

// hold runs a child until its standard input ends.
func hold(o options, in io.Reader, out io.Writer) error {
	if err := raiseLimit(o.n); err != nil {
		return err
	}
	addr, err := netip.ParseAddr(o.from)
	if err != nil {
		return err
	}
	r, err := reactor.New(reactor.WithSignals()) // the parent ends it
	if err != nil {
		return err
	}
	c := &client{r: r, n: netx.New(r), address: o.child, out: out, want: o.n}
	c.opts = []netx.Option{netx.WithLocalAddr(netip.AddrPortFrom(addr, 0))}
	if o.tls {
		// It has nothing to hide and knows whom it calls.
		c.opts = append(c.opts, netx.WithTLS(&tls.Config{InsecureSkipVerify: true}))
	}
	r.CallWhenRunning(func() {
		for range min(inFlight, o.n) {
			c.dial()
		}
	})
	go c.listen(in) // ends with the standard input, which ends with the parent
	if err := r.Run(context.Background()); err != nil {
		return err
	}
	return c.failed
}

// listen waits for the parent's word, and for its end.
func (c *client) listen(in io.Reader) {
	for words := bufio.NewScanner(in); words.Scan(); {
		_ = c.r.CallFromThread(c.ask) // refused only when the loop has stopped
	}
	_ = c.r.Stop() // it may have stopped already
}

// dial makes one more connection.
func (c *client) dial() {
	if c.dialled == c.want {
		return
	}
	c.dialled++
	factory := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return &asker{client: c}, nil })
	c.n.Dial("tcp", c.address, factory, c.opts...).
		Catch(func(f *failure.Failure) { c.fail(f) })
}

// ask sends a line on each connection.
func (c *client) ask() {
	for _, conn := range c.conns {
		if _, err := conn.WriteString("are you there?\n"); err != nil {
			c.fail(err)
			return
		}
	}
}

// fail ends the child.
func (c *client) fail(err error) {
	if c.failed == nil {
		c.failed = err
		_ = c.r.Stop() // it may be stopping already
	}
}

// asker is the protocol of a client's connection.
type asker struct {
	client *client
	line   []byte
	done   bool
}

// ConnectionMade counts, and goes on to the next.
func (a *asker) ConnectionMade(conn *netx.Conn) {
	c := a.client
	c.conns = append(c.conns, conn)
	if len(c.conns) == c.want {
		fmt.Fprintln(c.out, "connected")
	}
	c.dial()
}

// DataReceived counts the connections that have their line back.
func (a *asker) DataReceived(p []byte) {
	a.line = append(a.line, p...)
	if a.done || string(a.line) != "are you there?\n" {
		return
	}
	a.done = true
	c := a.client
	if c.answered++; c.answered == c.want {
		fmt.Fprintln(c.out, "answered")
	}
}

// ConnectionLost is a failure while the server is there.
func (a *asker) ConnectionLost(reason *failure.Failure) {
	if reason.Check(reactor.ErrStopped) == nil {
		a.client.fail(reason)
	}
}
