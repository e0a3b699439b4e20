package load

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// loop drives the server from one goroutine.
type loop struct {
	// Fixed after newLoop.
	cfg      Config
	window   window
	schedule schedule // at a fixed rate
	text     []byte   // see message
	poll     *epoll

	buf     []byte
	began   time.Time
	now     int64 // nanoseconds after began, when the last event was looked at
	clients []client
	open    int     // clients that are not lost
	sent    []int64 // in the closed loop: when each request in flight was sent, Depth for each client
	due     int64   // at a fixed rate: requests that were handed out
	left    int64   // at a fixed rate: requests that were handed out and not answered
	ended   int64   // when the last answer came that counts
	errs    int64
	hist    Histogram
}

// runLoop is Run.
func runLoop(ctx context.Context, cfg Config) (Result, error) {
	l, err := newLoop(ctx, cfg)
	if err != nil {
		return Result{}, err
	}
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		l.poll.wake()
	})
	err = l.run(ctx)
	if !stop() {
		<-woken // it must not write to a descriptor that is closed
	}
	return l.result(), errors.Join(err, l.close())
}

// newLoop makes a loop with its connections.
func newLoop(ctx context.Context, cfg Config) (*loop, error) {
	poll, err := openEpoll()
	if err != nil {
		return nil, err
	}
	l := &loop{
		cfg: cfg, window: cfg.window(), schedule: schedule{rate: int64(cfg.Rate), conns: int64(cfg.Conns)},
		text: message(cfg.Size), poll: poll, buf: make([]byte, readSize),
	}
	if cfg.Rate == 0 {
		l.sent = make([]int64, cfg.Conns*cfg.Depth)
	}
	if err := l.connect(ctx); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// connect makes the connections.
func (l *loop) connect(ctx context.Context) error {
	l.clients = make([]client, l.cfg.Conns)
	for slot := range l.clients {
		l.clients[slot].fd = -1
	}
	err := inParallel(ctx, len(l.clients), together, func(ctx context.Context, slot int) (err error) {
		l.clients[slot], err = connect(ctx, l.cfg)
		return err
	})
	if err != nil {
		return err
	}
	l.open = len(l.clients)
	for slot := range l.clients {
		if err := l.poll.control(unix.EPOLL_CTL_ADD, l.clients[slot].fd, slot, unix.EPOLLIN); err != nil {
			return err
		}
	}
	return nil
}

// close closes what is open.
func (l *loop) close() error {
	errs := []error{l.poll.close()}
	for i := range l.clients {
		errs = append(errs, l.clients[i].close())
	}
	return errors.Join(errs...)
}

// run drives the server until the time is over, or nothing is left to do.
func (l *loop) run(ctx context.Context) error {
	l.began = time.Now()
	if l.cfg.Rate == 0 {
		if err := l.fill(); err != nil {
			return err
		}
	}
	for {
		l.now = l.clock()
		if l.over() {
			return nil
		}
		if l.cfg.Rate > 0 {
			if err := l.handOut(); err != nil {
				return err
			}
		}
		events, err := l.poll.wait(time.Duration(l.next() - l.now))
		if err != nil {
			return err
		}
		if err := l.batch(ctx, events); err != nil {
			return err
		}
	}
}

// batch handles the events of one wait.
func (l *loop) batch(ctx context.Context, events []unix.EpollEvent) error {
	for i := range events {
		if events[i].Fd == wakerSlot {
			return ctx.Err()
		}
		if err := l.event(int(events[i].Fd), events[i].Events); err != nil {
			return err
		}
	}
	if l.open == 0 {
		return ErrConnectionsLost
	}
	return nil
}

func (l *loop) clock() int64 { return int64(time.Since(l.began)) }

// over reports whether the time is over, and at a fixed rate also whether all was
// sent and answered, or has had its time.
func (l *loop) over() bool {
	if l.now < l.window.to {
		return false
	}
	all := l.due == l.schedule.before(l.window.to) && l.left == 0
	return l.cfg.Rate == 0 || all || l.now >= l.window.to+int64(grace)
}

// next returns when there is something to do without an event.
func (l *loop) next() int64 {
	switch {
	case l.cfg.Rate == 0:
		return l.window.to
	case l.now < l.window.to:
		return min(l.schedule.due(l.due), l.window.to)
	}
	return l.window.to + int64(grace)
}

// fill puts the first requests on all connections.
func (l *loop) fill() error {
	for slot := range l.clients {
		l.now = l.clock()
		for i := range l.cfg.Depth {
			l.sent[slot*l.cfg.Depth+i] = l.now
		}
		l.clients[slot].owed = l.cfg.Depth * l.cfg.Size
		if err := l.flush(slot); err != nil {
			return err
		}
	}
	return nil
}

// handOut gives the clients the requests that are due. Those of one client go out
// together.
func (l *loop) handOut() error {
	until := l.schedule.before(min(l.now+1, l.window.to))
	fresh := until - l.due
	if fresh <= 0 {
		return nil
	}
	conns := int64(len(l.clients))
	for i := l.due; i < l.due+min(fresh, conns); i++ {
		slot := int(i % conns)
		share := (until - i + conns - 1) / conns
		if l.clients[slot].fd < 0 {
			l.errs += share
			continue
		}
		l.left += share
		l.clients[slot].handed += share
		l.clients[slot].owed += int(share) * l.cfg.Size
		if err := l.flush(slot); err != nil {
			return err
		}
	}
	l.due = until
	return nil
}

// result is what was counted until now.
func (l *loop) result() Result {
	elapsed := min(l.clock(), l.window.to) - l.window.from
	if l.cfg.Rate > 0 {
		elapsed = max(elapsed, l.ended-l.window.from)
		l.errs += l.left
	}
	return newResult(&l.hist, time.Duration(max(elapsed, 0)), l.cfg.Size, l.errs)
}
