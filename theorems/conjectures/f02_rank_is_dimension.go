package conjectures

import (
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Recurrent is the linear network y_{t+1} = (aI + M Nᵀ) y_t + ε_t, ε ~ N(0, P)
// with P diagonal and a, the leak, 0 where there is none.
type Recurrent struct {
	M    [][]float64 `json:"M" dim:"N,R"`
	N    [][]float64 `json:"N" dim:"N,R"`
	P    []float64   `json:"p_diag" dim:"N" shrink:"positive"`
	Leak float64     `json:"leak,omitempty"`
}

func recurrents(s theorems.Size, leaks ...float64) *rapid.Generator[Recurrent] {
	return rapid.Custom(func(t *rapid.T) Recurrent {
		return Recurrent{matrixOf(t, "M", []float64{0, 0, 0.5, 0.5, -0.5, 0.25, 1}, s.N, s.R), matrixOf(t, "N", []float64{0, 0, 1, 1, -1, 0.5}, s.N, s.R),
			vectorOf(t, "P", positives, s.N),
			rapid.SampledFrom(leaks).Draw(t, "leak")}
	})
}

// exactly returns the network in rationals; outside the hypotheses, stationary,
// P ≻ 0 and M Nᵀ of rank R, the error is ErrUndecided.
func (c Recurrent) exactly() (gaussian.ExactRNN, error) {
	m, n := rational(c.M), rational(c.N)
	low := m.Mul(n.T())
	j := exact.Identity(len(c.P)).Scale(theorems.Rational(c.Leak)).Add(low)
	if !allPositive(c.P) || c.Leak < 0 || c.Leak >= 1 || low.Rank() != m.Cols() || j.CharPoly().UnitDisc() != exact.Inside {
		return gaussian.ExactRNN{}, theorems.ErrUndecided
	}
	return gaussian.ExactRNN{J: j, P: diagonal(c.P)}, nil
}

// both returns Λ_1 and [Λ_1, Λ_1ᵀ], whose rank is the least number of latents
// of an LDS with that law (S7).
func both(n gaussian.ExactRNN) (lambda, both *exact.Matrix, err error) {
	if lambda, err = n.Autocovariance(1); err != nil {
		return nil, nil, err
	}
	return lambda, exact.HStack(lambda, lambda.T()), nil
}

// rankIsDimension is F2.
func rankIsDimension() theorems.Conjecture {
	one, smallest := theorems.Size{N: 1, R: 1}, theorems.Size{N: 2, R: 1}
	return theorems.Conjecture{
		Ref: "F2", ID: "conjectures/rank-is-dimension",
		Statement: "Every stationary linear network y_{t+1} = M Nᵀ y_t + ε_t of rank R, ε ~ N(0, P), P ≻ 0, is the process of an LDS of R latents with independent noises.",
		Source:    "Nᵀy has R numbers and drives all the rest; V (arXiv:2110.09804) needs 2R",
		Instead:   "K = rank [M, P N] ≤ min(2R, N) latents are enough (S6), and the least K is rank [Λ_1, Λ_1ᵀ] (S7): R suffice iff range(P N) ⊆ range(M). Nᵀy as the latent has correlated noises.",
		Levels: []theorems.Level{
			listing(level(one, recurrents(one, 0), decideRankLatents), box([]float64{-2, -1, -0.5, 0.5, 1, 2, 4}, 3, func(x []float64) Recurrent {
				return Recurrent{M: [][]float64{{x[0]}}, N: [][]float64{{x[1]}}, P: []float64{x[2]}}
			})),
			listing(level(smallest, recurrents(smallest, 0), decideRankLatents), simplestFirst(func(x []float64) Recurrent {
				return Recurrent{M: inRows(x[:2], 1), N: inRows(x[2:], 1), P: []float64{1, 1}}
			}, copies(4, 0, 1)...)),
		},
		Minimal: "With N = 1 and R ≥ 1 the observation itself is the one latent that is needed: A = J, C = 1, Q = P, R_v = 0. At N = 2 the least rank is R = 1: for R = 0 the process is white, and needs no latent.",
		ByHand: byHand(func(c Recurrent) []string {
			n, err := c.exactly()
			if err != nil {
				return nil
			}
			lambda, pair, err := both(n)
			if err != nil {
				return nil
			}
			s, _ := n.Autocovariance(0)
			var out lines
			out.add("J = M Nᵀ = %s", inline(n.J))
			out.add("S = J S Jᵀ + P: S = Λ_0 = %s", inline(s))
			out.add("Λ_1 = J S = %s", inline(lambda))
			out.add("rank [Λ_1, Λ_1ᵀ] = rank %s = %d", inline(pair), pair.Rank())
			out.add("an LDS has Λ_1 = C A V Cᵀ and Λ_1ᵀ = C V Aᵀ Cᵀ: the ranges of both lie in that of C, whose K columns are too few if K = R = %d", len(c.M[0]))
			return out
		}),
	}
}

func decideRankLatents(c Recurrent) error {
	n, err := c.exactly()
	if err != nil {
		return err
	}
	_, pair, err := both(n)
	if err != nil {
		return err
	}
	if k := pair.Rank(); k > len(c.M[0]) {
		return theorems.Violatedf("K ≥ rank [Λ_1, Λ_1ᵀ] = %d > R = %d, in rationals", k, len(c.M[0]))
	}
	return nil
}
