package netx

// Parked returns how many sockets of n are watched for their peer to go away.
func Parked(n *Net) int { return len(n.anchor.hangups.parked.entries) }

// ParkedPeak is for how many sockets n has room where it watches for their peers.
func ParkedPeak(n *Net) int { return n.anchor.hangups.parked.peak }
