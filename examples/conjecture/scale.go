package conjecture

import "github.com/rankproof/rankproof/theorems"

// WhateverTheUnit is P2.
func WhateverTheUnit() theorems.Theorem {
	trace := func(name, mistake string, wrong func(trace, square float64) float64) theorems.Twin {
		return twin(name, mistake, func(g [][]float64, psi []float64) float64 { return wrong(traces(g, psi)) })
	}
	return theorems.Theorem{
		Ref: "P2", ID: "dimension/whatever-the-unit", Source: "definition",
		Statement: "D(2G, 4ψ) = D(G, ψ), bit for bit in binary arithmetic: activity in other units has the same dimension.",
		Why:       "Factors 2 and 4 are exact, and round as without them: nothing is allowed.",
		Claims: []theorems.Check{theorems.Claim("doubled", populations(), func(s theorems.Subject, p Population) (f theorems.Finding, err error) {
			dimension, err := dimensionOf(s)
			if err != nil {
				return f, err
			}
			d, err := dimension(p.G, p.Psi)
			if err != nil {
				return f, err
			}
			doubled, err := dimension(p.doubled().G, p.doubled().Psi)
			f.Demand("D(2G, 4ψ) = D(G, ψ)", doubled == d)
			return f, err
		})},
		Exact: []theorems.Check{theorems.Decide("doubled, in rationals", populations(), func(p Population) error {
			return p.sameDimension(p.doubled())
		})},
		Twins: []theorems.Twin{
			trace("trace not squared", "tr C/tr C²", func(t, s float64) float64 { return t / s }),
			trace("a ridge", "tr C² + 10⁻³, against division by 0", func(t, s float64) float64 { return t * t / (s + 1e-3) }),
			trace("square not divided", "(tr C)²", func(t, s float64) float64 { return t * t }),
		},
	}
}
