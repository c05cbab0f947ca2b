package model_test

import (
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func reduced(t testing.TB, phi model.Nonlinearity, m, n mat.Matrix, in []float64) *model.ReducedNetwork {
	t.Helper()
	net, err := model.NewReducedNetwork(phi, m, n, in)
	require.NoError(t, err)
	return net
}

func TestReducedNetworksAreValidated(t *testing.T) {
	m, n := column(1, 2), column(3, 4)
	net := reduced(t, model.Tanh(), m, n, []float64{1, 2})
	run := func(edit func(r *model.ReducedRun)) func() error {
		return func() error {
			r := model.ReducedRun{Kappa: []float64{1}, Dt: 0.5, Steps: 1}
			edit(&r)
			return errorOf(net.Run(r))
		}
	}
	refused(t, []refusal{
		{"nonlinearity is missing", func() error { return errorOf(model.NewReducedNetwork(model.Nonlinearity{}, m, n, nil)) }},
		{"M and N are needed", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), nil, n, nil)) }},
		{"M and N are needed", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), m, (*mat.Dense)(nil), nil)) }},
		{"M is 2×1 and N is 3×1", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), m, column(1, 2, 3), nil)) }},
		{"M is 0×0", func() error {
			return errorOf(model.NewReducedNetwork(model.Tanh(), &mat.Dense{}, &mat.Dense{}, nil))
		}},
		{"M[1,0] is NaN", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), column(1, nan), n, nil)) }},
		{"N[0,0] is +Inf", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), m, column(inf, 1), nil)) }},
		{"I has 1 entries, want 2", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), m, n, []float64{1})) }},
		{"I[1] is NaN", func() error { return errorOf(model.NewReducedNetwork(model.Tanh(), m, n, []float64{1, nan})) }},
		{"kappa has 2 entries, want 1", func() error { return errorOf(net.Field([]float64{1, 2})) }},
		{"kappa[0] is NaN", func() error { return errorOf(net.Jacobian([]float64{nan})) }},
		{"kappa has 0 entries, want 1", func() error { return errorOf(net.State(nil, 1)) }},
		{"v[0] is +Inf", func() error { return errorOf(net.FieldAt([]float64{1}, inf)) }},
		{"v[0] is NaN", run(func(r *model.ReducedRun) { r.V = nan })},
		{"kappa has 2 entries, want 1", run(func(r *model.ReducedRun) { r.Kappa = []float64{1, 2} })},
		{"x beside the loadings has 1 entries, want 2", run(func(r *model.ReducedRun) { r.Beside = []float64{1} })},
		{"x beside the loadings[1] is NaN", run(func(r *model.ReducedRun) { r.Beside = []float64{1, nan} })},
		{"dt is 0, want > 0", run(func(r *model.ReducedRun) { r.Dt = 0 })},
		{"dt is NaN", run(func(r *model.ReducedRun) { r.Dt = nan })},
		{"dt is +Inf", run(func(r *model.ReducedRun) { r.Dt = inf })},
		{"steps is -1, want ≥ 0", run(func(r *model.ReducedRun) { r.Steps = -1 })},
		{"want euler or rk4", run(func(r *model.ReducedRun) { r.Method = model.LeakyMap })},
		{"no trajectory", func() error { return errorOf(net.States(nil, nil)) }},
		{"2 states, 1 values of v and 0 of the decay", func() error {
			return errorOf(net.States(&model.ReducedTrajectory{Kappa: [][]float64{{1}, {2}}, V: []float64{1}}, nil))
		}},
		{"kappa has 2 entries, want 1", func() error {
			return errorOf(net.States(&model.ReducedTrajectory{Kappa: [][]float64{{1, 2}}, V: []float64{1}, Decay: []float64{1}}, nil))
		}},
		{"x beside the loadings has 3 entries, want 2", func() error {
			return errorOf(net.States(&model.ReducedTrajectory{}, []float64{1, 2, 3}))
		}},
		{"relu is unbounded", func() error { return errorOf(reduced(t, model.ReLU(), m, n, nil).TrappingBox()) }},
	})
	// A signal that is no number, and a state that overflows, are not data.
	_, err := net.Run(model.ReducedRun{Signal: func(float64) float64 { return nan }, Dt: 1, Steps: 1})
	require.ErrorIs(t, err, model.ErrNotConverged)
	_, err = reduced(t, model.ReLU(), column(1e160), column(1e160), nil).Run(model.ReducedRun{Kappa: []float64{1}, Dt: 1, Steps: 1})
	require.ErrorIs(t, err, model.ErrNotConverged)
}

// Defaults: no input is 0, no κ(0) is 0, no signal is 1; no step is the start.
func TestReducedRunDefaults(t *testing.T) {
	net := reduced(t, model.Tanh(), column(1, -1), column(2, 1), nil)
	require.Equal(t, []float64{0, 0}, net.Input())
	tr, err := net.Run(model.ReducedRun{Dt: 0.5})
	require.NoError(t, err)
	require.Equal(t, &model.ReducedTrajectory{Kappa: [][]float64{{0}}, V: []float64{0}, Decay: []float64{1}}, tr)
	tr, err = net.Run(model.ReducedRun{Dt: 0.5, Steps: 1, Method: model.Euler})
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0.5}, tr.V) // v' = −v + 1
	require.Equal(t, []float64{1, 0.5}, tr.Decay)
	states, err := net.States(tr, []float64{4, 8})
	require.NoError(t, err)
	require.Equal(t, [][]float64{{4, 8}, {2, 4}}, states)
}

func TestReducedNetworksShareNothing(t *testing.T) {
	m, n, in := column(1, 2), column(3, 4), []float64{0.5, -0.5}
	net := reduced(t, model.Tanh(), m, n, in)
	kappa, beside := []float64{0.25}, []float64{1, 2}
	field := func() []float64 {
		f, err := net.FieldAt(kappa, 2)
		require.NoError(t, err)
		return f
	}
	before := field()
	rnn, err := net.RNN()
	require.NoError(t, err)
	tr, err := net.Run(model.ReducedRun{Kappa: kappa, Beside: beside, Dt: 0.5, Steps: 2})
	require.NoError(t, err)
	states, err := net.States(tr, beside)
	require.NoError(t, err)
	box, err := net.TrappingBox()
	require.NoError(t, err)
	spoil(m, n, net.M(), net.N(), rnn.Input())
	for _, v := range [][]float64{in, net.Input(), tr.Kappa[0], states[0], box.Upper} {
		v[0] = 99
	}
	require.Equal(t, []float64{0.25}, kappa)
	require.Equal(t, []float64{1, 2}, beside)
	require.Equal(t, before, field())
	require.Equal(t, []float64{0.5, -0.5}, net.Input())
}

// As an RNN it is the same network: its field at x = M κ + I v is M F_N +
// I(u − v). Loadings are eighths, and N = 4: sums are exact with hard-tanh.
func TestReducedNetworkAsRNN(t *testing.T) {
	rng := random(3)
	m, n, in := eighths(rng, 4, 2), eighths(rng, 4, 2), []float64{0.5, -1, 0.25, 0}
	net := reduced(t, model.HardTanh(), m, n, in)
	rnn, err := net.RNN()
	require.NoError(t, err)
	require.Equal(t, 4, rnn.Units())
	kappa, v, signal := []float64{0.5, -0.25}, 0.5, 2.0
	x, err := net.State(kappa, v)
	require.NoError(t, err)
	whole, err := rnn.Field(model.Activation, x, []float64{signal})
	require.NoError(t, err)
	small, err := net.FieldAt(kappa, v)
	require.NoError(t, err)
	for i := range whole {
		want := in[i] * (signal - v)
		for r := range small {
			want += m.At(i, r) * small[r]
		}
		require.Equal(t, want, whole[i], "unit %d", i)
	}
}
