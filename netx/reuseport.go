package netx

// WithReusePort lets several sockets listen at one address (SO_REUSEPORT), of this
// process or of others with the same user, all of which must ask for it. The kernel
// deals new connections out among them, so that each of several loops can have a
// Port of its own; on systems that do not deal out, one of them gets all. Where
// there is no such choice, Listen fails with an errors.ErrUnsupported. The default
// is that an address has one listener. Dial and [Pair] ignore it.
func WithReusePort() Option { return func(c *config) { c.reusePort = true } }
