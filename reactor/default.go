package reactor

import "sync"

// standard is the reactor of Default. It is the one piece of package state that
// the project allows itself, for small programs that have one reactor and do not
// want to hand it around.
var standard struct { //nolint:gochecknoglobals // see above
	mu sync.Mutex
	r  *Reactor
}

// Default returns the default reactor: the one given to Install, or one that is
// made with default options on first use. It panics on a platform that has no
// poller. Any goroutine may call it.
func Default() *Reactor {
	standard.mu.Lock()
	defer standard.mu.Unlock()
	if standard.r == nil {
		r, err := New()
		if err != nil {
			panic("reactor: no default reactor: " + err.Error())
		}
		standard.r = r
	}
	return standard.r
}

// Install makes r the default reactor. It answers ErrAlreadyInstalled when there
// is one, be it that Default made it. A nil r panics. Any goroutine may call it.
func Install(r *Reactor) error {
	if r == nil {
		panic("reactor: Install of a nil reactor")
	}
	standard.mu.Lock()
	defer standard.mu.Unlock()
	if standard.r != nil {
		return ErrAlreadyInstalled
	}
	standard.r = r
	return nil
}
