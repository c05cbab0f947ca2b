package registry_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestEvasiveProcessesDoNotPass: as TestEvasiveSubjectsDoNotPass, of family S.
// Five of them once did: the closed loop at the edge and dead, Σ made up, all
// units for latents, and unstable dynamics.
func TestEvasiveProcessesDoNotPass(t *testing.T) {
	converted := func(wrong func(net *model.LinearRNN, c *theorems.LatentConversion)) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.LDSFromRNN
			s.LDSFromRNN = func(net *model.LinearRNN) (*theorems.LatentConversion, error) {
				c, err := right(net)
				if err == nil {
					wrong(net, c)
				}
				return c, err
			}
			return s
		}
	}
	matched := func(wrong func(l *model.LDS, m *theorems.FirstOrderMatch)) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.RNNFromLDS
			s.RNNFromLDS = func(l *model.LDS) (*theorems.FirstOrderMatch, error) {
				m, err := right(l)
				if err == nil {
					wrong(l, m)
				}
				return m, err
			}
			return s
		}
	}
	settled := func(wrong func(l *model.LDS, s *theorems.SteadyState)) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.SteadyState
			s.SteadyState = func(l *model.LDS) (*theorems.SteadyState, error) {
				got, err := right(l)
				if err == nil {
					wrong(l, got)
				}
				return got, err
			}
			return s
		}
	}
	gaps := func(gap float64) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			s.MarkovGap = func(*model.LDS) (float64, error) { return gap, nil }
			s.MarkovLoss = func(*model.LDS, int) (float64, error) { return gap, nil }
			return s
		}
	}
	refusing := func(sentinel error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			err := fmt.Errorf("%w: says I", sentinel)
			s.LDSLogLikelihood = func(*model.LDS, model.Observations) (float64, error) { return 0, err }
			s.RNNLogLikelihood = func(*model.LinearRNN, model.Observations) (float64, error) { return 0, err }
			s.Estimate = func(*model.LDS, model.Observations) (*theorems.Estimates, error) { return nil, err }
			return s
		}
	}
	for name, c := range map[string]struct {
		refs   string
		break_ func(theorems.Subject) theorems.Subject
	}{
		"undecided wherever it is Markov": {"S2", matched(func(_ *model.LDS, m *theorems.FirstOrderMatch) {
			if m.Markov == model.Markov {
				m.Markov = model.MarkovUndecided
			}
		})},
		"always +∞ nats":      {"S5", gaps(math.Inf(1))},
		"never a nat":         {"S4", gaps(0)},
		"NaN nats":            {"S2", gaps(math.NaN())},
		"every law singular":  {"S8", refusing(model.ErrSingular)},
		"every datum refused": {"S8", refusing(model.ErrInvalid)},
		"no latents, all noise": {"S7,S13", converted(func(net *model.LinearRNN, c *theorems.LatentConversion) {
			r := make([][]float64, net.Units())
			for i := range r {
				r[i] = make([]float64, net.Units())
				for j := range r[i] {
					r[i][j] = net.P().At(i, j)
				}
			}
			*c = theorems.LatentConversion{LatentSystem: theorems.LatentSystem{C: make([][]float64, net.Units()), R: r}}
		})},
		"unstable dynamics of stationary networks with one latent": {"S6", converted(func(_ *model.LinearRNN, c *theorems.LatentConversion) {
			if len(c.A) == 1 && c.Cov == nil {
				c.A[0][0] = 1e20
			}
		})},
		"R_v off by a tenth, behind an ill-conditioned basis": {"S7", converted(func(_ *model.LinearRNN, c *theorems.LatentConversion) {
			for _, row := range c.R {
				for j := range row {
					row[j] *= 1.1
				}
			}
			shrink := func(x []float64, by float64) {
				for i := range x {
					x[i] *= by
				}
			}
			if len(c.A) < 2 {
				return
			}
			const by = 0x1p-18 // x_1 in other units
			for i := range c.C {
				c.C[i][0] *= by
			}
			shrink(c.A[0], 1/by)
			shrink(c.Q[0], 1/by)
			for i := range c.A {
				c.A[i][0] *= by
				c.Q[i][0] /= by
			}
			if c.Cov != nil {
				c.Mean[0] /= by
				shrink(c.Cov[0], 1/by)
				for i := range c.Cov {
					c.Cov[i][0] /= by
				}
			}
		})},
		"closed loop always at the edge": {"S5", settled(func(_ *model.LDS, s *theorems.SteadyState) { s.ClosedLoopRadius = 1 - 0x1p-53 })},
		"closed loop always dead":        {"S5", settled(func(_ *model.LDS, s *theorems.SteadyState) { s.ClosedLoopRadius = 0 })},
		"Σ made up where no unit looks": {"S12", settled(func(l *model.LDS, s *theorems.SteadyState) {
			for k := range s.PredictorCov { // a latent that no unit reads
				seen := false
				for i := range l.Units() {
					seen = seen || l.C().At(i, k) != 0
				}
				if !seen {
					s.PredictorCov[k][k] += 7
					s.FilterCov[k][k] += 7
				}
			}
		})},
		"all units for latents": {"S10", func(s theorems.Subject) theorems.Subject {
			s.ObserveRNN = func(net *model.LinearRNN, units []int) (*theorems.LatentSystem, error) {
				whole := net.J()
				whole.Zero()
				for i := range net.Units() {
					whole.Set(i, i, 1)
				}
				l, err := model.NewLDS(model.LDSConfig{A: net.J(), C: whole, Q: net.P(), R: model.ZeroNoise(net.Units())})
				if err != nil {
					return nil, err
				}
				part, err := l.Observe(units)
				if err != nil {
					return nil, err
				}
				out := theorems.AsNumbers(part)
				return &out, nil
			}
			return s
		}},
		"estimates that know nothing": {"S8", func(s theorems.Subject) theorems.Subject {
			right := s.Estimate
			s.Estimate = func(l *model.LDS, y model.Observations) (*theorems.Estimates, error) {
				e, err := right(l, y)
				if err != nil {
					return e, err
				}
				for _, cov := range [][][][]float64{e.PredictedCov, e.FilteredCov, e.SmoothedCov} {
					for _, c := range cov {
						for i := range c {
							c[i][i] += 1e12
						}
					}
				}
				return e, err
			}
			return s
		}},
		"every question undecided": {"S1,S6,S10", func(s theorems.Subject) theorems.Subject {
			err := fmt.Errorf("%w: says I", theorems.ErrUndecided)
			s.LDSFromRNN = func(*model.LinearRNN) (*theorems.LatentConversion, error) { return nil, err }
			s.RNNFromLDS = func(*model.LDS) (*theorems.FirstOrderMatch, error) { return nil, err }
			s.SteadyState = func(*model.LDS) (*theorems.SteadyState, error) { return nil, err }
			s.Estimate = func(*model.LDS, model.Observations) (*theorems.Estimates, error) { return nil, err }
			s.ObserveRNN = func(*model.LinearRNN, []int) (*theorems.LatentSystem, error) { return nil, err }
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

// put returns the theorems without what does not ask the subject; of exact
// cases, S4's alone do.
func put(t *testing.T, refs string) []theorems.Theorem {
	list, err := registry.Matching(refs)
	require.NoError(t, err)
	for i := range list {
		list[i].Certificates, list[i].Twins = nil, nil
		if list[i].Ref != "S4" {
			list[i].Exact = nil
		}
	}
	return list
}
