package netx

// InputOf returns how many bytes c holds that were not delivered, and how much
// memory they take.
func InputOf(c *FrameConn) (size, memory int) { return len(c.in), cap(c.in) }
