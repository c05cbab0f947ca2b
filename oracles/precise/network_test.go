package precise

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// graded returns a network whose entries run from 1e-8 to 1e8, with a seed of its own.
func graded(name string, units, inputs int, seed uint64) (n Network, state, u []float64) {
	rng := rand.New(rand.NewPCG(seed, 5))
	vector := func(length int) []float64 {
		v := make([]float64, length)
		for i := range v {
			v[i] = rng.NormFloat64() * math.Pow(10, float64(rng.IntN(17)-8))
		}
		return v
	}
	n = Network{Phi: name, Tau: vector(units), Bias: vector(units)}
	for i := range units {
		n.Tau[i] = math.Abs(n.Tau[i])
		n.W = append(n.W, vector(units))
		n.B = append(n.B, vector(inputs))
	}
	return n, vector(units), vector(inputs)
}

// rationalField is the right-hand side for piecewise linear φ in rationals, where nothing is rounded before the end.
func rationalField(n Network, state, u []float64, activity bool, f func(*big.Rat) *big.Rat) []float64 {
	rat := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	out := make([]float64, len(state))
	for i := range out {
		sum := rat(n.Bias[i])
		for j, v := range u {
			sum.Add(sum, new(big.Rat).Mul(rat(n.B[i][j]), rat(v)))
		}
		for j, v := range state {
			r := rat(v)
			if !activity {
				r = f(r)
			}
			sum.Add(sum, new(big.Rat).Mul(rat(n.W[i][j]), r))
		}
		if activity {
			sum = f(sum)
		}
		sum.Sub(sum, rat(state[i]))
		sum.Quo(sum, rat(n.Tau[i]))
		out[i], _ = sum.Float64()
	}
	return out
}

func TestFieldsAgainstRationals(t *testing.T) {
	pieces := map[string]func(*big.Rat) *big.Rat{
		"identity": func(x *big.Rat) *big.Rat { return new(big.Rat).Set(x) },
		"relu": func(x *big.Rat) *big.Rat {
			if x.Sign() < 0 {
				return new(big.Rat)
			}
			return new(big.Rat).Set(x)
		},
		"hard-tanh": func(x *big.Rat) *big.Rat {
			if new(big.Rat).Abs(x).Cmp(big.NewRat(1, 1)) > 0 {
				return big.NewRat(int64(x.Sign()), 1)
			}
			return new(big.Rat).Set(x)
		},
	}
	for name, f := range pieces {
		for seed := range uint64(20) {
			n, state, u := graded(name, 1+int(seed)%5, int(seed)%3, seed)
			got, err := n.ActivationField(state, u)
			require.NoError(t, err)
			require.Equal(t, rationalField(n, state, u, false, f), got)
			got, err = n.ActivityField(state, u)
			require.NoError(t, err)
			require.Equal(t, rationalField(n, state, u, true, f), got)
		}
	}
}

// Terms of 1e32 that cancel leave the one that a float64 sum loses.
func TestCancellation(t *testing.T) {
	n := Network{W: [][]float64{{1e16, -1e16, 1}, {0, 0, 0}, {0, 0, 0}}, Phi: "identity", Tau: []float64{1, 1, 1},
		Bias: []float64{0, 0, 0}}
	got, err := n.NetInput([]float64{1e16, 1e16, 1e-16}, nil)
	require.NoError(t, err)
	require.Equal(t, []float64{1e-16, 0, 0}, got)
}

// One unit each, by hand: τ = 2, w = 3, b = −1, input weight ½, input 4, state 1/4.
func TestOneUnit(t *testing.T) {
	n := Network{W: [][]float64{{3}}, Phi: "tanh", Tau: []float64{2}, Bias: []float64{-1}, B: [][]float64{{0.5}}}
	got, err := n.ActivationField([]float64{0.25}, []float64{4})
	require.NoError(t, err)
	require.LessOrEqual(t, ulps((-0.25+3*math.Tanh(0.25)-1+2)/2, got[0]), 4.0)
	got, err = n.ActivityField([]float64{0.25}, []float64{4})
	require.NoError(t, err)
	require.LessOrEqual(t, ulps((-0.25+math.Tanh(0.75-1+2))/2, got[0]), 4.0)
	got, err = n.NetInput([]float64{0.25}, []float64{4})
	require.NoError(t, err)
	require.Equal(t, []float64{1.75}, got)
	got, err = n.Derivative([]float64{1})
	require.NoError(t, err)
	require.Equal(t, []float64{phi(t, "tanh", 1, 1)}, got)
}

// The fixing bias makes x a fixed point: what is left is the rounding of b, half a unit in the last place of it, and the φ of
// x is one of the activity form, up to the rounding of b and of r.
func TestFixingBias(t *testing.T) {
	for _, name := range Names() {
		n, _, u := graded(name, 4, 2, 11)
		n.Bias = nil
		x := []float64{0.3, -1.2, 7e-9, 25}
		bias, err := n.FixingBias(x, u)
		require.NoError(t, err)
		n.Bias = bias
		field, err := n.ActivationField(x, u)
		require.NoError(t, err)
		for i := range field {
			require.LessOrEqual(t, math.Abs(field[i]*n.Tau[i]), 0x1.00001p-53*math.Abs(bias[i]), name)
		}
		// A change of b by one unit in the last place is seen.
		n.Bias = []float64{math.Nextafter(bias[0], math.Inf(1)), bias[1], bias[2], bias[3]}
		moved, err := n.ActivationField(x, u)
		require.NoError(t, err)
		require.Greater(t, moved[0], field[0])
	}
	// By hand: b = x − W φ(x) − B u.
	n := Network{W: [][]float64{{1, 2}, {3, -4}}, Phi: "relu", B: [][]float64{{1}, {10}}}
	bias, err := n.FixingBias([]float64{5, -7}, []float64{2})
	require.NoError(t, err)
	require.Equal(t, []float64{-2, -42}, bias)
}

func TestNetworksOfNoUnitsOrInputs(t *testing.T) {
	got, err := Network{Phi: "tanh"}.ActivationField(nil, nil)
	require.NoError(t, err)
	require.Empty(t, got)
	n := Network{W: [][]float64{{0}}, Phi: "tanh", Tau: []float64{4}, Bias: []float64{0}, B: [][]float64{{}}}
	got, err = n.ActivityField([]float64{1}, []float64{})
	require.NoError(t, err)
	require.Equal(t, []float64{-0.25}, got)
}

func TestNetworkErrors(t *testing.T) {
	good := func() Network {
		return Network{W: [][]float64{{1, 2}, {3, 4}}, Phi: "tanh", Tau: []float64{1, 1}, Bias: []float64{0, 0},
			B: [][]float64{{1}, {1}}}
	}
	x, u := []float64{1, 2}, []float64{1}
	for _, c := range []struct {
		want  error
		spoil func(*Network)
	}{
		{ErrUnknown, func(n *Network) { n.Phi = "" }},
		{ErrShape, func(n *Network) { n.W = n.W[:1] }},
		{ErrShape, func(n *Network) { n.W[1] = n.W[1][:1] }},
		{ErrShape, func(n *Network) { n.Tau = nil }},
		{ErrShape, func(n *Network) { n.Bias = n.Bias[:1] }},
		{ErrShape, func(n *Network) { n.B = nil }},
		{ErrShape, func(n *Network) { n.B = n.B[:1] }},
		{ErrShape, func(n *Network) { n.B[0] = []float64{1, 2} }},
		{ErrTimeConstant, func(n *Network) { n.Tau[1] = 0 }},
		{ErrTimeConstant, func(n *Network) { n.Tau[1] = -1 }},
		{ErrNotFinite, func(n *Network) { n.Tau[1] = math.NaN() }},
		{ErrNotFinite, func(n *Network) { n.W[0][1] = math.Inf(1) }},
		{ErrNotFinite, func(n *Network) { n.Bias[0] = math.NaN() }},
		{ErrNotFinite, func(n *Network) { n.B[0][0] = math.NaN() }},
	} {
		n := good()
		c.spoil(&n)
		_, err := n.ActivationField(x, u)
		require.ErrorIs(t, err, c.want)
		_, err = n.ActivityField(x, u)
		require.ErrorIs(t, err, c.want)
	}
	n := good()
	_, err := n.ActivityField([]float64{1}, u)
	require.ErrorIs(t, err, ErrShape)
	_, err = n.Derivative([]float64{1})
	require.ErrorIs(t, err, ErrShape)
	_, err = n.NetInput(x, []float64{math.NaN()})
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = n.FixingBias([]float64{1, math.Inf(1)}, u)
	require.ErrorIs(t, err, ErrNotFinite)
	n.W[0][0], n.W[0][1] = math.MaxFloat64, math.MaxFloat64
	_, err = n.NetInput([]float64{2, 2}, u)
	require.ErrorIs(t, err, ErrNotFinite, "a result beyond float64")
}
