package model

// FieldVariance returns N·E‖F_N(κ) − F(κ)‖², how far the field of a network of
// N units sampled from m is from the mean field: tr Cov(n φ(x)), x = m·κ + I,
// over the whole mixture where labels are drawn, Σ_p α_p tr Cov_p(n φ) where
// population sizes are fixed at α_p N. It is the same at every N, and depends
// on Σ_nn, as F does not. (M3)
//
// With c = Cov(n, x), E‖n φ‖² of a population is (‖a_n‖² + tr Σ_nn)⟨φ²⟩ +
// 2 a_n·c ⟨(φ²)'⟩ + ‖c‖²⟨(φ²)”⟩, by Stein's lemma twice.
func (m *Mixture) FieldVariance(kappa []float64, fixedSizes bool) (float64, error) {
	if err := finiteVector("kappa", kappa, m.rank); err != nil {
		return 0, err
	}
	c := m.Circuit()
	variance, total := 0.0, make([]float64, m.rank)
	for p := range m.pops {
		pop := &m.pops[p]
		in := pop.input(kappa)
		a, err := c.fieldAverages(p, in)
		if err != nil {
			return 0, err
		}
		square := SquareAverages{Value: a.Value * a.Value}
		if in.delta > 0 || !m.phi.onKink(in.mu) {
			if square, err = m.phi.SquareAverages(in.mu, in.delta); err != nil {
				return 0, inPopulation(p, err)
			}
		}
		second, mean := 0.0, 0.0
		for r := range kappa {
			n, over := pop.MeanN[r], in.overlap[r]
			second += (n*n+pop.cov.at(m.rank+r, m.rank+r))*square.Value + 2*n*over*square.Prime + over*over*square.Second
			average := n*a.Value + over*a.Prime
			mean += average * average
			total[r] += pop.weight * average
		}
		variance += pop.weight * second
		if fixedSizes {
			variance -= pop.weight * mean
		}
	}
	if !fixedSizes {
		for _, x := range total {
			variance -= x * x
		}
	}
	return max(variance, 0), nil // which rounding may make negative
}
