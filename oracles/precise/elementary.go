package precise

import (
	"math"
	"math/big"
	"sync"
)

// table holds the constants of one working precision. It is not written to once it is published.
type table struct {
	prec       uint
	halvings   int          // expm1 is expanded at x·2^-halvings
	ln2, pi    *big.Float   // with 40 more bits, for exponents up to 2^32
	factorials []*big.Float // 1/(n+1)!, n = 0, 1, …
	odd        []*big.Float // 1/(2n+1)!! = 1/(1·3·…·(2n+1)), n = 0, 1, …
	oddLog2    []float64    // log2 (2n+1)!!
}

const exponentBits = 40

var tables sync.Map // of *table, by precision

// tableFor returns the constants at the precision of at least w bits, w rounded up to whole 64-bit words.
func tableFor(w uint) *table {
	w = (w + 63) &^ 63
	if t, ok := tables.Load(w); ok {
		return t.(*table)
	}
	t, _ := tables.LoadOrStore(w, newTable(w))
	return t.(*table)
}

func newTable(w uint) *table {
	t := &table{prec: w, halvings: int(math.Sqrt(float64(w)))}
	t.ln2 = ln2(w + exponentBits)
	t.pi = pi(w + exponentBits)
	one := t.new().SetInt64(1)
	// |x| ≤ 2^-halvings: the first term left out is below 2^-w of the sum when n·halvings + log2 (n+1)! > w.
	for n, c, bits := 0, one, 0.0; ; n++ {
		c = t.new().Quo(c, t.new().SetInt64(int64(n+1)))
		t.factorials = append(t.factorials, c)
		bits += math.Log2(float64(n + 1))
		if float64(n*t.halvings)+bits > float64(w) {
			break
		}
	}
	// The largest 2s in use is 2(w+8) ln 2 (erfSeries): far enough out that the terms have fallen below 2^-w even there.
	for n, c, bits := 0, one, 0.0; ; n++ {
		c = t.new().Quo(c, t.new().SetInt64(int64(2*n+1)))
		bits += math.Log2(float64(2*n + 1))
		t.odd = append(t.odd, c)
		t.oddLog2 = append(t.oddLog2, bits)
		if float64(n)*math.Log2(2*float64(w+8))-bits < -float64(w+8) {
			break
		}
	}
	return t
}

// new returns a zero of the table's precision.
func (t *table) new() *big.Float { return new(big.Float).SetPrec(t.prec) }

// add sets z to x + y, and returns z, without the term that is below 2^-63 units in the last place of z, if one is. math/big
// would align it at a cost of as many bits as their exponents differ, and e^−|x| has exponents of thirty bits.
func add(z, x, y *big.Float) *big.Float {
	if x.Sign() != 0 && y.Sign() != 0 {
		switch gap := x.MantExp(nil) - y.MantExp(nil); {
		case gap > int(z.Prec())+64:
			return z.Set(x)
		case -gap > int(z.Prec())+64:
			return z.Set(y)
		}
	}
	return z.Add(x, y)
}

// sub sets z to x − y as add does.
func sub(z, x, y *big.Float) *big.Float { return add(z, x, new(big.Float).Neg(y)) }

// ln2 returns ln 2 = 2 artanh(1/3) = 2 Σ 3^-(2n+1)/(2n+1) to w bits, by integers scaled with 2^(w+16).
func ln2(w uint) *big.Float { return fixedSeries(w, 3, 9, false, 2) }

// pi returns π = 16 arctan(1/5) − 4 arctan(1/239) (Machin) to w bits.
func pi(w uint) *big.Float {
	z := fixedSeries(w+8, 5, 25, true, 16)
	return new(big.Float).SetPrec(w).Sub(z, fixedSeries(w+8, 239, 239*239, true, 4))
}

// fixedSeries returns scale·Σ_n (±1)^n d^-(2n+1)/(2n+1), d2 = d², by truncated integers with 32 guard bits.
func fixedSeries(w uint, d, d2 int64, alternating bool, scale int64) *big.Float {
	power := new(big.Int).Lsh(big.NewInt(scale), w+32)
	power.Quo(power, big.NewInt(d))
	sum, term := new(big.Int), new(big.Int)
	for n := int64(0); power.Sign() != 0; n++ {
		term.Quo(power, big.NewInt(2*n+1))
		if alternating && n%2 == 1 {
			term.Neg(term)
		}
		sum.Add(sum, term)
		power.Quo(power, big.NewInt(d2))
	}
	z := new(big.Float).SetPrec(w).SetInt(sum)
	return z.SetMantExp(z, -int(w+32))
}

// exp returns e^x, +0 for x so negative, and +Inf for x so large, that a big.Float cannot hold it.
//
// x = k ln 2 + r with |r| < 0.35, e^x = 2^k (1 + expm1(r)). Relative error 2^-(prec−12).
func (t *table) exp(x *big.Float) *big.Float {
	if x.MantExp(nil) > 32 {
		if x.Signbit() {
			return t.new()
		}
		return t.new().SetInf(false)
	}
	approx, _ := x.Float64()
	k := math.Round(approx / math.Ln2) // any k near enough would do: r is what it is
	r := t.new()
	if k == 0 {
		r.Set(x)
	} else {
		multiple := new(big.Float).SetPrec(t.prec + exponentBits).SetInt64(int64(k))
		multiple.Mul(multiple, t.ln2)
		sub(r, x, multiple)
	}
	e := t.expm1Small(r)
	add(e, e, t.new().SetInt64(1))
	return e.SetMantExp(e, int(k))
}

// expm1 returns e^x − 1 with relative error 2^-(prec−12), however small x is.
func (t *table) expm1(x *big.Float) *big.Float {
	if x.MantExp(nil) <= 0 { // |x| < 1
		return t.expm1Small(x)
	}
	e := t.exp(x)
	return sub(e, e, t.new().SetInt64(1))
}

// expm1Small returns e^x − 1 = x Σ_n x^n/(n+1)! for |x| ≤ 1: the Taylor polynomial at q = x·2^-halvings, doubled back by
// e^2q − 1 = e(2 + e), e = e^q − 1, which does not cancel for either sign of e.
func (t *table) expm1Small(x *big.Float) *big.Float {
	q := t.new().Set(x)
	q.SetMantExp(q, -t.halvings)
	e := t.horner(t.factorials, len(t.factorials), q)
	product, sum := t.new(), t.new()
	product.Mul(e, q)
	e, product = product, e
	two := t.new().SetInt64(2)
	for range t.halvings {
		add(sum, e, two)
		product.Mul(e, sum)
		e, product = product, e
	}
	return e
}

// horner returns Σ_{n<count} c_n q^n.
func (t *table) horner(c []*big.Float, count int, q *big.Float) *big.Float {
	sum, product := t.new().Set(c[count-1]), t.new()
	for n := count - 2; n >= 0; n-- {
		product.Mul(sum, q)
		add(sum, product, c[n])
	}
	return sum
}

// log1p returns ln(1 + y) for 0 ≤ y ≤ 1 with relative error 2^-(prec−12), however small y is.
func (t *table) log1p(y *big.Float) *big.Float {
	approx, _ := y.Float64()
	return t.log1pFrom(y, math.Log1p(approx))
}

// log1pFrom corrects the first guess u: ln(1 + y) = u + ln(1 + d) with 1 + d = (1 + y) e^-u, so d = (y − m)/(1 + m) for
// m = e^u − 1, and ln(1 + d) = 2 artanh(d/(2 + d)). A poor guess costs terms of the series, not accuracy, as long as |d| is
// not much above y.
func (t *table) log1pFrom(y *big.Float, guess float64) *big.Float {
	u := t.new().SetFloat64(guess)
	m := t.expm1(u)
	d := sub(t.new(), y, m)
	add(m, m, t.new().SetInt64(1))
	d.Quo(d, m)
	z := t.new().Quo(d, add(m, d, t.new().SetInt64(2)))
	square := t.new().Mul(z, z)
	sum := add(u, u, t.double(z))
	for n := int64(3); z.Sign() != 0; n += 2 {
		z = t.new().Mul(z, square)
		term := t.new().Quo(t.double(z), t.new().SetInt64(n))
		if term.MantExp(nil) < sum.MantExp(nil)-int(t.prec) {
			break
		}
		sum = t.new().Add(sum, term)
	}
	return sum
}

func (t *table) double(x *big.Float) *big.Float { return t.new().SetMantExp(x, 1) }

// erfSeries returns Σ_n (2s)^n / (2n+1)!! for s ≥ 0, all terms positive; s at most (prec + 8) ln 2.
func (t *table) erfSeries(s *big.Float) *big.Float {
	approx, _ := s.Float64()
	logTwoS := math.Log2(2 * approx)
	count := len(t.odd)
	if approx < 1e-300 {
		count = min(count, 2)
	} else {
		// The terms grow as long as 2s > 2n + 1; the first below 2^-(prec+8) beyond that ends the sum, whose value is ≥ 1.
		for n := range t.odd {
			if 2*approx < float64(2*n+1) && float64(n)*logTwoS-t.oddLog2[n] < -float64(t.prec+8) {
				count = n + 1
				break
			}
		}
	}
	return t.horner(t.odd, count, t.double(s))
}
