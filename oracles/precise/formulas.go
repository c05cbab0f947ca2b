package precise

import "math/big"

// guard is the number of bits by which the working precision exceeds the wanted one. Every formula below is a chain of at most
// a few times (number of series terms) roundings of relative size 2^-w, none of them amplified by more than a small constant:
// fewer than 2^12 units in all at any precision in use, and 12 bits are to spare.
const guard = 24

// workingTable returns the constants for the wanted precision p at the argument x: an argument 2^e of an exponential that is
// itself rounded costs e bits.
func workingTable(x *big.Float, p uint) *table {
	e := min(max(0, 2*x.MantExp(nil)), exponentBits)
	return tableFor(p + guard + uint(e))
}

// The tanh family. With q = e^(−2|x|), tanh x = ±(1 − q)/(1 + q) and sech² x = 4q/(1 + q)²: nothing cancels when 1 − q comes
// from expm1 for small |x|. With t = tanh x, s = sech² x:
//
//	φ′ = s,  φ″ = −2 t s,  φ‴ = s (4t² − 2s).
func tanhFamily(x *big.Float, order int, p uint) *big.Float {
	if order == 3 {
		return untilAccurate(p, func(p uint) (*big.Float, int) { return tanhThird(x, p) })
	}
	t := workingTable(x, p)
	if order == 0 {
		tanh, _ := t.tanhAndSech2(x, true, false)
		return tanh
	}
	tanh, sech2 := t.tanhAndSech2(x, order == 2, true)
	if order == 1 {
		return sech2
	}
	z := t.new().Mul(tanh, sech2)
	return z.Neg(z.SetMantExp(z, 1))
}

// tanhAndSech2 returns tanh x and sech² x, each only if wanted.
func (t *table) tanhAndSech2(x *big.Float, wantTanh, wantSech2 bool) (tanh, sech2 *big.Float) {
	one := t.new().SetInt64(1)
	argument := t.new().Abs(x)
	argument.Neg(argument.SetMantExp(argument, 1)) // −2|x|, exact unless x is longer than the working precision
	var q, less *big.Float                         // less = 1 − q
	if argument.MantExp(nil) <= 0 {                // 2|x| < 1
		minus := t.expm1Small(argument)
		q = add(t.new(), minus, one)
		less = minus.Neg(minus)
	} else {
		q = t.exp(argument)
		less = sub(t.new(), one, q)
	}
	more := add(one, one, q)
	if wantTanh {
		tanh = t.new().Quo(less, more)
		if x.Signbit() {
			tanh.Neg(tanh)
		}
	}
	if wantSech2 {
		sech2 = t.new().Quo(q, t.new().Mul(more, more))
		sech2.SetMantExp(sech2, 2)
	}
	return tanh, sech2
}

// tanhThird returns s(4t² − 2s) and the number of bits that the difference lost: it vanishes at tanh² x = 1/3.
func tanhThird(x *big.Float, p uint) (*big.Float, int) {
	t := workingTable(x, p)
	tanh, sech2 := t.tanhAndSech2(x, true, true)
	a := t.new().Mul(tanh, tanh)
	a.SetMantExp(a, 2)
	b := t.double(sech2)
	difference := sub(t.new(), a, b)
	return t.new().Mul(difference, sech2), lost(difference, a, b)
}

// lost returns how many leading bits a − b lost by cancellation: all of them if it came out as zero.
func lost(difference, a, b *big.Float) int {
	if difference.Sign() == 0 {
		return int(difference.Prec())
	}
	return max(a.MantExp(nil), b.MantExp(nil)) - difference.MantExp(nil)
}

// untilAccurate raises the precision by what f lost until no more than 4 bits go unaccounted for. The points at which the
// differences here vanish are transcendental (artanh(1/√3), √(2/π)), so x is never one of them, and the loop ends.
func untilAccurate(p uint, f func(p uint) (*big.Float, int)) *big.Float {
	for extra := 4; ; {
		z, bits := f(p + uint(extra))
		if bits <= extra {
			return z
		}
		extra = bits + 4
	}
}

// The logistic family is tanh's at half the argument: φ = (1 + tanh(x/2))/2, so φ^(k) = tanh^(k)(x/2)/2^(k+1) for k ≥ 1, and
// φ itself, which would cancel for x < 0, is 1/(1 + q) or q/(1 + q) with q = e^−|x|.
func logisticFamily(x *big.Float, order int, p uint) *big.Float {
	if order > 0 {
		half := new(big.Float).SetMantExp(x, -1)
		z := tanhFamily(half, order, p)
		return z.SetMantExp(z, -(order + 1))
	}
	t := workingTable(x, p)
	one := t.new().SetInt64(1)
	q := t.exp(t.minusAbs(x))
	more := add(t.new(), one, q)
	if x.Signbit() {
		return t.new().Quo(q, more)
	}
	return t.new().Quo(one, more)
}

func (t *table) minusAbs(x *big.Float) *big.Float {
	z := t.new().Abs(x)
	return z.Neg(z)
}

// The softplus family: φ = max(0, x) + ln(1 + e^−|x|), a sum of two terms that are not negative; φ′ is the logistic function.
func softplusFamily(x *big.Float, order int, p uint) *big.Float {
	if order > 0 {
		return logisticFamily(x, order-1, p)
	}
	t := workingTable(x, p)
	z := t.log1p(t.exp(t.minusAbs(x)))
	if x.Signbit() {
		return z
	}
	return add(t.new(), z, x)
}

// The erf family. With s = πx²/4, the derivative of erf(√π x/2) being (2/√π)(√π/2) e^−s,
//
//	φ = x e^−s Σ_n (2s)^n/(2n+1)!!,  φ′ = e^−s,  φ″ = −(π/2) x e^−s,  φ‴ = π (s − ½) e^−s.
//
// The series of φ has positive terms only (Abramowitz and Stegun 7.1.6). For s > (p + 3) ln 2 it is ±1: 1 − |φ| < e^−s.
func erfFamily(x *big.Float, order int, p uint) *big.Float {
	if order == 3 {
		return untilAccurate(p, func(p uint) (*big.Float, int) { return erfThird(x, p) })
	}
	t := workingTable(x, p)
	s := t.quarterPiSquare(x)
	if order == 0 && (s.MantExp(nil) > exponentBits || s.Cmp(t.new().Mul(t.ln2, t.new().SetInt64(int64(p+3)))) > 0) {
		return t.new().SetInt64(int64(x.Sign()))
	}
	z := t.exp(t.new().Neg(s))
	switch order {
	case 0:
		z.Mul(z, t.erfSeries(s))
		z.Mul(z, x)
	case 2:
		z.Mul(z, t.pi)
		z.Mul(z, x)
		z.Neg(z.SetMantExp(z, -1))
	}
	return z
}

// quarterPiSquare returns s = πx²/4 with the bits that e^−s needs.
func (t *table) quarterPiSquare(x *big.Float) *big.Float {
	s := t.new()
	if x.MantExp(nil) > exponentBits { // e^−s is 0, and x² might overflow
		return s.SetMantExp(big.NewFloat(0.5), 2*exponentBits)
	}
	s.Mul(x, x)
	s.Mul(s, t.pi)
	return s.SetMantExp(s, -2)
}

// erfThird returns π(s − ½) e^−s and the number of bits that the difference lost.
func erfThird(x *big.Float, p uint) (*big.Float, int) {
	t := workingTable(x, p)
	s := t.quarterPiSquare(x)
	half := t.new().SetFloat64(0.5)
	difference := sub(t.new(), s, half)
	z := t.exp(t.new().Neg(s))
	z.Mul(z, difference)
	return z.Mul(z, t.pi), lost(difference, s, half)
}

// relu is exact: x, then the step function with 0 at 0, then 0.
func relu(x *big.Float, order int, _ uint) *big.Float {
	if x.Sign() > 0 {
		return identity(x, order, 0)
	}
	return new(big.Float).SetPrec(x.Prec())
}

// hardTanh is exact: x between −1 and 1, with slope 1 only strictly between.
func hardTanh(x *big.Float, order int, _ uint) *big.Float {
	one := big.NewFloat(1)
	if new(big.Float).Abs(x).Cmp(one) < 0 {
		return identity(x, order, 0)
	}
	if order > 0 {
		return new(big.Float).SetPrec(x.Prec())
	}
	return one.SetInt64(int64(x.Sign()))
}

// identity is exact: x, 1, 0, 0.
func identity(x *big.Float, order int, _ uint) *big.Float {
	z := new(big.Float).SetPrec(max(minPrec, x.Prec()))
	switch order {
	case 0:
		z.Set(x)
	case 1:
		z.SetInt64(1)
	}
	return z
}
