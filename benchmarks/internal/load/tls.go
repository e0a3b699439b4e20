package load

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// tlsConfig is for servers whose certificate was made a moment ago: there is nothing
// to know them by, and nothing to hide from them.
func tlsConfig(v12 bool) *tls.Config {
	c := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}
	if v12 {
		c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	}
	return c
}

// dialTLS connects and shakes hands.
func dialTLS(ctx context.Context, c Config) (net.Conn, error) {
	d := tls.Dialer{Config: tlsConfig(c.TLS12)}
	return d.DialContext(ctx, "tcp", c.Addr)
}

// crowd is many TLS connections, each with goroutines of its own.
type crowd struct {
	// Fixed before the goroutines start.
	cfg      Config
	window   window
	schedule schedule
	text     []byte
	conns    []net.Conn
	began    time.Time

	over    atomic.Bool // errors are no errors any more
	running sync.WaitGroup

	mu    sync.Mutex // protects the rest, which each reader adds to when it ends
	hist  Histogram
	errs  int64
	lost  int
	ended int64
}

// runTLS is Run with TLS.
func runTLS(ctx context.Context, cfg Config) (Result, error) {
	c := &crowd{cfg: cfg, window: cfg.window(), schedule: schedule{rate: int64(cfg.Rate), conns: int64(cfg.Conns)}, text: message(cfg.Size)}
	if err := c.connect(ctx); err != nil {
		return Result{}, errors.Join(err, c.close())
	}
	limit := cfg.Warm + cfg.Time
	if cfg.Rate > 0 {
		limit += grace
	}
	c.began = time.Now()
	timed, cancel := context.WithDeadline(ctx, c.began.Add(limit))
	defer cancel()
	for i := range c.conns {
		c.start(timed, i)
	}
	ended := make(chan struct{})
	go func() { // ends when the readers and writers have
		defer close(ended)
		c.running.Wait()
	}()
	select {
	case <-ended:
	case <-timed.Done():
	}
	c.over.Store(true)
	_ = c.close() // a TLS connection with unread data complains, and that is as it should be
	<-ended
	return c.result(), c.failure(ctx)
}

// failure is the error of the whole run.
func (c *crowd) failure(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.lost == len(c.conns) {
		return ErrConnectionsLost
	}
	return nil
}

// together is how many connections are made at a time.
const together = 16

// connect makes the connections.
func (c *crowd) connect(ctx context.Context) error {
	c.conns = make([]net.Conn, c.cfg.Conns)
	return inParallel(ctx, len(c.conns), together, func(ctx context.Context, i int) (err error) {
		c.conns[i], err = dialTLS(ctx, c.cfg)
		return err
	})
}

func (c *crowd) close() error {
	var errs []error
	for _, conn := range c.conns {
		if conn != nil {
			errs = append(errs, conn.Close())
		}
	}
	return errors.Join(errs...)
}

// alone is how many bytes may be in flight when one goroutine sends and receives:
// so many that they always find room in the buffers of the kernel. With more, it
// could be stuck in sending while the server is, too.
const alone = 32 << 10

// start runs a connection.
func (c *crowd) start(ctx context.Context, i int) {
	s := &session{crowd: c, conn: c.conns[i], index: int64(i), counted: new(Histogram)}
	switch {
	case c.cfg.Rate > 0:
		c.running.Go(func() { s.pace(ctx) })
	case c.cfg.Depth*c.cfg.Size <= alone:
		s.send = s.sendNow
	default:
		tokens := make(chan int, c.cfg.Depth)
		s.send = func(k int) error { tokens <- k; return nil }
		s.done = func() { close(tokens) }
		c.running.Go(func() { s.write(tokens) })
	}
	c.running.Go(s.read)
}

// result is what was counted until now.
func (c *crowd) result() Result {
	elapsed := min(int64(time.Since(c.began)), c.window.to)
	if c.cfg.Rate > 0 {
		expected := c.schedule.before(c.window.to) - c.schedule.before(c.window.from)
		missing := expected - c.hist.Count()
		c.errs += missing
		if missing == 0 {
			elapsed = c.window.to // the last connection may have had its answers before that
		}
		elapsed = max(elapsed, c.ended)
	}
	return newResult(&c.hist, time.Duration(max(elapsed-c.window.from, 0)), c.cfg.Size, c.errs)
}
