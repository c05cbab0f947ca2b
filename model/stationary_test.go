package model

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func newLDS(t testing.TB, a, c array, q, r Noise, initial *Gaussian) *LDS {
	t.Helper()
	l, err := NewLDS(LDSConfig{A: a.dense(), C: c.dense(), Q: q, R: r, Initial: initial})
	require.NoError(t, err)
	return l
}

// systems are stationary LDS with noise of every kind: singular, none at all, K = 0, K > N, N = 1, latents that are not
// observed or not driven.
func systems(t testing.TB) map[string]*LDS {
	t.Helper()
	rng, all := seeded(43), noises(t)
	a2 := rowsArray([]float64{.8, -.3}, []float64{.7, .7}) // a rotation, of radius 0.88
	a3 := rowsArray([]float64{0, 1, 0}, []float64{0, 0, 1}, []float64{0, 0, 0})
	silent := rowsArray([]float64{.5, 0}, []float64{.25, .75})
	q2, err := LowRankNoise([]float64{0, 0}, mat.NewDense(2, 1, []float64{1, .5}))
	require.NoError(t, err)
	q3, err := DiagonalNoise([]float64{1, 0, 0})
	require.NoError(t, err)
	return map[string]*LDS{
		"graded units":     newLDS(t, a2, gaussianArray(rng, 4, 2), q2, all["reduced"], nil),
		"dense noises":     newLDS(t, a2, gaussianArray(rng, 4, 2), all["dense, singular"], all["dense"], nil),
		"no latents":       newLDS(t, newArray(0, 0), newArray(3, 0), Noise{}, all["isotropic"], nil),
		"more latents":     newLDS(t, a3, rowsArray([]float64{1, 0, 1}), q3, ZeroNoise(1), nil),
		"no noise":         newLDS(t, silent, gaussianArray(rng, 3, 2), ZeroNoise(2), ZeroNoise(3), nil),
		"not driven":       newLDS(t, silent.t(), gaussianArray(rng, 3, 2), all["reduced to nothing"], all["isotropic"], nil),
		"near the circle":  newLDS(t, a2.scaled((1-1e-8)/math.Sqrt(.77)), gaussianArray(rng, 2, 2), q2, ZeroNoise(2), nil),
		"defective":        newLDS(t, rowsArray([]float64{.875, 1}, []float64{0, .875}), identityArray(2), q2, ZeroNoise(2), nil),
		"an unread latent": newLDS(t, silent, rowsArray([]float64{1, 0}), q2, ZeroNoise(1), nil),
	}
}

func exactLDS(t testing.TB, l *LDS) gaussian.ExactLDS {
	t.Helper()
	return gaussian.ExactLDS{A: exactly(t, l.a), C: exactly(t, l.c), Q: exactNoise(t, l.q), R: exactNoise(t, l.r)}
}

func TestStationaryCovariance(t *testing.T) {
	for name, l := range systems(t) {
		s, err := l.StationaryCovariance()
		require.NoError(t, err, name)
		if l.Latents() == 0 {
			require.Nil(t, s.Cov, name)
			continue
		}
		v, err := exact.Lyapunov(exactly(t, l.a), exactNoise(t, l.q))
		require.NoError(t, err, name)
		off := nearest(exactly(t, arrayOf(s.Cov)).Sub(v)).frobenius()
		require.True(t, off <= s.ErrorBound, "%s: off by %v, bound %v", name, off, s.ErrorBound)
		entering := s.Amplification * sumSquares(scales(l.q)) // of which FFᵀ − HHᵀ keeps 2^-90 where all cancels
		require.LessOrEqual(t, s.ErrorBound, 8*unitRoundoff*nearest(v).frobenius()+0x1p-90*entering, name)
		require.LessOrEqual(t, s.Residual*s.Amplification, s.ErrorBound)
		require.True(t, s.SpectralRadius < 1, name)
	}
}

// requireAutocovariances compares with what is exact. Entries of Λ_k are off by what V is, by ops roundings of products of
// gross size, and, for k = 0, by the rounding of the noise.
func requireAutocovariances(t *testing.T, name string, got []*mat.Dense, want func(k int) (*exact.Matrix, error), bound func(k int) array) {
	t.Helper()
	for k, lambda := range got {
		w, err := want(k)
		require.NoError(t, err, name)
		off, allowed := nearest(exactly(t, arrayOf(lambda)).Sub(w)), bound(k)
		for i, x := range off.data {
			require.True(t, math.Abs(x) <= allowed.data[i]+8*smallestSubnormal, "%s: entry %d of Λ_%d is off by %v, bound %v", name, i, k, x, allowed.data[i])
		}
	}
}

func filled(rows, cols int, x float64) array {
	b := newArray(rows, cols)
	for i := range b.data {
		b.data[i] = x
	}
	return b
}

// noiseRounding bounds the rounding of Σ expanded.
func noiseRounding(s Noise) array {
	size := array{s.n, 1, scales(s)}
	return size.mulT(size).scaled(float64(2*(s.n+s.plus.cols+s.minus.cols+4)) * unitRoundoff)
}

func TestAutocovariances(t *testing.T) {
	for name, l := range systems(t) {
		lambda, err := l.Autocovariances(4)
		require.NoError(t, err, name)
		require.Len(t, lambda, 5)
		s, err := l.latentLyapunov()
		require.NoError(t, err)
		requireAutocovariances(t, name, lambda, exactLDS(t, l).Autocovariance, func(k int) array {
			kk := float64(l.Latents())
			gross := s.v.abs().scaled(2 * (kk + 2) * float64(k+3) * unitRoundoff).plus(filled(s.v.rows, s.v.rows, s.errorBound))
			for range k {
				gross = l.a.abs().mul(gross)
			}
			out := l.c.abs().mul(gross).mulT(l.c.abs())
			if k == 0 {
				out = out.plus(noiseRounding(l.r))
			}
			return out.plus(out)
		})
	}
}

func networks(t testing.TB) map[string]*LinearRNN {
	t.Helper()
	rng, all := seeded(47), noises(t)
	build := func(c LinearRNNConfig) *LinearRNN {
		net, err := NewLinearRNN(c)
		require.NoError(t, err)
		return net
	}
	m, n := gaussianArray(rng, 4, 2), gaussianArray(rng, 4, 2).scaled(.2)
	j := m.mulT(n)
	size := array{4, 1, []float64{1e-8, 1, 1e8, 1}} // loadings of the units' sizes
	gradedM, gradedN := m.scaledRows(size.data), n.scaledRows([]float64{1e8, 1, 1e-8, 1})
	return map[string]*LinearRNN{
		"reduced noise":        build(LinearRNNConfig{M: gradedM.dense(), N: gradedN.dense(), P: all["reduced"]}),
		"low-rank noise":       build(LinearRNNConfig{M: gradedM.dense(), N: gradedN.dense(), P: all["low rank"]}),
		"dense noise":          build(LinearRNNConfig{M: m.dense(), N: n.dense(), P: all["dense"]}),
		"J":                    build(LinearRNNConfig{J: j.dense(), P: all["low rank"]}),
		"J and dense noise":    build(LinearRNNConfig{J: j.dense(), P: all["dense"]}),
		"no rank":              build(LinearRNNConfig{P: all["isotropic"]}),
		"no noise":             build(LinearRNNConfig{M: m.dense(), N: n.dense(), P: ZeroNoise(4)}),
		"one unit":             build(LinearRNNConfig{J: mat.NewDense(1, 1, []float64{-.5}), P: all["reduced, more factors than units"]}),
		"nilpotent":            build(LinearRNNConfig{M: column4(1, 0, 0, 0), N: column4(0, 1, 0, 0), P: all["low rank alone"]}),
		"more rank than units": build(LinearRNNConfig{M: gaussianArray(rng, 2, 3).dense(), N: gaussianArray(rng, 2, 3).scaled(.1).dense(), P: all["dense, singular"]}),
	}
}

func column4(v ...float64) *mat.Dense { return mat.NewDense(len(v), 1, v) }

func TestNetworkAutocovariances(t *testing.T) {
	for name, net := range networks(t) {
		lambda, err := net.Autocovariances(3)
		require.NoError(t, err, name)
		require.Len(t, lambda, 4)
		s, err := net.latentLyapunov()
		require.NoError(t, err)
		j := exactly(t, net.m).Mul(exactly(t, net.n).T())
		truth := gaussian.ExactRNN{J: j, P: exactNoise(t, net.p)}
		units, size := float64(net.Units()), array{net.Units(), 1, scales(net.p)}
		grossP := size.mulT(size) // at least |P|
		z := s.v.abs().plus(filled(s.v.rows, s.v.rows, s.errorBound/unitRoundoff))
		requireAutocovariances(t, name, lambda, truth.Autocovariance, func(k int) array {
			gross := net.m.abs().mul(z).mulT(net.m.abs()).plus(grossP)
			for range k {
				gross = net.m.abs().mul(net.n.abs().tmul(gross))
			}
			return gross.scaled(4 * (units + 8) * float64(k+3) * unitRoundoff)
		})

		stationary, err := net.StationaryCovariance()
		require.NoError(t, err)
		require.Equal(t, s.errorBound, stationary.ErrorBound)
		if net.m.cols == 0 {
			require.Nil(t, stationary.Z)
			continue
		}
		n := exactly(t, net.n)
		want, err := exact.Lyapunov(n.T().Mul(exactly(t, net.m)), n.T().Mul(exactNoise(t, net.p)).Mul(n))
		require.NoError(t, err)
		off := nearest(exactly(t, arrayOf(stationary.Z)).Sub(want)).frobenius()
		require.True(t, off <= s.errorBound, "%s: off by %v, bound %v", name, off, s.errorBound)
		entering := s.amplification * sumSquares(net.n.abs().tmul(size).data)
		require.LessOrEqual(t, s.errorBound, 8*unitRoundoff*nearest(want).frobenius()+0x1p-90*entering, name)
	}
}

// Rounding an overlap of hundreds of products to a float64 would move Z, at this distance from the circle, by 1e-8 of itself.
func TestNetworkNearTheCircle(t *testing.T) {
	const units = 300
	rng := seeded(53)
	m, n := gaussianArray(rng, units, 2), gaussianArray(rng, units, 2)
	overlap := n.tmul(m)
	radius, err := spectralRadius(overlap)
	require.NoError(t, err)
	m = m.scaled((1 - 1e-8) / radius)
	p, err := IsotropicNoise(units, 1)
	require.NoError(t, err)
	net, err := NewLinearRNN(LinearRNNConfig{M: m.dense(), N: n.dense(), P: p})
	require.NoError(t, err)
	s, err := net.StationaryCovariance()
	require.NoError(t, err)

	nt := exactly(t, n).T()
	want, err := exact.Lyapunov(nt.Mul(exactly(t, m)), nt.Mul(nt.T()))
	require.NoError(t, err)
	off := nearest(exactly(t, arrayOf(s.Z)).Sub(want)).frobenius()
	require.True(t, off <= s.ErrorBound, "off by %v, bound %v", off, s.ErrorBound)
	require.LessOrEqual(t, s.ErrorBound, 8*unitRoundoff*nearest(want).frobenius())

	rounded, err := solveLyapunov(n.tmul(m), n.tmul(n))
	require.NoError(t, err)
	t.Logf("overlap rounded first: off by %.3g of Z", nearest(exactly(t, rounded.v).Sub(want)).frobenius()/nearest(want).frobenius())
}

// Overlaps that cancel are off by more than u² of what is left, and the error bound knows.
func TestNetworkOfOverlapsThatCancel(t *testing.T) {
	const units = 40
	rng := seeded(73)
	m, n := gaussianArray(rng, units, 1), gaussianArray(rng, units, 1).scaled(1.0/units)
	for i, order := 0, rng.Perm(units); i+3 < units; i += 2 {
		from, to := order[i], order[i+1]
		m.data[from] *= 0x1p75
		m.data[to], n.data[to] = m.data[from], -n.data[from]
	}
	p, err := IsotropicNoise(units, 1)
	require.NoError(t, err)
	net, err := NewLinearRNN(LinearRNNConfig{M: m.dense(), N: n.dense(), P: p})
	require.NoError(t, err)
	s, err := net.StationaryCovariance()
	require.NoError(t, err)
	nt := exactly(t, n).T()
	want, err := exact.Lyapunov(nt.Mul(exactly(t, m)), nt.Mul(nt.T()))
	require.NoError(t, err)
	off := nearest(exactly(t, arrayOf(s.Z)).Sub(want)).frobenius()
	require.True(t, off <= s.ErrorBound, "off by %v, bound %v", off, s.ErrorBound)
	require.Greater(t, off, 4*unitRoundoff*s.Z.At(0, 0)) // more than rounding of Z alone
}

// What has no entries is handed out as nil, and may be handed in again.
func TestNilMatricesAreTakenBack(t *testing.T) {
	l := systems(t)["no latents"]
	_, err := NewLDS(LDSConfig{A: l.A(), C: l.C(), Q: l.Q(), R: l.R()})
	require.NoError(t, err)
	none := networks(t)["no rank"]
	m, n, ok := none.Loadings()
	require.True(t, ok)
	again, err := NewLinearRNN(LinearRNNConfig{M: m, N: n, P: none.P()})
	require.NoError(t, err)
	require.Equal(t, none, again)
}

func TestStationaryLawThatIsNone(t *testing.T) {
	unit, err := IsotropicNoise(2, 1)
	require.NoError(t, err)
	start := &Gaussian{Mean: []float64{1, 2}, Cov: unit}
	l := newLDS(t, diagonalArray([]float64{.5, 1.5}), identityArray(2), unit, unit, start)
	net, err := NewLinearRNN(LinearRNNConfig{J: diagonalArray([]float64{.5, -1.5}).dense(), P: unit, Initial: start})
	require.NoError(t, err)
	_, errs := l.StationaryCovariance()
	_, errl := l.Autocovariances(1)
	_, errn := net.StationaryCovariance()
	_, erra := net.Autocovariances(1)
	for _, err := range []error{errs, errl, errn, erra} {
		require.ErrorIs(t, err, ErrUnstable)
		require.ErrorContains(t, err, "1.5")
	}
	for name, err := range map[string]error{"LDS": second(systems(t)["defective"].Autocovariances(-1)), "network": second(networks(t)["J"].Autocovariances(-1))} {
		require.ErrorIs(t, err, ErrInvalid, name)
		require.ErrorContains(t, err, "lags is -1", name)
	}
	// The law that a stable system starts from is not looked at.
	stable := newLDS(t, diagonalArray([]float64{.5, .5}), identityArray(2), unit, unit, start)
	s, err := stable.StationaryCovariance()
	require.NoError(t, err)
	require.LessOrEqual(t, math.Abs(s.Cov.At(0, 0)-4.0/3), s.ErrorBound)
}

func second[T any](_ T, err error) error { return err }
