package netx_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// show has the kind "show" print its arguments a to d, of which a and b need no
// names.
func show(text string) (string, error) {
	var es netx.Endpoints
	shown := ""
	es.Register("show", netx.EndpointKind{
		Positional: []string{"a", "b"},
		Named:      []string{"c", "d"},
		Serve: func(_ netx.Network, e *netx.Endpoint, _ netx.Factory, _ ...netx.Option) (*netx.Port, error) {
			for _, name := range []string{"a", "b", "c", "d"} {
				if e.Has(name) {
					shown += name + "{" + e.Value(name) + "}"
				}
			}
			return nil, nil
		},
	})
	_, err := es.Serve(nil, text, factory(nil))
	return shown, err
}

func TestEndpointArguments(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"none":                        {`show`, ``},
		"one that is empty":           {`show:`, `a{}`},
		"two that are empty":          {`show::`, `a{}b{}`},
		"in order":                    {`show:x:y`, `a{x}b{y}`},
		"by name":                     {`show:d=x:a=y`, `a{y}d{x}`},
		"both":                        {`show:d=z:x:c=:y`, `a{x}b{y}c{}d{z}`},
		"an escaped colon":            {`show:x\:y`, `a{x:y}`},
		"an escaped backslash":        {`show:x\\:y`, `a{x\}b{y}`},
		"an escaped equals sign":      {`show:x\=y`, `a{x=y}`},
		"a second equals sign":        {`show:c=x=y`, `c{x=y}`},
		"escapes of nothing":          {`show:\x\y`, `a{xy}`},
		"brackets":                    {`show:[::1]:y`, `a{::1}b{y}`},
		"brackets after a name":       {`show:c=[::1]`, `c{::1}`},
		"brackets around much":        {`show:[a=b:\c]`, `a{a=b:\c}`},
		"brackets around nothing":     {`show:[]`, `a{}`},
		"an escaped bracket":          {`show:\[x`, `a{[x}`},
		"a bracket in the middle":     {`show:x[y]:z`, `a{x[y]}b{z}`},
		"an address of IPv6, escaped": {`show:\:\:1`, `a{::1}`},
		"a path":                      {`show:/run/x.sock`, `a{/run/x.sock}`},
		"an abstract name":            {`show:@x`, `a{@x}`},
		"spaces":                      {`show: x :c= y `, `a{ x }c{ y }`},
		"other letters":               {`show:größe`, `a{größe}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := show(tt.text)
			if err != nil || got != tt.want {
				t.Fatalf("got %s, %v; want %s", got, err, tt.want)
			}
			e, err := netx.ParseEndpoint(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := show(e.String()); err != nil || again != tt.want {
				t.Errorf("as %s it is %s, %v", e, again, err)
			}
		})
	}
}

func TestEndpointErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		text, caret string // the caret below the text
		says        string
	}{
		"nothing":                   {``, `^`, "begin with a kind"},
		"no kind":                   {`:80`, `^`, "begin with a kind"},
		"a space before the kind":   {` tcp:80`, `^`, "begin with a kind"},
		"a space after the kind":    {`tcp :80`, `   ^`, "letters, digits"},
		"a kind with a backslash":   {`t\cp:80`, ` ^`, "letters, digits"},
		"an unknown kind":           {`tcp5:80`, `^`, "no kind tcp5, there are show, systemd, tcp, tcp4, tcp6, tls, unix"},
		"a backslash at the end":    {`show:x\`, `      ^`, "nothing after"},
		"no name":                   {`show:x:=y`, `       ^`, "name is missing"},
		"no name that could be one": {`show:/x=y`, `       ^`, "is no name"},
		"an escaped name":           {`show:\c=y`, `       ^`, "is no name"},
		"an open bracket":           {`show:[::1`, `     ^`, `no "]"`},
		"an open bracket, named":    {`show:c=[::1`, `       ^`, `no "]"`},
		"text after a bracket":      {`show:[::1]x`, `          ^`, "a colon or the end"},
		"an unknown name":           {`show:x:e=y`, `       ^`, "no argument e, it has a, b, c, d"},
		"too many":                  {`show:x:y:z`, `         ^`, "no more than 2 arguments"},
		"twice":                     {`show:c=x:c=y`, `         ^`, "c is given twice"},
		"twice, once without":       {`show:x:a=y`, `       ^`, "a is given twice"},
		"after other letters":       {`show:ß:ß:ß`, `         ^`, "no more than"},
		"after control characters":  {"show:\x1b:\xff:x", `         ^`, "no more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := show(tt.text)
			var e *netx.EndpointError
			if !errors.As(err, &e) {
				t.Fatalf("the error is %v", err)
			}
			if !errors.Is(err, netx.ErrBadEndpoint) || !errors.Is(err, netx.ErrBadAddress) {
				t.Errorf("%v is of no kind", err)
			}
			first, caret, _ := strings.Cut(e.Caret(), "\n")
			if caret != tt.caret {
				t.Errorf("the caret is here:\n%s\nand not here:\n%s", e.Caret(), tt.caret)
			}
			if utf8.RuneCountInString(first) != utf8.RuneCountInString(tt.text) || strings.Contains(first, "\x1b") || !utf8.ValidString(first) {
				t.Errorf("the line is %q", first)
			}
			if text := err.Error(); !strings.Contains(text, tt.says) || strings.ContainsAny(text, "\x1b\n") {
				t.Errorf("it says %s", text)
			}
		})
	}
}

func TestEndpointErrorText(t *testing.T) {
	for text, want := range map[string]string{
		"tcp:localhost:http": `netx: bad endpoint "tcp:localhost:http", at byte 14, "http": port: "http" is not a number from 1 to 65535`,
		"tcp:localhost":      `netx: bad endpoint "tcp:localhost", at its end: the argument port is missing`,
	} {
		var got error
		netx.Connect(nil, text, factory(nil)).Catch(func(f *failure.Failure) { got = f })
		if got == nil || got.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, got, want)
		}
	}
	odd := &netx.EndpointError{Endpoint: "x", Pos: 7, Err: errors.New("why")}
	if odd.Error() != `netx: bad endpoint "x", at its end: why` || odd.Caret() != "x\n ^" {
		t.Errorf("%s\n%s", odd.Error(), odd.Caret())
	}
}

func TestEndpointValues(t *testing.T) {
	value := func(t *testing.T, text string, read func(e *netx.Endpoint) error) error {
		t.Helper()
		var es netx.Endpoints
		es.Register("x", netx.EndpointKind{
			Named: []string{"n"},
			Serve: func(_ netx.Network, e *netx.Endpoint, _ netx.Factory, _ ...netx.Option) (*netx.Port, error) {
				return nil, read(e)
			},
		})
		_, err := es.Serve(nil, text, factory(nil))
		return err
	}
	for text, want := range map[string]time.Duration{
		"x": time.Hour, "x:n=0": 0, "x:n=5": 5 * time.Second, "x:n=1.5": 1500 * time.Millisecond, "x:n=3ms": 3 * time.Millisecond,
	} {
		if err := value(t, text, func(e *netx.Endpoint) error {
			d, err := e.Duration("n", time.Hour)
			if d != want {
				t.Errorf("%s is %v", text, d)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"x:n=", "x:n=-1", "x:n=Inf", "x:n=NaN", "x:n=0x1", "x:n=1e99", "x:n=5 s", "x:n=300000h99999999h"} {
		err := value(t, text, func(e *netx.Endpoint) error { _, err := e.Duration("n", 0); return err })
		if e, ok := errors.AsType[*netx.EndpointError](err); !ok || e.Pos != 4 {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, ok := range map[string]bool{
		"x": true, "x:n=3": true, "x:n=7": true, "x:n=2": false, "x:n=8": false, "x:n=": false, "x:n=x": false, "x:n=99999999999999999999": false,
	} {
		err := value(t, text, func(e *netx.Endpoint) error { _, err := e.Int("n", 5, 3, 7); return err })
		if (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	why := errors.New("why")
	for text, want := range map[string]string{"x": "at its end: n: why", "x:n=3": `"3": n: why`} {
		err := value(t, text, func(e *netx.Endpoint) error { return e.Bad("n", why) })
		if !errors.Is(err, why) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := value(t, "x:n=3", func(e *netx.Endpoint) error { return e.Bad("n", nil) }); !strings.Contains(err.Error(), "n is wrong") {
		t.Error(err)
	}
}

func TestEndpointsRegister(t *testing.T) {
	serve := netx.EndpointKind{
		Serve: func(netx.Network, *netx.Endpoint, netx.Factory, ...netx.Option) (*netx.Port, error) { return nil, nil },
	}
	connect := netx.EndpointKind{
		Connect: func(netx.Network, *netx.Endpoint, netx.Factory, ...netx.Option) *deferred.Deferred[netx.Protocol] {
			return nil
		},
	}
	var es netx.Endpoints
	es.Register("s", serve)
	es.Register("tcp", serve) // in the place of the one of the package
	es.Register("c", connect)
	if _, err := es.Serve(nil, "tcp", factory(nil)); err != nil {
		t.Error(err)
	}
	if _, err := netx.Serve(nil, "s", factory(nil)); err == nil {
		t.Error("a kind that was registered with a value is known without it")
	}
	if _, err := es.Serve(nil, "c", factory(nil)); err == nil || !strings.Contains(err.Error(), "c has no servers") {
		t.Error(err)
	}
	var got error
	es.Connect(nil, "s", factory(nil)).Catch(func(f *failure.Failure) { got = f })
	if got == nil || !strings.Contains(got.Error(), "s has no clients") {
		t.Error(got)
	}
	if _, err := es.Serve(nil, "s:x", factory(nil)); err == nil || !strings.Contains(err.Error(), "no more than 0 arguments") {
		t.Error(err)
	}
	if _, err := es.Serve(nil, "s:x=y", factory(nil)); err == nil || !strings.Contains(err.Error(), "it has none") {
		t.Error(err)
	}
	for name, f := range map[string]func(){
		"registered":      func() { es.Register("s", serve) },
		"the name":        func() { es.Register("a b", serve) },
		`the name ""`:     func() { es.Register("", serve) },
		"neither":         func() { es.Register("x", netx.EndpointKind{}) },
		"nil Deferred":    func() { es.Connect(nil, "c", factory(nil)) },
		"without a":       func() { netx.Connect(nil, "tcp:80", nil) },
		"without a facto": func() { netx.Serve(nil, "tcp:80", nil) },
	} {
		func() {
			defer func() {
				if v, ok := recover().(string); !ok || !strings.Contains(v, name) {
					t.Errorf("%s: it panicked with %v", name, v)
				}
			}()
			f()
		}()
	}
}

// FuzzEndpoint checks that what is parsed means the same when it is written again,
// that a value that was quoted comes back, and that an error is at a place.
func FuzzEndpoint(f *testing.F) {
	for _, text := range []string{
		"tcp:host=example.com:port=80", "tcp6:[::1]:443", `tcp:\:\:1:80`, "tls:host:443:alpn=h2,http/1.1", "unix:/run/x.sock:mode=0600",
		`unix:C\:\\x\=y`, "systemd:name", "", ":", "a", "a:", "a:b=", "a:=", `a:\`, "a:[", "a:[]", "a:[x]y", `a:\[`, "a:b=[c]:d", "ä:ö", "a:\xff=\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := netx.ParseEndpoint(text)
		if err != nil {
			bad, ok := errors.AsType[*netx.EndpointError](err)
			if !ok || bad.Pos < 0 || bad.Pos > len(text) || bad.Endpoint != text || strings.Count(bad.Caret(), "\n") != 1 {
				t.Errorf("%q: %v", text, err)
			}
		} else {
			again, err := netx.ParseEndpoint(e.String())
			if err != nil || again.String() != e.String() || again.Kind() != e.Kind() {
				t.Errorf("%q is written %q, which is %v, %v", text, e, again, err)
			}
			was, err1 := show(strings.Replace(text, e.Kind(), "show", 1))
			is, err2 := show(strings.Replace(e.String(), e.Kind(), "show", 1))
			if was != is || (err1 == nil) != (err2 == nil) {
				t.Errorf("%q is %s, %v; written %q it is %s, %v", text, was, err1, e, is, err2)
			}
		}
		for _, format := range []string{"show:", "show:a="} {
			if got, err := show(format + netx.QuoteEndpoint(text)); err != nil || got != "a{"+text+"}" {
				t.Errorf("%s%q quoted is %s, %v", format, text, got, err)
			}
		}
	})
}
