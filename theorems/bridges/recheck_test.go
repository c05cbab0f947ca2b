package bridges

import (
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

// TestDecisionsOfFailuresCanFail: what decides the failures of a claim refutes what is
// false.
func TestDecisionsOfFailuresCanFail(t *testing.T) {
	fewer := func(n, r int) int { return n - 2*r }
	theoremtest.CanFail(t, OneSpectrum(), "entries of the R×R Jacobian", "−1 only N − 2R times", decideAtSlopes(fewer))
	theoremtest.CanFail(t, OneSpectrum(), "power sums of N and of R eigenvalues", "−1 only N − 2R times", decideAtSlopes(fewer))
	theoremtest.CanFail(t, OneSpectrum(), "DF_N is DF on average", "φ' = 1 + x", decideMeanSlopes(1, 1))
	theoremtest.CanFail(t, PopulationsToLatents(), "J, noise and rest of both forms", "forms exchanged", decideLinearPart(func(r rationalNetwork) [2]*exact.Matrix {
		j := r.forms()
		return [2]*exact.Matrix{j[1], j[0]}
	}))
	theoremtest.CanFail(t, PopulationsToLatents(), "paths within O(noise²)", "a quarter of φ''", decidePaths(big.NewRat(1, 2)))
	theoremtest.CanFail(t, PopulationsToLatents(), "law of the LDS at a fixed point", "noises of the latents alone", decideLatentLawAt(alone))
	theoremtest.CanFail(t, PopulationsToLatents(), "from a mixture to the LDS", "noises of the latents alone", decideYielded(alone))
	theoremtest.CanFail(t, PopulationsToLatents(), "a simulated network has the LDS's law", "noises of the latents alone", func(c generators.NoisyRun) error {
		return decideLatentLawAt(alone)(c.NoisyPoint)
	})
	theoremtest.CanFail(t, TwoNoisyForms(), "W P Wᵀ", "P for W P Wᵀ", decideTwoFormsAt(func(_, s *exact.Matrix) *exact.Matrix { return s }))
	theoremtest.CanFail(t, TwoNoisyForms(), "x = W r + b at every step", "ε for W ε", decideImage(func(_, shock *exact.Matrix) *exact.Matrix { return shock }))
	theoremtest.CanFail(t, TwoNoisyForms(), "one law of x, at most 2R and R latents", "Wᵀ P W", decideTwoFormsAt(func(w, s *exact.Matrix) *exact.Matrix {
		return w.T().Mul(s).Mul(w)
	}))
}

// alone is the conversion with R_v forgotten.
func alone(j, p, s0 *exact.Matrix) (rationalLDS, error) {
	l, err := latentsOf(j, p, s0)
	if err == nil {
		l.r = l.r.Sub(l.r)
	}
	return l, err
}
