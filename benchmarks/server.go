package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// cpus are the processors that servers and the load generator are bound to.
type cpus struct {
	server, loader int
	why            string // why nothing is bound, or ""
}

// start starts a child on one of the processors, or anywhere if there is none
// to spare.
func (c cpus) start(name string, cmd *exec.Cmd, cpu int) (ch *child, err error) {
	if c.why != "" {
		return startChild(name, cmd)
	}
	err = onCPU(cpu, func() error {
		ch, err = startChild(name, cmd)
		return err
	})
	return ch, err
}

// server is an echo server that runs.
type server struct {
	*child
	address string
}

// startServer starts an echo server and waits until it listens.
func (s *session) startServer(ctx context.Context, p program, tls bool) (*server, error) {
	args := p.args
	if tls {
		args = append(args[:len(args):len(args)], "-tls")
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	c, err := s.cpus.start(labelOf(p.contender)+" server", cmd, s.cpus.server)
	if err != nil {
		return nil, err
	}
	address, err := c.after(ctx, "listening", startTime)
	if err != nil {
		c.end()
		return nil, err
	}
	s.r.addCommand(s.shop.shown(strings.Join(append(p.env[:len(p.env):len(p.env)], args...), " ")))
	return &server{c, address}, nil
}

// eachServer has all servers that can serve the row take their turn.
func (s *session) eachServer(round int, r row, turn func(program) error) {
	if s.shop.loader == "" {
		return
	}
	var turns []func()
	for _, p := range s.shop.servers {
		lack := p.contender + " " + r.path()
		if s.lacks(lack) || r.load.tls && !p.tls {
			continue
		}
		turns = append(turns, func() {
			if err := turn(p); err != nil {
				s.failed(context.Background(), lack, err)
			}
		})
	}
	inTurn(round, turns)
}

// echo has the load generator work on a server, which lasts for the whole run.
func (s *session) echo(ctx context.Context, round int, r row, p program) error {
	if ctx.Err() != nil {
		return nil
	}
	key := fmt.Sprintf("%s tls=%t", p.contender, r.load.tls)
	srv := s.servers[key]
	if srv == nil {
		var err error
		if srv, err = s.startServer(ctx, p, r.load.tls); err != nil {
			return unless(ctx, err)
		}
		s.servers[key] = srv
	}
	values, curve, err := s.work(ctx, r, srv)
	if err != nil {
		srv.end()
		delete(s.servers, key)
		return unless(ctx, err)
	}
	s.add(round, r, p.contender, values, curve)
	return nil
}

// unless returns the error, but nil when the context is done: what fails then,
// fails because of that.
func unless(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// warmth is for how long the load generator runs before it counts.
const warmth = 50 * time.Millisecond

// work runs the load generator and returns what it measured, with the server's
// CPU time for each request.
func (s *session) work(ctx context.Context, r row, srv *server) (map[string]float64, []percentile, error) {
	args := []string{
		"-addr", srv.address, "-conns", strconv.Itoa(r.load.conns), "-size", strconv.Itoa(r.load.size),
		"-depth", strconv.Itoa(r.load.depth), "-time", s.pace.load.String(), "-warm", warmth.String(), "-json",
	}
	if r.load.tls {
		args = append(args, "-tls")
	}
	m, err := startMeter(srv.cmd.Process.Pid)
	if err != nil {
		return nil, nil, err
	}
	text, err := s.generate(ctx, args)
	m.stop()
	if err != nil {
		return nil, nil, err
	}
	rep, err := parseLoad(text)
	if err != nil {
		return nil, nil, err
	}
	values := rep.values()
	// The load generator prints as soon as it has counted for that long.
	cpu := m.during(time.Duration(rep.Seconds * float64(time.Second)))
	values["cpu-ns/req"] = float64(cpu.Nanoseconds()) / rep.Requests
	if bytes, err := residentBytes(srv.cmd.Process.Pid); err == nil {
		values["resident-B"] = float64(bytes)
	}
	s.r.addCommand(s.shop.shown(s.shop.loader + " " + regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(strings.Join(args, " "), "ADDRESS")))
	return values, rep.curve(), nil
}

// generate runs the load generator to its end and returns what it printed.
func (s *session) generate(ctx context.Context, args []string) (string, error) {
	c, err := s.cpus.start("load generator", exec.CommandContext(ctx, s.shop.loader, args...), s.cpus.loader)
	if err != nil {
		return "", err
	}
	defer c.end()
	text, err := c.line(ctx, rowTime)
	return text, err
}

// loadReport is what the load generator prints.
type loadReport struct {
	Requests  float64      `json:"requests"`
	Seconds   float64      `json:"seconds"`
	Rate      float64      `json:"rate"`
	Errors    int          `json:"errors"`
	P50       float64      `json:"p50_us"`
	P90       float64      `json:"p90_us"`
	P99       float64      `json:"p99_us"`
	P999      float64      `json:"p999_us"`
	Max       float64      `json:"max_us"`
	Histogram [][2]float64 `json:"histogram"` // microseconds and a count, rising
}

// parseLoad reads the line of the load generator. A run with errors is none.
func parseLoad(line string) (loadReport, error) {
	var r loadReport
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return r, fmt.Errorf("the load generator said %q: %w", oneLine(line), err)
	}
	if r.Errors > 0 {
		return r, fmt.Errorf("the load generator met %d errors", r.Errors)
	}
	if r.Requests <= 0 || r.Seconds <= 0 {
		return r, errors.New("the load generator got no answer")
	}
	return r, nil
}

// values returns the numbers by unit.
func (r loadReport) values() map[string]float64 {
	return map[string]float64{
		"req/s": r.Rate, "p50-us": r.P50, "p90-us": r.P90, "p99-us": r.P99, "p99.9-us": r.P999, "max-us": r.Max,
	}
}

// curve returns some percentiles of the histogram, enough to draw it.
func (r loadReport) curve() []percentile {
	total := 0.0
	for _, bar := range r.Histogram {
		total += bar[1]
	}
	if total == 0 {
		return nil
	}
	percents := []float64{50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99}
	curve := make([]percentile, 0, len(percents))
	sum, i := 0.0, 0
	for _, percent := range percents {
		for i < len(r.Histogram)-1 && sum+r.Histogram[i][1] < total*percent/100 {
			sum += r.Histogram[i][1]
			i++
		}
		curve = append(curve, percentile{percent, r.Histogram[i][0]})
	}
	return curve
}

// hold measures what a server that was just started takes for connections that
// were answered once.
func (s *session) hold(ctx context.Context, round int, r row, p program) error {
	if ctx.Err() != nil {
		return nil
	}
	srv, err := s.startServer(ctx, p, r.load.tls)
	if err != nil {
		return unless(ctx, err)
	}
	defer srv.end()
	before, err := residentBytes(srv.cmd.Process.Pid)
	if err != nil {
		return err
	}
	args := []string{"-addr", srv.address, "-hold", strconv.Itoa(s.pace.held)}
	if r.load.tls {
		args = append(args, "-tls")
	}
	c, err := s.cpus.start("load generator", exec.CommandContext(ctx, s.shop.loader, args...), s.cpus.loader)
	if err != nil {
		return err
	}
	defer c.end()
	if _, err := c.after(ctx, "held", rowTime); err != nil {
		return unless(ctx, err)
	}
	after, err := residentBytes(srv.cmd.Process.Pid)
	if err != nil {
		return err
	}
	s.add(round, r, p.contender, map[string]float64{"B/conn": float64(after-before) / float64(s.pace.held)}, nil)
	return nil
}

// heap runs benchmarks/idle for the loop and for Go's net.
func (s *session) heap(ctx context.Context, round int, r row) {
	if s.shop.idle == "" {
		return
	}
	for _, contender := range []string{ours, "gonet"} {
		args := []string{"-n", strconv.Itoa(s.pace.held), "-max", "1000000"}
		if contender != ours {
			args = append(args, "-goroutines")
		}
		if r.load.tls {
			args = append(args, "-tls")
		}
		text, err := s.runIdle(ctx, args)
		if err == nil {
			var values map[string]float64
			if values, err = parseIdle(text); err == nil {
				s.add(round, r, contender, values, nil)
				s.r.addCommand(s.shop.shown(s.shop.idle + " " + strings.Join(args, " ")))
			}
		}
		if err != nil {
			s.failed(ctx, contender+" "+r.path(), err)
		}
	}
}

// runIdle runs benchmarks/idle to its end.
func (s *session) runIdle(ctx context.Context, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, benchTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.shop.idle, args...)
	cmd.WaitDelay = endTime
	var diagnostics bytes.Buffer
	cmd.Stderr = &diagnostics
	out, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%w: %s", err, oneLine(diagnostics.String()))
	}
	return string(out), nil
}

// idleLine is what benchmarks/idle says at the end.
var idleLine = regexp.MustCompile(`(?m)^idle again.*?: \d+ connections, (-?\d+) bytes each of heap and stacks(?:, (-?\d+) resident)?`)

// parseIdle reads the output of benchmarks/idle.
func parseIdle(text string) (map[string]float64, error) {
	m := idleLine.FindStringSubmatch(text)
	if m == nil {
		return nil, fmt.Errorf("benchmarks/idle said %q", oneLine(text))
	}
	values := map[string]float64{}
	for i, unit := range []string{"B/conn", "resident-B/conn"} {
		if x, err := strconv.ParseFloat(m[i+1], 64); err == nil {
			values[unit] = x
		}
	}
	return values, nil
}
