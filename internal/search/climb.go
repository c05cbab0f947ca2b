package search

import (
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
)

// Climb is a stand-in.
func Climb(c theorems.Check, s theorems.Subject, start any, seed uint64, evaluations int, visit func(instance any, out theorems.Outcome) (goOn bool)) {
	rng := rand.New(rand.NewPCG(seed, 2))
	best, bestOut := start, c.On(s, start)
	if !visit(best, bestOut) {
		return
	}
	scale := 0.5
	for range evaluations - 1 {
		x := c.Numbers(best)
		for i := range x {
			x[i] += scale * rng.NormFloat64()
		}
		next, ok := c.WithNumbers(best, x)
		if !ok {
			next = best
		}
		out := c.On(s, next)
		if !visit(next, out) {
			return
		}
		if out.Worst.Margin() > bestOut.Worst.Margin() {
			best, bestOut = next, out
			scale *= 1.5
		} else {
			scale *= 0.9
		}
	}
}
