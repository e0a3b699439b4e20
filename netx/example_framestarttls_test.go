//go:build unix

package netx_test

import (
	"crypto/tls"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// mailSession is the server's side of a conversation in lines.
type mailSession struct {
	conn *netx.FrameConn
	tls  *tls.Config
}

func (s *mailSession) ConnectionMade(c *netx.FrameConn) {
	s.conn = c
	_ = c.SendString("220 welcome") // an error is the end, which we are told of
}

func (s *mailSession) FrameReceived(line []byte) {
	switch string(line) {
	case "STARTTLS":
		_ = s.conn.SendString("220 go on")
		// Whoever put lines behind this one makes the handshake fail with them. That
		// ends the connection, which ConnectionLost is told of.
		s.conn.StartTLS(s.tls).Catch(func(*failure.Failure) {})
	case "QUIT":
		_ = s.conn.SendString("221 bye")
		_ = s.conn.Close()
	default:
		_, secure := s.conn.ConnectionState()
		_ = s.conn.SendString(fmt.Sprintf("250 %s, by TLS: %v", line, secure))
	}
}

func (s *mailSession) ConnectionLost(*failure.Failure) {}

// mail is the client's side.
func mail(co *chain.Co, s *netx.Stream, cfg *tls.Config) (struct{}, error) {
	defer s.Close()
	for _, line := range []string{"", "NOOP", "STARTTLS", "NOOP", "QUIT"} {
		if line != "" {
			if _, err := chain.Await(co, s.WriteFrame(netx.Lines{}, []byte(line))); err != nil {
				return struct{}{}, err
			}
		}
		answer, err := chain.Await(co, s.ReadLine())
		if err != nil {
			return struct{}{}, err
		}
		fmt.Println(answer)
		if line == "STARTTLS" {
			if _, err := chain.Await(co, s.StartTLS(cfg)); err != nil {
				return struct{}{}, err
			}
		}
	}
	return struct{}{}, nil
}

// A server of lines that turns to TLS when it is asked to, and a client that asks. With
// a network, Listen and DialStream would join them.
func ExampleFrameConn_StartTLS() {
	cert, roots, err := selfSigned("mail.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	clock := timeout.NewVirtualClock(time.Now())
	client, _ := netx.StreamFactory().BuildProtocol(nil)
	netx.Pair(clock, client, netx.Framed(netx.Lines{Limit: 512}, &mailSession{
		tls: &tls.Config{Certificates: []tls.Certificate{cert}},
	}))
	chain.Async(func(co *chain.Co) (struct{}, error) {
		return mail(co, netx.StreamOf(client), &tls.Config{RootCAs: roots, ServerName: "mail.example"})
	}).Catch(func(f *failure.Failure) { fmt.Println(f) })
	clock.Advance(0)
	// Output:
	// 220 welcome
	// 250 NOOP, by TLS: false
	// 220 go on
	// 250 NOOP, by TLS: true
	// 221 bye
}
