package netx_test

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestUnixArguments(t *testing.T) {
	for text, want := range map[string]struct {
		path string
		mode fs.FileMode
		pos  int // of the error; 0 for none
	}{
		"x:/run/x.sock":           {"/run/x.sock", 0, 0},
		"x:path=/run/x.sock":      {"/run/x.sock", 0, 0},
		"x:@name":                 {"@name", 0, 0},
		`x:C\:\\x:mode=0660`:      {`C:\x`, 0o660, 0},
		"x:/x:mode=777":           {"/x", 0o777, 0},
		"x":                       {pos: 1},
		"x:":                      {pos: 2},
		"x:/run/x.sock:mode=":     {pos: 19},
		"x:/run/x.sock:mode=0":    {pos: 19},
		"x:/run/x.sock:mode=0888": {pos: 19},
		"x:/run/x.sock:mode=1777": {pos: 19},
		"x:/run/x.sock:mode=-1":   {pos: 19},
		"x:/x:timeout=x":          {pos: 13},
	} {
		for _, server := range []bool{false, true} {
			n := &askedNetwork{}
			mode := fs.FileMode(0)
			var es netx.Endpoints
			es.Register("x", netx.UnixKind(func(m fs.FileMode) netx.Option {
				mode = m
				return netx.WithBacklog(7)
			}))
			var err error
			what := "dial unix "
			if server {
				what = "listen unix "
				_, err = es.Serve(n, text, factory(nil))
			} else {
				es.Connect(n, text, factory(nil)).Catch(func(f *failure.Failure) { err = f })
			}
			bad, _ := errors.AsType[*netx.EndpointError](err)
			if (err != nil) != (want.pos > 0) || bad != nil && bad.Pos != want.pos {
				t.Errorf("%s: %v", text, err)
			}
			if err == nil && (!slices.Equal(n.asked, []string{what + want.path}) || mode != want.mode) {
				t.Errorf("%s is %s, %o", text, n.asked, mode)
			}
		}
	}
}

func TestUnixEndpointOptions(t *testing.T) {
	n := &askedNetwork{}
	var es netx.Endpoints
	es.Register("x", netx.UnixKind(func(fs.FileMode) netx.Option { return netx.WithBacklog(7) }))
	es.Connect(n, "x:/x:timeout=3:mode=0600", factory(nil), netx.WithConnectTimeout(time.Hour), netx.WithBacklog(3))
	if got := netx.ChosenBy(n.opts); got.Timeout != 3*time.Second || got.Backlog != 7 {
		t.Errorf("chosen are %+v", got)
	}
}
