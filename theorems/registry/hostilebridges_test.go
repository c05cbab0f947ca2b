package registry_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// TestEvasiveNoisyNetworksDoNotPass: as TestEvasiveSubjectsDoNotPass, of X2 and X3.
func TestEvasiveNoisyNetworksDoNotPass(t *testing.T) {
	linearized := func(wrong func(l *model.NoisyLinearization) error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.LinearizeNoisy
			s.LinearizeNoisy = func(net *model.RNN, form model.Form, x, u []float64, noise model.Noise) (*model.NoisyLinearization, error) {
				l, err := right(net, form, x, u, noise)
				if err != nil {
					return nil, err
				}
				return l, wrong(l)
			}
			return s
		}
	}
	converted := func(wrong func(c *theorems.LatentConversion) error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.LDSFromRNN
			s.LDSFromRNN = func(net *model.LinearRNN) (*theorems.LatentConversion, error) {
				c, err := right(net)
				if err != nil {
					return nil, err
				}
				return c, wrong(c)
			}
			return s
		}
	}
	run := func(wrong func(tr *model.NoisyTrajectory) error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.SimulateNoisy
			s.SimulateNoisy = func(net *model.RNN, sim model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error) {
				tr, err := right(net, sim, seed)
				if err != nil {
					return nil, err
				}
				return tr, wrong(tr)
			}
			return s
		}
	}
	fill := func(tr *model.NoisyTrajectory, x float64) error {
		for _, state := range tr.States {
			for i := range state {
				state[i] = x
			}
		}
		return nil
	}
	kink := fmt.Errorf("%w: a kink, says I", model.ErrInvalid)
	for name, c := range map[string]struct {
		refs   string
		break_ func(theorems.Subject) theorems.Subject
	}{
		"every state on a kink": {"X2,X3", linearized(func(*model.NoisyLinearization) error { return kink })},
		"kinks where φ has some": {"X2", func(s theorems.Subject) theorems.Subject {
			right := s.LinearizeNoisy
			s.LinearizeNoisy = func(net *model.RNN, form model.Form, x, u []float64, noise model.Noise) (*model.NoisyLinearization, error) {
				if len(net.Nonlinearity().Kinks()) > 0 {
					return nil, kink
				}
				return right(net, form, x, u, noise)
			}
			return s
		}},
		"unstable ones refused at once": {"X2", linearized(func(l *model.NoisyLinearization) error {
			if radius, err := l.Network.SpectralRadius(); err != nil || radius >= 1 {
				return fmt.Errorf("%w: says I", model.ErrUnstable)
			}
			return nil
		})},
		"no rest": {"X2", linearized(func(l *model.NoisyLinearization) error { l.Rest = nil; return nil })},
		"a residual of anything": {"X2", linearized(func(l *model.NoisyLinearization) error {
			l.ResidualError = math.Inf(1)
			return nil
		})},
		"a NaN residual":  {"X2", linearized(func(l *model.NoisyLinearization) error { l.Residual = math.NaN(); return nil })},
		"all is unstable": {"X2,X3", converted(func(*theorems.LatentConversion) error { return fmt.Errorf("%w: says I", model.ErrUnstable) })},
		"all is singular": {"X2,X3", converted(func(*theorems.LatentConversion) error { return fmt.Errorf("%w: says I", model.ErrSingular) })},
		"no latents": {"X2,X3", converted(func(c *theorems.LatentConversion) error {
			c.A, c.Q, c.C, c.Dimension = nil, nil, make([][]float64, len(c.R)), 0
			return nil
		})},
		"NaN latents": {"X2,X3", converted(func(c *theorems.LatentConversion) error {
			for _, row := range c.A {
				for i := range row {
					row[i] = math.NaN()
				}
			}
			return nil
		})},
		"nothing simulated":     {"X2,X3", run(func(tr *model.NoisyTrajectory) error { tr.States = nil; return nil })},
		"every run overflows":   {"X2,X3", run(func(*model.NoisyTrajectory) error { return fmt.Errorf("%w: says I", model.ErrNotConverged) })},
		"runs of NaN":           {"X2,X3", run(func(tr *model.NoisyTrajectory) error { return fill(tr, math.NaN()) })},
		"runs that stay":        {"X2,X3", run(func(tr *model.NoisyTrajectory) error { return fill(tr, tr.States[0][0]) })},
		"runs far beyond kinks": {"X2,X3", run(func(tr *model.NoisyTrajectory) error { return fill(tr, 1e9) })},
		"no noise is passed on": {"X3", func(s theorems.Subject) theorems.Subject {
			s.PassNoise = func(*model.RNN, model.Noise) (model.Noise, error) { return model.Noise{}, kink }
			return s
		}},
		"noise of no units": {"X3", func(s theorems.Subject) theorems.Subject {
			s.PassNoise = func(*model.RNN, model.Noise) (model.Noise, error) { return model.Noise{}, nil }
			return s
		}},
		"no network is at rest": {"X2", func(s theorems.Subject) theorems.Subject {
			s.FixedPoints = func(*model.RNN, []float64, model.FixedPointSearch) (*model.FixedPointSet, error) {
				return &model.FixedPointSet{}, nil
			}
			return s
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, th := range put(t, c.refs) {
				requireNotHeld(t, th, c.break_, fewerChecks)
			}
		})
	}
}
