package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

// oneUnit is x ↦ 2 tanh(x) + b with b = 1 − 2 tanh 1, so that x = 1 is a fixed point.
func oneUnit(t *testing.T, phi model.Nonlinearity, bias float64) *model.RNN {
	t.Helper()
	one, two := mat.NewDense(1, 1, []float64{1}), mat.NewDense(1, 1, []float64{2})
	w, err := model.NewLowRank(one, two, 1)
	require.NoError(t, err)
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: phi, Tau: []float64{7}, Bias: []float64{bias}})
	require.NoError(t, err)
	return net
}

// One unit: J = 2 sech² 1 = 0.8399486832280522 in both forms, whatever τ is.
func TestNoisyLinearizationOfOneUnit(t *testing.T) {
	net := oneUnit(t, model.Tanh(), 1-2*math.Tanh(1))
	for _, form := range model.Forms {
		l, err := net.LinearizeNoisy(form, []float64{1}, nil, isotropic(t, 1, 0.25))
		require.NoError(t, err)
		require.LessOrEqual(t, math.Abs(l.Network.J().At(0, 0)-0.8399486832280522), 0x1p-50)
		require.LessOrEqual(t, l.Residual, l.ResidualError)
		_, started := l.Network.Initial()
		require.False(t, started)
	}
	passed, err := net.PassNoise(isotropic(t, 1, 0.25))
	require.NoError(t, err)
	require.Equal(t, 1.0, passed.At(0, 0))
}

func TestNoisyLinearizationRefuses(t *testing.T) {
	net := oneUnit(t, model.HardTanh(), 0)
	p := isotropic(t, 1, 1)
	for name, err := range map[string]error{
		"on a kink":    errorOf(net.LinearizeNoisy(model.Activation, []float64{1}, nil, p)),
		"beside it":    errorOf(net.LinearizeNoisy(model.Activation, []float64{1 - 1e-9}, nil, p)),
		"state":        errorOf(net.LinearizeNoisy(model.Activation, []float64{0, 0}, nil, p)),
		"NaN":          errorOf(net.LinearizeNoisy(model.Activation, []float64{math.NaN()}, nil, p)),
		"input":        errorOf(net.LinearizeNoisy(model.Activation, []float64{0}, []float64{1}, p)),
		"form":         errorOf(net.LinearizeNoisy(model.Form(2), []float64{0}, nil, p)),
		"noise":        errorOf(net.LinearizeNoisy(model.Activity, []float64{0}, nil, isotropic(t, 2, 1))),
		"no noise":     errorOf(net.LinearizeNoisy(model.Activity, []float64{0}, nil, model.Noise{})),
		"passed noise": errorOf(net.PassNoise(isotropic(t, 2, 1))),
		"no rng":       errorOf(net.SimulateNoisy(nil, model.NoisySimulation{Start: []float64{0}, Noise: p, Steps: 1})),
		"steps":        errorOf(net.SimulateNoisy(nil, model.NoisySimulation{Start: []float64{0}, Noise: p, Steps: -1})),
		"shocks":       errorOf(net.SimulateNoisy(nil, model.NoisySimulation{Start: []float64{0}, Given: [][]float64{{1}}, Steps: 2})),
		"shock":        errorOf(net.SimulateNoisy(nil, model.NoisySimulation{Start: []float64{0}, Given: [][]float64{{1, 2}}, Steps: 1})),
	} {
		require.ErrorIs(t, err, model.ErrInvalid, name)
	}
	l, err := net.LinearizeNoisy(model.Activation, []float64{0}, nil, p)
	require.NoError(t, err, "an unstable one is an answer")
	_, err = l.Network.ToLDS(0)
	require.ErrorIs(t, err, model.ErrUnstable)
	away, err := net.LinearizeNoisy(model.Activation, []float64{0.5}, nil, p)
	require.NoError(t, err, "a state that is no fixed point is told by its residual")
	require.Equal(t, 0.5, away.Residual)
	_, err = oneUnit(t, model.Identity(), 0).SimulateNoisy(nil, model.NoisySimulation{Start: []float64{1}, Given: make([][]float64, 0), Steps: 0})
	require.NoError(t, err)
}

// TestNoisyLinearizationOfLowRankIsThatOfItsMatrix: the same network by its
// loadings and by its N×N numbers has the same J, passed noise, and runs.
func TestNoisyLinearizationOfLowRankIsThatOfItsMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, rank, scale = 6, 2, 0.25
	m, loads, f := gaussianMatrix(rng, n, rank), gaussianMatrix(rng, n, rank), gaussianMatrix(rng, n, 2)
	low, err := model.NewLowRank(m, loads, scale)
	require.NoError(t, err)
	full, err := model.NewDense(low.Dense())
	require.NoError(t, err)
	bias, in := []float64{1, -1, 0.5, 0, 2, -0.25}, gaussianMatrix(rng, n, 1)
	p, err := model.LowRankNoise([]float64{1, 2, 0, 1, 0.5, 1}, f)
	require.NoError(t, err)
	x, u := []float64{0.5, -1, 2, 0, 1, 0.125}, []float64{0.75}
	var js, ps, ends []*mat.Dense
	for _, w := range []model.Connectivity{low, full} {
		net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Softplus(), Tau: []float64{1}, Bias: bias, Input: in})
		require.NoError(t, err)
		passed, err := net.PassNoise(p)
		require.NoError(t, err)
		ps = append(ps, mat.DenseCopyOf(passed.Dense()))
		for _, form := range model.Forms {
			l, err := net.LinearizeNoisy(form, x, u, p)
			require.NoError(t, err)
			js = append(js, l.Network.J())
			run, err := net.SimulateNoisy(rand.New(rand.NewPCG(3, 4)), model.NoisySimulation{Form: form, Start: x, Input: u, Noise: p, Steps: 3})
			require.NoError(t, err)
			require.Len(t, run.States, 4)
			require.Len(t, run.Shocks, 3)
			ends = append(ends, mat.NewDense(1, n, run.States[3]))
		}
	}
	var want mat.Dense
	want.Product(low.Dense(), p.Dense(), low.Dense().T())
	requireSame(t, &want, ps[0])
	requireSame(t, &want, ps[1])
	requireSame(t, js[0], js[2])
	requireSame(t, js[1], js[3])
	requireSame(t, ends[0], ends[2])
	requireSame(t, ends[1], ends[3])
	require.Equal(t, model.LowRankPlusDiagonal, passedNoise(t, low, bias, p).Kind())
	_, factor, _, _ := passedNoise(t, low, bias, p).Structure()
	_, columns := factor.Dims()
	require.Equal(t, rank, columns, "W ε of a rank-R network has R directions")
}

func passedNoise(t *testing.T, w model.Connectivity, bias []float64, p model.Noise) model.Noise {
	t.Helper()
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: model.Softplus(), Tau: []float64{1}, Bias: bias})
	require.NoError(t, err)
	passed, err := net.PassNoise(p)
	require.NoError(t, err)
	return passed
}

// requireSame: entries of two ways through products and a factorization, 16n roundings in a row of numbers of the norm's size.
func requireSame(t *testing.T, want, got *mat.Dense) {
	t.Helper()
	rows, cols := want.Dims()
	require.Equal(t, [2]int{rows, cols}, func() [2]int { r, c := got.Dims(); return [2]int{r, c} }())
	bound := 8 * float64(rows+cols) * u * (1 + mat.Norm(want, 1))
	for i := range rows {
		for j := range cols {
			require.LessOrEqual(t, math.Abs(want.At(i, j)-got.At(i, j)), bound, "%v\n%v", mat.Formatted(want), mat.Formatted(got))
		}
	}
}

// Nothing of N×N is formed of 20,000 units: that would be 3.2 GB.
func TestNoisyLinearizationOfManyUnits(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 20000
	low, err := model.NewLowRank(gaussianMatrix(rng, n, 2), gaussianMatrix(rng, n, 2), 1.0/n)
	require.NoError(t, err)
	net, err := model.NewRNN(model.RNNConfig{Connectivity: low, Nonlinearity: model.Tanh(), Tau: []float64{1}})
	require.NoError(t, err)
	p := isotropic(t, n, 1)
	l, err := net.LinearizeNoisy(model.Activity, make([]float64, n), nil, p)
	require.NoError(t, err)
	c, err := l.Network.ToLDS(0)
	require.NoError(t, err)
	require.Equal(t, 4, c.Dimension)
	passed, err := net.PassNoise(p)
	require.NoError(t, err)
	through, err := net.LinearizeNoisy(model.Activation, make([]float64, n), nil, passed)
	require.NoError(t, err)
	c, err = through.Network.ToLDS(0)
	require.NoError(t, err)
	require.Equal(t, 2, c.Dimension, "W P Wᵀ lies in range M")
}

func gaussianMatrix(rng *rand.Rand, rows, cols int) *mat.Dense {
	a := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			a.Set(i, j, rng.NormFloat64())
		}
	}
	return a
}
