package search

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/optimize"
)

// adapt runs CMA-ES over the numbers of a line's best instance, until it no
// longer improves, and reports whether it did.
func (c *climber) adapt(l *line) (improved bool) {
	base, x, before := l.best, c.check.Numbers(l.best), l.score
	if n := len(x); n == 0 || n > mostDims || c.left <= 0 {
		return false
	}
	l.still = 0
	ended, misses := false, 0
	problem := optimize.Problem{Func: func(y []float64) float64 {
		if ended { // an evaluation under way when it was told to end
			return 0
		}
		at := make([]float64, len(x))
		for i := range at {
			at[i] = x[i] + scaleOf(x[i])*y[i]
		}
		instance, ok := c.check.WithNumbers(base, at)
		if !ok {
			misses++
			return math.MaxFloat64 // beyond a hypothesis
		}
		return min(-l.offer(instance, c), math.MaxFloat64)
	}, Status: func() (optimize.Status, error) {
		if c.left <= 0 || l.still > patience || misses > 4*patience {
			ended = true
			return optimize.MethodConverge, nil
		}
		return optimize.NotTerminated, nil
	}}
	// One task at a time: what is drawn does not depend on who is first.
	settings := &optimize.Settings{Concurrent: 1, Converger: optimize.NeverTerminate{}}
	method := &optimize.CmaEsChol{InitStepSize: 0.1, Src: rand.NewPCG(c.rng.Uint64(), 1)}
	// Its result is what was visited; it ends in an error where a covariance degenerates.
	_, _ = optimize.Minimize(problem, make([]float64, len(x)), settings, method)
	return l.score > before
}
