package netx

// serviceState says what a Service is doing.
//
//	from        what happens                         to
//	----------  -----------------------------------  ----------
//	resting     Start                                searching
//	searching   an attempt has succeeded             connected
//	searching   the policy gives up                  resting
//	searching   Stop                                 stopping
//	connected   the connection is lost               searching
//	connected   Stop                                 stopping
//	stopping    the attempt or connection has ended  resting
//	stopping    Start                                restarting
//	restarting  the attempt or connection has ended  searching
//	restarting  Stop                                 stopping
type serviceState uint8

const (
	serviceResting    serviceState = iota // not started, or stopped, or it has given up
	serviceSearching                      // an attempt is under way, or a wait for the next one
	serviceConnected                      // there is a connection, and it is prepared
	serviceStopping                       // what there is comes to its end
	serviceRestarting                     // so that it can begin again
)
