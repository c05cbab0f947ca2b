package model

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Noise is a covariance Σ (n×n), symmetric and positive semidefinite; singular
// and zero ones are as legal as any. It is held as it was given: isotropic,
// diagonal, or Σ = diag(d) + F Fᵀ − H Hᵀ in O(n·(columns of F and H)) numbers,
// or dense. Nothing expands the first three to n×n unless asked to.
//
// Numbers are variances, not standard deviations. A Noise is immutable; the
// zero value is that of no units.
type Noise struct {
	n     int
	diag  []float64 // d, nil for a dense covariance
	plus  array     // F (n×p)
	minus array     // H (n×h)
	full  array     // n×n, of a dense covariance alone
}

// NoiseKind says how a covariance is held.
type NoiseKind int

// A covariance is c·I, diag(d), diag(d) + F Fᵀ − H Hᵀ, or n×n numbers.
const (
	Isotropic NoiseKind = iota
	Diagonal
	LowRankPlusDiagonal
	DenseNoiseKind
)

// String returns "isotropic", "diagonal", "low rank plus diagonal" or "dense".
func (k NoiseKind) String() string {
	return [...]string{"isotropic", "diagonal", "low rank plus diagonal", "dense"}[k]
}

// ZeroNoise returns Σ = 0 of n units, n ≥ 0.
func ZeroNoise(n int) Noise {
	if n < 0 {
		panic(fmt.Sprintf("model: ZeroNoise of %d units", n))
	}
	return Noise{n: n, diag: make([]float64, n), plus: newArray(n, 0), minus: newArray(n, 0)}
}

// IsotropicNoise returns Σ = variance·I of n units. A variance that is
// negative or not finite, or an n < 0, is ErrInvalid.
func IsotropicNoise(n int, variance float64) (Noise, error) {
	if n < 0 {
		return Noise{}, invalidf("noise of %d units, want 0 or more", n)
	}
	if !(variance >= 0) || math.IsInf(variance, 0) {
		return Noise{}, invalidf("variance is %v, want a number ≥ 0", variance)
	}
	s := ZeroNoise(n)
	for i := range s.diag {
		s.diag[i] = variance
	}
	return s, nil
}

// DiagonalNoise returns Σ = diag(variances). An entry that is negative or not
// finite is ErrInvalid.
func DiagonalNoise(variances []float64) (Noise, error) {
	s := ZeroNoise(len(variances))
	copy(s.diag, variances)
	if err := s.checkDiagonal(); err != nil {
		return Noise{}, err
	}
	return s, nil
}

// LowRankNoise returns Σ = diag(d) + F Fᵀ with d (n) and F (n×p). A negative
// entry of d, one that is not finite, a variance that overflows, or an F of other
// than n rows, is ErrInvalid.
func LowRankNoise(d []float64, f mat.Matrix) (Noise, error) { return ReducedNoise(d, f, nil) }

// ReducedNoise returns Σ = diag(d) + F Fᵀ − H Hᵀ with d (n), F (n×p) and H
// (n×h), either nil: the form of the observation noise of a converted network
// (S6). Beside what LowRankNoise refuses, a Σ that is not positive semidefinite
// (beyond rounding, relative to standard deviations) is ErrInvalid, with the
// unit or the eigenvalue that shows it; that costs O(n (p+h)²).
func ReducedNoise(d []float64, f, h mat.Matrix) (Noise, error) {
	s, err := DiagonalNoise(d)
	if err != nil {
		return Noise{}, err
	}
	for _, factor := range []struct {
		name string
		from mat.Matrix
		to   *array
	}{{"F", given(f), &s.plus}, {"H", given(h), &s.minus}} {
		if factor.from == nil {
			continue
		}
		if err := finiteMatrix(factor.name, factor.from); err != nil {
			return Noise{}, err
		}
		*factor.to = arrayOf(factor.from)
		if factor.to.rows != s.n {
			return Noise{}, invalidf("%s is %d×%d, want %d rows as diag has entries", factor.name, factor.to.rows, factor.to.cols, s.n)
		}
	}
	if err := s.checkReduced(); err != nil {
		return Noise{}, err
	}
	return s, nil
}

// DenseNoise returns the covariance Σ (n×n), copied. One that is not square,
// not finite, not symmetric or not positive semidefinite (beyond rounding) is
// ErrInvalid, with the entry or the eigenvalue that shows it.
func DenseNoise(cov mat.Matrix) (Noise, error) {
	if given(cov) == nil {
		return Noise{}, invalidf("no covariance is given")
	}
	rows, cols := cov.Dims()
	if rows != cols {
		return Noise{}, invalidf("covariance is %d×%d, want square", rows, cols)
	}
	if err := finiteMatrix("covariance", cov); err != nil {
		return Noise{}, err
	}
	s := denseNoise(arrayOf(cov))
	if err := s.checkDense(); err != nil {
		return Noise{}, err
	}
	s.full = s.full.symmetrized()
	return s, nil
}

// Dim returns n, the number of units.
func (s Noise) Dim() int { return s.n }

// Kind returns how Σ is held.
func (s Noise) Kind() NoiseKind {
	switch {
	case s.diag == nil && s.n > 0:
		return DenseNoiseKind
	case s.plus.cols+s.minus.cols > 0:
		return LowRankPlusDiagonal
	}
	for _, x := range s.diag {
		if x != s.diag[0] {
			return Diagonal
		}
	}
	return Isotropic
}

// At returns Σ_ij. It panics unless 0 ≤ i, j < n.
func (s Noise) At(i, j int) float64 {
	if i < 0 || j < 0 || i >= s.n || j >= s.n {
		panic(fmt.Sprintf("model: entry (%d,%d) of a covariance of %d units", i, j, s.n))
	}
	if s.diag == nil {
		return s.full.at(i, j)
	}
	sum := 0.0
	if i == j {
		sum = s.diag[i]
	}
	for k, f := range s.plus.row(i) {
		sum += f * s.plus.at(j, k)
	}
	for k, h := range s.minus.row(i) {
		sum -= h * s.minus.at(j, k)
	}
	return sum
}

// Dense returns Σ expanded to n×n, nil for n = 0.
func (s Noise) Dense() *mat.SymDense { return s.expanded().symmetric() }

func (s Noise) expanded() array {
	if s.diag == nil {
		return s.full.clone()
	}
	return diagonalArray(s.diag).plus(s.plus.mulT(s.plus)).minus(s.minus.mulT(s.minus))
}

// Structure returns copies of d (n), F (n×p) and H (n×h) of Σ = diag(d) +
// F Fᵀ − H Hᵀ, F and H nil where they have no columns; ok is false for a dense
// covariance.
func (s Noise) Structure() (d []float64, f, h *mat.Dense, ok bool) {
	if s.Kind() == DenseNoiseKind {
		return nil, nil, nil, false
	}
	return append([]float64{}, s.diag...), s.plus.dense(), s.minus.dense(), true
}

// times returns Σ X (n×k) for X (n×k), in O(n·k·(1+p+h)) unless Σ is dense.
func (s Noise) times(x array) array {
	if s.Kind() == DenseNoiseKind {
		return s.full.mul(x)
	}
	out := x.scaledRows(s.diag)
	out = out.plus(s.plus.mul(s.plus.tmul(x)))
	return out.minus(s.minus.mul(s.minus.tmul(x)))
}

// Norm returns an upper bound of the largest eigenvalue of Σ: within a factor
// of n of it, or, where H takes away, of that of diag(d) + F Fᵀ.
func (s Noise) Norm() float64 {
	if s.Kind() == DenseNoiseKind {
		return s.full.frobenius()
	}
	largest := 0.0
	for _, x := range s.diag {
		largest = math.Max(largest, x)
	}
	if s.plus.cols > 0 {
		largest += s.plus.frobenius() * s.plus.frobenius()
	}
	return largest
}

// Restrict returns the covariance of some of the units, in the given order. An
// index outside 0 … n−1, or one that occurs twice, is ErrInvalid.
func (s Noise) Restrict(units []int) (Noise, error) {
	if err := checkUnits(units, s.n); err != nil {
		return Noise{}, err
	}
	out := Noise{n: len(units), plus: s.plus.selectRows(units), minus: s.minus.selectRows(units)}
	if s.Kind() == DenseNoiseKind {
		out.full = s.full.selectRows(units).t().selectRows(units)
		return out, nil
	}
	out.diag = make([]float64, len(units))
	for k, i := range units {
		out.diag[k] = s.diag[i]
	}
	return out, nil
}
