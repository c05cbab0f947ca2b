package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// ridgeSolution minimizes ‖A c − y‖² + β‖c‖² over c (columns×R).
type ridgeSolution struct {
	coefficients array
	rank         int
	condition    float64
}

// solveRidge solves the least-squares problem of [A; √β 1] and [y; 0] by a QR
// decomposition, for all columns of y at once. Where that matrix is singular
// at working precision, singular values at or below the default tolerance are
// cut and c is the one of least norm: then ‖A c − y‖ is at most that of any
// other c', up to Cut·‖c'‖ and rounding.
func solveRidge(a, y array, ridge float64) (ridgeSolution, error) {
	stacked, right := a, y
	if ridge > 0 {
		stacked = a.above(identityArray(a.cols).scaled(math.Sqrt(ridge)))
		right = y.above(newArray(a.cols, y.cols))
	}
	tolerance := RankTolerance(0).of(stacked.rows, stacked.cols)
	q, r := stacked.qr()
	projected := q.tmul(right)
	if stacked.rows > stacked.cols { // otherwise qr leaves all to the singular values
		upper := blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: r.cols, Stride: r.cols, Data: r.data}
		if inverse := lapack64.Trcon(lapack.MaxColumnSum, upper, make([]float64, 3*r.cols), make([]int, r.cols)); inverse > tolerance {
			blas64.Trsm(blas.Left, blas.NoTrans, 1, upper, projected.general())
			return ridgeSolution{projected, r.cols, 1 / inverse}, nil
		}
	}
	u, s, v, err := r.svd()
	if err != nil {
		return ridgeSolution{}, err
	}
	kept := decide("[Φ; √β 1]", s, tolerance*s[0])
	condition := 1.0
	if kept.Rank > 0 {
		condition = s[0] / s[kept.Rank-1]
	}
	c := u.columns(0, kept.Rank).tmul(projected)
	for k := range kept.Rank {
		for j := range c.row(k) {
			c.row(k)[j] /= s[k]
		}
	}
	return ridgeSolution{v.columns(0, kept.Rank).mul(c), kept.Rank, condition}, nil
}

// above returns [B; C].
func (b array) above(c array) array {
	if b.cols != c.cols {
		panic("model: arrays do not fit")
	}
	return array{b.rows + c.rows, b.cols, append(append(make([]float64, 0, len(b.data)+len(c.data)), b.data...), c.data...)}
}

// rowsBetween returns rows from ≤ i < to.
func (b array) rowsBetween(from, to int) array {
	return array{to - from, b.cols, append([]float64(nil), b.data[from*b.cols:to*b.cols]...)}
}
