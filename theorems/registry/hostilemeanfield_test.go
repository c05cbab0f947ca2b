package registry_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// fewerChecks are enough to see an evasion in: a claim of the four or five that a
// theorem has is judged twenty times, from when on its silence counts.
var fewerChecks = theorems.Effort{Seed: 1, Checks: 100, Bits: 128, Workers: 2, AsFound: true}

// TestEvasiveMeanFieldsDoNotPass: as TestEvasiveSubjectsDoNotPass, of family M
// and, in hostilebridges_test.go, of the bridges. The model passes at this effort
// by TestTheorems, at twice as much.
func TestEvasiveMeanFieldsDoNotPass(t *testing.T) {
	found := func(wrong func(set *model.EquilibriumSet)) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.Equilibria
			s.Equilibria = func(m *model.Mixture, search model.EquilibriumSearch) (*model.EquilibriumSet, error) {
				set, err := right(m, search)
				if err == nil {
					wrong(set)
				}
				return set, err
			}
			return s
		}
	}
	cycles := func(wrong func(c *model.LimitCycle) error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.Cycle
			s.Cycle = func(m *model.Mixture, start []float64) (*model.LimitCycle, error) {
				c, err := right(m, start)
				if err != nil {
					return nil, err
				}
				return c, wrong(c)
			}
			return s
		}
	}
	fields := func(wrong func(f []float64) ([]float64, error)) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			right := s.MeanField
			s.MeanField = func(m *model.Mixture, kappa []float64) ([]float64, error) {
				f, err := right(m, kappa)
				if err != nil {
					return nil, err
				}
				return wrong(f)
			}
			return s
		}
	}
	runs := func(states [][]float64, err error) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			s.Integrate = func(model.VectorField, []float64, []float64) ([][]float64, error) { return states, err }
			return s
		}
	}
	integrated := func(state func(start []float64) []float64) func(theorems.Subject) theorems.Subject {
		return func(s theorems.Subject) theorems.Subject {
			s.Integrate = func(_ model.VectorField, start, times []float64) ([][]float64, error) {
				out := make([][]float64, len(times))
				for k := range out {
					out[k] = state(start)
				}
				return out, nil
			}
			return s
		}
	}
	refused := fmt.Errorf("%w: says I", model.ErrNotConverged)
	for name, c := range map[string]struct {
		refs   string
		break_ func(theorems.Subject) theorems.Subject
	}{
		"no fixed points":        {"M7,M10,M11", found(func(set *model.EquilibriumSet) { *set = model.EquilibriumSet{} })},
		"a continuum everywhere": {"M7,M10,M11", found(func(set *model.EquilibriumSet) { set.Points, set.Continuum, set.IndexSum = nil, true, 0 })},
		"truncated everywhere":   {"M7,M10,M11", found(func(set *model.EquilibriumSet) { set.Points, set.Truncated, set.IndexSum = nil, true, 0 })},
		"truncated, and half of them": {"M10,M11", found(func(set *model.EquilibriumSet) {
			set.Points, set.Truncated, set.IndexSum = set.Points[:len(set.Points)/2], true, 0
			for _, p := range set.Points {
				set.IndexSum += p.Index
			}
		})},
		"every fixed point degenerate": {"M7,M10,M11", found(func(set *model.EquilibriumSet) {
			set.IndexSum = 0
			for i := range set.Points {
				set.Points[i].Index = 0
			}
		})},
		"no stability decided": {"M7,M10,M11", found(func(set *model.EquilibriumSet) {
			for i := range set.Points {
				set.Points[i].Stability = model.Undecided
			}
		})},
		"only the middle one": {"M7,M11", found(func(set *model.EquilibriumSet) {
			if n := len(set.Points); n > 1 && !set.Continuum {
				set.Points = set.Points[n/2 : n/2+1]
				set.IndexSum = set.Points[0].Index
			}
		})},
		"no cycle is ever found":  {"M8", cycles(func(*model.LimitCycle) error { return refused })},
		"cycles of NaN period":    {"M8", cycles(func(c *model.LimitCycle) error { c.Period = math.NaN(); return nil })},
		"cycles without exponent": {"M8", cycles(func(c *model.LimitCycle) error { c.Exponents = nil; return nil })},
		"a field without entries": {"M2,M4,M5,M10", fields(func([]float64) ([]float64, error) { return nil, nil })},
		"a field of NaN": {"M2,M4,M5,M10", fields(func(f []float64) ([]float64, error) {
			for r := range f {
				f[r] = math.NaN()
			}
			return f, nil
		})},
		"no field of rank 3": {"M2,M5", fields(func(f []float64) ([]float64, error) {
			if len(f) == 3 {
				return nil, theorems.Missing("MeanField")
			}
			return f, nil
		})},
		"nothing integrated":     {"M6,M9,M12,M13", runs(nil, nil)},
		"every integral refused": {"M6,M9,M12,M13", runs(nil, refused)},
		"runs that stay":         {"M6,M8,M9,M12,M13", integrated(func(start []float64) []float64 { return start })},
		"runs of zeros":          {"M6,M8,M9,M12,M13", integrated(func(start []float64) []float64 { return make([]float64, len(start)) })},
		"runs without entries":   {"M6,M8,M9,M12,M13", integrated(func([]float64) []float64 { return nil })},
		"only the first latent":  {"M2,M6", fields(func(f []float64) ([]float64, error) { return f[:1], nil })},
		"only the first latent of networks": {"M1,M3,M6", func(s theorems.Subject) theorems.Subject {
			right := s.ReducedField
			s.ReducedField = func(net *model.ReducedNetwork, kappa []float64, v float64) ([]float64, error) {
				f, err := right(net, kappa, v)
				return f[:min(1, len(f))], err
			}
			return s
		}},
		"a NaN variance": {"M3", func(s theorems.Subject) theorems.Subject {
			s.FieldVariance = func(*model.Mixture, []float64, bool) (float64, error) { return math.NaN(), nil }
			return s
		}},
		"an infinite variance": {"M3", func(s theorems.Subject) theorems.Subject {
			s.FieldVariance = func(*model.Mixture, []float64, bool) (float64, error) { return math.Inf(1), nil }
			return s
		}},
		"no completion": {"M14", func(s theorems.Subject) theorems.Subject {
			s.Complete = func(model.Moments) ([][]float64, error) { return nil, fmt.Errorf("%w: says I", model.ErrInvalid) }
			return s
		}},
		"a completion without entries": {"M14", func(s theorems.Subject) theorems.Subject {
			s.Complete = func(model.Moments) ([][]float64, error) { return nil, nil }
			return s
		}},
		"no gauge": {"M5", func(s theorems.Subject) theorems.Subject {
			s.GaugeMixture = func(m *model.Mixture, _ [][]float64) (*model.Mixture, error) { return m, nil }
			s.GaugeNetwork = func(net *model.ReducedNetwork, _ [][]float64) (*model.ReducedNetwork, error) { return net, nil }
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
