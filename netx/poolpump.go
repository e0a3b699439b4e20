package netx

// touch says that there may be something to lend at an address, and sees to it.
func (p *ConnectionPool) touch(at *poolAddress) {
	if !at.marked {
		at.marked = true
		p.touched = append(p.touched, at)
	}
	p.pump()
}

// pump lends what there is, and makes connections that are wanted and allowed. It is
// called after each change. Those who are given something call the pool again most
// often, so one pump goes on for all of them: the stack does not grow with those who
// wait.
func (p *ConnectionPool) pump() {
	if p.pumping {
		return
	}
	p.pumping = true
	defer func() { p.pumping = false }() // a callback may end the goroutine
	for {
		switch {
		case len(p.touched) > 0:
			at := p.touched[0]
			p.touched = p.touched[1:]
			at.marked = false
			at.lend()
		case !p.connectNext():
			return
		}
	}
}

// lend gives connections that nobody uses to those who wait.
func (at *poolAddress) lend() {
	for len(at.idle) > 0 && at.waiters.Len() > 0 {
		c := at.last()
		if !c.usable() {
			c.end()
			continue
		}
		w := at.take(at.waiters.Front())
		c.move(pooledLent)
		_ = w.d.Callback(&Lease{conn: c}) // it waits, so it has not fired
	}
	at.arm()
	at.tidy()
}

// connectNext begins to connect for the one who has waited longest of those who may
// have a new connection, and reports whether there may be more to do.
func (p *ConnectionPool) connectNext() bool {
	if p.waiting == 0 || p.closed {
		return false
	}
	var next *poolAddress
	first, wanted := uint64(0), 0
	for _, at := range p.addresses.entries {
		number, n := at.wanting()
		if wanted += n; n > 0 && (next == nil || number < first) {
			next, first = at, number
		}
	}
	switch {
	case next == nil:
		return false
	case p.cfg.MaxTotal == 0 || p.total < p.cfg.MaxTotal:
		p.connect(next)
		return true
	case p.evicting < wanted:
		return p.evict()
	}
	return false
}

// evict closes the connection that nobody has used for longest, and reports whether
// there was one.
func (p *ConnectionPool) evict() bool {
	var oldest *pooledConn
	for _, at := range p.addresses.entries {
		if len(at.idle) > 0 && (oldest == nil || at.idle[0].since < oldest.since) {
			oldest = at.idle[0]
		}
	}
	if oldest == nil {
		return false
	}
	oldest.evicted = true
	p.evicting++
	oldest.end()
	return true
}
