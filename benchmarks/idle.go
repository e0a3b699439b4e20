package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

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
