package wire

import (
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// networkOperations are those of family L at one state of a network.
func networkOperations() []operation {
	return []operation{linearize(), modes(), spectrum(), carry("carry_right"), carry("carry_left"),
		contextChange(), eulerStability(), toActivity(), toActivation(), activityField()}
}

// atState asks about a network at a state x (N); u (q) is left out for q = 0.
type atState struct {
	Network Network   `json:"network"`
	X       []float64 `json:"x"`
	U       []float64 `json:"u,omitempty"`
}

type linearSystem struct {
	Matrix [][]float64 `json:"matrix"` // N×N
	Input  [][]float64 `json:"input"`  // N×q
}

type linearizations struct {
	Activation linearSystem `json:"activation"`
	Activity   linearSystem `json:"activity"`
}

func linearize() operation {
	system := func(l theorems.LinearSystem) linearSystem { return linearSystem{matrix(l.Matrix), matrix(l.Input)} }
	return on("linearize", func(s theorems.Subject) bool { return s.Linearize != nil },
		func(s theorems.Subject, p atState) (*linearizations, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			l, err := s.Linearize(net, p.X)
			if err != nil {
				return nil, err
			}
			return &linearizations{system(l.Activation), system(l.Activity)}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.Linearize = func(net *model.RNN, x []float64) (*theorems.Linearizations, error) {
				r, err := ask[linearizations](c, "linearize", atState{NetworkOf(net), x, atRest(net)})
				if err != nil {
					return nil, err
				}
				n, q := net.Units(), net.Inputs()
				if err := shaped("linearize",
					checkShape("activation.matrix", r.Activation.Matrix, n, n), checkShape("activation.input", r.Activation.Input, n, q),
					checkShape("activity.matrix", r.Activity.Matrix, n, n), checkShape("activity.input", r.Activity.Input, n, q)); err != nil {
					return nil, err
				}
				return &theorems.Linearizations{Activation: theorems.LinearSystem(r.Activation), Activity: theorems.LinearSystem(r.Activity)}, nil
			}
		})
}

// atRest returns u = 0 (q), on which a linearization at x does not depend; nil
// for q = 0.
func atRest(net *model.RNN) []float64 {
	if net.Inputs() == 0 {
		return nil
	}
	return make([]float64, net.Inputs())
}

type vectorPairs struct {
	Right [][]Complex `json:"right"` // N×k
	Left  [][]Complex `json:"left"`  // N×k
}

type modesResult struct {
	Eigenvalues []Complex   `json:"eigenvalues"`
	Activation  vectorPairs `json:"activation"`
	Activity    vectorPairs `json:"activity"`
	Mu          []Complex   `json:"mu,omitempty"`
	Dropped     []Complex   `json:"dropped,omitempty"`
}

func modes() operation {
	pairs := func(v model.Vectors) vectorPairs { return vectorPairs{columnsOf(v.Right), columnsOf(v.Left)} }
	return on("modes", func(s theorems.Subject) bool { return s.Modes != nil },
		func(s theorems.Subject, p atState) (*modesResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			m, err := s.Modes(net, p.X)
			if err != nil {
				return nil, err
			}
			return &modesResult{complexesOf(m.Eigenvalues), pairs(m.Activation), pairs(m.Activity),
				complexesOf(m.Mu), complexesOf(m.Dropped)}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.Modes = func(net *model.RNN, x []float64) (*model.Modes, error) {
				r, err := ask[modesResult](c, "modes", atState{Network: NetworkOf(net), X: x})
				if err != nil {
					return nil, meaning(err, Singular, model.ErrDefective)
				}
				n, k := net.Units(), len(r.Eigenvalues)
				if err := shaped("modes", checkMost("entries of eigenvalues and dropped", k+len(r.Dropped), n),
					checkShape("activation.right", r.Activation.Right, n, k), checkShape("activation.left", r.Activation.Left, n, k),
					checkShape("activity.right", r.Activity.Right, n, k), checkShape("activity.left", r.Activity.Left, n, k)); err != nil {
					return nil, err
				}
				out := &model.Modes{Eigenvalues: values(r.Eigenvalues), Dropped: values(r.Dropped),
					Activation: model.Vectors{Right: vectorsOf(r.Activation.Right, k), Left: vectorsOf(r.Activation.Left, k)},
					Activity:   model.Vectors{Right: vectorsOf(r.Activity.Right, k), Left: vectorsOf(r.Activity.Left, k)}}
				if r.Mu != nil {
					out.Mu = values(r.Mu)
					if err := shaped("modes", checkLength("mu", r.Mu, k)); err != nil {
						return nil, err
					}
				}
				return out, nil
			}
		})
}

type multiplicity struct {
	Value float64 `json:"value"`
	Count int     `json:"count"`
}

type spectrumResult struct {
	Values  []Complex      `json:"values"`
	Trivial []multiplicity `json:"trivial"`
	Mu      []Complex      `json:"mu,omitempty"`
}

func spectrum() operation {
	return on("spectrum", func(s theorems.Subject) bool { return s.Spectrum != nil },
		func(s theorems.Subject, p atState) (*spectrumResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			sp, err := s.Spectrum(net, p.X)
			if err != nil {
				return nil, err
			}
			out := &spectrumResult{complexesOf(sp.Values), []multiplicity{}, complexesOf(sp.Mu)}
			for _, t := range sp.Trivial {
				out.Trivial = append(out.Trivial, multiplicity(t))
			}
			return out, nil
		},
		func(s *theorems.Subject, c *client) {
			s.Spectrum = func(net *model.RNN, x []float64) (*model.Spectrum, error) {
				r, err := ask[spectrumResult](c, "spectrum", atState{Network: NetworkOf(net), X: x})
				if err != nil {
					return nil, err
				}
				if err := r.check(net.Units()); err != nil {
					return nil, err
				}
				out := &model.Spectrum{Values: values(r.Values)}
				for _, t := range r.Trivial {
					out.Trivial = append(out.Trivial, model.Multiplicity(t))
				}
				if r.Mu != nil {
					out.Mu = values(r.Mu)
					err = shaped("spectrum", checkLength("mu", r.Mu, len(r.Values)))
				}
				return out, err
			}
		})
}

type activityState struct {
	Network Network   `json:"network"`
	R       []float64 `json:"r"`
	U       []float64 `json:"u,omitempty"`
}

type xResult struct {
	X []float64 `json:"x"`
}

type rResult struct {
	R []float64 `json:"r"`
}

func toActivity() operation {
	return on("to_activity", func(s theorems.Subject) bool { return s.ToActivity != nil },
		func(s theorems.Subject, p atState) (*rResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			r, err := s.ToActivity(net, p.X)
			return &rResult{r}, err
		},
		func(s *theorems.Subject, c *client) {
			s.ToActivity = func(net *model.RNN, x []float64) ([]float64, error) {
				r, err := ask[rResult](c, "to_activity", atState{Network: NetworkOf(net), X: x})
				if err != nil {
					return nil, err
				}
				return r.R, shaped("to_activity", checkLength("r", r.R, net.Units()))
			}
		})
}

func toActivation() operation {
	return on("to_activation", func(s theorems.Subject) bool { return s.ToActivation != nil },
		func(s theorems.Subject, p activityState) (*xResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			x, err := s.ToActivation(net, p.R, p.U)
			return &xResult{x}, err
		},
		func(s *theorems.Subject, c *client) {
			s.ToActivation = func(net *model.RNN, r, u []float64) ([]float64, error) {
				x, err := ask[xResult](c, "to_activation", activityState{NetworkOf(net), r, u})
				if err != nil {
					return nil, err
				}
				return x.X, shaped("to_activation", checkLength("x", x.X, net.Units()))
			}
		})
}

type valuesResult struct {
	Values []float64 `json:"values"`
}

// activityField is the field of the activity form, that of the activation form
// being field. Both install Field, which asks the one of its form.
func activityField() operation {
	return on("activity_field", func(s theorems.Subject) bool { return s.Field != nil },
		func(s theorems.Subject, p activityState) (*valuesResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			v, err := s.Field(net, model.Activity, p.R, p.U)
			return &valuesResult{v}, err
		}, installField)
}

func installField(s *theorems.Subject, c *client) {
	s.Field = func(net *model.RNN, form model.Form, state, u []float64) ([]float64, error) {
		op, params := "activity_field", any(activityState{NetworkOf(net), state, u})
		if form == model.Activation {
			op, params = "field", fieldParams{Network: at(net, u), X: state}
		}
		r, err := ask[valuesResult](c, op, params)
		if err != nil {
			return nil, err
		}
		return r.Values, shaped(op, checkLength("values", r.Values, net.Units()))
	}
}
