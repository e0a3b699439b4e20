package deferred

import (
	"fmt"
	"reflect"
	"runtime"
	"time"
	"unsafe"

	"github.com/spindle-go/spindle/failure"
)

// record is what is known of one Deferred, beside what it knows itself. There is
// one for each Deferred that was made in debug mode or while runtime/trace was
// recording; it is in the registry, and the Deferred has the mark traced.
//
// A record never refers to a Deferred, so it keeps none alive.
type record struct {
	// Fixed after it was made.
	number uint64 // records count up
	what   string // the type, such as Deferred[int]
	made   failure.Place
	born   time.Time
	debug  bool // it is not only there for runtime/trace
	fresh  bool // it had no result when it was made

	// mu of the registry protects these: Pending reads them.
	called  bool
	fired   failure.Place // the first time
	waits   []*record     // for these, if it waits
	waiting string        // for this, if it is not known or a Deferred
	last    use           // the last use of it
	busy    int           // how many of its handlers are running, one inside another
	blamed  bool          // misuse was reported

	// On the goroutine of the Deferred only.
	now    about            // the handler that is running
	added  failure.Place    // where that was added
	came   *failure.Failure // the failure that the last await brought
	handed bool             // what fires it next is a ChainDeferred
	task   task
}

// watch makes a record of d, if there is to be one. from is what d is made of,
// or nil.
func (d *Deferred[T]) watch(from node) {
	debug, tracing := reasons()
	if !debug && !tracing {
		return
	}
	r := &record{what: typeOf[T](), made: failure.Caller(), born: time.Now(), debug: debug}
	r.fresh = !d.state.called()
	if !r.fresh {
		r.called, r.fired = true, r.made
	} else if c, ok := d.other.(canceller[T]); ok {
		r.waiting = "what " + shortName(about{pc: entry(c)}.place().Function) + " cancels"
	}
	at := uintptr(unsafe.Pointer(d))
	records.add(at, r)
	runtime.AddCleanup(d, records.drop, entryOf{at, r})
	d.marks |= traced
	r.touch()
	if r.fresh {
		r.task.begin(r, recordOf(from))
	}
}

// watchFirst is watch for a Deferred that was not made by a function of this
// package, such as the zero value: it counts as made where it is first used.
func (d *Deferred[T]) watchFirst() {
	if d.marks&traced == 0 && d.state == pending && d.other == nil && d.handlers.empty() && watching() {
		d.watch(nil)
	}
}

// typeOf names the type of a Deferred.
func typeOf[T any]() string { return fmt.Sprintf("Deferred[%v]", reflect.TypeFor[T]()) }

// record returns the record of d, or nil when there is none.
func (d *Deferred[T]) record() *record {
	if d.marks&traced == 0 {
		return nil
	}
	if r := records.get(uintptr(unsafe.Pointer(d))); r != nil {
		return r
	}
	// It was unreachable, and a finalizer of the user's has brought it back.
	return &record{what: typeOf[T](), called: true}
}

// recordOf returns the record of n, or nil.
func recordOf(n node) *record {
	if n == nil {
		return nil
	}
	return n.record()
}

// hopMade is the hop that says where the Deferred was made.
func (r *record) hopMade(kind failure.HopKind) failure.Hop {
	return failure.Hop{Kind: kind, Deferred: r.what, At: r.made}
}

// hopOf is a hop in which the handler that is running had a part.
func (r *record) hopOf(kind failure.HopKind) failure.Hop {
	return failure.Hop{Kind: kind, Handler: r.now.place(), At: r.added}
}
