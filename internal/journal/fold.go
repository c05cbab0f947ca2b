package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// fold is the sum of records. Each block counts once, the first time that it is
// met: if no two records of a block say different things, the sum depends
// neither on their order nor on how often they come.
type fold struct {
	plan     Plan
	digest   string
	index    map[string]int // of theorems, by ID
	theorems []TheoremTotals
	micros   []uint64
	blocks   []cells

	// winners, if there are any, is a fold of the same records that found
	// contradictions and preferred one record of each block: only those count.
	winners *fold
}

func newFold(plan Plan) *fold {
	f := &fold{plan: plan, digest: plan.Digest(), index: map[string]int{}}
	for i, t := range plan.Theorems {
		f.index[t.ID] = i
		f.theorems = append(f.theorems, TheoremTotals{ID: t.ID, Ref: t.Ref, Of: plan.Blocks})
		f.blocks = append(f.blocks, cells{})
	}
	f.micros = make([]uint64, len(plan.Theorems))
	return f
}

// found is what a record is to the fold.
type found int

const (
	counted found = iota
	duplicate
	contradiction
)

// errOtherPlan: a record is good, and does not belong here.
var errOtherPlan = errors.New("a record of another plan")

// check returns what is wrong with a record, so that no sum of those that are
// let in is nonsense.
func (f *fold) check(r Record) error {
	if r.Plan != f.digest {
		return fmt.Errorf("%w, %s, and this is %s", errOtherPlan, r.Plan, f.digest)
	}
	if _, ok := f.index[r.Theorem]; !ok {
		return fmt.Errorf("theorem %q is not in the plan", r.Theorem)
	}
	blocks := cmp.Or(f.plan.Blocks, MostBlocks)
	if r.Block < 0 || r.Block >= blocks {
		return fmt.Errorf("block %d is not one of %d", r.Block, blocks)
	}
	return r.check(f.plan.BlockSize)
}

// check returns what is wrong with the parts of a record that say what was found.
func (r Record) check(blockSize int) error {
	parts := []int{r.Holds, r.Fails, r.Unknown, r.Vacuous, r.NotTried}
	sum := 0
	for _, n := range append(parts, r.Exact) {
		if n < 0 || n > blockSize {
			return fmt.Errorf("a count is %d, of a block of at most %d instances", n, blockSize)
		}
	}
	for _, n := range parts {
		sum += n
	}
	switch {
	case r.Instances != sum:
		return fmt.Errorf("%d instances, and verdicts on %d", r.Instances, sum)
	case r.Instances > blockSize || r.Exact > r.Instances:
		return fmt.Errorf("%d instances, %d of them exact, in a block of at most %d", r.Instances, r.Exact, blockSize)
	case (r.Fails == 0) != (len(r.Failures) == 0) || len(r.Failures) > r.Fails:
		return fmt.Errorf("%d instances fail, in %d ways", r.Fails, len(r.Failures))
	}
	seen := map[[2]string]bool{}
	for _, x := range r.Failures {
		switch kind := [2]string{x.Check, x.What}; {
		case len(x.Case) == 0 || bytes.Equal(x.Case, []byte("null")):
			return fmt.Errorf("failure of %q has no case", x.Check)
		case seen[kind]:
			return fmt.Errorf("failure of %q in %q is there twice", x.Check, x.What)
		default:
			seen[kind] = true
		}
		if x.Index < 0 || x.Index >= r.Instances {
			return fmt.Errorf("failure of %q is at %d of %d instances", x.Check, x.Index, r.Instances)
		}
	}
	margins := r.Above
	if r.Top != nil {
		margins = append(slices.Clip(margins), *r.Top)
	}
	for _, m := range margins {
		if m.Index < 0 || m.Index >= r.Instances {
			return fmt.Errorf("margin of %q is at %d of %d instances", m.Check, m.Index, r.Instances)
		}
	}
	return nil
}

// add enters a record that check has nothing against. If it contradicts what is
// there, that is noted and nothing else changes.
func (f *fold) add(e entry) found {
	i := f.index[e.Theorem]
	page, c := f.blocks[i].at(e.Block)
	if c.key != 0 && c.key != e.key {
		c.micros |= contradicted
		return contradiction
	}
	if f.winners != nil {
		if key := f.winners.blocks[i].key(e.Block); key != 0 && key != e.key {
			c.micros |= contradicted
			return contradiction
		}
	}
	took := micros(e.Seconds)
	if c.key == e.key {
		if old := c.micros &^ contradicted; took < old {
			f.micros[i] -= old - took
			c.micros -= old - took
		}
		return duplicate
	}
	page.done++
	c.key = e.key
	c.micros |= took
	f.micros[i] += took
	f.theorems[i].enter(e.Record)
	return counted
}

// prefer remembers the record of a block that counts if there are several: one
// with failures, so that none of them is lost.
func (f *fold) prefer(e entry) {
	_, c := f.blocks[f.index[e.Theorem]].at(e.Block)
	c.key = max(c.key, e.key)
}

// enter adds what a record of a block says that was not counted before.
func (t *TheoremTotals) enter(r Record) {
	t.Counts.Add(r.Counts)
	t.Blocks++
	if r.Top != nil {
		if x := (Extreme{*r.Top, r.Block, r.Kind}); t.Top == nil || x.larger(*t.Top) {
			t.Top = &x
		}
	}
	for _, m := range r.Above {
		t.Above = raise(t.Above, Extreme{m, r.Block, r.Kind})
	}
	for _, x := range r.Failures {
		t.Failures = fail(t.Failures, Failed{x, r.Block, r.Kind})
	}
}

// larger orders margins: the larger comes first, then that of the lower block,
// then of the lower index. The rest, which no two records differ in, makes it total.
func (x Extreme) larger(y Extreme) bool {
	return cmp.Or(
		cmp.Compare(y.Margin.Margin, x.Margin.Margin),
		cmp.Compare(x.Block, y.Block),
		cmp.Compare(x.Index, y.Index),
		cmp.Compare(x.Check, y.Check),
		cmp.Compare(x.What, y.What),
	) < 0
}

// raise enters a margin among the largest of each check and quantity.
func raise(list []Extreme, x Extreme) []Extreme {
	at, there := slices.BinarySearchFunc(list, x, func(a, b Extreme) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.What, b.What))
	})
	if !there {
		list = slices.Insert(list, at, x)
		return list[:min(len(list), mostKinds)] // the first in order: which they are does not depend on when they came
	}
	if x.larger(list[at]) {
		list[at] = x
	}
	return list
}

// fail enters a failure among those of each check and quantity.
func fail(list []FailureTotals, x Failed) []FailureTotals {
	at, there := slices.BinarySearchFunc(list, x, func(a FailureTotals, b Failed) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.What, b.What))
	})
	if !there {
		list = slices.Insert(list, at, FailureTotals{Check: x.Check, What: x.What})
	}
	kind := &list[at]
	kind.Blocks++
	kind.Least = keepLeast(kind.Least, x)
	return list[:min(len(list), mostKinds)]
}

// keepLeast enters a failure among the least, and of one case met twice keeps
// the first.
func keepLeast(list []Failed, x Failed) []Failed {
	at, there := slices.BinarySearchFunc(list, x, func(a, b Failed) int { return compareCases(a.Case, b.Case) })
	switch {
	case !there && at < mostLeast:
		list = slices.Insert(list, at, x)
		return list[:min(len(list), mostLeast)]
	case there && cmp.Or(cmp.Compare(x.Block, list[at].Block), cmp.Compare(x.Index, list[at].Index)) < 0:
		list[at] = x
	}
	return list
}

// compareCases orders JSON texts: short ones first, then by their bytes.
func compareCases(a, b []byte) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), bytes.Compare(a, b))
}

// totals returns a copy of the sum, with missing blocks if they are wanted.
func (f *fold) totals(missing bool) Totals {
	t := Totals{Plan: f.digest}
	for i, th := range f.theorems {
		th = th.clone()
		th.Seconds = float64(f.micros[i]) / 1e6
		if missing && f.plan.Blocks > 0 {
			th.Missing = f.blocks[i].missing(f.plan.Blocks)
		}
		t.Theorems = append(t.Theorems, th)
	}
	return t
}
