package conjectures

import "github.com/rankproof/rankproof/theorems"

// leakChangesNothing is F6.
func leakChangesNothing() theorems.Conjecture {
	leaks := []float64{0.5, 0.5, 0.25, 0.75}
	at := func(n, r int) theorems.Level {
		s := theorems.Size{N: n, R: r}
		return level(s, recurrents(s, leaks...), decideTwiceRank)
	}
	return theorems.Conjecture{
		Ref: "F6", ID: "conjectures/leak-changes-nothing",
		Statement: "For every R ≥ 1, every stationary linear network with a leak, y_{t+1} = (aI + M Nᵀ) y_t + ε_t with 0 < a < 1, M Nᵀ of rank R and P ≻ 0, is the process of an LDS of 2R latents.",
		Source:    "S6 carried over from networks without a leak",
		Instead:   "Without the leak 2R are enough (S6). With it the Hankel matrix of Λ_k, k ≥ 1, has rank rank(aI + M Nᵀ) ≥ N − R, and N unless −a is an eigenvalue of M Nᵀ (S13).",
		Levels: []theorems.Level{
			listing(at(1, 1), box([]float64{-1, -0.5, -0.25, 0.25, 0.5}, 2, func(x []float64) Recurrent {
				return Recurrent{M: [][]float64{{x[0]}}, N: [][]float64{{x[1]}}, P: []float64{1}, Leak: 0.5}
			})),
			listing(at(2, 1), box([]float64{-0.5, 0, 0.5, 1}, 4, func(x []float64) Recurrent {
				return Recurrent{M: inRows(x[:2], 1), N: inRows(x[2:], 1), P: []float64{1, 1}, Leak: 0.5}
			})),
			at(2, 2),
			listing(at(3, 1), simplestFirst(func(x []float64) Recurrent {
				return Recurrent{M: inRows(x[:3], 1), N: inRows(x[3:], 1), P: []float64{1, 1, 1}, Leak: 0.5}
			}, copies(6, 0, 1)...)),
		},
		Minimal: "At N = 1 and N = 2 every R ≥ 1 has N ≤ 2R, and all units can be the latents: A = aI + M Nᵀ, C = I, Q = P, R_v = 0. At N = 3 the least rank is R = 1.",
		ByHand: byHand(func(c Recurrent) []string {
			n, err := c.exactly()
			if err != nil {
				return nil
			}
			lambda, _, err := both(n)
			if err != nil {
				return nil
			}
			s, _ := n.Autocovariance(0)
			var out lines
			out.add("J = aI + M Nᵀ = %s, det J = %s", inline(n.J), n.J.Det().RatString())
			out.add("S = J S Jᵀ + P: S = Λ_0 = %s, det S = %s ≠ 0, as S ⪰ P ≻ 0", inline(s), s.Det().RatString())
			out.add("Λ_1 = J S, det Λ_1 = det J det S = %s: rank Λ_1 = %d", lambda.Det().RatString(), lambda.Rank())
			out.add("an LDS has Λ_1 = C A V Cᵀ, of rank at most K, which is too few if K = 2R = %d", 2*len(c.M[0]))
			return out
		}),
	}
}

// decideTwiceRank: K latents are enough iff K ≥ rank [Λ_1, Λ_1ᵀ] (S7), as y is
// Markov.
func decideTwiceRank(c Recurrent) error {
	n, err := c.exactly()
	if err != nil {
		return err
	}
	if c.Leak == 0 {
		return theorems.ErrUndecided
	}
	_, pair, err := both(n)
	if err != nil {
		return err
	}
	if k := pair.Rank(); k > 2*len(c.M[0]) {
		return theorems.Violatedf("K ≥ rank [Λ_1, Λ_1ᵀ] = %d > 2R = %d, in rationals", k, 2*len(c.M[0]))
	}
	return nil
}
