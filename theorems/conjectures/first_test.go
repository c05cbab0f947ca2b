package conjectures

import (
	"math/big"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// TestFirstWitnesses pins what refutes each: numbers with which one calculates
// by hand.
func TestFirstWitnesses(t *testing.T) {
	noisy := Latents{A: [][]float64{{0.5}}, C: [][]float64{{1}}, Q: []float64{1}, R: []float64{1}}
	want := map[string]any{
		"F1": noisy,
		"F2": Recurrent{M: [][]float64{{0}, {1}}, N: [][]float64{{1}, {0}}, P: []float64{1, 1}},
		"F3": Linearized{W: [][]float64{{0, 1}, {0, 1}}, D: []float64{0.5, 1}},
		"F4": Linearized{W: [][]float64{{0, 0}, {1, 1}}, D: []float64{1, 1}},
		"F5": Clocks{W: [][]float64{{0, 0}, {1, 0}}, Tau: []float64{1, 2}, R: []float64{1, 0}},
		"F6": Recurrent{M: [][]float64{{0}, {0}, {1}}, N: [][]float64{{0}, {1}, {0}}, P: []float64{1, 1, 1}, Leak: 0.5},
		"F7": noisy,
		"F8": Vanishing{A: [][]float64{{0, 0}, {1, 0}}, C: [][]float64{{0, 1}, {1, 1}}, Q: []float64{1, 0}, R0: []float64{1, 1}},
		"F9": Overlap{Sigma: [][]float64{{2, 0}, {0, 3}}},
	}
	for _, c := range first() {
		require.Equal(t, want[c.Ref], refutations()[c.Ref].Case, c.Ref)
	}
}

// TestFirstDecisions holds each decision to instances that were worked by
// hand, on both sides and outside the hypotheses: one that is always nil, or
// has a transpose the wrong way, fails.
func TestFirstDecisions(t *testing.T) {
	const holds, fails, unknown = theorems.Holds, theorems.Fails, theorems.Unknown
	delay := [][]float64{{0, 0}, {1, 0}}
	ones := []float64{1, 1}
	for i, c := range []struct {
		refs     []string
		instance any
		want     theorems.Verdict
	}{
		{[]string{"F1", "F7"}, Latents{[][]float64{{0.5}}, [][]float64{{2}}, []float64{1}, []float64{2}}, fails},
		{[]string{"F1", "F7"}, Latents{[][]float64{{0}}, [][]float64{{1}}, []float64{1}, []float64{1}}, holds},   // white
		{[]string{"F1", "F7"}, Latents{[][]float64{{0.5}}, [][]float64{{0}}, []float64{1}, []float64{1}}, holds}, // unseen
		{[]string{"F1", "F7"}, Latents{delay, [][]float64{{0, 1}}, []float64{1, 1}, []float64{1}}, holds},        // w_t + w_{t−1}: Λ_1 = 0
		{[]string{"F1", "F7"}, Latents{delay, [][]float64{{1, 1}}, []float64{1, 1}, []float64{1}}, fails},        // Λ_1 = 1, Λ_2 = 0
		{[]string{"F1", "F7"}, Latents{[][]float64{{1}}, [][]float64{{1}}, []float64{1}, []float64{1}}, unknown},
		{[]string{"F1", "F7"}, Latents{[][]float64{{0.5}}, [][]float64{{1}}, []float64{1}, []float64{0}}, unknown},

		{[]string{"F2"}, Recurrent{M: column2(0.5, 0.5), N: column2(1, 0), P: ones}, fails},
		{[]string{"F2"}, Recurrent{M: column2(0.5, 0), N: column2(1, 0), P: ones}, holds},                   // symmetric, isotropic
		{[]string{"F2"}, Recurrent{M: column2(0.25, 0.5), N: column2(0.5, 0.5), P: []float64{1, 2}}, holds}, // P N ∝ M
		{[]string{"F2"}, Recurrent{M: column2(0.25, 0.5), N: column2(0.5, 0.5), P: ones}, fails},
		{[]string{"F2"}, Recurrent{M: column2(2, 0), N: column2(1, 0), P: ones}, unknown},
		{[]string{"F2"}, Recurrent{M: column2(0, 0), N: column2(1, 0), P: ones}, unknown},

		{[]string{"F3"}, Linearized{[][]float64{{1, 1}, {0, 0}}, []float64{1, 0.5}}, holds}, // (1, 0) of both
		{[]string{"F3"}, Linearized{[][]float64{{1, 0}, {1, 0}}, []float64{1, 0.5}}, fails}, // (1, 1), (1, ½)
		{[]string{"F3"}, Linearized{[][]float64{{1, 0}, {1, 0}}, []float64{0.5, 0.5}}, holds},
		{[]string{"F3"}, Linearized{[][]float64{{1, 0}, {1, 0}}, []float64{1, 2}}, unknown},
		{[]string{"F3"}, Linearized{[][]float64{{0, 1}, {1, 1}}, []float64{1, 1}}, unknown}, // the golden ratio

		{[]string{"F4"}, Linearized{[][]float64{{1, 1}, {0, 0}}, ones}, fails},
		{[]string{"F4"}, Linearized{[][]float64{{2, 1}, {1, 2}}, ones}, holds}, // symmetric
		{[]string{"F4"}, Linearized{[][]float64{{0, 1}, {0, 0}}, ones}, holds}, // no μ ≠ 0
		{[]string{"F4"}, Linearized{[][]float64{{1, 0}, {0, 0}}, []float64{1, 0.5}}, holds},

		{[]string{"F5"}, Clocks{[][]float64{{0, 1}, {0, 0}}, []float64{1, 2}, []float64{0, 1}}, fails},
		{[]string{"F5"}, Clocks{[][]float64{{0, 1}, {0, 0}}, []float64{1, 2}, []float64{1, 0}}, holds}, // W r = 0
		{[]string{"F5"}, Clocks{[][]float64{{0, 1}, {0, 0}}, []float64{2, 2}, []float64{0, 1}}, holds},
		{[]string{"F5"}, Clocks{[][]float64{{3, 0}, {0, 1}}, []float64{1, 2}, []float64{1, 1}}, holds}, // diagonal
		{[]string{"F5"}, Clocks{[][]float64{{0, 1}, {0, 0}}, []float64{0, 2}, []float64{0, 1}}, unknown},

		{[]string{"F6"}, Recurrent{M: column3(0.25), N: column3(1), P: []float64{1, 2, 1}, Leak: 0.5}, fails},
		{[]string{"F6"}, Recurrent{M: column3(-0.5), N: column3(1), P: []float64{1, 1, 1}, Leak: 0.5}, holds}, // −a is an eigenvalue
		{[]string{"F6"}, Recurrent{M: column3(0.25), N: column3(1), P: []float64{1, 1, 1}}, unknown},          // no leak

		{[]string{"F8"}, Vanishing{[][]float64{{0, 0}, {1, 0.5}}, [][]float64{{1, 0}, {0, 1}}, []float64{1, 0}, ones}, fails},
		{[]string{"F8"}, Vanishing{[][]float64{{0, 0}, {1, 0.5}}, [][]float64{{1, 0}, {0, 1}}, []float64{1, 1}, ones}, holds},   // Q ≻ 0
		{[]string{"F8"}, Vanishing{[][]float64{{0.5, 0}, {0, 0.5}}, [][]float64{{1, 0}, {0, 1}}, []float64{1, 0}, ones}, holds}, // x_2 = 0
		{[]string{"F8"}, Vanishing{delay, [][]float64{{1, 1}, {1, 1}}, []float64{1, 0}, ones}, unknown},
		{[]string{"F8"}, Vanishing{delay, [][]float64{{1, 0}, {0, 1}}, []float64{1, -1}, ones}, unknown},

		{[]string{"F9"}, Overlap{[][]float64{{1.2, 0}, {0, 1.6}}}, fails}, // B's figure
		{[]string{"F9"}, Overlap{[][]float64{{1.6, 0}, {0, 1.6}}}, holds}, // the ring
		{[]string{"F9"}, Overlap{[][]float64{{1.6, -0.8}, {0.8, 1.6}}}, holds},
		{[]string{"F9"}, Overlap{[][]float64{{1.2, 0}, {0, 0.9}}}, holds},
		{[]string{"F9"}, Overlap{[][]float64{{2, 0, 0}, {0, 3, -1}, {0, 1, 3}}}, fails}, // 3 ± i
		{[]string{"F9"}, Overlap{[][]float64{{2, 0, 0}, {0, 1, -9}, {0, 9, 1}}}, holds}, // 1 ± 9i
		{[]string{"F9"}, Overlap{[][]float64{{1, 1}, {1, 2}}}, unknown},                 // the golden ratio
	} {
		for _, f := range first() {
			if slices.Contains(c.refs, f.Ref) {
				require.Equal(t, c.want, f.Levels[0].Check.On(theorems.Subject{}, c.instance).Verdict, "%d: %s %+v", i, f.Ref, c.instance)
			}
		}
	}
}

func column2(a, b float64) [][]float64 { return [][]float64{{a}, {b}} }
func column3(a float64) [][]float64    { return [][]float64{{a}, {0}, {0}} }

func integers(rows ...[]int64) *exact.Matrix { return exact.FromInt64(rows) }

// TestLaterLagsMatter: theory's example of an LDS that keeps Λ_2 = JΛ_1, and
// misses Λ_3 by 5/11: not F7's conclusion fails there, but F1's.
func TestLaterLagsMatter(t *testing.T) {
	half := big.NewRat(1, 2)
	f, err := matched(gaussian.ExactLDS{A: integers([]int64{1, 0}, []int64{0, -1}).Scale(half), C: integers([]int64{1, 1}),
		Q: integers([]int64{36, -10}, []int64{-10, 3}).Scale(big.NewRat(1, 4)), R: integers([]int64{40}).Scale(big.NewRat(1, 9))})
	require.NoError(t, err)
	require.NoError(t, f.keeps(1))
	two, three, err := f.lag(2)
	require.NoError(t, err)
	require.Equal(t, "5/11", three.Sub(f.j.Mul(two)).At(0, 0).RatString())
	require.Error(t, f.keeps(2))
}

// TestVanishingLimit: theory's example, whose limit is ½ ln(6241/5016); and the
// polynomials are, at a σ, what the joint covariance says there.
func TestVanishingLimit(t *testing.T) {
	l := gaussian.ExactLDS{A: integers([]int64{8, -3}, []int64{3, 7}).Scale(big.NewRat(1, 10)), C: exact.Identity(2),
		Q: integers([]int64{1, 0}, []int64{0, 0}), R: exact.Zero(2, 2)}
	g, err := polynomials(l, exact.Identity(2))
	require.NoError(t, err)
	require.Equal(t, "5016/6241", g.limit().RatString())

	r0 := diagonal([]float64{1, 3})
	g, err = polynomials(l, r0)
	require.NoError(t, err)
	s := big.NewRat(2, 7)
	l.R = r0.Scale(s)
	joint, err := l.Joint(3)
	require.NoError(t, err)
	at := func(p, q exact.Poly) *big.Rat { return p.Mul(q).Eval(s) }
	require.Equal(t, gaussian.RatioOfDeterminants(joint, []int{4, 5}, []int{0, 1}, []int{2, 3}),
		new(big.Rat).Quo(at(g.y123, g.y2), at(g.y12, g.y23)))
}

// TestDirectionsGrow: the Jacobian itself, for some slopes g'(Δ) < 0, has an
// eigenvalue to the right of 0 at the λ that F9's decision names.
func TestDirectionsGrow(t *testing.T) {
	c := Overlap{[][]float64{{2, 1, 0}, {0, 3, -1}, {0, 1, 3}}}
	lambda, _ := c.unstable()
	require.Equal(t, "2", lambda.RatString())
	sigma := rational(c.Sigma)
	u := eigenvectors(sigma, lambda).Columns(0)
	for _, slope := range []*big.Rat{big.NewRat(-1, 9), big.NewRat(-7, 3)} {
		j := sigma.Scale(new(big.Rat).Inv(lambda)).Sub(exact.Identity(3)).Add(u.Mul(u.T()).Scale(slope))
		require.Equal(t, exact.Outside, j.CharPoly().HalfPlane())
	}
}
