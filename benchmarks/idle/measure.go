//go:build linux || darwin

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"
)

// patience is how long a measurement may take: some seconds are usual.
const patience = 5 * time.Minute

// errPatience says that it took longer.
var errPatience = fmt.Errorf("idle: not done within %v", patience)

// server is what is measured. It echoes, and it runs while it is measured.
type server interface {
	// address is where it listens.
	address() string
	// tell writes a line about what it looks after now.
	tell(ctx context.Context, out io.Writer) error
	// met waits until it has seen the beginning of n connections: a client is
	// connected before that.
	met(ctx context.Context, n int) error
	// lost waits until it has seen the end of every connection. The error says
	// what it has kept of them, or is the context's.
	lost(ctx context.Context) error
}

// cost is the bytes of heap and stacks for each connection.
type cost struct {
	idle int // the greater of before and after its first echo
	left int // when all have ended
}

// measure runs the server and the children, and prints the figures.
func measure(ctx context.Context, o options, out, errOut io.Writer) error {
	if err := raiseLimit(o.n); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errPatience)
	defer cancel()
	run := measureLoop
	if o.goroutines {
		run = measureGoroutines
	}
	c, err := run(ctx, o, out, errOut)
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errPatience):
		return errPatience
	case ctx.Err() != nil:
		return errors.New("interrupted") // what else went wrong, did because of that
	case err != nil || o.goroutines:
		return err
	}
	return c.within(o)
}

// within says which limit is exceeded.
func (c cost) within(o options) error {
	var errs []error
	if c.idle > o.limit {
		errs = append(errs, fmt.Errorf("an idle connection costs %d bytes, more than %d", c.idle, o.limit))
	}
	if c.left > o.left {
		errs = append(errs, fmt.Errorf("a connection that has ended leaves %d bytes, more than %d", c.left, o.left))
	}
	return errors.Join(errs...)
}

// drive starts the children, takes the figures when all are connected, has each
// connection answered, takes them again, ends the children, and takes them once
// more.
func drive(ctx context.Context, s server, o options, out, errOut io.Writer) (cost, error) {
	before := usage()
	crowd, err := newCrowd(ctx, s.address(), o, errOut)
	if err != nil {
		return cost{}, err
	}
	idle, err := crowd.visit(ctx, s, o, before, out)
	if err := errors.Join(err, crowd.end()); err != nil {
		return cost{}, err
	}
	if err := s.lost(ctx); err != nil {
		return cost{}, err
	}
	if err := s.tell(ctx, out); err != nil {
		return cost{}, err
	}
	debug.FreeOSMemory() // it would be given back later: see the package's comment
	left := usage()
	left.print(out, "left when all have ended", before, o.n)
	return cost{idle: idle, left: left.per(before, o.n)}, nil
}

// visit takes the figures while the connections are there, and returns the bytes
// for each.
func (c *crowd) visit(ctx context.Context, s server, o options, before memory, out io.Writer) (int, error) {
	if err := c.expect("connected"); err != nil {
		return 0, err
	}
	if err := s.met(ctx, o.n); err != nil {
		return 0, err
	}
	if err := s.tell(ctx, out); err != nil {
		return 0, err
	}
	idle := usage()
	idle.print(out, "idle, never used", before, o.n)
	began := time.Now()
	if err := c.tell("go"); err != nil {
		return 0, err
	}
	if err := c.expect("answered"); err != nil {
		return 0, err
	}
	fmt.Fprintf(out, "all %d answered within %v\n", o.n, time.Since(began).Round(time.Millisecond))
	used := usage()
	used.print(out, "idle again, after one echo each", before, o.n)
	return max(idle.per(before, o.n), used.per(before, o.n)), nil
}
