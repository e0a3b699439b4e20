package netx

// Producer makes output for a connection when it is asked to. A plain one is a
// pull producer: each call of ResumeProducing asks for one more piece. One that is
// also a [PushProducer] makes output of its own accord, and is told when to wait.
// They are Twisted's IPullProducer and IPushProducer.
//
// All methods are called on the goroutine of the loop and must not block. A panic
// in one of them ends the connection, as one in a method of the Protocol does.
type Producer interface {
	// ResumeProducing asks a pull producer to write, or lets a push producer go
	// on. It comes from the loop, never from inside a call that the program makes.
	//
	// A pull producer may write at once or later. It is asked again when it has
	// written and no more than the low mark is buffered, and at most once in each
	// turn of the loop.
	ResumeProducing()

	// StopProducing is called, once, when the connection has ended and a producer
	// is registered, directly before ConnectionLost. It is unregistered by then.
	StopProducing()
}

// PushProducer is a Producer that writes without being asked. It is told once when
// the output has gone above the high mark and once when it has come down to the
// low one, in turns. WithWriteMarks sets the marks.
type PushProducer interface {
	Producer

	// PauseProducing says to write no more until ResumeProducing. It is called
	// from inside the Write that went above the high mark, before that returns, so
	// that a loop that writes can look at what it has set; and from inside
	// RegisterProducer when that much is buffered already. Once more is taken all
	// the same.
	PauseProducing()
}

// demand says what a producer has been told last. The first two are those of a
// push producer, the others of a pull producer.
//
//	from     what happens                                         to
//	-------  ---------------------------------------------------  -------
//	flowing  more is buffered than the high mark: PauseProducing  held
//	held     no more is left than the low mark: ResumeProducing   flowing
//	wanting  no more is left than the low mark: ResumeProducing   asked
//	asked    something was written                                wanting
type demand uint8

const (
	flowing demand = iota
	held
	wanting
	asked
)

// production is a registered producer. Loop goroutine only.
type production struct {
	producer Producer
	demand   demand
}

// RegisterProducer makes p the source of c's output. From then on Close and
// CloseWrite, and the end that follows the peer's FIN, wait until it is
// unregistered: nothing cuts a producer off but the loss of the connection. The
// deadline of WithCloseTimeout runs while something is buffered, and begins again
// whenever the peer has taken some of it; it is not held against a producer that
// has nothing to send; WithIdleTimeout is. What p writes is taken until it is
// unregistered, after a CloseWrite too.
//
// Errors: ErrProducerRegistered if there is one already; those of Write when the
// connection takes no more output. Then p is not called at all. A nil p panics.
// Loop goroutine only.
func (c *Conn) RegisterProducer(p Producer) error {
	c.own()
	if p == nil {
		panic("netx: RegisterProducer of nil")
	}
	if err := c.refuseProducer(); err != nil {
		return err
	}
	c.more().producer = &production{producer: p, demand: wanting}
	c.watch() // a state that is over soon may last now, see move
	if _, push := p.(PushProducer); !push {
		c.soon()
		return nil
	}
	c.extra.producer.demand = flowing
	return c.restrain()
}

// refuseProducer says why no producer can be registered.
func (c *Conn) refuseProducer() error {
	switch {
	case c.producing():
		return c.errorOf(ErrProducerRegistered, nil)
	case !c.state.takes():
		return c.refusal()
	}
	return nil
}

// UnregisterProducer says that the producer has written all that it will. What
// waited for that goes on, in the next turn at the earliest. Without a producer it
// does nothing. Loop goroutine only.
func (c *Conn) UnregisterProducer() {
	c.own()
	if c.producing() {
		c.extra.producer = nil
		c.soon()
	}
}

// producing reports whether a producer is registered.
func (c *Conn) producing() bool { return c.extra != nil && c.extra.producer != nil }

// takes reports whether Write takes output.
func (c *Conn) takes() bool {
	return c.state.takes() || c.state.alive() && c.producing()
}

// congested reports whether the output is above the high mark, or was and has not
// come down to the low one.
func (c *Conn) congested() bool { return c.out != nil && c.out.congested }

// wrote is called when a write was taken, from inside it. The error is the reason
// if that ends the connection.
func (c *Conn) wrote() error {
	if !c.producing() {
		return nil
	}
	if p := c.extra.producer; p.demand == asked {
		p.demand = wanting
		c.soon()
	}
	return c.restrain()
}

// restrain tells a push producer to wait if the output is above the high mark.
func (c *Conn) restrain() error {
	p := c.extra.producer
	if p.demand != flowing || !c.congested() {
		return nil
	}
	p.demand = held
	if fail := c.call(pauseProducing, nil); fail != nil && c.state.alive() {
		return c.abandon(fail)
	} else if fail != nil {
		orphan(fail)
	}
	return nil
}

// feed has the producer go on if there is room. It is called from the loop.
func (c *Conn) feed() {
	if !c.producing() {
		return
	}
	switch p := c.extra.producer; {
	case p.demand == held && !c.congested():
		p.demand = flowing
	case p.demand == wanting && c.Buffered() <= c.cfg.lowMark:
		p.demand = asked
	default:
		return
	}
	c.deliver(resumeProducing, nil)
}

// dismiss tells the producer, if there is one, that the connection has ended.
func (c *Conn) dismiss() {
	if !c.producing() {
		return
	}
	if fail := c.call(stopProducing, nil); fail != nil {
		orphan(fail)
	}
}

// callProducer makes the calls to the producer.
func (c *Conn) callProducer(what upcall) {
	if !c.producing() {
		return
	}
	switch p := c.extra.producer.producer; what {
	case resumeProducing:
		p.ResumeProducing()
	case pauseProducing:
		p.(PushProducer).PauseProducing()
	case stopProducing:
		c.extra.producer = nil // before the call, which may panic
		p.StopProducing()
	}
}
