package model

import (
	"fmt"
	"math"
	"math/rand/v2"

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

// asymmetry is what a covariance may be off from symmetric and semidefinite by
// the rounding of whoever computed it, relative to standard deviations: more
// than rounding of good code, far less than a mistake.
const asymmetry = 0x1p-36

// ZeroNoise returns Σ = 0 of n units.
func ZeroNoise(n int) Noise {
	return Noise{n: n, diag: make([]float64, n), plus: newArray(n, 0), minus: newArray(n, 0)}
}

// IsotropicNoise returns Σ = variance·I of n units. A variance that is
// negative or not finite is ErrInvalid.
func IsotropicNoise(n int, variance float64) (Noise, error) {
	s := ZeroNoise(n)
	for i := range s.diag {
		s.diag[i] = variance
	}
	if !(variance >= 0) || math.IsInf(variance, 0) {
		return Noise{}, invalidf("variance is %v, want a number ≥ 0", variance)
	}
	return s, nil
}

// DiagonalNoise returns Σ = diag(variances). An entry that is negative or not
// finite is ErrInvalid.
func DiagonalNoise(variances []float64) (Noise, error) {
	s := ZeroNoise(len(variances))
	copy(s.diag, variances)
	return s, s.checkDiagonal()
}

// LowRankNoise returns Σ = diag(d) + F Fᵀ with d (n) and F (n×p). A negative
// entry of d, one that is not finite, or an F of other than n rows, is ErrInvalid.
func LowRankNoise(d []float64, f mat.Matrix) (Noise, error) { return ReducedNoise(d, f, nil) }

// ReducedNoise returns Σ = diag(d) + F Fᵀ − H Hᵀ with d (n), F (n×p) and H
// (n×h), either nil: the form of the observation noise of a converted network
// (S6). Beside what LowRankNoise refuses, a Σ that is not positive semidefinite
// is ErrInvalid, with the eigenvalue that shows it; that costs O(n (p+h)²).
func ReducedNoise(d []float64, f, h mat.Matrix) (Noise, error) {
	s, err := DiagonalNoise(d)
	if err != nil {
		return Noise{}, err
	}
	for _, factor := range []struct {
		name string
		from mat.Matrix
		to   *array
	}{{"factor", f, &s.plus}, {"minus", h, &s.minus}} {
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
	return s, s.checkReduced()
}

// DenseNoise returns the covariance Σ (n×n), copied. One that is not square,
// not finite, not symmetric or not positive semidefinite (beyond rounding) is
// ErrInvalid, with the entry or the eigenvalue that shows it.
func DenseNoise(cov mat.Matrix) (Noise, error) {
	rows, cols := cov.Dims()
	if rows != cols {
		return Noise{}, invalidf("covariance is %d×%d, want square", rows, cols)
	}
	if err := finiteMatrix("covariance", cov); err != nil {
		return Noise{}, err
	}
	s := Noise{n: rows, full: arrayOf(cov), plus: newArray(rows, 0), minus: newArray(rows, 0)}
	if err := s.checkDense(); err != nil {
		return Noise{}, err
	}
	s.full = s.full.symmetrized()
	return s, nil
}

func (s Noise) checkDiagonal() error {
	for i, x := range s.diag {
		if !(x >= 0) || math.IsInf(x, 0) {
			return invalidf("variance %d is %v, want a number ≥ 0", i, x)
		}
	}
	return nil
}

func (s Noise) checkDense() error {
	deviation := make([]float64, s.n)
	for i := range s.n {
		v := s.full.at(i, i)
		if !(v >= 0) {
			return invalidf("covariance[%d,%d] is %v, want a variance ≥ 0", i, i, v)
		}
		deviation[i] = math.Sqrt(v)
	}
	correlation := newArray(s.n, s.n)
	for i := range s.n {
		for j := range s.n {
			x, y, size := s.full.at(i, j), s.full.at(j, i), deviation[i]*deviation[j]
			if !(math.Abs(x-y) <= asymmetry*size) {
				return invalidf("covariance[%d,%d] is %v and covariance[%d,%d] is %v, want a symmetric matrix", i, j, x, j, i, y)
			}
			if !(math.Abs(x) <= (1+asymmetry)*size) {
				return invalidf("covariance[%d,%d] is %v, more than the variances %v and %v allow", i, j, x, s.full.at(i, i), s.full.at(j, j))
			}
			if size > 0 {
				correlation.set(i, j, x/deviation[i]/deviation[j])
			}
		}
	}
	return checkSemidefinite(correlation)
}

// checkSemidefinite refuses a symmetric matrix of unit diagonal that has a
// negative eigenvalue.
func checkSemidefinite(correlation array) error {
	values, _, err := correlation.eigenSym()
	if err != nil {
		return err
	}
	if len(values) > 0 && !(values[0] >= -asymmetry*float64(len(values))) {
		return invalidf("covariance is not positive semidefinite: scaled to correlations it has the eigenvalue %.6g", values[0])
	}
	return nil
}

// checkReduced refuses a Σ with a minus that takes too much away. With rows
// scaled to unit size, Σ is positive semidefinite iff the small matrix of
// core is.
func (s Noise) checkReduced() error {
	if s.minus.cols == 0 {
		return nil
	}
	core, _, _ := s.core()
	values, _, err := core.eigenSym()
	if err != nil {
		return err
	}
	if !(values[0] >= -asymmetry*(1+core.maxAbs())*float64(len(values))) {
		return invalidf("diag + F Fᵀ − H Hᵀ is not positive semidefinite: it has the (scaled) eigenvalue %.6g", values[0])
	}
	return nil
}

// core writes Σ = T (I_⊥ + B core Bᵀ) T for a structured covariance: T scales
// the units, B has orthonormal columns (those of the units with d > 0 apart
// from the others'), and I_⊥ is the identity on the units with d > 0 less the
// span of B. So Σ ⪰ 0 iff core ⪰ 0, and a root of core is one of Σ.
func (s Noise) core() (core, b array, scale []float64) {
	var noisy, bare []int
	scale = make([]float64, s.n)
	z := s.plus.beside(s.minus)
	for i := range s.n {
		if s.diag[i] > 0 {
			noisy, scale[i] = append(noisy, i), math.Sqrt(s.diag[i])
		} else {
			bare = append(bare, i)
			scale[i] = (array{1, z.cols, z.row(i)}).frobenius()
			if scale[i] == 0 {
				scale[i] = 1
			}
		}
	}
	inverse := make([]float64, s.n)
	for i := range inverse {
		inverse[i] = 1 / scale[i]
	}
	z = z.scaledRows(inverse)
	qn, rn := z.selectRows(noisy).qr()
	qb, rb := z.selectRows(bare).qr()
	signs := make([]float64, z.cols)
	for j := range signs {
		signs[j] = 1
		if j >= s.plus.cols {
			signs[j] = -1
		}
	}
	r := newArray(rn.rows+rb.rows, z.cols)
	copy(r.data, rn.data)
	copy(r.data[len(rn.data):], rb.data)
	core = r.scaledColumns(signs).mulT(r)
	for j := range rn.rows {
		core.data[j*core.cols+j]++
	}
	b = newArray(s.n, core.rows)
	for k, i := range noisy {
		copy(b.row(i), qn.row(k))
	}
	for k, i := range bare {
		copy(b.row(i)[rn.rows:], qb.row(k))
	}
	return core, b, scale
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

// At returns Σ_ij.
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

// Norm returns an upper bound of the largest eigenvalue of Σ, within a factor
// of n of it.
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

func checkUnits(units []int, n int) error {
	seen := map[int]bool{}
	for k, i := range units {
		if i < 0 || i >= n || seen[i] {
			return invalidf("unit %d of the list is %d, want different ones of 0 … %d", k, i, n-1)
		}
		seen[i] = true
	}
	return nil
}

// sampler returns a function that draws from N(0, Σ), after a set-up of O(n
// (p+h)²), or O(n³) for a dense Σ.
func (s Noise) sampler() (func(rng *rand.Rand) []float64, error) {
	if s.Kind() == DenseNoiseKind {
		values, vectors, err := s.full.eigenSym()
		if err != nil {
			return nil, err
		}
		root := vectors.scaledColumns(roots(values))
		return func(rng *rand.Rand) []float64 { return root.timesVector(normals(rng, root.cols)) }, nil
	}
	core, b, scale := s.core()
	values, vectors, err := core.eigenSym()
	if err != nil {
		return nil, err
	}
	root := vectors.scaledColumns(roots(values))
	return func(rng *rand.Rand) []float64 {
		white := normals(rng, s.n)
		for i := range white {
			if s.diag[i] == 0 {
				white[i] = 0
			}
		}
		inside := b.timesVectorT(white) // the columns of units without a d of their own meet zeros here
		drawn := root.timesVector(normals(rng, root.cols))
		for k := range drawn {
			drawn[k] -= inside[k]
		}
		shift := b.timesVector(drawn)
		for i := range white {
			white[i] = scale[i] * (white[i] + shift[i])
		}
		return white
	}, nil
}

func roots(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = math.Sqrt(math.Max(x, 0))
	}
	return out
}

func normals(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}
