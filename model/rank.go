package model

import (
	"math"
	"slices"
)

// RankTolerance is the relative size at or below which a singular value is
// taken for zero, 0 ≤ tolerance < 1; 0 stands for DefaultRankTolerance of the
// matrix that is decided on. Others are ErrInvalid.
type RankTolerance float64

// DefaultRankTolerance returns 4·max(rows, cols)·2⁻⁵², times the largest
// singular value what rounding may leave of one that is zero: once what a
// decomposition leaves, and as much for each of those that led to the matrix.
func DefaultRankTolerance(rows, cols int) RankTolerance {
	return RankTolerance(max(rows, cols, 1)) * 0x1p-50
}

func (tol RankTolerance) check() error {
	if !(tol >= 0 && tol < 1) {
		return invalidf("rank tolerance is %v, want 0 ≤ tolerance < 1", float64(tol))
	}
	return nil
}

// of returns the tolerance of a rows×cols matrix.
func (tol RankTolerance) of(rows, cols int) float64 {
	if tol == 0 {
		tol = DefaultRankTolerance(rows, cols)
	}
	return float64(tol)
}

// RankDecision tells what a rank was decided from. Another reader of Singular
// may find another gap.
type RankDecision struct {
	Of       string    // the matrix, as the statement that is used calls it
	Rank     int       // how many singular values are above Cut
	Singular []float64 // what was seen, largest first
	Cut      float64   // absolute: those at or below were taken for zero
}

// decide sorts a copy of the singular values. A NaN is below every cut.
func decide(of string, singular []float64, cut float64) RankDecision {
	d := RankDecision{Of: of, Singular: slices.Clone(singular), Cut: cut}
	slices.SortFunc(d.Singular, func(a, b float64) int {
		switch {
		case a > b || math.IsNaN(b) && !math.IsNaN(a):
			return -1
		case b > a || math.IsNaN(a) && !math.IsNaN(b):
			return 1
		}
		return 0
	})
	for d.Rank < len(d.Singular) && d.Singular[d.Rank] > cut {
		d.Rank++
	}
	return d
}

// tallSVD is array.svd by way of a QR decomposition: the iteration meets
// cols×cols numbers, however many rows there are.
func (b array) tallSVD() (u array, s []float64, v array, err error) {
	if b.empty() {
		return newArray(b.rows, 0), nil, newArray(b.cols, 0), nil
	}
	q, r := b.qr()
	u, s, v, err = r.svd()
	if err != nil || q.rows == q.cols {
		return u, s, v, err
	}
	return q.mul(u), s, v, nil
}
