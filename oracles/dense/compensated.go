package dense

import "math"

// DotDD returns Σ_i a_i b_i as if it had been computed with twice the precision and then rounded, and a bound on its error.
//
// It is Dot2 of Ogita, Rump and Oishi (SIAM J. Sci. Comput. 26, 2005): each product and each sum is split without error into
// its rounded value and the rest, and the rests are summed. With u = 2^-53 and S = Σ|a_i b_i|,
//
//	|DotDD − Σ a_i b_i| ≤ u |Σ a_i b_i| + γ_n² S + 5nη,
//
// η = 2^-1074 for products that underflow. The bound returned is that, evaluated from the computed numbers and rounded up; it is
// +Inf if something overflowed, and NaN if a NaN came in.
func DotDD(a, b []float64) (sum, bound float64) {
	mustMatch("DotDD", len(a), len(b))
	rest, absolute := 0.0, 0.0
	for i := range a {
		product, productRest := twoProduct(a[i], b[i])
		var sumRest float64
		sum, sumRest = twoSum(sum, product)
		rest += sumRest + productRest
		absolute += math.Abs(product)
	}
	if math.IsInf(absolute, 0) { // the rests are NaN: keep the sum that overflowed
		return sum, math.Inf(1)
	}
	sum += rest
	n := len(a)
	gamma := Gamma(n, 0x1p-53)
	// |Σ a_i b_i| ≤ (|sum| + …)/(1 − u) and S ≤ absolute/(1 − γ_n): the second γ_n² and the last factor make up for both.
	bound = (0x1p-53*math.Abs(sum) + 2*gamma*gamma*absolute + 5*float64(n)*0x1p-1074) * (1 + 0x1p-50)
	return sum, bound
}

// twoSum returns s = fl(a + b) and a + b − s, exactly (Knuth).
func twoSum(a, b float64) (s, rest float64) {
	s = a + b
	t := s - a
	return s, (a - (s - t)) + (b - t)
}

// twoProduct returns p = fl(ab) and ab − p, exactly unless the latter underflows.
func twoProduct(a, b float64) (p, rest float64) {
	p = a * b
	return p, math.FMA(a, b, -p)
}
