package netx

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The variables of systemd's protocol, sd_listen_fds(3). The last one is that of
// newer versions, and is not needed here.
const (
	envPID   = "LISTEN_PID"
	envFDs   = "LISTEN_FDS"
	envNames = "LISTEN_FDNAMES"
	envPIDFD = "LISTEN_PIDFDID"
)

// firstActivated is the descriptor of the first socket that is passed.
const firstActivated = 3

// unnamed is what systemd calls a socket without a name.
const unnamed = "unknown"

// Activation is the sockets that this process was started with, to listen at and for
// datagrams: socket activation, by systemd or what speaks its protocol. So a server
// gets a port that it may not open itself, and no connection is refused while it is
// started again.
// [Net.Activation] makes one; the zero value is of no use.
//
// A socket that a Port or a PacketConn was made of belongs to that, the others to the
// Activation. Loop goroutine only.
type Activation struct {
	net     *Net
	sockets []activatedSocket // in the order they were passed
}

// activatedSocket is one of them.
type activatedSocket struct {
	name string
	fd   int // negative once it was taken or closed
}

// Activation returns the sockets that this process was started with. It reads the
// environment the first time (LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES, as in
// sd_listen_fds(3)), removes that from it, so that no child takes it for its own,
// and makes the descriptors close on exec; later calls answer the same. So one Net
// of a process has them.
//
// Without any, or when they are meant for another process, it has no sockets, which
// is no error. Errors: ErrActivation with what is wrong in the environment;
// ErrUnsupported. It does not block. Loop goroutine only.
func (n *Net) Activation() (*Activation, error) {
	n.env.own()
	if n.activation == nil && n.notActivated == nil {
		n.activation, n.notActivated = activate(n)
	}
	return n.activation, n.notActivated
}

// activate reads the environment, and removes from it what it has read.
func activate(n *Net) (*Activation, error) {
	names, err := activatedNames(os.Getenv, os.Getpid())
	for _, name := range []string{envPID, envFDs, envNames, envPIDFD} {
		if e := os.Unsetenv(name); e != nil && err == nil {
			err = e
		}
	}
	if err != nil {
		return nil, &tagged{ErrActivation, err}
	}
	a := &Activation{net: n}
	for i, name := range names {
		fd := firstActivated + i
		if err := keepFromChildren(fd); err != nil {
			return nil, &tagged{ErrActivation, fmt.Errorf("descriptor %d of %s=%d: %w", fd, envFDs, len(names), err)}
		}
		a.sockets = append(a.sockets, activatedSocket{name: name, fd: fd})
	}
	return a, nil
}

// activatedNames returns the names of the sockets that an environment says were
// passed to the process.
func activatedNames(env func(string) string, pid int) ([]string, error) {
	if env(envFDs) == "" || env(envPID) == "" {
		return nil, nil
	}
	meant, err := strconv.Atoi(env(envPID))
	if err != nil || meant <= 0 {
		return nil, fmt.Errorf("%s=%q is no process", envPID, env(envPID))
	}
	if meant != pid {
		return nil, nil
	}
	n, err := strconv.ParseUint(env(envFDs), 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%s=%q is not a number of sockets", envFDs, env(envFDs))
	}
	if env(envNames) == "" {
		return slices.Repeat([]string{unnamed}, int(n)), nil
	}
	names := strings.Split(env(envNames), ":")
	if len(names) != int(n) {
		return nil, fmt.Errorf("%s=%q does not have the %d names of %s", envNames, env(envNames), n, envFDs)
	}
	return names, nil
}

// Names returns the names of the sockets, in the order they were passed, those that
// are taken too. Systemd's FileDescriptorName sets them; several may have the same.
// Loop goroutine only.
func (a *Activation) Names() []string {
	names := make([]string, len(a.sockets))
	for i, s := range a.sockets {
		names[i] = s.name
	}
	return names
}

// Listen makes a Port of the first socket of that name that is not taken, and has f
// make a protocol for each connection, see [Net.Listen]. An empty name is that of
// any. It is a socket of TCP, which has TCP_NODELAY and keep-alive set, for its
// connections to inherit, or a stream socket of Unix, whose path the Port does not
// remove; its backlog is what it was.
//
// Errors: ErrActivation when there is none, ErrCannotListen when it is another kind of
// socket, with the kind, or does not listen. Then it is not taken. A nil f panics.
// Loop goroutine only.
func (a *Activation) Listen(name string, f Factory, opts ...Option) (*Port, error) {
	return a.listen(named(name), strconv.Quote(name), f, opts)
}

// ListenIndex is Listen for the socket with that index of Names.
func (a *Activation) ListenIndex(index int, f Factory, opts ...Option) (*Port, error) {
	return a.listen(numbered(index), strconv.Itoa(index), f, opts)
}

// ListenPacket makes a PacketConn of the first socket of that name that is not taken,
// as [Net.ListenPacket] does: one for datagrams, of UDP or of Unix, whose path stays.
// Errors are those of Listen, and a panic in ConnectionMade, after which p gets
// ConnectionLost. Loop goroutine only.
func (a *Activation) ListenPacket(name string, p PacketProtocol, opts ...Option) (*PacketConn, error) {
	return a.listenPacket(named(name), strconv.Quote(name), p, opts)
}

// ListenPacketIndex is ListenPacket for the socket with that index of Names.
func (a *Activation) ListenPacketIndex(index int, p PacketProtocol, opts ...Option) (*PacketConn, error) {
	return a.listenPacket(numbered(index), strconv.Itoa(index), p, opts)
}

// Adopt makes a connection of the first socket of that name that is not taken, and has
// f make the protocol for it, as [Net.AdoptFD] does. Systemd starts a process for each
// connection with Accept=yes, and passes it with the name "connection".
//
// Errors: ErrActivation when there is none, and those of AdoptFD. Then it is not taken.
// A nil f panics. Loop goroutine only.
func (a *Activation) Adopt(name string, f Factory, opts ...Option) (p Protocol, err error) {
	err = a.take("adopt", named(name), strconv.Quote(name), func(fd int) (err error) {
		p, err = a.net.AdoptFD(fd, f, opts...)
		return err
	})
	return p, err
}

// named matches sockets of a name, or any.
func named(name string) func(int, activatedSocket) bool {
	return func(_ int, s activatedSocket) bool { return name == "" || s.name == name }
}

// numbered matches the socket with an index.
func numbered(index int) func(int, activatedSocket) bool {
	return func(i int, _ activatedSocket) bool { return i == index }
}

// listen makes a Port of the first socket that matches.
func (a *Activation) listen(match func(int, activatedSocket) bool, what string, f Factory, opts []Option) (p *Port, err error) {
	if f == nil {
		panic("netx: Listen without a factory")
	}
	err = a.take("listen", match, what, func(fd int) (err error) {
		p, err = a.net.AdoptListenerFD(fd, f, opts...)
		return cannotListen(err)
	})
	return p, err
}

// listenPacket makes a PacketConn of the first socket that matches.
func (a *Activation) listenPacket(match func(int, activatedSocket) bool, what string, p PacketProtocol, opts []Option) (c *PacketConn, err error) {
	err = a.take("listen", match, what, func(fd int) (err error) {
		c, err = a.net.AdoptPacketFD(fd, p, opts...)
		return cannotListen(err)
	})
	return c, err
}

// cannotListen says that err, if it is none of the program, is why a socket was not
// listened at.
func cannotListen(err error) error {
	if err == nil || isPanicError(err) {
		return err
	}
	return &tagged{ErrCannotListen, err}
}

// take has the first socket that matches adopted.
func (a *Activation) take(op string, match func(int, activatedSocket) bool, what string, adopt func(fd int) error) error {
	a.net.env.own()
	for i := range a.sockets {
		s := &a.sockets[i]
		if s.fd < 0 || !match(i, *s) {
			continue
		}
		err := adopt(s.fd)
		if isPanicError(err) {
			return err
		}
		if err != nil {
			return &opError{op: op, network: "systemd", address: s.name, err: err}
		}
		closeFD(s.fd) // who has adopted it has a duplicate
		s.fd = -1
		return nil
	}
	return &opError{op: op, network: "systemd", address: what, err: a.none()}
}

// none says that nothing was found.
func (a *Activation) none() error {
	if len(a.sockets) == 0 {
		return fmt.Errorf("%w: this process was started without any", ErrActivation)
	}
	var free []string
	for _, s := range a.sockets {
		if s.fd >= 0 {
			free = append(free, strconv.Quote(s.name))
		}
	}
	if len(free) == 0 {
		return fmt.Errorf("%w: all %d are taken", ErrActivation, len(a.sockets))
	}
	return fmt.Errorf("%w: not taken are %s", ErrActivation, strings.Join(free, ", "))
}

// Close closes the sockets that were not taken. Those who have connected to them
// wait on, for the one who opened them. Loop goroutine only.
func (a *Activation) Close() {
	a.net.env.own()
	for i := range a.sockets {
		if s := &a.sockets[i]; s.fd >= 0 {
			closeFD(s.fd)
			s.fd = -1
		}
	}
}

// activated is a Network that has the sockets the process was started with.
type activated interface {
	Activation() (*Activation, error)
}

// systemdKind returns the kind of endpoint for these sockets.
func systemdKind() EndpointKind {
	return EndpointKind{
		Positional: []string{"name"},
		Named:      []string{"index"},
		Serve: func(n Network, e *Endpoint, f Factory, opts ...Option) (*Port, error) {
			index, err := e.Int("index", -1, 0, 1<<16)
			if err != nil {
				return nil, err
			}
			if index >= 0 && e.Has("name") {
				return nil, e.Bad("index", errors.New("it goes without a name"))
			}
			of, ok := n.(activated)
			if !ok {
				return nil, e.errorAt(0, "this network has no sockets of systemd: %w", errors.ErrUnsupported)
			}
			a, err := of.Activation()
			switch {
			case err != nil:
				return nil, err
			case index >= 0:
				return a.ListenIndex(index, f, opts...)
			}
			return a.Listen(e.Value("name"), f, opts...)
		},
	}
}
