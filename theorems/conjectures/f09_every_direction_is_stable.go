package conjectures

import (
	"math/big"

	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Overlap is the covariance σ = Σ_nm of one centred population.
type Overlap struct {
	Sigma [][]float64 `json:"sigma" dim:"R,R"`
}

func overlaps(s theorems.Size) *rapid.Generator[Overlap] {
	return rapid.Custom(func(t *rapid.T) Overlap {
		return Overlap{matrixOf(t, "sigma", []float64{0, 0, 0, 1, 2, 3, 2, 1.5, -1, 4, 0.5}, s.R, s.R)}
	})
}

// everyDirectionIsStable is F9.
func everyDirectionIsStable() theorems.Conjecture {
	one, smallest := theorems.Size{R: 1, P: 1}, theorems.Size{R: 2, P: 1}
	return theorems.Conjecture{
		Ref: "F9", ID: "conjectures/every-direction-is-stable",
		Statement: "For one centred population with overlap σ = Σ_nm and every Σ_mm ≻ 0, φ as in M7 (tanh, erf-type, hard-tanh), every fixed point κ ≠ 0 of the mean field κ̇ = −κ + g(Δ)σκ on an eigenvector of σ " +
			"with eigenvalue λ > 1 is stable.",
		Source:  "Rank one, where it is so, and σ = λI, where it is nearly so; B (arXiv:2007.02062)",
		Instead: "Its Jacobian has the spectrum {λ_j/λ − 1 : j ≠ k} ∪ {2Δλ g'(Δ) < 0}: linearly stable iff λ = λ_k is simple and λ_k > Re λ_j for all others (M7).",
		Levels: []theorems.Level{
			listing(level(one, overlaps(one), decideEveryDirection), box([]float64{1.125, 1.25, 1.5, 2, 3, 4, 8, 1, 0.5, 0, -1, -2}, 1, func(x []float64) Overlap {
				return Overlap{Sigma: [][]float64{{x[0]}}}
			})),
			listing(level(smallest, overlaps(smallest), decideEveryDirection), simplestFirst(func(x []float64) Overlap {
				return Overlap{Sigma: inRows(x, 2)}
			}, copies(4, 0, 1, 2, 3)...)),
		},
		Minimal: "With R = 1 there is no other eigenvalue: F'(κ) = 2Δλ g'(Δ) < 0. A mean field has no N, and P = 1 population is the least.",
		ByHand:  byHand(showDirection),
	}
}

// others returns det(tI − (σ − λI))/t: its roots are λ_j − λ, j ≠ k.
func (c Overlap) others(lambda *big.Rat) exact.Poly {
	sigma := rational(c.Sigma)
	rest, _ := sigma.Sub(exact.Identity(sigma.Rows()).Scale(lambda)).CharPoly().DivMod(exact.PolyFromInt64(0, 1))
	return rest
}

// unstable returns an eigenvalue λ > 1 on whose eigenvectors the fixed points
// have a Jacobian with an eigenvalue of positive real part, λ_j/λ − 1, whatever φ
// and Σ_mm; nil if there is none among the rational ones. It says whether these are all.
func (c Overlap) unstable() (lambda *big.Rat, all bool) {
	one := big.NewRat(1, 1)
	chi := rational(c.Sigma).CharPoly()
	seen := 0
	for _, x := range chi.RationalRoots() {
		if x.Cmp(one) <= 0 {
			continue
		}
		seen++
		if c.others(x).HalfPlane() == exact.Outside {
			return x, true
		}
	}
	return nil, chi.RealRootsIn(one, nil) == seen
}

func decideEveryDirection(c Overlap) error {
	lambda, all := c.unstable()
	switch {
	case lambda != nil:
		return theorems.Violatedf("at λ = %s the Jacobian has an eigenvalue λ_j/λ − 1 of positive real part: Routh–Hurwitz in rationals, the λ_j − λ being the roots of %v", lambda.RatString(), c.others(lambda))
	case !all:
		return theorems.ErrUndecided
	}
	return nil
}

func showDirection(c Overlap) []string {
	lambda, _ := c.unstable()
	if lambda == nil {
		return nil
	}
	sigma := rational(c.Sigma)
	u := eigenvectors(sigma, lambda).Columns(0)
	var out lines
	out.add("u = %s: σu = %s = %s u", inline(u), inline(sigma.Mul(u)), lambda.RatString())
	out.add("g falls from 1 to 0 along u, so that κ = ρu with g(Δ) = 1/%s is a fixed point: −κ + g(Δ)σκ = 0", lambda.RatString())
	out.add("Jacobian there: −I + σ/%s + 2g'(Δ) σκ (Σ_mm κ)ᵀ, the last term a multiple of u (Σ_mm u)ᵀ", lambda.RatString())
	for _, x := range sigma.CharPoly().RationalRoots() {
		if x.Cmp(lambda) > 0 {
			l := eigenvectors(sigma.T(), x).Columns(0)
			growth := new(big.Rat).Sub(new(big.Rat).Quo(x, lambda), big.NewRat(1, 1))
			out.add("l = %s: lᵀσ = %s lᵀ and lᵀu = 0, so that lᵀ times the Jacobian is (%[2]s/%s − 1) lᵀ = %s lᵀ: it grows, whatever φ and Σ_mm", inline(l), x.RatString(), lambda.RatString(), growth.RatString())
			return out
		}
	}
	out.add("the λ_j − λ are the roots of %v, one of which has a positive real part", c.others(lambda))
	return out
}
