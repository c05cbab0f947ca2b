package meanfield

import (
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// secondMoments is the formula behind FieldVariance for φ = x, ψ = x²: Stein's
// lemma twice, with a factor of ⟨ψ'⟩'s term that a twin gets wrong.
func secondMoments(name string, cross int64) theorems.Certificate {
	return theorems.Certificate{Shapes: mixtureShapes(), Identity: certificate.Identity{
		Name: name,
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			kappa := b.Matrix("κ", s.R, 1)
			stein, moment := b.Zero(1, 1), b.Zero(1, 1)
			for _, p := range genericPopulations(b, s) {
				mu, delta, c := p.law(b, kappa)
				square := func(v certificate.Expr) certificate.Expr { return v.T().Times(v) }
				spread := b.Zero(1, 1) // tr Σ_nn
				for r := range s.R {
					row := p.n.Slice(r, r+1, 0, s.K)
					spread = spread.Plus(row.Times(row.T()))
				}
				two := b.Integer(2)
				sum := square(p.meanN.T()).Plus(spread).Times(mu.Times(mu).Plus(delta)) // ⟨ψ⟩
				sum = sum.Plus(p.meanN.Times(c).Times(mu.Scaled(two)).Scaled(b.Integer(cross)))
				sum = sum.Plus(square(c).Scaled(two)) // ⟨ψ''⟩ = 2
				stein = stein.Plus(sum.Scaled(p.weight))
				moment = moment.Plus(p.squares(b, kappa).Scaled(p.weight))
			}
			return []certificate.Equation{stein.Equals(moment)}
		}}}
}

// squares is E‖n x‖², x = μ + a·z and n^r = ν_r + b_r·z, entry by entry of z: E z² =
// 1, E z⁴ = 3.
func (p genericPopulation) squares(b *certificate.Builder, kappa certificate.Expr) certificate.Expr {
	a := kappa.T().Times(p.m).Plus(p.i) // 1×K
	mu := p.meanM.Times(kappa).Plus(p.meanI)
	_, k := a.Dims()
	total := b.Zero(1, 1)
	for r := range p.rank() {
		nu := p.meanN.Column(r)
		entry := func(i int) certificate.Expr { return p.n.Slice(r, r+1, i, i+1) }
		aa, ab, bb, quartic := b.Zero(1, 1), b.Zero(1, 1), b.Zero(1, 1), b.Zero(1, 1)
		for i := range k {
			ai, bi := a.Column(i), entry(i)
			aa, ab, bb = aa.Plus(ai.Times(ai)), ab.Plus(ai.Times(bi)), bb.Plus(bi.Times(bi))
			for j := range k {
				aj, bj := a.Column(j), entry(j)
				if i == j {
					quartic = quartic.Plus(ai.Times(ai).Times(bi).Times(bi).Scaled(b.Integer(3)))
					continue
				}
				quartic = quartic.Plus(bi.Times(bi).Times(aj).Times(aj)).Plus(ai.Times(bi).Times(aj).Times(bj).Scaled(b.Integer(2)))
			}
		}
		total = total.Plus(nu.Times(nu).Times(mu.Times(mu).Plus(aa))).Plus(mu.Times(mu).Times(bb)).Plus(quartic)
		total = total.Plus(nu.Times(mu).Times(ab).Scaled(b.Integer(4)))
	}
	return total
}

func secondMomentCertificate() theorems.Certificate {
	return secondMoments("E‖n φ‖² = (‖a_n‖² + tr Σ_nn)⟨φ²⟩ + 2a_n·c ⟨(φ²)'⟩ + ‖c‖²⟨(φ²)''⟩ for φ = x", 2)
}

func falseSecondMoment() *theorems.Certificate {
	c := secondMoments("E‖n φ‖² with a_n·c ⟨(φ²)'⟩ once", 1)
	return &c
}
