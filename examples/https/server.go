package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// maxHead is how long the head of a request may be.
const maxHead = 8 << 10

// listen serves pages.
func listen(n netx.Network, address string, id *identity) (*netx.Port, error) {
	return n.Listen("tcp", address, netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return &server{}, nil
	}), netx.WithTLS(id.server()))
}

// server is the protocol of a connection: requests without a body, one after the
// other. Of TLS it sees nothing.
type server struct {
	conn *netx.Conn
	in   []byte // of the next request
}

// ConnectionMade comes after the handshake.
func (s *server) ConnectionMade(c *netx.Conn) { s.conn = c }

// ConnectionLost is called last, once.
func (s *server) ConnectionLost(*failure.Failure) {}

// DataReceived answers the requests that are complete.
func (s *server) DataReceived(p []byte) {
	s.in = append(s.in, p...)
	for {
		end := bytes.Index(s.in, []byte("\r\n\r\n"))
		if end < 0 {
			break
		}
		head := s.in[:end+4]
		s.in = s.in[end+4:]
		if !s.answer(head) {
			_ = s.conn.Close() // what was written goes out first
			return
		}
	}
	if len(s.in) > maxHead {
		s.conn.Abort()
	}
}

// answer answers one request, and says whether another one may come.
func (s *server) answer(head []byte) bool {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
	if err != nil || r.ContentLength != 0 {
		s.write(http.StatusBadRequest, "I did not understand that.\n", false)
		return false
	}
	keep := !r.Close
	switch {
	case r.Method != http.MethodGet:
		s.write(http.StatusMethodNotAllowed, "Only GET.\n", keep)
	case r.URL.Path == "/":
		s.write(http.StatusOK, "Hello. Nobody else can read this.\n", keep)
	case r.URL.Path == "/tls":
		state, _ := s.conn.ConnectionState()
		s.write(http.StatusOK, fmt.Sprintf("%s with %q, for %s\n",
			tls.VersionName(state.Version), state.NegotiatedProtocol, state.ServerName), keep)
	default:
		s.write(http.StatusNotFound, "There is no such page.\n", keep)
	}
	return keep
}

// write writes an answer. An error is the end of the connection, which is told.
func (s *server) write(status int, body string, keep bool) {
	connection := "keep-alive"
	if !keep {
		connection = "close"
	}
	fmt.Fprintf(s.conn, "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n%s",
		status, http.StatusText(status), len(body), connection, body)
}
