package wire

import (
	"errors"
	"fmt"
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// noisyOperations are those on noisy networks in discrete time, without a leak.
func noisyOperations() []operation {
	return []operation{linearizeNoisy(), passNoise(), simulateNoisy()}
}

func isNotConverged(err error) bool { return errors.Is(err, model.ErrNotConverged) }

func noCycle() error { return fmt.Errorf("%w: no cycle", model.ErrNotConverged) }

type noisyParams struct {
	Network Network   `json:"network"`
	Form    string    `json:"form"`
	X       []float64 `json:"x"`
	U       []float64 `json:"u,omitempty"`
	Noise   Noise     `json:"noise"` // N×N
}

// noisyLinear is the linear network of the deviations from a rest.
type noisyLinear struct {
	RNN           LinearRNN `json:"rnn"`
	Rest          []float64 `json:"rest"` // x, or φ(x)
	Residual      *float64  `json:"residual,omitempty"`
	ResidualError *float64  `json:"residual_error,omitempty"`
}

func linearizeNoisy() operation {
	return on("linearize_noisy", func(s theorems.Subject) bool { return s.LinearizeNoisy != nil },
		func(s theorems.Subject, p noisyParams) (*noisyLinear, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			form, err := model.FormByName(p.Form)
			if err != nil {
				return nil, err
			}
			noise, err := p.Noise.Model("noise", net.Units())
			if err != nil {
				return nil, err
			}
			l, err := s.LinearizeNoisy(net, form, p.X, p.U, noise)
			if err != nil {
				return nil, err
			}
			return &noisyLinear{LinearRNNOf(l.Network), l.Rest, &l.Residual, &l.ResidualError}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.LinearizeNoisy = func(net *model.RNN, form model.Form, x, u []float64, noise model.Noise) (*model.NoisyLinearization, error) {
				const op = "linearize_noisy"
				r, err := ask[noisyLinear](c, op, noisyParams{NetworkOf(net), form.String(), x, u, NoiseOf(noise)})
				if err != nil {
					return nil, err
				}
				out := &model.NoisyLinearization{Form: form, Rest: r.Rest}
				if err := shaped(op, checkLength("rest", r.Rest, net.Units())); err != nil {
					return nil, err
				}
				if err := r.RNN.checkRank(op, mostLatents(net.Units(), net.Units())); err != nil {
					return nil, err
				}
				if out.Network, err = r.RNN.admitted(op, net.Units(), rounding{u: c.roundoff}); err != nil {
					return nil, err
				}
				if r.Residual != nil && r.ResidualError != nil {
					out.Residual, out.ResidualError = *r.Residual, *r.ResidualError
					return out, nil
				}
				// By how much x is no fixed point is known without asking.
				own, err := net.LinearizeNoisy(form, x, u, noise)
				if err != nil {
					return nil, err
				}
				out.Residual, out.ResidualError = own.Residual, own.ResidualError
				return out, nil
			}
		})
}

type passParams struct {
	Network Network `json:"network"`
	Noise   Noise   `json:"noise"` // P (N×N)
}

type noiseResult struct {
	Noise Noise `json:"noise"` // W P Wᵀ
}

func passNoise() operation {
	return on("pass_noise", func(s theorems.Subject) bool { return s.PassNoise != nil },
		func(s theorems.Subject, p passParams) (*noiseResult, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			noise, err := p.Noise.Model("noise", net.Units())
			if err != nil {
				return nil, err
			}
			out, err := s.PassNoise(net, noise)
			if err != nil {
				return nil, err
			}
			return &noiseResult{NoiseOf(out)}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.PassNoise = func(net *model.RNN, noise model.Noise) (model.Noise, error) {
				r, err := ask[noiseResult](c, "pass_noise", passParams{NetworkOf(net), NoiseOf(noise)})
				if err != nil {
					return model.Noise{}, err
				}
				out, err := r.Noise.admitted("noise", net.Units(), rounding{c.roundoff, passedSize(net, noise)})
				return out, shaped("pass_noise", err)
			}
		})
}

// noisyRun is a run with shocks that are given (steps×N), or drawn from noise.
type noisyRun struct {
	Network Network      `json:"network"`
	Form    string       `json:"form"`
	Start   []float64    `json:"start"`
	U       []float64    `json:"u,omitempty"`
	Noise   *Noise       `json:"noise,omitempty"`
	Shocks  *[][]float64 `json:"shocks,omitempty"`
	Steps   int          `json:"steps"`
	Seed    uint64       `json:"seed"`
}

type noisyStates struct {
	States [][]float64 `json:"states"` // steps+1 × N
}

// passedSize bounds the terms of the variances of W ε, which may cancel: (|W| σ)².
func passedSize(net *model.RNN, noise model.Noise) float64 {
	w := net.Connectivity().Dense()
	most := 0.0
	for i := range net.Units() {
		sum := 0.0
		for j := range net.Units() {
			sum += math.Abs(w.At(i, j)) * math.Sqrt(noise.At(j, j))
		}
		most = math.Max(most, sum*sum)
	}
	return most
}

func simulateNoisy() operation {
	return on("simulate_noisy", func(s theorems.Subject) bool { return s.SimulateNoisy != nil },
		func(s theorems.Subject, p noisyRun) (*noisyStates, error) {
			net, err := p.Network.RNN()
			if err != nil {
				return nil, err
			}
			run := model.NoisySimulation{Start: p.Start, Input: p.U, Steps: p.Steps}
			if run.Form, err = model.FormByName(p.Form); err != nil {
				return nil, err
			}
			switch {
			case (p.Noise == nil) == (p.Shocks == nil):
				return nil, invalidf("want a noise or shocks")
			case p.Noise != nil:
				if run.Noise, err = p.Noise.Model("noise", net.Units()); err != nil {
					return nil, err
				}
			default:
				run.Given = *p.Shocks
			}
			tr, err := s.SimulateNoisy(net, run, p.Seed)
			if err != nil {
				return nil, err
			}
			return &noisyStates{tr.States}, nil
		},
		func(s *theorems.Subject, c *client) {
			s.SimulateNoisy = func(net *model.RNN, run model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error) {
				const op = "simulate_noisy"
				p := noisyRun{Network: NetworkOf(net), Form: run.Form.String(), Start: run.Start, U: run.Input, Steps: run.Steps, Seed: seed}
				if run.Given == nil {
					noise := NoiseOf(run.Noise)
					p.Noise = &noise
				} else {
					p.Shocks = &run.Given
				}
				r, err := ask[noisyStates](c, op, p)
				if err != nil {
					return nil, err
				}
				return &model.NoisyTrajectory{States: r.States}, shaped(op, checkShape("states", r.States, run.Steps+1, net.Units()))
			}
		})
}
