package generators

import (
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"
)

// MixtureOptions say what a theorem's hypotheses ask of a mixture. All of them
// are met by construction.
type MixtureOptions struct {
	MinRank        int // 0 stands for 1
	MaxRank        int // 0 stands for 3
	MaxPopulations int // 0 stands for 4
	Nonlinearity   []string
	// Moderate keeps Δ below about 10 at the κ that is drawn.
	Moderate bool
	// Varying gives every population a covariance whose block of (m, I) is
	// regular: Δ > 0 at every κ, and no kink of φ is ever rested on.
	Varying bool
}

// BoundedNonlinearities are those with sup|φ| finite.
var BoundedNonlinearities = []string{"tanh", "erf", "logistic", "hard-tanh"}

// Mixtures draws mixtures.
func Mixtures(o MixtureOptions) *rapid.Generator[Mixture] {
	return rapid.Custom(func(t *rapid.T) Mixture { return drawMixture(noise(t), o) })
}

// MixturePoints draws mixtures and latent states.
func MixturePoints(o MixtureOptions) *rapid.Generator[MixturePoint] {
	return rapid.Custom(func(t *rapid.T) MixturePoint {
		rng := noise(t)
		m := drawMixture(rng, o)
		c := MixturePoint{Mixture: m, Kappa: quarters(rng, 1, m.Rank())[0]}
		switch rng.IntN(8) {
		case 0:
			c.Kappa = make([]float64, m.Rank())
			c.tag("κ = 0")
		case 1, 2:
			if !o.Moderate {
				scaleBy(c.Kappa, 16)
				c.tag("large κ")
			}
		}
		return c
	})
}

// mixtureKinds are what drawMixture chooses from.
var mixtureKinds = []string{"general", "general", "general", "points", "centred", "no input", "singular", "uncorrelated", "large variance", "small variance", "saturated"}

func drawMixture(rng *rand.Rand, o MixtureOptions) Mixture {
	maxRank, maxPopulations := o.MaxRank, o.MaxPopulations
	if maxRank == 0 {
		maxRank = 3
	}
	if maxPopulations == 0 {
		maxPopulations = 4
	}
	rank, pops := between(rng, max(o.MinRank, 1), maxRank), between(rng, 1, maxPopulations)
	m := Mixture{Nonlinearity: o.Nonlinearity[rng.IntN(len(o.Nonlinearity))]}
	kind := mixtureKinds[rng.IntN(len(mixtureKinds))]
	if o.Moderate && (kind == "large variance" || kind == "saturated") {
		kind = "general"
	}
	if o.Varying && slices.Contains([]string{"points", "singular", "centred", "no input"}, kind) {
		kind = "general"
	}
	m.tag(kind)
	columns := 2*rank + 1
	if kind == "singular" {
		columns = between(rng, 1, 2*rank)
	}
	for range pops {
		m.Shares = append(m.Shares, float64(between(rng, 1, 4)))
		m.MeanM = append(m.MeanM, quarters(rng, 1, rank)[0])
		m.MeanN = append(m.MeanN, quarters(rng, 1, rank)[0])
		m.MeanI = append(m.MeanI, quarters(rng, 1, 1)[0][0])
		m.FactorM = append(m.FactorM, factorRows(rng, rank, columns, 0))
		m.FactorN = append(m.FactorN, factorRows(rng, rank, columns, columns))
		m.FactorI = append(m.FactorI, factorRows(rng, 1, columns, rank)[0])
	}
	m.shape(rng, kind)
	m.tagEdges()
	return m
}

// factorRows draws rows of L in quarters. Row i has a diagonal of ½ to 2 and
// nothing beyond it, from column first on: the rows of m and I together are
// triangular, so that their block of L Lᵀ is regular where L has the columns.
func factorRows(rng *rand.Rand, rows, columns, first int) [][]float64 {
	a := quarters(rng, rows, columns)
	for i := range a {
		for k := range a[i] {
			a[i][k] /= 2
			if k > first+i {
				a[i][k] = 0
			}
			if k == first+i {
				a[i][k] = float64(between(rng, 2, 8)) / 4
			}
		}
	}
	return a
}

// shape gives a mixture the marks of its kind.
func (m *Mixture) shape(rng *rand.Rand, kind string) {
	switch kind {
	case "points":
		m.FactorM, m.FactorN, m.FactorI = nil, nil, nil
	case "centred":
		m.MeanM, m.MeanN = zeros(m.Populations(), m.Rank()), zeros(m.Populations(), m.Rank())
		m.dropInput()
	case "no input":
		m.dropInput()
	case "uncorrelated": // n shares no column with (m, I)
		for p := range m.FactorN {
			for i := range m.FactorN[p] {
				clear(m.FactorN[p][i][:m.Rank()+1])
			}
		}
	case "large variance":
		m.eachFactor(func(row []float64) { scaleBy(row, 16) })
	case "small variance":
		m.eachFactor(func(row []float64) { scaleBy(row, 0x1p-13) })
	case "saturated":
		for p := range m.MeanI {
			m.MeanI[p] = nonzeroInteger(rng, 3) * 16
		}
	}
}

func (m *Mixture) dropInput() {
	clear(m.MeanI)
	for p := range m.FactorI {
		clear(m.FactorI[p])
	}
}

// eachFactor edits the rows of m and I, and of n no less.
func (m *Mixture) eachFactor(edit func(row []float64)) {
	for p := range m.FactorM {
		for i := range m.FactorM[p] {
			edit(m.FactorM[p][i])
			edit(m.FactorN[p][i])
		}
		edit(m.FactorI[p])
	}
}

func scaleBy(v []float64, x float64) {
	for i := range v {
		v[i] *= x
	}
}

// tagEdges tags what is so of a mixture, decided without a tolerance.
func (m *Mixture) tagEdges() {
	zero := func(v []float64) bool { return !slices.ContainsFunc(v, func(x float64) bool { return x != 0 }) }
	noInput := zero(m.MeanI)
	for p := range m.FactorI {
		noInput = noInput && zero(m.FactorI[p])
	}
	singularHere := false
	for p := range m.Shares {
		l := m.factor(p)
		singularHere = singularHere || scaledToIntegers(l).rank() < len(l)
	}
	for _, edge := range []struct {
		tag  string
		here bool
	}{
		{"P = 1", m.Populations() == 1},
		{"R = 1", m.Rank() == 1},
		{"R = 3", m.Rank() == 3},
		{"Σ = 0", len(m.FactorM) == 0},
		{"Σ singular", singularHere},
		{"I = 0", noInput},
		{"unequal weights", slices.Max(m.Shares) != slices.Min(m.Shares)},
		{"kinked φ", m.Nonlinearity == "relu" || m.Nonlinearity == "hard-tanh"},
	} {
		if edge.here {
			m.tag(edge.tag)
		}
	}
}
