package main

import (
	"bytes"
	"fmt"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// lines is how both sides speak: a line ends with a line feed, as people and their
// terminals end it, and has 200 bytes at most.
var lines = netx.Lines{Delimiter: "\n", Limit: 200}

// slowest is how much output may wait for somebody who does not read. A room must
// not fill its memory because one of them sleeps.
const slowest = 256 << 10

// room is where everybody hears everybody. All of it runs on the loop, so that it
// needs no lock.
type room struct {
	port    *netx.Port
	members map[*member]bool // with a name or without
	empty   *deferred.Deferred[int]
	clean   int // members whose connection ended as it should
}

// openRoom listens for members.
func openRoom(n netx.Network, address string) (r *room, err error) {
	r = &room{members: make(map[*member]bool)}
	r.port, err = n.Listen("tcp", address, netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return netx.Framed(lines, &member{room: r}), nil
	}), netx.WithMaxBuffered(slowest))
	return r, err
}

// tell says something to everybody who has a name.
func (r *room) tell(text string) {
	for m := range r.members {
		if m.name != "" {
			m.send(text)
		}
	}
}

// close lets nobody in any more, says so, and fires with the number of those who
// left cleanly when all have left. What was said before still goes out.
func (r *room) close() *deferred.Deferred[int] {
	r.port.StopListening()
	r.tell("* the room closes")
	r.empty = deferred.New[int]()
	for m := range r.members {
		_ = m.conn.Close() // always nil
	}
	r.left()
	return r.empty
}

// left looks whether there is still somebody.
func (r *room) left() {
	if len(r.members) == 0 && r.empty != nil && !r.empty.Called() {
		_ = r.empty.Callback(r.clean) // it was not called
	}
}

// member is the protocol of one of them.
type member struct {
	room *room
	conn *netx.FrameConn
	name string
}

// ConnectionMade asks who it is.
func (m *member) ConnectionMade(c *netx.FrameConn) {
	m.conn = c
	m.room.members[m] = true
	m.send("* who are you?")
}

// FrameReceived takes the name, and then what is said.
func (m *member) FrameReceived(line []byte) {
	text := string(bytes.TrimSpace(line))
	switch {
	case text == "":
	case m.name == "":
		m.name = text
		m.room.tell("* " + m.name + " is here")
	case text == "/quit":
		_ = m.conn.Close() // always nil
	default:
		m.room.tell(m.name + ": " + text)
	}
}

// FrameFailed is called for a line that is too long. The answer is the last thing
// that is sent.
func (m *member) FrameFailed(error) {
	m.send(fmt.Sprintf("* a line has %d bytes at most: good bye", lines.Limit))
}

// ConnectionLost tells the others.
func (m *member) ConnectionLost(reason *failure.Failure) {
	delete(m.room.members, m)
	if reason.Check(netx.ErrConnectionDone) != nil {
		m.room.clean++
	}
	if m.name != "" && m.room.empty == nil {
		m.room.tell("* " + m.name + " has left")
	}
	m.room.left()
}

// send sends a line. If that fails the connection ends, and ConnectionLost is
// where that is seen to.
func (m *member) send(text string) { _ = m.conn.SendString(text) }
