// Package conjecture shows a module of one's own: a function of its own, a
// theorem about it with mistakes that the theorem must notice, and a conjecture
// that is false. Read README.md first, then dimension.go, theorem.go and
// grows.go.
package conjecture

import (
	"fmt"
	"math"

	"github.com/rankproof/rankproof/theorems"
)

// Dimension returns the participation ratio D = (tr C)²/tr C² of the covariance
// C = G Gᵀ + diag(ψ) of N units that read K shared latents by loadings G (N×K)
// and have private variances ψ (N). It takes N·K² operations and never forms C
// (N×N):
//
//	tr C  = ‖G‖² + Σ_i ψ_i
//	tr C² = ‖GᵀG‖² + 2 Σ_i ψ_i ‖g_i‖² + Σ_i ψ_i²
func Dimension(g [][]float64, psi []float64) (float64, error) {
	if len(g) == 0 || len(psi) != len(g) {
		return 0, fmt.Errorf("dimension: loadings of %d units and private variances of %d", len(g), len(psi))
	}
	var trace, square float64
	gram := make([][]float64, len(g[0]))
	for k := range gram {
		gram[k] = make([]float64, len(gram))
	}
	for i, row := range g {
		if len(row) != len(gram) {
			return 0, fmt.Errorf("dimension: unit %d has %d loadings, unit 0 has %d", i, len(row), len(gram))
		}
		if !(psi[i] >= 0) {
			return 0, fmt.Errorf("dimension: private variance of unit %d is %v", i, psi[i])
		}
		shared := 0.0
		for k, x := range row {
			shared += x * x
			for l, y := range row {
				gram[k][l] += x * y
			}
		}
		trace += shared + psi[i]
		square += 2*psi[i]*shared + psi[i]*psi[i]
	}
	for _, row := range gram {
		for _, x := range row {
			square += x * x
		}
	}
	d := trace * trace / square
	if math.IsNaN(d) || math.IsInf(d, 0) {
		return 0, fmt.Errorf("dimension: (tr C)² = %v over tr C² = %v", trace*trace, square)
	}
	return d, nil
}

// Functions are what the theorem is about, in our implementation or anybody's.
type Functions struct {
	Dimension func(g [][]float64, psi []float64) (float64, error)
}

// dimensionOf returns the function under test, where a subject has it.
func dimensionOf(s theorems.Subject) (func(g [][]float64, psi []float64) (float64, error), error) {
	own, err := theorems.Own[Functions](s)
	if err == nil && own.Dimension == nil {
		err = theorems.Missing("Dimension")
	}
	return own.Dimension, err
}

// Subject is our implementation.
func Subject() theorems.Subject {
	return theorems.OwnSubject("dimension.go", Functions{Dimension: Dimension})
}
