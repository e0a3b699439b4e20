package main

import "slices"

// goal is something that the project wants to reach: a quantity of ours, as a
// ratio to a yardstick that was measured in the same run, or as a number where
// that does not depend on the machine.
type goal struct {
	title string
	rows  []string // subject/row; the last that was measured counts
	who   string   // the contender, if it is not the one that all this is about but a part of ours
	key   string   // "" for the row's own metric
	yard  []string // contenders; the ratio to the best of them counts; none for a plain number
	row   string   // row of the yardstick, "" for the same
	more  bool     // the ratio is to be at least the bound, not at most
	bound float64
	slope bool   // the exponent over the rows is meant
	from  string // where the bound comes from
}

// prototype says where a bound comes from that was measured before.
const prototype = "what a prototype had, to the same yardstick"

// peerNames are the libraries for Go that know promises or something near.
func peerNames() []string { return []string{"samber-mo", "go-promise", "conc", "ants"} }

// goals returns all goals in the order of the report.
func goals() []goal {
	return slices.Concat(deferredGoals(), timerGoals(), loopGoals(), echoGoals(), memoryGoals(), linearGoals())
}

func deferredGoals() []goal {
	gs := []goal{
		{title: "Deferred, one callback: near the floor", rows: []string{"deferred/one-callback"}, yard: []string{"floor"}, bound: 36.0 / 19, from: prototype},
		{title: "Deferred, ten callbacks: near the floor", rows: []string{"deferred/ten-callbacks"}, yard: []string{"floor"}, bound: 128.0 / 56, from: prototype},
	}
	// The other rows are held to the floor of one callback. Their own yardsticks are
	// not those that the prototype was measured with: it had no floor of gathering or
	// failing, that of a thousand was a slower one, and a goroutine depends on the
	// scheduler.
	for _, g := range []goal{
		{title: "Deferred, thousand chained: near the prototype", rows: []string{"deferred/thousand-chained"}, bound: 38800.0 / 19},
		{title: "Deferred, gather 100: near the prototype", rows: []string{"deferred/gather-100"}, bound: 5100.0 / 19},
		{title: "Deferred, fail and recover: near the prototype", rows: []string{"deferred/fail-and-recover"}, bound: 42.0 / 19},
	} {
		g.row, g.yard, g.from = "deferred/one-callback", []string{"floor"}, "what a prototype had, to the floor of one callback"
		gs = append(gs, g)
	}
	for _, r := range deferredSubject().rows {
		path := "deferred/" + r.name
		gs = append(gs,
			goal{title: r.title + ": ahead of Node", rows: []string{path}, yard: []string{"node"}, bound: 1},
			goal{title: r.title + ": ten times every library for Go", rows: []string{path}, yard: peerNames(), bound: 0.1})
	}
	return append(gs,
		goal{title: "ten callbacks: ahead of CompletableFuture", rows: []string{"deferred/ten-callbacks"}, yard: []string{"java"}, bound: 1},
		goal{title: "allocations of one callback", rows: []string{"deferred/one-callback"}, key: "allocs/op", bound: 1},
		goal{title: "allocations of ten callbacks", rows: []string{"deferred/ten-callbacks"}, key: "allocs/op", bound: 2},
		goal{title: "allocations of gathering 100", rows: []string{"deferred/gather-100"}, key: "allocs/op", bound: 103},
	)
}

// timerGoals are asked of our queue, which is what the prototype was, and of the
// reactor's CallLater, which reads the clock as well, and whose turns take the
// calls out.
func timerGoals() []goal {
	var gs []goal
	for _, g := range []goal{
		{title: "a timer set and cancelled", rows: []string{"timers/set-cancel/n=0"}, bound: 172.0 / 297},
		{title: "a timer set and cancelled beside many", rows: []string{"timers/set-cancel/n=1000", "timers/set-cancel/n=100000"}, bound: 36.0 / 223},
		{title: "timers set and fired", rows: []string{"timers/set-fire/n=1000", "timers/set-fire/n=100000", "timers/set-fire/n=1000000"}, bound: 407.0 / 1181},
	} {
		g.yard, g.from = []string{"afterfunc"}, prototype
		gs = append(gs, g)
		g.title, g.who = g.title+", by the queue alone", "queue"
		gs = append(gs, g)
	}
	return gs
}

func loopGoals() []goal {
	return []goal{
		{title: "Await of a pending Deferred: half a channel round trip", rows: []string{"await/pending"}, yard: []string{"channel"}, bound: 0.5},
		{title: "CallFromThread, one way under load: against a channel round trip", rows: []string{"calls/producers=1"}, yard: []string{"channel"}, row: "threads/round-trip", bound: 30.0 / 270, from: "30 ns where a round trip took 270"},
		{title: "DeferToThread: three channel round trips", rows: []string{"threads/round-trip"}, yard: []string{"channel"}, bound: 3},
		{title: "a sleeping loop awake: against a channel round trip", rows: []string{"threads/wake"}, yard: []string{"channel"}, row: "threads/round-trip", bound: 5000.0 / 270, from: "5 µs where a round trip took 270 ns"},
	}
}

func echoGoals() []goal {
	small := []string{"echo/c=100,s=64,d=1"}
	piped := []string{"echo/c=100,s=16384,d=16"}
	steady := []string{"latency/c=100,s=64,r=20000"}
	return []goal{
		{title: "echo of 64 B: against the loop in C", rows: small, yard: []string{"c"}, more: true, bound: 0.92},
		{title: "echo of 64 B: against Go's net", rows: small, yard: []string{"gonet"}, more: true, bound: 1.1},
		{title: "echo of 64 B: against gnet", rows: small, yard: []string{"gnet"}, more: true, bound: 1.1},
		{title: "echo of 16 KiB, 16 in flight: against Go's net", rows: piped, yard: []string{"gonet"}, more: true, bound: 1.4},
		{title: "echo of 16 KiB, 16 in flight: against libuv", rows: piped, yard: []string{"uv"}, more: true, bound: 1.4},
		{title: "echo of 64 B, 99th percentile: no worse than Go's net", rows: small, key: "p99-us", yard: []string{"gonet"}, bound: 1},
		{title: "echo of 64 B, 99th percentile: no worse than libuv", rows: small, key: "p99-us", yard: []string{"uv"}, bound: 1},
		{title: "echo of 16 KiB, 99th percentile: no worse than Go's net", rows: piped, key: "p99-us", yard: []string{"gonet"}, bound: 1},
		{title: "echo of 16 KiB, 99th percentile: no worse than libuv", rows: piped, key: "p99-us", yard: []string{"uv"}, bound: 1},
		{title: "echo at 20 000 requests/s, 99th percentile: no worse than Go's net", rows: steady, yard: []string{"gonet"}, bound: 1},
		{title: "echo at 20 000 requests/s, 99th percentile: no worse than libuv", rows: steady, yard: []string{"uv"}, bound: 1},
		{title: "TLS echo: CPU per request", rows: []string{"tls/echo/c=100,s=64,d=1"}, key: "cpu-ns/req", yard: []string{"gonet"}, bound: 1},
	}
}

// idleBytes is what an idle connection may take.
const idleBytes = 512

func memoryGoals() []goal {
	left := []string{"idle/left"}
	return []goal{
		{title: "bytes of an idle connection", rows: []string{"idle/heap"}, key: "B/conn", bound: idleBytes},
		{title: "memory returned when connections end: bytes left of one", rows: left, bound: idleBytes / 10.0, from: "a tenth of what an idle one may take"},
		{title: "memory returned when connections end: no more left than with goroutines", rows: left, yard: []string{"gonet"}, bound: 1, from: "what the runtime keeps of goroutines that have ended"},
		{title: "TLS: memory per connection", rows: []string{"idle/tls-resident"}, yard: []string{"gonet"}, bound: 0.65},
	}
}

// cacheRoom is the part of an exponent that is left to caches that are too small,
// and to the logarithm of a heap.
const cacheRoom = 0.2

// linearGoals ask for costs that grow as the work does, and for a cost of one
// request that does not grow with the connections beside it.
func linearGoals() []goal {
	var gs []goal
	for _, s := range subjects() {
		var rows []string
		for _, r := range s.rows {
			if r.size > 0 && r.per > 1 {
				rows = append(rows, r.path())
			}
		}
		if len(rows) > 1 {
			gs = append(gs, goal{title: s.title + ": exponent of the cost", rows: rows, slope: true, bound: 1 + cacheRoom, from: "1 is linear, and less if something is there once; the rest is for caches and for tables that grow in steps"})
		}
	}
	return append(gs, goal{
		title: "echo of 64 B: exponent of the CPU time of a request, by connections", rows: []string{"echo/c=100,s=64,d=1", "echo/c=1000,s=64,d=1"},
		key: "cpu-ns/req", slope: true, bound: cacheRoom, from: "0 is flat; the rest is for caches, the kernel's too: the loop in C has about 0.1",
	})
}
