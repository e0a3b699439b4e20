package main

import (
	"fmt"
	"strings"
)

// kind is how a row is measured.
type kind int

const (
	benchmark kind = iota // Go benchmarks, and co-processes
	echoLoad              // a load generator against servers
	heapIdle              // benchmarks/idle: heap and stacks of idle connections
	leftIdle              // the same: what is left of them when they have ended
	heldIdle              // resident memory of servers that hold connections
)

// subject is a group of rows that are shown together.
type subject struct {
	name  string
	title string
	text  string // what is done, for the reader of the report
	by    string // what the size of its rows is the number of, if they have one
	rows  []row
}

// row is one thing that is measured, with all its contenders.
type row struct {
	subject string
	name    string
	title   string
	kind    kind
	base    string // the contender that the ratios are to
	means   string // what that baseline stands for
	size    int    // what the cost grows with, 0 if the row has no size
	per     int    // operations in one of the benchmark's, to divide by
	cpu     int    // GOMAXPROCS
	full    bool   // only in the long run
	most    int    // only in so many rounds: it takes long, or does not depend on the machine's speed; 0 is all
	often   int    // so many times in each round of a long run, since much hangs on it; 0 is once
	readme  bool   // shown in README.md
	load    load   // for servers; of idle rows its conns and tls, and as many as suit the run if it has no conns
}

// path is the row's name with its subject.
func (r row) path() string { return r.subject + "/" + r.name }

// metric returns what the row is judged by.
func (r row) metric() metric {
	switch {
	case r.load.rate > 0:
		return metric{key: "p99-us", unit: "µs", words: "99th percentile in µs"}
	case r.load.handshakes:
		return metric{key: "req/s", unit: "a second", words: "handshakes per second", more: true}
	case r.kind == echoLoad:
		return metric{key: "req/s", unit: "req/s", words: "requests per second", more: true}
	case r.kind == leftIdle:
		return metric{key: "left-B/conn", unit: "bytes", words: "bytes left of a connection"}
	case r.kind == heapIdle && r.per > 1:
		return metric{key: "B", unit: "bytes", words: "bytes per connection"}
	case r.kind == heapIdle, r.kind == heldIdle:
		return metric{key: "B/conn", unit: "bytes", words: "bytes per connection"}
	default:
		return metric{key: "ns/op", unit: "ns", words: "ns"}
	}
}

// metric is a measured quantity.
type metric struct {
	key   string // its name in a sample
	unit  string
	words string // what is counted, and in what unit
	more  bool   // more is better
}

// subjects returns all subjects with their rows.
func subjects() []subject {
	all := []subject{
		deferredSubject(), chainSubject(), thenSubject(), awaitSubject(),
		manySubject("list", "chain.DeferredList", "Create n Deferreds, gather their results and failures, fire all"),
		manySubject("gather", "chain.Gather", "Create n Deferreds, gather their results, fire all"),
		manySubject("race", "chain.Race", "Create n Deferreds, race them, fire one; ours and those in Go then end the others, the other languages leave them"),
		timersSubject(), callsSubject(), threadsSubject(),
		echoSubject(), latencySubject(), tlsSubject(), idleSubject(),
	}
	for i := range all {
		for j := range all[i].rows {
			r := &all[i].rows[j]
			r.subject = all[i].name
			r.per = max(r.per, 1)
			r.cpu = max(r.cpu, 1)
		}
	}
	return all
}

// goWay is what most baselines stand for.
const goWay = "a goroutine, a channel and a receive"

func deferredSubject() subject {
	s := subject{name: "deferred", title: "Deferred", text: "One result, and what follows from it. The goroutine gives way after some 50 µs of work, as a loop's does now and then; what ours costs if it never does stands beside it as \"Spindle at once\". In a long run each is measured five times a round.", rows: []row{
		{name: "one-callback", title: "create, one callback, fire", base: "goroutine", means: goWay, readme: true},
		{name: "ten-callbacks", title: "create, ten callbacks, fire", base: "goroutine", means: goWay, readme: true},
		{name: "thousand-chained", title: "1000 steps that each answer a fired Deferred", base: "goroutine", means: goWay, readme: true},
		{name: "gather-100", title: "create 100, gather, fire all", base: "goroutine", means: "100 goroutines and a WaitGroup", readme: true},
		{name: "fail-and-recover", title: "fail and recover", base: "goroutine", means: goWay, readme: true},
	}}
	measureOften(s.rows)
	return s
}

// measureOften has rows measured five times in a round of a long run. What the host does
// to all contenders for a moment then spoils one time, and not the middle of all times.
func measureOften(rows []row) {
	for i := range rows {
		rows[i].often = 5
	}
}

func chainSubject() subject {
	s := subject{name: "chain", title: "Callbacks on one Deferred", text: "A Deferred with n callbacks, fired. The cost is that of one callback: flat is linear.", by: "callbacks"}
	for n := 10; n <= 1_000_000; n *= 10 {
		s.rows = append(s.rows, row{
			name: fmt.Sprintf("n=%d", n), title: grouped(n) + " callbacks, each", size: n, per: n,
			base: "floor", means: "a slice of funcs, allocated and called", full: n > 100_000, most: fewIf(n > 100_000),
		})
	}
	return s
}

func thenSubject() subject {
	return subject{name: "then", title: "Then", text: "A step that changes the type.", rows: []row{
		{name: "one", title: "one step on a fired Deferred", base: "goroutine", means: goWay, readme: true},
		{name: "pending", title: "create, one step, fire", base: "goroutine", means: goWay},
	}}
}

func awaitSubject() subject {
	return subject{name: "await", title: "Await", text: "Sequential code on the loop: chain.Async and chain.Await.", rows: []row{
		{name: "pending", title: "await a pending Deferred", base: "channel", means: "a round trip over two channels", readme: true},
		{name: "fired", title: "await a fired Deferred", base: "node", means: "await in Node"},
		{name: "create", title: "create a coroutine", base: "goroutine", means: "a goroutine"},
	}}
}

func manySubject(name, title, text string) subject {
	s := subject{name: name, title: title, text: text + ". The cost is that of one Deferred: flat is linear.", by: "Deferreds"}
	for n := 10; n <= 100_000; n *= 10 {
		s.rows = append(s.rows, row{
			name: fmt.Sprintf("n=%d", n), title: grouped(n) + " Deferreds, each", size: n, per: n,
			base: "waitgroup", means: "n goroutines and a WaitGroup", full: n == 100 || n > 10_000,
			readme: name == "gather" && n == 1000,
		})
	}
	return s
}

func timersSubject() subject {
	s := subject{name: "timers", title: "Timers", text: "Delayed calls: one set and cancelled beside n that are pending; n set and all fired, where the cost is that of one: flat is linear.", by: "timers set and fired"}
	const means = "time.AfterFunc"
	for _, n := range []int{0, 1000, 100_000, 1_000_000} {
		s.rows = append(s.rows, row{
			name: fmt.Sprintf("set-cancel/n=%d", n), title: "set and cancel beside " + grouped(n),
			base: "afterfunc", means: means, readme: n == 1000, full: n > 1000, most: fewIf(n > 100_000),
		})
	}
	for _, n := range []int{1000, 100_000, 1_000_000} {
		s.rows = append(s.rows, row{
			name: fmt.Sprintf("set-fire/n=%d", n), title: "set and fire " + grouped(n) + ", each", size: n, per: n,
			base: "afterfunc", means: means, full: n > 100_000, readme: n == 100_000, most: fewIf(n > 100_000),
		})
	}
	return s
}

// fewIf returns in how many rounds a row is measured: few if it is a large one.
func fewIf(large bool) int {
	if large {
		return 3
	}
	return 0
}

func callsSubject() subject {
	s := subject{name: "calls", title: "CallFromThread", text: "Functions posted to the loop by 1 to 8 goroutines at once, one way.", by: "goroutines that post"}
	for _, n := range []int{1, 2, 4, 8} {
		s.rows = append(s.rows, row{
			name: fmt.Sprintf("producers=%d", n), title: fmt.Sprintf("%d producing", n), size: n,
			base: "channel", means: "a channel", cpu: 2, full: n == 2 || n == 4, readme: n == 1,
		})
	}
	return s
}

func threadsSubject() subject {
	return subject{name: "threads", title: "DeferToThread and waking", text: "From the loop to a worker and back; and from a goroutine to a loop that sleeps, one way.", rows: []row{
		{name: "round-trip", title: "blocking work in the pool and back", base: "channel", means: "a round trip over two channels", readme: true},
		{name: "wake", title: "wake a loop that sleeps", base: "channel", means: "waking a goroutine that waits for a channel"},
	}}
}

// manyIdle is so many connections that what a server has once is little for each.
const manyIdle = 10_000

func idleSubject() subject {
	const means = "Go's net, a goroutine per connection"
	tls := load{tls: true}
	s := subject{name: "idle", title: "Memory per idle connection", by: "connections",
		text: "Connections that were answered once and then say nothing. Heap and stacks is what the server's objects take; resident is what the kernel counts for the process, with all that the runtime holds back. What is left when all have ended is what the server keeps for the next ones, buffers above all."}
	s.rows = append(s.rows, row{name: "heap", title: "heap and stacks", kind: heapIdle, readme: true})
	for _, n := range []int{1000, manyIdle} {
		s.rows = append(s.rows, row{
			name: fmt.Sprintf("heap/n=%d", n), title: fmt.Sprintf("heap and stacks of %s, each", grouped(n)),
			kind: heapIdle, size: n, per: n, load: load{conns: n},
		})
	}
	s.rows = append(s.rows,
		row{name: "left", title: fmt.Sprintf("left of %s that have ended, heap and stacks", grouped(manyIdle)), kind: leftIdle, load: load{conns: manyIdle}},
		row{name: "resident", title: "resident", kind: heldIdle},
		row{name: "tls-heap", title: "TLS, heap and stacks", kind: heapIdle, load: tls},
		row{name: "tls-left", title: "TLS, left of those that have ended, heap and stacks", kind: leftIdle, load: tls},
		row{name: "tls-resident", title: "TLS, resident", kind: heldIdle, load: tls},
	)
	for i := range s.rows {
		s.rows[i].base, s.rows[i].means, s.rows[i].most = "gonet", means, 1
	}
	return s
}

// makePlan returns the rows to be measured.
func makePlan(o options) []row {
	var plan []row
	for _, s := range subjects() {
		for _, r := range s.rows {
			// A row that is asked for by its whole name is measured in any run.
			named := o.only.String() != "" && o.only.FindString(r.path()) == r.path()
			if o.only.MatchString(r.path()) && (o.full || !r.full || named) {
				plan = append(plan, r)
			}
		}
	}
	return plan
}

// grouped writes a number with a space between groups of three digits, as
// README.md does from five digits on.
func grouped(n int) string {
	if n < 0 {
		return "-" + grouped(-n)
	}
	digits := fmt.Sprint(n)
	if len(digits) < 5 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}
