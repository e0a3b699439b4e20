package timeout_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// BenchmarkLoop is the price of one call of a loop, with that of the virtual
// clock that it runs on.
func BenchmarkLoop(b *testing.B) {
	clock := timeout.NewVirtualClock(start)
	l := timeout.NewLoop(clock, func(int) done { return nil })
	l.Start(time.Second, true)
	b.ReportAllocs()
	for b.Loop() {
		clock.Advance(time.Second)
	}
	if err := l.Stop(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAfterFunc is what the clock alone takes of BenchmarkLoop.
func BenchmarkAfterFunc(b *testing.B) {
	clock := timeout.NewVirtualClock(start)
	b.ReportAllocs()
	for b.Loop() {
		clock.AfterFunc(time.Second, nothing)
		clock.Advance(time.Second)
	}
}
