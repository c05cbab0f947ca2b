package conjectures

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Commutator is a pair of N×N matrices.
type Commutator struct {
	Tags []string    `json:"tags,omitempty"`
	A    [][]float64 `json:"a" dim:"N,N"`
	B    [][]float64 `json:"b" dim:"N,N"`
}

// Canary is a false theorem, to be planted in every hunt: one that does not
// find it false could not find anything. Each way of hunting has a claim of its
// own to refute, which the others come upon rarely or never: the first with
// any pair, the second with two rows that a mutation made dependent, the third by climbing.
func Canary() theorems.Theorem {
	return theorems.Theorem{
		Ref: "canary", ID: "canary/planted",
		Statement: "For all A, B (N×N): tr AB = tr A tr B; det A ≠ 0; ‖AB − BA‖ ≤ 1.25 ‖A‖ ‖B‖ (Frobenius; true with √2).",
		Source:    "planted: false",
		Claims: []theorems.Check{
			theorems.Claim(CanaryDraw, commutators(), judgeTraces),
			theorems.Claim(CanaryMutate, commutators(), judgeDeterminant),
			theorems.Claim(CanaryClimb, commutators(), judgeCommutator),
		},
	}
}

// The claims of the canary, by the way of hunting that refutes them.
const (
	CanaryDraw   = "tr AB = tr A tr B"
	CanaryMutate = "det A ≠ 0"
	CanaryClimb  = "‖AB − BA‖ ≤ 1.25 ‖A‖ ‖B‖"
)

// commutators are pairs of Gaussian matrices: sizes at which a climb gets beyond
// the false bound and a draw hardly ever does.
func commutators() *rapid.Generator[Commutator] {
	return rapid.Custom(func(t *rapid.T) Commutator {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "noise"), rapid.Uint64().Draw(t, "noise")))
		square := func() [][]float64 {
			out := make([][]float64, canaryUnits)
			for i := range out {
				out[i] = make([]float64, canaryUnits)
				for j := range out[i] {
					out[i][j] = rng.NormFloat64()
				}
			}
			return out
		}
		return Commutator{A: square(), B: square()}
	})
}

const canaryUnits = 3

func judgeTraces(_ theorems.Subject, c Commutator) (f theorems.Finding, err error) {
	product, a, b := 0.0, 0.0, 0.0
	for i := range c.A {
		a += c.A[i][i]
		b += c.B[i][i]
		for j := range c.B {
			product += c.A[i][j] * c.B[j][i]
		}
	}
	// Rounding of sums of N² and N products.
	bound := float64(4*len(c.A)*len(c.A)) * 0x1p-53 * norm(c.A) * norm(c.B)
	f.Expect("|tr AB − tr A tr B|", math.Abs(product-a*b), bound, norm(c.A)*norm(c.B))
	return f, nil
}

// judgeDeterminant is for rows that are proportional or 0, which needs no determinant.
func judgeDeterminant(_ theorems.Subject, c Commutator) (f theorems.Finding, err error) {
	for i := range c.A {
		for j := range i + 1 {
			var inner, first, second float64
			for k := range c.A {
				inner += c.A[i][k] * c.A[j][k]
				first += c.A[i][k] * c.A[i][k]
				second += c.A[j][k] * c.A[j][k]
			}
			f.Demand(fmt.Sprintf("row %d of A is not 0, and not row %d", i+1, j+1), first > 0 && (i == j || inner*inner < first*second))
		}
	}
	return f, nil
}

func judgeCommutator(_ theorems.Subject, c Commutator) (f theorems.Finding, err error) {
	n := len(c.A)
	sum := 0.0
	for i := range n {
		for j := range n {
			x := 0.0
			for k := range n {
				x += c.A[i][k]*c.B[k][j] - c.B[i][k]*c.A[k][j]
			}
			sum += x * x
		}
	}
	size := norm(c.A) * norm(c.B)
	f.Expect("‖AB − BA‖", math.Sqrt(sum), 1.25*size, 4*size)
	return f, nil
}

func norm(a [][]float64) float64 {
	sum := 0.0
	for _, row := range a {
		for _, x := range row {
			sum += x * x
		}
	}
	return math.Sqrt(sum)
}
