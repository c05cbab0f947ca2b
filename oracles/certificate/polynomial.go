package certificate

import "math/bits"

// polynomial is what is known of a polynomial with integer coefficients, in any number of indeterminates: bounds of its
// total degree and of its length, the sum of the absolute values of its coefficients, which bounds each of them.
//
// Lengths multiply nicely where largest coefficients do not: with ‖f‖ the length, ‖f·g‖ ≤ ‖f‖·‖g‖ and ‖f + g‖ ≤ ‖f‖ + ‖g‖.
// They are kept as whole numbers of bits, rounded up, so that the bounds hold without any thought of rounding.
type polynomial struct {
	degree int // ≤ degree; −1: it is the zero polynomial
	height int // ‖f‖ ≤ 2^height
}

// unbounded is where degrees and heights stop to grow. Sums of two stay within an int, and a bound that reached it proves
// nothing: see errorProbability.
const unbounded = 1 << 60

func zeroPolynomial() polynomial { return polynomial{degree: -1} }

// integerPolynomial is the constant k.
func integerPolynomial(k int64) polynomial {
	magnitude := uint64(k)
	if k < 0 {
		magnitude = -magnitude
	}
	if magnitude == 0 {
		return zeroPolynomial()
	}
	return polynomial{degree: 0, height: bitsAbove(magnitude)}
}

func (f polynomial) isZero() bool { return f.degree < 0 }

// times bounds f·g.
func (f polynomial) times(g polynomial) polynomial {
	if f.isZero() || g.isZero() {
		return zeroPolynomial()
	}
	return polynomial{add(f.degree, g.degree), add(f.height, g.height)}
}

// plus bounds f + g and f − g: ‖f‖ + ‖g‖ ≤ 2·max.
func (f polynomial) plus(g polynomial) polynomial {
	switch {
	case f.isZero():
		return g
	case g.isZero():
		return f
	}
	return polynomial{max(f.degree, g.degree), add(max(f.height, g.height), 1)}
}

// power bounds f^k.
func (f polynomial) power(k int) polynomial {
	if k == 0 {
		return polynomial{}
	}
	if f.isZero() {
		return f
	}
	return polynomial{multiple(k, f.degree), multiple(k, f.height)}
}

// add returns x + y for x, y ≤ unbounded, or unbounded.
func add(x, y int) int { return min(x+y, unbounded) }

// multiple returns k·x for k, x ≥ 0, or unbounded.
func multiple(k, x int) int {
	hi, lo := bits.Mul64(uint64(k), uint64(x))
	if hi > 0 || lo > unbounded {
		return unbounded
	}
	return int(lo)
}

// bitsAbove returns the least b with n ≤ 2^b, for n ≥ 1.
func bitsAbove(n uint64) int { return bits.Len64(n - 1) }

// factorialBits returns the least b with n! ≤ 2^b, or, for n > 20, an upper bound of it.
func factorialBits(n int) int {
	product, total := uint64(1), 0
	for k := 2; k <= n; k++ {
		hi, lo := bits.Mul64(product, uint64(k))
		if hi > 0 {
			total += bitsAbove(product)
			lo = uint64(k)
		}
		product = lo
	}
	return total + bitsAbove(product)
}
