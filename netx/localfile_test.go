//go:build unix

package netx_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// exists reports whether there is a file.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// leaveSocket leaves a socket file behind that nobody has any more.
func leaveSocket(t *testing.T, path string, kind int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, kind, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
}

func TestUnixPath(t *testing.T) {
	w := newLocalWorld(t)
	w.do(func() {
		p, err := w.net.Listen("unix", w.at, factory(&recorder{}), netx.WithUnixMode(0o624))
		if err != nil {
			t.Error(err)
			return
		}
		if got := p.Addr(); got.Network() != "unix" || got.String() != w.at {
			t.Errorf("it listens at %v %v", got.Network(), got)
		}
		info, err := os.Lstat(w.at)
		if err != nil || info.Mode() != fs.ModeSocket|0o624 {
			t.Errorf("the file is %v, %v", info.Mode(), err)
		}
		p.StopListening()
		if exists(w.at) {
			t.Error("the file is still there")
		}
		if p.Addr().String() != w.at {
			t.Errorf("after the end it was at %v", p.Addr())
		}
	})
}

func TestUnixModeNonsense(t *testing.T) {
	for _, mode := range []fs.FileMode{0, fs.ModeSetuid | 0o600, 0o1000} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v: no panic", mode)
				}
			}()
			netx.WithUnixMode(mode)
		}()
	}
}

// TestUnixRelativePath removes the file although the working directory is
// another one by then.
func TestUnixRelativePath(t *testing.T) {
	w := newLocalWorld(t)
	t.Chdir(filepath.Dir(w.at))
	var p *netx.Port
	w.do(func() {
		var err error
		if p, err = w.net.Listen("unix", "s", factory(&recorder{})); err != nil {
			t.Error(err)
		}
	})
	t.Chdir("/")
	w.do(func() { p.StopListening() })
	if exists(w.at) {
		t.Error("the file is still there")
	}
}

// TestUnixStale is about files that are in the way.
func TestUnixStale(t *testing.T) {
	w := newLocalWorld(t)
	for name, tt := range map[string]struct {
		put  func(t *testing.T, path string)
		text string // of the error, or none if the file is replaced
	}{
		"a socket that nobody has": {func(t *testing.T, path string) { leaveSocket(t, path, unix.SOCK_STREAM) }, ""},
		"a datagram socket that nobody has": {
			func(t *testing.T, path string) { leaveSocket(t, path, unix.SOCK_DGRAM) }, "",
		},
		"a file": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "the file is no socket"},
		"a folder": {func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "the file is no socket"},
		"a link to a socket that nobody has": {func(t *testing.T, path string) {
			leaveSocket(t, path+"2", unix.SOCK_STREAM)
			if err := os.Symlink(path+"2", path); err != nil {
				t.Fatal(err)
			}
		}, "the file is no socket"},
		"a socket that somebody listens at": {func(t *testing.T, path string) {
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
		}, "somebody listens there"},
		"a datagram socket that somebody has": {func(t *testing.T, path string) {
			c, err := net.ListenPacket("unixgram", path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
		}, "somebody listens there"},
	} {
		t.Run(name, func(t *testing.T) {
			path := socketPath(t)
			tt.put(t, path)
			w.do(func() {
				before := descriptors()
				p, err := w.net.Listen("unix", path, factory(&recorder{}))
				if tt.text == "" {
					if err != nil {
						t.Error(err)
						return
					}
					p.StopListening()
					return
				}
				if !errors.Is(err, netx.ErrCannotListen) || !errors.Is(err, syscall.EADDRINUSE) ||
					!strings.Contains(err.Error(), tt.text) {
					t.Errorf("got %v", err)
				}
				if !exists(path) {
					t.Error("the file was removed")
				}
				if after := descriptors(); after > before {
					t.Errorf("%d descriptors before, %d after", before, after)
				}
			})
		})
	}
}

// TestUnixStaleWhileLocked has another one replace sockets in the same folder.
func TestUnixStaleWhileLocked(t *testing.T) {
	w := newLocalWorld(t)
	leaveSocket(t, w.at, unix.SOCK_STREAM)
	dir, err := os.Open(filepath.Dir(w.at))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := netx.LockFD(int(dir.Fd())); err != nil {
		if runtime.GOOS == "linux" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED: this system does not lock a folder: ", err)
	}
	w.do(func() {
		_, err := w.net.Listen("unix", w.at, factory(&recorder{}))
		if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "another process") {
			t.Errorf("got %v", err)
		}
		other, err := w.net.Listen("unix", w.at+"2", factory(&recorder{}))
		if err != nil {
			t.Errorf("at another path: %v", err)
			return
		}
		other.StopListening()
	})
}

// TestUnixFileOfAnother ends a port whose file is not its own any more.
func TestUnixFileOfAnother(t *testing.T) {
	w := newLocalWorld(t)
	var mine *netx.Port
	w.do(func() {
		var err error
		if mine, err = w.net.Listen("unix", w.at, factory(&recorder{})); err != nil {
			t.Error(err)
		}
	})
	if err := os.Remove(w.at); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", w.at)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w.do(func() { mine.StopListening() })
	if !exists(w.at) {
		t.Error("the file of another one was removed")
	}
}

// TestUnixFileIsGone ends a port whose file somebody has removed.
func TestUnixFileIsGone(t *testing.T) {
	w := newLocalWorld(t)
	w.do(func() {
		p, err := w.net.Listen("unix", w.at, factory(&recorder{}))
		if err != nil {
			t.Error(err)
			return
		}
		if err := os.Remove(w.at); err != nil {
			t.Error(err)
		}
		p.StopListening()
	})
}

func TestUnixFileIsRemovedAtStop(t *testing.T) {
	path := socketPath(t)
	t.Run("run", func(t *testing.T) {
		w := newLocalWorld(t)
		w.do(func() {
			if _, err := w.net.Listen("unix", path, factory(&recorder{})); err != nil {
				t.Error(err)
			}
		})
	})
	if exists(path) {
		t.Error("the file is there after the reactor has stopped")
	}
}

// TestUnixOutOfPort has a port that cannot be watched remove its file.
func TestUnixOutOfPort(t *testing.T) {
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	path := socketPath(t)
	n := netx.New(r)
	r.CallWhenRunning(func() {
		_ = r.Stop()
		r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
			if _, err := n.Listen("unix", path, factory(&recorder{})); !errors.Is(err, reactor.ErrStopped) {
				t.Errorf("got %v", err)
			}
			return nil
		})
	})
	if err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if exists(path) {
		t.Error("the file is still there")
	}
}
