package dense

import (
	"math"
	"math/big"
)

// polynomial has integer coefficients, that of t^k at index k, the last one not zero; the zero polynomial is empty.
type polynomial []*big.Int

// characteristic returns det(tI − B), monic with integer coefficients, for the integer matrix B = 2^-exponent A.
//
// Every float64 is an integer times a power of two, so nothing is rounded. The coefficients come from the recursion of Faddeev
// and LeVerrier, in which every division is exact: M_0 = 0, c_n = 1, M_k = B M_{k−1} + c_{n−k+1} I, c_{n−k} = −tr(B M_k)/k.
func characteristic(a [][]float64) (p polynomial, exponent int) {
	n := len(a)
	b, exponent := integers(a)
	p = make(polynomial, n+1)
	p[n] = big.NewInt(1)
	product := make([][]*big.Int, n) // B M_{k−1}
	for i := range product {
		product[i] = make([]*big.Int, n)
		for j := range product[i] {
			product[i][j] = new(big.Int)
		}
	}
	for k := 1; k <= n; k++ {
		m := product
		for i := range m {
			m[i][i].Add(m[i][i], p[n-k+1])
		}
		product = make([][]*big.Int, n)
		trace, term := new(big.Int), new(big.Int)
		for i := range product {
			product[i] = make([]*big.Int, n)
			for j := range product[i] {
				sum := new(big.Int)
				for l := range n {
					sum.Add(sum, term.Mul(b[i][l], m[l][j]))
				}
				product[i][j] = sum
			}
			trace.Add(trace, product[i][i])
		}
		p[n-k] = trace.Quo(trace.Neg(trace), big.NewInt(int64(k)))
	}
	return p, exponent
}

// integers returns B = 2^-exponent A with the largest exponent for which B is integer (0 for A = 0).
func integers(a [][]float64) (b [][]*big.Int, exponent int) {
	mantissas, exponents := make([][]int64, len(a)), make([][]int, len(a))
	exponent = math.MaxInt
	for i, row := range a {
		mantissas[i], exponents[i] = make([]int64, len(row)), make([]int, len(row))
		for j, v := range row {
			fraction, e := math.Frexp(v)
			m := int64(fraction * (1 << 53))
			for e -= 53; m != 0 && m%2 == 0; e++ {
				m /= 2
			}
			mantissas[i][j], exponents[i][j] = m, e
			if m != 0 {
				exponent = min(exponent, e)
			}
		}
	}
	if exponent == math.MaxInt {
		exponent = 0
	}
	b = make([][]*big.Int, len(a))
	for i := range a {
		b[i] = make([]*big.Int, len(a[i]))
		for j, m := range mantissas[i] {
			b[i][j] = big.NewInt(m)
			if m != 0 {
				b[i][j].Lsh(b[i][j], uint(exponents[i][j]-exponent))
			}
		}
	}
	return b, exponent
}

// squarefree returns polynomials f_1, f_2, … without repeated roots, of which no two have a root in common, such that
// p = ± f_1 f_2² f_3³ …; p is monic. The algorithm is Yun's: with g = gcd(p, p′), b = p/g and c = p′/g, the difference c − b′
// vanishes at the simple roots of p and at no other root of b.
func squarefree(p polynomial) []polynomial {
	g := gcd(p, p.derivative())
	b, c := p.over(g), p.derivative().over(g)
	var factors []polynomial
	for len(b) > 1 {
		d := c.minus(b.derivative())
		f := gcd(b, d)
		factors = append(factors, f)
		b, c = b.over(f), d.over(f)
	}
	return factors
}

// gcd returns a greatest common divisor of content 1 of p ≠ 0 and q, by pseudo-remainders made primitive.
func gcd(p, q polynomial) polynomial {
	p, q = p.primitive(), q.primitive()
	for len(q) > 0 {
		p, q = q, p.pseudoRemainder(q).primitive()
	}
	return p
}

// pseudoRemainder returns the remainder of c p on division by q, for some integer c ≠ 0.
func (p polynomial) pseudoRemainder(q polynomial) polynomial {
	r := append(polynomial(nil), p...)
	lead := q[len(q)-1]
	for len(r) >= len(q) {
		top, shift := r[len(r)-1], len(r)-len(q)
		next := make(polynomial, len(r)-1)
		for k := range next {
			next[k] = new(big.Int).Mul(lead, r[k])
			if k >= shift {
				next[k].Sub(next[k], new(big.Int).Mul(top, q[k-shift]))
			}
		}
		r = next.trim()
	}
	return r
}

// over returns p/q, which is exact here, q being primitive and a divisor of p (Gauss's lemma).
func (p polynomial) over(q polynomial) polynomial {
	if len(p) < len(q) {
		return polynomial{} // p = 0
	}
	r := make(polynomial, len(p))
	for k := range p {
		r[k] = new(big.Int).Set(p[k])
	}
	quotient := make(polynomial, len(p)-len(q)+1)
	for shift := len(quotient) - 1; shift >= 0; shift-- {
		c := new(big.Int).Quo(r[shift+len(q)-1], q[len(q)-1])
		quotient[shift] = c
		for k := range q {
			r[shift+k].Sub(r[shift+k], new(big.Int).Mul(c, q[k]))
		}
	}
	return quotient
}

func (p polynomial) minus(q polynomial) polynomial {
	out := make(polynomial, max(len(p), len(q)))
	for k := range out {
		out[k] = new(big.Int)
		if k < len(p) {
			out[k].Add(out[k], p[k])
		}
		if k < len(q) {
			out[k].Sub(out[k], q[k])
		}
	}
	return out.trim()
}

func (p polynomial) derivative() polynomial {
	out := make(polynomial, max(0, len(p)-1))
	for k := range out {
		out[k] = new(big.Int).Mul(p[k+1], big.NewInt(int64(k+1)))
	}
	return out
}

// primitive returns p divided by the greatest common divisor of its coefficients.
func (p polynomial) primitive() polynomial {
	content := new(big.Int)
	for _, c := range p {
		content.GCD(nil, nil, content, new(big.Int).Abs(c))
	}
	out := make(polynomial, len(p))
	for k := range out {
		out[k] = new(big.Int).Quo(p[k], content)
	}
	return out
}

// trim removes leading zeros.
func (p polynomial) trim() polynomial {
	for len(p) > 0 && p[len(p)-1].Sign() == 0 {
		p = p[:len(p)-1]
	}
	return p
}
