package load

import (
	"context"
	"net"
	"time"
)

// session is one TLS connection. Its reader counts; a writer, if it has one, only
// sends.
type session struct {
	// Fixed after start.
	crowd *crowd
	conn  net.Conn
	index int64
	send  func(requests int) error // in the closed loop
	done  func()                   // ends the writer; nil without one

	// The reader's.
	sent     []int64 // see loop
	in       int
	answered int
	counted  *Histogram
	errs     int64
	ended    int64
}

func (s *session) clock() int64 { return int64(time.Since(s.crowd.began)) }

// read receives until the connection ends, and adds what it counted to the crowd.
func (s *session) read() {
	err := s.receive()
	if s.done != nil {
		s.done()
	}
	c := s.crowd
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && !c.over.Load() {
		s.errs++
		c.lost++
	}
	c.hist.Merge(s.counted)
	c.errs += s.errs
	c.ended = max(c.ended, s.ended)
}

// receive sends the first requests, and counts answers until there are no more.
func (s *session) receive() error {
	cfg := s.crowd.cfg
	if s.send != nil {
		now := s.clock()
		s.sent = make([]int64, cfg.Depth)
		for i := range s.sent {
			s.sent[i] = now
		}
		if err := s.send(cfg.Depth); err != nil {
			return err
		}
	}
	buf := make([]byte, 16<<10) // a record of TLS
	for {
		n, err := s.conn.Read(buf)
		if err := s.answer(buf[:n]); err != nil {
			return err
		}
		if s.complete() {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// answer counts what came, and sends what follows.
func (s *session) answer(p []byte) error {
	size := s.crowd.cfg.Size
	if !echoed(s.crowd.text, s.in, p) {
		s.errs++
	}
	answers := (s.in + len(p)) / size
	s.in = (s.in + len(p)) % size
	if answers == 0 {
		return nil
	}
	now := s.clock()
	for range answers {
		s.count(now)
	}
	if s.send == nil {
		return nil
	}
	return s.send(answers)
}

// count counts one answer, as the loop does.
func (s *session) count(now int64) {
	c := s.crowd
	began, at := int64(0), now
	if s.send == nil {
		began = c.schedule.due(c.schedule.request(s.index, int64(s.answered)))
		at = began // what counts is when it was due
		s.answered++
	} else {
		began = s.sent[s.answered]
		s.sent[s.answered] = now
		s.answered = (s.answered + 1) % len(s.sent)
	}
	if c.window.holds(at) {
		s.counted.Add(now - began)
		s.ended = now
	}
}

// complete reports whether all requests of a fixed rate are answered.
func (s *session) complete() bool {
	c := s.crowd
	return s.send == nil && c.schedule.request(s.index, int64(s.answered)) >= c.schedule.before(c.window.to)
}

// sendNow sends requests from the reader's goroutine.
func (s *session) sendNow(requests int) error {
	size := s.crowd.cfg.Size
	_, err := s.conn.Write(s.crowd.text[:requests*size])
	return err
}

// write sends what the reader asks for.
func (s *session) write(requests <-chan int) {
	for k := range requests {
		for range k {
			if _, err := s.conn.Write(s.crowd.text[:s.crowd.cfg.Size]); err != nil {
				s.give(requests)
				return
			}
		}
	}
}

// give up: the reader will see it, too, and must not be stuck until then.
func (s *session) give(requests <-chan int) {
	_ = s.conn.Close()
	for range requests { // until the reader has ended
	}
}

// pace sends the requests of a fixed rate when they are due.
func (s *session) pace(ctx context.Context) {
	c := s.crowd
	timer := time.NewTimer(0)
	defer timer.Stop()
	for j := int64(0); ; j++ {
		request := c.schedule.request(s.index, j)
		due := c.schedule.due(request)
		if due >= c.window.to {
			return
		}
		if wait := due - s.clock(); wait > 0 {
			timer.Reset(time.Duration(wait))
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		if _, err := s.conn.Write(c.text[:c.cfg.Size]); err != nil {
			_ = s.conn.Close()
			return
		}
	}
}
