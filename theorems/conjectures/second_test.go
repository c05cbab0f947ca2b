package conjectures

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// TestSecondWitnesses pins what refutes each: numbers with which one
// calculates by hand.
func TestSecondWitnesses(t *testing.T) {
	want := map[string]any{
		"F10": Gated{W: [][]float64{{0, 0}, {1, 0}}, D: []float64{0, 1}},
		"F11": TwoContexts{M: []float64{1}, N: []float64{1}, Input: []float64{1}, First: []float64{0}, Second: []float64{0.5}},
		"F12": Fits{Kappa: []float64{0, 1}, Target: []float64{0, 1}, Beta: 1, Slope: []float64{2, 0}, Offset: []float64{0, 1},
			OthersSlope: []float64{0, 0}, OthersOffset: []float64{1, 2}},
		"F13": SampledUnit{VarM: 1, VarN: 1, M: 1, N: 2},
		"F14": TwoVariances{I: 1, OtherVarN: 1},
		"F15": Observed{A: [][]float64{{0.5}}, C: [][]float64{{1}, {1}}, Q: []float64{1}, R: []float64{2, 2}},
		"F16": EulerStep{W: [][]float64{{-2}}, Outputs: []float64{0}, Alpha: 1},
		"F17": NoiseFree{A: [][]float64{{0, 0}, {1, 0}}, C: [][]float64{{1, 1}}, Q: []float64{1, 0}},
	}
	for _, c := range second() {
		require.Equal(t, want[c.Ref], refutations()[c.Ref].Case, c.Ref)
	}
}

// TestSecondDecisions holds each decision to instances that were worked by
// hand, on both sides and near the border: one that is always nil, or has a
// sign the wrong way, fails.
func TestSecondDecisions(t *testing.T) {
	const holds, fails, unknown = theorems.Holds, theorems.Fails, theorems.Unknown
	for _, c := range []struct {
		ref      string
		instance any
		want     theorems.Verdict
	}{
		{"F10", Gated{[][]float64{{0, 1}, {0, 0}}, []float64{1, 0}}, fails},
		{"F10", Gated{[][]float64{{0, 1}, {0, 0}}, []float64{1, 1}}, holds}, // invertible D
		{"F10", Gated{[][]float64{{1, 1}, {1, 1}}, []float64{1, 0}}, holds}, // [1 0; 1 0] and [1 1; 0 0]

		{"F11", TwoContexts{[]float64{1}, []float64{1}, []float64{1}, []float64{0}, []float64{-0.5}}, fails},
		{"F11", TwoContexts{[]float64{1}, []float64{1}, []float64{1}, []float64{0.5}, []float64{-0.5}}, holds}, // one slope
		{"F11", TwoContexts{[]float64{1}, []float64{1}, []float64{0}, []float64{0}, []float64{0.5}}, holds},    // no input
		{"F11", TwoContexts{[]float64{1}, []float64{0}, []float64{1}, []float64{0}, []float64{0.5}}, unknown},  // μ = 0
		{"F11", TwoContexts{[]float64{1}, []float64{1}, []float64{1}, []float64{0}, []float64{1}}, unknown},    // tanh < 1

		// Features (1, 1) and (0, 1), β = 1: at y = (3, 2) ridge rises from 17/9 to 2, at (1, 0) it falls from 5/9 to 2/5. The others are
		// proportional to (0, 1): 9 after 1/2. Or they span all: 0.
		{"F12", Fits{[]float64{0, 1}, []float64{3, 2}, 1, []float64{0, 1}, []float64{1, 0}, []float64{1, 2}, []float64{0, 0}}, fails},
		{"F12", Fits{[]float64{0, 1}, []float64{1, 0}, 1, []float64{0, 1}, []float64{1, 0}, []float64{1, 2}, []float64{0, 0}}, holds},
		{"F12", Fits{[]float64{0, 1}, []float64{3, 2}, 1, []float64{0, 1}, []float64{1, 0}, []float64{1, 0}, []float64{0, 1}}, holds},
		{"F12", Fits{[]float64{0, 1}, []float64{3, 2}, 1, []float64{0, 1}, []float64{1, 0}, []float64{1, 1}, []float64{0, 0}}, unknown}, // the same twice
		{"F12", Fits{[]float64{0, 1}, []float64{3, 2}, 0, []float64{0, 1}, []float64{1, 0}, []float64{1, 2}, []float64{0, 0}}, unknown}, // no β

		{"F13", SampledUnit{1, 0, 1, 1, 2}, fails},
		{"F13", SampledUnit{1, 0, 1, 2, 0.5}, unknown}, // m n = 1
		{"F13", SampledUnit{1, 0, 1, 1, -2}, holds},    // one each
		{"F13", SampledUnit{2, 1.5, 2, 1, 2}, holds},   // three each
		{"F13", SampledUnit{2, 1.5, 2, 1, 0.5}, fails}, // three, and one
		{"F13", SampledUnit{2, 1, 2, 1, 0.5}, holds},   // σ = 1 is one
		{"F13", SampledUnit{1, 1, 1, 1, 2}, unknown},   // n = m: no density at (1, 2)
		{"F13", SampledUnit{-1, 0, -1, 1, 2}, unknown}, // no variances
		{"F14", TwoVariances{1, 1, 0, 0, 0, 0, 1, 2}, fails},
		{"F14", TwoVariances{0, 1, 0, 0, 1, 0, 1, 2}, holds},   // φ = 0
		{"F14", TwoVariances{1, 1, 1, 1, 1, 1, 2, 2}, holds},   // one mixture
		{"F14", TwoVariances{1, 1, 1, 1, 1, 2, 5, 1}, unknown}, // |Cov| > deviations

		// One latent, a² = ¼, V = 4/3: the loss rises with s up to √3/2, s = ¾ r for one unit, ⅜ r for two.
		{"F15", Observed{[][]float64{{0.5}}, [][]float64{{1}, {1}}, []float64{1}, []float64{2, 2}}, fails},
		{"F15", Observed{[][]float64{{0.5}}, [][]float64{{1}, {1}}, []float64{1}, []float64{1, 1}}, holds},
		{"F15", Observed{[][]float64{{0.5}}, [][]float64{{1}, {1}}, []float64{1}, []float64{2, 1}}, holds}, // ρ = 1/16 both
		{"F15", Observed{[][]float64{{0}}, [][]float64{{1}, {1}}, []float64{1}, []float64{2, 2}}, holds},
		{"F15", Observed{[][]float64{{0.5}}, [][]float64{{0}, {1}}, []float64{1}, []float64{2, 2}}, unknown},
		{"F15", Observed{[][]float64{{1}}, [][]float64{{1}, {1}}, []float64{1}, []float64{2, 2}}, unknown},

		{"F16", EulerStep{[][]float64{{-4}}, []float64{0}, 0.5}, fails},
		{"F16", EulerStep{[][]float64{{-2}}, []float64{0.5}, 1}, fails},
		{"F16", EulerStep{[][]float64{{-1}}, []float64{0}, 1}, unknown}, // on the circle
		{"F16", EulerStep{[][]float64{{-3}}, []float64{0}, 0.25}, holds},
		{"F16", EulerStep{[][]float64{{2}}, []float64{0}, 1}, holds}, // unstable flow
		{"F16", EulerStep{[][]float64{{1}}, []float64{0}, 1}, holds}, // λ = 0: the flow is undecided, and nothing is claimed
		{"F16", EulerStep{[][]float64{{-2}}, []float64{1}, 1}, unknown},
		{"F16", EulerStep{[][]float64{{0}}, []float64{0}, 3}, unknown}, // dt > τ

		{"F17", NoiseFree{[][]float64{{0.5, 0}, {0, 0}}, [][]float64{{1, 1}}, []float64{1, 1}}, fails},
		{"F17", NoiseFree{[][]float64{{0.5, 0}, {0, 0.5}}, [][]float64{{1, 1}}, []float64{1, 1}}, holds}, // one AR(1) after all
		{"F17", NoiseFree{[][]float64{{0.5, 0}, {0, 0}}, [][]float64{{1, 0}}, []float64{1, 1}}, holds},
		{"F17", NoiseFree{[][]float64{{0, 0.5}, {1, 0}}, [][]float64{{1, 0}}, []float64{1, 0}}, fails},                        // y_t = ½ y_{t−2} + w: Λ_1 = 0
		{"F17", NoiseFree{[][]float64{{0, 0, 0.5}, {1, 0, 0}, {0, 1, 0}}, [][]float64{{1, 0, 0}}, []float64{1, 0, 0}}, fails}, // y_t = ½ y_{t−3} + w: Λ_1 = Λ_2 = 0
		{"F17", NoiseFree{[][]float64{{1, 0}, {0, 0}}, [][]float64{{1, 1}}, []float64{1, 1}}, unknown},
	} {
		at := index(c.ref)
		require.Equal(t, c.want, at.Levels[len(at.Levels)-1].Check.On(theorems.Subject{}, c.instance).Verdict, "%s %+v", c.ref, c.instance)
	}
}

func index(ref string) theorems.Conjecture {
	for _, c := range second() {
		if c.Ref == ref {
			return c
		}
	}
	return theorems.Conjecture{}
}
