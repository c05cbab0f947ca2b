package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/oracles/quadrature"
)

// fluctuations are what oracles know of n φ(x) of a unit, x = m·κ + I, around its
// mean: that of the mixture where labels are drawn, that of the population where
// sizes are fixed.
type fluctuations struct {
	t      *truth
	means  [][]float64 // E_p n^r φ (P×R)
	mean   []float64   // E n φ (R), that of F + κ
	second float64     // E‖n φ‖²
	err    float64     // of the traces
}

// fluctuations computes them in one dimension, n being Gaussian given x.
func (t *truth) fluctuations() fluctuations {
	f := fluctuations{t: t, mean: make([]float64, len(t.kappa))}
	for _, in := range t.at {
		means := make([]float64, len(f.mean))
		for r := range means {
			value, err := t.given(in, r, func(n, _, phi float64) float64 { return n * phi })
			second, e := t.given(in, r, func(n, v, phi float64) float64 { return phi * phi * (n*n + v) })
			means[r] = value
			f.mean[r] += in.weight * value
			f.second += in.weight * second
			size := math.Sqrt(second)
			f.err += in.weight * (e + 2*size*err + t.conditioning(in, r) + 0x1p-48*second)
		}
		f.means = append(f.means, means)
	}
	return f
}

// trace is N·E‖F_N − F‖².
func (f fluctuations) trace(fixedSizes bool) float64 {
	out := f.second
	if !fixedSizes {
		for _, x := range f.mean {
			out -= x * x
		}
		return max(0, out)
	}
	for p, in := range f.t.at {
		for _, x := range f.means[p] {
			out -= in.weight * x * x
		}
	}
	return max(0, out)
}

// fourth bounds E‖Z‖⁴, Z = n φ minus its mean, averaged over the units.
func (f fluctuations) fourth(fixedSizes bool) float64 {
	root := 0.0 // by Minkowski, √E‖Z‖⁴ ≤ Σ_r √E(Z_r)⁴
	for r := range f.mean {
		fourth := 0.0
		for p, in := range f.t.at {
			centre := f.mean[r]
			if fixedSizes {
				centre = f.means[p][r]
			}
			value, err := f.t.given(in, r, func(n, v, phi float64) float64 {
				d, w := phi*n-centre, phi*phi*v
				return d*d*d*d + 6*d*d*w + 3*w*w
			})
			fourth += in.weight * (value + err)
		}
		root += math.Sqrt(fourth)
	}
	return root * root * (1 + 0x1p-20)
}

// conditioning bounds what the roundings of b = c/√Δ and z = (x − μ)/√Δ do to E(n φ)²,
// n = a + b z and the rest of its variance.
func (t *truth) conditioning(in netInput, r int) float64 {
	if in.delta == 0 && in.deltaErr == 0 {
		return 0
	}
	deviation, off := math.Sqrt(in.varN[r]), 2.0
	if in.delta > 2*in.deltaErr {
		off = min(off, 2*in.deltaErr/in.delta+(in.muErr+0x1p-50*(math.Abs(in.mu)+1))/math.Sqrt(in.delta))
	}
	along := 0.0
	if in.delta > 2*in.deltaErr {
		along = in.cErr[r] / math.Sqrt(in.delta)
	}
	size := math.Abs(in.meanN[r]) + 2*deviation
	return 4 * t.size(0, in) * t.size(0, in) * size * (deviation*off + along)
}

// given returns E f(E[n^r|x], Var[n^r|x], φ(x)) and an error.
func (t *truth) given(in netInput, r int, f func(n, v, phi float64) float64) (value, err float64) {
	phi := activations[t.phi]
	root, along := math.Sqrt(in.delta), 0.0
	if root > 0 {
		along = math.Copysign(min(math.Abs(in.c[r])/root, math.Sqrt(in.varN[r])), in.c[r])
	}
	rest := max(0, in.varN[r]-along*along)
	return quadrature.Expect1(func(x float64) float64 {
		z := 0.0
		if root > 0 {
			z = (x - in.mu) / root
		}
		return f(in.meanN[r]+along*z, rest, phi.value(x))
	}, in.mu, in.delta, phi.breaks)
}

// secondMoment bounds E(n^r φ(x))² of a unit.
func (t *truth) secondMoment(r int) float64 {
	total := 0.0
	for _, in := range t.at {
		value, err := t.given(in, r, func(n, v, phi float64) float64 { return phi * phi * (n*n + v) })
		total += in.weight * (value + err)
	}
	return total * (1 + 0x1p-20) // roundings of c/√Δ are far below
}

// squareSize bounds |E ψ^(k)| of ψ = φ² at a variance of at least delta: by
// Leibniz's rule where φ is smooth, and by Stein's lemma from √E ψ'².
func (t *truth) squareSize(k int, in netInput, delta float64) float64 {
	value := t.size(0, in)
	d := func(j int) float64 {
		if j == 0 {
			return value
		}
		return t.derivative[j]
	}
	leibniz, binomial := 0.0, 1.0
	for j := range k + 1 {
		leibniz += binomial * product(d(j), d(k-j))
		binomial *= float64(k-j) / float64(j+1)
	}
	smoothed := math.Inf(1)
	if k > 1 && delta > 0 {
		smoothed = 2 * value * t.derivative[1] * [5]float64{0, 0, 1, math.Sqrt2, 2.4495}[k] / math.Pow(delta, float64(k-1)/2)
	}
	return min(leibniz, smoothed)
}

// squareErr bounds the error of E ψ^(order) that a subject computes: 2¹³u of its
// size, and what it moves when μ and Δ are off.
func (t *truth) squareErr(order int, in netInput) float64 {
	least := max(0, in.delta-in.deltaErr)
	size := func(k int) float64 { return t.squareSize(k, in, least) }
	bySpread := product(size(order+2), in.deltaErr) / 2
	if order == 0 {
		bySpread = min(bySpread, size(1)*(math.Sqrt(in.delta+in.deltaErr)-math.Sqrt(least)))
	}
	moved := product(size(order+1), in.muErr) + bySpread
	if order > 0 {
		moved = min(moved, 2*size(order))
	}
	return averageAccuracy*t.u*t.squareSize(order, in, in.delta) + moved
}

// varianceBound bounds the error of FieldVariance in the subject's arithmetic,
// and returns the size of what it adds up.
func (t *truth) varianceBound(fixedSizes bool) (bound, scale float64) {
	for r := range t.kappa {
		mean, meanErr := 0.0, 0.0
		for _, in := range t.at {
			n, c, ce := math.Abs(in.meanN[r]), math.Abs(in.c[r]), in.cErr[r]
			size := func(k int) float64 { return t.squareSize(k, in, in.delta) }
			second := n*n + in.varN[r]
			scale += in.weight * (second*size(0) + 2*n*product(c, size(1)) + product(c*c, size(2)))
			bound += in.weight * (second*t.squareErr(0, in) + 2*n*(product(c+ce, t.squareErr(1, in))+product(ce, size(1))) +
				product((c+ce)*(c+ce), t.squareErr(2, in)) + product((2*c+ce)*ce, size(2)))
			m := n*t.size(0, in) + c*t.size(1, in)
			e := n*t.averageErr(0, in) + (c+ce)*t.averageErr(1, in) + ce*t.size(1, in) + 8*t.u*m
			if fixedSizes {
				scale += in.weight * m * m
				bound += in.weight * (2*m + e) * e
			}
			mean += in.weight * m
			meanErr += in.weight * e
		}
		if !fixedSizes {
			scale += mean * mean
			bound += (2*mean + meanErr) * meanErr
		}
	}
	return bound + float64(len(t.at)*len(t.kappa)+16)*t.u*scale, scale
}
