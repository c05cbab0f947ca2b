package model

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// law is mean and covariance of y_1 … y_3, exact for the numbers that a model holds.
type law struct {
	mean []float64
	cov  *exact.Matrix
}

func lawOfLDS(t *testing.T, l *LDS) law {
	t.Helper()
	truth, at := exactLDS(t, l), make([]float64, l.Latents())
	if l.initial != nil {
		truth.Cov, at = exactNoise(t, l.initial.Cov), l.initial.Mean
	}
	var mean []float64
	for range drawn {
		mean = append(mean, l.c.timesVector(at)...)
		at = l.a.timesVector(at)
	}
	cov, err := truth.Joint(drawn)
	require.NoError(t, err)
	return law{mean, cov}
}

func lawOfNetwork(t *testing.T, net *LinearRNN) law {
	t.Helper()
	truth := gaussian.ExactRNN{J: exactly(t, net.m).Mul(exactly(t, net.n).T()), P: exactNoise(t, net.p)}
	at := make([]float64, net.Units())
	if net.initial != nil {
		truth.Cov, at = exactNoise(t, net.initial.Cov), net.initial.Mean
	}
	var mean []float64
	for range drawn {
		at = net.m.timesVector(net.n.timesVectorT(at))
		mean = append(mean, at...)
	}
	cov, err := truth.Joint(drawn)
	require.NoError(t, err)
	return law{mean, cov}
}

// requireActed asks that got be the law of O y_t. Parameters are off by some roundings, which the condition of what changes
// coordinates (below 2^4 here), three steps and ΣA^kA^kᵀ (below 2^6) magnify: 2^-36 is generous to that, and a mistake is not
// of its size.
func requireActed(t *testing.T, name string, got, from law, o array) {
	t.Helper()
	block := exact.Zero(0, drawn*o.cols)
	for k := range drawn {
		block = exact.VStack(block, exact.HStack(exact.Zero(o.rows, k*o.cols), exactly(t, o), exact.Zero(o.rows, (drawn-1-k)*o.cols)))
	}
	want := nearest(block.Mul(from.cov).Mul(block.T()))
	off := nearest(got.cov).minus(want).maxAbs()
	require.True(t, off <= 0x1p-40*(want.maxAbs()+1), "%s: covariance off by %v of %v", name, off, want.maxAbs())
	mean := nearest(block).timesVector(from.mean)
	require.Len(t, got.mean, len(mean), name)
	for i, x := range got.mean {
		require.True(t, math.Abs(x-mean[i]) <= 0x1p-40*(1+largest(mean)), "%s: mean %d is %v, want %v", name, i, x, mean[i])
	}
}

// actedOn are LDS and networks, stationary and not, with noise of each kind.
func actedOn(t *testing.T) (map[string]*LDS, map[string]*LinearRNN) {
	t.Helper()
	rng := seeded(67)
	iso, err := IsotropicNoise(3, 2)
	require.NoError(t, err)
	reduced, err := ReducedNoise([]float64{1, .5, 2}, mat.NewDense(3, 1, []float64{1, 0, -1}), mat.NewDense(3, 1, []float64{.5, .25, -.5}))
	require.NoError(t, err)
	dense, err := DenseNoise(mat.NewDense(2, 2, []float64{4, 2, 2, 1}))
	require.NoError(t, err)
	_, err = DenseNoise(gaussianArray(rng, 3, 3).mulT(identityArray(3)).dense())
	require.Error(t, err)
	f := gaussianArray(rng, 3, 2)
	dense3, err := DenseNoise(f.mulT(f).symmetrized().dense())
	require.NoError(t, err)
	a, c := rowsArray([]float64{.5, -.25}, []float64{.75, .5}), gaussianArray(rng, 3, 2)
	start := &Gaussian{Mean: []float64{3, -1}, Cov: dense}
	diagonal, err := DiagonalNoise([]float64{1, 0})
	require.NoError(t, err)
	m, n := gaussianArray(rng, 3, 2), gaussianArray(rng, 3, 2).scaled(.125)
	start3 := &Gaussian{Mean: []float64{1, 2, -4}, Cov: dense3}
	nets := map[string]*LinearRNN{}
	for name, cfg := range map[string]LinearRNNConfig{
		"loadings":             {M: m.dense(), N: n.dense(), P: reduced},
		"loadings from a law":  {M: m.dense(), N: n.dense(), P: iso, Initial: start3},
		"J from a law":         {J: m.mulT(n).dense(), P: dense3, Initial: start3},
		"no loadings":          {P: iso},
		"unstable from a law":  {M: m.scaled(16).dense(), N: n.dense(), P: reduced, Initial: start3},
		"J, and diagonal only": {J: m.mulT(n).dense(), P: iso},
	} {
		net, err := NewLinearRNN(cfg)
		require.NoError(t, err)
		nets[name] = net
	}
	return map[string]*LDS{
		"stationary":       newLDS(t, a, c, diagonal, reduced, nil),
		"dense noise":      newLDS(t, a, c, dense, dense3, nil),
		"from a law":       newLDS(t, a, c, dense, iso, start),
		"no latents":       newLDS(t, newArray(0, 0), newArray(3, 0), Noise{}, dense3, nil),
		"unstable, no R":   newLDS(t, a.scaled(4), c, diagonal, ZeroNoise(3), start),
		"one more latents": newLDS(t, diagonalArray([]float64{.5, .25, 0, -.5}), gaussianArray(rng, 3, 4), ZeroNoise(4), iso, nil),
	}, nets
}

var (
	turned   = rowsArray([]float64{.6, -.8, 0}, []float64{.8, .6, 0}, []float64{0, .5, 2}) // invertible, not orthogonal
	shuffled = rowsArray([]float64{0, 0, 1}, []float64{1, 0, 0}, []float64{0, 1, 0})
)

func TestActionsOnAnLDS(t *testing.T) {
	systems, _ := actedOn(t)
	for name, l := range systems {
		from := lawOfLDS(t, l)
		one := identityArray(3)
		act := func(what string, o array) func(*LDS, error) {
			return func(got *LDS, err error) {
				require.NoError(t, err, "%s: %s", name, what)
				requireActed(t, name+": "+what, lawOfLDS(t, got), from, o)
				require.Equal(t, l.initial == nil, got.initial == nil)
			}
		}
		change := identityArray(l.Latents())
		for i := range l.Latents() {
			for j := range i {
				change.set(i, j, float64(i+1)/2)
			}
		}
		if k := l.Latents(); k > 1 {
			change.set(0, k-1, .25)
		}
		act("Transform", one)(l.Transform(change.dense()))
		act("Rotate", turned)(l.Rotate(turned.dense()))
		act("Permute", shuffled)(l.Permute([]int{2, 0, 1}))
		act("Rescale", one.scaled(-3))(l.Rescale(-3))
		act("Rescale to nothing", newArray(3, 3))(l.Rescale(0))
		act("Observe", shuffled.selectRows([]int{0, 2}))(l.Observe([]int{2, 1}))
		act("Observe nothing new", one)(l.Observe([]int{0, 1, 2}))
	}
}

func TestActionsOnANetwork(t *testing.T) {
	_, nets := actedOn(t)
	for name, net := range nets {
		from := lawOfNetwork(t, net)
		act := func(what string, o array) func(*LinearRNN, error) {
			return func(got *LinearRNN, err error) {
				require.NoError(t, err, "%s: %s", name, what)
				requireActed(t, name+": "+what, lawOfNetwork(t, got), from, o)
				require.Equal(t, net.initial == nil, got.initial == nil)
				require.Equal(t, net.dense, got.dense)
				if net.dense {
					require.Equal(t, identityArray(3), got.n)
				}
			}
		}
		act("Rotate", turned)(net.Rotate(turned.dense()))
		act("Permute", shuffled)(net.Permute([]int{2, 0, 1}))
		act("Rescale", identityArray(3).scaled(-3))(net.Rescale(-3))
	}
}

// Structure survives what need not destroy it.
func TestActionsKeepStructure(t *testing.T) {
	systems, nets := actedOn(t)
	l, net := systems["stationary"], nets["loadings"]
	for _, f := range []func() (*LDS, error){
		func() (*LDS, error) { return l.Permute([]int{1, 2, 0}) },
		func() (*LDS, error) { return l.Observe([]int{1}) },
		func() (*LDS, error) { return l.Rescale(2) },
		func() (*LDS, error) { return l.Transform(identityArray(2).dense()) },
	} {
		got, err := f()
		require.NoError(t, err)
		require.Equal(t, LowRankPlusDiagonal, got.R().Kind())
	}
	permuted, err := net.Permute([]int{1, 2, 0})
	require.NoError(t, err)
	require.Equal(t, LowRankPlusDiagonal, permuted.P().Kind())
	require.Equal(t, net.m.row(1), permuted.m.row(0))
}

func TestActionsAreValidated(t *testing.T) {
	systems, nets := actedOn(t)
	l, net := systems["stationary"], nets["loadings"]
	m := func(rows, cols int, data ...float64) mat.Matrix { return mat.NewDense(rows, cols, data) }
	singular := m(3, 3, 1, 2, 3, 2, 4, 6, 0, 0, 1)
	for message, f := range map[string]func() error{
		"T is 3×3, want 2×2":           func() error { return second(l.Transform(singular)) },
		"T is 0×0, want 2×2":           func() error { return second(l.Transform(nil)) },
		"T[0,1] is NaN":                func() error { return second(l.Transform(m(2, 2, 1, math.NaN(), 0, 1))) },
		"T is singular":                func() error { return second(l.Transform(m(2, 2, 1, 2, 2, 4))) },
		"A overflows":                  func() error { return second(newOverflowing(t).Transform(m(2, 2, 1e200, 0, 0, 1))) },
		"O is 2×2, want 3×3":           func() error { return second(l.Rotate(m(2, 2, 1, 0, 0, 1))) },
		"O[2,2] is +Inf":               func() error { return second(net.Rotate(m(3, 3, 1, 0, 0, 0, 1, 0, 0, 0, math.Inf(1)))) },
		"O is singular to rounding":    func() error { return second(net.Rotate(singular)) },
		"T is singular to rounding":    func() error { return second(l.Transform(m(2, 2, 1, 1, 1, 1+2*unitRoundoff))) },
		"order is of 2 units, want":    func() error { return second(l.Permute([]int{0, 1})) },
		"unit 2 of the list is 1":      func() error { return second(l.Permute([]int{0, 1, 1})) },
		"order is of 4 units":          func() error { return second(net.Permute([]int{0, 1, 2, 3})) },
		"unit 1 of the list is 3":      func() error { return second(net.Permute([]int{0, 3, 1})) },
		"no units are observed":        func() error { return second(l.Observe(nil)) },
		"unit 0 of the list is -1":     func() error { return second(l.Observe([]int{-1})) },
		"factor is NaN":                func() error { return second(l.Rescale(math.NaN())) },
		"factor is +Inf":               func() error { return second(net.Rescale(math.Inf(1))) },
		"R overflows":                  func() error { return second(l.Rescale(1e200)) },
		"P overflows":                  func() error { return second(net.Rescale(1e200)) },
		"what is transformed overflow": func() error { return second(l.Rotate(m(3, 3, 1e200, 0, 0, 0, 1, 0, 0, 0, 1))) },
	} {
		err := f()
		require.ErrorIs(t, err, ErrInvalid, message)
		require.ErrorContains(t, err, message)
	}
	_, err := l.Rotate(singular) // an LDS may be observed through anything
	require.NoError(t, err)
	_, err = l.Transform(m(2, 2, 1e-150, 0, 0, 1e150)) // sizes of latents are no matter
	require.NoError(t, err)
}

func newOverflowing(t *testing.T) *LDS {
	t.Helper()
	return newLDS(t, rowsArray([]float64{0, 1e200}, []float64{1, 0}), identityArray(2), ZeroNoise(2), ZeroNoise(2), nil)
}
