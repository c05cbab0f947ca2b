package quadrature_test

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/oracles/quadrature"
)

// One centred population of rank one, Σ_mm = 1 and Σ_nm = 1.6: by Stein F(κ) = (1.6⟨tanh′⟩(0, κ²) − 1)κ, with 0.8264838565676281
// and 0.3647387657430601 at κ² = ¼ and 4 from 30-digit arithmetic, and 1/1.6 at the fixed point.
func ExampleField() {
	p := quadrature.Population{Weight: 1, Mean: []float64{0, 0, 0}, Cov: [][]float64{{1, 1.6, 0}, {1.6, 3, 0}, {0, 0, 0}}}
	for _, kappa := range []float64{0.5, 0.9481343176061606, 2} {
		value, err, failure := quadrature.Field("tanh", []quadrature.Population{p}, []float64{kappa})
		fmt.Printf("|F(%.3f)| = %.6f, %t, %v\n", kappa, math.Abs(value[0]), err < 1e-11, failure)
	}
	// Output:
	// |F(0.500)| = 0.161187, true, <nil>
	// |F(0.948)| = 0.000000, true, <nil>
	// |F(2.000)| = 0.832836, true, <nil>
}
