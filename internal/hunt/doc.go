// Package hunt looks for counterexamples at length: block after block of
// instances, drawn, mutated from what was kept, or climbing towards a bound,
// on all cores, until it is told to stop.
//
// A block is a function of the plan, the theorem and an index. What the
// schedule decides, in its turn, is only which block is next; so a hunt can
// be stopped, resumed, divided and merged.
package hunt
