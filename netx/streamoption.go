package netx

import "time"

// SetIdleTimeout changes what [WithIdleTimeout] set for this connection, see
// [Conn.SetIdleTimeout]. Reads and writes that wait then fail with an
// ErrConnectionAborted that is a deferred.ErrTimeout. Loop goroutine only.
func (s *Stream) SetIdleTimeout(d time.Duration) { s.conn.SetIdleTimeout(d) }

// SetNoDelay says whether small writes are sent at once, see [Conn.SetNoDelay]. Loop
// goroutine only.
func (s *Stream) SetNoDelay(on bool) error { return s.conn.SetNoDelay(on) }

// SetKeepAlive says whether the kernel probes a silent peer, see [Conn.SetKeepAlive].
// Loop goroutine only.
func (s *Stream) SetKeepAlive(on bool) error { return s.conn.SetKeepAlive(on) }

// SetLinger says what becomes of output that the kernel has taken and not sent, see
// [Conn.SetLinger]. Loop goroutine only.
func (s *Stream) SetLinger(sec int) error { return s.conn.SetLinger(sec) }
