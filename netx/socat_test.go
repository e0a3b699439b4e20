//go:build unix

package netx_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// socat is a peer that is not of this project: a running process of the program
// of that name.
type socat struct {
	t      testing.TB
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *bufio.Scanner
}

// startSocat starts one, or skips the test where there is none. It ends with the
// test at the latest.
func startSocat(t testing.TB, args ...string) *socat {
	t.Helper()
	path, err := exec.LookPath("socat")
	if err != nil {
		fmt.Fprintf(os.Stderr, "SKIPPED %s: socat is not installed, so nobody else's Unix and UDP sockets are tested against\n", t.Name())
		t.Skip(err)
	}
	s := &socat{t: t, cmd: exec.CommandContext(patiently(t), path, append([]string{"-d", "-d"}, args...)...)}
	stdin, err1 := s.cmd.StdinPipe()
	stdout, err2 := s.cmd.StdoutPipe()
	stderr, err3 := s.cmd.StderrPipe()
	for _, err := range []error{err1, err2, err3, s.cmd.Start()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.stdin, s.stdout, s.stderr = stdin, bufio.NewReader(stdout), bufio.NewScanner(stderr)
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill() // it may have ended
		_ = s.cmd.Wait()
	})
	return s
}

// tells waits for a line on stderr that has text in it.
func (s *socat) tells(text string) {
	s.t.Helper()
	for s.stderr.Scan() {
		if strings.Contains(s.stderr.Text(), text) {
			return
		}
	}
	s.t.Fatalf("socat did not tell %q: %v", text, s.stderr.Err())
}

// says waits for some bytes on stdout.
func (s *socat) says(want string) {
	s.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(s.stdout, got); err != nil || string(got) != want {
		s.t.Fatalf("socat said %q, %v, and not %q", got[:n], err, want)
	}
}

// hears has it read something.
func (s *socat) hears(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.stdin, text); err != nil {
		s.t.Fatal(err)
	}
}

// TestSocatClient has socat send much to an echo, end its output, and read to the
// end.
func TestSocatClient(t *testing.T) {
	for name, abstract := range map[string]bool{"path": false, "abstract": true} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			if abstract {
				requireLinux(t)
				w.at = "@"
			}
			p := listenLocal(t, w)
			address := "UNIX-CONNECT:" + w.at
			if abstract {
				address = "ABSTRACT-CONNECT:" + p.Addr().String()[1:]
			}
			s := startSocat(t, "-t", "30", "STDIO", address)
			want := noise(1 << 20)
			wrote := make(chan error, 1)
			go func() {
				_, err := s.stdin.Write(want)
				s.stdin.Close()
				wrote <- err
			}()
			got, err := io.ReadAll(s.stdout)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d of %d bytes came back, error %v", len(got), len(want), err)
			}
			if err := receive(t, wrote, "the writer"); err != nil {
				t.Error(err)
			}
			w.do(func() { p.StopListening() })
		})
	}
}

// TestSocatServer dials a socat that answers with what it gets.
func TestSocatServer(t *testing.T) {
	w := newLocalWorld(t)
	s := startSocat(t, "UNIX-LISTEN:"+w.at, "PIPE")
	s.tells("listening on")
	a := &halfRecorder{}
	if _, err := dial(t, w.tcpWorld, "unix", w.at, factory(a)); err != nil {
		t.Fatal(err)
	}
	want := noise(1 << 18)
	w.do(func() { a.conn.Write(want); a.conn.CloseWrite() })
	w.until("the end", a.lost)
	if !bytes.Equal(a.data.Bytes(), want) {
		t.Errorf("%d of %d bytes came back", a.data.Len(), len(want))
	}
	expect(t, w, &a.recorder, "made, write closed, read closed, lost: done")
}
