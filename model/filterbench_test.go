package model_test

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func benchmarkFilter(b *testing.B, l *model.LDS, steps int) {
	rng := random(1)
	y := make([][]float64, steps)
	for t := range y {
		y[t] = gaussian(rng, 1, l.Units(), 1).RawRowView(0)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.LogLikelihood(model.Observations{Y: y}); err != nil {
			b.Fatal(err)
		}
	}
}

// Few units and latents: 50 steps of N = 3 and K = 2.
func BenchmarkLogLikelihoodSmall(b *testing.B) {
	must := noiseOf(b)
	rng := random(2)
	l := newLatentSystem(b, "small", model.LDSConfig{
		A: stable(rng, 2, 0), C: eighths(rng, 3, 2),
		Q: must(model.IsotropicNoise(2, 0.5)), R: must(model.DiagonalNoise([]float64{1, 2, 0.5})),
	})
	benchmarkFilter(b, l.lds, 50)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "series/s")
}

// many is a system of 200,000 units and 10 latents with diagonal noise, or the
// noise of a converted network, d − h hᵀ of 5 directions.
func many(b *testing.B, converted bool) *model.LDS {
	const units, latents, rank = 200_000, 10, 5
	rng, must := random(3), noiseOf(b)
	c := gaussian(rng, units, latents, 1)
	d := make([]float64, units)
	for i := range d {
		d[i] = 1 + rng.Float64()
	}
	r := must(model.DiagonalNoise(d))
	if converted { // P − P N G⁻ Nᵀ P, with P N in the range of C
		n := mat.NewDense(units, rank, nil)
		for i := range units {
			for j := range rank {
				n.Set(i, j, c.At(i, j)/d[i])
			}
		}
		var g, h mat.Dense
		pn := c.Slice(0, units, 0, rank)
		g.Mul(n.T(), pn)
		var chol mat.Cholesky
		sym := mat.NewSymDense(rank, nil)
		for i := range rank {
			for j := range rank {
				sym.SetSym(i, j, (g.At(i, j)+g.At(j, i))/2)
			}
		}
		require.True(b, chol.Factorize(sym))
		var upper mat.TriDense
		chol.UTo(&upper)
		var inverse mat.TriDense
		require.NoError(b, inverse.InverseTri(&upper))
		h.Mul(pn, &inverse)
		r = must(model.ReducedNoise(d, nil, &h))
	}
	a := mat.NewDense(latents, latents, nil)
	for i := range latents {
		a.Set(i, i, 0.9)
	}
	l, err := model.NewLDS(model.LDSConfig{A: a, C: c, Q: must(model.IsotropicNoise(latents, 1)), R: r})
	require.NoError(b, err)
	return l
}

func BenchmarkLogLikelihoodMany(b *testing.B) {
	for _, converted := range []bool{false, true} {
		name := "diagonal"
		if converted {
			name = "converted"
		}
		l := many(b, converted)
		for _, steps := range []int{1, 21} { // the difference is that of 20 steps
			b.Run(name+map[int]string{1: "/set-up and 1 step", 21: "/and 20 more"}[steps], func(b *testing.B) {
				benchmarkFilter(b, l, steps)
			})
		}
	}
}
