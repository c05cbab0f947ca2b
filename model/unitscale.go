package model

import (
	"math"
	"math/bits"
)

// unitScale returns a size t_i > 0 of each unit's activity, a power of two:
// conversions decide ranks in the coordinates y_i/t_i, where every unit has
// about unit variance. In those of the caller a unit of 1e-8 beside one of 1e8
// would be rounding. Powers of two make the change of coordinates exact.
//
// z holds variances of the network's latents Nᵀy, second holds second moments
// of y_0 (nil: none). What cancels in a variance is counted with its full size,
//
//	t_i² = P_ii + (Σ_r |m_ir| ζ_r)²,   ζ_r ≥ √z_r and ≥ Σ_i |n_ir| t_i,
//
// so that no unit is scaled up from what is but rounding.
func (net *LinearRNN) unitScale(z, second []float64) []float64 {
	noise, latent := roots(net.p.variances()), roots(z)
	t := make([]float64, net.Units())
	for range 2 {
		for i := range t {
			t[i] = math.Hypot(noise[i], absDot(net.m.row(i), latent))
		}
		for r := range latent {
			gross := 0.0
			for i := range t {
				gross += math.Abs(net.n.at(i, r)) * t[i]
			}
			latent[r] = math.Max(latent[r], gross)
		}
	}
	largest := 0.0
	for i := range t {
		if t[i] == 0 && second != nil {
			t[i] = math.Sqrt(second[i])
		}
		largest = math.Max(largest, t[i])
	}
	for i := range t {
		switch {
		case largest == 0:
			t[i] = 1
		case t[i] == 0: // a silent unit: any scale will do
			t[i] = largest
		}
		t[i] = powerOfTwo(t[i])
	}
	return t
}

func absDot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += math.Abs(v) * y[i]
	}
	return sum
}

// powerOfTwo returns the one next above x, where both it and its inverse are
// normal numbers.
func powerOfTwo(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(-1000, min(e, 1000)))
}

// transientVariances returns variances of the latents of a network that need
// not be stable: a second moment G of what enters is carried through as many
// steps as it takes to reach every latent, by the overlap scaled down to norm
// at most 1. Sizes are all that unitScale needs.
func transientVariances(overlap, entering array) []float64 {
	z, power := entering.clone(), overlap
	for range 1 + bits.Len(uint(overlap.rows)) {
		power = power.scaled(1 / math.Max(1, power.frobenius()))
		z = z.plus(power.mul(z).mulT(power))
		power = power.mul(power)
	}
	return z.diagonal()
}

func (b array) diagonal() []float64 {
	out := make([]float64, min(b.rows, b.cols))
	for i := range out {
		out[i] = b.at(i, i)
	}
	return out
}
