package wire

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/rankproof/rankproof/model"
)

// Network is a rate network: {"W"} or {"M","N","scale"}, W = scale · M Nᵀ.
type Network struct {
	W            [][]float64   `json:"W,omitempty"`
	M            [][]float64   `json:"M,omitempty"`
	N            [][]float64   `json:"N,omitempty"`
	Scale        *float64      `json:"scale,omitempty"`
	Nonlinearity string        `json:"nonlinearity"`
	Tau          TimeConstants `json:"tau,omitempty"`
	Bias         []float64     `json:"b,omitempty"`
	Input        [][]float64   `json:"B,omitempty"` // N×q
}

// TimeConstants are τ: one for all units, written as a number, or N; none is 1.
type TimeConstants []float64

// MarshalJSON writes one as a number.
func (t TimeConstants) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]float64(t))
}

// UnmarshalJSON reads a number or an array of numbers.
func (t *TimeConstants) UnmarshalJSON(text []byte) error {
	if err := refuseNull(text, "tau"); err != nil {
		return err
	}
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, (*[]float64)(t))
	}
	*t = make(TimeConstants, 1)
	return json.Unmarshal(text, &(*t)[0])
}

// NetworkOf returns a network as an object. A bias that is 0, and no input, are
// left out.
func NetworkOf(net *model.RNN) Network {
	out := Network{Nonlinearity: net.Nonlinearity().Name(), Input: rowsOf(net.Input())}
	if low, ok := net.Connectivity().(*model.LowRank); ok {
		scale := low.Scale()
		out.M, out.N, out.Scale = rowsOf(low.M()), rowsOf(low.N()), &scale
	} else {
		out.W = rowsOf(net.Connectivity().Dense())
	}
	if one, scalar := net.ScalarTau(); scalar {
		out.Tau = TimeConstants{one}
	} else {
		for i := range net.Units() {
			out.Tau = append(out.Tau, net.Tau(i))
		}
	}
	if b := net.Bias(); slices.ContainsFunc(b, func(x float64) bool { return x != 0 }) {
		out.Bias = b
	}
	return out
}

// atInput returns the network without input and the bias b + B u: the same one
// while its input rests.
func (n Network) atInput(u []float64) Network {
	if len(n.Input) == 0 || len(u) == 0 {
		return n
	}
	b := make([]float64, len(n.Input))
	copy(b, n.Bias)
	for i := range b {
		for j, uj := range u {
			b[i] += n.Input[i][j] * uj
		}
	}
	n.Bias, n.Input = b, nil
	return n
}

// ReducedOf returns a low-rank network as an object, its input resting at v:
// scale 1/N, τ = 1 and b = I v.
func ReducedOf(net *model.ReducedNetwork, v float64) Network {
	scale := 1 / float64(net.Units())
	out := Network{M: rowsOf(net.M()), N: rowsOf(net.N()), Scale: &scale, Nonlinearity: net.Nonlinearity().Name(), Tau: TimeConstants{1}}
	for _, x := range net.Input() {
		out.Bias = append(out.Bias, x*v)
	}
	return out
}

// RNN returns the network that an object is of.
func (n Network) RNN() (*model.RNN, error) {
	var c model.RNNConfig
	var err error
	if c.Nonlinearity, err = model.NonlinearityByName(n.Nonlinearity); err != nil {
		return nil, err
	}
	if c.Connectivity, err = n.connectivity(); err != nil {
		return nil, err
	}
	if c.Tau = n.Tau; n.Tau == nil {
		c.Tau = []float64{1}
	}
	if len(n.Bias) > 0 {
		c.Bias = n.Bias
	}
	input, err := denseOf("B", n.Input)
	if err != nil {
		return nil, err
	}
	c.Input = given(input)
	return model.NewRNN(c)
}

func (n Network) connectivity() (model.Connectivity, error) {
	switch {
	case n.W != nil && (n.M != nil || n.N != nil || n.Scale != nil):
		return nil, invalidf("both W and loadings are given, want W, or M, N and scale")
	case n.W != nil:
		w, err := denseOf("W", n.W)
		if err != nil {
			return nil, err
		}
		if w == nil {
			return nil, invalidf("W has no entries")
		}
		return model.NewDense(w)
	case n.M == nil || n.N == nil || n.Scale == nil:
		return nil, invalidf("neither W nor all of M, N and scale are given")
	}
	m, err := denseOf("M", n.M)
	if err != nil {
		return nil, err
	}
	other, err := denseOf("N", n.N)
	if err != nil {
		return nil, err
	}
	if m == nil || other == nil {
		return nil, invalidf("M or N has no entries")
	}
	return model.NewLowRank(m, other, *n.Scale)
}

// Reduced returns the low-rank network that an object is of, in κ = scale·Nᵀφ(x)
// and units of τ: its N is scaled where the scale is not 1/N, and its input is b.
func (n Network) Reduced() (*model.ReducedNetwork, error) {
	net, err := n.RNN()
	if err != nil {
		return nil, err
	}
	low, ok := net.Connectivity().(*model.LowRank)
	if !ok {
		return nil, invalidf("the network is given by W, want M, N and scale for latents κ")
	}
	if net.Inputs() > 0 {
		return nil, invalidf("the network has inputs B, want what rests in b")
	}
	right := low.N()
	if units := float64(low.Units()); low.Scale() != 1/units {
		right.Scale(low.Scale()*units, right)
	}
	return model.NewReducedNetwork(net.Nonlinearity(), low.M(), right, net.Bias())
}

// Population is one of a mixture: mean and cov over (m¹ … m^R, n¹ … n^R, I).
type Population struct {
	Weight float64     `json:"weight"`
	Mean   []float64   `json:"mean"`
	Cov    [][]float64 `json:"cov"`
}

// Mixture is the law of a Gaussian-mixture low-rank network.
type Mixture struct {
	Nonlinearity string       `json:"nonlinearity"`
	Populations  []Population `json:"populations"`
}

// MixtureOf returns a mixture as an object.
func MixtureOf(m *model.Mixture) Mixture {
	out := Mixture{Nonlinearity: m.Nonlinearity().Name()}
	for p := range m.Populations() {
		pop := m.Population(p)
		out.Populations = append(out.Populations, Population{pop.Weight, pop.Mean, rowsOf(pop.Cov)})
	}
	return out
}

// Model returns the mixture that an object is of.
func (m Mixture) Model() (*model.Mixture, error) {
	phi, err := model.NonlinearityByName(m.Nonlinearity)
	if err != nil {
		return nil, err
	}
	var pops []model.Population
	for p, pop := range m.Populations {
		cov, err := denseOf("cov", pop.Cov)
		if err != nil {
			return nil, invalidf("population %d: %v", p, err)
		}
		symmetric, err := symmetricOf(cov)
		if err != nil {
			return nil, invalidf("population %d: cov: %v", p, err)
		}
		pops = append(pops, model.Population{Weight: pop.Weight, Mean: pop.Mean, Cov: symmetric})
	}
	return model.NewMixture(phi, pops)
}
