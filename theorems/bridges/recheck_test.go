package bridges

import (
	"testing"

	"github.com/rankproof/rankproof/theorems/theoremtest"
)

// TestDecisionsOfFailuresCanFail: what decides the failures of a claim refutes what is
// false.
func TestDecisionsOfFailuresCanFail(t *testing.T) {
	fewer := func(n, r int) int { return n - 2*r }
	theoremtest.CanFail(t, OneSpectrum(), "entries of the R×R Jacobian", "−1 only N − 2R times", decideAtSlopes(fewer))
	theoremtest.CanFail(t, OneSpectrum(), "power sums of N and of R eigenvalues", "−1 only N − 2R times", decideAtSlopes(fewer))
	theoremtest.CanFail(t, OneSpectrum(), "DF_N is DF on average", "φ' = 1 + x", decideMeanSlopes(1, 1))
}
