package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
)

// grain is the power of two in whose fractions instances are whole numbers.
const grain = 40

// wholes are numbers times 2^grain.
func wholes(v []float64) ([]*big.Int, error) {
	out := make([]*big.Int, len(v))
	for i, x := range v {
		scaled := theorems.Rational(x)
		scaled.Mul(scaled, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), grain)))
		if !scaled.IsInt() {
			return nil, theorems.ErrUndecided
		}
		out[i] = new(big.Int).Set(scaled.Num())
	}
	return out, nil
}

// decideStein: for φ = x, x², x³ E[n φ(x)] of a population, expanded in the
// independent normals z behind (m, n, I) = mean + L z, is what Stein's lemma says
// of μ, Δ and c from the blocks of Σ = L Lᵀ.
func decideStein(c generators.MixturePoint) error {
	kappa, err := wholes(c.Kappa)
	if err != nil {
		return err
	}
	one, _ := wholes([]float64{1})
	w := append(append([]*big.Int(nil), kappa...), one[0]) // of (m, I)
	rank := c.Rank()
	for p := range c.Populations() {
		means, err := wholes(c.Mean(p))
		if err != nil {
			return err
		}
		rows, cov := make([][]*big.Int, 2*rank+1), make([][]*big.Int, 2*rank+1)
		for i := range rows {
			var factor []float64
			switch {
			case len(c.FactorM) == 0:
			case i < rank:
				factor = c.FactorM[p][i]
			case i < 2*rank:
				factor = c.FactorN[p][i-rank]
			default:
				factor = c.FactorI[p]
			}
			if rows[i], err = wholes(factor); err != nil {
				return err
			}
		}
		for i := range rows {
			for j := range rows {
				cov[i] = append(cov[i], dot(rows[i], rows[j]))
			}
		}
		index := make([]int, rank+1) // of (m, I) in (m, n, I)
		for r := range rank {
			index[r] = r
		}
		index[rank] = 2 * rank
		for r := range rank {
			if err := steinOf(w, index, means, rows, cov, rank+r); err != nil {
				return err
			}
		}
	}
	return nil
}

// steinOf compares for one n, row n of (m, n, I).
func steinOf(w []*big.Int, index []int, means []*big.Int, rows, cov [][]*big.Int, n int) error {
	mu, delta, overlap := new(big.Int), new(big.Int), new(big.Int)
	a := make([]*big.Int, len(rows[n]))
	for k := range a {
		a[k] = new(big.Int)
	}
	for i, at := range index {
		accumulate(mu, w[i], means[at])
		accumulate(overlap, w[i], cov[n][at])
		for k := range a {
			accumulate(a[k], w[i], rows[at][k])
		}
		for j, other := range index {
			accumulate(delta, new(big.Int).Mul(w[i], w[j]), cov[at][other])
		}
	}
	nu, b := means[n], rows[n]
	mu2 := new(big.Int).Mul(mu, mu)
	averages := [][2]*big.Int{ // ⟨φ⟩, ⟨φ'⟩
		{mu, big.NewInt(1)},
		{new(big.Int).Add(mu2, delta), twice(mu, 2)},
		{new(big.Int).Mul(mu, new(big.Int).Add(mu2, twice(delta, 3))), twice(new(big.Int).Add(mu2, delta), 3)},
	}
	for degree, moment := range momentsOfProduct(nu, mu, b, a) {
		stein := new(big.Int).Mul(nu, averages[degree][0])
		accumulate(stein, overlap, averages[degree][1])
		if moment.Cmp(stein) != 0 {
			return theorems.Violatedf("E[n x^%d] is %v, Stein says %v, in fractions of a power of 2", degree+1, moment, stein)
		}
	}
	return nil
}

// momentsOfProduct returns E[(ν + b·z)(μ + a·z)^k] for k = 1, 2, 3: every product
// of entries of z, of which E z = E z³ = 0, E z² = 1, E z⁴ = 3.
func momentsOfProduct(nu, mu *big.Int, b, a []*big.Int) []*big.Int {
	first := append([]*big.Int{nu}, b...) // coefficient 0 is that of 1
	second := append([]*big.Int{mu}, a...)
	var out []*big.Int
	for degree := 1; degree <= 3; degree++ {
		total := new(big.Int)
		var expand func(product *big.Int, left int, counts []int)
		expand = func(product *big.Int, left int, counts []int) {
			if left == 0 {
				weight := int64(1)
				for _, count := range counts {
					weight *= [5]int64{1, 0, 1, 0, 3}[count]
				}
				total.Add(total, twice(product, weight))
				return
			}
			odd := 0
			for _, count := range counts {
				odd += count % 2
			}
			if odd > left {
				return // some z stays odd
			}
			for k, x := range second {
				if x.Sign() == 0 {
					continue
				}
				if k > 0 {
					counts[k-1]++
				}
				expand(new(big.Int).Mul(product, x), left-1, counts)
				if k > 0 {
					counts[k-1]--
				}
			}
		}
		for k, x := range first {
			counts := make([]int, len(a))
			if k > 0 {
				counts[k-1]++
			}
			if x.Sign() != 0 {
				expand(x, degree, counts)
			}
		}
		out = append(out, total)
	}
	return out
}

func dot(a, b []*big.Int) *big.Int {
	out := new(big.Int)
	for k := range a {
		accumulate(out, a[k], b[k])
	}
	return out
}

func accumulate(sum, a, b *big.Int) { sum.Add(sum, new(big.Int).Mul(a, b)) }

func twice(x *big.Int, times int64) *big.Int { return new(big.Int).Mul(x, big.NewInt(times)) }

// mixtureShapes: R is the rank, K the number of independent normals behind a
// population, N that of populations.
func mixtureShapes() []certificate.Shape {
	return []certificate.Shape{{R: 1, K: 1, N: 1}, {R: 1, K: 3, N: 2}, {R: 2, K: 5, N: 1}, {R: 2, K: 3, N: 2}, {R: 3, K: 7, N: 1}}
}

// genericPopulation is one of generic numbers: (m, n, I) = mean + L z.
type genericPopulation struct {
	weight, meanM, meanN, meanI certificate.Expr // 1×1, 1×R, 1×R, 1×1
	m, n, i                     certificate.Expr // L by rows: R×K, R×K, 1×K
}

func genericPopulations(b *certificate.Builder, s certificate.Shape) []genericPopulation {
	out := make([]genericPopulation, s.N)
	for p := range out {
		name := func(of string) string { return of + string(rune('₀'+p)) }
		out[p] = genericPopulation{b.Scalar(name("α")), b.Matrix(name("a_m"), 1, s.R), b.Matrix(name("a_n"), 1, s.R), b.Scalar(name("a_I")),
			b.Matrix(name("L_m"), s.R, s.K), b.Matrix(name("L_n"), s.R, s.K), b.Matrix(name("L_I"), 1, s.K)}
	}
	return out
}

// law returns μ, Δ and c (R×1) from the blocks of Σ = L Lᵀ.
func (p genericPopulation) law(b *certificate.Builder, kappa certificate.Expr) (mu, delta, c certificate.Expr) {
	mm, mI, nm, nI := p.m.Times(p.m.T()), p.m.Times(p.i.T()), p.n.Times(p.m.T()), p.n.Times(p.i.T())
	mu = p.meanM.Times(kappa).Plus(p.meanI)
	delta = kappa.T().Times(mm).Times(kappa).Plus(kappa.T().Times(mI).Scaled(b.Integer(2))).Plus(p.i.Times(p.i.T()))
	return mu, delta, nm.Times(kappa).Plus(nI)
}

// cubicAverages are ⟨φ⟩, ⟨φ'⟩, ⟨φ”⟩, ⟨φ”'⟩ of φ = q x² + t x³.
func cubicAverages(b *certificate.Builder, q, t, mu, delta certificate.Expr) [4]certificate.Expr {
	square := mu.Times(mu)
	k := func(x int64, e certificate.Expr) certificate.Expr { return e.Scaled(b.Integer(x)) }
	return [4]certificate.Expr{
		q.Times(square.Plus(delta)).Plus(t.Times(mu.Times(square.Plus(k(3, delta))))),
		k(2, q.Times(mu)).Plus(k(3, t.Times(square.Plus(delta)))),
		k(2, q).Plus(k(6, t.Times(mu))),
		k(6, t),
	}
}

// cubicField is F(κ) (R×1) of φ = q x² + t x³.
func cubicField(b *certificate.Builder, populations []genericPopulation, q, t, kappa certificate.Expr) certificate.Expr {
	f := kappa.Scaled(b.Integer(-1))
	for _, p := range populations {
		mu, delta, c := p.law(b, kappa)
		av := cubicAverages(b, q, t, mu, delta)
		f = f.Plus(p.meanN.T().Scaled(av[0]).Plus(c.Scaled(av[1])).Scaled(p.weight))
	}
	return f
}

// steinCertificate: F is −κ + Σ α E[n φ(x)] for φ = q x² + t x³, whatever mixture.
func steinCertificate() theorems.Certificate {
	return theorems.Certificate{Shapes: mixtureShapes(), Identity: certificate.Identity{
		Name: "F = −κ + Σ α E[n φ(m·κ + I)] for φ = q x² + t x³, from the moments of independent normals",
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			populations, kappa, q, t := genericPopulations(b, s), b.Matrix("κ", s.R, 1), b.Scalar("q"), b.Scalar("t")
			sum := kappa.Scaled(b.Integer(-1))
			for _, p := range populations {
				sum = sum.Plus(p.expectation(b, kappa, q, t).Scaled(p.weight))
			}
			return []certificate.Equation{cubicField(b, populations, q, t, kappa).Equals(sum)}
		}}}
}

// expectation is E[n φ(x)] (R×1), x = μ + a·z, entry by entry of z: E z² = 1, E z⁴ = 3.
func (p genericPopulation) expectation(b *certificate.Builder, kappa, q, t certificate.Expr) certificate.Expr {
	a := kappa.T().Times(p.m).Plus(p.i) // 1×K
	mu := p.meanM.Times(kappa).Plus(p.meanI)
	_, k := a.Dims()
	squares, along, cubes := b.Zero(1, 1), b.Zero(p.rank(), 1), b.Zero(p.rank(), 1)
	for i := range k {
		ai, bi := a.Column(i), p.n.Column(i)
		squares = squares.Plus(ai.Times(ai))
		along = along.Plus(bi.Times(ai))
		cubes = cubes.Plus(bi.Times(ai.Pow(3)).Scaled(b.Integer(3)))
		for j := range k {
			if j != i {
				aj := a.Column(j)
				cubes = cubes.Plus(bi.Times(ai.Times(aj).Times(aj)).Scaled(b.Integer(3)))
			}
		}
	}
	three := b.Integer(3)
	quadratic := p.meanN.T().Scaled(mu.Times(mu).Plus(squares)).Plus(along.Scaled(mu.Scaled(b.Integer(2))))
	cubic := p.meanN.T().Scaled(mu.Pow(3).Plus(mu.Times(squares).Scaled(three))).Plus(along.Scaled(mu.Times(mu).Scaled(three))).Plus(cubes)
	return quadratic.Scaled(q).Plus(cubic.Scaled(t))
}

func (p genericPopulation) rank() int {
	_, r := p.meanN.Dims()
	return r
}

// steinDerivativeCertificate: DF h is the derivative of F along h, which for the
// cubic F is exactly [8(F(ε) − F(−ε)) − (F(2ε) − F(−2ε))]/12ε.
func steinDerivativeCertificate() theorems.Certificate {
	return theorems.Certificate{Shapes: mixtureShapes(), Identity: certificate.Identity{
		Name: "12ε DF h = 8(F(κ+εh) − F(κ−εh)) − (F(κ+2εh) − F(κ−2εh)) for φ = q x² + t x³",
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			populations, kappa, h := genericPopulations(b, s), b.Matrix("κ", s.R, 1), b.Matrix("h", s.R, 1)
			q, t, eps := b.Scalar("q"), b.Scalar("t"), b.Scalar("ε")
			at := func(k int64) certificate.Expr {
				return cubicField(b, populations, q, t, kappa.Plus(h.Scaled(eps.Scaled(b.Integer(k)))))
			}
			step := at(1).Minus(at(-1)).Scaled(b.Integer(8)).Minus(at(2).Minus(at(-2)))
			jacobian := b.Identity(s.R).Scaled(b.Integer(-1))
			for _, p := range populations {
				mu, delta, c := p.law(b, kappa)
				av := cubicAverages(b, q, t, mu, delta)
				half := kappa.T().Times(p.m.Times(p.m.T())).Plus(p.i.Times(p.m.T())) // ½∇Δ as a row
				value := p.meanM.Scaled(av[1]).Plus(half.Scaled(av[2]))
				slope := p.meanM.Scaled(av[2]).Plus(half.Scaled(av[3]))
				d := p.meanN.T().Times(value).Plus(p.n.Times(p.m.T()).Scaled(av[1])).Plus(c.Times(slope))
				jacobian = jacobian.Plus(d.Scaled(p.weight))
			}
			return []certificate.Equation{jacobian.Times(h).Scaled(eps.Scaled(b.Integer(12))).Equals(step)}
		}}}
}
