package load

import (
	"context"
	"sync"
	"time"
)

// Handshakes has c.Conns goroutines connect, shake hands, have one byte echoed and
// close, again and again, for c.Warm and then c.Time. The echo is there because a
// client of TLS 1.3 has ended its part before the server has. Requests of the Result
// are the rounds that were begun and ended in that time, with how long they took;
// Bytes is 0. Sessions are not resumed.
//
// A client's part of a handshake costs about as much as the server's. So the rate is
// that of the server only if it has less of the machine than the client; the
// processor time that it used tells more.
//
// It fails with ErrConfig, when the first handshake fails, and with the context's
// error. Any goroutine may call it; it blocks.
func Handshakes(ctx context.Context, c Config) (Result, error) {
	c.TLS, c.Depth, c.Rate, c.Size = true, 1, 0, 1
	if err := c.check(); err != nil {
		return Result{}, err
	}
	if err := shakeHands(ctx, c); err != nil {
		return Result{}, err
	}
	s := &shakers{cfg: c, began: time.Now()}
	timed, cancel := context.WithDeadline(ctx, s.began.Add(c.Warm+c.Time))
	defer cancel()
	var workers sync.WaitGroup
	for range c.Conns {
		workers.Go(func() { s.work(timed) })
	}
	workers.Wait()
	elapsed := min(time.Since(s.began), c.Warm+c.Time) - c.Warm
	return newResult(&s.hist, max(elapsed, 0), 0, s.errs), ctx.Err()
}

func shakeHands(ctx context.Context, c Config) error {
	conn, err := dial(ctx, c, nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	return askOnce(ctx, conn, []byte("."))
}

// shakers is what the goroutines of Handshakes share.
type shakers struct {
	cfg   Config
	began time.Time

	mu   sync.Mutex // protects the rest
	hist Histogram
	errs int64
}

// work shakes hands until the time is over.
func (s *shakers) work(ctx context.Context) {
	window := s.cfg.window()
	for ctx.Err() == nil {
		from := int64(time.Since(s.began))
		err := shakeHands(ctx, s.cfg)
		now := int64(time.Since(s.began))
		if ctx.Err() != nil || !window.holds(from) || !window.holds(now) {
			continue // also what failed since the time is over
		}
		s.mu.Lock()
		if err != nil {
			s.errs++
		} else {
			s.hist.Add(now - from)
		}
		s.mu.Unlock()
	}
}
