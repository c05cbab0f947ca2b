package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// Symmetry is M10.
func Symmetry() theorems.Theorem {
	all := generators.MixtureOptions{Nonlinearity: generators.AllNonlinearities, Moderate: true}
	smooth := generators.MixtureOptions{Nonlinearity: generators.SmoothNonlinearities, Moderate: true, MaxPopulations: 1}
	bounded := generators.MixtureOptions{Nonlinearity: []string{"tanh", "erf"}, Moderate: true}
	exactly := generators.MixtureOptions{Nonlinearity: []string{"identity"}, MaxPopulations: 1}
	return theorems.Theorem{
		Ref: "M10", ID: "meanfield/symmetry",
		Statement: "If orthogonal maps Q permute the populations (a_m → Q a_m, a_n → Q a_n, Σ_mm → QΣ_mm Qᵀ, Σ_nm → QΣ_nm Qᵀ, Σ_mI → QΣ_mI, Σ_nI → QΣ_nI, a_I and Σ_II carried along, " +
			"weights equal along each orbit) then F(Qκ) = Q F(κ) and DF(Qκ) = Q DF(κ) Qᵀ: fixed points come in orbits, of one spectrum.",
		Source: "B (arXiv:2007.02062), section 5; +",
		Given:  []string{"Q is orthogonal", "weights are equal along each orbit", "a_I is carried along"},
		Needed: []theorems.Witness{stretchingIsNoSymmetry(), unequalWeightsBreakSymmetry(), ownInputsBreakSymmetry()},
		Why: "Images by signed permutations are exact; others are off by R u of their norms, as the sums of F are: arguments of averages move by that, averages as in M5, " +
			"and each of them is off by 2^13 u. Derivatives of averages are bounded by those of φ, ⟨φ'''⟩ in moving by sup|φ'''|/√Δ. " +
			"Where DF, from moments, has s_min above 2^-10 ‖DF‖ and 2^16 of its error at each zero listed, no index is 0 and there is no continuum (M11). " +
			"A list that lacks an image that is a zero, its indices adding up to 1, is incomplete in a way that no search can see, and says nothing.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("F(Qκ) = Q F(κ)", generators.Symmetrics(all, false), judgeSymmetricField), byImages, decideImages(rightImage)).
				Visiting("reflection", "cyclic 5", "hexagon", "turns of the tetrahedron", "turns of the cube", "cube and octahedron", "Σ = 0", "Σ singular", "κ = 0", "kinked φ"),
			theorems.Deciding(theorems.Claim("DF(Qκ) = Q DF(κ) Qᵀ", generators.Symmetrics(smooth, false), judgeSymmetricJacobian), byImages, decideImages(rightImage)).Visiting("cyclic 3", "square", "sign changes", "permutations").OneRoundIn(3),
			theorems.Deciding(theorems.Claim("fixed points come in orbits", generators.SymmetricAttractors(bounded), judgeOrbits), byImages, decideImages(rightImage)).Visiting("attractor").OneRoundIn(30),
			theorems.Claim("cube: 6 and 14 stable states, octahedron: 8", solids(), judgeSolid).OneRoundIn(150).
				NotExactly(bySearch),
		},
		Exact: []theorems.Check{
			theorems.Decide("signed permutations, turned by 3-4-5, of a quadratic φ", generators.Symmetrics(exactly, true), decideSymmetry(rightImage)).AsDrawn().
				Visiting("reflection", "square", "turns of the cube", "Σ = 0", "Σ singular", "I = 0"),
		},
		Certificates: []theorems.Certificate{
			certified("an image at Qκ contributes Q times what its original does at κ, for orthogonal Q (Cayley), any ⟨φ⟩, ⟨φ'⟩", []certificate.Shape{{R: 1}, {R: 2}, {R: 3}, {R: 4}}, imageEquations(false)),
			certified("F(Qκ) = Q F(κ) for an orbit pair under a reflection Q = 1 − 2vvᵀ/vᵀv", []certificate.Shape{{R: 1}, {R: 2}, {R: 3}, {R: 4}}, pairEquations(false)),
		},
		Twins: []theorems.Twin{
			flawedFieldTwin("the first latent alone", "Δ = κ₁² Var m¹: a loop over latents that ends after one", fieldFlaw{spread: func(p flawedPopulation, r, s int) float64 {
				if r+s > 0 {
					return 0
				}
				return p.at(r, s)
			}}),
			flawedFieldTwin("last population forgotten", "p < P − 1", fieldFlaw{lastForgotten: true}),
			flawedFieldTwin("upper triangle", "Σ_nm[r][s] for r > s left 0", fieldFlaw{overlap: func(p flawedPopulation, r, s int) float64 {
				if r > s {
					return 0
				}
				return p.at(p.rank+r, s)
			}}),
			{Name: "one fixed point of a pair", Mistake: "a search that drops the last it found", Break: func(s theorems.Subject) theorems.Subject {
				right := s.Equilibria
				s.Equilibria = func(m *model.Mixture, search model.EquilibriumSearch) (*model.EquilibriumSet, error) {
					set, err := right(m, search)
					if err == nil && len(set.Points) > 1 {
						fewer := *set
						fewer.Points = set.Points[:len(set.Points)-1]
						set = &fewer
					}
					return set, err
				}
				return s
			}},
			setTwin("every zero one of a continuum", "zeros that are not looked at taken for a curve of them", func(_ *model.Mixture, set *model.EquilibriumSet) { set.Continuum = true }),
			setTwin("every zero degenerate", "the sign of det(−DF) not asked for", func(_ *model.Mixture, set *model.EquilibriumSet) {
				for i := range set.Points {
					set.IndexSum -= set.Points[i].Index
					set.Points[i].Index = 0
				}
			}),
			falseImage("a_n not carried along", "a_n the same for all images", func(q, _ *exact.Matrix, _ int) (m, n *exact.Matrix) { return q, exact.Identity(q.Rows()) }),
			falseImage("Qᵀ for Q in n", "a_n → Qᵀa_n, Σ_nm → QᵀΣ_nm Qᵀ", func(q, _ *exact.Matrix, _ int) (m, n *exact.Matrix) { return q, q.T() }),
			falseImage("half an orbit", "every other image left out", func(q, _ *exact.Matrix, k int) (m, n *exact.Matrix) {
				if k%2 == 1 {
					return nil, nil
				}
				return q, q
			}),
			falseImage("images of m alone", "Q on m, n mirrored in the first latent", func(q, first *exact.Matrix, _ int) (m, n *exact.Matrix) { return q, first.Mul(q) }),
			{Name: "F invariant", Mistake: "F(Qκ) = F(κ)", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "invariant", Build: pairEquations(true)}, Shapes: []certificate.Shape{{R: 1}, {R: 2}, {R: 3}}}},
			{Name: "any invertible Q", Mistake: "Q not orthogonal", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "not orthogonal", Build: imageEquations(true)}, Shapes: []certificate.Shape{{R: 1}, {R: 2}, {R: 3}}}},
		},
		MaxUnknown: 0.05,
	}
}

// someElements are a few maps of the group, other than the identity.
func someElements(c generators.Symmetric, most int) [][][]float64 {
	e := c.Elements()[1:]
	if len(e) <= most {
		return e
	}
	var out [][][]float64
	for k := range most {
		out = append(out, e[k*(len(e)-1)/(most-1)])
	}
	return out
}

// imageError is the relative rounding of images, norm by norm, and of sums.
func (l numberedLaw) imageError(u float64) float64 {
	return l.sums(u) + 8*float64(len(l.means[0]))*u
}

func judgeSymmetricField(s theorems.Subject, c generators.Symmetric) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	whole := c.Whole()
	before, m, err := fieldOf(s, &f, whole, c.Kappa)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	law, u := numbersOf(whole), s.UnitRoundoff
	law.normwise = true
	bound, size := law.allowance(c.Kappa, law.imageError(u), u)
	largestBound, largestSize := dense.VectorNorm2(bound), dense.VectorNorm2(size)
	for _, q := range someElements(c, 2) {
		after, err := s.MeanField(m, dense.MatVec(q, c.Kappa))
		if err != nil {
			return f, err
		}
		f.Demand("R entries", len(after) == c.Rank())
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		turned := dense.MatVec(q, before)
		for r := range turned {
			f.Expect("|F(Qκ) − Q F(κ)|", math.Abs(after[r]-turned[r]), 3*largestBound, largestSize)
		}
	}
	return f, nil
}

func judgeSymmetricJacobian(s theorems.Subject, c generators.Symmetric) (f theorems.Finding, err error) {
	if s.MeanFieldJacobian == nil {
		return f, theorems.Missing("MeanFieldJacobian")
	}
	whole := c.Whole()
	m, err := whole.Model()
	if err != nil {
		return f, err
	}
	before, err := s.MeanFieldJacobian(m, c.Kappa)
	if err != nil {
		return f, err
	}
	law, u := numbersOf(whole), s.UnitRoundoff
	law.normwise = true
	bound, size := law.jacobianAllowance(c.Kappa, law.imageError(u), u)
	for _, q := range someElements(c, 2) {
		after, err := s.MeanFieldJacobian(m, dense.MatVec(q, c.Kappa))
		if err != nil {
			return f, err
		}
		f.Demand("R×R", len(before) == c.Rank() && len(after) == c.Rank())
		if f.Verdict == theorems.Fails {
			return f, nil
		}
		turned := dense.MatMul(dense.MatMul(q, before), dense.Transpose(q))
		for r := range turned {
			for k := range turned[r] {
				f.Expect("|DF(Qκ) − Q DF(κ) Qᵀ|", math.Abs(after[r][k]-turned[r][k]), 3*bound, size)
			}
		}
	}
	return f, nil
}

// jacobianAllowance returns how far from the truth DF(κ) may be computed, in
// the Frobenius norm, and its size, as allowance does for F. φ is smooth.
func (l numberedLaw) jacobianAllowance(kappa []float64, epsilon, u float64) (bound, size float64) {
	lipschitz, second, third := precise.Constants(l.phi)
	rank := len(kappa)
	size = math.Sqrt(float64(rank))
	bound = 4 * u * size
	for p, weight := range l.weights {
		in := l.at(p, kappa)
		mean, cov := l.means[p], l.covs[p]
		deviation := math.Sqrt(max(in.delta, math.SmallestNonzeroFloat64))
		off := epsilon * in.absDelta
		shift := epsilon*in.absMu + off/math.Sqrt(max(in.delta, off, math.SmallestNonzeroFloat64))
		m, n := dense.VectorNorm2(mean[:rank]), dense.VectorNorm2(mean[rank:2*rank])
		over := dense.VectorNorm2(in.absOver)
		nm, mm, mi := 0.0, 0.0, 0.0
		for i := range rank {
			for j := range rank {
				nm, mm = math.Hypot(nm, cov[rank+i][j]), math.Hypot(mm, cov[i][j])
			}
			mi = math.Hypot(mi, cov[i][2*rank])
		}
		spread := mm*dense.VectorNorm2(kappa) + mi
		accuracy := averageAccuracy * u
		prime, bend := accuracy+second*shift, accuracy+third*shift
		// ⟨φ'''⟩ moves by the average of φ''', with z/√Δ, and is never more than its supremum.
		twist := accuracy + min(2*third, third*shift/deviation)
		terms := n*(lipschitz*m+second*spread) + lipschitz*nm + over*(second*m+third*spread)
		bound += weight * (n*(prime*m+bend*spread) + prime*nm + over*(bend*m+twist*spread) + 4*epsilon*terms)
		size += weight * terms
	}
	return bound, size
}
