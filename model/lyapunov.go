package model

import (
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// lyapunov is the solution V of V = A V Aᵀ + Q, and what is known of it.
type lyapunov struct {
	v             array
	amplification float64 // ≥ ‖(V ↦ V − A V Aᵀ)⁻¹‖₂ = ‖Σ A^k A^kᵀ‖₂
	residual      float64 // ≥ ‖Q + A V Aᵀ − V‖₂, of V before it was rounded to float64
	errorBound    float64 // ≥ ‖V − V*‖₂
	radius        float64 // ρ(A), as computed, and at most what the certificate allows
}

// stein is the equation V = A V Aᵀ + Q. The A and Q that are meant may be off from those given by what is in the arrays of
// entry bounds.
type stein struct {
	a, q       wide
	offA, offQ array
}

// solveLyapunov solves V = A V Aᵀ + Q for exactly these A and Q (K×K), Q symmetric.
func solveLyapunov(a, q array) (*lyapunov, error) {
	return stein{widen(a), widen(q), newArray(a.rows, a.rows), newArray(a.rows, a.rows)}.solve()
}

// solve doubles, V ← V + A V Aᵀ and A ← A² (Smith 1968), and refines V as a sum of two float64 by residuals that are computed
// to twice the digits; where that is not enough, in as many digits as it takes. No kept Go library solves this equation: gonum
// has no Schur form for users and no xTRSYL (its issue 1929).
//
// The certificate is an X with ‖X − A X Aᵀ − I‖ = r < 1, rounding included, found the same way. Then X − A X Aᵀ ⪰ (1−r)I,
// and, ΣA^k(·)A^kᵀ keeping the order, X ⪰ (1−r) ΣA^kA^kᵀ: if the sum is finite. It is, for X ≻ 0: along a left eigenvector
// (1−|λ|²) lᴴXl > 0. And X ≻ 0 is seen from its Cholesky factor. So ρ(A) < 1, V* exists, and ‖V − V*‖ ≤ ‖X‖/(1−r)·‖residual of V‖.
func (e stein) solve() (*lyapunov, error) {
	k := e.a.hi.rows
	if k == 0 {
		return &lyapunov{v: newArray(0, 0), amplification: 1}, nil
	}
	if most := e.a.hi.maxAbs() + e.q.hi.maxAbs(); math.IsNaN(most) || math.IsInf(most, 0) {
		return nil, invalidf("the entries of a Lyapunov equation overflow")
	}
	radius, err := spectralRadius(e.a.hi)
	if err != nil {
		return nil, err
	}
	if radius >= 1 && e.clearlyUnstable() {
		return nil, fmt.Errorf("%w: spectral radius %.10g ≥ 1", ErrUnstable, radius)
	}
	_, exponent := math.Frexp(e.q.hi.maxAbs())
	e.q, e.offQ = e.q.ldexp(-exponent), e.offQ.scaledByPower(-exponent)
	best := e.refined()
	if !best.accurate() && k <= mostLatentsInManyDigits {
		for _, digits := range []uint{256, 768} {
			next, exhausted := e.inManyDigits(digits)
			if next.better(best) {
				best = next
			}
			if best.accurate() || exhausted {
				break
			}
		}
	}
	switch {
	case best.certified():
		return best.answer(exponent, radius)
	case radius < 0.99:
		return nil, fmt.Errorf("%w: not certified stable: spectral radius %.10g, but powers of A grow too large to tell", ErrUnstable, radius)
	}
	return nil, fmt.Errorf("%w: not certified stable: spectral radius %.10g is too near 1 to decide", ErrUnstable, radius)
}

// mostLatentsInManyDigits is where software arithmetic, 100 times slower, would take more than a second.
const mostLatentsInManyDigits = 24

// clearlyUnstable reports whether an eigenvalue is at or beyond the unit circle with its backward error.
func (e stein) clearlyUnstable() bool {
	a := e.a.hi.dense()
	exponent := scaleToOne(a.RawMatrix().Data)
	pairs, err := eigen(a, math.Ldexp(e.offA.frobenius()+e.a.lo.frobenius(), -exponent))
	if err != nil {
		return false
	}
	for _, p := range pairs {
		if math.Ldexp(cmplx.Abs(p.z)-p.uncertainty, exponent) >= 1 {
			return true
		}
	}
	return false
}

// solution is V with X of the certificate; sizes bound 2-norms.
type solution struct {
	v             wide
	residual      float64 // of V: what remains, rounding of computing it
	inherited     float64 // of V: by entry bounds of A and Q
	certificate   float64 // r
	amplification float64 // ‖X‖/(1−r), +Inf where X is not positive definite
}

func (s solution) certified() bool { return s.certificate <= 0.5 && s.amplification <= math.MaxFloat64 }

// accurate says that V is as good as a float64 for each entry could be.
func (s solution) accurate() bool {
	return s.certified() && s.amplification*s.residual <= 0x1p-51*s.v.hi.frobenius()
}

func (s solution) better(t solution) bool {
	return s.certified() && (!t.certified() || s.amplification*s.residual < t.amplification*t.residual)
}

func (s solution) answer(exponent int, radius float64) (*lyapunov, error) {
	v := s.v.ldexp(exponent)
	if largest := v.hi.maxAbs(); math.IsInf(largest, 0) || math.IsNaN(largest) {
		return nil, fmt.Errorf("%w: stable, but the stationary covariance is larger than a float64 can be", ErrUnstable)
	}
	residual := math.Ldexp(s.residual+s.inherited, exponent)
	// (1−r)I ⪰ (1−r)X/‖X‖, hence ρ² ≤ 1 − 1/amplification.
	limit := min(math.Sqrt(max(0, 1-1/s.amplification))*(1+2*unitRoundoff), 1-unitRoundoff)
	rounding := v.lo.frobenius()
	if s.v.hi.maxAbs() > 0 { // entries that become subnormal
		rounding += float64(v.hi.rows) * smallestSubnormal
	}
	return &lyapunov{
		v:             v.hi,
		amplification: s.amplification,
		residual:      residual,
		errorBound:    s.amplification*residual*(1+4*unitRoundoff) + rounding,
		radius:        min(radius, limit),
	}, nil
}

// doublings is more than any ρ(A) ≤ 1 − 2^-80 takes.
const doublings = 96

// refined is the solution in float64, refined.
func (e stein) refined() solution {
	powers := []array{e.a.hi}
	for range doublings {
		p := powers[len(powers)-1]
		// Below 2^-240 a power adds less than 2^-480 of V, which is not seen in 106 bits even of an entry that is 1e-100 of V.
		if most := p.maxAbs(); most < 0x1p-240 || !(most < 0x1p500) {
			break
		}
		powers = append(powers, p.mul(p))
	}
	identity := stein{e.a, widen(identityArray(e.a.hi.rows)), e.offA, newArray(e.offA.rows, e.offA.cols)}
	x, residual, inherited := identity.refine(powers, func(residual float64, _ wide) bool { return residual <= 0x1p-10 })
	s := solution{certificate: residual + inherited, amplification: math.Inf(1)}
	if s.certificate <= 0.5 {
		s.amplification = amplificationOf(x, s.certificate)
	}
	if !s.certified() {
		return s
	}
	s.v, s.residual, s.inherited = e.refine(powers, func(residual float64, v wide) bool {
		return s.amplification*residual <= 0x1p-54*v.hi.frobenius()
	})
	return s
}

// amplificationOf returns ‖X‖/(1−r), +Inf unless X is shown to be positive definite: a Cholesky decomposition of X, scaled to
// a diagonal near 1, that succeeds after δI was taken away is exact for a matrix nearer than δ (Rump 2006, BIT 46, 433).
func amplificationOf(x wide, r float64) float64 {
	k := x.hi.rows
	scaled := x.hi.symmetrized()
	half := make([]float64, k)
	for i := range half {
		_, exponent := math.Frexp(math.Sqrt(scaled.at(i, i)))
		half[i] = math.Ldexp(1, -exponent)
	}
	scaled = scaled.scaledRows(half).scaledColumns(half)
	for i := range k {
		scaled.data[i*k+i] -= 4 * float64(k*(k+2)) * unitRoundoff
	}
	var chol mat.Cholesky
	if most := scaled.maxAbs(); !(most <= 4) || !chol.Factorize(scaled.symmetric()) {
		return math.Inf(1)
	}
	return largestEigenvalue(x.hi) / (1 - r)
}

// largestEigenvalue returns an upper bound of that of a positive semidefinite array, in which all but the last digits are the
// eigenvalue's.
func largestEigenvalue(x array) float64 {
	values, _, err := x.eigenSym()
	if err != nil {
		return x.frobenius() * sumSlack
	}
	return values[len(values)-1] * sumSlack
}

// refine returns V, bounds of its residual and of what A and Q being off adds to it. It ends when enough says so, or when the
// residual does not fall any more.
func (e stein) refine(powers []array, enough func(residual float64, v wide) bool) (v wide, residual, inherited float64) {
	v, residual = newWide(e.q.hi.rows, e.q.hi.rows), math.Inf(1)
	remains := e.q
	for range 40 {
		next := v.plus(widen(summed(powers, remains.hi)))
		left, bound := e.residual(next)
		if !(bound < residual/2) {
			if bound < residual {
				v, residual = next, bound
			}
			break
		}
		v, residual, remains = next, bound, left
		if enough(residual, v) {
			break
		}
	}
	return v, residual, e.inheritedBy(v.hi.abs())
}

// inheritedBy bounds what A and Q being off adds to the residual of a V of that size.
func (e stein) inheritedBy(size array) float64 {
	av := e.a.hi.abs().mul(size)
	return (2*av.mulT(e.offA).frobenius() + e.offA.mul(size).mulT(e.offA).frobenius() + e.offQ.frobenius()) * sumSlack
}

// sumSlack covers the rounding, and the lower halves of wide numbers, in sums that bound other rounding.
const sumSlack = 1 + 0x1p-20

// summed returns Σ A^k Q A^kᵀ, from the powers A, A², A⁴ …
func summed(powers []array, q array) array {
	for _, p := range powers {
		q = q.plus(p.mul(q).mulT(p)).symmetrized()
	}
	return q
}

// residual returns Q + A V Aᵀ − V, and a bound of its 2-norm with its rounding.
func (e stein) residual(v wide) (r wide, bound float64) {
	k := float64(e.a.hi.rows)
	r = e.q.plus(v.negated()).plusSymmetric(1, e.a.mulT(v), e.a)
	size := e.a.hi.abs().mul(v.hi.abs()).mulT(e.a.hi.abs()).plus(v.hi.abs()).plus(e.q.hi.abs())
	rounding := (8*k + 32) * wideRoundoff * size.frobenius()
	if rounding > 0 { // products that underflow lose less than a subnormal each
		most := 1 + e.a.hi.maxAbs()
		rounding += 8 * k * k * (k + 1) * most * most * smallestSubnormal
	}
	return r, (r.hi.frobenius() + rounding) * sumSlack
}

// spectralRadius returns the largest modulus of an eigenvalue, 0 of an empty array.
func spectralRadius(a array) (float64, error) {
	values, err := eigenvalues(a)
	largest := 0.0
	for _, x := range values {
		largest = math.Max(largest, cmplx.Abs(x))
	}
	return largest, err
}

// eigenvalues returns those of a square matrix, of whatever size its numbers are.
func eigenvalues(a array) ([]complex128, error) {
	if a.empty() {
		return nil, nil
	}
	var eig mat.Eigen
	m := a.dense()
	exponent := scaleToOne(m.RawMatrix().Data)
	if !eig.Factorize(m, mat.EigenNone) && !eig.Factorize(nudged(m), mat.EigenNone) {
		return nil, fmt.Errorf("%w: no convergence on a %d×%d matrix", ErrEigen, a.rows, a.rows)
	}
	values := eig.Values(nil)
	for i, x := range values {
		values[i] = complex(math.Ldexp(real(x), exponent), math.Ldexp(imag(x), exponent))
	}
	return values, nil
}

// scaledByPower returns 2^e B.
func (b array) scaledByPower(e int) array {
	out := b.clone()
	for i, x := range out.data {
		out.data[i] = math.Ldexp(x, e)
	}
	return out
}
