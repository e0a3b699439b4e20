//go:build unix

package netx_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// openssl runs the program, until its input ends.
type openssl struct {
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string // what it prints
}

func startOpenssl(t testing.TB, args ...string) *openssl {
	t.Helper()
	program, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("SKIPPED: the program openssl is not installed, so nothing is known of how we get on with it")
	}
	o := &openssl{t: t, cmd: exec.CommandContext(patiently(t), program, args...), lines: make(chan string, 10_000)}
	stdout, err := o.cmd.StdoutPipe()
	if err == nil {
		o.stdin, err = o.cmd.StdinPipe()
	}
	if err == nil {
		o.cmd.Stderr = o.cmd.Stdout
		err = o.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(o.lines)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			o.lines <- s.Text()
		}
	}()
	return o
}

// says waits for a line with the text.
func (o *openssl) says(text string) string {
	o.t.Helper()
	var all []string
	for {
		line := receive(o.t, o.lines, text+" from openssl, which said\n"+strings.Join(all, "\n"))
		if strings.Contains(line, text) {
			return line
		}
		all = append(all, line)
		if line == "" && len(all) > 10_000 {
			o.t.Fatal("openssl has ended")
		}
	}
}

// end ends its input and waits for its end.
func (o *openssl) end() {
	o.t.Helper()
	o.stdin.Close()
	for line := range o.lines {
		o.t.Log(line)
	}
	_ = o.cmd.Wait() // it may have been killed by the end of its input
}

// lineEcho answers each line, and ends at "bye".
type lineEcho struct {
	recorder
	line string
}

func (e *lineEcho) DataReceived(p []byte) {
	e.line += string(p)
	for {
		line, rest, found := strings.Cut(e.line, "\n")
		if !found {
			return
		}
		e.line = rest
		e.note(line)
		e.conn.WriteString("echo " + line + "\n")
		if line == "bye" {
			e.conn.Close()
		}
	}
}

func TestOpensslClient(t *testing.T) {
	for flag, version := range map[string]uint16{"-tls1_2": tls.VersionTLS12, "-tls1_3": tls.VersionTLS13} {
		t.Run(flag, func(t *testing.T) {
			w := newTCPWorld(t)
			b := &lineEcho{}
			cfg := both()
			cfg.NextProtos = []string{"spin"}
			_, number := listen(t, w, factory(b), netx.WithTLS(cfg))
			_, _, ca := trusted().files(t, trusted().server)
			o := startOpenssl(t, "s_client", "-connect", "127.0.0.1:"+number, flag, "-CAfile", ca, "-verify_return_error",
				"-verify_hostname", "localhost", "-servername", "localhost", "-alpn", "spin", "-nocommands")
			o.says("ALPN protocol: spin")
			o.says("Verify return code: 0 (ok)")
			io.WriteString(o.stdin, "one\n")
			o.says("echo one")
			io.WriteString(o.stdin, "bye\n")
			o.says("echo bye")
			o.says("closed") // it has seen the close_notify
			o.end()
			w.until("the end", b.lost)
			expect(t, w, &b.recorder, "made, one, bye, lost: done")
			w.do(func() {
				if state, ok := b.conn.ConnectionState(); !ok || state.Version != version || state.ServerName != "localhost" {
					t.Errorf("%v, version %x, name %q", ok, state.Version, state.ServerName)
				}
			})
		})
	}
}

// KeyUpdate changes the keys in the middle; with K the peer wants new ones from
// us, too.
func TestOpensslKeyUpdate(t *testing.T) {
	w := newTCPWorld(t)
	b := &lineEcho{}
	_, number := listen(t, w, factory(b), netx.WithTLS(both()))
	o := startOpenssl(t, "s_client", "-connect", "127.0.0.1:"+number, "-tls1_3", "-msg")
	o.says("Verify return code")
	for i, key := range []string{"k", "K", "K", "k", "K"} {
		io.WriteString(o.stdin, key+"\n")
		o.says("KEYUPDATE")
		line := "after update " + strconv.Itoa(i)
		io.WriteString(o.stdin, line+"\n")
		o.says("echo " + line)
	}
	// While the input is paused they are seen to as well.
	w.do(func() { b.conn.Pause() })
	io.WriteString(o.stdin, "K\n")
	o.says(">>> TLS 1.3, Handshake [length 0005], KeyUpdate")
	o.says("<<< TLS 1.3, Handshake [length 0005], KeyUpdate")
	w.do(func() { b.conn.WriteString("with new keys\n") })
	o.says("with new keys")
	w.do(func() { b.conn.Resume() })
	io.WriteString(o.stdin, "bye\n")
	o.says("echo bye")
	o.end()
	w.until("the end", b.lost)
	if kindOf(b.reason) != "done" {
		t.Error(b.reason)
	}
}

func TestOpensslServer(t *testing.T) {
	for flag, version := range map[string]uint16{"-tls1_2": tls.VersionTLS12, "-tls1_3": tls.VersionTLS13} {
		t.Run(flag, func(t *testing.T) {
			w := newTCPWorld(t)
			cert, key, ca := trusted().files(t, trusted().server)
			l, err := net.Listen("tcp", "127.0.0.1:0") // for a free port
			if err != nil {
				t.Fatal(err)
			}
			_, number, _ := net.SplitHostPort(l.Addr().String())
			l.Close()
			o := startOpenssl(t, "s_server", "-accept", "127.0.0.1:"+number, flag, "-cert", cert, "-key", key,
				"-CAfile", ca, "-Verify", "1", "-verify_return_error", "-alpn", "spin", "-rev", "-naccept", "3")
			o.says("ACCEPT")
			client := both()
			client.Certificates = []tls.Certificate{trusted().client}
			client.NextProtos = []string{"spin"}
			client.ClientSessionCache = tls.NewLRUClientSessionCache(10)
			for i := range 3 {
				a := &lineEcho{}
				d := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
					return w.net.Dial("tcp4", "localhost:"+number, factory(&a.recorder), netx.WithTLS(client))
				})
				if d.err != nil {
					t.Fatal(d.err)
				}
				w.do(func() { a.conn.WriteString("stressed\n") })
				w.until("the answer", func() bool { return a.data.String() == "desserts\n" })
				w.do(func() {
					state, _ := a.conn.ConnectionState()
					if state.Version != version || state.NegotiatedProtocol != "spin" || state.DidResume != (i > 0) {
						t.Errorf("version %x, protocol %q, resumed %v", state.Version, state.NegotiatedProtocol, state.DidResume)
					}
					a.conn.Close()
				})
				w.until("the end", a.lost)
				if kindOf(a.reason) != "done" {
					t.Error(a.reason)
				}
			}
			o.end()
		})
	}
}
