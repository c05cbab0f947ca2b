package registry_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// evasiveEffort is less than that of TestTheorems: whoever evades, evades always.
var evasiveEffort = theorems.Effort{Seed: 1, Checks: 60, ExactChecks: 15, Bits: 128, TwinAttempts: 100, Workers: 2, AsFound: true}

// TestEvasiveSubjectsDoNotPass: implementations that avoid being judged, rather
// than being wrong where they are, must not end with "holds". Each of them once
// did.
func TestEvasiveSubjectsDoNotPass(t *testing.T) {
	modes := func(wrong func(net *model.RNN, m *model.Modes) error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.Modes
			s.Modes = func(net *model.RNN, x []float64) (*model.Modes, error) {
				m, err := right(net, x)
				if err != nil {
					return nil, err
				}
				return m, wrong(net, m)
			}
			return s
		}
	}
	keep := func(m *model.Modes, k int) {
		m.Eigenvalues = m.Eigenvalues[:k]
		if m.Mu != nil {
			m.Mu = m.Mu[:k]
		}
		for _, v := range []*model.Vectors{&m.Activation, &m.Activity} {
			v.Right, v.Left = v.Right[:k], v.Left[:k]
		}
	}
	stability := func(wrong func(net *model.RNN, v *model.EulerStability)) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.EulerStability
			s.EulerStability = func(net *model.RNN, x []float64, dt float64) (model.EulerStability, error) {
				v, err := right(net, x, dt)
				wrong(net, &v)
				return v, err
			}
			return s
		}
	}
	for name, c := range map[string]struct {
		refs   string
		break_ func(theorems.Subject) theorems.Subject
	}{
		"every spectrum called defective": {"L3,L4,L5,L12", modes(func(*model.RNN, *model.Modes) error {
			return fmt.Errorf("%w: says I", model.ErrDefective)
		})},
		"only the first mode": {"L3,L4,L5,L12", modes(func(_ *model.RNN, m *model.Modes) error {
			keep(m, min(1, len(m.Eigenvalues)))
			return nil
		})},
		"no modes of more than three units": {"L3,L4,L5", modes(func(net *model.RNN, m *model.Modes) error {
			if net.Units() > 3 {
				keep(m, 0)
			}
			return nil
		})},
		"μ = 0, it says, of every mode": {"L3,L4,L5,L12", modes(func(_ *model.RNN, m *model.Modes) error {
			clear(m.Mu)
			return nil
		})},
		"everything undecided": {"L13", stability(func(_ *model.RNN, v *model.EulerStability) {
			*v = model.EulerStability{Radius: 1}
		})},
		"made-up abscissa and radius": {"L13", stability(func(_ *model.RNN, v *model.EulerStability) {
			v.Abscissa, v.Radius = 77, 77
		})},
		"stable wherever τ differs": {"L13", stability(func(net *model.RNN, v *model.EulerStability) {
			if _, scalar := net.ScalarTau(); !scalar {
				v.Flow, v.Map = model.Stable, model.Stable
			}
		})},
		"no context change for unit-wise τ": {"L12", func(s theorems.Subject) theorems.Subject {
			right := s.ContextChange
			s.ContextChange = func(net *model.RNN, a, b model.ContextMode, c int) (model.GainChange, model.GainChange, error) {
				if _, scalar := net.ScalarTau(); !scalar {
					return model.GainChange{Total: 9}, model.GainChange{Total: 9}, nil
				}
				return right(net, a, b, c)
			}
			return s
		}},
		"activity field with an offset, M_r = 0": {"L11", func(s theorems.Subject) theorems.Subject {
			field, linearize := s.Field, s.Linearize
			s.Field = func(net *model.RNN, form model.Form, state, u []float64) ([]float64, error) {
				f, err := field(net, form, state, u)
				if form == model.Activity {
					for i := range f {
						f[i] += 1e9
					}
				}
				return f, err
			}
			s.Linearize = func(net *model.RNN, x []float64) (*theorems.Linearizations, error) {
				l, err := linearize(net, x)
				if err == nil {
					for _, row := range l.Activity.Matrix {
						clear(row)
					}
				}
				return l, err
			}
			return s
		}},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := registry.Matching(c.refs)
			require.NoError(t, err)
			for _, th := range list {
				th.Certificates, th.Twins = nil, nil
				requireNotHeld(t, th, c.break_, evasiveEffort)
			}
		})
	}
}

// requireNotHeld fails the test if the theorem holds about the broken model. A
// failure among the first instances is one of the whole, and the rest need not
// be judged; an evasion is seen by the whole alone.
func requireNotHeld(t *testing.T, th theorems.Theorem, break_ func(theorems.Subject) theorems.Subject, e theorems.Effort) {
	t.Helper()
	first := e
	first.Checks, first.ExactChecks = min(e.Checks, 20), 0
	th.Twins, th.Certificates = nil, nil // of which what is left cannot be a reason
	if th.Run(context.Background(), break_(theorems.Model()), first).Verdict == theorems.Fails {
		return
	}
	r := th.Run(context.Background(), break_(theorems.Model()), e)
	require.NotEqual(t, theorems.Holds, r.Verdict, "%s", th.Ref)
}

// TestEvasionsThatAreRefuted: a refusal, or a doubt, that can be told to be wrong is
// a failure, and does not stay unknown.
func TestEvasionsThatAreRefuted(t *testing.T) {
	for name, c := range map[string]struct {
		refs  string
		evade func(s *theorems.Subject)
	}{
		"every spectrum called defective": {"L3,L6,L8", func(s *theorems.Subject) {
			s.Modes = func(*model.RNN, []float64) (*model.Modes, error) {
				return nil, fmt.Errorf("%w: says I", model.ErrDefective)
			}
		}},
		"whether it is Markov never decided": {"S2", func(s *theorems.Subject) {
			right := s.RNNFromLDS
			s.RNNFromLDS = func(l *model.LDS) (*theorems.FirstOrderMatch, error) {
				m, err := right(l)
				if err == nil {
					m.Markov = model.MarkovUndecided
				}
				return m, err
			}
		}},
		"a continuum of every fixed point": {"M7,M10,M11", func(s *theorems.Subject) {
			right := s.Equilibria
			s.Equilibria = func(m *model.Mixture, search model.EquilibriumSearch) (*model.EquilibriumSet, error) {
				set, err := right(m, search)
				if err == nil {
					set.Continuum = true
				}
				return set, err
			}
		}},
		"every fixed point degenerate": {"M7,M10,M11", func(s *theorems.Subject) {
			right := s.Equilibria
			s.Equilibria = func(m *model.Mixture, search model.EquilibriumSearch) (*model.EquilibriumSet, error) {
				set, err := right(m, search)
				if err == nil {
					set.IndexSum = 0
					for i := range set.Points {
						set.Points[i].Index = 0
					}
				}
				return set, err
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := registry.Matching(c.refs)
			require.NoError(t, err)
			for _, th := range list {
				th.Certificates, th.Twins, th.Exact = nil, nil, nil
				s := theorems.Model()
				c.evade(&s)
				verdict := theorems.Holds
				for _, checks := range []int{12, 40} { // a failure among the first instances is one of the whole
					if verdict != theorems.Fails {
						verdict = th.Run(context.Background(), s, theorems.Effort{Seed: 1, Checks: checks, AsFound: true}).Verdict
					}
				}
				require.Equal(t, theorems.Fails, verdict, th.Ref)
			}
		})
	}
}
