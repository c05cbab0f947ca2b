package bridges

import (
	"errors"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// flawed is a decision with a mistake in it, and the claim whose instances show it.
type flawed struct {
	theorem theorems.Theorem
	claim   string
	mistake string
	decide  func(instance any) error
}

func flaw[C any](theorem theorems.Theorem, claim, mistake string, decide func(C) error) flawed {
	return flawed{theorem, claim, mistake, func(instance any) error { return decide(instance.(C)) }}
}

// TestDecisionsOfFailuresCanFail: what decides the instances of a claim calls a
// false statement violated at one of a few, and the true one at none of them, nor
// where they are changed.
func TestDecisionsOfFailuresCanFail(t *testing.T) {
	for _, c := range flaws() {
		claim, ok := c.theorem.CheckNamed(c.claim)
		require.True(t, ok, "%s, %q", c.theorem.Ref, c.claim)
		var violation *theorems.Violation
		found, decided := false, 0
		for i := 0; i < 60 && !found; i++ {
			instance := claim.Draw(theorems.SeedOf(11, c.mistake, i))
			if i%3 == 2 {
				instance = claim.Mutate(instance, []byte{byte(i), byte(5 * i), 7, byte(3 * i), 1, byte(11 * i), 2, 3})
			}
			found = errors.As(c.decide(instance), &violation)
			right := c.theorem.Recheck(c.claim, instance)
			require.NotEqual(t, theorems.Fails, right.Verdict, "%s, %q: %v", c.theorem.Ref, c.claim, right)
			if right.Verdict == theorems.Holds {
				decided++
			}
		}
		require.True(t, found, "%s, %q: %s is not refuted", c.theorem.Ref, c.claim, c.mistake)
		require.Positive(t, decided, "%s, %q", c.theorem.Ref, c.claim)
	}
}

func flaws() []flawed {
	fewer := func(n, r int) int { return n - 2*r }
	return []flawed{
		flaw(OneSpectrum(), "entries of the R×R Jacobian", "−1 only N − 2R times", decideAtSlopes(fewer)),
		flaw(OneSpectrum(), "power sums of N and of R eigenvalues", "−1 only N − 2R times", decideAtSlopes(fewer)),
		flaw(OneSpectrum(), "DF_N is DF on average", "φ' = 1 + x", decideMeanSlopes(1, 1)),
	}
}
