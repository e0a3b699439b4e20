//go:build unix

package netx_test

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// unixgramWorld is the world of Unix sockets for datagrams.
type unixgramWorld struct{ *udpWorld }

func newUnixgramWorld(t testing.TB) *unixgramWorld {
	w := &unixgramWorld{newUDPWorld(t)}
	w.on, w.at = "unixgram", socketPath(t)
	return w
}

// packets gives both a name, and then each the other one as its peer.
func (w *unixgramWorld) packets(a, b netx.PacketProtocol, opts ...netx.Option) (ca, cb *netx.PacketConn) {
	w.t.Helper()
	ca, cb = w.listen("unixgram", w.at+"a", a, opts...), w.listen("unixgram", w.at+"b", b, opts...)
	w.do(func() {
		if err := errors.Join(netx.ConnectPackets(ca, w.at+"b"), netx.ConnectPackets(cb, w.at+"a")); err != nil {
			w.t.Error(err)
		}
	})
	return ca, cb
}

func TestPacketsOnUnixgram(t *testing.T) {
	PacketSuite(t, func(t testing.TB) packetWorld { return newUnixgramWorld(t) })
}

// TestUnixgramAnswer has clients that can be answered, by whatever name, and one
// that cannot.
func TestUnixgramAnswer(t *testing.T) {
	w := newUnixgramWorld(t)
	p := echoPackets(t)
	server := w.listen("unixgram", w.at, p, netx.WithUnixMode(0o620))
	if info, err := os.Lstat(w.at); err != nil || info.Mode() != fs.ModeSocket|0o620 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	for name, opt := range map[string]netx.Option{
		"a path":                    netx.WithLocalName(w.at + "client"),
		"a name":                    netx.WithLocalName("@" + w.at + "client"),
		"one that the kernel chose": nil,
		"one that it is asked for":  netx.WithLocalName("@"),
	} {
		if name != "a path" {
			requireLinux(t)
		}
		a := &packetRecorder{}
		c, err := w.dial("unixgram", w.at, a, opt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name == "a path" != exists(w.at+"client") {
			t.Errorf("%s: there is a file: %v", name, exists(w.at+"client"))
		}
		w.do(func() { p.packets, p.froms = nil, nil })
		sendAll(t, w, c, name)
		expectPackets(t, w, a, name)
		w.do(func() {
			if p.froms[0] != c.LocalAddr() || !c.LocalAddr().IsValid() || a.froms[0].Name != w.at {
				t.Errorf("%s: %v sent it, from %v", name, p.froms[0], c.LocalAddr())
			}
		})
		closeAll(t, w, c)
		if exists(w.at + "client") {
			t.Errorf("%s: the file is still there", name)
		}
	}
	w.do(func() { p.onPacket = nil })
	nameless, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: w.at})
	if err != nil {
		t.Fatal(err)
	}
	defer nameless.Close()
	if _, err := nameless.Write([]byte("guess who")); err != nil {
		t.Fatal(err)
	}
	w.until("it", func() bool { return p.packets[len(p.packets)-1] == "guess who" })
	w.do(func() {
		from := p.froms[len(p.froms)-1]
		if from.IsValid() || from.String() != "" || from.Network() != "unixgram" {
			t.Errorf("it is from %v", from)
		}
		if _, err := server.WriteTo(nil, from); !errors.Is(err, netx.ErrBadAddress) {
			t.Errorf("an answer: %v", err)
		}
	})
	closeAll(t, w, server)
	if exists(w.at) {
		t.Error("the file of the server is still there")
	}
}

func TestUnixgramAbstract(t *testing.T) {
	requireLinux(t)
	w := newUnixgramWorld(t)
	p := echoPackets(t)
	server := w.listen("unixgram", "@", p)
	name := server.LocalAddr().Name
	if len(name) < 2 || name[0] != '@' {
		t.Fatalf("the kernel chose %q", name)
	}
	a := &packetRecorder{}
	odd := "@a\x00b" + strconv.Itoa(os.Getpid()) // such names may have any byte
	c, err := w.dial("unixgram", name, a, netx.WithLocalName(odd))
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, c, "hello")
	expectPackets(t, w, a, "hello")
	if p.froms[0].Name != odd {
		t.Errorf("it is from %q", p.froms[0].Name)
	}
	closeAll(t, w, c, server)
}

func TestUnixgramStale(t *testing.T) {
	w := newUnixgramWorld(t)
	for _, kind := range []int{unix.SOCK_DGRAM, unix.SOCK_STREAM} {
		leaveSocket(t, w.at, kind)
		closeAll(t, w, w.listen("unixgram", w.at, nil))
	}
	lives := w.listen("unixgram", w.at, nil)
	file := w.at + "file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{w.at, file} {
		w.do(func() {
			before := descriptors()
			_, err := w.net.ListenPacket("unixgram", path, nil)
			if !errors.Is(err, netx.ErrCannotListen) || !errors.Is(err, syscall.EADDRINUSE) || !exists(path) {
				t.Errorf("%s: %v", path, err)
			}
			if after := descriptors(); after > before {
				t.Errorf("%s: %d descriptors before, %d after", path, before, after)
			}
		})
		if _, err := w.dial("unixgram", w.at, nil, netx.WithLocalName(path)); !errors.Is(err, syscall.EADDRINUSE) || !exists(path) {
			t.Errorf("from %s: %v", path, err)
		}
	}
	closeAll(t, w, lives)
}

// TestUnixgramWaits fills the queue of a receiver that does not read, which is the
// one way to have a real kernel say that there is no room.
func TestUnixgramWaits(t *testing.T) {
	w := newUnixgramWorld(t)
	b := &packetRecorder{}
	cb := w.listen("unixgram", w.at, b)
	w.do(func() { cb.Pause() })
	ca, err := w.dial("unixgram", w.at, nil, netx.WithWriteMarks(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	sent, drained := 0, false
	w.do(func() {
		for ca.Buffered() < 10_000 {
			if _, err := ca.Write([]byte(strconv.Itoa(sent))); err != nil {
				t.Error(err)
				return
			}
			sent++
		}
		ca.Drained().Tap(func(struct{}) { drained = true })
	})
	w.settle()
	w.do(func() {
		if drained || ca.Buffered() == 0 {
			t.Errorf("drained %v, %d bytes wait", drained, ca.Buffered())
		}
		cb.Resume()
	})
	w.until("all of them", b.got(sent))
	w.until("the end of the wait", func() bool { return drained })
	for i, p := range b.packets {
		if p != strconv.Itoa(i) {
			t.Fatalf("number %d is %s", i, p)
		}
	}
	closeAll(t, w, ca, cb)
}

// TestUnixgramDoesNotWaitForOne fills the queue of one of many receivers: there is
// nothing to wait for, and the others are not held up.
func TestUnixgramDoesNotWaitForOne(t *testing.T) {
	w := newUnixgramWorld(t)
	full := w.listen("unixgram", w.at, nil)
	b := &packetRecorder{}
	other := w.listen("unixgram", w.at+"2", b)
	ca := w.listen("unixgram", w.at+"3", nil)
	w.do(func() {
		var err error
		for err == nil {
			_, err = ca.WriteTo([]byte("x"), full.LocalAddr())
		}
		if !errors.Is(err, netx.ErrBufferFull) || !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.ENOBUFS) {
			t.Errorf("got %v", err)
		}
		if _, err := ca.WriteTo([]byte("x"), other.LocalAddr()); err != nil {
			t.Errorf("to another one: %v", err)
		}
	})
	expectPackets(t, w, b, "x")
	closeAll(t, w, ca, full, other)
}

func TestUnixgramErrors(t *testing.T) {
	w := newUnixgramWorld(t)
	long := "/" + strings.Repeat("x", 120)
	for address, is := range map[string]error{
		"": netx.ErrBadAddress, long: netx.ErrBadAddress, "@": netx.ErrBadAddress, w.at: fs.ErrNotExist,
	} {
		if _, err := w.dial("unixgram", address, nil); !errors.Is(err, is) {
			t.Errorf("Dial to %q: %v", address, err)
		}
	}
	if _, err := w.dial("unixgram", w.at, nil, netx.WithLocalName(long)); !errors.Is(err, netx.ErrBadAddress) {
		t.Errorf("from a long name: %v", err)
	}
	leaveSocket(t, w.at, unix.SOCK_DGRAM)
	if _, err := w.dial("unixgram", w.at, nil, netx.WithLocalName(w.at+"own")); !errors.Is(err, netx.ErrConnectionRefused) {
		t.Errorf("Dial to one that is gone: %v", err)
	}
	if exists(w.at + "own") {
		t.Error("the file of one that was refused is still there")
	}
	c := w.listen("unixgram", w.at, nil)
	other := w.listen("unixgram", w.at+"2", nil)
	w.do(func() {
		for to, is := range map[netx.PacketAddr]error{
			{IP: netip.MustParseAddrPort("127.0.0.1:9")}: netx.ErrBadAddress,
			{Name: long}:       netx.ErrBadAddress,
			{Name: "@"}:        netx.ErrBadAddress,
			{Name: w.at + "x"}: fs.ErrNotExist,
		} {
			if _, err := c.WriteTo(nil, to); !errors.Is(err, is) {
				t.Errorf("to %q: %v", to, err)
			}
		}
		if _, err := c.WriteTo(make([]byte, 16<<20), other.LocalAddr()); !errors.Is(err, netx.ErrMessageTooLong) {
			t.Errorf("16 MiB: %v", err)
		}
		for name, err := range map[string]error{
			"SetBroadcast":          c.SetBroadcast(true),
			"SetMulticastTTL":       c.SetMulticastTTL(1),
			"SetMulticastLoopback":  c.SetMulticastLoopback(true),
			"SetMulticastInterface": c.SetMulticastInterface(""),
			"JoinGroup":             c.JoinGroup(netip.MustParseAddr("239.255.83.7"), ""),
		} {
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := errors.Join(c.SetReadBuffer(1<<16), c.SetWriteBuffer(1<<16)); err != nil {
			t.Error(err)
		}
	})
	closeAll(t, w, c, other)
}

// TestUnixgramPeerIsGone writes to a peer that has closed.
func TestUnixgramPeerIsGone(t *testing.T) {
	w := newUnixgramWorld(t)
	a := &packetRecorder{}
	cb := w.listen("unixgram", w.at, nil)
	ca, err := w.dial("unixgram", w.at, a)
	if err != nil {
		t.Fatal(err)
	}
	closeAll(t, w, cb)
	w.settle()
	w.do(func() {
		for range 2 {
			if _, err := ca.Write([]byte("x")); err == nil || errors.Is(err, netx.ErrBufferFull) {
				t.Errorf("got %v", err)
			}
		}
		if ca.Closed() {
			t.Error("it has ended")
		}
	})
	closeAll(t, w, ca)
	if a.story() != "made, lost: done" {
		t.Error(a.story())
	}
}

func TestUnixgramStop(t *testing.T) {
	path := socketPath(t)
	var p packetRecorder
	t.Run("run", func(t *testing.T) { newUnixgramWorld(t).listen("unixgram", path, &p) })
	if exists(path) || p.story() != "made, lost: lost" {
		t.Errorf("the file is there: %v; %s", exists(path), p.story())
	}
}

func TestSocatUnixgram(t *testing.T) {
	w := newUnixgramWorld(t)
	p := echoPackets(t)
	server := w.listen("unixgram", w.at, p)
	s := startSocat(t, "STDIO", "UNIX-SENDTO:"+w.at+",bind="+w.at+"socat")
	for _, text := range []string{"hello\n", "again\n"} {
		s.hears(text)
		s.says(text)
	}
	closeAll(t, w, server)
}

func TestSocatUnixgramServer(t *testing.T) {
	w := newUnixgramWorld(t)
	s := startSocat(t, "-u", "UNIX-RECV:"+w.at, "STDIO")
	s.tells("starting data transfer loop")
	var c *netx.PacketConn
	var err error
	if c, err = w.dial("unixgram", w.at, nil); err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, c, "from a ", "spindle")
	s.says("from a spindle")
	closeAll(t, w, c)
}
