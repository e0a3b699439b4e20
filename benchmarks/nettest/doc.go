// Package nettest runs golang.org/x/net/nettest, the conformance test of Go for
// net.Conn, on the bridges of package netx: over TCP, over Unix sockets, and over TLS
// on top of both. At the other end is another bridge, or what package net or
// crypto/tls has. It is a module of its own, since package netx itself depends on
// nothing but the standard library and golang.org/x/sys.
//
//	go test ./...
package nettest
