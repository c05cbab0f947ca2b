package theorems

import "slices"

// Watched calls back when an instance of the check is entered into a report.
func (c Check) Watched(entered func()) Check {
	tags := c.tags
	c.tags = func(instance any) []string { entered(); return slices.Clone(tags(instance)) }
	return c
}
