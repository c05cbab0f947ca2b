package meanfield

import (
	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// gaugeRule says what becomes of the moments.
type gaugeRule func(l *rationalLaw, g, inverse *exact.Matrix) *rationalLaw

func rightRule(l *rationalLaw, g, inverse *exact.Matrix) *rationalLaw {
	return l.edited(g, inverse, func(_, cov *exact.Matrix) *exact.Matrix { return cov })
}

// edited returns the moments by the formulas of M5, block by block, and then
// an edit of the covariance.
func (l *rationalLaw) edited(g, inverse *exact.Matrix, edit func(old, cov *exact.Matrix) *exact.Matrix) *rationalLaw {
	r := l.rank
	out := &rationalLaw{rank: r}
	for _, p := range l.pops {
		block := func(i, j int) *exact.Matrix { // 0: m, 1: n, 2: I
			to := [...]int{0, r, 2 * r, 2*r + 1}
			return p.cov.Slice(to[i], to[i+1], to[j], to[j+1])
		}
		mean := exact.VStack(g.T().Mul(p.mean.Slice(0, r, 0, 1)), inverse.Mul(p.mean.Slice(r, 2*r, 0, 1)), p.mean.Slice(2*r, 2*r+1, 0, 1))
		mm, nm, nn := g.T().Mul(block(0, 0)).Mul(g), inverse.Mul(block(1, 0)).Mul(g), inverse.Mul(block(1, 1)).Mul(inverse.T())
		mi, ni := g.T().Mul(block(0, 2)), inverse.Mul(block(1, 2))
		cov := exact.VStack(exact.HStack(mm, nm.T(), mi), exact.HStack(nm, nn, ni), exact.HStack(mi.T(), ni.T(), block(2, 2)))
		out.pops = append(out.pops, rationalPopulation{p.weight, mean, edit(p.cov, cov), nil})
	}
	return out
}

// withColumn returns cov with the entries of rows from … to−1 of its last
// column, and of its last row, taken from another.
func withColumn(cov, other *exact.Matrix, from, to int) *exact.Matrix {
	last := cov.Rows() - 1
	pick := exact.Zero(last+1, last+1)
	for i := from; i < to; i++ {
		unit := exact.Identity(last + 1).Columns(i)
		pick = pick.Add(unit.Mul(unit.T()))
	}
	end := exact.Identity(last + 1).Columns(last)
	column := pick.Mul(other.Sub(cov)).Mul(end).Mul(end.T())
	return cov.Add(column).Add(column.T())
}

// byGauge says what decideGauge decides.
const byGauge = "moments, F of a quadratic φ"

// decideGauge: the moments by a rule are those of (Gᵀm, G⁻¹n, I), and the field
// of a quadratic φ is G⁻¹F(Gκ).
func decideGauge(rule gaugeRule) func(generators.Gauged) error {
	return func(c generators.Gauged) error {
		l, err := newRationalLaw(c.Mixture)
		if err != nil {
			return err
		}
		t, err := newGaugeTruth(c)
		if err != nil {
			return err
		}
		changed := rule(l, t.g, t.inverse)
		kappa := exact.ColumnFloat64(c.Kappa)
		if err := sameMatrix("F' = G⁻¹F(Gκ)", changed.field(kappa), t.inverse.Mul(l.field(t.g.Mul(kappa)))); err != nil {
			return err
		}
		for p := range l.pops {
			if err := sameMatrix("a'", changed.pops[p].mean, t.law.pops[p].mean); err != nil {
				return err
			}
			if err := sameMatrix("Σ' = T Σ Tᵀ", changed.pops[p].cov, t.law.pops[p].cov); err != nil {
				return err
			}
		}
		return nil
	}
}

// falseGauge is a rule of moments that must be refuted.
func falseGauge(name, mistake string, rule gaugeRule) theorems.Twin {
	gauged := generators.Gaugeds(generators.MixtureOptions{MaxPopulations: 2, Nonlinearity: []string{"identity"}})
	return theorems.Twin{Name: name, Mistake: mistake, False: []theorems.Check{theorems.Decide(name, gauged, decideGauge(rule))}}
}

// orthogonalRuleForAnyG: R = 1, G = 2, n → 2n: F is not turned into ½F(2κ).
func orthogonalRuleForAnyG() theorems.Witness {
	c := generators.Gauged{Shear: [][]float64{{0}}, Stretch: []float64{2}}
	c.Mixture = generators.Mixture{Nonlinearity: "identity", Shares: []float64{1}, MeanM: [][]float64{{1}}, MeanN: [][]float64{{1}}, MeanI: []float64{0}}
	c.Kappa = []float64{1}
	t := falseGauge("N → N G", "", func(l *rationalLaw, g, inverse *exact.Matrix) *rationalLaw {
		return l.transformed(acting(g.T(), g.T()))
	})
	return theorems.Witness{Without: "M and N change together, by G and G⁻ᵀ", Shows: "R = 1, G = 2, n → 2n: J grows fourfold", Check: t.False[0], Case: c}
}

// gaugeEquations: moments are generic, and so are ⟨φ⟩ and ⟨φ'⟩ of a population,
// which μ and Δ decide. Inexact: without the G⁻¹ in front.
func gaugeEquations(wrong bool) func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
	return func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		r := s.R
		g := b.Matrix("G", r, r)
		inverse := g.Inverse()
		am, an := b.Matrix("a_m", r, 1), b.Matrix("a_n", r, 1)
		mm, nn, nm := b.Symmetric("Σ_mm", r), b.Symmetric("Σ_nn", r), b.Matrix("Σ_nm", r, r)
		mi, ni, ii := b.Matrix("Σ_mI", r, 1), b.Matrix("Σ_nI", r, 1), b.Scalar("Σ_II")
		one, value, prime := b.Identity(1), b.Scalar("⟨φ⟩"), b.Scalar("⟨φ'⟩")
		kappa := b.Matrix("κ", r, 1) // the new latents
		old := g.Times(kappa)

		am2, an2 := g.T().Times(am), inverse.Times(an)
		mm2, nm2 := g.T().Times(mm).Times(g), inverse.Times(nm).Times(g)
		mi2, ni2 := g.T().Times(mi), inverse.Times(ni)
		cov := b.Block([][]certificate.Expr{{mm, nm.T(), mi}, {nm, nn, ni}, {mi.T(), ni.T(), ii}})
		t := b.Block([][]certificate.Expr{{g.T(), b.Zero(r, r), b.Zero(r, 1)}, {b.Zero(r, r), inverse, b.Zero(r, 1)}, {b.Zero(1, r), b.Zero(1, r), one}})
		nn2 := inverse.Times(nn).Times(inverse.T())
		cov2 := b.Block([][]certificate.Expr{{mm2, nm2.T(), mi2}, {nm2, nn2, ni2}, {mi2.T(), ni2.T(), ii}})
		delta := func(k, mm, mi certificate.Expr) certificate.Expr {
			return k.T().Times(mm).Times(k).Plus(k.T().Times(mi).Scaled(b.Integer(2))).Plus(ii)
		}
		field := func(k, an, nm, ni certificate.Expr) certificate.Expr {
			return an.Scaled(value).Plus(nm.Times(k).Plus(ni).Scaled(prime)).Minus(k)
		}
		before := field(old, an, nm, ni)
		if !wrong {
			before = inverse.Times(before)
		}
		m, n := b.Matrix("M", 4, r), b.Matrix("N", 4, r)
		return []certificate.Equation{
			field(kappa, an2, nm2, ni2).Equals(before),
			t.Times(cov).Times(t.T()).Equals(cov2),
			am2.T().Times(kappa).Equals(am.T().Times(old)),
			delta(kappa, mm2, mi2).Equals(delta(old, mm, mi)),
			m.Times(g).Times(n.Times(inverse.T()).T()).Equals(m.Times(n.T())),
			m.Times(g).Times(kappa).Equals(m.Times(old)),
		}
	}
}

func denseMatrix(rows [][]float64) *mat.Dense {
	out := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		out.SetRow(i, row)
	}
	return out
}

func symmetricOf(n int, entry func(i, j int) float64) *mat.SymDense {
	out := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			out.SetSym(i, j, entry(i, j))
		}
	}
	return out
}

func identityMatrix(like mat.Matrix) mat.Matrix {
	n, _ := like.Dims()
	out := mat.NewDense(n, n, nil)
	for i := range n {
		out.Set(i, i, 1)
	}
	return out
}

func transposedRows(a [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		for j := range a {
			out[i] = append(out[i], a[j][i])
		}
	}
	return out
}

// gaugeTwin changes m and n of a mixture, and M and N of a network, by wrong
// matrices.
func gaugeTwin(name, mistake string, wrong func(g, inverse mat.Matrix) (m, n mat.Matrix)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		matrices := func(rows [][]float64) (mat.Matrix, mat.Matrix, error) {
			g := denseMatrix(rows)
			var inverse mat.Dense
			err := inverse.Inverse(g)
			m, n := wrong(g, &inverse)
			return m, n, err
		}
		s.GaugeMixture = func(m *model.Mixture, g [][]float64) (*model.Mixture, error) {
			a, b, err := matrices(g)
			if err != nil {
				return nil, err
			}
			return actedOn(m, a, b)
		}
		s.GaugeNetwork = func(net *model.ReducedNetwork, g [][]float64) (*model.ReducedNetwork, error) {
			a, b, err := matrices(g)
			if err != nil {
				return nil, err
			}
			var m, n mat.Dense
			m.Mul(net.M(), a.T())
			n.Mul(net.N(), b.T())
			return model.NewReducedNetwork(net.Nonlinearity(), &m, &n, net.Input())
		}
		return s
	}}
}

// actedOn returns the mixture of (A m, B n, I).
func actedOn(m *model.Mixture, a, b mat.Matrix) (*model.Mixture, error) {
	r := m.Rank()
	t := mat.NewDense(2*r+1, 2*r+1, nil)
	t.Set(2*r, 2*r, 1)
	for i := range r {
		for j := range r {
			t.Set(i, j, a.At(i, j))
			t.Set(r+i, r+j, b.At(i, j))
		}
	}
	pops := make([]model.Population, m.Populations())
	for p := range pops {
		pop := m.Population(p)
		var mean mat.VecDense
		mean.MulVec(t, mat.NewVecDense(len(pop.Mean), pop.Mean))
		var cov mat.Dense
		cov.Product(t, pop.Cov, t.T())
		sym := symmetricOf(2*r+1, func(i, j int) float64 { return (cov.At(i, j) + cov.At(j, i)) / 2 })
		pops[p] = model.Population{Weight: pop.Weight, Mean: mean.RawVector().Data, Cov: sym}
	}
	return model.NewMixture(m.Nonlinearity(), pops)
}

// breakGaugedCov edits the moments after a right change, and completes them.
func breakGaugedCov(edit func(g, inverse mat.Matrix, c *model.Moments)) func(theorems.Subject) theorems.Subject {
	return func(s theorems.Subject) theorems.Subject {
		right := s.GaugeMixture
		s.GaugeMixture = func(m *model.Mixture, rows [][]float64) (*model.Mixture, error) {
			changed, err := right(m, rows)
			if err != nil {
				return nil, err
			}
			g := denseMatrix(rows)
			var inverse mat.Dense
			if err := inverse.Inverse(g); err != nil {
				return nil, err
			}
			moments := make([]model.Moments, changed.Populations())
			for p := range moments {
				moments[p] = changed.Moments(p)
				edit(g, &inverse, &moments[p])
			}
			return model.MixtureOfMoments(m.Nonlinearity(), moments)
		}
		return s
	}
}
