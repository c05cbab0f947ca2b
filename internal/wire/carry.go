package wire

import (
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

type carried struct {
	Network Network   `json:"network"`
	X       []float64 `json:"x"`
	From    string    `json:"from"` // a form
	Lambda  Complex   `json:"lambda"`
	Vector  []Complex `json:"vector"`
}

type vectorResult struct {
	Vector []Complex `json:"vector"`
}

// carry is carry_right or carry_left: an eigenvector of one form as one of the
// other. Where it has no image the error is singular.
func carry(op string) operation {
	type function = func(net *model.RNN, x []float64, from model.Form, lambda complex128, v []complex128) ([]complex128, error)
	of := func(s *theorems.Subject) *function {
		if op == "carry_right" {
			return &s.CarryRight
		}
		return &s.CarryLeft
	}
	return on(op, func(s theorems.Subject) bool { return *of(&s) != nil },
		func(s theorems.Subject, p carried) (*vectorResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			from, err := model.FormByName(p.From)
			if err != nil {
				return nil, err
			}
			v, err := (*of(&s))(net, p.X, from, p.Lambda.value(), values(p.Vector))
			if err != nil {
				return nil, err
			}
			return &vectorResult{complexesOf(v)}, nil
		},
		func(s *theorems.Subject, c *client) {
			*of(s) = func(net *model.RNN, x []float64, from model.Form, lambda complex128, v []complex128) ([]complex128, error) {
				r, err := ask[vectorResult](c, op, carried{NetworkOf(net), x, from.String(), complexOf(lambda), complexesOf(v)})
				if err != nil {
					return nil, meaning(err, Singular, model.ErrNoImage)
				}
				if err := shaped(op, checkLength("vector", r.Vector, net.Units())); err != nil {
					return nil, err
				}
				return values(r.Vector), nil
			}
		})
}

type contextMode struct {
	State          []float64 `json:"state"`
	ActivationLeft []Complex `json:"activation_left"`
	ActivityLeft   []Complex `json:"activity_left"`
}

func contextModeOf(m model.ContextMode) contextMode {
	return contextMode{m.State, complexesOf(m.ActivationLeft), complexesOf(m.ActivityLeft)}
}

func (m contextMode) mode() model.ContextMode {
	return model.ContextMode{State: m.State, ActivationLeft: values(m.ActivationLeft), ActivityLeft: values(m.ActivityLeft)}
}

type contexts struct {
	Network Network     `json:"network"`
	First   contextMode `json:"first"`
	Second  contextMode `json:"second"`
	Channel int         `json:"channel"`
}

type gainChange struct {
	Total     Complex `json:"total"`
	Selection Complex `json:"selection"`
	Input     Complex `json:"input"`
}

func gainChangeOf(g model.GainChange) gainChange {
	return gainChange{complexOf(g.Total), complexOf(g.Selection), complexOf(g.Input)}
}

func (g gainChange) change() model.GainChange {
	return model.GainChange{Total: g.Total.value(), Selection: g.Selection.value(), Input: g.Input.value()}
}

type gainChanges struct {
	Activation gainChange `json:"activation"`
	Activity   gainChange `json:"activity"`
}

func contextChange() operation {
	return on("context_change", func(s theorems.Subject) bool { return s.ContextChange != nil },
		func(s theorems.Subject, p contexts) (*gainChanges, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			x, r, err := s.ContextChange(net, p.First.mode(), p.Second.mode(), p.Channel)
			if err != nil {
				return nil, err
			}
			return &gainChanges{gainChangeOf(x), gainChangeOf(r)}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.ContextChange = func(net *model.RNN, first, second model.ContextMode, channel int) (activation, activity model.GainChange, err error) {
				r, err := ask[gainChanges](c, "context_change", contexts{NetworkOf(net), contextModeOf(first), contextModeOf(second), channel})
				return r.Activation.change(), r.Activity.change(), err
			}
		})
}

type stabilityParams struct {
	Network Network   `json:"network"`
	X       []float64 `json:"x"`
	Dt      float64   `json:"dt"`
}

type stabilityResult struct {
	Flow     string  `json:"flow"`
	Map      string  `json:"map"`
	Abscissa float64 `json:"abscissa"` // max Re λ
	Radius   float64 `json:"radius"`   // max |1 + dt·λ|
}

func eulerStability() operation {
	return on("euler_stability", func(s theorems.Subject) bool { return s.EulerStability != nil },
		func(s theorems.Subject, p stabilityParams) (*stabilityResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			e, err := s.EulerStability(net, p.X, p.Dt)
			if err != nil {
				return nil, err
			}
			return &stabilityResult{e.Flow.String(), e.Map.String(), e.Abscissa, e.Radius}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.EulerStability = func(net *model.RNN, x []float64, dt float64) (model.EulerStability, error) {
				r, err := ask[stabilityResult](c, "euler_stability", stabilityParams{NetworkOf(net), x, dt})
				if err != nil {
					return model.EulerStability{}, err
				}
				flow, errFlow := stabilityNamed("flow", r.Flow)
				euler, errMap := stabilityNamed("map", r.Map)
				return model.EulerStability{Flow: flow, Map: euler, Abscissa: r.Abscissa, Radius: r.Radius}, shaped("euler_stability", errFlow, errMap)
			}
		})
}
