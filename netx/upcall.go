package netx

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// upcall names a method of a Protocol.
type upcall uint8

const (
	connectionMade upcall = iota
	dataReceived
	readClosed
	writeClosed
	fdsReceived
	outputMoved
	closeWaits
	finishAsked
	connectionLost
	resumeProducing
	pauseProducing
	stopProducing
)

// outputWatcher is a Protocol of this package's own that follows its output.
type outputWatcher interface{ outputMoved() }

// closeWaiter is a Protocol of this package's own that wants to know when its
// producer is all that an end waits for.
type closeWaiter interface{ closeWaits() }

// call is the only place where a connection calls its protocol.
//
// A panic is the protocol's and nobody else's: it is caught here, so that
// neither the other connections of the loop nor what this one has to clean up
// are the worse for it. It is not logged, since it has somebody to be told to:
// it is the reason of the connection, which its protocol gets, and a Dial's
// Deferred. The connection does not go on, because nobody knows what state its
// protocol is in.
func (c *Conn) call(what upcall, p []byte) (fail *failure.Failure) {
	defer func() {
		if v := recover(); v != nil {
			fail = failure.Recovered(v)
		}
	}()
	switch what {
	case dataReceived:
		c.proto.DataReceived(p)
	case connectionMade:
		c.proto.ConnectionMade(c)
	case connectionLost:
		c.proto.ConnectionLost(c.reason)
	default:
		c.callOptional(what)
	}
	return nil
}

// callOptional makes the calls that not every protocol wants.
func (c *Conn) callOptional(what upcall) {
	switch what {
	case readClosed:
		c.proto.(HalfCloser).ReadClosed()
	case writeClosed:
		if p, ok := c.proto.(HalfCloser); ok {
			p.WriteClosed()
		}
	case fdsReceived:
		s, _ := c.carrier() // deliverFDs has asked it, and read the protocol
		p, _ := optional[FDReceiver](c.proto)
		p.FDsReceived(s.takeFDs())
	case outputMoved:
		if p, ok := optional[outputWatcher](c.proto); ok {
			p.outputMoved()
		}
	case closeWaits:
		if p, ok := optional[closeWaiter](c.proto); ok {
			p.closeWaits()
		}
	case finishAsked:
		if p, ok := optional[Finisher](c.proto); ok {
			p.Finish()
		}
	default:
		c.callProducer(what)
	}
}

// deliver makes a call from the loop, and ends the connection if it panics. The
// peer gets a RST: the output of a protocol that broke must not pass for whole.
// Once the connection has ended it makes only the last of all calls.
func (c *Conn) deliver(what upcall, p []byte) {
	if !c.state.alive() && what != connectionLost {
		return
	}
	c.judge(c.call(what, p))
}

// judge does what a call that panicked leads to.
func (c *Conn) judge(fail *failure.Failure) {
	switch {
	case fail == nil:
	case c.state.alive():
		c.end(fail, true)
	default:
		orphan(fail)
	}
}

// orphan hands on a failure that there is nobody left to tell to: package
// deferred reports it with those that nobody handled.
func orphan(fail *failure.Failure) { deferred.Fail[struct{}](fail) }
