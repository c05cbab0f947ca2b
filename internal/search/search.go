// Package search looks for the instances on which a check comes nearest to
// failing: it climbs the margin, error over bound, which is at most 1 where the
// statement holds.
//
// Margins are rough functions of an instance: where the error is that of
// rounding they are noise on a trend, they are flat where nothing is rounded,
// and what matters most is often structure, such as two equal rows. So a climb
// is a (1+λ) strategy whose offspring are moves on the structure and steps of
// the numbers, of sizes over many magnitudes, from the best of a handful of
// draws; where that no longer improves, CMA-ES takes the numbers over; then it
// starts anew.
package search

import (
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
)

// Score is what a climb maximizes: the margin where a check holds, +∞ where it
// fails, and less than any margin where it says nothing.
func Score(out theorems.Outcome) float64 {
	switch {
	case out.NotTried:
		return -3
	case out.Vacuous:
		return -2
	case out.Verdict == theorems.Unknown:
		return -1
	case out.Verdict == theorems.Fails:
		return math.Inf(1)
	}
	return out.Worst.Margin()
}

const (
	handful  = 12  // draws, of which a climb starts from the best
	patience = 60  // evaluations without improvement, after which CMA-ES is tried
	mostDims = 120 // numbers beyond which CMA-ES does not learn a covariance in time
)

// Climb judges instances, each near the best of those before, for a number of
// evaluations or until visit returns false. The first is start, if it is not
// nil. What it visits depends on the seed alone.
func Climb(c theorems.Check, s theorems.Subject, start any, seed uint64, evaluations int, visit func(instance any, out theorems.Outcome) (goOn bool)) {
	cl := &climber{check: c, subject: s, visit: visit, left: evaluations, rng: rand.New(rand.NewPCG(seed, 0x636c696d62))}
	for cl.left > 0 {
		cl.restart(start)
		cl.evolve()
		cl.adapt()
		start = nil
	}
}

type climber struct {
	check   theorems.Check
	subject theorems.Subject
	visit   func(any, theorems.Outcome) bool
	left    int // evaluations
	rng     *rand.Rand

	best  any // of this start
	score float64
}

// judge judges an instance, and returns its score.
func (c *climber) judge(instance any) float64 {
	if c.left <= 0 {
		return math.Inf(-1)
	}
	c.left--
	out := c.check.On(c.subject, instance)
	if !c.visit(instance, out) {
		c.left = 0
	}
	score := Score(out)
	if math.IsInf(score, 1) {
		// A failure is found; what else there is is not looked for beside it.
		return math.Inf(-1)
	}
	return score
}

// offer keeps an instance that is as good as the best. Along plateaus, as of
// margin 0, a climb drifts.
func (c *climber) offer(instance any) (better bool) {
	score := c.judge(instance)
	if score < c.score {
		return false
	}
	better = score > c.score
	c.best, c.score = instance, score
	return better
}

// restart takes the best of a handful of draws, and of start.
func (c *climber) restart(start any) {
	c.best, c.score = start, math.Inf(-1)
	if start != nil {
		c.score = c.judge(start)
	}
	for range handful {
		if c.left > 0 {
			c.offer(c.check.Draw(c.rng.Uint64()))
		}
	}
}

// evolve is the (1+1) strategy.
func (c *climber) evolve() {
	for still := 0; still < patience && c.left > 0; still++ {
		if c.offer(c.child()) {
			still = 0
		}
	}
}

// child returns the best instance changed: by moves, or by a step of some of
// its numbers.
func (c *climber) child() any {
	if c.rng.IntN(2) == 0 {
		return c.moved()
	}
	x := c.check.Numbers(c.best)
	if len(x) == 0 {
		return c.moved()
	}
	size := math.Exp2(-12 * c.rng.Float64())
	share := math.Exp2(-4 * c.rng.Float64()) // of the numbers
	some := c.rng.IntN(len(x))
	for i := range x {
		if i == some || c.rng.Float64() < share {
			x[i] += size * scaleOf(x[i]) * c.rng.NormFloat64()
		}
	}
	if next, ok := c.check.WithNumbers(c.best, x); ok {
		return next
	}
	return c.moved()
}

func scaleOf(x float64) float64 { return math.Abs(x) + 0x1p-4 }

func (c *climber) moved() any {
	moves := make([]byte, 8)
	for i := range moves {
		moves[i] = byte(c.rng.Uint32())
	}
	return c.check.Mutate(c.best, moves[:2+c.rng.IntN(7)])
}
