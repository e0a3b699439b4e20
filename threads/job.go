package threads

import "github.com/spindle-go/spindle/failure"

// job is a piece of work. Whatever implements it has a node[job] inside, its
// place in the queue.
type job interface {
	// claim reports whether the job is still wanted; the worker has it then.
	claim() bool
	// run calls the user's function, once, on the worker that claimed it.
	run()
	// ended follows run, also when that did not return: then crash is its panic,
	// or ErrGoexit.
	ended(crash *failure.Failure)
	// abort tells a job that waits or runs that Stop does not wait for it any
	// longer. Any goroutine may call it, at the same time as the others.
	abort(cause error)
}

// call is the one place where the user's functions are called. A panic must
// cost only its own job: the worker and the rest of the program have nothing to
// do with it, and the jobs behind it least of all. It goes to the one that asked
// for the job, or to the log. Goexit cannot be held, so serve replaces the
// goroutine. A panic of ended itself is the fault of a Caller and not caught.
func (p *Pool) call(j job) {
	if !j.claim() {
		return
	}
	returned := false
	defer func() {
		if returned {
			j.ended(nil)
			return
		}
		crash := failure.Recovered(recover())
		if crash == nil {
			crash = failure.New(ErrGoexit)
		}
		p.mu.Lock()
		p.panicked++
		p.mu.Unlock()
		j.ended(crash)
	}()
	j.run()
	returned = true
}

// plain is a function given to Submit. It cannot be cancelled, and nobody waits
// for it.
type plain struct {
	node[job]
	pool *Pool // whose log hears of a crash
	f    func()
}

func newPlain(p *Pool, f func()) *plain {
	j := &plain{pool: p, f: f}
	j.item = j
	return j
}

func (j *plain) claim() bool { return true }

func (j *plain) run() { j.f() }

func (j *plain) ended(crash *failure.Failure) {
	if crash != nil {
		j.pool.logCrash(crash)
	}
}

// abort has nobody to tell; Stop counts the job.
func (j *plain) abort(error) {}
