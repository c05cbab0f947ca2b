package model

import (
	"math"
	"math/big"
)

// digitsArray is a square matrix of numbers of one precision.
type digitsArray struct {
	n    int
	prec uint
	data []*big.Float
}

func newDigits(n int, prec uint) digitsArray {
	d := digitsArray{n, prec, make([]*big.Float, n*n)}
	for i := range d.data {
		d.data[i] = new(big.Float).SetPrec(prec)
	}
	return d
}

func (w wide) digits(prec uint) digitsArray {
	d := newDigits(w.hi.rows, prec)
	for i, x := range d.data {
		x.Add(big.NewFloat(w.hi.data[i]), big.NewFloat(w.lo.data[i])) // 106 bits, or a few more where lo is much smaller
	}
	return d
}

// plusProduct returns D + B Cᵀ, or B Cᵀ for D nil; the upper triangle alone is computed where the result is symmetric.
func (b digitsArray) plusProduct(d *digitsArray, c digitsArray, symmetric bool) digitsArray {
	out := newDigits(b.n, b.prec)
	term := new(big.Float).SetPrec(b.prec)
	for i := range b.n {
		for j := range b.n {
			sum := out.data[i*b.n+j]
			if symmetric && j < i {
				sum.Set(out.data[j*b.n+i])
				continue
			}
			for k := range b.n {
				accumulate(sum, term.Mul(b.data[i*b.n+k], c.data[j*b.n+k]))
			}
			if d != nil {
				accumulate(sum, d.data[i*b.n+j])
			}
		}
	}
	return out
}

// accumulate adds x to the sum, but for what is not seen beside the other: the library would write out all digits between.
func accumulate(sum, x *big.Float) {
	switch apart := sum.MantExp(nil) - x.MantExp(nil); {
	case x.Sign() == 0 || sum.Sign() != 0 && apart > int(sum.Prec())+8:
	case sum.Sign() == 0 || -apart > int(sum.Prec())+8:
		sum.Set(x)
	default:
		sum.Add(sum, x)
	}
}

func (b digitsArray) transposed() digitsArray {
	out := digitsArray{b.n, b.prec, make([]*big.Float, len(b.data))}
	for i := range b.n {
		for j := range b.n {
			out.data[j*b.n+i] = b.data[i*b.n+j]
		}
	}
	return out
}

// wide rounds to 106 bits.
func (b digitsArray) wide() wide {
	w := newWide(b.n, b.n)
	rest := new(big.Float)
	for i, x := range b.data {
		hi, _ := x.Float64()
		w.hi.data[i] = hi
		if !math.IsInf(hi, 0) {
			w.lo.data[i], _ = rest.SetPrec(b.prec).Sub(x, big.NewFloat(hi)).Float64()
		}
	}
	return w
}

// exponent returns e with all entries below 2^e in size.
func (b digitsArray) exponent() int {
	most := math.MinInt32
	for _, x := range b.data {
		if x.Sign() != 0 {
			most = max(most, x.MantExp(nil))
		}
	}
	return most
}

// inManyDigits is the solution by doubling in that many binary digits. Exhausted says that more of them would not help.
func (e stein) inManyDigits(prec uint) (s solution, exhausted bool) {
	s = solution{certificate: math.Inf(1), amplification: math.Inf(1)}
	n := e.a.hi.rows
	identity := stein{e.a, widen(identityArray(n)), e.offA, newArray(n, n)}
	a, v, x := e.a.digits(prec), e.q.digits(prec), identity.q.digits(prec)
	power, steps := a, 0
	for ; power.exponent() > -int(prec)-240; steps++ {
		if steps == doublings {
			return s, true
		}
		if x.exponent() > int(prec) {
			return s, false
		}
		v = power.plusProduct(nil, v, false).plusProduct(&v, power, true)
		x = power.plusProduct(nil, x, false).plusProduct(&x, power, true)
		power = power.plusProduct(nil, power.transposed(), false)
	}
	left, inherited := identity.residualOf(a, x)
	s.certificate = left + inherited
	if !(s.certificate <= 0.5) || !x.positiveDefinite() {
		return s, inherited > 0.25
	}
	s.amplification = largestEigenvalue(x.wide().hi) / (1 - s.certificate)
	s.v = v.wide()
	s.residual, s.inherited = e.residualOf(a, v)
	return s, false
}

// residualOf returns bounds of ‖Q + A V Aᵀ − V‖₂, rounding included, and of what A and Q being off adds.
func (e stein) residualOf(a, v digitsArray) (residual, inherited float64) {
	q, k := e.q.digits(v.prec), float64(v.n)
	r, negative := a.plusProduct(nil, v, false).plusProduct(&q, a, true), new(big.Float)
	for i, x := range r.data {
		accumulate(x, negative.Neg(v.data[i]))
	}
	left, size := r.wide().hi.frobenius(), v.wide().hi.abs()
	inherited = e.inheritedBy(size)
	size = e.a.hi.abs().mul(size).mulT(e.a.hi.abs()).plus(size).plus(e.q.hi.abs())
	return (left + math.Ldexp((2*k+8)*size.frobenius(), -int(v.prec)) + smallestSubnormal) * sumSlack, inherited
}

// positiveDefinite shows that X ≻ 0, of which nothing false is said: elimination without pivots, of X − δI, is exact for a
// matrix nearer than δ = 4n² 2^-prec max|X|.
func (b digitsArray) positiveDefinite() bool {
	n := b.n
	rest := newDigits(n, b.prec)
	shift := new(big.Float).SetMantExp(big.NewFloat(-float64(4*n*n)), b.exponent()-int(b.prec))
	for i, x := range rest.data {
		x.Set(b.data[i])
		if i%(n+1) == 0 {
			accumulate(x, shift)
		}
	}
	factor, term := new(big.Float).SetPrec(b.prec), new(big.Float).SetPrec(b.prec)
	for k := range n {
		if rest.data[k*n+k].Sign() <= 0 {
			return false
		}
		for i := k + 1; i < n; i++ {
			factor.Quo(rest.data[i*n+k], rest.data[k*n+k])
			for j := k + 1; j <= i; j++ {
				accumulate(rest.data[i*n+j], term.Neg(term.Mul(factor, rest.data[j*n+k])))
			}
		}
	}
	return true
}
