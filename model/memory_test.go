package model_test

import (
	"runtime"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// allocated returns the bytes that f allocates, in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Nothing that a low-rank network can do without it forms an N×N matrix. What
// is allocated is counted in vectors of N float64; N² numbers would be 2,000.
func TestLowRankIsNeverExpanded(t *testing.T) {
	const units, rank = 2000, 3
	rng := random(11)
	m, n := gaussian(rng, units, rank, 1), gaussian(rng, units, rank, 1)
	n.Add(n, m)
	tau := make([]float64, units)
	for i := range tau {
		tau[i] = []float64{1, 2}[i%2]
	}
	scalar := network(t, lowRank(t, m, n, 1.0/units), model.Tanh(), withInput(m))
	grouped := network(t, lowRank(t, m, n, 1.0/units), model.Tanh(), withTau(tau...))
	x := gaussian(rng, 1, units, 1).RawRowView(0)
	vector := uint64(8 * units)
	check := func(what string, vectors uint64, f func()) {
		used := allocated(f)
		t.Logf("%s: %d vectors of N", what, used/vector)
		require.LessOrEqual(t, used, vectors*vector, what)
	}
	for _, net := range []*model.RNN{scalar, grouped} {
		modes := uint64(rank)
		if net == grouped {
			modes *= 2
		}
		l := linearized(t, net, x)
		// Lists of units by time constant, appended to: 3 vectors; all else is small.
		check("Spectrum", 8, func() { spectrumOf(t, l) })
		// A mode: v, l_r, w, l_x before and after mixing, and l_r mixed: 6 complex
		// vectors, 12 of float64; normalizing and copying may double that.
		check("Modes", 8+24*modes, func() { modesOf(t, l) })
		// A mode carried: real and imaginary parts, there and back, and D v.
		v := modesOf(t, l).Activation.Right[0]
		check("CarryRight", 16, func() {
			_, err := l.CarryRight(model.Activity, 1, v)
			require.NoError(t, err)
		})
		dst := make([]float64, units)
		check("Apply", 4, func() { l.Apply(model.Activation, dst, x) })
		in := make([]float64, net.Inputs())
		// Newton in κ: x, φ(x), |x| and its error a step, of which halving makes
		// 40 at most, over some ten steps.
		check("Newton", 4*40*10, func() {
			_, err := net.Newton(in, []float64{1, 1, 1})
			require.NoError(t, err)
		})
		// A step of RK4: four rates of drive, φ and the sum, four states.
		check("Simulate, a step", 4*8, func() {
			simulate(t, net, model.Simulation{Method: model.RK4, Start: x, Dt: 0.1, Steps: 1})
		})
	}
	check("Linearize", 2, func() { linearized(t, scalar, x) })
	check("Field", 6, func() {
		_, err := scalar.Field(model.Activity, x, make([]float64, rank))
		require.NoError(t, err)
	})
	check("Input", 4*rank, func() { linearized(t, scalar, x).Input(model.Activity) })
}

// Nor does what a linear network can do without it, with noise that is given by few numbers a unit.
func TestLinearNetworkIsNeverExpanded(t *testing.T) {
	const units, rank = 4000, 2
	rng := random(12)
	m, n := gaussian(rng, units, rank, 1), gaussian(rng, units, rank, 0.1/units)
	d, order := make([]float64, units), make([]int, units)
	for i := range d {
		d[i], order[i] = 1+rng.Float64(), units-1-i
	}
	f := gaussian(rng, units, rank, 1)
	iso, err := model.IsotropicNoise(units, 2)
	require.NoError(t, err)
	diagonal, err := model.DiagonalNoise(d)
	require.NoError(t, err)
	lowRank, err := model.LowRankNoise(d, f)
	require.NoError(t, err)
	half := gaussian(rng, units, rank, 0)
	half.Scale(0.5, f)
	reduced, err := model.ReducedNoise(d, f, half)
	require.NoError(t, err)
	vector := uint64(8 * units)
	for name, p := range map[string]model.Noise{"isotropic": iso, "diagonal": diagonal, "low rank": lowRank, "reduced": reduced} {
		net, err := model.NewLinearRNN(model.LinearRNNConfig{M: m, N: n, P: p})
		require.NoError(t, err)
		q, err := model.IsotropicNoise(rank, 1)
		require.NoError(t, err)
		l, err := model.NewLDS(model.LDSConfig{A: diagonalHalf(rank), C: m, Q: q, R: p})
		require.NoError(t, err)
		check := func(what string, vectors uint64, f func() error) {
			used := allocated(func() { require.NoError(t, f()) })
			t.Logf("%s, %s: %d vectors of N", name, what, used/vector)
			require.LessOrEqual(t, used, vectors*vector, name+", "+what)
		}
		// Dozens of arrays of N×(columns of M, F and H); N² numbers would be 4,000 vectors.
		check("StationaryCovariance", 60, func() error { _, err := net.StationaryCovariance(); return err })
		check("Sample", 150, func() error { _, err := net.Sample(rng, 3); return err })
		check("Permute", 60, func() error { _, err := net.Permute(order); return err })
		check("Rescale", 60, func() error { _, err := net.Rescale(2); return err })
		check("Sample of an LDS", 150, func() error { _, _, err := l.Sample(rng, 3); return err })
		check("Observe", 60, func() error { _, err := l.Observe(order[:units/2]); return err })
		check("Structure", 60, func() error {
			d, f, h, _ := p.Structure()
			_, err := model.ReducedNoise(d, f, h)
			return err
		})
	}
}

func diagonalHalf(n int) *mat.Dense {
	a := mat.NewDense(n, n, nil)
	for i := range n {
		a.Set(i, i, 0.5)
	}
	return a
}
