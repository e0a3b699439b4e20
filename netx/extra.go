package netx

// extra is what a connection has that most do without. It is made when the first
// of it is needed, so that an idle connection stays small. Loop goroutine only.
type extra struct {
	stop     func() bool // takes back the deadline of Close
	producer *production // nil while none is registered
	governor *governor   // nil without an Option about the traffic
}

// more returns the extra part of c, which it makes if need be.
func (c *Conn) more() *extra {
	if c.extra == nil {
		c.extra = &extra{}
	}
	return c.extra
}
