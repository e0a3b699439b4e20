package netx

// Parked returns how many sockets of n are watched for their peer to go away.
func Parked(n *Net) int { return len(n.anchor.hangups.parked) }
