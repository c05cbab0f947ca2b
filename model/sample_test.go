package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// linearLaw returns mean (d) and root (d×normals) of draw = mean + root·white. What is drawn is linear in the standard normals
// that come out of the rng, and those are known from its seed: no statistics are needed to learn the whole law. It fails if
// anything but the first so many normals is used, or anything but linearly.
func linearLaw(t *testing.T, normals int, draw func(rng *rand.Rand) []float64) (mean []float64, root array, bound float64) {
	t.Helper()
	whites := func(seed uint64) []float64 {
		rng, w := seeded(seed), []float64{1}
		for range normals {
			w = append(w, rng.NormFloat64())
		}
		return w
	}
	inputs, outputs := newArray(normals+1, normals+1), array{}
	for s := range normals + 1 {
		copy(inputs.row(s), whites(uint64(s)))
		y := draw(seeded(uint64(s)))
		outputs = array{s + 1, len(y), append(outputs.data, y...)}
	}
	var lu mat.LU
	lu.Factorize(inputs.dense())
	var x mat.Dense
	require.NoError(t, lu.SolveTo(&x, false, outputs.dense()))
	law := arrayOf(&x).t()
	bound = float64(16*(normals+1)) * unitRoundoff * lu.Cond() * math.Max(1, outputs.maxAbs())
	for s := uint64(1000); s < 1003; s++ {
		off := array{len(law.column(0)), 1, draw(seeded(s))}.minus(array{law.rows, 1, law.timesVector(whites(s))}).maxAbs()
		require.True(t, off <= bound*float64(normals), "what is drawn is not linear in %d normals: off by %v, bound %v", normals, off, bound)
	}
	return law.column(0), law.columns(1, law.cols), bound
}

func flat(rows [][]float64) (out []float64) {
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

func requireLaw(t *testing.T, name string, wantMean []float64, wantCov *exact.Matrix, draw func(rng *rand.Rand) []float64) {
	t.Helper()
	mean, root, bound := linearLaw(t, 40, draw)
	cov := nearest(wantCov)
	require.Len(t, mean, cov.rows, name)
	for i, x := range mean {
		require.True(t, math.Abs(x-wantMean[i]) <= bound, "%s: mean %d is %v, want %v", name, i, x, wantMean[i])
	}
	// Entries of the root are off by bound, and Σ by what its own rounding is.
	allowed := bound * float64(root.cols) * (2*root.maxAbs() + bound)
	off := root.mulT(root).minus(cov).maxAbs()
	require.True(t, off <= allowed+1e3*unitRoundoff*cov.maxAbs(), "%s: covariance off by %v, bound %v", name, off, allowed)
	require.Less(t, allowed, 1e-6*(1+cov.maxAbs()), "%s: and that says something", name)
}

const drawn = 3 // steps

func drawLDS(l *LDS, latents bool) func(rng *rand.Rand) []float64 {
	return func(rng *rand.Rand) []float64 {
		y, x, err := l.Sample(rng, drawn)
		switch {
		case err != nil:
			panic(err)
		case latents:
			return flat(x)
		}
		return flat(y)
	}
}

func TestSampleOfAnLDS(t *testing.T) {
	reducedQ, err := ReducedNoise([]float64{1, 1}, nil, mat.NewDense(2, 1, []float64{.6, .8}))
	require.NoError(t, err)
	rng := seeded(59)
	a, c := rowsArray([]float64{.8, -.3}, []float64{.7, .7}), gaussianArray(rng, 3, 2)
	r, err := LowRankNoise([]float64{0, 1, .5}, mat.NewDense(3, 1, []float64{1, 0, -1}))
	require.NoError(t, err)
	dense, err := DenseNoise(mat.NewDense(2, 2, []float64{4, 2, 2, 1}))
	require.NoError(t, err)
	start := &Gaussian{Mean: []float64{3, -1}, Cov: dense}
	for name, l := range map[string]*LDS{
		"stationary":    newLDS(t, a, c, reducedQ, r, nil),
		"from a law":    newLDS(t, a, c, dense, r, start),
		"unstable":      newLDS(t, a.scaled(2), c, reducedQ, ZeroNoise(3), start),
		"deterministic": newLDS(t, a, c, ZeroNoise(2), ZeroNoise(3), &Gaussian{Mean: []float64{1, 2}, Cov: ZeroNoise(2)}),
		"no latents":    newLDS(t, newArray(0, 0), newArray(3, 0), Noise{}, r, nil),
	} {
		truth := exactLDS(t, l)
		means, latents := [][]float64{}, [][]float64{}
		at := make([]float64, l.Latents())
		if l.initial != nil {
			truth.Cov, at = exactNoise(t, l.initial.Cov), l.initial.Mean
		}
		for range drawn {
			means, latents = append(means, l.c.timesVector(at)), append(latents, at)
			at = l.a.timesVector(at)
		}
		joint, err := truth.Joint(drawn)
		require.NoError(t, err, name)
		requireLaw(t, name, flat(means), joint, drawLDS(l, false))
		if l.Latents() > 0 {
			truth.C, truth.R = exact.Identity(l.Latents()), exact.Zero(l.Latents(), l.Latents())
			joint, err = truth.Joint(drawn)
			require.NoError(t, err, name)
			requireLaw(t, name+", latents", flat(latents), joint, drawLDS(l, true))
		}
	}
}

func TestSampleOfANetwork(t *testing.T) {
	rng := seeded(61)
	p, err := ReducedNoise([]float64{0, 1, .5}, mat.NewDense(3, 1, []float64{1, 0, -1}), mat.NewDense(3, 1, []float64{.5, 0, -.5}))
	require.NoError(t, err)
	s0, err := LowRankNoise([]float64{1, 0, 0}, mat.NewDense(3, 1, []float64{1, 2, 3}))
	require.NoError(t, err)
	m, n := gaussianArray(rng, 3, 1), gaussianArray(rng, 3, 1).scaled(.25)
	start := &Gaussian{Mean: []float64{1, -2, 4}, Cov: s0}
	j := m.mulT(n).dense()
	for name, c := range map[string]LinearRNNConfig{
		"stationary":           {M: m.dense(), N: n.dense(), P: p},
		"from a law":           {M: m.dense(), N: n.dense(), P: p, Initial: start},
		"J":                    {J: j, P: p},
		"J, from a law":        {J: j, P: p, Initial: start},
		"no rank":              {P: p},
		"no rank, from a law":  {P: p, Initial: start},
		"unstable, from a law": {M: m.scaled(99).dense(), N: n.dense(), P: p, Initial: start},
	} {
		net, err := NewLinearRNN(c)
		require.NoError(t, err, name)
		truth := gaussian.ExactRNN{J: exactly(t, net.m).Mul(exactly(t, net.n).T()), P: exactNoise(t, p)}
		at, means := make([]float64, 3), []float64{}
		if c.Initial != nil {
			truth.Cov, at = exactNoise(t, s0), start.Mean
		}
		for range drawn {
			at = net.m.timesVector(net.n.timesVectorT(at))
			means = append(means, at...)
		}
		joint, err := truth.Joint(drawn)
		require.NoError(t, err, name)
		requireLaw(t, name, means, joint, func(rng *rand.Rand) []float64 {
			y, err := net.Sample(rng, drawn)
			if err != nil {
				panic(err)
			}
			return flat(y)
		})
	}
}

func TestSampleIsValidated(t *testing.T) {
	l, net := systems(t)["defective"], networks(t)["J"]
	for message, f := range map[string]func() error{
		"no rng":            func() error { _, _, err := l.Sample(nil, 1); return err },
		"steps is -1":       func() error { _, _, err := l.Sample(seeded(1), -1); return err },
		"steps is -2":       func() error { _, err := net.Sample(seeded(1), -2); return err },
		"no rng is given":   func() error { _, err := net.Sample(nil, 0); return err },
		"spectral radius 2": func() error { _, _, err := newUnstable(t).Sample(seeded(1), 1); return err },
	} {
		require.ErrorContains(t, f(), message)
	}
	y, x, err := l.Sample(seeded(1), 0)
	require.NoError(t, err)
	require.Empty(t, y)
	require.Empty(t, x)
	again, _, err := l.Sample(seeded(2), 5)
	require.NoError(t, err)
	same, _, err := l.Sample(seeded(2), 5)
	require.NoError(t, err)
	require.Equal(t, again, same)
}

func newUnstable(t *testing.T) *LDS {
	t.Helper()
	return newLDS(t, identityArray(1).scaled(2), identityArray(1), ZeroNoise(1), ZeroNoise(1), nil)
}
