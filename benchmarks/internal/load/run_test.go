package load_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/load"
)

// moment is how long a server is driven where the figures do not matter.
const moment = 50 * time.Millisecond

// run is load.Run, skipped where there is no epoll.
func run(t *testing.T, c load.Config) (load.Result, error) {
	t.Helper()
	result, err := load.Run(patiently(t), c)
	if errors.Is(err, load.ErrUnsupported) {
		t.Skip("SKIPPED: no load can be made on this system, so nothing is known of it: ", err)
	}
	return result, err
}

func TestRun(t *testing.T) {
	for _, row := range []load.Config{
		{Conns: 1, Size: 1, Depth: 1},
		{Conns: 3, Size: 64, Depth: 1},
		{Conns: 3, Size: 64, Depth: 16},
		{Conns: 2, Size: 16 << 10, Depth: 16},
		{Conns: 1, Size: 600_000, Depth: 3}, // more than the buffers, here and in the kernel
		{Conns: 3, Size: 7, Rate: 1000},
		{Conns: 2, Size: 100_000, Rate: 100},
		{Conns: 100, Size: 64, Rate: 20},
	} {
		for _, tls := range []string{"none", "1.2", "1.3"} {
			row.TLS, row.TLS12 = tls != "none", tls == "1.2"
			name := fmt.Sprintf("c=%d,s=%d,d=%d,rate=%d,tls=%s", row.Conns, row.Size, row.Depth, row.Rate, tls)
			t.Run(name, func(t *testing.T) {
				s := (&server{tls: row.TLS}).start(t)
				c := row
				c.Addr, c.Warm, c.Time = s.addr, moment, 2*moment
				result, err := run(t, c)
				if err != nil {
					t.Fatal(err)
				}
				checkResult(t, s, c, result)
			})
		}
	}
}

// checkResult holds a result against what the server saw, and against itself.
func checkResult(t *testing.T, s *server, c load.Config, r load.Result) {
	t.Helper()
	if r.Errors != 0 {
		t.Errorf("%d errors", r.Errors)
	}
	if c.Rate > 0 && r.Requests != int64(c.Rate)/10 {
		t.Errorf("%d requests in 100 ms at %d/s", r.Requests, c.Rate)
	}
	if r.Bytes != r.Requests*int64(c.Size) || r.Bytes > s.bytes.Load() {
		t.Errorf("%d requests with %d bytes; the server saw %d", r.Requests, r.Bytes, s.bytes.Load())
	}
	if s.accepted.Load() != int64(c.Conns) {
		t.Errorf("%d connections", s.accepted.Load())
	}
	if r.Requests > 0 && (r.P50 <= 0 || r.P50 > r.P90 || r.P90 > r.P99 || r.P99 > r.P999 || r.P999 > r.Max) {
		t.Errorf("percentiles %v %v %v %v %v", r.P50, r.P90, r.P99, r.P999, r.Max)
	}
	if r.Seconds < c.Time.Seconds() {
		t.Errorf("it took %v s", r.Seconds)
	}
}

// TestClosedLoopGoesOn is about what a table cannot say without a clock: a closed
// loop counts something, once the server is fast enough.
func TestClosedLoopGoesOn(t *testing.T) {
	for _, tls := range []bool{false, true} {
		t.Run(fmt.Sprintf("tls=%v", tls), func(t *testing.T) {
			s := (&server{tls: tls}).start(t)
			for time := moment; ; time *= 2 {
				result, err := run(t, load.Config{Addr: s.addr, Conns: 2, Size: 8, Depth: 2, Time: time, TLS: tls})
				if err != nil {
					t.Fatal(err)
				}
				if result.Requests > 8 {
					return // each connection has sent more than it began with
				}
			}
		})
	}
}

// TestStall is about coordinated omission: a fifth of all requests are due while the
// server stands still for 200 ms of a second, and their wait must be seen, though
// none of the others waits.
func TestStall(t *testing.T) {
	for _, tls := range []bool{false, true} {
		t.Run(fmt.Sprintf("tls=%v", tls), func(t *testing.T) {
			s := (&server{stallAt: 50, stallFor: 200 * time.Millisecond, tls: tls}).start(t)
			result, err := run(t, load.Config{Addr: s.addr, Conns: 4, Size: 16, Rate: 500, Time: time.Second, TLS: tls})
			if err != nil {
				t.Fatal(err)
			}
			if result.Requests != 500 || result.Errors != 0 {
				t.Errorf("%d requests and %d errors", result.Requests, result.Errors)
			}
			const ms = 1000
			if result.P90 < 80*ms || result.P99 < 170*ms || result.Max < 195*ms {
				t.Errorf("p90 %v, p99 %v, max %v us: the stall is not in it", result.P90, result.P99, result.Max)
			}
		})
	}
}

func TestServerThatCloses(t *testing.T) {
	for _, row := range []struct {
		name      string
		closeFrom int64
		rate      int
		tls       bool
		err       error
	}{
		{"some connections", 3, 0, false, nil},
		{"some connections at a fixed rate", 3, 1000, false, nil},
		{"some connections with TLS", 3, 0, true, nil},
		{"some connections with TLS at a fixed rate", 3, 1000, true, nil},
		{"all", 1, 0, false, load.ErrConnectionsLost},
		{"all at a fixed rate", 1, 1000, false, load.ErrConnectionsLost},
		{"all with TLS", 1, 0, true, load.ErrConnectionsLost},
		{"all with TLS at a fixed rate", 1, 1000, true, load.ErrConnectionsLost},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := (&server{closeFrom: row.closeFrom, tls: row.tls}).start(t)
			result, err := run(t, load.Config{
				Addr: s.addr, Conns: 4, Size: 8, Depth: 1, Rate: row.rate, Time: 2 * moment, TLS: row.tls,
			})
			if !errors.Is(err, row.err) {
				t.Errorf("the error is %v", err)
			}
			if lost := 5 - row.closeFrom; row.rate == 0 && result.Errors != lost {
				t.Errorf("%d errors instead of %d", result.Errors, lost)
			}
			// At a rate, half of the 100 requests have no connection.
			if row.rate > 0 && row.err == nil && result.Errors < 50 {
				t.Errorf("%d errors, though 50 requests cannot be answered", result.Errors)
			}
		})
	}
}

// TestServerThatLiesAtLength is about which answers are looked at: all that are small
// or encrypted, and of the others a sample. Each is wrong, so as long as one is in
// flight at a time, a read of each has an error.
func TestServerThatLiesAtLength(t *testing.T) {
	for _, row := range []struct {
		size    int
		tls     bool
		sampled bool
	}{
		{4096, false, false},
		{16 << 10, false, true},
		{16 << 10, true, false},
	} {
		t.Run(fmt.Sprintf("s=%d,tls=%v", row.size, row.tls), func(t *testing.T) {
			s := (&server{wrong: true, tls: row.tls}).start(t)
			for time := moment; ; time *= 2 {
				result, err := run(t, load.Config{Addr: s.addr, Conns: 2, Size: row.size, Depth: 1, Time: time, TLS: row.tls})
				if err != nil {
					t.Fatal(err)
				}
				if result.Requests < 100 {
					continue // the first answers, which are looked at, would be most of them
				}
				if sampled := result.Errors < result.Requests; sampled != row.sampled || result.Errors == 0 {
					t.Errorf("%d errors in %d requests", result.Errors, result.Requests)
				}
				return
			}
		})
	}
}

func TestServerThatLies(t *testing.T) {
	for _, tls := range []bool{false, true} {
		s := (&server{wrong: true, tls: tls}).start(t)
		result, err := run(t, load.Config{Addr: s.addr, Conns: 2, Size: 8, Rate: 200, Time: 2 * moment, TLS: tls})
		if err != nil || result.Errors == 0 {
			t.Errorf("tls=%v: %d errors, %v", tls, result.Errors, err)
		}
		_, err = load.Hold(patiently(t), load.Config{Addr: s.addr, Conns: 1, Size: 8, TLS: tls})
		if !errors.Is(err, load.ErrWrongEcho) {
			t.Errorf("tls=%v: Hold answers %v", tls, err)
		}
	}
}

func TestNoServer(t *testing.T) {
	s := (&server{}).start(t)
	ctx, cancel := context.WithCancel(patiently(t))
	cancel()
	for _, tls := range []bool{false, true} {
		c := load.Config{Addr: s.addr, Conns: 1, Size: 1, Depth: 1, Time: time.Hour, TLS: tls}
		if _, err := load.Run(ctx, c); err == nil {
			t.Errorf("tls=%v: it ran without time", tls)
		}
		c.Addr = "127.0.0.1:0"
		if _, err := load.Run(patiently(t), c); err == nil {
			t.Errorf("tls=%v: it ran without a server", tls)
		}
		if _, err := load.Hold(patiently(t), c); err == nil {
			t.Errorf("tls=%v: it holds connections without a server", tls)
		}
	}
}

// TestCancel ends a run that would take an hour, as soon as the server has seen it.
func TestCancel(t *testing.T) {
	for _, row := range []load.Config{{Depth: 1}, {Rate: 10}, {Depth: 1, TLS: true}, {Rate: 10, TLS: true}} {
		t.Run(fmt.Sprintf("rate=%d,tls=%v", row.Rate, row.TLS), func(t *testing.T) {
			ctx, cancel := context.WithCancel(patiently(t))
			defer cancel()
			s := (&server{tls: row.TLS, stallAt: 1, stallFor: moment}).start(t)
			c := row
			c.Addr, c.Conns, c.Size, c.Time = s.addr, 2, 8, time.Hour
			go func() { // ends with the first read
				for s.read.Load() == 0 && ctx.Err() == nil {
					runtime.Gosched()
				}
				cancel()
			}()
			_, err := load.Run(ctx, c)
			if errors.Is(err, load.ErrUnsupported) {
				t.Skip("SKIPPED: no load can be made on this system, so nothing is known of it: ", err)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	good := load.Config{Addr: "127.0.0.1:1", Conns: 1, Size: 1, Depth: 1, Time: 1}
	for name, spoil := range map[string]func(*load.Config){
		"no address":      func(c *load.Config) { c.Addr = "" },
		"no connections":  func(c *load.Config) { c.Conns = 0 },
		"no size":         func(c *load.Config) { c.Size = 0 },
		"too large":       func(c *load.Config) { c.Size = 1 << 30 },
		"no depth":        func(c *load.Config) { c.Depth = 0 },
		"negative rate":   func(c *load.Config) { c.Rate = -1 },
		"too high a rate": func(c *load.Config) { c.Rate = 2e9 },
		"no time":         func(c *load.Config) { c.Time = 0 },
		"negative warm":   func(c *load.Config) { c.Warm = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			spoil(&c)
			if _, err := load.Run(patiently(t), c); !errors.Is(err, load.ErrConfig) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestHold(t *testing.T) {
	for _, tls := range []bool{false, true} {
		s := (&server{tls: tls}).start(t)
		held, err := load.Hold(patiently(t), load.Config{Addr: s.addr, Conns: 50, Size: 64, TLS: tls})
		if err != nil {
			t.Fatal(err)
		}
		if s.accepted.Load() != 50 || s.bytes.Load() != 50*64 {
			t.Errorf("tls=%v: %d connections and %d bytes", tls, s.accepted.Load(), s.bytes.Load())
		}
		if err := errors.Join(held.Close(), held.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestHandshakes(t *testing.T) {
	for _, tls12 := range []bool{false, true} {
		s := (&server{tls: true}).start(t)
		for time := moment; ; time *= 2 {
			result, err := load.Handshakes(patiently(t), load.Config{Addr: s.addr, Conns: 2, Time: time, TLS12: tls12})
			if err != nil || result.Errors != 0 {
				t.Fatalf("%d errors, %v", result.Errors, err)
			}
			if result.Requests > 0 {
				break
			}
		}
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := (load.Result{Requests: 3, P50: 1.5, Histogram: [][2]float64{{1.5, 3}}}).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"requests", "seconds", "rate", "errors", "bytes", "p50_us", "p90_us", "p99_us", "p999_us", "max_us", "histogram"} {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing in %s", name, out.String())
		}
	}
}

// mallocs counts the allocations of a run.
func mallocs(t *testing.T, c load.Config) (uint64, int64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result, err := run(t, c)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, result.Requests
}

// TestAllocations compares a long run with one that only connects. What the runtime
// allocates by itself has room in it, one allocation for a request has not.
func TestAllocations(t *testing.T) {
	s := (&server{}).start(t)
	for _, row := range []load.Config{{Depth: 4}, {Rate: 20_000}} {
		c := row
		c.Addr, c.Conns, c.Size, c.Time = s.addr, 4, 64, time.Nanosecond
		short, _ := mallocs(t, c)
		c.Time = 6 * moment
		long, requests := mallocs(t, c)
		if limit := short + 200 + uint64(requests)/20; long > limit {
			t.Errorf("rate %d: %d requests took %d allocations, and none %d", c.Rate, requests, long, short)
		}
	}
}
