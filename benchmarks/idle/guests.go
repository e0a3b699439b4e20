//go:build linux || darwin

package main

import (
	"context"
	"sync"
)

// guests counts the connections that the server sees. The zero value has seen none.
// All methods are for any goroutine.
type guests struct {
	mu      sync.Mutex
	came    int           // so far
	there   int           // now
	changed chan struct{} // closed at the next change; nil if nobody waits for it
}

// come counts one that is there from now on.
func (g *guests) come() { g.move(1, 1) }

// leave counts one less.
func (g *guests) leave() { g.move(0, -1) }

func (g *guests) move(came, there int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.came, g.there = g.came+came, g.there+there
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}

// all waits until n have come.
func (g *guests) all(ctx context.Context, n int) error {
	return g.until(ctx, func() bool { return g.came >= n })
}

// none waits until all that have come have left.
func (g *guests) none(ctx context.Context) error {
	return g.until(ctx, func() bool { return g.there == 0 })
}

// until waits for a condition, which is looked at under the lock. The error is the
// cause of the context's end.
func (g *guests) until(ctx context.Context, holds func() bool) error {
	for {
		changed := g.look(holds)
		if changed == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// look returns nil if the condition holds, and otherwise what to wait for.
func (g *guests) look(holds func() bool) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if holds() {
		return nil
	}
	if g.changed == nil {
		g.changed = make(chan struct{})
	}
	return g.changed
}
