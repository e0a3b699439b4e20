package nettest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// startNet runs a network until the end of the test.
func startNet(t *testing.T) *netx.Net {
	t.Helper()
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	running := make(chan struct{})
	r.CallWhenRunning(func() { close(running) })
	go func() { ended <- r.Run(context.Background()) }()
	<-running
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return netx.New(r)
}

// way is a kind of connection.
type way struct {
	net     *netx.Net
	network string
	address string // to listen at
	opts    []netx.Option
}

// listen listens on the loop's goroutine.
func (w way) listen() (net.Listener, error) {
	return threads.BlockingCallFromThread(context.Background(), w.net, func() *deferred.Deferred[net.Listener] {
		return deferred.Maybe(func() (net.Listener, error) {
			l, err := netx.ListenStream(w.net, w.network, w.address, w.opts...)
			if err != nil {
				return nil, err
			}
			return l.NetListener(), nil
		})
	})
}

// pipe joins two bridges, or a bridge and a connection of package net.
func (w way) pipe(dial func(l net.Listener) (net.Conn, error)) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		l, err := w.listen()
		if err != nil {
			return nil, nil, nil, err
		}
		defer l.Close()
		if c1, err = dial(l); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = l.Accept(); err != nil {
			c1.Close()
			return nil, nil, nil, err
		}
		return c1, c2, func() {
			c1.Close()
			c2.Close()
		}, nil
	}
}

// test runs the conformance test between two bridges.
func (w way) test(t *testing.T) {
	nettest.TestConn(t, w.pipe(func(l net.Listener) (net.Conn, error) {
		return netx.DialNetConn(t.Context(), w.net, w.network, l.Addr().String(), w.opts...)
	}))
}

// testWithPackageNet has a connection of package net at the other end.
func (w way) testWithPackageNet(t *testing.T) {
	nettest.TestConn(t, w.pipe(func(l net.Listener) (net.Conn, error) {
		return net.Dial(w.network, l.Addr().String())
	}))
}

// testWithPackageTLS has a connection of package crypto/tls at the other end.
func (w way) testWithPackageTLS(t *testing.T) {
	cfg := certified(t)
	w.opts = append(w.opts, netx.WithTLS(cfg))
	mp := w.pipe(func(l net.Listener) (net.Conn, error) {
		return tls.Dial(w.network, l.Addr().String(), cfg)
	})
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		c2, c1, stop, err = mp()
		if err == nil {
			c2 = farewell{c2}
		}
		return c1, c2, stop, err
	})
}

// farewell is a connection of crypto/tls whose peer may have gone when it is closed. It
// writes a close_notify then, which over a Unix socket fails at once if nobody is
// there; two connections of crypto/tls fail the test by that as well.
type farewell struct{ net.Conn }

func (f farewell) Close() error {
	err := f.Conn.Close()
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}

func overTCP(t *testing.T) way {
	return way{net: startNet(t), network: "tcp", address: "127.0.0.1:0"}
}

// overUnix has a folder of its own: the one of TempDir has a name that is too long
// for a socket.
func overUnix(t *testing.T) way {
	dir, err := os.MkdirTemp("", "nettest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return way{net: startNet(t), network: "unix", address: filepath.Join(dir, "s")}
}

// secured is w with TLS over it.
func (w way) secured(t *testing.T) way {
	w.opts = append(w.opts, netx.WithTLS(certified(t)))
	return w
}

// certified is a configuration for either side, with a certificate that signed
// itself.
func certified(t *testing.T) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(cert)
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		RootCAs:      trusted, ServerName: "localhost",
	}
}

func TestTCP(t *testing.T)                { overTCP(t).test(t) }
func TestTCPWithPackageNet(t *testing.T)  { overTCP(t).testWithPackageNet(t) }
func TestUnix(t *testing.T)               { overUnix(t).test(t) }
func TestUnixWithPackageNet(t *testing.T) { overUnix(t).testWithPackageNet(t) }

func TestTLS(t *testing.T)         { overTCP(t).secured(t).test(t) }
func TestTLSOverUnix(t *testing.T) { overUnix(t).secured(t).test(t) }

// With package crypto/tls at the other end the bridge is the end that is tested: the
// test sets its deadlines on the first connection only. See
// TestTimeoutBreaksPackageTLS for why it is not the other way round.

func TestTLSWithPackageTLS(t *testing.T)         { overTCP(t).testWithPackageTLS(t) }
func TestTLSOverUnixWithPackageTLS(t *testing.T) { overUnix(t).testWithPackageTLS(t) }
