package reactor

import (
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/spindle-go/spindle/internal/poller"
	"github.com/spindle-go/spindle/threads"
)

// Option is a choice made at New.
type Option func(*options)

// options is what New's options set.
type options struct {
	kind        poller.Kind
	logger      *slog.Logger
	givenPool   *threads.Pool
	poolTimeout time.Duration
	signals     []os.Signal
	slow        time.Duration
}

func defaults() options {
	return options{
		poolTimeout: 10 * time.Second,
		signals:     []os.Signal{os.Interrupt, syscall.SIGTERM},
	}
}

// Poller names the system call that a reactor waits with.
type Poller = poller.Kind

// The pollers. Epoll is Linux's and the default there; Poll is on every Unix and
// the default elsewhere; Select cannot take descriptors from 1024 on.
const (
	Epoll  = poller.Epoll
	Poll   = poller.Poll
	Select = poller.Select
)

// WithPoller chooses the system call to wait with. The default is the best of
// the platform.
func WithPoller(p Poller) Option { return func(o *options) { o.kind = p } }

// WithLogger sets where panics, slow callbacks and failures of triggers are
// logged. The default, also for nil, is what slog.Default returns at that moment.
func WithLogger(l *slog.Logger) Option { return func(o *options) { o.logger = l } }

// WithPool makes p the pool of CallInThread and threads.DeferToThread. Run starts
// it and shutdown stops it, so two reactors should not share one. The default,
// also for nil, is a pool of 0 to 10 workers, made on first use.
func WithPool(p *threads.Pool) Option { return func(o *options) { o.givenPool = p } }

// WithPoolTimeout sets how long shutdown waits for the jobs of the pool, if that
// is more than 0. Then those that run have their contexts cancelled, those in the
// queue are dropped, and how many is logged. The default is 10 seconds.
func WithPoolTimeout(d time.Duration) Option { return func(o *options) { o.poolTimeout = d } }

// WithSignals sets the signals that stop the reactor while it runs; none turns
// that off. The default is SIGINT and SIGTERM. A signal that the process
// ignores, as under nohup, stays ignored. From the first signal on, a further one
// does what it would do without the reactor: it ends the process, if nobody else
// asked for it. So does any signal when Run has returned; in Twisted it does not.
func WithSignals(s ...os.Signal) Option { return func(o *options) { o.signals = s } }

// WithSlowCallback logs, at warning level and by name, everything that kept the
// loop busy for d or longer: while it ran, nothing else did. That is logged when
// it is over. What is still going on after d is logged too, with the stack of the
// loop, once, soon after: within d or 10 ms, whichever is longer.
//
// It costs two looks at the clock for each call, and a goroutine that looks after
// the loop. The default, 0, is off.
func WithSlowCallback(d time.Duration) Option { return func(o *options) { o.slow = d } }
