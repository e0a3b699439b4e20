package chain

// crew is a number of Deferreds that are under way on behalf of somebody, who
// may ask them all to stop.
type crew struct {
	working row[stoppable] // not asked to stop
	asked   row[stoppable] // asked to stop, and not done yet
}

// size is how many there are.
func (c *crew) size() int { return c.working.n + c.asked.n }

// askNext asks the next one to stop, and answers false when all have been asked.
// It is a single step, and not all of them, since more may come meanwhile.
func (c *crew) askNext() bool {
	s := c.working.pop()
	if s == nil {
		return false
	}
	c.asked.push(s)
	stop(s.v)
	return true
}

// askAgain makes askNext ask those again that have been asked.
func (c *crew) askAgain() {
	for s := c.asked.pop(); s != nil; s = c.asked.pop() {
		c.working.push(s)
	}
}
