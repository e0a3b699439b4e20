package load

import (
	"context"
	"errors"
	"os"
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

// runLoop is Run without TLS.
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

// newLoop makes the connections.
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
	for slot := range cfg.Conns {
		fd, err := connect(ctx, cfg.Addr)
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l.clients = append(l.clients, client{fd: fd})
		l.open++
		if err := poll.control(unix.EPOLL_CTL_ADD, fd, slot, unix.EPOLLIN); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	return l, nil
}

// close closes what is open.
func (l *loop) close() error {
	errs := []error{l.poll.close()}
	for i := range l.clients {
		errs = append(errs, l.clients[i].close())
	}
	return errors.Join(errs...)
}

func (c *client) close() error {
	if c.fd < 0 {
		return nil
	}
	fd := c.fd
	c.fd = -1
	return os.NewSyscallError("close", unix.Close(fd))
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

// over reports whether the time is over, and at a fixed rate also whether all is
// answered, or has had its time.
func (l *loop) over() bool {
	if l.now < l.window.to {
		return false
	}
	return l.cfg.Rate == 0 || l.left == 0 || l.now >= l.window.to+int64(grace)
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

// event handles what epoll said of a client.
func (l *loop) event(slot int, events uint32) error {
	c := &l.clients[slot]
	if c.fd < 0 {
		return nil // lost earlier in this batch
	}
	if events&unix.EPOLLOUT != 0 {
		c.blocked = false
		if err := l.poll.control(unix.EPOLL_CTL_MOD, c.fd, slot, unix.EPOLLIN); err != nil {
			return err
		}
	}
	if events&^unix.EPOLLOUT != 0 {
		if err := l.receive(slot); err != nil {
			return err
		}
	}
	return l.flush(slot)
}

// receive reads once, and counts the answers that are whole now.
func (l *loop) receive(slot int) error {
	c := &l.clients[slot]
	n, errno := transfer(unix.SYS_READ, c.fd, l.buf)
	switch {
	case errno == unix.EAGAIN:
		return nil
	case errno != 0 || n == 0:
		return l.lose(slot)
	}
	if !echoed(l.text, c.in, l.buf[:n]) {
		l.errs++
	}
	l.now = l.clock()
	answers := (c.in + n) / l.cfg.Size
	c.in = (c.in + n) % l.cfg.Size
	if l.cfg.Rate > 0 {
		l.answerDue(slot, answers)
	} else {
		l.answerNext(slot, answers)
	}
	return nil
}

// answerNext counts answers of the closed loop: each is followed by a request, which
// takes its place.
func (l *loop) answerNext(slot, answers int) {
	c := &l.clients[slot]
	sent := l.sent[slot*l.cfg.Depth:][:l.cfg.Depth]
	counts := l.window.holds(l.now)
	for range answers {
		if counts {
			l.hist.Add(l.now - sent[c.answered])
			l.ended = l.now
		}
		sent[c.answered] = l.now
		if c.answered++; c.answered == len(sent) {
			c.answered = 0 // it is the place in sent of the oldest request
		}
	}
	c.owed += answers * l.cfg.Size
}

// answerDue counts answers at a fixed rate: those whose requests were due in the
// window, whenever they come.
func (l *loop) answerDue(slot, answers int) {
	c := &l.clients[slot]
	for range answers {
		due := l.schedule.due(l.schedule.request(int64(slot), int64(c.answered)))
		c.answered++
		l.left--
		if l.window.holds(due) {
			l.hist.Add(l.now - due)
			l.ended = l.now
		}
	}
}

// flush sends what there is room for.
func (l *loop) flush(slot int) error {
	c := &l.clients[slot]
	for c.owed > 0 && !c.blocked && c.fd >= 0 {
		n, errno := transfer(unix.SYS_WRITE, c.fd, l.text[c.out:c.out+min(c.owed, readSize)])
		switch {
		case errno == unix.EAGAIN:
			c.blocked = true
			return l.poll.control(unix.EPOLL_CTL_MOD, c.fd, slot, unix.EPOLLIN|unix.EPOLLOUT)
		case errno != 0:
			return l.lose(slot)
		}
		c.owed -= n
		c.out = (c.out + n) % l.cfg.Size
	}
	return nil
}

// lose gives a connection up that the server has ended.
func (l *loop) lose(slot int) error {
	c := &l.clients[slot]
	l.open--
	l.errs++
	if l.cfg.Rate > 0 {
		lost := c.handed - int64(c.answered)
		l.left -= lost
		l.errs += lost
	}
	return c.close()
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
