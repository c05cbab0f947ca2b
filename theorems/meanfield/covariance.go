package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// covarianceOf is a covariance that a subject handed out, admissible to model:
// eigenvalues in units of the deviations that rounding, relative, may have left
// below 0 are set to 0. More than that is left as it is, for model to refuse.
func covarianceOf(rows [][]float64, relative float64) *mat.SymDense {
	n := len(rows)
	given := symmetricOf(n, func(i, j int) float64 { return rows[i][j]/2 + rows[j][i]/2 })
	if _, err := model.DenseNoise(given); err == nil {
		return given
	}
	deviation := make([]float64, n)
	for i := range deviation {
		if deviation[i] = math.Sqrt(math.Max(0, given.At(i, i))); deviation[i] == 0 {
			deviation[i] = 1
		}
	}
	var eig mat.EigenSym
	var v mat.Dense
	if !eig.Factorize(symmetricOf(n, func(i, j int) float64 { return given.At(i, j) / deviation[i] / deviation[j] }), true) {
		return given
	}
	values := eig.Values(nil)
	if values[0] < -float64(n)*relative {
		return given
	}
	eig.VectorsTo(&v)
	return symmetricOf(n, func(i, j int) float64 {
		sum := 0.0
		for k, x := range values {
			sum += math.Max(0, x) * v.At(i, k) * v.At(j, k)
		}
		return sum * deviation[i] * deviation[j]
	})
}

// isSquare reports whether a matrix has n rows of n entries.
func isSquare(rows [][]float64, n int) bool {
	for _, row := range rows {
		if len(row) != n {
			return false
		}
	}
	return len(rows) == n
}
