package model_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/rankproof/rankproof/model"
)

// besides is how many white units stand beside few that read the latents: what
// units say is condensed where they are many.
const besides = 40

// TestManyUnitsAreAsFew: units that read nothing and are independent of all
// others change nothing in what the others say, by themselves (R_v held by its
// factors) or mixed with the others by a reflection (R_v dense).
func TestManyUnitsAreAsFew(t *testing.T) {
	rng := random(17)
	const n, total, steps = 3, 3 + besides, 5
	for trial := range 12 {
		k := 1 + trial%3
		a := gaussian(rng, k, k, 1)
		a.Scale(0.8/mat.Norm(a, 2), a)
		c, f, g := gaussian(rng, n, k, 1), gaussian(rng, n, 1, 1), gaussian(rng, n, 1, 0.25)
		d, own := []float64{1, 2, 1.5}, []float64{}
		for i := range besides {
			own = append(own, 0.5+float64(i%4))
		}
		noise := func(d []float64, f, g mat.Matrix) model.Noise { // with what is taken away in every other trial
			if trial%2 == 0 {
				g = nil
			}
			return noiseOf(t)(model.ReducedNoise(d, f, g))
		}
		config := model.LDSConfig{A: a, C: c, Q: isotropic(t, k, 1), R: noise(d, f, g)}
		few := newLDS(t, config)
		config.C, config.R = onTop(c, total), noise(append(d, own...), onTop(f, total), onTop(g, total))
		many := newLDS(t, config)
		mirror := mat.NewDense(total, total, nil)
		for i := range total {
			for j := range total {
				mirror.Set(i, j, -2.0/total)
			}
			mirror.Set(i, i, 1-2.0/total)
		}
		mixed, err := many.Rotate(mirror)
		require.NoError(t, err)

		y, _, err := few.Sample(rng, steps)
		require.NoError(t, err)
		wide, turned, alone := [][]float64{}, [][]float64{}, 0.0
		for _, row := range y {
			row = append([]float64{}, row...)
			for _, v := range own {
				x := math.Sqrt(v) * rng.NormFloat64()
				row = append(row, x)
				alone -= (math.Log(2*math.Pi*v) + x*x/v) / 2
			}
			var image mat.VecDense
			image.MulVec(mirror, mat.NewVecDense(total, row))
			wide, turned = append(wide, row), append(turned, image.RawVector().Data)
		}
		want := said(t, few, y)
		asFew(t, want, said(t, many, wide), alone, nil)
		asFew(t, want, said(t, mixed, turned), alone, mirror)

		// Entries missing of those that read, and of those beside.
		missing, part := make([][]bool, steps), make([][]bool, steps)
		for s := range steps {
			missing[s], part[s] = make([]bool, total), make([]bool, n)
			missing[s][s%n], part[s][s%n] = true, true
			v, x := own[s], wide[s][n+s]
			missing[s][n+s] = true
			alone += (math.Log(2*math.Pi*v) + x*x/v) / 2
		}
		fewer, err := few.LogLikelihood(model.Observations{Y: y, Missing: part})
		require.NoError(t, err)
		holed, err := many.LogLikelihood(model.Observations{Y: wide, Missing: missing})
		require.NoError(t, err)
		require.LessOrEqual(t, math.Abs(holed-fewer-alone), manyRoundings*(1+math.Abs(holed)))
	}
}

// manyRoundings: entries are sums of up to 43² products, of sizes up to 10,
// divided by variances of ½ or more.
const manyRoundings = 43 * 43 * 64 * u

// what is what an LDS says of its latents and of the next observation.
type what struct {
	likelihood, gap float64
	latents         []float64 // filtered and smoothed
	gains, j, p     *mat.Dense
	rank            int
}

func said(t *testing.T, l *model.LDS, y [][]float64) what {
	t.Helper()
	obs := model.Observations{Y: y}
	f, err := l.Filter(obs)
	require.NoError(t, err)
	s, err := l.Smooth(obs)
	require.NoError(t, err)
	w := what{likelihood: f.LogLikelihood}
	for i := range y {
		w.latents = append(append(w.latents, f.FilteredMean[i]...), s.Mean[i]...)
		w.latents = append(append(w.latents, f.FilteredCov[i].RawSymmetric().Data...), s.Cov[i].RawSymmetric().Data...)
	}
	likelihood, err := l.LogLikelihood(obs)
	require.NoError(t, err)
	require.Equal(t, f.LogLikelihood, likelihood)
	steady, err := l.SteadyState()
	require.NoError(t, err)
	w.gains = steady.PredictorGain
	match, err := l.FirstOrderMatch(0)
	require.NoError(t, err)
	w.j, w.p = match.RNN.J(), mat.DenseCopyOf(match.RNN.P().Dense())
	w.gap, err = l.MarkovGap()
	require.NoError(t, err)
	d, err := l.HankelRank(0)
	require.NoError(t, err)
	w.rank = d.Rank
	return w
}

// asFew compares what many units say with what few do, after the mirror.
func asFew(t *testing.T, few, many what, alone float64, mirror *mat.Dense) {
	t.Helper()
	if mirror != nil {
		for _, m := range []*mat.Dense{many.gains, many.j, many.p} {
			m.Mul(mat.DenseCopyOf(m), mirror)
		}
		for _, m := range []*mat.Dense{many.j, many.p} {
			m.Mul(mirror, mat.DenseCopyOf(m))
		}
	}
	near := func(name string, got, want float64) {
		require.LessOrEqual(t, math.Abs(got-want), manyRoundings*(1+math.Abs(want)), name)
	}
	near("log-likelihood", many.likelihood, few.likelihood+alone)
	near("nats", many.gap, few.gap)
	require.Equal(t, few.rank, many.rank, "Hankel rank")
	for i, x := range few.latents {
		near("latents", many.latents[i], x)
	}
	for name, m := range map[string][2]*mat.Dense{"gain": {many.gains, few.gains}, "J": {many.j, few.j}, "P": {many.p, few.p}} {
		rows, cols := m[1].Dims()
		for i := range rows {
			for j := range cols {
				near(name, m[0].At(i, j), m[1].At(i, j))
			}
		}
	}
}

// onTop has rows of zeros below.
func onTop(m *mat.Dense, rows int) *mat.Dense {
	r, c := m.Dims()
	out := mat.NewDense(rows, c, nil)
	out.Slice(0, r, 0, c).(*mat.Dense).Copy(m)
	return out
}
