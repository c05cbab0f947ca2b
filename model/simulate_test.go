package model_test

import (
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/stretchr/testify/require"
)

func simulate(t testing.TB, net *model.RNN, s model.Simulation) *model.Trajectory {
	t.Helper()
	tr, err := net.Simulate(s)
	require.NoError(t, err)
	require.Len(t, tr.States, s.Steps+1)
	return tr
}

// One unit, linear, driven by a sine: τ x' = (w−1) x + sin ωt has a solution in
// closed form, to which Euler converges with order 1 and RK4 with order 4, the
// filter that the activity form carries included.
func TestOrdersOfConvergence(t *testing.T) {
	const tau, w, omega, end = 0.5, -0.5, 3.0, 1.0
	const lambda = (w - 1) / tau
	forced := func(t float64) float64 {
		return -(lambda*math.Sin(omega*t) + omega*math.Cos(omega*t)) / (tau * (lambda*lambda + omega*omega))
	}
	start := 0.75
	exact := forced(end) + (start-forced(0))*math.Exp(lambda*end)
	net := network(t, dense(t, column(w)), model.Identity(), withTau(tau), withInput(column(1)))
	for method, order := range map[model.Method]float64{model.Euler: 1, model.RK4: 4} {
		for _, form := range model.Forms {
			miss := func(steps int) float64 {
				s := model.Simulation{Form: form, Method: method, Start: []float64{start}, Dt: end / float64(steps), Steps: steps,
					Input: func(t float64, u []float64) { u[0] = math.Sin(omega * t) }}
				if form == model.Activity { // x = w r + ũ, so that r(0) = (x(0) − ũ(0))/w
					s.Filtered = []float64{0.25}
					s.Start = []float64{(start - 0.25) / w}
				}
				tr := simulate(t, net, s)
				x := tr.States[steps]
				if form == model.Activity {
					var err error
					x, err = net.ToActivation(x, tr.Filtered[steps])
					require.NoError(t, err)
				}
				return math.Abs(x[0] - exact)
			}
			// Error = C hᵖ(1 + O(h)): the logarithm of a ratio is p to less than ½.
			require.Equal(t, order, math.Round(math.Log2(miss(64)/miss(128))), "%v, %v", method, form)
		}
	}
}

// The signal is asked for u at the stages' own times: the middle of a step
// twice for RK4, the beginning for Euler, the step's number for the map.
func TestStageTimes(t *testing.T) {
	net := network(t, dense(t, column(0.5)), model.Tanh(), withInput(column(1)))
	for method, want := range map[model.Method][]float64{
		model.Euler:    {0, 0.25},
		model.RK4:      {0, 0.125, 0.125, 0.25, 0.25, 0.375, 0.375, 0.5},
		model.LeakyMap: {0, 1},
	} {
		for _, form := range model.Forms {
			var times []float64
			s := model.Simulation{Form: form, Method: method, Start: []float64{0}, Dt: 0.25, Leak: 0.5, Steps: 2,
				Input: func(at float64, u []float64) { times = append(times, at); require.Len(t, u, 1) }}
			if form == model.Activity {
				s.Filtered = []float64{0}
			}
			simulate(t, net, s)
			require.Equal(t, want, times, "%v, %v", method, form)
		}
	}
}

// The leaky map in small dyadic numbers: every state is exact, and written out
// here by hand from x⁺ = (1−α)x + α(Wφ(x) + b + Bu), α = ¼.
func TestLeakyMapByHand(t *testing.T) {
	net := network(t, dense(t, matrix([]float64{0, 2}, []float64{-1, 0})), model.ReLU(),
		withBias(1, 0), withInput(column(1, 2)), withTau(7)) // τ is not used
	ramp := func(k float64, u []float64) { u[0] = k }
	s := model.Simulation{Method: model.LeakyMap, Start: []float64{2, -4}, Input: ramp, Leak: 0.25, Steps: 2}
	require.Equal(t, [][]float64{
		{2, -4},
		{(3*2 + 0 + 1 + 0) / 4.0, (3*-4 - 2 + 0 + 0) / 4.0},       // φ = (2, 0), u = 0
		{(3*1.75 + 0 + 1 + 1) / 4, (3*-3.5 - 1.75 + 0 + 2*1) / 4}, // φ = (1.75, 0), u = 1
	}, simulate(t, net, s).States)

	// r⁺ = (1−α)r + αφ(W r + b + Bũ), ũ⁺ = (1−α)ũ + αu, from ũ = 4.
	s.Form, s.Start, s.Filtered = model.Activity, []float64{1, 2}, []float64{4}
	tr := simulate(t, net, s)
	require.Equal(t, [][]float64{
		{1, 2},
		{(3*1 + 4 + 1 + 4) / 4.0, (3*2 - 1 + 0 + 8) / 4.0},
		{(3*3 + 6.5 + 1 + 3) / 4, (3*3.25 - 3 + 0 + 6) / 4},
	}, tr.States)
	require.Equal(t, [][]float64{{4}, {3}, {2.5}}, tr.Filtered)

	// Unfiltered: φ(W r + b + Bu).
	s.Unfiltered, s.Filtered, s.Steps = true, nil, 1
	tr = simulate(t, net, s)
	require.Equal(t, [][]float64{{1, 2}, {(3*1 + 4 + 1 + 0) / 4.0, (3*2 + 0) / 4.0}}, tr.States, "φ(−1 + 2·0) = 0")
	require.Nil(t, tr.Filtered)
}

// Euler's step by hand, τ unit by unit and a filter that starts settled.
func TestEulerByHand(t *testing.T) {
	w := matrix([]float64{0, 2}, []float64{-1, 0})
	net := network(t, dense(t, w), model.ReLU(), withBias(1, 0), withInput(column(1, 2)), withTau(1, 4))
	s := model.Simulation{Start: []float64{2, 1}, Input: model.ConstantInput([]float64{3}), Dt: 0.5, Steps: 1}
	require.Equal(t, []float64{2 + 0.5*(-2+2+1+3), 1 + 0.5*(-1-2+6)/4}, simulate(t, net, s).States[1])
	s.Form, s.Unfiltered = model.Activity, true
	require.Equal(t, []float64{2 + 0.5*(-2+2+1+3), 1 + 0.5*(-1+4)/4.0}, simulate(t, net, s).States[1])

	settled := network(t, dense(t, w), model.ReLU(), withBias(1, 0), withInput(column(1, 2)), withTau(2))
	s.Unfiltered, s.Steps = false, 3
	tr := simulate(t, settled, s)
	require.Equal(t, [][]float64{{3}, {3}, {3}, {3}}, tr.Filtered, "ũ(0) = u(0) by default: a constant input passes the filter")
	s.Filtered = []float64{1}
	require.Equal(t, [][]float64{{1}, {1.5}, {1.875}, {2.15625}}, simulate(t, settled, s).Filtered, "ũ' = (u − ũ)/τ, dt/τ = ¼")
}

// Without an input there is nothing to filter; without a signal u is 0.
func TestNoInput(t *testing.T) {
	plain := network(t, dense(t, column(2)), model.Identity(), withTau(1))
	s := model.Simulation{Form: model.Activity, Method: model.RK4, Start: []float64{1}, Dt: 1, Steps: 0}
	tr := simulate(t, plain, s)
	require.Equal(t, [][]float64{{1}}, tr.States, "zero steps: the start")
	require.Nil(t, tr.Filtered)
	s.Steps = 1
	// s' = s: 1 + 1 + ½ + 1/6 + 1/24, four stages and their sum rounded.
	require.LessOrEqual(t, math.Abs(simulate(t, plain, s).States[1][0]-65.0/24), 16*u)

	silent := network(t, dense(t, column(0)), model.Identity(), withInput(column(1)))
	tr = simulate(t, silent, model.Simulation{Form: model.Activation, Start: []float64{1}, Dt: 0.5, Steps: 1})
	require.Equal(t, [][]float64{{1}, {0.5}}, tr.States)
}

// A step of the low-rank network is one of the network written out: exact, for
// loadings and states in eighths.
func TestLowRankSteps(t *testing.T) {
	rng := random(9)
	low := lowRank(t, eighths(rng, 12, 2), eighths(rng, 12, 2), 0.5)
	start := eighths(rng, 1, 12).RawRowView(0)
	for _, method := range []model.Method{model.Euler, model.LeakyMap} {
		s := model.Simulation{Method: method, Start: start, Dt: 0.5, Leak: 0.5, Steps: 1}
		a := simulate(t, network(t, low, model.HardTanh()), s)
		b := simulate(t, network(t, dense(t, low.Dense()), model.HardTanh()), s)
		require.Equal(t, b.States, a.States, "%v", method)
	}
}
