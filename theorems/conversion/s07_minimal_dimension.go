package conversion

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// MinimalDimension is S7.
func MinimalDimension() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S7", ID: "conversion/minimal-dimension",
		Statement: "Every LDS with independent noises for the process of a stationary linear network has K ≥ rank [Λ_1, Λ_1ᵀ], and one has as many: " +
			"rank [M, P N] of them if rank Λ_1 = R. Generically that is min(2R, N), no less. For rank Λ_1 = R, R latents suffice iff range(P N) ⊆ range(M). " +
			"The Hankel rank of Λ_k, k ≥ 1, the minimum if the noises may be correlated, is rank Λ_1 ≤ R.",
		Source: "+ (sharpness of V, arXiv:2110.09804, from RNN to LDS)",
		Given:  []string{"both noises of the LDS are independent", "the network is stationary", "rank Λ_1 = R, for rank [M, P N]"},
		Needed: []theorems.Witness{correlatedNoisesNeedFewer(), rankOfLambdaOne()},
		Why: "A rank is an integer: the dimension that a subject finds is compared with the one in rational arithmetic, with no tolerance. " +
			"Its own A, C, Q, R must then have the law (bounds of S6), so that no smaller claim passes. The Hankel rank is asked of the network, and of the LDS A = J, C = I, Q = P.",
		Claims: []theorems.Check{
			aboutNetworks("dimension and law", stationaryNetworks(), judgeMinimal).
				Visiting("N < 2R", "R = N", "NᵀM = 0", "symmetric J", "isotropic P", "dependent loadings", "J = 0"),
			aboutNetworks("Hankel rank", stationaryNetworks(), judgeHankel).Visiting("NᵀM = 0", "isotropic P", "dependent loadings", "J = 0"),
		},
		Exact: []theorems.Check{
			onNetworks("ranks of Λ_1, [M, PN] and the Hankel matrix", exactNetworks(), decideMinimal).
				Visiting("NᵀM = 0", "NᵀM nilpotent", "symmetric J", "isotropic P", "dependent loadings"),
		},
		Certificates: []theorems.Certificate{
			minors("rank [Λ_1, Λ_1ᵀ] ≥ min(2R, N) for generic M, N, P", recurrentShapes(), wholeDimension, lambdaOneBothWays),
			minors("rank [M, P N] ≥ min(2R, N) for generic M, N, P", recurrentShapes(), wholeDimension, func(g generic) certificate.Expr {
				l := g.recurrent()
				return g.b.HStack(l.m, l.p.Times(l.n))
			}),
			minors("rank [Λ_1, Λ_1ᵀ] ≥ 2R for generic M, N ⟂ M and P: NᵀM = 0 is no exception",
				kept(recurrentShapes(), func(s certificate.Shape) bool { return s.N >= 2*s.R }), wholeDimension, func(g generic) certificate.Expr {
					// With NᵀM = 0, J² = 0 and S = P + J P Jᵀ: Λ_1 = J P. M = (I, 0) and N = (0, X) after a change of y.
					m := g.b.VStack(g.b.Identity(g.s.R), g.b.Zero(g.s.N-g.s.R, g.s.R))
					n := g.b.VStack(g.b.Zero(g.s.R, g.s.R), g.b.Matrix("X", g.s.N-g.s.R, g.s.R))
					l := m.Times(n.T()).Times(g.b.Symmetric("P", g.s.N))
					return g.b.HStack(l, l.T())
				}),
			identity("[Λ_1, Λ_1ᵀ] = C [A V Cᵀ, V AᵀCᵀ] of any LDS: its rank is at most K", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				inner := g.b.HStack(p.a.Times(p.x).Times(p.c.T()), p.x.Times(p.a.T()).Times(p.c.T()))
				return []certificate.Equation{g.b.HStack(p.lag(1), p.lag(1).T()).Equals(p.c.Times(inner))}
			}),
		},
		Twins: []theorems.Twin{
			dimensionTwin("R latents", "K = R", func(v numbers, k int) int { return len(v.m[0]) }),
			dimensionTwin("always 2R latents", "K = 2R, though N may be less, or P N may lie in range M", func(v numbers, k int) int { return 2 * len(v.m[0]) }),
			dimensionTwin("all units", "K = N", func(v numbers, k int) int { return len(v.p) }),
			falseTwin("2R whatever N", "rank [Λ_1, Λ_1ᵀ] = 2R also where 2R > N", minors("2R", kept(recurrentShapes(), func(s certificate.Shape) bool { return 2*s.R > s.N })[:4],
				func(s certificate.Shape) int { return 2 * s.R }, lambdaOneBothWays)),
			{Name: "isotropic noise", Mistake: "K = rank [M, N], the noise left out", False: []theorems.Check{
				onNetworks("K = rank [M, N]", exactNetworks(), func(r *recurrent) error {
					if got, want := exact.HStack(r.j, r.j.T()).Rank(), r.minimalDimension(); got != want {
						return theorems.Violatedf("rank [J, Jᵀ] = %d, rank [Λ_1, Λ_1ᵀ] = %d", got, want)
					}
					return nil
				})}},
			{Name: "the Hankel rank", Mistake: "K = rank Λ_1, which correlated noises would need", False: []theorems.Check{
				onNetworks("K = rank Λ_1", exactNetworks(), func(r *recurrent) error {
					if got, want := r.lag(1).Rank(), r.minimalDimension(); got != want {
						return theorems.Violatedf("rank Λ_1 = %d, rank [Λ_1, Λ_1ᵀ] = %d", got, want)
					}
					return nil
				})}},
		},
		MaxUnknown: 0.1,
	}
}

func wholeDimension(s certificate.Shape) int { return min(2*s.R, s.N) }

func lambdaOneBothWays(g generic) certificate.Expr {
	l, s := g.stationaryRecurrent()
	lambda := l.j.Times(s)
	return g.b.HStack(lambda, lambda.T())
}

// dimensionTwin claims another dimension.
func dimensionTwin(name, mistake string, dimension func(v numbers, k int) int) theorems.Twin {
	return fromNetworkConversion(name, mistake, func(v numbers, c *theorems.LatentConversion) { c.Dimension = dimension(v, c.Dimension) })
}

// judgeMinimal is judgeConversion, with the Hankel ranks.
func judgeMinimal(f *theorems.Finding, t *network, s theorems.Subject) error {
	if err := judgeConversion(f, t, s); err != nil || f.Verdict == theorems.Fails {
		return err
	}
	return t.expectHankel(f, s)
}

func judgeHankel(f *theorems.Finding, t *network, s theorems.Subject) error {
	if s.RNNHankelRank == nil && s.LDSHankelRank == nil {
		return theorems.Missing("RNNHankelRank, LDSHankelRank")
	}
	return t.expectHankel(f, s)
}

// expectHankel claims the Hankel rank of the network, and of the LDS x_{t+1} =
// J x_t + ε_t, y_t = x_t.
func (t *network) expectHankel(f *theorems.Finding, s theorems.Subject) error {
	r, err := t.exactly()
	if err != nil {
		return err
	}
	lambda, d := r.lag(1), t.deviations()
	want, margin := lambda.Rank(), t.rankMargin(r, d)
	if want > 0 {
		margin = math.Min(margin, dense.SingularValues(scaledTo(lambda.Float64(), d))[want-1])
	}
	if s.RNNHankelRank != nil {
		got, err := s.RNNHankelRank(t.net, 0)
		if err != nil {
			return err
		}
		if got != want && margin < clearly*operations(t.Units())*t.u {
			f.Abstain("a Hankel rank that rounding hides")
			return nil
		}
		f.Demand("Hankel rank of the network = rank Λ_1", got == want)
	}
	if s.LDSHankelRank == nil {
		return nil
	}
	// Of the LDS V is decided on, known to this: units scaled to unit variance.
	tolerance := operations(t.Units()) * t.u * t.law.Amplification()
	if margin < clearly*tolerance {
		f.Abstain("a Hankel rank that rounding hides")
		return nil
	}
	lds, err := model.NewLDS(model.LDSConfig{A: matrixOf(t.J), C: matrixOf(diagonal(ones(t.Units()))), Q: t.net.P(), R: model.ZeroNoise(t.Units())})
	if err != nil {
		return err
	}
	got, err := s.LDSHankelRank(lds, tolerance)
	if err == nil {
		f.Demand("Hankel rank of the LDS = rank Λ_1", got == want)
	}
	return err
}

func decideMinimal(r *recurrent) error {
	lambda := r.lag(1)
	least := r.minimalDimension()
	pn := r.p.Mul(r.j.T())
	both := exact.HStack(r.j, pn)
	if lambda.Rank() == r.j.Rank() {
		if both.Rank() != least {
			return theorems.Violatedf("rank Λ_1 = R, rank [M, PN] = %d, rank [Λ_1, Λ_1ᵀ] = %d", both.Rank(), least)
		}
		inside := r.j.T().NullSpace().T().Mul(pn).IsZero() // range PN ⊆ range M: what reads nothing of M reads nothing of PN
		if inside != (least == r.j.Rank()) {
			return theorems.Violatedf("range PN ⊆ range M is %v, K = %d, R = %d", inside, least, r.j.Rank())
		}
	}
	// The minimum is attained: J' = Λ_1Λ_0⁻ has the same law, and converts to it.
	j := lambda.Mul(r.s.GeneralizedInverse())
	same := recurrent{j: j, p: r.s.Sub(j.Mul(r.s).Mul(j.T())), s: r.s}
	for k := 1; k <= r.j.Rows(); k++ {
		if err := equal("(Λ_1Λ_0⁻)^k Λ_0 = Λ_k", same.lag(k), r.lag(k)); err != nil {
			return err
		}
	}
	if same.dimension() != least {
		return theorems.Violatedf("Λ_1Λ_0⁻ converts to %d latents, rank [Λ_1, Λ_1ᵀ] = %d", same.dimension(), least)
	}
	if got := hankelRank(r.lag, r.j.Rank()+1); got != lambda.Rank() {
		return theorems.Violatedf("the Hankel matrix of Λ_1, Λ_2, … has rank %d, Λ_1 has %d", got, lambda.Rank())
	}
	return nil
}

// hankelRank is the rank of the block Hankel matrix (Λ_{i+j−1}), i, j = 1 … size.
func hankelRank(lag func(int) *exact.Matrix, size int) int {
	lags := make([]*exact.Matrix, 2*size)
	for k := range lags {
		lags[k] = lag(k)
	}
	blocks := make([]*exact.Matrix, size)
	for i := range blocks {
		blocks[i] = exact.HStack(lags[i+1 : i+1+size]...)
	}
	return exact.VStack(blocks...).Rank()
}

// correlatedNoisesNeedFewer: N = 2, R = 1, M = (1, 0), N = (0, ½): the Hankel
// rank is 1, independent noises need 2.
func correlatedNoisesNeedFewer() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{1}, {0}}, N: [][]float64{{0.5}, {0.5}}, PDiag: []float64{1, 1}}
	return theorems.Witness{Without: "both noises of the LDS are independent", Shows: "one latent with correlated noises, Nᵀy, where independent ones need two", Case: c,
		Check: onNetworks("the Hankel rank is rank [Λ_1, Λ_1ᵀ]", exactNetworks(), func(r *recurrent) error {
			if got, want := hankelRank(r.lag, 2), r.minimalDimension(); got != want {
				return theorems.Violatedf("Hankel rank %d, rank [Λ_1, Λ_1ᵀ] = %d", got, want)
			}
			return nil
		})}
}

// rankOfLambdaOne: P N = 0 makes a stationary network white: Λ_1 = 0, no
// latents, though rank [M, PN] = 1.
func rankOfLambdaOne() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{1}, {0}}, N: [][]float64{{0}, {1}}, PDiag: []float64{1, 0}}
	return theorems.Witness{Without: "rank Λ_1 = R, for rank [M, P N]", Shows: "M = e₁, N = e₂, P = diag(1, 0): white, no latents, and rank [M, PN] = 1", Case: c,
		Check: onNetworks("K = rank [M, PN]", exactNetworks(), func(r *recurrent) error {
			if got, want := r.dimension(), r.minimalDimension(); got != want {
				return theorems.Violatedf("rank [M, PN] = %d, rank [Λ_1, Λ_1ᵀ] = %d", got, want)
			}
			return nil
		})}
}
