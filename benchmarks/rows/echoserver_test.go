//go:build unix

package rows_test

import (
	"crypto/tls"
	"net"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// echo sends back what comes.
type echo struct{ conn *netx.Conn }

func (e *echo) ConnectionMade(c *netx.Conn)     { e.conn = c }
func (e *echo) DataReceived(p []byte)           { _, _ = e.conn.Write(p) }
func (e *echo) ConnectionLost(*failure.Failure) {}

// echoSpindle starts an echo server on a reactor, with TLS if cfg is not nil, and
// returns its address.
func echoSpindle(s row.Setup, cfg *tls.Config) string {
	r := idle(s)
	var opts []netx.Option
	if cfg != nil {
		opts = append(opts, netx.WithTLS(cfg))
	}
	factory := func(net.Addr) (netx.Protocol, error) { return &echo{}, nil }
	port, err := netx.New(r).Listen("tcp4", "127.0.0.1:0", netx.FactoryFunc(factory), opts...)
	if err != nil {
		s.Fatal(err)
	}
	begin(s, r)
	return port.Addr().String()
}

// echoGonet starts one with a goroutine for each connection.
func echoGonet(s row.Setup, cfg *tls.Config) string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	ended := make(chan struct{})
	s.Cleanup(func() {
		if err := l.Close(); err != nil {
			s.Errorf("closing the listener: %v", err)
		}
		<-ended
	})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return // it was closed
			}
			if cfg != nil {
				c = tls.Server(c, cfg)
			}
			go echoOn(c)
		}
	}()
	return l.Addr().String()
}

// echoOn sends back what comes until the peer has gone.
func echoOn(c net.Conn) {
	defer c.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}
