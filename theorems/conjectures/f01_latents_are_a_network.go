package conjectures

import "github.com/rankproof/rankproof/theorems"

// latentsAreANetwork is F1.
func latentsAreANetwork() theorems.Conjecture {
	smallest := theorems.Size{N: 1, K: 1}
	return theorems.Conjecture{
		Ref: "F1", ID: "conjectures/latents-are-a-network",
		Statement: "Every stationary LDS of K latents is, as a process of its observations, some linear network y_{t+1} = J y_t + ε_t of rank at most K.",
		Source:    "V (arXiv:2110.09804), where the network of an LDS is an approximation, taken for the LDS itself; S2",
		Instead: "Its first-order match (S1) is a network of rank at most K with the same law of two neighbouring observations; the same law throughout iff Λ_{k+1} = JΛ_k for all k ≥ 1 (S2), " +
			"as when something reads the latents without noise (S3).",
		Levels:  []theorems.Level{listing(level(smallest, latents(smallest), decideSomeNetwork), oneLatent())},
		Minimal: "There is no smaller size: without a unit nothing is observed, and without a latent y_t = v_t is white, the network J = 0.",
		ByHand: byHand(func(c Latents) []string {
			return append(firstLags(c), "a network has Λ_{k+1} = JΛ_k for every k ≥ 0, so no J will do")
		}),
	}
}

// decideSomeNetwork: a network of that law has Λ_1 = JΛ_0, which determines J
// on the range of Λ_0, where all Λ_k have theirs. By Cayley–Hamilton on the
// range of A it is enough to look at k ≤ rank A.
func decideSomeNetwork(c Latents) error {
	l, err := c.exactly()
	if err != nil {
		return err
	}
	f, err := matched(l)
	for k := 1; err == nil && k <= l.A.Rank(); k++ {
		err = f.keeps(k)
	}
	return err
}
