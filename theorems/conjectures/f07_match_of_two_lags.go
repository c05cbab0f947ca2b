package conjectures

import "github.com/rankproof/rankproof/theorems"

// matchOfTwoLags is F7.
func matchOfTwoLags() theorems.Conjecture {
	smallest := theorems.Size{N: 1, K: 1}
	return theorems.Conjecture{
		Ref: "F7", ID: "conjectures/match-of-two-lags",
		Statement: "For every stationary LDS the first-order match, the network J = Λ_1Λ_0⁺, P = Λ_0 − JΛ_0Jᵀ of S1, has the autocovariance Λ_2 of the LDS too.",
		Source:    "Read off plots of autocovariances, where lag two looks right; S1",
		Instead:   "It has Λ_0 and Λ_1, and is off at lag two by Λ_2 − JΛ_1 = C A Σ V⁺ A V Cᵀ, Σ the posterior covariance of x_t given y_t (S2).",
		Levels:    []theorems.Level{listing(level(smallest, latents(smallest), decideSecondLag), oneLatent())},
		Minimal:   "There is no smaller size: without a unit nothing is observed, and without a latent Λ_1 = Λ_2 = 0 and J = 0.",
		ByHand:    byHand(func(c Latents) []string { return append(firstLags(c), "the match has JΛ_1 at lag two") }),
	}
}

func decideSecondLag(c Latents) error {
	l, err := c.exactly()
	if err != nil {
		return err
	}
	f, err := matched(l)
	if err != nil {
		return err
	}
	return f.keeps(1)
}
