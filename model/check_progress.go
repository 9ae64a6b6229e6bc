package model

// step says how far the check is, and whether it was called off.
func (c *checkup) step() error {
	c.done++
	if c.done%1000 == 0 {
		ReportProgress(c.ctx, min(c.done, c.total), c.total)
	}
	return c.ctx.Err()
}

// countAll finds out how many records there are to be read. Where that can't be known, it isn't said how far the check is.
func (c *checkup) countAll() error {
	kinds := []Kind{KindEvent}
	for _, shape := range shapes {
		kinds = append(kinds, shape.kind)
	}
	for _, kind := range kinds {
		n, err := c.tx.Count(kind)
		if err != nil {
			return err
		}
		c.total += n
	}
	return nil
}
