package conjecture

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// ParticipationRatio is P1.
func ParticipationRatio() theorems.Theorem {
	return theorems.Theorem{
		Ref: "P1", ID: "dimension/participation-ratio",
		Statement: "For all loadings G (N×K) and private variances ψ ≥ 0, not all of them 0, the dimension that is computed from GᵀG (K×K) and ψ " +
			"is the participation ratio (tr C)²/tr C² of C = G Gᵀ + diag ψ (N×N), and 1 ≤ D ≤ rank C.",
		Source: "Cauchy–Schwarz for the eigenvalues of C, which are ≥ 0; tr (A + B)² = tr A² + 2 tr AB + tr B²",
		Given:  []string{"ψ_i ≥ 0", "C ≠ 0", "products of four entries neither overflow nor underflow"},
		Needed: []theorems.Witness{
			{Without: "ψ ≥ 0", Shows: "D = 0", Check: theorems.Decide("1 ≤ D, whatever the sign of ψ", populations(), decideRange),
				Case: Population{G: [][]float64{{0}, {0}}, Psi: []float64{1, -1}}},
			{Without: "C ≠ 0", Shows: "D = 0/0", Check: theorems.Decide("D is a number, also of C = 0", populations(), decideNumber),
				Case: Population{G: [][]float64{{0}}, Psi: []float64{0}}},
		},
		Why: "With u the unit roundoff: tr C has N(K+1) terms ≥ 0, so it is off by N(K+1)u of itself, its square twice that. An entry of GᵀG is off by " +
			"N u (|G|ᵀ|G|), whose norm is at most ‖G‖² ≤ √K ‖GᵀG‖, so ‖GᵀG‖² by 2N√K u of itself; the terms of tr C² are ≥ 0 and take N(K+3) + K² + 4 " +
			"roundings at most. Two more are the square's and the quotient's; second orders are below a percent.",
		Claims: []theorems.Check{theorems.Claim("value", populations(), judgeDimension).
			Visiting("shared alone", "private alone", "one latent", "orthogonal latents", "graded units", "more latents than units", "one unit")},
		Exact: []theorems.Check{
			theorems.Decide("1 ≤ D ≤ rank C", populations(), decideRange).Visiting("shared alone", "orthogonal latents", "one unit"),
			theorems.Decide("tr C² from loadings", populations(), decideFromLoadings),
		},
		Certificates: []theorems.Certificate{{Shapes: shapes(), Identity: fromLoadings("tr C² = tr (GᵀG)² + 2 tr GᵀΨG + tr Ψ²", 2)}},
		Twins: []theorems.Twin{
			twin("no cross term", "tr C² = ‖GᵀG‖² + Σψ²", func(g [][]float64, psi []float64) float64 {
				t, s := traces(g, psi)
				for i := range g {
					s -= 2 * psi[i] * normSquared(g[i])
				}
				return t * t / s
			}),
			twin("trace not squared", "D = tr C/tr C²", func(g [][]float64, psi []float64) float64 {
				t, s := traces(g, psi)
				return t / s
			}),
			twin("singular values", "D = (Σ√λ)²/Σλ: here of private noise, deviations for variances", func(g [][]float64, psi []float64) float64 {
				roots := make([]float64, len(psi))
				for i := range psi {
					roots[i] = math.Sqrt(psi[i])
				}
				t, s := traces(g, roots)
				return t * t / s
			}),
			twin("units centred", "loadings of each latent about their mean over units", func(g [][]float64, psi []float64) float64 {
				t, s := traces(centred(g), psi)
				return t * t / s
			}),
			{Name: "at most K", Mistake: "D ≤ K: private noise has no dimensions", False: []theorems.Check{
				theorems.Decide("D ≤ K", populations(), decideAtMostLatents)}},
			{Name: "one cross term", Mistake: "tr (A + B)² = tr A² + tr AB + tr B²", FalseIdentity: &theorems.Certificate{
				Shapes: shapes(), Identity: fromLoadings("with one cross term", 1)}},
		},
	}
}

// judgeDimension compares the subject's value with the one of the definition,
// in rationals, of the very same numbers.
func judgeDimension(s theorems.Subject, p Population) (f theorems.Finding, err error) {
	dimension, err := dimensionOf(s)
	if err != nil {
		return f, err
	}
	got, err := dimension(p.G, p.Psi)
	if err != nil {
		return f, err // refused on what meets the hypotheses: a failure
	}
	trace, square, _, err := p.exactly()
	if err != nil {
		return f, err
	}
	truth := ratio(trace, square)
	d, _ := truth.Float64()
	n, k := float64(len(p.G)), float64(len(p.G[0]))
	roundings := 2*n*(k+1) + 2*n*math.Sqrt(k) + n*(k+3) + k*k + 4 + 2
	f.Expect("|D − (tr C)²/tr C²|", theorems.ErrorOf(got, truth), 1.01*roundings*s.UnitRoundoff*d, d)
	return f, nil
}

// exactly returns tr C, tr C² and rank C by the definition, C being formed.
func (p Population) exactly() (trace, square *big.Rat, rank int, err error) {
	g, err := exact.FromFloat64(p.G)
	if err != nil {
		return nil, nil, 0, err
	}
	psi, err := exact.DiagonalFloat64(p.Psi)
	if err != nil {
		return nil, nil, 0, err
	}
	c := g.Mul(g.T()).Add(psi)
	return c.Trace(), c.Mul(c).Trace(), c.Rank(), nil
}

func ratio(trace, square *big.Rat) *big.Rat {
	out := new(big.Rat).Mul(trace, trace)
	return out.Quo(out, square)
}

// sameDimension decides that two populations have one.
func (p Population) sameDimension(q Population) error {
	t, s, _, err := p.exactly()
	if err != nil {
		return err
	}
	u, v, _, err := q.exactly()
	if err != nil || s.Sign() == 0 || v.Sign() == 0 {
		return theorems.ErrUndecided
	}
	if a, b := ratio(t, s), ratio(u, v); a.Cmp(b) != 0 {
		return theorems.Violatedf("D = %v and %v", a.RatString(), b.RatString())
	}
	return nil
}

func decideRange(p Population) error {
	trace, square, rank, err := p.exactly()
	if err != nil || square.Sign() == 0 {
		return theorems.ErrUndecided
	}
	d := ratio(trace, square)
	if d.Cmp(big.NewRat(1, 1)) < 0 || d.Cmp(big.NewRat(int64(rank), 1)) > 0 {
		return theorems.Violatedf("D = %v, rank C = %d", d.RatString(), rank)
	}
	return nil
}

func decideNumber(p Population) error {
	_, square, _, err := p.exactly()
	if err == nil && square.Sign() == 0 {
		return theorems.Violatedf("tr C² = 0")
	}
	return err
}

func decideAtMostLatents(p Population) error {
	trace, square, _, err := p.exactly()
	if err != nil || square.Sign() == 0 {
		return theorems.ErrUndecided
	}
	if d := ratio(trace, square); d.Cmp(big.NewRat(int64(len(p.G[0])), 1)) > 0 {
		return theorems.Violatedf("D = %v, K = %d", d.RatString(), len(p.G[0]))
	}
	return nil
}

// decideFromLoadings is the formula of Dimension in rationals.
func decideFromLoadings(p Population) error {
	_, square, _, err := p.exactly()
	if err != nil {
		return err
	}
	g, err := exact.FromFloat64(p.G)
	if err != nil {
		return err
	}
	psi, err := exact.DiagonalFloat64(p.Psi)
	if err != nil {
		return err
	}
	gram, noise := g.T().Mul(g), g.T().Mul(psi).Mul(g)
	sum := new(big.Rat).Add(gram.Mul(gram).Trace(), psi.Mul(psi).Trace())
	sum.Add(sum, noise.Trace()).Add(sum, noise.Trace())
	if sum.Cmp(square) != 0 {
		return theorems.Violatedf("tr C² = %v, from loadings %v", square.RatString(), sum.RatString())
	}
	return nil
}

// fromLoadings is tr C² = tr (GᵀG)² + crossTerms·tr GᵀΨG + tr Ψ², for every G and Ψ of a shape.
func fromLoadings(name string, crossTerms int64) certificate.Identity {
	return certificate.Identity{Name: name, Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		g, psi := b.Matrix("G", s.N, s.K), b.Diagonal("Ψ", s.N)
		c, gram := g.Times(g.T()).Plus(psi), g.T().Times(g)
		cross := trace(b, g.T().Times(psi).Times(g)).Scaled(b.Integer(crossTerms))
		return []certificate.Equation{trace(b, c.Times(c)).Equals(trace(b, gram.Times(gram)).Plus(cross).Plus(trace(b, psi.Times(psi))))}
	}}
}

func trace(b *certificate.Builder, m certificate.Expr) certificate.Expr {
	sum := b.Integer(0)
	n, _ := m.Dims()
	for i := range n {
		sum = sum.Plus(m.Slice(i, i+1, i, i+1))
	}
	return sum
}

func shapes() []certificate.Shape {
	return []certificate.Shape{{N: 1, K: 1}, {N: 2, K: 1}, {N: 1, K: 3}, {N: 3, K: 2}, {N: 4, K: 4}, {N: 8, K: 3}}
}
