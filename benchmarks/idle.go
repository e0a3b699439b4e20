package main

import (
	"bytes"
	"cmp"
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

// heap has benchmarks/idle measure the loop and Go's net.
func (s *session) heap(ctx context.Context, round int, r row) {
	if s.shop.idle == "" {
		return
	}
	for _, contender := range []string{ours, "gonet"} {
		v, err := s.idle(ctx, round, contender, r.load)
		if err != nil {
			s.failed(ctx, contender+" "+r.path(), err)
			continue
		}
		s.add(round, r, contender, v, nil)
	}
}

// noLimit is a limit of benchmarks/idle that nothing exceeds: what is measured is
// judged by the goals.
const noLimit = "1000000"

// values are measured quantities by unit.
type values = map[string]float64

// idle returns what benchmarks/idle says of a contender. All rows of a round that
// want the same connections look at one run of it.
func (s *session) idle(ctx context.Context, round int, contender string, l load) (values, error) {
	args := []string{"-n", strconv.Itoa(cmp.Or(l.conns, s.pace.held)), "-max", noLimit, "-left", noLimit}
	if contender != ours {
		args = append(args, "-goroutines")
	}
	if l.tls {
		args = append(args, "-tls")
	}
	line := strings.Join(args, " ")
	run := fmt.Sprint(round, " ", line)
	if v, ok := s.idled[run]; ok {
		return v, nil
	}
	text, err := s.runIdle(ctx, args)
	if err != nil {
		return nil, err
	}
	v, err := parseIdle(text)
	if err != nil {
		return nil, err
	}
	s.idled[run] = v
	s.r.addCommand(s.shop.shown(s.shop.idle + " " + line))
	return v, nil
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

// idleLine is what benchmarks/idle says of connections that were answered, and of
// those that have ended.
var idleLine = regexp.MustCompile(`(?m)^(idle again|left).*?: (\d+) connections, (-?\d+) bytes each of heap and stacks(?:, (-?\d+) resident)?`)

// parseIdle reads the output of benchmarks/idle.
func parseIdle(text string) (values, error) {
	v := values{}
	for _, m := range idleLine.FindAllStringSubmatch(text, -1) {
		prefix := ""
		if m[1] == "left" {
			prefix = "left-"
		}
		for i, unit := range []string{"B/conn", "resident-B/conn"} {
			if x, err := strconv.ParseFloat(m[i+3], 64); err == nil {
				v[prefix+unit] = x
			}
		}
		if n, err := strconv.ParseFloat(m[2], 64); err == nil {
			v[prefix+"B"] = n * v[prefix+"B/conn"]
		}
	}
	for _, unit := range []string{"B/conn", "left-B/conn"} {
		if _, ok := v[unit]; !ok {
			return nil, fmt.Errorf("benchmarks/idle said nothing of %s in %q", unit, oneLine(text))
		}
	}
	return v, nil
}
