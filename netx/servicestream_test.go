package netx_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// TestServiceOfStreamsAndAFIN has the peer end its output: nobody reads from the
// Stream then, and the Service makes another connection all the same.
func TestServiceOfStreamsAndAFIN(t *testing.T) {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	var peers []*halfRecorder
	s := netx.NewService(clock, netx.ServiceConfig{
		Factory: netx.StreamFactory(),
		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
			made, _ := f.BuildProtocol(nil)
			peer := &halfRecorder{}
			peers = append(peers, peer)
			netx.Pair(clock, made, peer)
			return deferred.Succeed(made)
		},
	})
	s.Start()
	first := netx.StreamOf(s.Connected())
	peers[0].conn.WriteString("bye\n")
	peers[0].conn.CloseWrite()
	for range 5 { // no time passes
		clock.Advance(0)
	}
	if s.Connected() != nil || !peers[0].lost() {
		t.Errorf("connected to %v, the peer got %s", s.Connected(), peers[0].story())
	}
	if line := watch(first.ReadLine()); line.v != "bye" {
		t.Errorf("what had come: %+v", line)
	}
	if end := watch(first.ReadLine()); !errors.Is(end.err, io.EOF) {
		t.Errorf("the end: %+v", end)
	}
	if err := s.Stats().LastError; !errors.Is(err, netx.ErrConnectionDone) || !errors.Is(err, io.EOF) {
		t.Errorf("it was lost with %v", err)
	}
	clock.Advance(time.Minute)
	if second := netx.StreamOf(s.Connected()); second == nil || second == first || len(peers) != 2 {
		t.Errorf("after a wait there are %d peers, and %v", len(peers), second)
	}
	s.Stop()
	clock.Advance(0)
}

// TestServiceGivesNoneThatEnds asks for a connection when the present one is about to
// end: by the peer's FIN, from inside the read that is told of it, and by Close.
func TestServiceGivesNoneThatEnds(t *testing.T) {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	var peers []*recorder
	s := netx.NewService(clock, netx.ServiceConfig{
		Factory: netx.StreamFactory(),
		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
			made, _ := f.BuildProtocol(nil)
			peer := &recorder{}
			peers = append(peers, peer)
			netx.Pair(clock, made, peer)
			return deferred.Succeed(made)
		},
	})
	s.Start()
	stream := netx.StreamOf(s.Connected())
	var next *outcome[netx.Protocol]
	stream.Read().Catch(func(*failure.Failure) { next = watch(s.WhenConnected(0)) })
	peers[0].conn.Close()
	clock.Advance(0)
	if next == nil || next.fired {
		t.Fatalf("after the FIN it gave %+v", next)
	}
	clock.Advance(time.Minute)
	second := netx.StreamOf(next.v)
	if second == nil || second == stream {
		t.Fatalf("the next one is %+v", next)
	}
	second.Close()
	next = watch(s.WhenConnected(0))
	if next.fired || s.Connected() != nil {
		t.Errorf("after Close it gave %+v, and has %v", next, s.Connected())
	}
	clock.Advance(time.Minute)
	if third := netx.StreamOf(next.v); third == nil || third == second {
		t.Errorf("the one after that is %+v", next)
	}
	s.Stop()
	clock.Advance(0)
}
