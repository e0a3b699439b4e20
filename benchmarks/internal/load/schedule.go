package load

import "time"

// schedule says when the requests of a fixed rate are due. Request i is due i/rate
// seconds after the beginning and belongs to connection i modulo conns, so the due
// time of a connection's j-th answer is known without keeping it anywhere.
type schedule struct{ rate, conns int64 }

// due returns when request i is due, in nanoseconds after the beginning.
func (s schedule) due(i int64) int64 {
	whole, rest := i/s.rate, i%s.rate // i*1e9 would overflow after some seconds
	return whole*int64(time.Second) + rest*int64(time.Second)/s.rate
}

// request returns the number of the j-th request of connection c.
func (s schedule) request(c, j int64) int64 { return j*s.conns + c }

// before returns how many requests are due before a time.
func (s schedule) before(ns int64) int64 {
	if ns <= 0 {
		return 0
	}
	// Request i is due at floor(i*1e9/rate), which is below ns as long as i*1e9 is
	// below ns*rate.
	whole, rest := ns/int64(time.Second), ns%int64(time.Second)
	return whole*s.rate + (rest*s.rate+int64(time.Second)-1)/int64(time.Second)
}

// window is the time that is counted, in nanoseconds after the beginning.
type window struct{ from, to int64 }

func (c Config) window() window {
	return window{from: int64(c.Warm), to: int64(c.Warm + c.Time)}
}

// holds reports whether something at this time counts.
func (w window) holds(ns int64) bool { return ns >= w.from && ns < w.to }

// grace is how long the answers to the last requests of a fixed rate may take after
// the last one was due.
const grace = 5 * time.Second
