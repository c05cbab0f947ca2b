package vectors_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// mistake is one that the vectors of an operation are to notice.
type mistake struct {
	operation, name string
	plant           func(theorems.Subject) theorems.Subject
}

// twin is the mistake of a theorem's false twin.
func twin(operation, ref, name string) mistake {
	for _, t := range registry.All() {
		for _, tw := range t.Twins {
			if t.Ref == ref && tw.Name == name && tw.Break != nil {
				return mistake{operation, ref + ": " + name, tw.Break}
			}
		}
	}
	panic("no twin " + name + " of " + ref)
}

// mistakes has some for every operation: false twins of the theorems and, where
// none of them is about the operation, others of their kind.
func mistakes() []mistake {
	return []mistake{
		twin("linearize", "L2", "D twice"), twin("linearize", "L6", "input without D"), twin("linearize", "L6", "input without τ"),
		{"linearize", "1 − tanh² for φ', zero from |x| = 19 on", func(s theorems.Subject) theorems.Subject {
			right := s.Linearize
			s.Linearize = func(net *model.RNN, x []float64) (*theorems.Linearizations, error) {
				l, err := right(net, x)
				if err == nil && net.Nonlinearity().Name() == "tanh" {
					for i, row := range l.Activity.Matrix {
						for j := range row {
							if math.Abs(x[i]) >= 19 && i != j {
								row[j] = 0
							}
						}
					}
				}
				return l, err
			}
			return s
		}},
		twin("modes", "L3", "D on the wrong side"), twin("modes", "L4", "no 1/μ"), twin("modes", "L4", "conjugated"), twin("modes", "L5", "each form normalized by itself"), twin("modes", "L12", "scalar map for left vectors"),
		twin("fixed_points", "M7", "one of a pair dropped"), twin("fixed_points", "M7", "σ transposed"), twin("fixed_points", "M11", "listed twice"),
		twin("rnn_from_lds", "S1", "P = C Q Cᵀ + R_v"), twin("rnn_from_lds", "S2", "lag two alone"), twin("rnn_from_lds", "S3", "J = C Aᵀ C⁺"), twin("rnn_from_lds", "S11", "Q as it stands"),
		twin("lds_from_rnn", "S6", "R latents"), twin("lds_from_rnn", "S6", "R_v = P"), twin("lds_from_rnn", "S7", "always 2R latents"),
		twin("autocovariance", "S1", "Λ_0 = C V Cᵀ"), twin("autocovariance", "S1", "Λ_k transposed"), twin("autocovariance", "S1", "V from the other Lyapunov equation"),
		twin("log_likelihood", "S8", "half of ln det"), twin("log_likelihood", "S8", "missing as zero"), twin("log_likelihood", "S8", "y_1 left out"),
		twin("markov_gap", "S2", "bits"), twin("markov_gap", "S2", "finite where it is infinite"), twin("markov_gap", "S4", "zero when nearly noise-free"),
		twin("field", "L1", "τ forgotten"), twin("field", "M1", "1/N twice"), twin("field", "M2", "Gauss–Hermite of 20 nodes"), twin("field", "M2", "two per cent"),
		twin("simulate", "L10", "dt/τ twice"),
		{"simulate", "Euler's steps for those of RK4", func(s theorems.Subject) theorems.Subject {
			right := s.Simulate
			s.Simulate = func(net *model.RNN, run model.Simulation) (*model.Trajectory, error) {
				run.Method = model.Euler
				return right(net, run)
			}
			return s
		}},
		twin("fit", "M12", "β² for β"), twin("fit", "M2", "Σ_nm transposed"), twin("fit", "M12", "a ridge at β = 0"),
		twin("truncate", "M13", "one rank too few"), twin("truncate", "M13", "leading rows"), twin("truncate", "M13", "left and right exchanged"),

		twin("activity_field", "L1", "bias outside φ in activity form"),
		twin("to_activity", "L1", "φ forgotten"),
		twin("to_activation", "L1", "W for Wᵀ"), twin("to_activation", "L1", "input forgotten"),
		twin("spectrum", "L2", "scale lost"), twin("spectrum", "L2", "N−2R trivial eigenvalues"),
		twin("carry_right", "L3", "no 1/μ on the way back"),
		{"carry_left", "the map of right vectors", func(s theorems.Subject) theorems.Subject {
			s.CarryLeft = s.CarryRight
			return s
		}},
		twin("context_change", "L7", "end-point for mean"), twin("context_change", "L7", "no input term"),
		twin("euler_stability", "L13", "flow for map"), twin("euler_stability", "L13", "dt for α"),
		twin("simulate_driven", "L10", "driven by u itself"), twin("simulate_driven", "L10", "input held over a step"),
		twin("reduced_run", "M1", "x_⊥ stays"), twin("reduced_run", "M1", "v and e^−t in closed form"), twin("reduced_run", "M1", "1/N twice"),
		twin("simulate_noisy", "X3", "noise inside φ"), twin("simulate_noisy", "X3", "bias forgotten"),
		twin("match_steps", "S1", "the stationary match at every step"),
		twin("estimate", "S8", "filter for predictor"), twin("estimate", "S8", "filter for smoother"),
		twin("steady_state", "S12", "filter gain for predictor gain"), twin("steady_state", "S12", "started at Q"), twin("steady_state", "S12", "S without R_v"),
		twin("markov_loss", "S5", "order off by one"), twin("markov_loss", "S5", "half of the past"),
		twin("observe", "S10", "the observed block of J"), twin("observe", "S10", "the first units"),
		{"hankel_rank", "a rank of one at most", func(s theorems.Subject) theorems.Subject {
			lds, rnn := s.LDSHankelRank, s.RNNHankelRank
			s.LDSHankelRank = func(l *model.LDS, tolerance float64) (int, error) {
				r, err := lds(l, tolerance)
				return min(r, 1), err
			}
			s.RNNHankelRank = func(net *model.LinearRNN, tolerance float64) (int, error) {
				r, err := rnn(net, tolerance)
				return min(r, 1), err
			}
			return s
		}},
		{"change", "units of an LDS left in their order", func(s theorems.Subject) theorems.Subject {
			right := s.ChangeLDS
			s.ChangeLDS = func(l *model.LDS, to theorems.Coordinates) (*model.LDS, error) {
				for i := range to.Order {
					to.Order[i] = i
				}
				return right(l, to)
			}
			return s
		}},
		{"change", "a network scaled by the square of its factor", func(s theorems.Subject) theorems.Subject {
			right := s.ChangeRNN
			s.ChangeRNN = func(net *model.LinearRNN, to theorems.Coordinates) (*model.LinearRNN, error) {
				to.Factor *= to.Factor
				return right(net, to)
			}
			return s
		}},
		twin("average", "M2", "Gauss–Hermite averages"),
		twin("jacobian", "M2", "spread held fixed"), twin("jacobian", "M7", "½∇Δ for ∇Δ"), twin("jacobian", "X1", "1/N twice"),
		{"gains", "deviation for variance", func(s theorems.Subject) theorems.Subject {
			right := s.Gains
			s.Gains = func(m *model.Mixture, kappa []float64) ([]model.Gain, error) {
				gains, err := right(m, kappa)
				for i := range gains {
					gains[i].Delta = math.Sqrt(gains[i].Delta)
				}
				return gains, err
			}
			return s
		}},
		twin("field_variance", "M3", "labels and sizes exchanged"), twin("field_variance", "M3", "two per cent of Σ_nn"),
		twin("gauge", "M5", "G for Gᵀ"), twin("gauge", "M5", "G⁻¹ for G⁻ᵀ"), twin("gauge", "M5", "J kept by M alone"),
		twin("complete", "M14", "regularised"), twin("complete", "M14", "never refused"),
		twin("linearize_noisy", "X2", "D on the wrong side"), twin("linearize_noisy", "X2", "J off by 2 %"),
		twin("pass_noise", "X3", "W once"), twin("pass_noise", "X3", "variances for deviations"),
	}
}

// TestMistakesAreNoticed: vectors that every mistake passed would say nothing.
func TestMistakesAreNoticed(t *testing.T) {
	of := map[string]file{}
	for _, f := range written(t) {
		of[f.Operation] = f
	}
	tried := map[string]bool{}
	for _, m := range mistakes() {
		t.Run(m.operation+"/"+m.name, func(t *testing.T) {
			f, call := of[m.operation], served(t, m.plant(theorems.Model()))
			require.True(t, slices.ContainsFunc(f.Tests, func(c test) bool {
				said, _ := problem(f, c, call)
				return said != ""
			}), "none of %d cases fails", f.NumberOfTests)
			tried[m.operation] = true
		})
	}
	for operation := range of {
		require.True(t, tried[operation], "no mistake is planted in %s", operation)
	}
}
