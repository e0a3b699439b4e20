package netx

// Traffic counts connections and the bytes that the kernel gave and took. The zero
// value is ready for WithTraffic. Loop goroutine only.
type Traffic struct {
	Connections   uint64 // that there were
	Open          int    // that there are
	Read, Written uint64 // bytes
}

// WithTraffic has the connections counted in t, which belongs to the loop from then
// on, and may be shared by several Listens and Dials. A nil t panics. The default
// is to count nothing.
func WithTraffic(t *Traffic) Option {
	if t == nil {
		panic("netx: WithTraffic of nil")
	}
	return func(c *config) { c.traffic = t }
}

// Traffic returns the bytes of this connection, also after its end. They are
// counted if it was made with an Option about its traffic: WithTraffic, a rate or
// an idle timeout. Otherwise all is zero. Loop goroutine only.
func (c *Conn) Traffic() Traffic {
	c.own()
	if c.extra == nil || c.extra.governor == nil || c.extra.governor.traffic.Connections == 0 {
		return Traffic{} // a governor that came later has not seen all
	}
	t := c.extra.governor.traffic
	if c.state.alive() {
		t.Open = 1
	}
	return t
}

// governed reports whether the connections need a governor.
func (c *config) governed() bool {
	return c.traffic != nil || c.idleTimeout > 0 || c.readLimits.limited() || c.writeLimits.limited()
}
