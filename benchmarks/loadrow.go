package main

import (
	"fmt"
	"strconv"
)

// load is what is asked of a server.
type load struct {
	conns, size, depth int
	rate               int // requests a second at fixed times, instead of a depth; 0 is as many as it can
	tls                bool
	handshakes         bool // no requests: each connection ends after its handshake, and the next one begins
}

// args are the flags of the load generator for it.
func (l load) args() []string {
	args := []string{"-conns", strconv.Itoa(l.conns)}
	if l.tls {
		args = append(args, "-tls")
	}
	if l.handshakes {
		return append(args, "-handshakes")
	}
	args = append(args, "-size", strconv.Itoa(l.size))
	if l.rate > 0 {
		return append(args, "-rate", strconv.Itoa(l.rate))
	}
	return append(args, "-depth", strconv.Itoa(l.depth))
}

func echoSubject() subject {
	s := subject{name: "echo", title: "TCP echo", text: "Servers on one core, the load generator on another, on loopback. Each connection keeps as many requests in flight as is said, one if nothing is. In a long run each server has its second of a round in five parts, in turn with the others. Where servers are as fast as the load generator, their CPU time for a request tells them apart."}
	for _, l := range []load{
		{conns: 1, size: 64, depth: 1}, {conns: 100, size: 64, depth: 1}, {conns: 1000, size: 64, depth: 1}, {conns: 100, size: 64, depth: 16},
		{conns: 100, size: 16 << 10, depth: 1}, {conns: 100, size: 16 << 10, depth: 16},
	} {
		s.rows = append(s.rows, loadRow("", l))
	}
	measureOften(s.rows)
	return s
}

func latencySubject() subject {
	s := subject{name: "latency", title: "Latency at a fixed rate", text: "The same servers, asked at fixed times whether they have answered or not, well below what they can do. The latency of a request is counted from when it should have been sent, so that a server that stalls is charged for all that wait meanwhile. In a long run each server has its second of a round in five parts, in turn with the others."}
	for _, conns := range []int{100, 1000} {
		s.rows = append(s.rows, loadRow("", load{conns: conns, size: 64, rate: 20_000}))
	}
	measureOften(s.rows)
	return s
}

// loadRow is a row of the load generator.
func loadRow(prefix string, l load) row {
	bytes := fmt.Sprintf("%d B", l.size)
	if l.size >= 1<<10 {
		bytes = fmt.Sprintf("%d KiB", l.size>>10)
	}
	title := fmt.Sprintf("%s, %s connections", bytes, grouped(l.conns))
	if l.conns == 1 {
		title = bytes + ", one connection"
	}
	name := fmt.Sprintf("%sc=%d,s=%d", prefix, l.conns, l.size)
	switch {
	case l.rate > 0:
		title += fmt.Sprintf(", %s requests/s", grouped(l.rate))
		name += fmt.Sprintf(",r=%d", l.rate)
	default:
		if l.depth > 1 {
			title += fmt.Sprintf(", %d in flight", l.depth)
		}
		name += fmt.Sprintf(",d=%d", l.depth)
	}
	return row{
		name:  name,
		title: title, kind: echoLoad, load: l, base: "gonet", means: "Go's net, a goroutine per connection",
		readme: l.conns >= 100 && l.depth == 1 && l.size == 64 || l.depth > 1 && l.size > 64 || l.rate > 0 && l.conns == 100,
		full:   l.conns == 1 || l.depth == 1 && l.size > 64 || l.rate > 0 && l.conns > 100,
	}
}

func tlsSubject() subject {
	s := subject{name: "tls", title: "TLS", text: "Echo and handshakes of TLS 1.3 by servers on one core; handshakes of both versions within one process, client and server."}
	s.rows = append(s.rows, loadRow("echo/", load{conns: 100, size: 64, depth: 1, tls: true}))
	s.rows = append(s.rows, row{
		name: "handshakes/c=16", title: "handshakes of servers, 16 at a time", kind: echoLoad,
		load: load{conns: 16, tls: true, handshakes: true}, base: "gonet", means: "Go's net and crypto/tls",
	})
	for _, version := range []string{"1.3", "1.2"} {
		s.rows = append(s.rows, row{
			name: "handshake/" + version, title: "handshake of TLS " + version, base: "gonet", means: "Go's net and crypto/tls", cpu: 2,
		})
	}
	return s
}
