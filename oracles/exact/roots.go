package exact

import (
	"math/big"
)

// Factor is a square-free polynomial, monic and not constant, and the multiplicity of its roots.
type Factor struct {
	Poly         Poly
	Multiplicity int
}

// SquareFree returns the factors f_i, by increasing multiplicity i, of p = c·Π_i f_i^i, the constant c being dropped.
//
// The factors are monic, square-free and coprime to one another; multiplicities that do not occur are left out. Constants,
// zero among them, have no factors. Source: D. Y. Y. Yun, On square-free decomposition algorithms, 1976.
func (p Poly) SquareFree() []Factor {
	if p.Degree() <= 0 {
		return nil
	}
	// With b = Π_{j≥i} f_j and d = Σ_{j≥i} (j−i) f_j′ b/f_j, the gcd of both is f_i: f_j divides all terms but its own, which
	// vanishes for j = i only.
	derivative := p.Derivative()
	repeated := p.GCD(derivative)
	b, _ := p.DivMod(repeated)
	c, _ := derivative.DivMod(repeated)
	d := c.Sub(b.Derivative())
	var factors []Factor
	for i := 1; b.Degree() > 0; i++ {
		f := b.GCD(d)
		if f.Degree() > 0 {
			factors = append(factors, Factor{Poly: f, Multiplicity: i})
		}
		b, _ = b.DivMod(f)
		c, _ = d.DivMod(f)
		d = c.Sub(b.Derivative())
	}
	return factors
}

// StripZeroRoot returns p/t^k and k, the multiplicity of the root 0; of the zero polynomial it returns that and 0.
func (p Poly) StripZeroRoot() (Poly, int) {
	p = NewPoly(p...)
	k := 0
	for k < len(p) && p[k].Sign() == 0 {
		k++
	}
	return p[k:], k
}

// RealRootsIn returns the number of distinct real roots x with lo < x ≤ hi, nil meaning −∞ and +∞ (Sturm's theorem).
//
// The zero polynomial vanishes everywhere; the number is then −1. An interval with lo ≥ hi is empty.
func (p Poly) RealRootsIn(lo, hi *big.Rat) int {
	f := p.primitive()
	switch {
	case len(f) == 0:
		return -1
	case lo != nil && hi != nil && lo.Cmp(hi) >= 0:
		return 0
	}
	f = f.squareFreePart() // Sturm's theorem excludes multiple roots at the ends of the interval
	sturm := newChain(f, f.derivative())
	var below, above int
	if lo == nil {
		below = sturm.changesAtMinusInfinity()
	} else {
		below = sturm.changesAt(lo)
	}
	if hi == nil {
		above = sturm.changesAtPlusInfinity()
	} else {
		above = sturm.changesAt(hi)
	}
	return below - above
}

// RationalRoots returns all distinct rational roots in increasing order; none for constants, zero among them.
//
// Nothing is factored, so that no root is missed for want of effort. For f square-free with integer coefficients and leading
// coefficient a, the polynomial g(y) = a^(n−1) f(y/a) is monic with integer coefficients: its rational roots are integers, and
// Sturm's theorem finds them by bisection, at most (bits of the root bound) steps for each real root.
// That is microseconds for small integers; for characteristic polynomials of n×n float64 matrices, milliseconds at n = 6 and
// a second or two at n = 20.
func (p Poly) RationalRoots() []*big.Rat {
	f := p.primitive()
	if f.degree() < 1 {
		return nil
	}
	f = f.squareFreePart()
	leading := f.leading()
	g := f.makeMonic()
	bound := g.rootBound()
	sturm := newChain(g, g.derivative())
	changes := func(y *big.Int) int { return sturm.changesAt(new(big.Rat).SetInt(y)) }

	var roots []*big.Rat
	var search func(lo, hi *big.Int, changesLo, changesHi int)
	search = func(lo, hi *big.Int, changesLo, changesHi int) {
		if changesLo == changesHi {
			return
		}
		middle := new(big.Int).Add(lo, hi)
		middle.Rsh(middle, 1) // rounds down, so that middle < hi, and middle = lo when no integer lies between
		if middle.Cmp(lo) == 0 {
			if x := new(big.Rat).SetInt(hi); g.signAt(x) == 0 {
				roots = append(roots, x.SetFrac(hi, leading))
			}
			return
		}
		changesMiddle := changes(middle)
		search(lo, middle, changesLo, changesMiddle)
		search(middle, hi, changesMiddle, changesHi)
	}
	lowest := new(big.Int).Neg(bound)
	search(lowest, bound, changes(lowest), changes(bound))
	if leading.Sign() < 0 { // x = y/a reverses the order
		for i, j := 0, len(roots)-1; i < j; i, j = i+1, j-1 {
			roots[i], roots[j] = roots[j], roots[i]
		}
	}
	return roots
}

// makeMonic returns a^(n−1) c(y/a), a the leading coefficient and n ≥ 1 the degree.
func (c integerPoly) makeMonic() integerPoly {
	n := c.degree()
	g := make(integerPoly, n+1)
	g[n] = big.NewInt(1)
	power := big.NewInt(1) // a^(n−1−k)
	for k := n - 1; k >= 0; k-- {
		g[k] = new(big.Int).Mul(c[k], power)
		power = new(big.Int).Mul(power, c.leading())
	}
	return g
}

// rootBound returns a power of two above the modulus of every root of a monic polynomial of degree n: Fujiwara's
// 2 max_k |c_k|^(1/(n−k)), with |c_k| < 2^bits.
func (c integerPoly) rootBound() *big.Int {
	n, exponent := c.degree(), 0
	for k := range n {
		exponent = max(exponent, (c[k].BitLen()+n-k-1)/(n-k))
	}
	return new(big.Int).Lsh(one, uint(exponent+1))
}
