package main

import (
	"context"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// pace is how long things are measured.
type pace struct {
	rounds int           // as few as this
	most   int           // and as many as this, if there is time
	budget time.Duration // for the rounds: none that would take longer is begun
	bench  time.Duration // each contender of a row
	other  time.Duration // the same in a co-process: below 20 ms it would not warm up
	load   time.Duration // each server, in all of a round
	held   int           // idle connections
	often  bool          // rows that are to be measured often in a round are
}

// paceOf returns the pace of a short or a long run.
func paceOf(o options) pace {
	p := pace{rounds: 3, most: 5, budget: 110 * time.Second, bench: 10 * time.Millisecond, other: 20 * time.Millisecond, load: 250 * time.Millisecond, held: 2000}
	if o.full {
		p = pace{rounds: 7, most: 15, budget: 18 * time.Minute, bench: 50 * time.Millisecond, other: 50 * time.Millisecond, load: time.Second, held: 10_000, often: true}
	}
	if o.rounds > 0 {
		p.rounds, p.most = o.rounds, o.rounds
	}
	return p
}

// session is one run: it has the children that last for all of it.
type session struct {
	shop     *workshop
	r        *results
	pace     pace
	progress *progress
	cpus     cpus
	others   []*coprocess
	servers  map[string]*server // by contender, and "tls " before it
	absent   map[string]bool    // "contender subject/row" that turned out not to exist
	failures map[string]int     // "contender subject/row" that went wrong, and how often
	idled    map[string]values  // what benchmarks/idle said, by round and flags
}

// coprocess is a child for rows in another language, with its name.
type coprocess struct {
	program program
	child   *child // nil before its start, and after it failed
	failed  bool
}

func newSession(shop *workshop, r *results, o options, p *progress) *session {
	s := &session{shop: shop, r: r, pace: paceOf(o), progress: p, cpus: findCPUs(), servers: map[string]*server{}, absent: map[string]bool{}, failures: map[string]int{}, idled: map[string]values{}}
	for _, program := range shop.others {
		s.others = append(s.others, &coprocess{program: program})
	}
	if why := s.cpus.why; why != "" {
		r.addMissing("a core of its own for each of server and load generator", why)
	}
	return s
}

// errInterrupted ends a run whose context is done.
var errInterrupted = errors.New("interrupted: this is what there was until then")

// run measures the plan, round by round. It returns early when the context is
// done.
func (s *session) run(ctx context.Context, plan []row) error {
	began := time.Now()
	for round := 0; s.pace.another(round, time.Since(began)); round++ {
		if err := s.round(ctx, round, plan); err != nil {
			return err
		}
		s.r.Rounds = round + 1
	}
	return nil
}

// another tells whether there is to be one more round after so many that took so
// long.
func (p pace) another(done int, took time.Duration) bool {
	if done < p.rounds {
		return true
	}
	return done < p.most && took+took/time.Duration(done) <= p.budget
}

// round measures all rows once.
func (s *session) round(ctx context.Context, round int, plan []row) error {
	subject := ""
	for i, r := range plan {
		if r.most > 0 && round >= r.most {
			continue
		}
		s.progress.at(round, max(s.pace.rounds, round+1), i, len(plan), r.path())
		if r.subject != subject {
			subject = r.subject
			s.r.Calibration = append(s.r.Calibration, calibration{Round: round, Row: r.path(), NS: calibrate()})
		}
		s.measure(ctx, round, r)
		if ctx.Err() != nil {
			return errInterrupted
		}
	}
	return nil
}

// measure measures all contenders of a row, in turn. Every other round goes the
// other way round, so that nobody is always the one after the same.
func (s *session) measure(ctx context.Context, round int, r row) {
	times := s.times(r)
	for turn := round * times; turn < (round+1)*times; turn++ {
		switch r.kind {
		case benchmark:
			s.compute(ctx, turn, r)
		case echoLoad:
			s.eachServer(turn, r, func(p program) error { return s.echo(ctx, turn, r, p) })
		case heldIdle:
			s.eachServer(turn, r, func(p program) error { return s.hold(ctx, turn, r, p) })
		case heapIdle, leftIdle:
			s.heap(ctx, turn, r)
		}
	}
}

// times is how many times a row is measured in a round. Each time is a round of its own
// to the statistics.
func (s *session) times(r row) int {
	if s.pace.often {
		return max(r.often, 1)
	}
	return 1
}

// compute measures a row that is done by the processor alone.
func (s *session) compute(ctx context.Context, turn int, r row) {
	contenders := []func(){
		func() { s.bench(ctx, turn, r, s.shop.rows, "benchmarks/rows") },
		func() { s.bench(ctx, turn, r, s.shop.peers, "benchmarks/peers") },
	}
	for _, o := range s.others {
		contenders = append(contenders, func() { s.other(ctx, turn, r, o) })
	}
	inTurn(turn, contenders)
}

// inTurn calls all functions, in odd rounds from the last to the first.
func inTurn(round int, turns []func()) {
	if round%2 == 1 {
		slices.Reverse(turns)
	}
	for _, f := range turns {
		f()
	}
}

// bench runs a row of a test binary.
func (s *session) bench(ctx context.Context, round int, r row, binary, folder string) {
	lack := folder + " " + r.path()
	if binary == "" || s.lacks(lack) {
		return
	}
	found, command, err := gobench(ctx, binary, filepath.Join(s.shop.root, folder), r, s.pace.bench)
	if err != nil {
		s.failed(ctx, lack, err)
		return
	}
	s.absent[lack] = len(found) == 0
	if len(found) > 0 {
		s.r.addCommand(s.shop.shown(command))
	}
	for _, contender := range slices.Sorted(maps.Keys(found)) {
		s.add(round, r, contender, found[contender], nil)
	}
}

// other has a co-process measure a row.
func (s *session) other(ctx context.Context, round int, r row, o *coprocess) {
	lack := o.program.contender + " " + r.path()
	if o.failed || s.lacks(lack) {
		return
	}
	if o.child == nil {
		if err := o.start(ctx); err != nil {
			o.failed = true
			s.failed(ctx, labelOf(o.program.contender), err)
			return
		}
	}
	found, err := o.child.measure(ctx, r.path(), s.pace.other)
	switch {
	case errors.Is(err, errNoRow):
		s.absent[lack] = true
	case err != nil:
		s.failed(ctx, lack, err)
		// A late answer would be taken for that of another row.
		o.child.end()
		o.child = nil
	default:
		s.add(round, r, o.program.contender, found, nil)
	}
}

// start starts the process and waits until it is ready.
func (o *coprocess) start(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, o.program.args[0], o.program.args[1:]...)
	c, err := startChild(labelOf(o.program.contender), cmd)
	if err != nil {
		return err
	}
	if _, err := c.after(ctx, "ready", startTime); err != nil {
		c.end()
		return err
	}
	o.child = c
	return nil
}

// enough is how often something may go wrong before it is not tried any more: a
// crowded machine can spoil one try.
const enough = 2

// lacks tells whether a contender of a row is not there, or has gone wrong often
// enough.
func (s *session) lacks(of string) bool { return s.absent[of] || s.failures[of] >= enough }

// failed remembers that something went wrong. What fails because the run is
// interrupted is no news.
func (s *session) failed(ctx context.Context, of string, err error) {
	s.failures[of]++
	if ctx.Err() != nil || s.failures[of] > 1 {
		return
	}
	s.r.addProblem(of, err.Error())
	s.progress.note(of + ": " + err.Error())
}

// add remembers a measurement.
func (s *session) add(round int, r row, contender string, values map[string]float64, curve []percentile) {
	s.r.Samples = append(s.r.Samples, sample{
		Round: round, Subject: r.subject, Row: r.name, Contender: contender, Values: values, Curve: curve,
	})
}

// close ends all children.
func (s *session) close() {
	for _, o := range s.others {
		if o.child != nil {
			o.child.end()
		}
	}
	for _, srv := range s.servers {
		srv.end()
	}
}

// calibrationSteps is the length of the calibration loop: some milliseconds.
const calibrationSteps = 4_000_000

// calibrate times a loop that does nothing but arithmetic, each step of which
// needs the one before: it is as fast as the machine is.
func calibrate() float64 {
	began := time.Now()
	x := uint64(began.UnixNano()) | 1
	for range calibrationSteps {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	took := float64(time.Since(began).Nanoseconds())
	if x == 0 { // never, but the compiler does not know
		return 0
	}
	return took
}
