package main

import (
	"net"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// startTargets listens on loopback with one target of each sort.
func startTargets(n *netx.Net) ([]target, error) {
	greeters := []struct {
		name     string
		greeting string
		after    time.Duration // negative: never
	}{
		{"prompt", "220 welcome\r\n", 0},
		{"slow", "220 sorry to keep you waiting\r\n", 200 * time.Millisecond},
		{"silent", "", -1},
		{"garbled", "\x00\xff\x13\x37\r\n", 0},
	}
	var targets []target
	for _, g := range greeters {
		port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
			return &greeter{n: n, greeting: g.greeting, after: g.after}, nil
		}))
		if err != nil {
			return nil, err
		}
		targets = append(targets, target{name: g.name, address: port.Addr().String()})
	}
	address, err := refusing()
	return append(targets, target{name: "closed", address: address}), err
}

// greeter is the protocol of a target: it says its line and leaves.
type greeter struct {
	n        netx.Network
	greeting string
	after    time.Duration
	stop     func() bool
}

// ConnectionMade arranges for the greeting.
func (g *greeter) ConnectionMade(c *netx.Conn) {
	if g.after < 0 {
		return
	}
	g.stop = g.n.AfterFunc(g.after, func() {
		_, _ = c.WriteString(g.greeting) // an error ends the connection, which tells us
		_ = c.Close()
	})
}

// DataReceived is never called by our clients.
func (g *greeter) DataReceived([]byte) {}

// ConnectionLost takes back a greeting that is still due.
func (g *greeter) ConnectionLost(*failure.Failure) {
	if g.stop != nil {
		g.stop()
	}
}

// refusing returns an address where nobody listens: one that was just given back.
func refusing() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
