package netx_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// logger returns one that writes down records without their time.
func logger(level slog.Level) (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})), &out
}

func TestLog(t *testing.T) {
	for level, want := range map[slog.Level]string{
		slog.LevelDebug: `
			level=INFO msg="connection made" local=pair:a remote=pair:b
			level=DEBUG msg=written local=pair:a remote=pair:b bytes=5
			level=DEBUG msg=written local=pair:a remote=pair:b bytes=2
			level=DEBUG msg=FIN local=pair:a remote=pair:b
			level=DEBUG msg=read local=pair:a remote=pair:b bytes=6
			level=DEBUG msg="the peer's FIN" local=pair:a remote=pair:b`,
		slog.LevelInfo: `
			level=INFO msg="connection made" local=pair:a remote=pair:b`,
	} {
		log, out := logger(level)
		w := newPairWorld(t)
		a, b := &recorder{}, &halfRecorder{}
		b.onReadClosed = func() { b.conn.WriteString("secret"); b.conn.Close() }
		w.connect(a, b, netx.WithLog(log))
		a.conn.WriteString("hello")
		a.conn.Writev([][]byte{[]byte("!"), []byte("!")})
		a.conn.CloseWrite()
		w.settle()
		want := strings.Split(strings.TrimSpace(strings.ReplaceAll(want, "\t", "")), "\n")
		got := strings.Split(out.String(), "\n")
		var ofA []string
		for _, line := range got {
			if strings.Contains(line, "local=pair:a") && !strings.Contains(line, "ended") {
				ofA = append(ofA, line)
			}
			if strings.Contains(line, "local=pair:a") && strings.Contains(line, "ended") &&
				(!strings.Contains(line, netx.ErrConnectionDone.Error()) || !strings.HasSuffix(line, "read=6 written=7")) {
				t.Errorf("%v: the end was logged as %s", level, line)
			}
		}
		if strings.Join(ofA, "\n") != strings.Join(want, "\n") || strings.Count(out.String(), "connection ended") != 2 {
			t.Errorf("%v: logged:\n%s", level, out)
		}
		if strings.Contains(out.String(), "secret") {
			t.Error("what was said is in the log")
		}
	}
}

// TestConnLogged runs the whole suite with connections that are logged.
func TestConnLogged(t *testing.T) {
	log, out := logger(slog.LevelDebug)
	ConnSuite(t, func(t testing.TB) world { return &loggedWorld{newPairWorld(t), log} })
	made, ended := strings.Count(out.String(), "connection made"), strings.Count(out.String(), "connection ended")
	if made == 0 || made != ended {
		t.Errorf("%d began and %d ended", made, ended)
	}
}

type loggedWorld struct {
	world
	log *slog.Logger
}

func (w *loggedWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.world.connect(a, b, append([]netx.Option{netx.WithLog(w.log), netx.WithLinger(-1)}, opts...)...)
}

// TestNilOptions gives Options nothing where they need something.
func TestNilOptions(t *testing.T) {
	for name, f := range map[string]func(){
		"WithLog":                   func() { netx.WithLog(nil) },
		"WithTraffic":               func() { netx.WithTraffic(nil) },
		"WithReadRate":              func() { netx.WithReadRate(0, 1) },
		"WithWriteRate":             func() { netx.WithWriteRate(1, 0) },
		"WithTotalReadRate":         func() { netx.WithTotalReadRate(-1, 1) },
		"WithTotalWriteRate":        func() { netx.WithTotalWriteRate(1, -1) },
		"WithIdleTimeout":           func() { netx.WithIdleTimeout(-1) },
		"WithMaxConnections":        func() { netx.WithMaxConnections(0) },
		"WithMaxConnectionsPerPeer": func() { netx.WithMaxConnectionsPerPeer(0) },
	} {
		func() {
			defer func() {
				if v := recover(); v == nil || !strings.Contains(v.(string), name) {
					t.Errorf("%s: %v", name, v)
				}
			}()
			f()
		}()
	}
}
