package netx

// rates is what the options say about one direction.
type rates struct {
	perSecond, burst int     // of each connection; 0 is no limit
	total            *bucket // of all connections together, or nil
}

// buckets returns those of a new connection.
func (r rates) buckets() (b [2]*bucket) {
	if r.perSecond > 0 {
		b[0] = newBucket(r.perSecond, r.burst)
	}
	b[1] = r.total
	return b
}

func (r rates) limited() bool { return r.perSecond > 0 || r.total != nil }

// WithReadRate limits how fast each connection reads, in bytes per second: by a
// token bucket that holds burst bytes and is full at first. What it does not read
// stays in the kernel, and the peer has to wait. The default is no limit. Both
// figures must be positive.
func WithReadRate(bytesPerSecond, burst int) Option {
	positive("WithReadRate", min(bytesPerSecond, burst))
	return func(c *config) { c.readLimits.perSecond, c.readLimits.burst = bytesPerSecond, burst }
}

// WithWriteRate limits how fast each connection sends, as WithReadRate does for the
// other direction. What may not go yet is buffered, see [Conn.Drained]; the time of
// WithCloseTimeout must be enough for it.
func WithWriteRate(bytesPerSecond, burst int) Option {
	positive("WithWriteRate", min(bytesPerSecond, burst))
	return func(c *config) { c.writeLimits.perSecond, c.writeLimits.burst = bytesPerSecond, burst }
}

// WithTotalReadRate is WithReadRate for all connections together that are made with
// this very Option, which may be given to several Listens and Dials of one loop.
// Both may be set.
func WithTotalReadRate(bytesPerSecond, burst int) Option {
	positive("WithTotalReadRate", min(bytesPerSecond, burst))
	b := newBucket(bytesPerSecond, burst)
	return func(c *config) { c.readLimits.total = b }
}

// WithTotalWriteRate is for WithWriteRate what WithTotalReadRate is for
// WithReadRate.
func WithTotalWriteRate(bytesPerSecond, burst int) Option {
	positive("WithTotalWriteRate", min(bytesPerSecond, burst))
	b := newBucket(bytesPerSecond, burst)
	return func(c *config) { c.writeLimits.total = b }
}
