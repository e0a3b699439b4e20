//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// reader prints what is in the files that it gets.
type reader struct{ end func() }

func (r *reader) ConnectionMade(*netx.Conn)       {}
func (r *reader) DataReceived([]byte)             {}
func (r *reader) ConnectionLost(*failure.Failure) { r.end() }
func (r *reader) FDsReceived(files []*os.File) {
	for _, f := range files {
		text, err := io.ReadAll(f)
		fmt.Println(string(text), err)
		f.Close()
	}
}

// opener opens a file for a peer that may not do so itself.
type opener struct{ path string }

func (o *opener) DataReceived([]byte)             {}
func (o *opener) ConnectionLost(*failure.Failure) {}
func (o *opener) ConnectionMade(c *netx.Conn) {
	defer c.Close()
	f, err := os.Open(o.path)
	if err != nil {
		return
	}
	defer f.Close() // WriteFDs has its own copy
	_, _ = c.WriteFDs([]byte("!"), f)
}

// A server that opens a file, and a client that reads it.
func ExampleConn_WriteFDs() {
	dir, err := os.MkdirTemp("", "netx")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("the answer is 42"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	if _, err := n.Listen("unix", filepath.Join(dir, "s"), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &opener{secret}, nil })); err != nil {
		fmt.Println(err)
		return
	}
	n.Dial("unix", filepath.Join(dir, "s"), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &reader{func() { _ = r.Stop() }}, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: the answer is 42 <nil>
}
