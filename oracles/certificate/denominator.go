package certificate

import "maps"

// denominator is a product of powers of the polynomials δ(v) = det Num(A), one for each node v = A⁻¹. The factors are never
// multiplied out, so that equal ones are recognized: a sum needs the larger exponent of each, not the sum of both.
// The nil map is 1.
type denominator map[*node]int

// times returns d·e.
func (d denominator) times(e denominator) denominator {
	return d.combine(e, func(x, y int) int { return add(x, y) })
}

// lcm returns the least multiple of d and e.
func (d denominator) lcm(e denominator) denominator {
	return d.combine(e, func(x, y int) int { return max(x, y) })
}

func (d denominator) combine(e denominator, exponent func(x, y int) int) denominator {
	if len(e) == 0 {
		return d // times 1, or the least multiple with 1
	}
	result := denominator{}
	maps.Copy(result, d)
	for v, y := range e {
		result[v] = exponent(d[v], y)
	}
	return result
}

// power returns d^k.
func (d denominator) power(k int) denominator {
	result := denominator{}
	for v, x := range d {
		result[v] = multiple(k, x)
	}
	return result
}

// over bounds the polynomial d/e, for e a divisor of d, given bounds of the δ(v).
func (d denominator) over(e denominator, factors map[*node]polynomial) polynomial {
	quotient := polynomial{} // 1
	for v, x := range d {
		quotient = quotient.times(factors[v].power(x - e[v]))
	}
	return quotient
}
