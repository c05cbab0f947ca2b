package evidence_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/evidence"
)

// A generator that is claimed to have mean ½, and has 0.52.
func ExampleNewBounded() {
	rng := rand.New(rand.NewPCG(1, 2))
	test, err := evidence.NewBounded(0.5, 0, 1, 1e-6)
	for err == nil && !test.Rejected() && test.Samples() < 100000 {
		err = test.Add(min(1, 0.04+0.96*rng.Float64()))
	}
	fmt.Println(test.Rejected(), test.RejectedAt() < 20000, err)
	// Output: true true <nil>
}
