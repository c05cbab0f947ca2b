package model

import (
	"fmt"
)

// CarryRight returns the right eigenvector (N) of the other form that
// corresponds to a right eigenvector v of M in form from, M v = λ v:
// w = D v from activation to activity (L3), and back v = (I + λτ)⁻¹ W w,
// which for a scalar τ is W w/μ with μ = 1 + τλ (L12).
//
// D v = 0, which happens only at μ = 0, and the way back at an eigenvalue
// λ = −1/τ_i are ErrNoImage.
func (l *Linearization) CarryRight(from Form, lambda complex128, v []complex128) ([]complex128, error) {
	if err := l.checkPair(from, lambda, v); err != nil {
		return nil, err
	}
	if from == Activation {
		return l.throughSlopes(v)
	}
	out := applyComplex(l.net.w.Apply, v)
	for i := range out {
		tau := l.net.Tau(i)
		shift := lambda + complex(1/tau, 0) // 0 at λ = −1/τ for every τ, unlike 1 + λτ
		if shift == 0 {
			return nil, noWayBack(lambda, i)
		}
		out[i] /= shift * complex(tau, 0)
	}
	return out, nil
}

// CarryLeft returns the left eigenvector (N) of the other form that
// corresponds to a left eigenvector l of M in form from, lᵀM = λ lᵀ
// (transposes, no conjugation): l_x = D l_r from activity to activation (L4),
// and back l_r = (λI + τ⁻¹)⁻¹ Wᵀ τ⁻¹ l_x, which for a scalar τ is Wᵀ l_x/μ.
//
// The two exceptions are those of CarryRight.
func (l *Linearization) CarryLeft(from Form, lambda complex128, left []complex128) ([]complex128, error) {
	if err := l.checkPair(from, lambda, left); err != nil {
		return nil, err
	}
	if from == Activity {
		return l.throughSlopes(left)
	}
	perTau := make([]complex128, len(left))
	for i := range left {
		perTau[i] = left[i] / complex(l.net.Tau(i), 0)
	}
	out := applyComplex(l.net.w.ApplyTranspose, perTau)
	for i := range out {
		shift := lambda + complex(1/l.net.Tau(i), 0)
		if shift == 0 {
			return nil, noWayBack(lambda, i)
		}
		out[i] /= shift
	}
	return out, nil
}

// checkPair refuses an eigenpair of the wrong length, form, or not finite.
func (l *Linearization) checkPair(form Form, lambda complex128, v []complex128) error {
	if err := form.check(); err != nil {
		return err
	}
	if !finiteComplex(lambda) {
		return invalidf("eigenvalue is %v", lambda)
	}
	return finiteComplexVector("eigenvector", v, l.net.Units())
}

func noWayBack(lambda complex128, unit int) error {
	return fmt.Errorf("%w: eigenvalue %v is −1/tau[%d], μ = 0", ErrNoImage, lambda, unit)
}

// throughSlopes returns D v, and ErrNoImage when it vanishes.
func (l *Linearization) throughSlopes(v []complex128) ([]complex128, error) {
	out := make([]complex128, len(v))
	zero := true
	for i := range v {
		out[i] = complex(l.slopes[i], 0) * v[i]
		zero = zero && out[i] == 0
	}
	if zero {
		return nil, fmt.Errorf("%w: D v = 0", ErrNoImage)
	}
	return out, nil
}

// applyComplex applies a real operator to real and imaginary parts.
func applyComplex(apply func(dst, x []float64), v []complex128) []complex128 {
	re, im := make([]float64, len(v)), make([]float64, len(v))
	for i, z := range v {
		re[i], im[i] = real(z), imag(z)
	}
	wre, wim := make([]float64, len(v)), make([]float64, len(v))
	apply(wre, re)
	apply(wim, im)
	out := make([]complex128, len(v))
	for i := range out {
		out[i] = complex(wre[i], wim[i])
	}
	return out
}

// bilinear returns aᵀb = Σ a_i b_i, without conjugation.
func bilinear(a, b []complex128) complex128 {
	var s complex128
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
