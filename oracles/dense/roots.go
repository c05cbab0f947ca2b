package dense

import (
	"math"
	"math/big"
)

// complexFloat is a complex number of many bits. It is not written to after the operation that made it.
type complexFloat struct{ re, im *big.Float }

// bits is a working precision; its methods round to it.
type bits uint

func (b bits) real() *big.Float { return new(big.Float).SetPrec(uint(b)) }

func (b bits) number(re, im float64) complexFloat {
	return complexFloat{b.real().SetFloat64(re), b.real().SetFloat64(im)}
}

func (b bits) add(x, y complexFloat) complexFloat {
	return complexFloat{b.real().Add(x.re, y.re), b.real().Add(x.im, y.im)}
}

func (b bits) sub(x, y complexFloat) complexFloat {
	return complexFloat{b.real().Sub(x.re, y.re), b.real().Sub(x.im, y.im)}
}

func (b bits) mul(x, y complexFloat) complexFloat {
	re, im := b.real().Mul(x.re, y.re), b.real().Mul(x.re, y.im)
	return complexFloat{re.Sub(re, b.real().Mul(x.im, y.im)), im.Add(im, b.real().Mul(x.im, y.re))}
}

// over returns x/y, y not zero.
func (b bits) over(x, y complexFloat) complexFloat {
	z := b.mul(x, conjugate(y))
	size := b.real().Mul(y.re, y.re)
	size.Add(size, b.real().Mul(y.im, y.im))
	return complexFloat{z.re.Quo(z.re, size), z.im.Quo(z.im, size)}
}

func (b bits) abs(x complexFloat) *big.Float {
	size := b.real().Mul(x.re, x.re)
	size.Add(size, b.real().Mul(x.im, x.im))
	return size.Sqrt(size)
}

func conjugate(x complexFloat) complexFloat { return complexFloat{x.re, new(big.Float).Neg(x.im)} }

func (x complexFloat) isZero() bool { return x.re.Sign() == 0 && x.im.Sign() == 0 }

// disc is a closed disc of the complex plane.
type disc struct {
	centre complexFloat
	radius *big.Float
}

// relativeRadius is what a disc's radius must be below, relative to the modulus of its centre: a 128th of a unit of float64.
const relativeRadius = -60

// isolate returns disjoint discs, one for each root of p, which it holds; p has no repeated roots and p(0) ≠ 0. It reports
// false if 2^15 bits are not enough.
//
// The approximations are Aberth's: Newton's method for p(t)/Π_{j≠i}(t − z_j) on all roots i at once, of order three. That they
// are good is not taken on trust: discs certifies them, and what fails is done again with twice the bits.
func isolate(p polynomial) ([]disc, bool) {
	z := starts(p)
	for b := bits(256); b <= 1<<15; b *= 2 {
		for range b / 2 { // a pair that is not yet told apart comes nearer by two bits a step, a simple root by thrice what it has
			if b.aberth(p, z) < -int(b)/2 {
				break
			}
		}
		if d, ok := b.discs(p, z); ok {
			return d, true
		}
	}
	return nil, false
}

// starts returns first approximations on circles, whose radii are the slopes of the upper convex hull of the points
// (k, log2|p_k|), as many on each as the edge is long (Bini): roots of very different size start at their size.
func starts(p polynomial) []complexFloat {
	height := func(k int) float64 {
		if p[k].Sign() == 0 {
			return math.Inf(-1)
		}
		mantissa := new(big.Float)
		exponent := new(big.Float).SetInt(p[k]).MantExp(mantissa)
		m, _ := mantissa.Float64()
		return float64(exponent) + math.Log2(math.Abs(m))
	}
	var z []complexFloat
	for from := 0; from < len(p)-1; {
		to, slope := from+1, math.Inf(-1)
		for k := from + 1; k < len(p); k++ {
			if s := (height(k) - height(from)) / float64(k-from); s >= slope {
				to, slope = k, s
			}
		}
		whole := math.Floor(-slope)
		for k := from; k < to; k++ {
			angle := 2*math.Pi*float64(k-from)/float64(to-from) + 0.7*float64(from+1)
			size := math.Exp2(-slope - whole)
			c := bits(64).number(size*math.Cos(angle), size*math.Sin(angle))
			z = append(z, complexFloat{c.re.SetMantExp(c.re, int(whole)), c.im.SetMantExp(c.im, int(whole))})
		}
		from = to
	}
	return z
}

// aberth replaces each z_i by z_i − p/(p′ − p Σ_{j≠i} 1/(z_i − z_j)), in place, and returns the exponent of the largest
// correction relative to its z.
func (b bits) aberth(p polynomial, z []complexFloat) (largest int) {
	largest = math.MinInt
	for i := range z {
		value, slope := b.number(0, 0), b.number(0, 0)
		for k := len(p) - 1; k >= 0; k-- {
			slope = b.add(b.mul(slope, z[i]), value)
			value = b.mul(value, z[i])
			value.re.Add(value.re, b.real().SetInt(p[k]))
		}
		repulsion := b.number(0, 0)
		for j := range z {
			if difference := b.sub(z[i], z[j]); j != i && !difference.isZero() {
				repulsion = b.add(repulsion, b.over(b.number(1, 0), difference))
			}
		}
		denominator := b.sub(slope, b.mul(value, repulsion))
		if denominator.isZero() || value.isZero() {
			continue
		}
		correction := b.over(value, denominator)
		z[i] = b.sub(z[i], correction)
		largest = max(largest, b.abs(correction).MantExp(nil)-b.abs(z[i]).MantExp(nil))
	}
	return largest
}

// discs returns discs about the z_i that hold one root of p each, and reports whether they could be shown to be small enough,
// disjoint, and to meet the mirror image (in the real axis) of exactly one of them each.
//
// With m the degree and w_i = p(z_i)/(p_m Π_{j≠i}(z_i − z_j)), the roots are the eigenvalues of diag(z) − w 1ᵀ (expand its
// characteristic polynomial in Lagrange's basis). By Gershgorin's theorem for the columns of the transpose they lie in the
// union of the discs of centre z_i and radius m|w_i|, and in k discs that meet no other lie k. |w_i| is bounded with the error of
// Horner's rule, 8(m+1) 2^-b Σ|p_k||z_i|^k, and a factor 2 for all other roundings.
func (b bits) discs(p polynomial, z []complexFloat) ([]disc, bool) {
	out := make([]disc, len(z))
	for i := range z {
		value, size := b.number(0, 0), b.abs(z[i])
		sizes, denominator := b.real(), b.real().SetInt(p[len(p)-1])
		for k := len(p) - 1; k >= 0; k-- {
			value = b.mul(value, z[i])
			coefficient := b.real().SetInt(p[k])
			value.re.Add(value.re, coefficient)
			sizes.Mul(sizes, size)
			sizes.Add(sizes, b.real().Abs(coefficient))
		}
		for j := range z {
			if j != i {
				denominator.Mul(denominator, b.abs(b.sub(z[i], z[j])))
			}
		}
		if denominator.Sign() == 0 {
			return nil, false
		}
		numerator := b.real().Mul(sizes, big.NewFloat(8*float64(len(p))))
		numerator.SetMantExp(numerator, -int(b))
		numerator.Add(numerator, b.abs(value))
		radius := numerator.Mul(numerator, big.NewFloat(2*float64(len(z))))
		out[i] = disc{z[i], radius.Abs(radius.Quo(radius, denominator))}
		if radius.MantExp(nil) > size.MantExp(nil)+relativeRadius {
			return nil, false
		}
	}
	for i, d := range out {
		mirrored := 0
		for j, e := range out {
			if j != i && b.meet(d, e) {
				return nil, false
			}
			if b.meet(disc{conjugate(d.centre), d.radius}, e) {
				mirrored++
			}
		}
		if mirrored != 1 {
			return nil, false
		}
	}
	return out, true
}

// meet reports whether the discs might have a point in common; the factor is for the rounding of distances.
func (b bits) meet(d, e disc) bool {
	reach := b.real().Add(d.radius, e.radius)
	return b.abs(b.sub(d.centre, e.centre)).Cmp(reach.Mul(reach, big.NewFloat(1.5))) <= 0
}
