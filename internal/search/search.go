// Package search looks for the instances on which a check comes nearest to
// failing: it climbs the margin, error over bound, which is at most 1 where the
// statement holds.
//
// Margins are rough functions of an instance: where the error is that of
// rounding they are noise on a trend, they are flat where nothing is rounded,
// and what matters most is often structure, such as two equal rows. So a climb
// keeps several lines, each a (1+1) strategy whose offspring are moves on the
// structure and steps of the numbers, of sizes over many magnitudes. Better
// lines have more offspring, fresh draws take the place of worse ones, and where
// the best no longer improves, CMA-ES takes its numbers over.
package search

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

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
	handful  = 24  // draws, of which the lines are the best
	lines    = 6   // that are followed
	patience = 80  // offspring without improvement, after which a line ends
	fresh    = 8   // one evaluation in so many is of a draw
	mostDims = 120 // numbers beyond which CMA-ES does not learn a covariance in time
)

// Climb judges instances, each near the best of those before, for a number of
// evaluations or until visit returns false. The first is start, if it is not
// nil. What it visits depends on the seed alone.
func Climb(c theorems.Check, s theorems.Subject, start any, seed uint64, evaluations int, visit func(instance any, out theorems.Outcome) (goOn bool)) {
	cl := &climber{check: c, subject: s, visit: visit, left: evaluations, rng: rand.New(rand.NewPCG(seed, 0x636c696d62))}
	if start != nil {
		cl.enter(start)
	}
	for range handful {
		cl.enter(c.Draw(cl.rng.Uint64()))
	}
	for cl.left > 0 {
		cl.step()
	}
}

type climber struct {
	check   theorems.Check
	subject theorems.Subject
	visit   func(any, theorems.Outcome) bool
	left    int // evaluations
	rng     *rand.Rand
	lines   []line // the best first
}

// line is the best instance so far of a line of descent.
type line struct {
	best  any
	score float64
	still int // offspring since it improved
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

// enter begins a line at an instance, in place of the worst if there are many.
func (c *climber) enter(instance any) {
	if c.left <= 0 {
		return
	}
	c.lines = append(c.lines, line{best: instance, score: c.judge(instance)})
	c.sort()
	c.lines = c.lines[:min(len(c.lines), lines)]
}

func (c *climber) sort() {
	slices.SortStableFunc(c.lines, func(a, b line) int { return cmp.Compare(b.score, a.score) })
}

// step judges a draw, or an offspring of a line: of the best one time in two.
func (c *climber) step() {
	if c.rng.IntN(fresh) == 0 {
		c.enter(c.check.Draw(c.rng.Uint64()))
		return
	}
	k := 0
	for k+1 < len(c.lines) && c.rng.IntN(2) == 0 {
		k++
	}
	l := &c.lines[k]
	switch l.offer(c.child(l.best), c); {
	case l.still < patience:
	case k == 0 && c.adapt(l):
		l.still = 0
	default:
		c.lines = slices.Delete(c.lines, k, k+1)
		c.enter(c.check.Draw(c.rng.Uint64()))
	}
	c.sort()
}

// offer keeps an instance that is as good as the best of the line: on plateaus,
// as of margin 0, it drifts.
func (l *line) offer(instance any, c *climber) float64 {
	score := c.judge(instance)
	l.still++
	if score > l.score {
		l.still = 0
	}
	if score >= l.score {
		l.best, l.score = instance, score
	}
	return score
}

// child returns an instance changed: by moves, or by a step of some of
// its numbers.
func (c *climber) child(best any) any {
	x := c.check.Numbers(best)
	if len(x) == 0 || c.rng.IntN(6) > 0 {
		return c.moved(best)
	}
	size := math.Exp2(-12 * c.rng.Float64())
	share := math.Exp2(-4 * c.rng.Float64()) // of the numbers
	some := c.rng.IntN(len(x))
	for i := range x {
		if i == some || c.rng.Float64() < share {
			x[i] += size * scaleOf(x[i]) * c.rng.NormFloat64()
		}
	}
	if next, ok := c.check.WithNumbers(best, x); ok {
		return next
	}
	return c.moved(best)
}

func scaleOf(x float64) float64 { return math.Abs(x) + 0x1p-4 }

func (c *climber) moved(best any) any {
	moves := make([]byte, 8)
	for i := range moves {
		moves[i] = byte(c.rng.Uint32())
	}
	return c.check.Mutate(best, moves[:2+c.rng.IntN(7)])
}
