//go:build unix

package netx_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// clients is a helper that holds connections to an echo server at args[0], as
// many as args[1] says. It has each answer once, and again for each line of input.
func clients(args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		return err
	}
	c := &crowd{r: r, net: netx.New(r), address: args[0], left: n}
	r.CallWhenRunning(c.dialSome)
	go func() {
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			_ = r.CallFromThread(c.askAll)
		}
		_ = r.Stop()
	}()
	if err := r.Run(context.Background()); err != nil {
		return err
	}
	return c.err
}

// crowd is the connections of clients. Loop goroutine only.
type crowd struct {
	r       *reactor.Reactor
	net     *netx.Net
	address string
	left    int // to dial
	dialled int // under way
	members []*member
	answers int
	err     error
}

// member is one connection.
type member struct {
	crowd *crowd
	conn  *netx.Conn
}

// dialSome keeps a bounded number of dials under way: the queue of the server's
// port is bounded, too.
func (c *crowd) dialSome() {
	for ; c.left > 0 && c.dialled < 200; c.left-- {
		c.dialled++
		m := &member{crowd: c}
		c.net.Dial("tcp", c.address, factory(m)).AddBoth(func(p netx.Protocol, err error) (netx.Protocol, error) {
			if c.dialled--; err != nil {
				c.fail(err)
				return nil, nil
			}
			c.members = append(c.members, m)
			c.dialSome()
			if c.left == 0 && c.dialled == 0 {
				c.askAll()
			}
			return p, nil
		})
	}
}

func (c *crowd) fail(err error) {
	if c.err == nil {
		c.err = err
		_ = c.r.Stop() // it may be stopping
	}
}

func (c *crowd) askAll() {
	c.answers = 0
	for _, m := range c.members {
		m.conn.WriteString("?")
	}
}

func (m *member) ConnectionMade(c *netx.Conn) { m.conn = c }

func (m *member) DataReceived(p []byte) {
	if m.crowd.answers += len(p); m.crowd.answers == len(m.crowd.members) {
		fmt.Println("answered")
	}
}

func (m *member) ConnectionLost(*failure.Failure) {}
