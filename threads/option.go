package threads

import (
	"fmt"
	"log/slog"
	"time"
)

// defaultIdleTimeout is long beside the gaps inside a burst of work and short
// beside the life of a program.
const defaultIdleTimeout = 30 * time.Second

// PoolOption is a choice made at [NewPool] that holds for the life of the Pool.
type PoolOption func(*Pool)

// WithQueueLimit lets at most n jobs wait for a worker; Submit answers
// [ErrPoolFull] beyond that. Jobs that were cancelled do not count. With 0 a
// job is taken only if a worker is there for it at once, so nothing can be
// submitted before Start. A negative n means no limit, which is the default.
func WithQueueLimit(n int) PoolOption {
	return func(p *Pool) { p.limit = n }
}

// WithIdleTimeout makes a worker beyond the Pool's min end when it had nothing
// to do for d. The default is 30 seconds. It panics when d is not positive.
func WithIdleTimeout(d time.Duration) PoolOption {
	if d <= 0 {
		panic(fmt.Sprintf("threads: WithIdleTimeout of %v: must be positive", d))
	}
	return func(p *Pool) { p.idleTimeout = d }
}

// WithLogger sets where the Pool says what it cannot say to anybody else: that a
// job panicked, with the stack, if it was given to Submit or its Deferred was
// cancelled, or that a result could not be delivered. The default, also for nil, is what slog.Default answers at that
// time.
func WithLogger(l *slog.Logger) PoolOption {
	return func(p *Pool) { p.logger = l }
}
