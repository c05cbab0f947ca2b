package model

import (
	"math"
	"math/bits"
)

// scaledLoadings returns loadings of z = T⁻¹y, T⁻¹J T = M Nᵀ, where T (N) gives
// every unit about unit size: conversions decide ranks there. In the caller's
// coordinates a unit of 1e-8 beside one of 1e8 would be rounding. T is of
// powers of two, which make the change exact.
//
//	t_i² = P_ii + (Σ_r |m_ir| ζ_r)²,   ζ_r² ≥ Var κ_r,   ζ_r ≥ Σ_i |n_ir| t_i of a first pass,
//
// κ = Nᵀy: what cancels is counted with its full size, so that no unit is
// scaled up from what is but rounding. Nor is one without noise, where loadings
// were computed in units of T before: so little beside it is rounding of them.
// If they are mixed, columns of an orthonormal basis, what it does not read is
// read with u‖M_i‖‖N_j‖.
func (net *LinearRNN) scaledLoadings(before []float64, mixed bool) (m, n array, scale []float64, err error) {
	noise := roots(net.p.variances())
	m, n = balancedColumns(net.m, net.n, noise)
	variances, err := net.reachedVariances(m, n)
	if err != nil {
		return m, n, nil, err
	}
	scale = unitScale(m, n, noise, roots(variances))
	for i, x := range before {
		if noise[i] == 0 && scale[i] <= 0x1p-40*x {
			scale[i] = x / 2 // powerOfTwo is the next above
		}
	}
	if mixed {
		gross := absDot(rowNorms(net.n), scale)
		for i, x := range rowNorms(net.m) {
			if noise[i] == 0 {
				scale[i] = math.Max(scale[i], x*gross/2)
			}
		}
	}
	settleScale(scale)
	m, n = m.scaledRows(reciprocals(scale)), n.scaledRows(scale)
	m, n = balancedColumns(m, n, nil)
	for _, x := range []array{m, n} {
		if size := x.maxAbs(); math.IsNaN(size) || math.IsInf(size, 0) {
			return m, n, nil, invalidf("loadings overflow when units are scaled to the size of their activity")
		}
	}
	return m, n, scale, nil
}

// unitScale returns T, given deviations of noise and of κ, which it changes; 0
// is a unit that is silent.
func unitScale(m, n array, noise, latent []float64) []float64 {
	t := make([]float64, m.rows)
	for range 2 {
		for i := range t {
			t[i] = math.Hypot(noise[i], absDot(m.row(i), latent))
		}
		for r, gross := range reach(n.t(), t) {
			latent[r] = math.Max(latent[r], gross)
		}
	}
	return t
}

// settleScale makes T of powers of two, the next above. A unit that is silent
// after y_0 gets the largest: any will do.
func settleScale(t []float64) {
	most := (array{1, len(t), t}).maxAbs()
	for i := range t {
		if t[i] == 0 {
			t[i] = most
		}
		t[i] = powerOfTwo(t[i])
	}
}

func absDot(x, y []float64) float64 {
	sum := 0.0
	for i, v := range x {
		sum += math.Abs(v) * y[i]
	}
	return sum
}

// powerOfTwo returns the one next above x, but with it its inverse and square
// are normal numbers; 1 for 0.
func powerOfTwo(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(-500, min(e, 500)))
}

// reachedVariances returns those that κ = Nᵀy has after as many steps as it
// takes noise, and y_0, to reach every latent. An unstable network is slowed
// down to spectral radius 1: sizes are all that is asked for.
func (net *LinearRNN) reachedVariances(m, n array) ([]float64, error) {
	z, power := n.tmul(net.p.times(n)), n.tmul(m)
	if g := net.initial; g != nil {
		z = z.plus(n.tmul(g.Cov.times(n)))
	}
	radius, err := spectralRadius(power)
	if err != nil {
		return nil, err
	}
	power = power.scaled(1 / math.Max(1, radius))
	for range 1 + bits.Len(uint(power.rows)) {
		next := z.plus(power.mul(z).mulT(power))
		power = power.mul(power)
		if !(next.maxAbs()+power.maxAbs() <= math.MaxFloat64) {
			break
		}
		z = next
	}
	return z.diagonal(), nil
}

func (b array) diagonal() []float64 {
	out := make([]float64, min(b.rows, b.cols))
	for i := range out {
		out[i] = b.at(i, i)
	}
	return out
}

// balancedColumns moves powers of two between the loadings of each latent until
// its input, in units of the given sizes (nil: 1), is about 1. M Nᵀ stays as it
// is, and columns of very different size meet no rounding of each other's.
func balancedColumns(m, n array, sizes []float64) (array, array) {
	up, down := make([]float64, m.cols), make([]float64, m.cols)
	for r := range up {
		most, plain := 0.0, 0.0
		for i := range n.rows {
			x := math.Abs(n.at(i, r))
			plain = math.Max(plain, x)
			if sizes != nil {
				most = math.Max(most, x*sizes[i])
			}
		}
		if !(most > 0) || math.IsInf(most, 0) {
			most = plain
		}
		up[r] = powerOfTwo(most)
		down[r] = 1 / up[r]
	}
	return m.scaledColumns(up), n.scaledColumns(down)
}
