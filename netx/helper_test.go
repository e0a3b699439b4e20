//go:build unix

package netx_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// helperName says, in the environment, that this process is not the tests but
// something that they need another process for.
const helperName = "NETX_TEST_HELPER"

// sockets says that this platform has sockets to test.
const sockets = true

func isHelper() bool { return os.Getenv(helperName) != "" }

// runHelper is main of such a process. Its arguments come after the name.
func runHelper() int {
	helpers := map[string]func(args []string) error{
		"clients": clients, "descriptors": outOfDescriptors, "passing": outOfDescriptorsPassing, "activated": activated,
		"dialling": outOfDescriptorsDialling,
	}
	if err := helpers[os.Getenv(helperName)](os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// helper is a running helper process. It says things in lines.
type helper struct {
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

// startHelper starts one. It ends with the test at the latest.
func startHelper(t testing.TB, name string, args ...string) *helper {
	t.Helper()
	cmd := exec.CommandContext(patiently(t), os.Args[0], args...)
	cmd.Env = append(os.Environ(), helperName+"="+name)
	cmd.Stderr = os.Stderr
	h := &helper{t: t, cmd: cmd}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		h.stdin, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	h.lines = bufio.NewScanner(stdout)
	return h
}

// says waits for the next line and compares it.
func (h *helper) says(want string) {
	h.t.Helper()
	if !h.lines.Scan() || h.lines.Text() != want {
		h.t.Fatalf("the helper said %q instead of %q, error %v", h.lines.Text(), want, h.lines.Err())
	}
}

// end closes its input and waits for its end.
func (h *helper) end() {
	h.t.Helper()
	h.stdin.Close()
	for h.lines.Scan() {
		h.t.Logf("the helper said %s", h.lines.Text())
	}
	if err := h.cmd.Wait(); err != nil {
		h.t.Errorf("the helper: %v", err)
	}
}
