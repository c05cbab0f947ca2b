package vectors

import (
	"math/big"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
)

// noise is a covariance as the wire has it, and as a dense matrix.
type noise struct {
	text  any
	dense [][]float64
}

func iso(n int, variance float64) noise {
	d := make([]float64, n)
	for i := range d {
		d[i] = variance
	}
	return noise{object{"iso": variance}, diagonal(d)}
}

func diag(d ...float64) noise { return noise{object{"diag": d}, diagonal(d)} }

// factored is diag + F Fᵀ, of numbers short enough to be exact.
func factored(d []float64, f [][]float64) noise {
	sum := diagonal(d)
	for i := range sum {
		for j := range sum {
			sum[i][j] += dense.Dot(f[i], f[j])
		}
	}
	return noise{object{"diag": d, "factor": f}, sum}
}

func full(m [][]float64) noise { return noise{m, m} }

func diagonal(d []float64) [][]float64 {
	out := make([][]float64, len(d))
	for i := range out {
		out[i] = make([]float64, len(d))
		out[i][i] = d[i]
	}
	return out
}

func identity(n int) [][]float64 { return iso(n, 1).dense }

// rational is the exact value of a float64.
func rational(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }

// exactRows is a matrix of so many columns, which may have none.
func exactRows(m [][]float64, rows, cols int) *exact.Matrix {
	if rows == 0 || cols == 0 {
		return exact.Zero(rows, cols)
	}
	return must(exact.FromFloat64(m))
}
