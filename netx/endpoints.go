package netx

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spindle-go/spindle/deferred"
)

// Endpoints is a set of kinds of endpoint, by name. The zero value has the kinds
// of this package, and is what the functions [Connect] and [Serve] use; a program
// with kinds of its own keeps one to which it has added them.
//
// Register comes first, on one goroutine; then it does not change any more and
// may be used on any number of networks.
type Endpoints struct {
	own map[string]EndpointKind
}

// EndpointKind is a kind of endpoint: the arguments that it has, and what it does.
type EndpointKind struct {
	// Positional are the names of the arguments that may be given without one,
	// in this order.
	Positional []string

	// Named are the names of the others.
	Named []string

	// Connect connects as a client, see [Net.Dial]. Nil: it has no clients. Each
	// argument of e has a name, of Positional or Named, and no name comes twice.
	Connect func(n Network, e *Endpoint, f Factory, opts ...Option) *deferred.Deferred[Protocol]

	// Serve begins to listen, see [Net.Listen]. Nil: it has no servers.
	Serve func(n Network, e *Endpoint, f Factory, opts ...Option) (*Port, error)
}

// Connect connects to an endpoint, such as "tcp:host=example.com:port=80", and has
// f make the protocol. [Endpoint] says how such a string is written, and
// [Endpoints.Connect] which kinds there are and what comes of it. Loop goroutine
// only.
func Connect(n Network, endpoint string, f Factory, opts ...Option) *deferred.Deferred[Protocol] {
	return new(Endpoints).Connect(n, endpoint, f, opts...)
}

// Serve accepts connections at an endpoint, such as "tcp:8080", and has f make a
// protocol for each. [Endpoint] says how such a string is written, and
// [Endpoints.Serve] which kinds there are and what comes of it. Loop goroutine
// only.
func Serve(n Network, endpoint string, f Factory, opts ...Option) (*Port, error) {
	return new(Endpoints).Serve(n, endpoint, f, opts...)
}

// Register adds a kind. It takes the place of one of this package with the same
// name. A name that no endpoint string could have, one that was registered before,
// and a kind with neither Connect nor Serve panic.
func (es *Endpoints) Register(name string, k EndpointKind) {
	switch {
	case !isName(name):
		panic(fmt.Sprintf("netx: Register of a kind with the name %q, which no endpoint string can have", name))
	case k.Connect == nil && k.Serve == nil:
		panic(fmt.Sprintf("netx: Register of %q, which neither connects nor serves", name))
	}
	if _, taken := es.own[name]; taken {
		panic(fmt.Sprintf("netx: Register of %q, which is registered", name))
	}
	if es.own == nil {
		es.own = make(map[string]EndpointKind)
	}
	es.own[name] = k
}

// Connect connects to an endpoint and has f make the protocol. The Deferred is that
// of [Net.Dial], or what a registered kind answers. With an endpoint string that
// makes no sense it has failed already, with an *EndpointError.
//
// The kinds of this package, with the names of their arguments; those before the
// bar may be given without it, in that order:
//
//	tcp, tcp4, tcp6  host, port | timeout, local, backlog
//	tls              host, port | timeout, local, backlog, cert, key, ca, alpn, servername, minversion
//	unix             path | mode, timeout, backlog
//	systemd          name | index
//
// The host is a name or an address, and may be empty: see [Net.Dial]. timeout is
// that of [WithConnectTimeout], such as 5s; a bare number is seconds. local is an
// IP address to connect from. path is a file, or an abstract name that begins with
// an @. What has no meaning for a client is ignored, so that one string will do for
// both sides.
//
// tls is TLS over TCP, see [WithTLS]. cert and key are files in PEM, of a chain and
// its key, which may be one and the same file; a client shows them to a server that
// asks. ca is a file of the authorities that are trusted, in the place of those of
// the system. alpn is names of protocols with commas between. servername is what the
// certificate must be for, and without it the host. minversion is 1.2, which is the
// default, or 1.3. The files are read at once, which blocks for as long as the file
// system does.
//
// What the string says overrides opts. A nil factory panics. Loop goroutine only.
func (es *Endpoints) Connect(n Network, endpoint string, f Factory, opts ...Option) *deferred.Deferred[Protocol] {
	if f == nil {
		panic("netx: Connect without a factory")
	}
	e, k, err := es.find(endpoint)
	if err == nil && k.Connect == nil {
		err = e.errorAt(0, "%s has no clients, it can only be served", e.kind)
	}
	if err != nil {
		return deferred.Fail[Protocol](err)
	}
	d := k.Connect(n, e, f, opts...)
	if d == nil {
		panic(fmt.Sprintf("netx: Connect of the kind %q answered with a nil Deferred", e.kind))
	}
	return d
}

// Serve accepts connections at an endpoint and has f make a protocol for each. The
// errors are those of [Net.Listen], what a registered kind answers, and an
// *EndpointError for an endpoint string that makes no sense.
//
// The kinds of this package and their arguments are those of [Endpoints.Connect].
// An empty host is all addresses of the machine, see [Net.Listen]. One argument
// alone is the port: "tcp:8080". backlog is that of [WithBacklog]. tls needs a cert;
// with ca, clients have to show a certificate of these authorities. mode is that of
// [WithUnixMode], in octal, such as 0660. systemd is a
// socket that the process was started with, see [Activation.Listen]: the first one
// of a name, or of any name, or the one with an index.
//
// What the string says overrides opts. A nil factory panics. Loop goroutine only.
func (es *Endpoints) Serve(n Network, endpoint string, f Factory, opts ...Option) (*Port, error) {
	if f == nil {
		panic("netx: Serve without a factory")
	}
	e, k, err := es.find(endpoint)
	switch {
	case err != nil:
		return nil, err
	case k.Serve == nil:
		return nil, e.errorAt(0, "%s has no servers, one can only connect to it", e.kind)
	}
	return k.Serve(n, e, f, opts...)
}

// find takes an endpoint string apart and returns its kind.
func (es *Endpoints) find(endpoint string) (*Endpoint, EndpointKind, error) {
	e, err := ParseEndpoint(endpoint)
	if err != nil {
		return nil, EndpointKind{}, err
	}
	k, ok := es.own[e.kind]
	if !ok {
		k, ok = builtinKinds()[e.kind]
	}
	if !ok {
		return nil, k, e.errorAt(0, "there is no kind %s, there are %s%s",
			e.kind, strings.Join(es.kinds(), ", "), e.kindHint())
	}
	e, err = e.bind(k)
	return e, k, err
}

// kinds returns the names of all kinds.
func (es *Endpoints) kinds() []string {
	all := builtinKinds()
	maps.Copy(all, es.own)
	return slices.Sorted(maps.Keys(all))
}

// builtinKinds returns the kinds of this package. The map is the caller's.
func builtinKinds() map[string]EndpointKind {
	return map[string]EndpointKind{
		"tcp":  tcpEndpoint("tcp"),
		"tcp4": tcpEndpoint("tcp4"),
		"tcp6": tcpEndpoint("tcp6"),
		"tls":  tlsKind(),
		"unix": unixKind(),

		"systemd": systemdKind(),
	}
}

// knows reports whether k has an argument of that name.
func (k EndpointKind) knows(name string) bool {
	return slices.Contains(k.Positional, name) || slices.Contains(k.Named, name)
}

// names lists the names of all arguments of k.
func (k EndpointKind) names() string {
	all := slices.Concat(k.Positional, k.Named)
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
