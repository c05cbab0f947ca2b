package linearization

import (
	"math/cmplx"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// rebuilt returns the network with its configuration changed: a mistake in
// reading the model.
func rebuilt(net *model.RNN, change func(*model.RNNConfig)) (*model.RNN, error) {
	c := model.RNNConfig{Connectivity: net.Connectivity(), Nonlinearity: net.Nonlinearity(), Bias: net.Bias()}
	for i := range net.Units() {
		c.Tau = append(c.Tau, net.Tau(i))
	}
	if b := net.Input(); b != nil {
		c.Input = b
	}
	change(&c)
	return model.NewRNN(c)
}

// rescaled is low-rank connectivity with a factor N too many.
func rescaled(w model.Connectivity) model.Connectivity {
	low, ok := w.(*model.LowRank)
	if !ok {
		return w
	}
	other, err := model.NewLowRank(low.M(), low.N(), low.Scale()*float64(low.Units()))
	if err != nil {
		return w
	}
	return other
}

// transposed is Wᵀ.
func transposed(w model.Connectivity) model.Connectivity {
	if low, ok := w.(*model.LowRank); ok {
		other, err := model.NewLowRank(low.N(), low.M(), low.Scale())
		if err != nil {
			return w
		}
		return other
	}
	other, err := model.NewDense(w.Dense().T())
	if err != nil {
		return w
	}
	return other
}

// spectrumTwin replaces the spectrum.
func spectrumTwin(name, mistake string, wrong func(*model.RNN, []float64) (*model.Spectrum, error)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		s.Spectrum = wrong
		return s
	}}
}

// site is where an operation was asked for: a network, its state, the slopes.
type site struct {
	net  *model.RNN
	x, d []float64
}

// mu returns 1 + τλ for the time constant of unit 0.
func (at site) mu(lambda complex128) complex128 { return 1 + lambda*complex(at.net.Tau(0), 0) }

// otherSlopes returns φ' computed by a wrong rule from (x_i, r_i = φ(x_i)).
func (at site) otherSlopes(rule func(phi model.Nonlinearity, x, r float64) float64) []float64 {
	phi := at.net.Nonlinearity()
	d := make([]float64, len(at.x))
	for i, x := range at.x {
		d[i] = rule(phi, x, phi.Value(x))
	}
	return d
}

// slopesAtOutputs is φ'(φ(x)), the derivative taken at r instead of x.
func (at site) slopesAtOutputs() []float64 {
	return at.otherSlopes(func(phi model.Nonlinearity, _, r float64) float64 { return phi.Derivative(r) })
}

// slopesByDifference is 1 − tanh² for tanh: zero from |x| = 19 on.
func (at site) slopesByDifference() []float64 {
	return at.otherSlopes(func(phi model.Nonlinearity, x, r float64) float64 {
		if phi.Name() == "tanh" {
			return 1 - r*r
		}
		return phi.Derivative(x)
	})
}

// linearizeTwin changes the linearizations.
func linearizeTwin(name, mistake string, wrong func(at site, l *theorems.Linearizations)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.Linearize
		s.Linearize = func(net *model.RNN, x []float64) (*theorems.Linearizations, error) {
			l, err := right(net, x)
			if err != nil {
				return nil, err
			}
			d, err := net.Derivatives(x)
			if err != nil {
				return nil, err
			}
			wrong(site{net, x, d}, l)
			return l, nil
		}
		return s
	}}
}

// modesTwin changes the modes.
func modesTwin(name, mistake string, wrong func(at site, m *model.Modes)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.Modes
		s.Modes = func(net *model.RNN, x []float64) (*model.Modes, error) {
			m, err := right(net, x)
			if err != nil {
				return nil, err
			}
			d, err := net.Derivatives(x)
			if err != nil {
				return nil, err
			}
			wrong(site{net, x, d}, m)
			return m, nil
		}
		return s
	}}
}

// eachEntry replaces the entries of a matrix.
func eachEntry(m [][]float64, to func(i, j int, x float64) float64) {
	for i := range m {
		for j := range m[i] {
			m[i][j] = to(i, j, m[i][j])
		}
	}
}

// eachVector replaces the vectors of a mode list.
func eachVector(vs [][]complex128, to func(k int, v []complex128) []complex128) {
	for k := range vs {
		vs[k] = to(k, vs[k])
	}
}

func kronecker(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

// scaledBy returns D v for slopes d.
func scaledBy(d []float64, v []complex128) []complex128 {
	out := make([]complex128, len(v))
	for i := range v {
		out[i] = complex(d[i], 0) * v[i]
	}
	return out
}

// timesConnectivity returns W v, or Wᵀ v.
func timesConnectivity(net *model.RNN, transpose bool, v []complex128) []complex128 {
	var w mat.Matrix = net.Connectivity().Dense()
	if transpose {
		w = w.T()
	}
	out := make([]complex128, len(v))
	for i := range out {
		for j := range v {
			out[i] += complex(w.At(i, j), 0) * v[j]
		}
	}
	return out
}

func times(c complex128, v []complex128) []complex128 {
	out := make([]complex128, len(v))
	for i := range v {
		out[i] = c * v[i]
	}
	return out
}

func conjugated(v []complex128) []complex128 {
	out := make([]complex128, len(v))
	for i := range v {
		out[i] = cmplx.Conj(v[i])
	}
	return out
}
