package main

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestParseLoad(t *testing.T) {
	r, err := parseLoad(loadLine)
	if err != nil {
		t.Fatal(err)
	}
	if v := r.values(); v["req/s"] != 200 || v["p50-us"] != 10 || v["p99.9-us"] != 40 || v["max-us"] != 50 {
		t.Errorf("got %v", v)
	}
	want := map[float64]float64{50: 10, 90: 10, 95: 20, 99: 20}
	for _, p := range r.curve() {
		if us, ok := want[p.Percent]; ok && us != p.Micros {
			t.Errorf("%v percent: got %v µs, want %v", p.Percent, p.Micros, us)
		}
		delete(want, p.Percent)
	}
	if len(want) > 0 {
		t.Errorf("the curve lacks %v", want)
	}
	if last := r.curve()[len(r.curve())-1]; last.Percent != 99 {
		t.Errorf("100 requests have a percentile %v", last.Percent)
	}
	if c := (loadReport{}).curve(); c != nil {
		t.Errorf("the curve of nothing is %v", c)
	}
	for name, line := range map[string]string{
		"not JSON": "held 5", "errors": `{"requests":1,"seconds":1,"errors":2}`, "no answer": `{"seconds":1}`,
	} {
		if _, err := parseLoad(line); err == nil {
			t.Errorf("%s: it is taken for a report", name)
		}
	}
}

func TestParseIdle(t *testing.T) {
	const again, left = "idle again, x: 5 connections, -3 bytes each of heap and stacks\n", "left y: 5 connections, 0 bytes each of heap and stacks\n"
	for _, test := range []struct {
		name, text string
		want       values
	}{
		{"the loop", idleText, values{"B/conn": 400, "B": 800_000, "resident-B/conn": 1000, "left-B/conn": 40, "left-B": 80_000, "left-resident-B/conn": 70}},
		{"goroutines", goroutinesText, values{"B/conn": 7000, "B": 14_000_000, "resident-B/conn": 7800, "left-B/conn": 500, "left-B": 1_000_000, "left-resident-B/conn": 1300}},
		{"nothing is resident", again + left, values{"B/conn": -3, "B": -15, "left-B/conn": 0, "left-B": 0}},
		{"nothing is left", again, nil},
		{"only that is left", left, nil},
		{"another text", "nothing of the kind", nil},
	} {
		v, err := parseIdle(test.text)
		if !maps.Equal(v, test.want) || (err == nil) != (test.want != nil) {
			t.Errorf("%s: got %v, %v", test.name, v, err)
		}
	}
}

// TestIdleRunsOnce has rows of a round that want the same look at one run.
func TestIdleRunsOnce(t *testing.T) {
	s, _, _ := fakeSession(t, options{only: anything})
	first, err := s.idle(t.Context(), 0, ours, load{})
	if err != nil {
		t.Fatal(err)
	}
	s.shop.idle = filepath.Join(t.TempDir(), "none")
	again, err := s.idle(t.Context(), 0, ours, load{conns: s.pace.held})
	if err != nil || !maps.Equal(first, again) {
		t.Errorf("got %v, %v, and %v before", again, err, first)
	}
	for name, f := range map[string]func() (values, error){
		"another round":     func() (values, error) { return s.idle(t.Context(), 1, ours, load{}) },
		"another number":    func() (values, error) { return s.idle(t.Context(), 0, ours, load{conns: 5}) },
		"another protocol":  func() (values, error) { return s.idle(t.Context(), 0, ours, load{tls: true}) },
		"another contender": func() (values, error) { return s.idle(t.Context(), 0, "gonet", load{}) },
	} {
		if v, err := f(); err == nil {
			t.Errorf("%s: nothing was run for %v", name, v)
		}
	}
}

func TestMeterTellsOfAPart(t *testing.T) {
	began := time.Unix(0, 0)
	m := &meter{}
	// 100 ms without work, then 100 ms that are all CPU time.
	for i, cpu := range []time.Duration{7, 7, 57, 107} {
		m.looks = append(m.looks, look{began.Add(time.Duration([]int{0, 100, 150, 200}[i]) * time.Millisecond), cpu * time.Millisecond})
	}
	for part, want := range map[time.Duration]time.Duration{0: 0, 25: 25, 50: 50, 100: 100, 150: 100, 200: 100, 900: 100} {
		if got := m.during(part * time.Millisecond); got != want*time.Millisecond {
			t.Errorf("in the last %d ms it is %v, want %d ms", part, got, want)
		}
	}
}

func TestMeterLooks(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: the CPU time of another process is read on Linux only, so nothing is known of the meter")
	}
	m, err := startMeter(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	m.stop()
	if len(m.looks) < 2 || m.during(time.Hour) < 0 {
		t.Errorf("it looked so: %v", m.looks)
	}
}

func TestUsageOfAProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED: the CPU time of another process is read on Linux only, so nothing is known of the meter")
	}
	if d, err := cpuTime(os.Getpid()); err != nil || d <= 0 {
		t.Errorf("CPU time %v, %v", d, err)
	}
	if n, err := residentBytes(os.Getpid()); err != nil || n <= 0 {
		t.Errorf("resident %v, %v", n, err)
	}
	for _, nobody := range []int{-1, 0, 1 << 22, 1 << 30} {
		if _, err := cpuTime(nobody); err == nil {
			t.Errorf("process %d, which is not there, has CPU time", nobody)
		}
		if _, err := residentBytes(nobody); err == nil {
			t.Errorf("process %d, which is not there, has memory", nobody)
		}
	}
}
