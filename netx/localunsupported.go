//go:build !unix

package netx

// Where there is no Unix there are no Unix sockets: Listen and Dial say so.

const maxLocalName = 107

func (*Net) listenLocal(name string, _ Factory, _ []Option) (*Port, error) {
	return nil, &opError{op: "listen", network: "unix", address: name, err: ErrUnsupported}
}

func connectLocal(string) (int, error) { return -1, ErrUnsupported }
