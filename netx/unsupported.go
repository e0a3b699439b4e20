//go:build !unix

package netx

import (
	"net"
	"net/netip"
)

// Where there is no Unix, connections cannot be had: Listen and Dial say so with
// ErrUnsupported before anything below is needed. A Pair works everywhere.

func (*Net) listen(*Port, target) error { return ErrUnsupported }
func keepFromChildren(int) error        { return ErrUnsupported }

func (*Net) acceptAdopted(*Port, int) error { return ErrUnsupported }

func duplicate(int) (int, error) { return -1, ErrUnsupported }

func connectedEnds(int) (streamEnds, error) { return streamEnds{}, ErrUnsupported }

func listeningSocket(int) (net.Addr, error) { return nil, ErrUnsupported }

func openConnecting(_, _ netip.AddrPort) (int, error) { return -1, ErrUnsupported }

func connectResult(int) (netip.AddrPort, error) { return netip.AddrPort{}, ErrUnsupported }

func closeFD(int)                         {}
func readFD(int, []byte) (int, error)     { return 0, ErrUnsupported }
func writeFD(int, []byte) (int, error)    { return 0, ErrUnsupported }
func writevFD(int, [][]byte) (int, error) { return 0, ErrUnsupported }
func shutdownFD(int) error                { return ErrUnsupported }
func resetOnClose(int)                    {}
func localAddrOf(int) netip.AddrPort      { return netip.AddrPort{} }
func setNoDelayFD(int, bool) error        { return ErrUnsupported }
func setLingerFD(int, bool) error         { return ErrUnsupported }
func setKeepAliveFD(int, bool) error      { return ErrUnsupported }

// hangups is never opened.
type hangups struct{ fd int }

func openHangups() (hangups, error)     { return hangups{}, ErrUnsupported }
func (*hangups) close()                 {}
func (*hangups) watch(*tcpSocket) error { return ErrUnsupported }
func (*hangups) forget(*tcpSocket)      {}
func (*hangups) hungUp()                {}

// reserve is never taken.
type reserve int

const noReserve reserve = -1

func (*reserve) release() {}
