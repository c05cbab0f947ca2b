package quadrature

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// ∫_{−1}^{1} x^k = 2/(k+1) for even k: Kronrod's 21 nodes to degree 31 and Gauss's 10 to 19, and no further.
func TestRulesAreExactForPolynomials(t *testing.T) {
	for k := 0; k <= 34; k += 2 {
		power := func(x float64) float64 { return math.Pow(x, float64(k)) }
		kronrod, gauss := kronrodWeights[10]*power(0), 0.0
		for i, x := range kronrodNodes[:10] {
			kronrod += 2 * kronrodWeights[i] * power(x)
			if i%2 == 1 {
				gauss += 2 * gaussWeights[i/2] * power(x)
			}
		}
		want := 2 / float64(k+1)
		bound := 2 * float64(21+k) * unit
		require.Equal(t, k <= 31, math.Abs(kronrod-want) <= bound, "Kronrod %d: %g", k, kronrod-want)
		require.Equal(t, k <= 19, math.Abs(gauss-want) <= bound, "Gauss %d: %g", k, gauss-want)
	}
}
