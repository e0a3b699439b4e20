package chain

// pump repeats steps until there is nothing left to do. It is what keeps this
// package from recursing where one callback sets going the next: who asks for
// work from inside a step goes on at once, and the pump that runs already sees
// to it after that step.
type pump struct{ busy bool }

// steps is what a pump works on. step does one thing and answers true, or finds
// nothing to do.
type steps interface{ step() bool }

// work repeats s.step until it answers false, unless that is going on already.
func (p *pump) work(s steps) {
	if p.busy {
		return
	}
	p.busy = true
	done := false
	defer func() {
		p.busy = false
		if !done { // a handler called runtime.Goexit; the rest must not be lost with it
			p.work(s)
		}
	}()
	for s.step() {
	}
	done = true
}
