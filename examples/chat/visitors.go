package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// visitor is a client, in a coroutine.
type visitor struct {
	name   string
	stream *netx.Stream
}

// enter dials the room and says a name.
func enter(co *chain.Co, n netx.Network, address, name string) (*visitor, error) {
	s, err := chain.Await(co, netx.DialStream(n, "tcp", address))
	if err != nil {
		return nil, err
	}
	v := &visitor{name, s}
	if _, err := v.hears(co, "* who are you?"); err != nil {
		return nil, err
	}
	if err := v.says(co, name); err != nil {
		return nil, err
	}
	_, err = v.hears(co, "* "+name+" is here")
	return v, err
}

// says sends a line.
func (v *visitor) says(co *chain.Co, text string) error {
	_, err := chain.Await(co, v.stream.WriteFrame(lines, []byte(text)))
	return err
}

// hears reads lines until one that begins like that.
func (v *visitor) hears(co *chain.Co, start string) (string, error) {
	for {
		line, err := chain.Await(co, v.stream.ReadFrame(lines))
		if err != nil {
			return "", fmt.Errorf("%s waits for %q: %w", v.name, start, err)
		}
		if strings.HasPrefix(string(line), start) {
			return string(line), nil
		}
	}
}

// leaves reads to the end, and reports whether that was a clean one.
func (v *visitor) leaves(co *chain.Co) bool {
	for {
		if _, err := chain.Await(co, v.stream.ReadFrame(lines)); err != nil {
			_, _ = chain.Await(co, v.stream.Close())
			return errors.Is(err, io.EOF)
		}
	}
}

// crowd has so many visitors enter, some at a time.
func crowd(n netx.Network, address string, size int) *deferred.Deferred[[]*visitor] {
	names := func(yield func(string) bool) {
		for i := range size {
			if !yield("guest " + strconv.Itoa(i+1)) {
				return
			}
		}
	}
	return chain.ForEach(names, 20, func(name string) *deferred.Deferred[*visitor] {
		return chain.Async(func(co *chain.Co) (*visitor, error) { return enter(co, n, address, name) })
	})
}

// count has all visitors do something at a time, and counts those with whom it
// went well.
func count(vs []*visitor, f func(co *chain.Co, v *visitor) bool) *deferred.Deferred[int] {
	var ds []*deferred.Deferred[bool]
	for _, v := range vs {
		ds = append(ds, chain.Async(func(co *chain.Co) (bool, error) { return f(co, v), nil }))
	}
	return deferred.Then(chain.Gather(ds), func(went []bool) (n int, err error) {
		for _, well := range went {
			if well {
				n++
			}
		}
		return n, nil
	})
}
