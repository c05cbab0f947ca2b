package meanfield

import (
	"fmt"
	"math"
	"slices"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// unitFlow is dx/dt = −x + W φ(x) of N units, τ = 1: an input to a solver.
type unitFlow struct {
	w   [][]float64
	law activation
	phi string // its name
}

func newUnitFlow(w [][]float64, phi string) (*unitFlow, error) {
	law, ok := activations[phi]
	if !ok {
		return nil, fmt.Errorf("no φ %q", phi)
	}
	return &unitFlow{w, law, phi}, nil
}

// Dim returns N.
func (f *unitFlow) Dim() int { return len(f.w) }

func (f *unitFlow) activity(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f.law.value(v)
	}
	return out
}

// Field returns −x + W φ(x).
func (f *unitFlow) Field(x []float64) ([]float64, error) {
	out := dense.MatVec(f.w, f.activity(x))
	for i := range out {
		out[i] -= x[i]
	}
	return out, nil
}

// Jacobian returns −1 + W diag φ'(x).
func (f *unitFlow) Jacobian(x []float64) (*mat.Dense, error) {
	out := mat.NewDense(len(x), len(x), nil)
	for i := range x {
		for j := range x {
			out.Set(i, j, f.w[i][j]*f.law.slope(x[j])-indicator(i == j))
		}
	}
	return out, nil
}

// Held returns the network.
func (f *unitFlow) Held() (*model.Mixture, *model.RNN, error) {
	phi, err := model.NonlinearityByName(f.phi)
	if err != nil {
		return nil, nil, err
	}
	w, err := model.NewDense(denseMatrix(f.w))
	if err != nil {
		return nil, nil, err
	}
	net, err := model.NewRNN(model.RNNConfig{Connectivity: w, Nonlinearity: phi, Tau: []float64{1}})
	return nil, net, err
}

var _ theorems.HeldField = (*unitFlow)(nil)

// What Subject.Integrate is asked for: a step may be off by absTolerance + relTolerance·|x|,
// or by a few roundings.
const (
	relTolerance = 0x1p-33 // 1e-10
	absTolerance = 0x1p-39
)

// integrationError bounds the error of a run of length t of a solver of order
// five that keeps each step to the tolerances, for states of norm at most size
// in n dimensions and a field of Lipschitz constant lipschitz, errors growing
// at the rate growth at most. A step that meets a relative tolerance of 2^-33
// is at least 1/64 of the field's time scale long (the fifth root of it, and
// the constants of the pair are below 1), and a kink costs as much as 13, which a
// solver must see: an error estimate may vanish at one (model.Integrate).
func integrationError(u, t, size, lipschitz, growth float64, n int) float64 {
	steps := 64*(1+lipschitz)*t + 16
	return steps * math.Sqrt(float64(n)) * (max(absTolerance, u) + max(relTolerance, 0x1p6*u)*size) * math.Exp(max(growth, 0)*t)
}

// grown returns size·(e^{Lt} − 1)/L, size·t at L = 0, and 0 for size 0, even
// where e^{Lt} is beyond floating point.
func grown(size, rate, t float64) float64 {
	switch {
	case size == 0:
		return 0
	case rate == 0:
		return size * t
	}
	return size * (math.Expm1(rate*t) / rate)
}

// amplified returns size·e^x, 0 for size 0 likewise.
func amplified(size, x float64) float64 {
	if size == 0 {
		return 0
	}
	return size * math.Exp(x)
}

// undecidedBeyondFloats excuses a solver where states may leave floating point: |x(t) − x(0)| ≤ |F(x(0))|(e^{Lt} − 1)/L for a field
// whose logarithmic norm is at most L, and a solver works with its square.
func undecidedBeyondFloats(err error, f model.VectorField, start []float64, rate, horizon float64) error {
	const most = 0x1p500
	if v, failed := f.Field(start); failed == nil && !(grown(dense.VectorNorm2(v), rate, horizon) < most) {
		return fmt.Errorf("%w: states may exceed %.3g: %v", theorems.ErrUndecided, most, err)
	}
	return err
}

// expectStates demands a state of n entries for each time, the start first, as
// arithmetic of unit roundoff u has it.
func expectStates(f *theorems.Finding, states [][]float64, start, times []float64, u float64) bool {
	complete := len(states) == len(times)
	for _, x := range states {
		complete = complete && len(x) == len(start)
	}
	f.Demand("a state for each time, the start first", complete && slices.EqualFunc(states[0], start, func(x, y float64) bool {
		return math.Abs(x-y) <= u*math.Abs(y)
	}))
	return f.Verdict != theorems.Fails
}

// expectFollowed is, after expectStates, that each state is where the field leads
// from the one before: with L a Lipschitz constant of F,
//
//	|x(t+h) − x(t) − h F(x(t))| ≤ |F(x(t))| ((e^{Lh} − 1)/L − h).
func expectFollowed(f *theorems.Finding, states [][]float64, times []float64, field func([]float64) ([]float64, error), lipschitz, off float64) bool {
	for k, x := range states[1:] {
		h := times[k+1] - times[k]
		rate, err := field(states[k])
		if err != nil {
			f.Demand("a state that the field is defined at", false)
			return false
		}
		along := make([]float64, len(x))
		for r := range along {
			along[r] = states[k][r] + h*rate[r]
		}
		speed := dense.VectorNorm2(rate)
		f.Expect("|x(t+h) − x(t) − h F|", distance(x, along), grown(speed, lipschitz, h)-speed*h+off, math.Inf(1))
	}
	return f.Verdict != theorems.Fails
}

// evenly returns count+1 times from 0 to horizon.
func evenly(horizon float64, count int) []float64 {
	times := make([]float64, count+1)
	for k := range times {
		times[k] = horizon * float64(k) / float64(count)
	}
	return times
}

func distance(a, b []float64) float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return dense.VectorNorm2(d)
}
