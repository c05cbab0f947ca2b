package gaussian

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/stretchr/testify/require"
)

// sample returns data that the law does not exclude, however singular it is, in numbers that are not rounded.
func sample(r *rand.Rand, s LDS, steps int) rows {
	noise := func(cov rows) []float64 { // in the range of a covariance
		z := make([]float64, len(cov))
		for i := range z {
			z[i] = float64(r.IntN(5) - 2)
		}
		return apply(cov, z)
	}
	k := len(s.A)
	x := make([]float64, k)
	if s.Cov != nil {
		x = plus(s.Mean, noise(s.Cov))
	} else {
		for range k { // from then on it may be anywhere in the range of V
			x = plus(apply(s.A, x), noise(s.Q))
		}
	}
	y := make(rows, steps)
	for t := range y {
		y[t] = plus(apply(s.C, x), noise(s.R))
		x = plus(apply(s.A, x), noise(s.Q))
	}
	return y
}

func apply(m rows, v []float64) []float64 {
	out := make([]float64, len(m))
	for i := range m {
		for j := range v {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

func plus(a, b []float64) []float64 {
	out := make([]float64, len(b))
	copy(out, a)
	for i := range b {
		out[i] += b[i]
	}
	return out
}

// withStates returns the same system with the latents among what is observed: (x_t, y_t), K + N numbers a step.
func withStates(t testing.TB, s LDS) ExactLDS {
	e := s.exact(t)
	v, err := e.StateCovariance()
	require.NoError(t, err)
	k, n := e.A.Rows(), e.R.Rows()
	return ExactLDS{A: e.A, Q: e.Q, Cov: v, C: exact.VStack(exact.Identity(k), e.C),
		R: exact.VStack(exact.Zero(k, k+n), exact.HStack(exact.Zero(n, k), e.R))}
}

func TestPosteriorIsTheExactOne(t *testing.T) {
	const steps = 3
	r := newRand(t, 50)
	for range 80 {
		s := randomLDS(t, r)
		y := sample(r, s, steps)
		k, n := len(s.A), len(s.R)
		missing := make([][]bool, steps)
		for i := range missing {
			missing[i] = make([]bool, n)
			missing[i][r.IntN(n)] = r.IntN(2) == 0
		}
		joint, err := withStates(t, s).Joint(steps + 1)
		require.NoError(t, err)
		var mean []float64 // of (x_1, y_1, x_2, …)
		for x := plus(s.Mean, make([]float64, k)); len(mean) < joint.Rows(); x = apply(s.A, x) {
			mean = append(append(mean, x...), apply(s.C, x)...)
		}
		for at := 1; at <= steps+1; at++ {
			for upTo := range steps + 1 {
				var given []int
				data := exact.Zero(0, 1)
				for u := range upTo {
					for i := range n {
						if index := u*(k+n) + k + i; !missing[u][i] {
							given = append(given, index)
							data = exact.VStack(data, exactly(t, rows{{y[u][i] - mean[index]}}, 1))
						}
					}
				}
				requirePosterior(t, s, joint, mean, sequence((at-1)*(k+n), (at-1)*(k+n)+k), given, data, func() ([]float64, rows, error) {
					return s.Posterior(y, missing, at, upTo)
				})
			}
		}
	}
}

func requirePosterior(t testing.TB, s LDS, joint *exact.Matrix, mean []float64, target, given []int, data *exact.Matrix, posterior func() ([]float64, rows, error)) {
	t.Helper()
	gotMean, gotCov, err := posterior()
	require.NoError(t, err, "%+v", s)
	largest := largestOf(joint)
	requireRounded(t, ConditionalCovariance(joint, target, given), gotCov, largest)
	shift := submatrix(joint, target, given).Mul(submatrix(joint, given, given).GeneralizedInverse()).Mul(data)
	for i, at := range target {
		want, _ := new(big.Rat).Add(new(big.Rat).SetFloat64(mean[at]), shift.At(i, 0)).Float64()
		require.LessOrEqual(t, math.Abs(gotMean[i]-want), 0x1p-300*largest, "%+v", s)
	}
}

func TestPosteriorSaysWhatSingularLawsExclude(t *testing.T) {
	// One latent, two units without noise: y = (x, x/3), and x/3 is rounded.
	third := 1. / 3
	s := LDS{A: rows{{0.5}}, C: rows{{1}, {third}}, Q: rows{{1}}, R: zeros(2, 2)}
	for x := 0.7; x < 900; x *= 1.7 {
		mean, cov, err := s.Posterior(rows{{x, x * third}}, nil, 1, 1)
		require.NoError(t, err)
		requireNear(t, x, mean[0], 2, "either of two data")
		require.Equal(t, rows{{0}}, cov)
	}
	for _, off := range []float64{1e-9, -1e-9, 1} {
		_, _, err := s.Posterior(rows{{0.7, 0.7*third + off}}, nil, 1, 1)
		require.ErrorIs(t, err, ErrInconsistent)
	}
	// Off in units of the terms 2 and 2/3·3, and of the deviation σ of either with 1 + 2/σ of it, whichever is told by the other.
	_, _, err := s.Posterior(rows{{2, 2*third + 0x1p-20}}, nil, 1, 1)
	var off *Contradiction
	require.ErrorAs(t, err, &off)
	require.ErrorContains(t, err, "differs by")
	deviation := math.Sqrt(4. / 3)
	requireNear(t, 3*0x1p-20/(4+(1+2/deviation)*2*deviation), off.Relative, 0x1p34, "relative")
	// The first step says what the second is.
	s = LDS{A: rows{{0.5}}, C: rows{{1}}, Q: rows{{0}}, R: rows{{0}}, Mean: []float64{3}, Cov: rows{{4}}}
	_, cov, err := s.Posterior(rows{{2}, {1}, {0.5}}, nil, 4, 3)
	require.NoError(t, err)
	require.Equal(t, rows{{0}}, cov)
	_, _, err = s.Posterior(rows{{2}, {1}, {0.25}}, nil, 4, 3)
	require.ErrorIs(t, err, ErrInconsistent)
	_, _, err = s.Posterior(rows{{2}, {1}, {0.25}}, [][]bool{{false}, {false}, {true}}, 4, 3)
	require.NoError(t, err)
}

func TestPosteriorRefuses(t *testing.T) {
	s := LDS{A: rows{{0.5}}, C: rows{{1}}, Q: rows{{1}}, R: rows{{1}}}
	y := rows{{1}, {2}}
	for _, c := range []struct {
		y       rows
		missing [][]bool
		t, upTo int
	}{
		{y, nil, 0, 1}, {y, nil, 1, 3}, {y, nil, 1, -1}, {y, [][]bool{{false}}, 1, 2},
		{rows{{1, 2}}, nil, 1, 1}, {rows{{math.NaN()}}, nil, 1, 1}, {y, [][]bool{{}, {}}, 1, 2},
	} {
		_, _, err := s.Posterior(c.y, c.missing, c.t, c.upTo)
		require.Error(t, err, "%+v", c)
	}
	_, _, err := LDS{A: rows{{1}}, C: rows{{1}}, Q: rows{{1}}, R: rows{{1}}}.Posterior(y, nil, 1, 1)
	require.ErrorIs(t, err, ErrUnstable)
	_, _, err = LDS{A: rows{{0.5}}, C: rows{{1}}, Q: rows{{-1}}, R: rows{{1}}}.Posterior(y, nil, 1, 1)
	require.ErrorIs(t, err, ErrIndefinite)
}
