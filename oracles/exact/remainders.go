package exact

import (
	"math/big"
)

// integerPoly is Σ_k c[k] t^k with integers, without trailing zeros; the zero polynomial is empty. Values are never changed once
// they have been returned, so they may share coefficients.
//
// All remainder sequences are computed here. Up to a positive factor, the remainders over the rationals are polynomials over the
// integers, and keeping only their primitive parts (content 1) keeps the coefficients as short as they can be.
type integerPoly []*big.Int

func (c integerPoly) trim() integerPoly {
	n := len(c)
	for n > 0 && c[n-1].Sign() == 0 {
		n--
	}
	return c[:n:n]
}

func (c integerPoly) degree() int { return len(c) - 1 }

// leading returns the leading coefficient of a polynomial that is not zero.
func (c integerPoly) leading() *big.Int { return c[len(c)-1] }

// integers returns c and den > 0 with p = c/den.
func (p Poly) integers() (c integerPoly, den *big.Int) {
	p = p.trim()
	den = big.NewInt(1)
	for _, q := range p {
		lcm(den, q.Denom())
	}
	c = make(integerPoly, len(p))
	for k, q := range p {
		c[k] = new(big.Int).Quo(den, q.Denom())
		c[k].Mul(c[k], q.Num())
	}
	return c, den
}

// primitive returns the multiple of p by a positive rational that has integer coefficients of content 1.
func (p Poly) primitive() integerPoly {
	c, _ := p.integers()
	return c.primitive()
}

// primitive returns c divided by its content, which is positive: signs are kept.
func (c integerPoly) primitive() integerPoly {
	content := new(big.Int)
	for _, x := range c {
		content.GCD(nil, nil, content, x)
		if content.Cmp(one) == 0 {
			return c
		}
	}
	out := make(integerPoly, len(c))
	for k, x := range c {
		out[k] = new(big.Int).Quo(x, content)
	}
	return out
}

// monic returns c divided by its leading coefficient.
func (c integerPoly) monic() Poly {
	p := make(Poly, len(c))
	for k, x := range c {
		p[k] = new(big.Rat).SetFrac(x, c.leading())
	}
	return p
}

// signAt returns the sign of c(x).
func (c integerPoly) signAt(x *big.Rat) int {
	value, _ := c.homogeneous(x.Num(), x.Denom()) // a multiple of c(x) by a power of the denominator, which is positive
	return value.Sign()
}

// homogeneous returns Σ_k c[k] a^k b^(n−k) and b^n, n the degree (0 for the zero polynomial): their ratio is c(a/b).
func (c integerPoly) homogeneous(a, b *big.Int) (value, power *big.Int) {
	value, power = new(big.Int), big.NewInt(1)
	term := new(big.Int)
	for k := len(c) - 1; k >= 0; k-- {
		if k < len(c)-1 {
			power.Mul(power, b)
		}
		value.Mul(value, a)
		value.Add(value, term.Mul(c[k], power))
	}
	return value, power
}

// derivative returns c′.
func (c integerPoly) derivative() integerPoly {
	if len(c) == 0 {
		return nil
	}
	out := make(integerPoly, len(c)-1)
	for k := range out {
		out[k] = new(big.Int).Mul(c[k+1], big.NewInt(int64(k+1)))
	}
	return out
}

// remainder returns the primitive part of a *positive* multiple of the remainder of a by b; b is not zero.
//
// The sign matters: Sturm's theorem is about the signs of the sequence. Each step multiplies by |leading b| > 0.
func remainder(a, b integerPoly) integerPoly {
	size := new(big.Int).Abs(b.leading())
	r := make(integerPoly, len(a))
	for k := range a {
		r[k] = new(big.Int).Set(a[k])
	}
	term := new(big.Int)
	for len(r) >= len(b) {
		shift := len(r) - len(b)
		factor := new(big.Int).Set(r.leading())
		if b.leading().Sign() < 0 {
			factor.Neg(factor)
		}
		for k := range r {
			r[k].Mul(r[k], size)
			if k >= shift {
				r[k].Sub(r[k], term.Mul(factor, b[k-shift]))
			}
		}
		r = r.trim()
	}
	return r.primitive()
}

// greatestCommonDivisor returns the primitive greatest common divisor, of either sign; zero only if both are.
func greatestCommonDivisor(a, b integerPoly) integerPoly {
	for len(b) > 0 {
		a, b = b, remainder(a, b)
	}
	return a.primitive()
}

func (c integerPoly) negated() integerPoly {
	out := make(integerPoly, len(c))
	for k, x := range c {
		out[k] = new(big.Int).Neg(x)
	}
	return out
}

// quotient returns a/b for a primitive b that divides a: by Gauss's lemma it has integer coefficients.
func quotient(a, b integerPoly) integerPoly {
	r := make(integerPoly, len(a))
	for k := range a {
		r[k] = new(big.Int).Set(a[k])
	}
	out := make(integerPoly, max(len(a)-len(b)+1, 0))
	term := new(big.Int)
	for shift := len(out) - 1; shift >= 0; shift-- {
		out[shift] = new(big.Int).Quo(r[shift+len(b)-1], b.leading())
		for k, x := range b {
			r[shift+k].Sub(r[shift+k], term.Mul(out[shift], x))
		}
	}
	return out
}

// squareFreePart returns the primitive polynomial with the same roots as c, which is not zero, each of multiplicity one.
func (c integerPoly) squareFreePart() integerPoly {
	return quotient(c, greatestCommonDivisor(c, c.derivative())).primitive()
}

// chain is a signed remainder sequence: f₀, f₁, f₂ = −rem(f₀, f₁), …, up to positive factors; the last one is gcd(f₀, f₁).
//
// The number of sign changes at a, less the number at b, is the Cauchy index of f₁/f₀ over (a, b): its jumps from −∞ to +∞ less those
// from +∞ to −∞. With f₁ = f₀′ that is the number of distinct real roots of f₀ (Sturm).
type chain []integerPoly

// newChain returns the signed remainder sequence of f0, which is not zero, and f1.
func newChain(f0, f1 integerPoly) chain {
	c := chain{f0}
	for len(f1) > 0 {
		c = append(c, f1)
		f0, f1 = f1, remainder(f0, f1).negated()
	}
	return c
}

// changes returns the number of sign changes along the chain, zeros being left out.
func (c chain) changes(sign func(integerPoly) int) int {
	count, last := 0, 0
	for _, f := range c {
		s := sign(f)
		if s == 0 {
			continue
		}
		if s == -last {
			count++
		}
		last = s
	}
	return count
}

func (c chain) changesAt(x *big.Rat) int {
	return c.changes(func(f integerPoly) int { return f.signAt(x) })
}

func (c chain) changesAtPlusInfinity() int {
	return c.changes(func(f integerPoly) int { return f.leading().Sign() })
}

func (c chain) changesAtMinusInfinity() int {
	return c.changes(func(f integerPoly) int {
		if f.degree()%2 == 1 {
			return -f.leading().Sign()
		}
		return f.leading().Sign()
	})
}
