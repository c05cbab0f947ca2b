package meanfield

import (
	"math"
	"math/big"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Index is M11.
func Index() theorems.Theorem {
	return theorems.Theorem{
		Ref: "M11", ID: "meanfield/index",
		Statement: "For bounded φ and every mixture whose mean field F has non-degenerate zeros only, off the kinks of φ: Σ sign det(−DF(κ*)) = 1 over the zeros κ* of F.",
		Source:    "+ (degree theory: F is homotopic to −κ where M6 holds)",
		Given:     []string{"φ is bounded", "no zero is degenerate or on a kink", "Σ is a covariance: Σ_nm has no part where m has no variance"},
		Needed:    []theorems.Witness{unboundedHasAnotherSum(), degenerateZeroHasNoSum()},
		Why: "The field and its derivative at each zero listed are summed from moments, with averages by quadrature; an implementation is allowed averages within 2^13 u, at a μ, Δ, Cov(n, x) and ∇Δ off by the rounding of their terms. Eigenvalues are compared with those of that derivative by their elementary symmetric functions (see M7). Zeros are off by 16√R E/s_min(DF); two closer than that are one listed twice. A sign counts where |det DF| exceeds what its minors may be off by. " +
			"Where a zero is so near degenerate that s_min is below 2^-10 ‖DF‖ or 2^16 of its error, index 0 is an answer and the sum is not claimed; elsewhere it is none, and a continuum is none where no such zero is listed. Stability is decided by Hurwitz's determinants where they exceed their errors; to leave it open is no answer where they exceed 2^-10 of their size. On the faces of the box averages within 2^13 u are multiplied with a_n and with at most √(Var n Δ). For hard-tanh and Σ = 0 the field is affine in each of 3^P regions and its zeros are solved for in rationals: the list must be complete.",
		Claims: []theorems.Check{
			theorems.Claim("zeros of a piecewise affine field, all of them", pointMixtures(2, 3), judgeAffineZeros).Visiting("points", "R = 1", "P = 1", "positive feedback").OneRoundIn(3),
			theorems.Deciding(theorems.Claim("F points inward at the box that the degree is taken on", boundedMixtures(3, 3), judgeInward), byInward, decideInward(big.NewRat(1, 1))).Visiting("R = 3", "P = 1"),
			theorems.Deciding(theorems.Claim("indices add up to 1", boundedMixtures(2, 3), judgeIndexSum), byMeans, ofMeans(decideIndexSum)).NotExactly(bySearch).
				Visiting("general", "Σ = 0", "Σ singular", "I = 0", "R = 1", "P = 1", "unequal weights").OneRoundIn(4),
			theorems.Deciding(theorems.Claim("indices add up to 1 in three dimensions", boundedMixtures(3, 3), judgeIndexSum), byMeans, ofMeans(decideIndexSum)).NotExactly(bySearch).Visiting("R = 3").OneRoundIn(60),
		},
		Exact: []theorems.Check{
			theorems.Decide("indices of all zeros of an affine field add up to 1", pointMixtures(2, 3), decideIndexSum).Visiting("R = 1", "positive feedback"),
		},
		Twins: []theorems.Twin{
			setTwin("one of a pair dropped", "a zero and its partner born at a fold: one is not listed", func(_ *model.Mixture, set *model.EquilibriumSet) {
				if n := len(set.Points); n > 1 {
					set.IndexSum -= set.Points[n-1].Index
					set.Points = set.Points[:n-1]
				}
			}),
			setTwin("listed twice", "no check whether a zero is known", func(_ *model.Mixture, set *model.EquilibriumSet) {
				if len(set.Points) > 0 {
					set.Points = append(set.Points, set.Points[0])
					set.IndexSum += set.Points[0].Index
				}
			}),
			setTwin("unstable ones dropped", "zeros that simulations reach", func(_ *model.Mixture, set *model.EquilibriumSet) {
				var kept []model.Equilibrium
				set.IndexSum = 0
				for _, p := range set.Points {
					if p.Stability != model.Unstable {
						kept = append(kept, p)
						set.IndexSum += p.Index
					}
				}
				set.Points = kept
			}),
			setTwin("sign det DF", "the index of −F where R is odd", func(m *model.Mixture, set *model.EquilibriumSet) {
				if m.Rank()%2 == 1 {
					for i := range set.Points {
						set.Points[i].Index *= -1
					}
					set.IndexSum *= -1
				}
			}),
			setTwin("one start", "the first zero found, and no further search", func(_ *model.Mixture, set *model.EquilibriumSet) {
				if len(set.Points) > 1 {
					set.Points = set.Points[:1]
					set.IndexSum = set.Points[0].Index
				}
			}),
			setTwin("stability of −DF", "a zero called stable where eigenvalues of −DF are negative", func(_ *model.Mixture, set *model.EquilibriumSet) {
				for i, p := range set.Points {
					set.Points[i].Stability = map[model.Stability]model.Stability{model.Stable: model.Unstable, model.Unstable: model.Stable}[p.Stability]
				}
			}),
			setTwin("stability left open", "no zero called stable or unstable", func(_ *model.Mixture, set *model.EquilibriumSet) {
				for i := range set.Points {
					set.Points[i].Stability = model.Undecided
				}
			}),
			setTwin("every zero one of a continuum", "zeros that are not looked at taken for a curve of them", func(_ *model.Mixture, set *model.EquilibriumSet) { set.Continuum = true }),
			setTwin("tolerance on F", "points where F is as small as 1e-6, not zero", func(_ *model.Mixture, set *model.EquilibriumSet) {
				for i := range set.Points {
					set.Points[i].Point[0] += 1e-6
				}
			}),
			{Name: "signs of det DF", Mistake: "Σ sign det DF = 1 for every R", False: []theorems.Check{
				theorems.Decide("signs of det DF add up to 1", pointMixtures(2, 3), decideSignSum)}},
		},
		MaxUnknown: 0.1,
	}
}

// boundedMixtures draws mixtures of bounded φ that rest on no kink: hard-tanh with covariances that are regular in (m, I).
func boundedMixtures(rank, pops int) *rapid.Generator[generators.Mixture] {
	smooth := generators.MixtureOptions{MaxRank: rank, MaxPopulations: pops, Nonlinearity: []string{"tanh", "erf", "logistic"}}
	kinked := generators.MixtureOptions{MaxRank: rank, MaxPopulations: pops, Nonlinearity: []string{"hard-tanh"}, Varying: true}
	return rapid.OneOf(generators.Mixtures(smooth), generators.Mixtures(smooth), generators.Mixtures(kinked))
}

// judgeInward is what makes the degree 1: on the faces κ_r = ±(1 + 1/16)B_r, B_r = sup|φ| Σ α E|n^r|, −κ_r decides the sign of F_r.
func judgeInward(s theorems.Subject, c generators.Mixture) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	if !slices.Contains(generators.BoundedNonlinearities, c.Nonlinearity) {
		return f, theorems.ErrUndecided
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	r := c.Rank()
	reach, size := make([]float64, r), 1.0
	for p, alpha := range c.Weights() {
		law := quadrature.Population{Mean: c.Mean(p), Cov: c.Cov(p)}
		for i := range reach {
			reach[i] += alpha * quadrature.AbsMean(law, i)
			size += alpha * (math.Abs(law.Mean[r+i]) + math.Sqrt(law.Cov[r+i][r+i]))
		}
	}
	kappa := make([]float64, r)
	for face := range 2 * r {
		for i, b := range reach {
			kappa[i] = b / 2 * float64(1-2*((face+i)%2))
		}
		at := face / 2
		kappa[at] = max(reach[at], 0x1p-10) * 1.0625 * float64(1-2*(face%2))
		got, err := s.MeanField(m, kappa)
		if err != nil {
			return f, err
		}
		f.Demand("F has R entries", len(got) == r)
		if len(got) != r {
			return f, nil
		}
		// n φ' takes n/√Δ for the covariance: |c⟨φ'⟩| ≤ √Var n, as the averages of theory.md are off by 2^13 u of their size.
		rounding := s.UnitRoundoff * (averageAccuracy*size*(1+spreadOf(c, kappa)) + 64*math.Abs(kappa[at]))
		f.Expect("|F_r + κ_r| ≤ sup|φ| Σ α E|n^r|", max(0, math.Abs(got[at]+kappa[at])-reach[at]), rounding, size)
		f.Demand("F points inward", got[at]*kappa[at] < 0)
	}
	return f, nil
}

// spreadOf bounds √Δ of the net inputs at κ: c⟨φ'⟩ with |c| ≤ √(Var n Δ).
func spreadOf(c generators.Mixture, kappa []float64) float64 {
	most := 0.0
	w := append(append(absolutes(kappa), make([]float64, len(kappa))...), 1)
	for p := range c.Shares {
		most = max(most, dense.Dot(dense.AbsMatVec(c.Cov(p), w), w))
	}
	return math.Sqrt(most)
}

func judgeIndexSum(s theorems.Subject, c generators.Mixture) (f theorems.Finding, err error) {
	if s.Equilibria == nil {
		return f, theorems.Missing("Equilibria")
	}
	if !slices.Contains(generators.BoundedNonlinearities, c.Nonlinearity) {
		return f, theorems.ErrUndecided
	}
	if _, err := plainAt(c, make([]float64, c.Rank()), s.UnitRoundoff); err != nil {
		return f, err // a search may refuse a field whose derivative does not exist in the middle of the box
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	set, err := s.Equilibria(m, model.EquilibriumSearch{})
	if err != nil {
		return f, err
	}
	zeros, err := zerosListed(&f, c, set, s.UnitRoundoff)
	if err != nil || zeros == nil {
		return f, err
	}
	sum, clear := 0, true
	reach := make([]float64, len(set.Points))
	for i, at := range zeros {
		_, sure := at.index()
		clear = clear && sure && at.isolated()
		sum += set.Points[i].Index
		if at.isolated() {
			reach[i] = at.reach()
		}
	}
	for i := range reach {
		for k := range i {
			f.Demand("zeros are distinct", reach[i] == 0 || reach[k] == 0 || distance(set.Points[i].Point, set.Points[k].Point) > reach[i]+reach[k])
		}
	}
	f.Demand("the sum is that of the indices listed", set.IndexSum == sum)
	f.Demand("a bounded field has a zero", len(set.Points) > 0)
	switch {
	case clear:
		f.Demand("indices add up to 1", set.IndexSum == 1)
	case set.IndexSum != 1:
		f.Abstain("a zero is degenerate, or nearly")
	}
	return f, nil
}

func judgeAffineZeros(s theorems.Subject, c generators.Mixture) (f theorems.Finding, err error) {
	if s.Equilibria == nil {
		return f, theorems.Missing("Equilibria")
	}
	want, err := affineZeros(c)
	if err != nil {
		return f, err
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	set, err := s.Equilibria(m, model.EquilibriumSearch{})
	if err != nil {
		return f, err
	}
	u := s.UnitRoundoff
	seen := make([]int, len(want))
	for _, p := range set.Points {
		if len(p.Point) != c.Rank() {
			f.Demand("a zero has R coordinates", false)
			return f, nil
		}
		best := 0
		for k, z := range want {
			if distance(z.kappa, p.Point) < distance(want[best].kappa, p.Point) {
				best = k
			}
		}
		z := want[best]
		off := z.reach(c, u)
		f.Expect("distance to the nearest zero, in rationals", distance(z.kappa, p.Point), off, max(dense.VectorNorm2(z.kappa), 0x1p-10))
		if z.margin > 16*off {
			seen[best]++
			f.Demand("index is sign det(−DF)", p.Index == z.index)
			at, err := plainAt(c, p.Point, u)
			if err != nil {
				return f, err
			}
			at.expectStability(&f, p.Stability)
		} else {
			seen[best] = 1
		}
	}
	sum, clear := 0, true
	for k, z := range want {
		clear = clear && z.margin > 16*z.reach(c, u)
		f.Demand("each zero is listed", seen[k] > 0)
		f.Demand("no zero is listed twice", seen[k] <= 1)
		sum += z.index
	}
	f.Demand("indices add up to 1", sum == 1 && (set.IndexSum == 1 || !clear))
	f.Demand("no continuum is seen where each zero is isolated", !(clear && set.Continuum))
	return f, nil
}
