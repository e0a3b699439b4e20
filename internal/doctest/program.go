package doctest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// Program is an executable file and how to run it.
type Program struct {
	// Path is the file, Dir the folder to run it in, Args what it is given.
	Path string
	Dir  string
	Args []string
}

// Result is how a program ended.
type Result struct {
	// Stdout and Stderr are all that it printed, Status its exit status.
	Stdout, Stderr string
	Status         int
}

// Build links the program whose source is in dir and puts it into the folder
// out. It waits for the go command. The error holds what that said.
func Build(ctx context.Context, dir, out string) (Program, error) {
	file, err := filepath.Abs(filepath.Join(out, "program.exe")) // a name that Windows runs too
	if err != nil {
		return Program{}, err
	}
	_, err = goCommand(ctx, dir, "build", "-buildvcs=false", "-o", file, ".")
	return Program{Path: file, Dir: dir}, err
}

// killDelay is how long output is still read after the context has ended, from
// children that hold the pipes open.
const killDelay = time.Second

// Run starts the program without standard input and waits until it ends. It
// fails when it cannot be started or is still running when ctx ends, in which
// case it is killed; a status other than 0 is no error.
func (p Program) Run(ctx context.Context) (Result, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.Path, p.Args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = p.Dir, &stdout, &stderr, killDelay
	err := cmd.Run()
	r := Result{Stdout: stdout.String(), Stderr: stderr.String()}
	if ctx.Err() != nil {
		return r, fmt.Errorf("doctest: the program was still running: %w", context.Cause(ctx))
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		r.Status, err = exit.ExitCode(), nil
	}
	return r, err
}

// goCommand runs the go command in dir and returns what it prints. Commands
// that look at programs are to be given -buildvcs=false: they fail otherwise in
// a checkout whose owner git does not trust.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	r, err := Program{Path: "go", Dir: dir, Args: args}.Run(ctx)
	if err != nil {
		return "", err
	}
	if r.Status != 0 {
		return "", fmt.Errorf("doctest: go %s: exit status %d\n%s%s", args[0], r.Status, r.Stdout, r.Stderr)
	}
	return r.Stdout, nil
}
