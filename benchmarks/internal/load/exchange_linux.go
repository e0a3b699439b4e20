package load

import (
	"errors"

	"golang.org/x/sys/unix"
)

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

// receive reads once, so that no connection waits for another one. With TLS it reads
// all there is: epoll does not see what crypto/tls has read already.
func (l *loop) receive(slot int) error {
	c := &l.clients[slot]
	if c.secure != nil {
		c.secure.drained = false
	}
	for {
		n, rest, err := l.read(c)
		if n+rest > 0 {
			l.count(slot, l.buf[:n], rest)
		}
		switch {
		case errors.Is(err, errWouldBlock):
			return nil
		case err != nil:
			return l.lose(slot)
		case c.secure == nil:
			return nil
		}
	}
}

// read reads once: n bytes into the buffer, which are compared, or else the rest, which
// the kernel throws away.
func (l *loop) read(c *client) (n, rest int, err error) {
	c.reads++
	if l.cfg.Size <= small || c.secure != nil || c.reads%sampled == 1 {
		n, err = c.read(l.buf)
	} else {
		rest, err = discardRaw(c.fd, l.buf)
	}
	return n, rest, err
}

// count counts the answers that are whole now, with p and the rest that came.
func (l *loop) count(slot int, p []byte, rest int) {
	c := &l.clients[slot]
	if !echoed(l.text, c.in, p) {
		l.errs++
	}
	l.now = l.clock()
	came := c.in + len(p) + rest
	answers := came / l.cfg.Size
	c.in = came % l.cfg.Size
	if l.cfg.Rate > 0 {
		l.answerDue(slot, answers)
	} else {
		l.answerNext(slot, answers)
	}
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
	for !c.blocked && c.fd >= 0 && c.unsent() {
		n, err := c.write(l.text[c.out : c.out+min(c.owed, readSize)])
		switch {
		case errors.Is(err, errWouldBlock):
			c.blocked = true
			return l.poll.control(unix.EPOLL_CTL_MOD, c.fd, slot, unix.EPOLLIN|unix.EPOLLOUT)
		case err != nil:
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
