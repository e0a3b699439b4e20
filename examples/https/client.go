package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// client asks for pages over one connection.
type client struct{ s *netx.Stream }

// get asks for a page, and gives its status and its text.
func (c *client) get(path string) *deferred.Deferred[string] {
	c.s.Write(fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)).
		Catch(func(*failure.Failure) {}) // the read fails too, and tells
	return deferred.Then(c.s.ReadUntil([]byte("\r\n\r\n")), func(head []byte) (string, error) {
		r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil)
		if err != nil {
			return "", err
		}
		return deferred.Then(c.s.ReadFull(int(r.ContentLength)), func(body []byte) (string, error) {
			return fmt.Sprintf("    %s: %s", r.Status, body), nil
		}).Chain()
	})
}
