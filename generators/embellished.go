package generators

import (
	"slices"

	"pgregory.net/rapid"
)

// Embellished is a mixture at a κ, and what its mean field there does not
// depend on: a part of every n beside what it shares with m and I, and a part
// of m across κ, so that Δ(κ) is kept.
type Embellished struct {
	MixturePoint
	Beside [][]float64 `json:"beside" dim:"P,R" numbers:"few"` // a further column of L in the rows of n: Σ_nn grows by its square
	Across []float64   `json:"across" dim:"P" numbers:"few"`   // scales of a further column in the rows of m, orthogonal to κ
}

// Embellisheds draws mixtures with embellishments.
func Embellisheds(o MixtureOptions) *rapid.Generator[Embellished] {
	points := MixturePoints(o)
	return rapid.Custom(func(t *rapid.T) Embellished {
		c := Embellished{MixturePoint: points.Draw(t, "mixture")}
		rng := noise(t)
		c.Beside, c.Across = quarters(rng, c.Populations(), c.Rank()), quarters(rng, 1, c.Populations())[0]
		if c.Rank() > 1 && slices.ContainsFunc(c.Across, func(x float64) bool { return x != 0 }) {
			c.tag("Σ_mm changed")
		}
		return c
	})
}

// WithBeside returns the mixture with the larger Σ_nn.
func (c Embellished) WithBeside() Mixture {
	return c.withColumn(func(p int) (m, n []float64) { return make([]float64, c.Rank()), c.Beside[p] })
}

// WithAcross returns the mixture with the larger Σ_mm, of the same Δ(κ).
func (c Embellished) WithAcross() Mixture {
	return c.withColumn(func(p int) (m, n []float64) {
		m = make([]float64, c.Rank())
		i, j := p%c.Rank(), (p+1)%c.Rank()
		if i == j {
			return m, m
		}
		m[i], m[j] = c.Across[p]*c.Kappa[j], -c.Across[p]*c.Kappa[i]
		return m, make([]float64, c.Rank())
	})
}

// withColumn returns the mixture with one more column in L of each population.
func (c Embellished) withColumn(column func(p int) (m, n []float64)) Mixture {
	out := c.Mixture
	out.FactorM, out.FactorN, out.FactorI = nil, nil, nil
	for p := range c.Shares {
		m, n := column(p)
		l, r := c.factor(p), c.Rank()
		extended := make([][]float64, len(l))
		for i := range l {
			extra := 0.0
			switch {
			case i < r:
				extra = m[i]
			case i < 2*r:
				extra = n[i-r]
			}
			extended[i] = append(slices.Clone(l[i]), extra)
		}
		out.FactorM, out.FactorN, out.FactorI = append(out.FactorM, extended[:r]), append(out.FactorN, extended[r:2*r]), append(out.FactorI, extended[2*r])
	}
	return out
}

// Alone returns population p as a mixture.
func (m Mixture) Alone(p int) Mixture {
	one := Mixture{Nonlinearity: m.Nonlinearity, Shares: []float64{1}, MeanM: m.MeanM[p : p+1], MeanN: m.MeanN[p : p+1], MeanI: m.MeanI[p : p+1]}
	if p < len(m.FactorM) {
		one.FactorM, one.FactorN, one.FactorI = m.FactorM[p:p+1], m.FactorN[p:p+1], m.FactorI[p:p+1]
	}
	return one
}

// Factor returns L of population p, (2R+1)×f: its covariance is L Lᵀ.
func (m Mixture) Factor(p int) [][]float64 {
	l := m.factor(p)
	for i := range l {
		l[i] = slices.Clone(l[i])
	}
	return l
}
