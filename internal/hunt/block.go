package hunt

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/search"
	"github.com/rankproof/rankproof/theorems"
)

// The ways of finding instances, by which blocks differ.
const (
	draw   = "draw"   // from the generators
	mutate = "mutate" // instances that were kept, or drawn, and changed at random
	climb  = "climb"  // a directed search of the largest margin
)

// kindOf returns the way of a block: half of them draw.
func kindOf(index int) string { return [kinds]string{draw, mutate, draw, climb}[index%kinds] }

const kinds = 4

// mostMoves bounds how many bytes say how an instance is changed.
const mostMoves = 48

// Grounds are what blocks are judged with: a pure function of the plan.
type Grounds struct {
	Subject theorems.Subject
	Seed    uint64
	Size    int // instances of a block
	Starts  map[string][]Start
	Ledger  *theorems.Ledger
}

// Start is an instance that was kept, with the check of its theorem that
// takes it.
type Start struct {
	Check    theorems.Check
	Instance any
}

// visitor is shown the instances of a block in their order, and says whether
// to go on.
type visitor func(index int, c theorems.Check, instance any, out theorems.Outcome) bool

// Each judges the instances of a block and shows them, until see returns false.
func (g Grounds) Each(t theorems.Theorem, index int, see visitor) {
	seed := theorems.SeedOf(g.Seed, "hunt/"+t.ID, index)
	rng := rand.New(rand.NewPCG(seed, 1))
	switch kind := kindOf(index); {
	case kind == mutate:
		g.mutated(t, seed, rng, see)
	case kind == climb && len(t.Claims) > 0:
		g.climbed(t, index/kinds, seed, rng, see)
	default:
		for i, c := range t.Turns(g.Size) {
			instance := c.Draw(theorems.SeedOf(seed, c.Name, i))
			if !see(i, c, instance, c.On(g.Subject, instance)) {
				return
			}
		}
	}
}

func (g Grounds) mutated(t theorems.Theorem, seed uint64, rng *rand.Rand, see visitor) {
	for i, c := range t.Turns(g.Size) {
		start := c.Draw(theorems.SeedOf(seed, c.Name, i))
		if kept := g.Starts[t.ID]; len(kept) > 0 && rng.IntN(2) == 0 {
			s := kept[rng.IntN(len(kept))]
			c, start = s.Check, s.Instance
		}
		moves := make([]byte, 1+rng.IntN(mostMoves))
		for k := range moves {
			moves[k] = byte(rng.Uint32())
		}
		instance := c.Mutate(start, moves)
		if !see(i, c, instance, c.On(g.Subject, instance)) {
			return
		}
	}
}

// climbed gives the claims of a theorem a climb each, in turn, the last first.
func (g Grounds) climbed(t theorems.Theorem, turn int, seed uint64, rng *rand.Rand, see visitor) {
	c := t.Claims[len(t.Claims)-1-turn%len(t.Claims)]
	start := c.Draw(theorems.SeedOf(seed, c.Name, 0))
	if kept := startsOf(g.Starts[t.ID], c.Name); len(kept) > 0 && rng.IntN(2) == 0 {
		start = kept[rng.IntN(len(kept))].Instance
	}
	i := 0
	search.Climb(c, g.Subject, start, seed, g.Size, func(instance any, out theorems.Outcome) bool {
		i++
		return see(i-1, c, instance, out)
	})
}

func startsOf(kept []Start, check string) []Start {
	var out []Start
	for _, s := range kept {
		if s.Check.Name == check {
			out = append(out, s)
		}
	}
	return out
}

// Block judges a block and returns its record; ok is false if ctx ended first.
// It tells seen of the tags of each instance.
func (g Grounds) Block(ctx context.Context, t theorems.Theorem, index int, seen func(tags []string)) (r journal.Record, ok bool) {
	r = journal.Record{Theorem: t.ID, Block: index, Kind: kindOf(index)}
	var above margins
	g.Each(t, index, func(i int, c theorems.Check, instance any, out theorems.Outcome) bool {
		if ctx.Err() != nil {
			return false
		}
		count(&r.Counts, out)
		seen(c.Tags(instance))
		switch out.Verdict {
		case theorems.Fails:
			fail(&r, i, c, instance, out)
		case theorems.Holds:
			if m := out.Worst.Margin(); m > 0 && (r.Top == nil || m > r.Top.Margin) {
				r.Top = &journal.Margin{Check: c.Name, What: out.Worst.What, Margin: m, Index: i}
			}
			for _, q := range out.Margins {
				above.add(journal.Margin{Check: c.Name, What: q.What, Margin: q.Margin(), Index: i})
			}
		}
		return true
	})
	for _, m := range above {
		if m.Margin > g.Ledger.Largest(t.ID, m.Check, m.What) {
			r.Above = append(r.Above, m)
		}
	}
	return r, ctx.Err() == nil
}

// margins holds the largest of each quantity, in the order in which they came.
type margins []journal.Margin

func (all *margins) add(m journal.Margin) {
	for i, known := range *all {
		if known.Check == m.Check && known.What == m.What {
			if m.Margin > known.Margin {
				(*all)[i] = m
			}
			return
		}
	}
	*all = append(*all, m)
}

func count(c *journal.Counts, out theorems.Outcome) {
	c.Instances++
	switch {
	case out.NotTried:
		c.NotTried++
	case out.Vacuous:
		c.Vacuous++
	case out.Verdict == theorems.Holds:
		c.Holds++
	case out.Verdict == theorems.Fails:
		c.Fails++
	default:
		c.Unknown++
	}
	if out.Exact {
		c.Exact++
	}
}

// fail keeps the first failure of each kind.
func fail(r *journal.Record, index int, c theorems.Check, instance any, out theorems.Outcome) {
	what := out.Way()
	for _, f := range r.Failures {
		if f.Check == c.Name && f.What == what {
			return
		}
	}
	text, err := json.Marshal(instance)
	if err != nil { // a number that is not finite: the generator's defect
		what, text = what+" (instance is not JSON)", []byte("{}")
	}
	r.Failures = append(r.Failures, journal.Failure{Check: c.Name, What: what, Exact: out.Exact, Found: out.Finding.String(), Index: index, Case: text})
}

// At returns the instance of a block at an index, which the block is judged
// again for.
func (g Grounds) At(t theorems.Theorem, block, index int) (found any, out theorems.Outcome) {
	g.Each(t, block, func(i int, _ theorems.Check, instance any, o theorems.Outcome) bool {
		if i == index {
			found, out = instance, o
		}
		return i < index
	})
	return found, out
}

// isNew reports whether a margin is larger than one before by enough to be news.
func isNew(m, before float64) bool { return m > before && math.Log(m/before) > 0.01 }
