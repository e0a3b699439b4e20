package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
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
	share := s.pace.load / time.Duration(s.times(r))
	args := []string{"-addr", srv.address, "-time", share.String(), "-warm", warmth.String(), "-json"}
	args = append(args, r.load.args()...)
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
