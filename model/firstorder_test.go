package model_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/model"
	oracle "github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// everyLDS calls run with latent systems of small rationals, with every pair of
// kinds of noise, stable by the size of A.
func everyLDS(t *testing.T, seed uint64, trials int, initial bool, run func(t *testing.T, l *model.LDS)) {
	t.Helper()
	rng := random(seed)
	for trial := range trials {
		n, k := 1+rng.IntN(4), 1+rng.IntN(3)
		a := eighths(rng, k, k)
		a.Scale(1.0/4, a)
		states, units := noiseKinds(t, rng, k), noiseKinds(t, rng, n)
		c := eighths(rng, n, k)
		for _, q := range sortedKinds(states) {
			for _, r := range sortedKinds(units) {
				config := model.LDSConfig{A: a, C: c, Q: states[q], R: units[r]}
				if initial {
					config.Initial = &model.Gaussian{Mean: smallVector(rng, k), Cov: states["factored"]}
				}
				t.Run(fmt.Sprintf("%d N=%d K=%d Q %s R %s", trial, n, k, q, r), func(t *testing.T) { run(t, newLDS(t, config)) })
			}
		}
	}
}

func sortedKinds(kinds map[string]model.Noise) []string {
	var out []string
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// matchBound: the kernel meets J Λ_0 = Λ_1 up to c·u of units of unit variance,
// magnified by the inverse of what is least left of an observation given the
// others, where a generalized inverse is that large; V is off by its own
// amplification, and the law of the network by that of J.
func matchBound(t *testing.T, l *model.LDS, m *model.FirstOrderMatch, law *oracle.Process) float64 {
	t.Helper()
	const c = 64
	least := 1.0
	for _, s := range m.Decisions[0].Singular {
		least = min(least, s)
	}
	j, norm := inUnitsOf(rowsOf(m.RNN.J()), unitSizes(law, 1))
	size := float64(l.Units() + l.Latents())
	return c * u * size * size * (1 + norm*norm) / least * max(1, law.Amplification()) * amplification(t, j)
}

func TestFirstOrderMatch(t *testing.T) {
	everyLDS(t, 7, times(t, 3), false, func(t *testing.T, l *model.LDS) {
		law := lawOfLDS(t, l)
		m, err := l.FirstOrderMatch(0)
		require.NoError(t, err)
		loadings, _, ok := m.RNN.Loadings()
		require.True(t, ok)
		_, rank := loadings.Dims()
		require.LessOrEqual(t, rank, l.Latents())
		semidefinite(t, "P", m.RNN.P())

		gap, bound := lawGap(law, lawOfRNN(t, m.RNN), 2), matchBound(t, l, m, law)
		t.Logf("law of a pair: %.2g of the bound %.2g", gap/bound, bound)
		require.LessOrEqual(t, gap, bound)

		_, posterior, err := law.Posterior([][]float64{make([]float64, l.Units())}, nil, 1, 1)
		require.NoError(t, err)
		prior := law.StateCovariance()
		for a := range posterior {
			for b := range posterior {
				size := math.Sqrt(prior[a][a] * prior[b][b])
				require.LessOrEqual(t, math.Abs(m.Posterior.At(a, b)-posterior[a][b]), bound*size)
			}
		}
	})
}

func TestFirstOrderMatchOfNoLatents(t *testing.T) {
	l := newLDS(t, model.LDSConfig{R: diagonal(t, 1, 2)})
	m, err := l.FirstOrderMatch(0)
	require.NoError(t, err)
	require.Nil(t, m.Posterior)
	require.Equal(t, model.Markov, m.Markov.Verdict)
	require.Zero(t, mat.Norm(m.RNN.J(), 1))
	require.Equal(t, model.Diagonal, m.RNN.P().Kind())
}

func TestFirstOrderMatchRefuses(t *testing.T) {
	unstable := newLDS(t, model.LDSConfig{A: matrix(row(1.25)), C: column(1, 1), Q: isotropic(t, 1, 1), R: isotropic(t, 2, 1)})
	_, err := unstable.FirstOrderMatch(0)
	require.ErrorIs(t, err, model.ErrUnstable)
	require.ErrorContains(t, err, "1.25")
	_, err = unstable.Markov(0)
	require.ErrorIs(t, err, model.ErrUnstable)
	_, err = unstable.FirstOrderMatchSteps(2, 0)
	require.ErrorIs(t, err, model.ErrUnstable, "it has no law of x_1")
	l := notMarkov(t)
	for _, tol := range []model.RankTolerance{-1, 1, model.RankTolerance(math.NaN())} {
		_, err = l.FirstOrderMatch(tol)
		require.ErrorIs(t, err, model.ErrInvalid)
		_, err = l.Markov(tol)
		require.ErrorIs(t, err, model.ErrInvalid)
		_, err = l.FirstOrderMatchSteps(1, tol)
		require.ErrorIs(t, err, model.ErrInvalid)
	}
	_, err = l.FirstOrderMatchSteps(0, 0)
	require.ErrorIs(t, err, model.ErrInvalid)
}

// TestFirstOrderMatchSteps: the chain of matches has the pairwise laws of the
// system, J_t Cov(y_t) = Cov(y_{t+1}, y_t) and P_t the rest.
func TestFirstOrderMatchSteps(t *testing.T) {
	const steps = 3
	everyLDS(t, 8, times(t, 3), true, func(t *testing.T, l *model.LDS) {
		law := lawOfLDS(t, l)
		got, err := l.FirstOrderMatchSteps(steps, 0)
		require.NoError(t, err)
		require.Len(t, got, steps)
		n := l.Units()
		joint, mean, size := law.Covariance(steps+1), law.Mean(steps+1), unitSizes(law, steps+1)
		block := func(s, t int) *mat.Dense {
			b := mat.NewDense(n, n, nil)
			for i := range n {
				for j := range n {
					b.Set(i, j, joint[s*n+i][t*n+j])
				}
			}
			return b
		}
		for s, m := range got {
			semidefinite(t, "P", m.P)
			var j, carried, rest mat.Dense
			j.Mul(m.M, m.N.T())
			carried.Mul(&j, block(s, s))
			rest.Mul(&carried, j.T())
			rest.Add(&rest, m.P.Dense())
			// J is of the size of the inverse of the smallest pivot at most, rounding of Cov(y_t) included
			_, norm := inUnitsOf(rowsOf(&j), size)
			bound := 64 * u * float64(n*n) * (1 + norm) * (1 + norm) * conditionOf(t, m.Cov.Dense())
			for i := range n {
				require.LessOrEqual(t, math.Abs(m.Mean[i]-mean[s*n+i]), bound*size[i])
				require.LessOrEqual(t, math.Abs(m.NextMean[i]-mean[(s+1)*n+i]), bound*size[i])
				for k := range n {
					require.LessOrEqual(t, math.Abs(m.Cov.At(i, k)-block(s, s).At(i, k)), bound*size[i]*size[k])
					require.LessOrEqual(t, math.Abs(carried.At(i, k)-block(s+1, s).At(i, k)), bound*size[i]*size[k])
					require.LessOrEqual(t, math.Abs(rest.At(i, k)-block(s+1, s+1).At(i, k)), bound*size[i]*size[k])
				}
			}
		}
	})
}

// conditionOf is the inverse of the smallest deviation of a covariance that is
// not zero, of units scaled to unit variance. It is of small rationals: what is
// not zero is far from rounding.
func conditionOf(t *testing.T, cov *mat.SymDense) float64 {
	t.Helper()
	n := cov.SymmetricDim()
	for i := range n {
		for j := range i {
			if size := math.Sqrt(cov.At(i, i) * cov.At(j, j)); size > 0 {
				cov.SetSym(i, j, cov.At(i, j)/size)
			}
		}
	}
	for i := range n {
		if cov.At(i, i) > 0 {
			cov.SetSym(i, i, 1)
		}
	}
	var eig mat.EigenSym
	require.True(t, eig.Factorize(cov, false))
	least := 1.0
	for _, x := range eig.Values(nil) {
		if x > 0x1p-40 {
			least = min(least, x)
		}
	}
	return 1 / math.Sqrt(least)
}

// TestSilentUnitsStaySilent there and back: a unit whose variance is rounding
// would tell the latents without noise.
func TestSilentUnitsStaySilent(t *testing.T) {
	var j mat.Dense
	j.Mul(column(0, 0, 1, -0.375), column(0, 0.5, -0.5, 1).T())
	net := linearNetwork(t, model.LinearRNNConfig{J: &j, P: diagonal(t, 0, 0, 1.5, 0.25)})
	l := converted(t, net).LDS
	requireSameLaw(t, net, l)
	m, err := l.FirstOrderMatch(0)
	require.NoError(t, err)
	law := lawOfRNN(t, net)
	require.LessOrEqual(t, lawGap(law, lawOfRNN(t, m.RNN), 3), matchBound(t, l, m, law))
}

// TestRoundTrip is S9: P comes back, J does on range Λ_0, and a system that is
// matched and converted needs no more latents than [Λ_1, Λ_1ᵀ] has rank.
func TestRoundTrip(t *testing.T) {
	rng := random(9)
	for trial := range times(t, 10) {
		n, r := 1+rng.IntN(4), 1+rng.IntN(2)
		m, nn := eighths(rng, n, r), eighths(rng, n, r)
		m.Scale(0.25, m)
		kinds := noiseKinds(t, rng, n)
		for _, kind := range sortedKinds(kinds) {
			t.Run(fmt.Sprintf("%d %s", trial, kind), func(t *testing.T) {
				net := linearNetwork(t, model.LinearRNNConfig{M: m, N: nn, P: kinds[kind]})
				there := converted(t, net).LDS
				match, err := there.FirstOrderMatch(0)
				require.NoError(t, err)
				law := lawOfRNN(t, net)
				bound := matchBound(t, there, match, law) + lawBound(t, net, law, 2)
				require.LessOrEqual(t, lawGap(law, lawOfRNN(t, match.RNN), 5), 5*bound)
				require.NotEqual(t, model.NotMarkov, match.Markov.Verdict, "%v", match.Markov)
				size := unitSizes(law, 1)
				for i := range n {
					for j := range n {
						require.LessOrEqual(t, math.Abs(match.RNN.P().At(i, j)-net.P().At(i, j)), bound*size[i]*size[j])
					}
				}
				back := converted(t, match.RNN)
				require.Equal(t, there.Latents(), back.Dimension, "%+v", back.Decisions)
				require.LessOrEqual(t, lawGap(law, lawOfLDS(t, back.LDS), 5), 5*bound+lawBound(t, match.RNN, law, 5), "P of what was matched takes away too")
			})
		}
	}
}
