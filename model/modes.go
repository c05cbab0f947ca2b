package model

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Vectors are eigenvectors of one form: Right[k] and Left[k] (each N) satisfy
// M v = λ_k v and lᵀM = λ_k lᵀ (transposed, never conjugated).
type Vectors struct {
	Right, Left [][]complex128
}

// Modes are the eigenmodes with μ ≠ 0 in both forms, column k of one
// corresponding to column k of the other: w_k = D v_k and l_x,k = D l_r,k,
// biorthonormal in both, l_jᵀ v_k = δ_jk. The v_k have norm 1.
type Modes struct {
	Eigenvalues []complex128 // λ_k of M_x and M_r, in 1/time
	Mu          []complex128 // μ_k = 1 + τλ_k for a scalar τ, nil otherwise
	Activation  Vectors
	Activity    Vectors
	// Dropped are eigenvalues of the same problem that rounding cannot tell
	// from μ = 0 (unit-wise τ: from a −1/τ_i), where one form may have no
	// eigenvector.
	Dropped []complex128
	// Condition is the ∞-norm of the inverse of the Gram matrix lᵀv of the
	// modes at unit norm, ≥ 1: how long biorthonormal left vectors are, and the
	// factor by which biorthonormalization loses digits.
	Condition float64
}

// Modes returns the eigenmodes of both forms at the linearization's state.
//
// A mode is dropped when |μ| is not above its own rounding error (backward
// error times eigenvalue condition). A spectrum whose kept modes are
// defective to working precision is ErrDefective, with the condition number;
// so is one whose l_r exceed float64, slopes being next to 0.
// The cost is O(N R²) for a low-rank network. (arXiv:2309.04030; L3–L5, L12)
func (l *Linearization) Modes() (*Modes, error) {
	red := l.reduce()
	pairs, err := eigen(red.matrix, l.assemblyError(red))
	if err != nil {
		return nil, err
	}
	_, scalar := l.net.ScalarTau()
	m := &Modes{}
	var kept []eigenpair
	for _, p := range pairs {
		if l.indistinct(red, p) {
			m.Dropped = append(m.Dropped, red.lambda(p.z))
			continue
		}
		kept = append(kept, p)
		m.Eigenvalues = append(m.Eigenvalues, red.lambda(p.z))
		if scalar {
			m.Mu = append(m.Mu, p.z)
		}
		v := red.right(p.right)
		normalize(v)
		lr := red.activityLeft(p.z, p.left)
		normalize(lr)
		m.Activation.Right = append(m.Activation.Right, v)
		m.Activity.Left = append(m.Activity.Left, lr)
	}
	if err := m.biorthonormalize(l, kept); err != nil {
		return nil, err
	}
	return m, nil
}

// indistinct reports whether rounding cannot tell λ from some −1/τ_i.
func (l *Linearization) indistinct(red *reduction, p eigenpair) bool {
	_, scalar := l.net.ScalarTau()
	if scalar {
		return cmplx.Abs(p.z) <= p.uncertainty
	}
	for i := range l.net.Units() {
		if cmplx.Abs(red.shift(p.z, i)) <= p.uncertainty+2*unitRoundoff/l.net.Tau(i) {
			return true
		}
	}
	return false
}

// biorthonormalize makes l_jᵀ v_k = δ_jk and fills in w = D v and l_x = D l_r.
//
// Left vectors are mixed among eigenvalues that rounding cannot tell apart,
// where no scaling of single pairs would do. Between distinct ones
// orthogonality is automatic up to backward error over gap, and mixing would
// only carry the rounding of a large l_r into a small one.
func (m *Modes) biorthonormalize(l *Linearization, pairs []eigenpair) error {
	k := len(m.Eigenvalues)
	if k == 0 {
		m.Condition = 1
		return nil
	}
	for _, v := range m.Activation.Right {
		w, err := l.throughSlopes(v)
		if err != nil {
			return fmt.Errorf("right eigenvector at μ ≠ 0: %w", err)
		}
		m.Activity.Right = append(m.Activity.Right, w)
	}
	scale := make([]float64, k) // slopes may be tiny: condition is that of unit vectors
	gram := mat.NewDense(2*k, 2*k, nil)
	for i, lr := range m.Activity.Left {
		lx, err := l.throughSlopes(lr)
		if err != nil {
			return fmt.Errorf("left eigenvector at μ ≠ 0: %w", err)
		}
		scale[i] = euclidean(lx)
		for j, v := range m.Activation.Right {
			if i != j && !near(pairs[i], pairs[j]) {
				continue
			}
			g := bilinear(lx, v) / complex(scale[i], 0)
			gram.Set(i, j, real(g))
			gram.Set(k+i, k+j, real(g))
			gram.Set(i, k+j, -imag(g))
			gram.Set(k+i, j, imag(g))
		}
	}
	var lu mat.LU
	lu.Factorize(gram)
	var inverse mat.Dense
	// An ill-conditioned Gram matrix is judged by its inverse: all of its
	// entries may be small, which no condition number shows.
	if err := lu.SolveTo(&inverse, false, identity(2*k)); err != nil && !errors.As(err, new(mat.Condition)) {
		return fmt.Errorf("%w: %v", ErrDefective, err)
	}
	m.Condition = math.Inf(1)
	if !math.IsInf(lu.Cond(), 1) {
		m.Condition = mat.Norm(&inverse, math.Inf(1))
	}
	if !(m.Condition*float64(k)*unitRoundoff < 1) {
		return fmt.Errorf("%w: condition of the modes is %.3g", ErrDefective, m.Condition)
	}
	mixed := make([][]complex128, k)
	for i := range mixed {
		mixed[i] = make([]complex128, l.net.Units())
		for j, lr := range m.Activity.Left {
			if i != j && !near(pairs[i], pairs[j]) {
				continue
			}
			c := complex(inverse.At(i, j), inverse.At(k+i, j)) / complex(scale[j], 0)
			for n := range lr {
				mixed[i][n] += c * lr[n]
			}
		}
		if slices.ContainsFunc(mixed[i], func(z complex128) bool { return !finiteComplex(z) }) {
			return fmt.Errorf("%w: slopes so small (l_x = D l_r is %.3g of a unit l_r) and a condition of %.3g take l_r beyond float64", ErrDefective, scale[i], m.Condition)
		}
	}
	m.Activity.Left = mixed
	for _, lr := range mixed {
		lx, err := l.throughSlopes(lr)
		if err != nil {
			return fmt.Errorf("left eigenvector at μ ≠ 0: %w", err)
		}
		m.Activation.Left = append(m.Activation.Left, lx)
	}
	return nil
}

// near reports whether rounding cannot tell two eigenvalues apart.
func near(a, b eigenpair) bool {
	return cmplx.Abs(a.z-b.z) <= a.uncertainty+b.uncertainty
}

func identity(n int) *mat.Dense {
	id := mat.NewDense(n, n, nil)
	for i := range n {
		id.Set(i, i, 1)
	}
	return id
}
