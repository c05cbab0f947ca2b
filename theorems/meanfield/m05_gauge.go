package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// Gauge is M5.
func Gauge() theorems.Theorem {
	mixtures := generators.MixtureOptions{Nonlinearity: generators.AllNonlinearities, Varying: true}
	exactly := generators.MixtureOptions{MaxPopulations: 2, Nonlinearity: []string{"identity"}}
	networks := generators.ReducedOptions{MaxUnits: 6, MaxRank: 3, Nonlinearity: generators.AllNonlinearities}
	return theorems.Theorem{
		Ref: "M5", ID: "meanfield/gauge",
		Statement: "For every invertible G (R×R), M → M G, N → N G⁻ᵀ, κ → G⁻¹κ leave J and x = Mκ + I unchanged, at every N, and turn F(κ) into G⁻¹F(Gκ). " +
			"Moments: a_m → Gᵀa_m, a_n → G⁻¹a_n, Σ_mm → GᵀΣ_mm G, Σ_nm → G⁻¹Σ_nm G, Σ_nn → G⁻¹Σ_nn G⁻ᵀ, Σ_mI → GᵀΣ_mI, Σ_nI → G⁻¹Σ_nI.",
		Source: "+ (B, arXiv:2007.02062, uses G orthogonal)",
		Given:  []string{"M and N change together, by G and G⁻ᵀ"},
		Needed: []theorems.Witness{orthogonalRuleForAnyG()},
		Why: "G⁻¹ in floating point is off by 8R²u‖G‖‖G⁻¹‖ of itself, and with it the moments, each a sum of R or R² products, of √(Σ_ii Σ_jj) in place of |Σ_ij|: where a variance cancels, a covariance is that of a factor of Σ. F at the new moments may move as its averages do: " +
			"⟨φ⟩ by Lip(φ)(δμ + δ√Δ), ⟨φ'⟩ by sup|φ''| of that; and by the accuracy of averages, 2^13 u.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("moments of the changed mixture", generators.Gaugeds(mixtures), judgeGaugedMoments), byGauge, decideGauge(rightRule)).Visiting("P = 1", "R = 1", "R = 3", "unequal weights", "large variance"),
			theorems.Deciding(theorems.Claim("G F'(G⁻¹κ) = F(κ)", generators.Gaugeds(mixtures), judgeGaugedField), byGauge, decideGauge(rightRule)).Visiting("R = 3", "κ = 0", "saturated", "kinked φ"),
			theorems.Deciding(theorems.Claim("one J, one x, N units", generators.ReducedGauges(networks), judgeGaugedNetwork), byLoadings, decideGaugedUnits(rightLoadings)).Visiting("N = 1", "R > N", "dependent loadings", "κ = 0"),
			theorems.Deciding(theorems.Claim("one J, one Mκ", generators.ReducedGauges(networks), judgeGaugedLoadings), byLoadings, decideGaugedUnits(rightLoadings)).Visiting("R > N", "dependent loadings"), // the change alone
		},
		Exact: []theorems.Check{
			theorems.Decide(byGauge, generators.Gaugeds(exactly), decideGauge(rightRule)).Visiting("Σ = 0", "Σ singular", "R = 3", "I = 0"),
		},
		Certificates: []theorems.Certificate{
			certified("T Σ Tᵀ by blocks; μ, Δ, J, x unchanged; F → G⁻¹F(Gκ) for any ⟨φ⟩, ⟨φ'⟩", []certificate.Shape{{R: 1}, {R: 2}, {R: 3}, {R: 4}}, gaugeEquations(false)),
		},
		Twins: []theorems.Twin{
			gaugeTwin("G for Gᵀ", "a_m → G a_m", func(g, inverse mat.Matrix) (m, n mat.Matrix) { return g, inverse }),
			gaugeTwin("n as m", "N → N G: right for orthogonal G", func(g, inverse mat.Matrix) (m, n mat.Matrix) { return g.T(), g.T() }),
			gaugeTwin("G⁻¹ for G⁻ᵀ", "N → N G⁻¹", func(g, inverse mat.Matrix) (m, n mat.Matrix) { return g.T(), inverse.T() }),
			gaugeTwin("n left as it is", "M → M G alone", func(g, inverse mat.Matrix) (m, n mat.Matrix) { return g.T(), identityMatrix(g) }),
			gaugeTwin("G and G⁻¹ exchanged", "M → M G⁻ᵀ, N → N G", func(g, inverse mat.Matrix) (m, n mat.Matrix) { return inverse, g.T() }),
			{Name: "Σ_nm transposed", Mistake: "the covariance of m with n taken for that of n with m", Break: breakGaugedCov(func(g, inverse mat.Matrix, c *model.Moments) {
				c.CovNM = transposedRows(c.CovNM)
			})},
			{Name: "J kept by M alone", Mistake: "N of the network left as it is", Break: func(s theorems.Subject) theorems.Subject {
				s.GaugeNetwork = func(net *model.ReducedNetwork, g [][]float64) (*model.ReducedNetwork, error) {
					right, err := net.Gauge(denseMatrix(g))
					if err != nil {
						return nil, err
					}
					return model.NewReducedNetwork(net.Nonlinearity(), right.M(), net.N(), net.Input())
				}
				return s
			}},
			falseGauge("Σ_nI as it is", "Σ_nI not transformed", func(l *rationalLaw, g, inverse *exact.Matrix) *rationalLaw {
				return l.edited(g, inverse, func(old, cov *exact.Matrix) *exact.Matrix { return withColumn(cov, old, l.rank, 2*l.rank) })
			}),
			falseGauge("Σ_mI as it is", "Σ_mI not transformed", func(l *rationalLaw, g, inverse *exact.Matrix) *rationalLaw {
				return l.edited(g, inverse, func(old, cov *exact.Matrix) *exact.Matrix { return withColumn(cov, old, 0, l.rank) })
			}),
			falseGauge("κ as M", "G⁻¹ for G all along: F → G F(G⁻¹κ)", func(l *rationalLaw, g, inverse *exact.Matrix) *rationalLaw {
				return l.transformed(acting(inverse.T(), g))
			}),
			{Name: "F(Gκ) without G⁻¹", Mistake: "F → F(Gκ)", FalseIdentity: &theorems.Certificate{
				Identity: certificate.Identity{Name: "no G⁻¹", Build: gaugeEquations(true)}, Shapes: []certificate.Shape{{R: 1}, {R: 2}, {R: 3}}}},
		},
		MaxUnknown: 0.05,
	}
}

// gaugeTruth is G, its inverse, and the mixture after it.
type gaugeTruth struct {
	g, inverse *exact.Matrix
	law        *rationalLaw
	condition  float64 // ‖G‖_F ‖G⁻¹‖_F
}

func newGaugeTruth(c generators.Gauged) (*gaugeTruth, error) {
	t := &gaugeTruth{}
	var err error
	if t.g, err = exact.FromFloat64(c.G()); err != nil {
		return nil, err
	}
	if t.inverse, err = t.g.Inverse(); err != nil {
		return nil, err
	}
	l, err := newRationalLaw(c.Mixture)
	if err != nil {
		return nil, err
	}
	t.law = l.transformed(acting(t.g.T(), t.inverse))
	t.condition = dense.NormFro(c.G()) * dense.NormFro(t.inverse.Float64())
	return t, nil
}

// epsilon is the relative error of G⁻¹, and of a sum over two indices with it.
func (t *gaugeTruth) epsilon(u float64) float64 {
	r := float64(t.g.Rows())
	return (8*r*r*t.condition + 4*r + 8) * u
}

// numbers is the truth after G, rounded.
func (t *gaugeTruth) numbers(c generators.Gauged) numberedLaw {
	l := numberedLaw{phi: c.Nonlinearity, weights: c.Weights()}
	for _, p := range t.law.pops {
		mean := p.mean.T().Float64()[0]
		l.means, l.covs = append(l.means, mean), append(l.covs, p.cov.Float64())
	}
	return l
}

func judgeGaugedMoments(s theorems.Subject, c generators.Gauged) (f theorems.Finding, err error) {
	if s.GaugeMixture == nil {
		return f, theorems.Missing("GaugeMixture")
	}
	t, err := newGaugeTruth(c)
	if err != nil {
		return f, err
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	got, err := s.GaugeMixture(m, c.G())
	if err != nil {
		return f, err
	}
	f.Demand("as many populations and latents", got.Populations() == m.Populations() && got.Rank() == m.Rank())
	f.Demand("one φ", got.Nonlinearity().Name() == m.Nonlinearity().Name())
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	// |T| bounds what is added: T is diag(Gᵀ, G⁻¹, 1).
	abs := dense.Abs(acting(t.g.T(), t.inverse).Float64())
	spread := 0.0 // of the error of G⁻¹, normwise, over its entries
	for i := range abs {
		for j := range abs[i] {
			spread = max(spread, abs[i][j])
		}
	}
	rank := c.Rank()
	for i := rank; i < 2*rank; i++ {
		for j := rank; j < 2*rank; j++ {
			abs[i][j] = max(abs[i][j], dense.NormFro(t.inverse.Float64()))
		}
	}
	truth, epsilon := t.numbers(c), t.epsilon(s.UnitRoundoff) // a factor of Σ is rounded by √(Σ_ii Σ_jj)
	for p := range c.Populations() {
		pop := got.Population(p)
		f.Expect("|α − α'|", math.Abs(pop.Weight-c.Weights()[p]), 2*s.UnitRoundoff, 1)
		means := dense.MatVec(abs, dense.Abs([][]float64{c.Mean(p)})[0])
		spreads := dense.MatVec(abs, deviations(c.Cov(p)))
		for i := range means {
			f.Expect("|T a − a'|", math.Abs(pop.Mean[i]-truth.means[p][i]), epsilon*means[i], means[i])
			for j := range means {
				f.Expect("|T Σ Tᵀ − Σ'|", math.Abs(pop.Cov.At(i, j)-truth.covs[p][i][j]), 2*epsilon*spreads[i]*spreads[j], spreads[i]*spreads[j])
			}
		}
	}
	return f, nil
}

// judgeGaugedField: F of the changed mixture at G⁻¹κ is G⁻¹F(κ), both the
// subject's.
func judgeGaugedField(s theorems.Subject, c generators.Gauged) (f theorems.Finding, err error) {
	if s.GaugeMixture == nil || s.MeanField == nil {
		return f, theorems.Missing("GaugeMixture, MeanField")
	}
	t, err := newGaugeTruth(c)
	if err != nil {
		return f, err
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	changed, err := s.GaugeMixture(m, c.G())
	if err != nil {
		return f, err
	}
	before, err := s.MeanField(m, c.Kappa)
	if err != nil {
		return f, err
	}
	kappa := t.inverse.Mul(exact.ColumnFloat64(c.Kappa)).T().Float64()[0]
	after, err := s.MeanField(changed, kappa)
	if err != nil {
		return f, err
	}
	f.Demand("R entries", len(before) == c.Rank() && len(after) == c.Rank())
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	law := numbersOf(c.Mixture)
	bound, size := law.allowance(c.Kappa, law.sums(s.UnitRoundoff), s.UnitRoundoff)
	changedLaw := t.numbers(c)
	changedLaw.factored = true
	other, _ := changedLaw.allowance(kappa, 4*t.epsilon(s.UnitRoundoff), s.UnitRoundoff)
	g := c.G()
	back := dense.MatVec(g, after)
	allowed := dense.MatVec(dense.Abs(g), other)
	for r := range back {
		f.Expect("|G F'(G⁻¹κ) − F(κ)|", math.Abs(back[r]-before[r]), bound[r]+2*allowed[r], size[r])
	}
	return f, nil
}

// gauged is a network as the subject changed it, with what is known of the change.
type gauged struct {
	before, after      *model.ReducedNetwork
	kappa              []float64 // G⁻¹κ
	condition, epsilon float64   // of G, and the rounding of M' and N' beside their loadings
}

// judgeGaugedLoadings compares J, and Mκ, of the changed network with those of
// the one that was given.
func judgeGaugedLoadings(s theorems.Subject, c generators.ReducedGauge) (f theorems.Finding, err error) {
	if s.GaugeNetwork == nil {
		return f, theorems.Missing("GaugeNetwork")
	}
	_, err = expectGaugedLoadings(&f, s, c)
	return f, err
}

func expectGaugedLoadings(f *theorems.Finding, s theorems.Subject, c generators.ReducedGauge) (of gauged, err error) {
	if of.before, err = c.Model(); err != nil {
		return of, err
	}
	if of.after, err = s.GaugeNetwork(of.before, c.G()); err != nil {
		return of, err
	}
	got := of.after
	f.Demand("N×R loadings", got.Units() == c.Units() && got.Rank() == c.Rank())
	if f.Verdict == theorems.Fails {
		return of, nil
	}
	g, err := exact.FromFloat64(c.G())
	if err != nil {
		return of, err
	}
	inverse, err := g.Inverse()
	if err != nil {
		return of, err
	}
	r := float64(c.Rank())
	condition := dense.NormFro(c.G()) * dense.NormFro(inverse.Float64())
	epsilon := (16*r*r*condition + 8*r + 8) * s.UnitRoundoff * condition
	in := got.Input()
	kappa := inverse.Mul(exact.ColumnFloat64(c.Kappa)).T().Float64()[0]
	m, nn := theorems.Rows(got.M()), theorems.Rows(got.N())
	for i := range m {
		f.Demand("one I", in[i] == c.I[i])
		x, y := dense.Dot(m[i], kappa), dense.Dot(c.M[i], c.Kappa)
		size := dense.VectorNorm2(c.M[i]) * dense.VectorNorm2(c.Kappa)
		f.Expect("|M'κ' − Mκ|", math.Abs(x-y), epsilon*size, size)
		for j := range nn {
			size := dense.VectorNorm2(c.M[i]) * dense.VectorNorm2(c.N[j])
			f.Expect("|M'N'ᵀ − M Nᵀ|", math.Abs(dense.Dot(m[i], nn[j])-dense.Dot(c.M[i], c.N[j])), epsilon*size, size)
		}
	}
	of.kappa, of.condition, of.epsilon = kappa, condition, epsilon
	return of, nil
}

func judgeGaugedNetwork(s theorems.Subject, c generators.ReducedGauge) (f theorems.Finding, err error) {
	if s.GaugeNetwork == nil || s.ReducedField == nil {
		return f, theorems.Missing("GaugeNetwork, ReducedField")
	}
	n, err := newFinite(c.Reduced, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	of, err := expectGaugedLoadings(&f, s, c)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	before, err := s.ReducedField(of.before, c.Kappa, c.V)
	if err != nil {
		return f, err
	}
	after, err := s.ReducedField(of.after, of.kappa, c.V)
	if err != nil {
		return f, err
	}
	back := dense.MatVec(c.G(), after)
	_, size := n.place(c.Kappa, c.V, 0, nil)
	weight := 0.0
	for i := range c.N {
		weight += dense.VectorNorm2(c.N[i]) / float64(c.Units())
		size = max(size, dense.VectorNorm2(c.M[i])*dense.VectorNorm2(c.Kappa)+math.Abs(c.I[i]*c.V))
	}
	scale := weight*(n.atZero+n.lipschitz*size) + dense.VectorNorm2(c.Kappa)
	for k := range back {
		f.Expect("|G F'_N(G⁻¹κ) − F_N(κ)|", math.Abs(back[k]-before[k]), (2*of.epsilon+4*n.operations()*n.u*of.condition)*scale, scale)
	}
	return f, nil
}
