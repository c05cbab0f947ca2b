package exact

import (
	"fmt"
	"math/big"
)

// Side says where the outermost of some numbers lie with respect to the boundary of a region: a verdict without a tolerance.
type Side int

// The verdicts: all within the open region, none outside but some on the boundary, some outside.
const (
	Inside  Side = -1
	On      Side = 0
	Outside Side = +1
)

// String returns "inside", "on" or "outside".
func (s Side) String() string {
	switch s {
	case Inside:
		return "inside"
	case On:
		return "on"
	case Outside:
		return "outside"
	}
	return fmt.Sprintf("Side(%d)", int(s))
}

// HalfPlane returns Inside if every root has Re < 0, On if the largest real part is 0, Outside if some root has Re > 0.
//
// For the characteristic polynomial of M these are: ẋ = M x is asymptotically stable; undecided by its spectrum; unstable. A
// constant has no roots: Inside. The zero polynomial vanishes everywhere: Outside.
//
// Write p = t^k (E(t²) + t O(t²)) with E(0) ≠ 0 and h = gcd(E, O). A root a ≠ 0 whose mirror image −a is a root too satisfies
// E(a²) = O(a²) = 0, so that h(t²) takes all such pairs away, and with them the imaginary axis, which is conjugate to itself.
// Its roots are on the axis iff those of h are real and negative; otherwise one of ±a has Re > 0. What remains,
// E/h(t²) + t O/h(t²), has no root on the axis, and the Routh–Hurwitz problem for it is the regular one.
func (p Poly) HalfPlane() Side {
	if p.Degree() < 0 {
		return Outside
	}
	stripped, zeroRoots := p.StripZeroRoot()
	var parts [2]integerPoly // E and O
	for k, x := range stripped.primitive() {
		parts[k%2] = append(parts[k%2], x)
	}
	even, odd := parts[0].trim(), parts[1].trim()
	mirrored := greatestCommonDivisor(even, odd)
	if !mirrored.rootsAreNegative() || rootsOnTheRight(quotient(even, mirrored), quotient(odd, mirrored)) > 0 {
		return Outside
	}
	if zeroRoots > 0 || mirrored.degree() > 0 {
		return On
	}
	return Inside
}

// rootsAreNegative reports whether all roots of c, which does not vanish at 0, are real and negative.
func (c integerPoly) rootsAreNegative() bool {
	sturm := newChain(c, c.derivative())
	repeated := sturm[len(sturm)-1] // gcd(c, c′); for a constant, c itself
	distinct := c.degree() - repeated.degree()
	return sturm.changesAtMinusInfinity()-sturm.changesAt(new(big.Rat)) == distinct
}

// rootsOnTheRight returns the number of roots with Re > 0, with multiplicity, of f(t) = even(t²) + t odd(t²) for coprime parts.
//
// Let n be the degree and a_0 t^n + a_1 t^(n−1) + … the polynomial. Along the imaginary axis the argument of f turns by π for
// each root on the left and by −π for each on the right, n − 2r half-turns in all; this is the Cauchy index over the real line of
//
//	(a_1 ω^(n−1) − a_3 ω^(n−3) + …) / (a_0 ω^n − a_2 ω^(n−2) + …),
//
// numerator and denominator being coprime because the parts are (Gantmacher, The Theory of Matrices, chapter XV, §3).
func rootsOnTheRight(even, odd integerPoly) int {
	n := max(2*even.degree(), 2*odd.degree()+1)
	coefficient := func(k int) *big.Int {
		part := even
		if k%2 == 1 {
			part = odd
		}
		if k/2 < len(part) {
			return part[k/2]
		}
		return new(big.Int)
	}
	var axis [2]integerPoly // denominator and numerator
	for i := range axis {
		axis[i] = make(integerPoly, max(n+1-i, 0))
		for k := range axis[i] {
			axis[i][k] = new(big.Int)
			switch (n - i - k) % 4 {
			case 0:
				axis[i][k].Set(coefficient(k))
			case 2:
				axis[i][k].Neg(coefficient(k))
			}
		}
	}
	routh := newChain(axis[0].trim(), axis[1].trim())
	return (n - (routh.changesAtMinusInfinity() - routh.changesAtPlusInfinity())) / 2
}

// UnitDisc returns Inside if every root has |t| < 1, On if the largest modulus is 1, Outside if some root has |t| > 1.
//
// For the characteristic polynomial of A these are: x⁺ = A x is asymptotically stable; undecided by its spectrum; unstable. A
// constant has no roots: Inside. The zero polynomial vanishes everywhere: Outside.
//
// The Möbius map t = (1+s)/(1−s) takes Re s < 0 to |t| < 1. The roots of (1−s)^n p((1+s)/(1−s)) are the images of those of p,
// except that t = −1 goes to s = ∞: the degree drops by its multiplicity.
func (p Poly) UnitDisc() Side {
	p = p.trim()
	n := p.Degree()
	if n < 0 {
		return Outside
	}
	plus, minus := PolyFromInt64(1, 1), PolyFromInt64(1, -1)
	image, power := Poly{}, PolyFromInt64(1) // Horner's rule; power = (1−s)^(n−k)
	for k := n; k >= 0; k-- {
		image = image.Mul(plus).Add(power.Mul(Poly{p[k]}))
		power = power.Mul(minus)
	}
	side := image.HalfPlane()
	if side == Inside && image.Degree() < n {
		return On
	}
	return side
}
