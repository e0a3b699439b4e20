//go:build unix

package netx_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// twistedFramings is what each framing of testdata/twisted_peer.py is here. The
// limits are Twisted's. "echo" has no frames.
var twistedFramings = map[string]netx.Framing{
	"echo": nil, "line": netx.Lines{}, "netstring": netx.Netstrings{},
	"int8": netx.Prefixed{Bits: 8}, "int16": netx.Prefixed{Bits: 16}, "int32": netx.Prefixed{Bits: 32},
}

// startTwisted starts testdata/twisted_peer.py, and returns the lines that it
// says. It ends with the test. Where there is no Twisted, or for TLS not what it
// needs for that, the test is skipped.
func startTwisted(t *testing.T, args ...string) *bufio.Scanner {
	t.Helper()
	cmd := exec.CommandContext(patiently(t), pythonWithTwisted(t, strings.HasPrefix(args[0], "tls=")), append([]string{"testdata/twisted_peer.py"}, args...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		io.Copy(io.Discard, stdout) // until it has ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("the peer: %v", err)
		}
	})
	return bufio.NewScanner(stdout)
}

// pythonWithTwisted finds a Python that has Twisted. The one of the system has it
// if it was installed from the system's packages, and need not be the first one.
func pythonWithTwisted(t *testing.T, tls bool) string {
	t.Helper()
	what, imports, packages := "Twisted", "import twisted", "python3-twisted"
	if tls { // without service_identity, Twisted looks at the name only roughly
		what, imports = "Twisted and what it needs for TLS", "import twisted.internet.ssl, OpenSSL, service_identity"
		packages += " python3-openssl python3-service-identity"
	}
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(patiently(t), python, "-c", imports).Run() == nil {
			return python
		}
	}
	fmt.Fprintf(os.Stderr, "\n*** %s is SKIPPED: there is no python3 with %s. On Debian: apt-get install %s ***\n\n", t.Name(), what, packages)
	t.Skip("no python3 with " + what)
	return ""
}

// twistedFrames are the frames that the client of either side sends.
func twistedFrames(name string) (frames [][]byte) {
	sizes := []int{0, 1, 2, 99, 255}
	if name != "int8" {
		sizes = append(sizes, 256, 9999, 16384)
	}
	if name == "netstring" || name == "int32" {
		sizes = append(sizes, 99999)
	}
	alphabet := make([]byte, 0, 256)
	for b := range 256 {
		if name != "line" || b != '\r' && b != '\n' {
			alphabet = append(alphabet, byte(b))
		}
	}
	for _, size := range sizes {
		frames = append(frames, bytes.Repeat(alphabet, size/len(alphabet)+1)[:size])
	}
	return frames
}

// echoFactory answers each frame with the same frame.
func echoFactory(f netx.Framing) netx.Factory {
	return netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		if f == nil {
			return &echo{}, nil
		}
		p := &frames{}
		p.onFrame = func(frame []byte) { p.conn.SendFrame(frame) }
		return netx.Framed(f, p), nil
	})
}

// twistedWays are the ways to speak with Twisted: what the peer is told first, and
// our options.
func twistedWays(t *testing.T) map[string]twistedWay {
	certFile, _, _ := trusted().files(t, trusted().server)
	folder := "tls=" + filepath.Dir(certFile)
	return map[string]twistedWay{
		"clear":   {},
		"TLS 1.2": {[]string{folder}, []netx.Option{netx.WithTLS(only12())}},
		"TLS 1.3": {[]string{folder}, []netx.Option{netx.WithTLS(both())}},
	}
}

type twistedWay struct {
	args []string
	opts []netx.Option
}

func TestTwistedClient(t *testing.T) {
	for name, way := range twistedWays(t) {
		t.Run(name, func(t *testing.T) { answerTwisted(t, way) })
	}
}

// answerTwisted has Twisted's clients ask our servers.
func answerTwisted(t *testing.T, way twistedWay) {
	w := newTCPWorld(t)
	var ports []string
	for name, f := range twistedFramings {
		_, number := listen(t, w, echoFactory(f), way.opts...)
		ports = append(ports, name+"="+number)
	}
	said := startTwisted(t, slices.Concat(way.args, []string{"client"}, ports)...)
	for _, port := range ports {
		name, _, _ := strings.Cut(port, "=")
		if !said.Scan() || said.Text() != name+" ok" {
			t.Fatalf("of %s the client said %q", name, said.Text())
		}
	}
}

func TestTwistedServer(t *testing.T) {
	for name, way := range twistedWays(t) {
		t.Run(name, func(t *testing.T) { askTwistedServer(t, way) })
	}
}

// askTwistedServer has our clients ask Twisted's servers.
func askTwistedServer(t *testing.T, way twistedWay) {
	w := newTCPWorld(t)
	said := startTwisted(t, append(way.args, "server")...)
	ports := map[string]string{}
	for said.Scan() && said.Text() != "ready" {
		name, number, _ := strings.Cut(said.Text(), " ")
		ports[name] = "127.0.0.1:" + number
	}
	if len(ports) != len(twistedFramings) {
		t.Fatalf("the server has said %v", ports)
	}
	for name, f := range twistedFramings {
		t.Run(name, func(t *testing.T) {
			if f == nil {
				askTwistedEcho(t, w, ports[name], way.opts)
				return
			}
			askTwisted(t, w, ports[name], f, twistedFrames(name), way.opts)
		})
	}
	for name, f := range map[string]netx.Framing{ // each above Twisted's limit
		"line": netx.Lines{}, "netstring": netx.Netstrings{}, "int32": netx.Prefixed{Bits: 32},
	} {
		t.Run(name+" too long", func(t *testing.T) {
			p := &frames{}
			p.onMade = func(c *netx.FrameConn) { c.SendFrame(bytes.Repeat([]byte("x"), 100_000)) }
			w.do(func() { w.net.Dial("tcp", ports[name], factory(netx.Framed(f, p)), way.opts...).Catch(w.unexpected) })
			w.until("the end", p.lost)
		})
	}
}

// askTwisted sends frames to a server and compares what comes back.
func askTwisted(t *testing.T, w *tcpWorld, at string, f netx.Framing, want [][]byte, opts []netx.Option) {
	p := &frames{}
	var got [][]byte
	p.onMade = func(c *netx.FrameConn) {
		for _, frame := range want {
			if err := c.SendFrame(frame); err != nil {
				t.Error(err)
			}
		}
	}
	p.onFrame = func(frame []byte) {
		if got = append(got, bytes.Clone(frame)); len(got) == len(want) {
			p.conn.Close()
		}
	}
	w.do(func() { w.net.Dial("tcp", at, factory(netx.Framed(f, p)), opts...).Catch(w.unexpected) })
	w.until("the end", p.lost)
	w.do(func() {
		if kindOf(p.reason) != "done" {
			t.Errorf("it ended with %v", p.reason)
		}
		if len(got) != len(want) {
			t.Errorf("%d answers to %d frames: %v", len(got), len(want), p.reason)
			return
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Errorf("the answer to a frame of %d bytes has %d, or others", len(want[i]), len(got[i]))
			}
		}
	})
}

// askTwistedEcho does the same with bytes, over a Stream.
func askTwistedEcho(t *testing.T, w *tcpWorld, at string, opts []netx.Option) {
	want := bytes.Join(twistedFrames("echo"), nil)
	var s *netx.Stream
	w.do(func() {
		netx.DialStream(w.net, "tcp", at, opts...).Tap(func(dialled *netx.Stream) { s = dialled }).Catch(w.unexpected)
	})
	w.until("the stream", func() bool { return s != nil })
	var o *outcome[[]byte]
	w.do(func() {
		s.Write(want)
		o = watch(s.ReadFull(len(want)))
	})
	w.until("the answer", func() bool { return o.fired })
	w.do(func() {
		if !bytes.Equal(o.v, want) {
			t.Errorf("%d bytes came back of %d, %v", len(o.v), len(want), o.err)
		}
		s.Close()
	})
}
