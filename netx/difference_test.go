package netx_test

import (
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestFaultsOfTwisted holds the connection to what was decided where Twisted does
// what nobody wants. Each test is named after the fault; those of a Port and a Dial
// are TestPortMadePanic, TestDialMadePanic and TestStopListening.
func TestFaultsOfTwisted(t *testing.T) {
	for fault, test := range map[string]string{
		"the peer's half close discards output":            "a FIN does not cut the answer off",
		"the peer's half close cuts a producer":            "a FIN does not cut a producer off",
		"loseConnection cuts a push producer":              "close waits for a producer that was never paused",
		"loseWriteConnection cuts a producer":              "half close waits for a producer",
		"loseConnection waits for a peer that reads not":   "a peer that does not read and Close",
		"loseConnection, connectionLost comes from inside": "the end is told once",
		"both halves closed, connectionLost never comes":   "half close, answer, half close",
		"pauseProducing is called over and over":           "a producer is paused and resumed at the marks",
		"there is no low water mark":                       "a slow reader is waited for",
		"a late producer is not paused":                    "a producer that comes late is paused at once",
		"a pull producer that writes nothing stalls":       "a pull producer may take its time",
		"a paused transport misses a FIN":                  "a FIN while paused",
		"a paused transport misses a RST":                  "a reset while paused",
		"write is unbounded":                               "too much output",
		"output after the end is dropped silently":         "after the end",
	} {
		t.Run(fault, func(t *testing.T) { connTest(t, newPairWorld(t), test) })
	}
}

// TestServerMadePanicDisconnects has an accepted connection's protocol panic at
// once. In Twisted it goes on being served.
func TestServerMadePanicDisconnects(t *testing.T) {
	w := newPairWorld(t)
	a := &recorder{}
	b := &recorder{onMade: func(c *netx.Conn) { c.WriteString("half an answer"); panic("boom") }}
	w.connect(a, b)
	a.conn.WriteString("x")
	w.settle()
	expect(t, w, b, "made, lost: panic: boom")
	expect(t, w, a, "made, lost: lost")
	if b.chunks != 0 {
		t.Error("input was delivered after the panic")
	}
}

// TestCloseAfterHalfCloseIsNotReentrant closes when nothing is left to be sent. In
// Twisted connectionLost comes out of loseConnection then.
func TestCloseAfterHalfCloseIsNotReentrant(t *testing.T) {
	w := newPairWorld(t)
	a, b := &halfRecorder{}, &halfRecorder{}
	w.connect(a, b)
	a.conn.CloseWrite()
	w.settle()
	a.conn.Close()
	if a.lost() {
		t.Error("ConnectionLost came out of Close")
	}
	w.settle()
	expect(t, w, &a.recorder, "made, write closed, lost: done")
	b.conn.Close()
	w.settle()
}
