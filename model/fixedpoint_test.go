package model_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// system is −z + A φ(C z + inside) + outside, the equation of a network's fixed
// points in κ (A = scale·Nᵀ, C = M) or in x (A = W, C = I), in high precision.
type system struct {
	phi             model.Nonlinearity
	a, c            *mat.Dense
	inside, outside []float64
}

const systemBits = 256

func (s system) dim() int { n, _ := s.a.Dims(); return n }

func systemOf(net *model.RNN, drive []float64) system {
	if low, ok := net.Connectivity().(*model.LowRank); ok {
		a := mat.DenseCopyOf(low.N().T())
		a.Scale(low.Scale(), a) // exact: tests choose a power of two
		return system{net.Nonlinearity(), a, low.M(), drive, make([]float64, low.Rank())}
	}
	n := net.Units()
	id := mat.NewDense(n, n, nil)
	for i := range n {
		id.Set(i, i, 1)
	}
	return system{net.Nonlinearity(), net.Connectivity().Dense(), id, make([]float64, n), drive}
}

func wide(x float64) *big.Float { return new(big.Float).SetPrec(systemBits).SetFloat64(x) }

// at returns F(z).
func (s system) at(t testing.TB, z []*big.Float) []*big.Float {
	rows, units := s.a.Dims()
	r := make([]*big.Float, units)
	for i := range r {
		x := wide(s.inside[i])
		for j, zj := range z {
			x.Add(x, wide(0).Mul(wide(s.c.At(i, j)), zj))
		}
		var err error
		r[i], err = precise.PhiBig(s.phi.Name(), x, 0)
		require.NoError(t, err)
	}
	f := make([]*big.Float, rows)
	for k := range f {
		f[k] = wide(s.outside[k])
		f[k].Sub(f[k], z[k])
		for i := range r {
			f[k].Add(f[k], wide(0).Mul(wide(s.a.At(k, i)), r[i]))
		}
	}
	return f
}

// zero returns the zero of F near z: Newton's iteration with the derivative
// held at z slopes some ten digits a step, and is run until 150 bits agree.
func (s system) zero(t testing.TB, start []float64) []*big.Float {
	t.Helper()
	n := s.dim()
	z := make([]*big.Float, n)
	for k := range z {
		z[k] = wide(start[k])
	}
	_, units := s.a.Dims()
	var j, gained mat.Dense
	gained.CloneFrom(s.a)
	for i := range units {
		x := s.inside[i]
		for k := range n {
			x += s.c.At(i, k) * start[k]
		}
		for k := range n {
			gained.Set(k, i, gained.At(k, i)*s.phi.Derivative(x))
		}
	}
	j.Mul(&gained, s.c)
	for k := range n {
		j.Set(k, k, j.At(k, k)-1)
	}
	var inverse mat.Dense
	require.NoError(t, inverse.Inverse(&j))
	for range 60 {
		f := s.at(t, z)
		moved := 0.0
		for k := range z {
			for l := range f {
				step := wide(0).Mul(wide(inverse.At(k, l)), f[l])
				z[k].Sub(z[k], step)
				size, _ := step.Float64()
				moved = max(moved, math.Abs(size))
			}
		}
		if moved < 0x1p-150 {
			return z
		}
	}
	require.Fail(t, "the oracle's iteration does not converge")
	return nil
}

// requireContains checks a certificate: the exact zero is within the radius.
func requireContains(t testing.TB, s system, p model.FixedPoint) {
	t.Helper()
	at := p.Kappa
	if at == nil {
		at = p.X
	}
	require.False(t, math.IsInf(p.Radius, 1), "a regular point away from kinks is certified")
	for k, z := range s.zero(t, at) {
		miss := new(big.Float).Sub(z, wide(at[k]))
		require.LessOrEqual(t, miss.Abs(miss).Cmp(wide(p.Radius)), 0, "coordinate %d: %v outside of %v", k, miss, p.Radius)
	}
	requireResidual(t, s, p)
}

// requireResidual: the residual is the largest component of F(z) as computed,
// Newton stops at its rounding, and ResidualError bounds that: F is
// within it of what high precision says.
func requireResidual(t testing.TB, s system, p model.FixedPoint) {
	t.Helper()
	at := p.Kappa
	if at == nil {
		at = p.X
	}
	require.LessOrEqual(t, p.Residual, 4*p.ResidualError)
	z := make([]*big.Float, len(at))
	for k := range z {
		z[k] = wide(at[k])
	}
	largest := 0.0
	for _, f := range s.at(t, z) {
		size, _ := f.Float64()
		largest = max(largest, math.Abs(size))
	}
	require.LessOrEqual(t, math.Abs(largest-p.Residual), p.ResidualError)
}

// identicalUnits has N units with m = 1, n = g and scale 1/N: κ = g φ(κ).
func identicalUnits(t testing.TB, n int, g float64, phi model.Nonlinearity) *model.RNN {
	m, sel := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		m.Set(i, 0, 1)
		sel.Set(i, 0, g)
	}
	return network(t, lowRank(t, m, sel, 1/float64(n)), phi)
}

func search(t testing.TB, net *model.RNN, starts, limit int, in ...float64) *model.FixedPointSet {
	t.Helper()
	set, err := net.FixedPoints(in, model.FixedPointSearch{Starts: starts, Seed: 1, Limit: limit})
	require.NoError(t, err)
	return set
}

// κ = g tanh κ has the root 0 alone for g < 1, and a pair more for g > 1, which
// exact arithmetic brackets: g tanh κ − κ changes sign across ±Radius.
func TestBistableRankOne(t *testing.T) {
	for _, g := range []float64{0.5, 1 + 0x1p-16, 1 + 0x1p-10, 1.25, 2, 8} {
		net := identicalUnits(t, 64, g, model.Tanh())
		set := search(t, net, 40, 10)
		require.Equal(t, 1, set.IndexSum)
		require.False(t, set.Truncated)
		if g < 1 {
			require.Len(t, set.Points, 1)
		} else {
			require.Len(t, set.Points, 3)
			require.Equal(t, -1, set.Points[1].Index, "the origin is unstable")
			require.Equal(t, 1, set.Points[2].Index)
			// tanh is odd to the bit, and so is everything that Newton does with it.
			require.Equal(t, set.Points[0].Kappa[0], -set.Points[2].Kappa[0])
		}
		for _, p := range set.Points {
			require.Equal(t, p.X[17], p.Kappa[0], "m = 1: x = κ")
			scalar := func(kappa *big.Float) int {
				phi, err := precise.PhiBig("tanh", kappa, 0)
				require.NoError(t, err)
				return phi.Mul(phi, wide(g)).Cmp(kappa)
			}
			if p.Radius == 0 {
				require.Zero(t, scalar(wide(p.Kappa[0])), "a zero radius is a zero, exactly")
				continue
			}
			low := wide(0).Sub(wide(p.Kappa[0]), wide(p.Radius))
			high := wide(0).Add(wide(p.Kappa[0]), wide(p.Radius))
			require.Equal(t, p.Index, scalar(low), "F > 0 below a point of index 1")
			require.Equal(t, -p.Index, scalar(high))
			// β·residual error: |1 − g sech²κ*| is at least |g − 1| and ¼, or nearly
			// twice the first; 80 roundings of numbers below 20.
			require.Less(t, p.Radius, 2*80*20*u/min(0.25, math.Abs(g-1)))
		}
	}
}

// With loadings m = 100 and n = g/100 the same network has κ a hundred times as
// small: what isolates fixed points is measured in κ.
func TestLargeLoadings(t *testing.T) {
	m, n := mat.NewDense(64, 1, nil), mat.NewDense(64, 1, nil)
	for i := range 64 {
		m.Set(i, 0, 128)
		n.Set(i, 0, 2.0/128)
	}
	large := search(t, network(t, lowRank(t, m, n, 1.0/64), model.Tanh()), 40, 10)
	plain := search(t, identicalUnits(t, 64, 2, model.Tanh()), 40, 10)
	require.Len(t, large.Points, 3)
	for k, p := range large.Points {
		require.LessOrEqual(t, math.Abs(128*p.Kappa[0]-plain.Points[k].Kappa[0]), 128*p.Radius+plain.Points[k].Radius)
		require.Equal(t, plain.Points[k].Index, p.Index)
	}
}

// Loadings that differ from unit to unit: λ = nᵀm/N = 1.25 at the origin.
func TestRankOneWithOverlap(t *testing.T) {
	const n = 128
	m := eighths(random(3), n, 1)
	square := mat.Dot(m.ColView(0), m.ColView(0))
	sel := mat.NewDense(n, 1, nil)
	sel.Scale(1.25*n/square, m)
	net := network(t, lowRank(t, m, sel, 1.0/n), model.Tanh())
	set := search(t, net, 40, 10)
	require.Len(t, set.Points, 3)
	require.Equal(t, 1, set.IndexSum)
	s := systemOf(net, make([]float64, n))
	for _, p := range set.Points {
		requireContains(t, s, p)
		for i, x := range p.X {
			require.Equal(t, m.At(i, 0)*p.Kappa[0], x)
		}
		r, err := net.ToActivity(p.X)
		require.NoError(t, err)
		kappa := make([]float64, 1)
		net.Connectivity().(*model.LowRank).Latent(kappa, r)
		require.Equal(t, math.Abs(kappa[0]-p.Kappa[0]), p.Residual, "the residual is that of scale·Nᵀφ(x) − κ, as computed")
	}
}

// Certified radii of random networks contain an exact zero, and where the
// search is complete the indices add up to 1.
func TestRandomNetworks(t *testing.T) {
	several := 0
	for seed := range uint64(6) {
		rng := random(100 + seed)
		bounded := []model.Nonlinearity{model.Tanh(), model.Erf(), model.Logistic()}[seed%3]
		drive := gaussian(rng, 1, 32, 0.25).RawRowView(0)
		low := lowRank(t, gaussian(rng, 32, 2, 1), gaussian(rng, 32, 2, 3), 1.0/16)
		net := network(t, low, bounded, withBias(drive...))
		set := search(t, net, 120, 30)
		require.Equal(t, 1, set.IndexSum, "seed %d", seed)
		for _, p := range set.Points {
			requireContains(t, systemOf(net, drive), p)
		}

		full := network(t, dense(t, gaussian(rng, 4, 4, 1)), bounded, withBias(drive[:4]...))
		set = search(t, full, 200, 30)
		require.Equal(t, 1, set.IndexSum, "seed %d", seed)
		for _, p := range set.Points {
			require.Nil(t, p.Kappa)
			requireContains(t, systemOf(full, drive[:4]), p)
		}
		several += len(set.Points) / 2
	}
	require.Positive(t, several, "some network has more than one fixed point")
}

// The input's part of the drive counts: b and B u are interchangeable.
func TestInputMovesFixedPoints(t *testing.T) {
	w := matrix([]float64{0.5, 1}, []float64{-1, 0.25})
	driven := network(t, dense(t, w), model.Tanh(), withInput(matrix([]float64{1, 2}, []float64{0, -1})), withBias(0.5, 0))
	biased := network(t, dense(t, w), model.Tanh(), withBias(0.5+1-4, 2))
	a, b := search(t, driven, 20, 5, 1, -2), search(t, biased, 20, 5)
	require.Len(t, a.Points, 1)
	require.Equal(t, b.Points[0].X, a.Points[0].X, "small integers: the drives are the same numbers")
	field, err := driven.Field(model.Activation, a.Points[0].X, []float64{1, -2})
	require.NoError(t, err)
	for _, f := range field {
		require.LessOrEqual(t, math.Abs(f), a.Points[0].Residual, "τ = 1: the field is the residual")
	}
}
