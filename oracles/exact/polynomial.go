package exact

import (
	"fmt"
	"math/big"
	"strings"
)

// Poly is a polynomial over the rationals: Σ_k p[k] t^k, low degree first, without trailing zeros; the zero polynomial is empty.
//
// Methods do not change it, and results share no coefficient with it. Trailing zeros are tolerated in arguments.
type Poly []*big.Rat

// NewPoly returns Σ_k coefficients[k] t^k, copied and without trailing zeros. It panics if a coefficient is nil.
func NewPoly(coefficients ...*big.Rat) Poly {
	mustBeRationals("NewPoly", coefficients)
	p := make(Poly, len(coefficients))
	for k, c := range coefficients {
		p[k] = new(big.Rat).Set(c)
	}
	return p.trim()
}

// PolyFromInt64 returns Σ_k coefficients[k] t^k without trailing zeros.
func PolyFromInt64(coefficients ...int64) Poly {
	p := make(Poly, len(coefficients))
	for k, c := range coefficients {
		p[k] = new(big.Rat).SetInt64(c)
	}
	return p.trim()
}

func (p Poly) trim() Poly {
	n := len(p)
	for n > 0 && p[n-1].Sign() == 0 {
		n--
	}
	return p[:n:n]
}

// zeros returns n zero coefficients to write to.
func zeros(n int) Poly {
	p := make(Poly, n)
	for k := range p {
		p[k] = new(big.Rat)
	}
	return p
}

// Degree returns the degree, −1 for the zero polynomial.
func (p Poly) Degree() int { return len(p.trim()) - 1 }

// Equal reports whether the two polynomials have the same coefficients.
func (p Poly) Equal(q Poly) bool {
	p, q = p.trim(), q.trim()
	if len(p) != len(q) {
		return false
	}
	for k := range p {
		if p[k].Cmp(q[k]) != 0 {
			return false
		}
	}
	return true
}

// Eval returns p(x).
func (p Poly) Eval(x *big.Rat) *big.Rat {
	c, den := p.integers()
	value, power := c.homogeneous(x.Num(), x.Denom())
	return new(big.Rat).SetFrac(value, power.Mul(power, den))
}

// EvalMatrix returns p(A) = Σ_k p[k] A^k, n×n. It panics unless A is square.
func (p Poly) EvalMatrix(a *Matrix) *Matrix {
	a.mustBeSquare("EvalMatrix")
	value := Zero(a.rows, a.rows)
	for k := len(p) - 1; k >= 0; k-- {
		value = value.Mul(a).Add(Identity(a.rows).Scale(p[k]))
	}
	return value
}

// Add returns p + q.
func (p Poly) Add(q Poly) Poly {
	sum := zeros(max(len(p), len(q)))
	for k, c := range p {
		sum[k].Set(c)
	}
	for k, c := range q {
		sum[k].Add(sum[k], c)
	}
	return sum.trim()
}

// Sub returns p − q.
func (p Poly) Sub(q Poly) Poly { return p.Add(PolyFromInt64(-1).Mul(q)) }

// Mul returns p q.
func (p Poly) Mul(q Poly) Poly {
	p, q = p.trim(), q.trim()
	if len(p) == 0 || len(q) == 0 {
		return Poly{}
	}
	product, term := zeros(len(p)+len(q)-1), new(big.Rat)
	for i, x := range p {
		for j, y := range q {
			product[i+j].Add(product[i+j], term.Mul(x, y))
		}
	}
	return product
}

// Derivative returns p′.
func (p Poly) Derivative() Poly {
	derivative := zeros(max(len(p)-1, 0))
	for k := range derivative {
		derivative[k].Mul(p[k+1], new(big.Rat).SetInt64(int64(k+1)))
	}
	return derivative.trim()
}

// DivMod returns the quotient and the remainder of p by q: p = quotient·q + remainder with deg remainder < deg q.
//
// Like integer division it panics if q is zero.
func (p Poly) DivMod(q Poly) (quotient, remainder Poly) {
	q = q.trim()
	if len(q) == 0 {
		panic("exact: DivMod by the zero polynomial")
	}
	remainder = NewPoly(p...)
	quotient = zeros(max(len(remainder)-len(q)+1, 0))
	term := new(big.Rat)
	for shift := len(quotient) - 1; shift >= 0; shift-- {
		c := quotient[shift]
		c.Quo(remainder[shift+len(q)-1], q[len(q)-1])
		for k, x := range q {
			remainder[shift+k].Sub(remainder[shift+k], term.Mul(c, x))
		}
	}
	return quotient.trim(), remainder.trim()
}

// GCD returns the monic greatest common divisor of p and q; it is the zero polynomial only if both are.
func (p Poly) GCD(q Poly) Poly { return greatestCommonDivisor(p.primitive(), q.primitive()).monic() }

// String returns the polynomial as one writes it, highest degree first: "t^3 - 3/2 t + 1".
func (p Poly) String() string {
	p = p.trim()
	if len(p) == 0 {
		return "0"
	}
	var out strings.Builder
	for k := len(p) - 1; k >= 0; k-- {
		sign := p[k].Sign()
		switch {
		case sign == 0:
			continue
		case k == len(p)-1 && sign < 0:
			out.WriteString("-")
		case k < len(p)-1 && sign < 0:
			out.WriteString(" - ")
		case k < len(p)-1:
			out.WriteString(" + ")
		}
		size := new(big.Rat).Abs(p[k]).RatString()
		switch {
		case k == 0:
			out.WriteString(size)
		case size != "1":
			out.WriteString(size + " ")
		}
		switch {
		case k == 1:
			out.WriteString("t")
		case k > 1:
			fmt.Fprintf(&out, "t^%d", k)
		}
	}
	return out.String()
}
