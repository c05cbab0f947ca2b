package conjectures

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Vanishing is a latent LDS with R_v = σ²R₀, Q and R₀ diagonal.
type Vanishing struct {
	A  [][]float64 `json:"A" dim:"K,K"`
	C  [][]float64 `json:"C" dim:"N,K"`
	Q  []float64   `json:"q_diag" dim:"K"`
	R0 []float64   `json:"r0_diag" dim:"N" shrink:"positive"`
}

func vanishing(s theorems.Size) *rapid.Generator[Vanishing] {
	return rapid.Custom(func(t *rapid.T) Vanishing {
		return Vanishing{matrixOf(t, "A", []float64{0, 0, 0, 1, 0.5, 0.5, -0.5, 0.25}, s.K, s.K), matrixOf(t, "C", []float64{0, 1, 1, -1, 2}, s.N, s.K),
			vectorOf(t, "Q", []float64{0, 0, 1, 1, 2}, s.K), vectorOf(t, "R0", positives, s.N)}
	})
}

// noiseless returns the system with σ = 0; outside the hypotheses, stationary, C
// injective, Q ⪰ 0 and R₀ ≻ 0, the error is ErrUndecided.
func (c Vanishing) noiseless() (gaussian.ExactLDS, error) {
	l := gaussian.ExactLDS{A: rational(c.A), C: rational(c.C), Q: diagonal(c.Q), R: exact.Zero(len(c.R0), len(c.R0))}
	psd, _ := l.Q.Definiteness()
	if !psd || !allPositive(c.R0) || l.C.Rank() < l.C.Cols() || l.A.CharPoly().UnitDisc() != exact.Inside {
		return l, theorems.ErrUndecided
	}
	return l, nil
}

// gaps are the determinants, as polynomials of s = σ², of the covariances of
// some of y_1, y_2, y_3, all divided by that of the same number of R₀:
// e^(−2I) = y123·y2 / (y12·y23), I = I(y_3; y_1 | y_2).
type gaps struct{ y123, y2, y12, y23 exact.Poly }

func polynomials(l gaussian.ExactLDS, r0 *exact.Matrix) (g gaps, err error) {
	joint, err := l.Joint(3)
	if err != nil {
		return g, err
	}
	n := l.C.Rows()
	inverse, err := r0.Inverse()
	if err != nil {
		return g, err
	}
	// det(Σ + s R) = det R · det(sI + R⁻¹Σ).
	of := func(from, to int) exact.Poly {
		sigma := joint.Slice(from*n, to*n, from*n, to*n)
		blocks := exact.Zero(sigma.Rows(), 0)
		for i := range to - from {
			blocks = exact.HStack(blocks, exact.VStack(exact.Zero(i*n, n), inverse, exact.Zero((to-from-1-i)*n, n)))
		}
		return blocks.Mul(sigma).Scale(big.NewRat(-1, 1)).CharPoly()
	}
	return gaps{of(0, 3), of(1, 2), of(0, 2), of(1, 3)}, nil
}

// limit returns the limit of e^(−2I) as σ → 0: what is left of numerator and
// denominator at s = 0 when powers of s are cancelled.
func (g gaps) limit() *big.Rat {
	above, zeros := g.y123.Mul(g.y2).StripZeroRoot()
	below, poles := g.y12.Mul(g.y23).StripZeroRoot()
	if zeros > poles {
		return new(big.Rat) // I → ∞; e^(−2I) ≤ 1 rules out the reverse
	}
	return new(big.Rat).Quo(above[0], below[0])
}

// noiseThatVanishes is F8.
func noiseThatVanishes() theorems.Conjecture {
	at := func(n, k int) theorems.Level {
		s := theorems.Size{N: n, K: k}
		return level(s, vanishing(s), decideVanishing)
	}
	return theorems.Conjecture{
		Ref: "F8", ID: "conjectures/noise-that-vanishes",
		Statement: "For every stationary LDS with injective C, Q ⪰ 0 and R_v = σ²R₀, R₀ ≻ 0, the mutual information I(y_{t+1}; y_{t−1} | y_t) tends to 0 as σ → 0: what is seen without noise is Markov.",
		Source:    "V (arXiv:2110.09804), small observation noise; S4",
		Instead:   "It does for Q ≻ 0, as O(σ⁴). For singular Q it is 0 at σ = 0, and its limit need not be: for det A ≠ 0 and V ≻ 0 that is −½ ln det(I − X B⁻¹Xᵀ D⁻¹) (S4).",
		Levels: []theorems.Level{
			listing(at(1, 1), box([]float64{0, 0.25, 0.5, 1, -0.5, 2}, 3, func(x []float64) Vanishing {
				return Vanishing{A: [][]float64{{x[0]}}, C: [][]float64{{x[1]}}, Q: []float64{x[2]}, R0: []float64{1}}
			})),
			at(2, 1),
			listing(at(2, 2), simplestFirst(func(x []float64) Vanishing {
				return Vanishing{A: inRows(x[:4], 2), C: inRows(x[4:8], 2), Q: x[8:], R0: []float64{1, 1}}
			}, copies(10, 0, 1)...)),
		},
		Minimal: "C is injective, so that K ≤ N. With K = 1 either Q > 0, and the information is O(σ⁴) (S4), or Q = 0, and x = 0 and y is white. That leaves K = 2 and N = 2.",
		ByHand:  byHand(showVanishing),
	}
}

func decideVanishing(c Vanishing) error {
	l, err := c.noiseless()
	if err != nil {
		return err
	}
	g, err := polynomials(l, diagonal(c.R0))
	if err != nil {
		return err
	}
	if limit := g.limit(); limit.Cmp(big.NewRat(1, 1)) != 0 {
		return theorems.Violatedf("e^(−2I) → %s as σ → 0, a limit of rational functions of σ² with rational coefficients", limit.RatString())
	}
	return nil
}

func showVanishing(c Vanishing) []string {
	l, err := c.noiseless()
	if err != nil {
		return nil
	}
	g, err := polynomials(l, diagonal(c.R0))
	if err != nil {
		return nil
	}
	v, err := l.StateCovariance()
	if err != nil {
		return nil
	}
	signal := func(k int) string { return inline(l.C.Mul(l.A.Pow(k)).Mul(v).Mul(l.C.T())) }
	var out lines
	out.add("V = A V Aᵀ + Q: V = %s", inline(v))
	out.add("Λ_0 = %s + s R₀, Λ_1 = %s, Λ_2 = %s, s = σ²", signal(0), signal(1), signal(2))
	out.add("e^(−2I) = det Σ_123 det Σ_2 / (det Σ_12 det Σ_23), Σ the covariances of those of y_1, y_2, y_3, each over det R₀ as often:")
	out.add("  det Σ_123 = %s", inS(g.y123))
	out.add("  det Σ_2 = %s, det Σ_12 = det Σ_23 = %s", inS(g.y2), inS(g.y12))
	alone, both := lowest(g.y23, g.y2), lowest(g.y123, g.y12)
	out.add("s → 0: det Var(y_3 | y_2) = det Σ_23/det Σ_2 ≈ %s, and det Var(y_3 | y_1, y_2) = det Σ_123/det Σ_12 ≈ %s", alone, both)
	if limit := g.limit(); limit.Sign() > 0 {
		out.add("e^(−2I) → %s: I → ½ ln(%s), not 0", limit.RatString(), new(big.Rat).Inv(limit).RatString())
	} else {
		out.add("e^(−2I) → 0: I → ∞")
	}
	return out
}

// inS writes a polynomial of s.
func inS(p exact.Poly) string { return strings.ReplaceAll(p.String(), "t", "s") }

// lowest writes the first term of p/q at s = 0.
func lowest(p, q exact.Poly) string {
	p, zeros := p.StripZeroRoot()
	q, poles := q.StripZeroRoot()
	c := new(big.Rat).Quo(p[0], q[0]).RatString()
	switch power := zeros - poles; power {
	case 0:
		return c
	case 1:
		return c + " s"
	default:
		return fmt.Sprintf("%s s^%d", c, power)
	}
}
