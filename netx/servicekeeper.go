package netx

import "github.com/spindle-go/spindle/failure"

// keeper is a network that tells when it comes to an end.
type keeper interface {
	hold(h holder) error
	release(h holder)
}

// serviceKeeper is how a Service learns that the reactor has stopped: while it waits
// for its next attempt it has nothing there but a delayed call, which will not come.
type serviceKeeper struct {
	network keeper
	service *Service
}

// hold asks the network to be told.
func (s *Service) hold() error {
	network, ok := s.clock.(keeper)
	if !ok || s.keeper != nil {
		return nil
	}
	k := &serviceKeeper{network: network, service: s}
	if err := network.hold(k); err != nil {
		return err
	}
	s.keeper = k
	return nil
}

// release ends hold.
func (s *Service) release() {
	if s.keeper != nil {
		s.keeper.network.release(s.keeper)
		s.keeper = nil
	}
}

// ConnectionLost is called when the reactor has stopped. A connection, or one that
// is being made, is told by itself.
func (k *serviceKeeper) ConnectionLost(reason *failure.Failure) {
	s := k.service
	s.owner = true
	s.keeper = nil
	if s.state == serviceSearching && s.search != nil {
		s.cut = reason
		s.search.Cancel()
	}
}
