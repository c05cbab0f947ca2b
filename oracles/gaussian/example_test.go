package gaussian_test

import (
	"fmt"
	"log"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// A network of which one unit is observed is not Markov: the third observation depends on the first, given the second.
func ExampleProcess_MarkovGap() {
	observed := gaussian.LDS{
		A: [][]float64{{0, 0.5}, {0, 0.5}}, // J = M Nᵀ, M = (1, 1), N = (0, 1/2)
		C: [][]float64{{1, 0}},
		Q: [][]float64{{1, 0}, {0, 1}},
		R: [][]float64{{0}},
	}
	p, err := observed.Process()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.6f nats\n", p.MarkovGap())
	// Output: 0.001135 nats
}

// The same in rationals, where it is the logarithm of a fraction.
func ExampleRatioOfDeterminants() {
	half := exact.FromInt64([][]int64{{0, 1}, {0, 1}}).Mul(exact.FromInt64([][]int64{{2, 0}, {0, 2}}).GeneralizedInverse())
	observed := gaussian.ExactLDS{A: half, C: exact.FromInt64([][]int64{{1, 0}}), Q: exact.Identity(2), R: exact.Zero(1, 1)}
	joint, err := observed.Joint(3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("e^(−2I) =", gaussian.RatioOfDeterminants(joint, []int{2}, []int{0}, []int{1}))
	// Output: e^(−2I) = 440/441
}
