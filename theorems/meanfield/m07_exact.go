package meanfield

import (
	"errors"
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// stabilityRule is the side of the axis on which the rightmost eigenvalue lies: λ_k leads, ties, or does not.
func stabilityRule(lambda float64, others []complex128) exact.Side {
	side := exact.Inside
	for _, z := range others {
		switch {
		case real(z) > lambda:
			return exact.Outside
		case real(z) == lambda:
			side = exact.On
		}
	}
	return side
}

// exactSigma is φ'(0)σ = V J V⁻¹, V⁻¹ in rationals.
func (t *centred) exactSigma() (*exact.Matrix, error) {
	rows, _ := t.Basis()
	v, err := exact.FromFloat64(rows)
	if err != nil {
		return nil, err
	}
	j, err := exact.FromFloat64(t.Jordan())
	if err != nil {
		return nil, err
	}
	inverse, err := v.Inverse()
	if err != nil {
		return nil, theorems.ErrUndecided
	}
	return v.Mul(j).Mul(inverse), nil
}

// decideCentred decides spectrum and stability at each zero, in rationals, with the numbers that g' could be.
func decideCentred(c generators.Centred, rule func(float64, []complex128) exact.Side) error {
	t, err := newCentred(c)
	if err != nil {
		return err
	}
	sigma, err := t.exactSigma()
	if err != nil {
		return err
	}
	covMM, err := exact.FromFloat64(t.covMM)
	if err != nil {
		return err
	}
	if len(t.rays) == 0 {
		return theorems.ErrUndecided
	}
	for _, y := range t.rays {
		basis, err := t.kernel(y.lambda)
		if err != nil {
			return err
		}
		lambda, u := theorems.Rational(y.lambda), basis.Columns(0)
		spread := covMM.Mul(u)
		delta := u.T().Mul(spread).At(0, 0) // with ρ = 1: it scales with 1/g'
		if delta.Sign() <= 0 {
			return theorems.ErrUndecided // no covariance has a λ there
		}
		for _, slope := range []*big.Rat{big.NewRat(-1, 2), big.NewRat(-7, 3)} {
			j := sigma.Scale(new(big.Rat).Inv(lambda)).Sub(exact.Identity(t.r)).
				Add(u.Mul(spread.T()).Scale(mul(big.NewRat(2, 1), slope, lambda)))
			radial := mul(big.NewRat(2, 1), delta, lambda, slope)
			want := exact.NewPoly(new(big.Rat).Neg(radial), big.NewRat(1, 1))
			// {λ_j/λ − 1 : j ≠ k}: det(t + 1 − σ/λ) without its root t = 0.
			rest, _ := sigma.Scale(new(big.Rat).Inv(lambda)).Sub(exact.Identity(t.r)).CharPoly().DivMod(exact.PolyFromInt64(0, 1))
			want = want.Mul(rest)
			p := j.CharPoly()
			if !p.Equal(want) {
				return theorems.Violatedf("det(t − DF) = %v, not %v at λ = %v", p, want, lambda)
			}
			var others []complex128
			skipped := false
			for _, z := range t.spectrum {
				if !skipped && z == complex(y.lambda, 0) {
					skipped = true
					continue
				}
				others = append(others, z)
			}
			if got, want := p.HalfPlane(), rule(y.lambda, others); got != want {
				return theorems.Violatedf("λ = %v among %v: the rightmost eigenvalue is %v, not %v", y.lambda, t.spectrum, got, want)
			}
		}
	}
	return nil
}

// byZeros says what decideCentredZeros decides.
const byZeros = "spectrum and stability at 0 and, with any g', at the zeros of each eigenspace"

// decideCentredZeros decides the same at the zero 0, where DF is φ'(0)σ − 1, and at the
// others, if there are any.
func decideCentredZeros(c generators.Centred, rule func(float64, []complex128) exact.Side) error {
	t, err := newCentred(c)
	if err != nil {
		return err
	}
	if t.r > 8 {
		return theorems.ErrUndecided
	}
	sigma, err := t.exactSigma()
	if err != nil {
		return err
	}
	p := sigma.Sub(exact.Identity(t.r)).CharPoly()
	want, one := exact.PolyFromInt64(1), big.NewRat(1, 1)
	for i, z := range t.spectrum {
		off := new(big.Rat).Sub(one, theorems.Rational(real(z))) // t − (λ − 1)
		switch turn := theorems.Rational(imag(z)); {
		case turn.Sign() == 0:
			want = want.Mul(exact.NewPoly(off, one))
		case i == 0: // and its conjugate
			size := mul(off, off)
			addProduct(size, turn, turn)
			want = want.Mul(exact.NewPoly(size, mul(big.NewRat(2, 1), off), one))
		}
	}
	if !p.Equal(want) {
		return theorems.Violatedf("det(t + 1 − φ'(0)σ) = %v, not %v", p, want)
	}
	if got, want := p.HalfPlane(), rule(1, t.spectrum); got != want {
		return theorems.Violatedf("of %v less 1 the rightmost is %v, not %v", t.spectrum, got, want)
	}
	if len(t.rays) == 0 {
		return nil
	}
	return decideCentred(c, rule)
}

func mul(factors ...*big.Rat) *big.Rat {
	out := big.NewRat(1, 1)
	for _, x := range factors {
		out.Mul(out, x)
	}
	return out
}

func centredShapes() []certificate.Shape {
	return []certificate.Shape{{R: 2}, {R: 3}, {R: 4}, {R: 6}}
}

// centredIdentity: σ = V [[λ, r], [0, C]] V⁻¹ has κ = c V e₁ as an eigenvector and, besides λ, the spectrum of C. It
// is det(t − DF) = (t − 2Δλg') det(t + 1 − C/λ), Δ = κᵀΣκ; wrong leaves the 1/λ out.
func centredIdentity(name string, wrong bool) certificate.Identity {
	return certificate.Identity{Name: name, Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		v, c, row := b.Matrix("V", s.R, s.R), b.Matrix("C", s.R-1, s.R-1), b.Matrix("r", 1, s.R-1)
		lambda, slope, t, two := b.Scalar("λ"), b.Scalar("h"), b.Scalar("t"), b.Integer(2)
		cov, size := b.Symmetric("Σ", s.R), b.Scalar("ρ")
		sigma := v.Times(b.Block([][]certificate.Expr{{lambda, row}, {b.Zero(s.R-1, 1), c}})).Times(v.Inverse())
		kappa := v.Column(0).Scaled(size)
		spread := cov.Times(kappa)
		delta := kappa.T().Times(spread)
		one := b.Identity(s.R)
		jacobian := sigma.Scaled(lambda.Inverse()).Minus(one).Plus(sigma.Times(kappa).Times(spread.T()).Scaled(two.Times(slope)))
		other := c.Scaled(lambda.Inverse())
		if wrong {
			other = c
		}
		small := b.Identity(s.R - 1)
		right := t.Minus(two.Times(delta).Times(lambda).Times(slope)).Times(small.Scaled(t).Plus(small).Minus(other).Det())
		return []certificate.Equation{one.Scaled(t).Minus(jacobian).Det().Equals(right)}
	}}
}

// constantGain: for φ = relu the gain is ½ wherever κ is, and σ = 4, of λ = 2 > 1, has no zero but 0: F = κ.
func constantGain() theorems.Witness {
	one := [][]float64{{1}}
	c := generators.Centred{Nonlinearity: "relu", Lambda: []float64{2}, Above: [][]float64{{0}}, Lower: [][]float64{{0}}, Upper: [][]float64{{0}}, Factor: one, Start: []float64{1}, Horizon: 1}
	return theorems.Witness{Without: "φ' falls to 0", Shows: "φ = relu, R = 1, Σ_mm = 1, σ = 4: λ = 2 > 1, and g(Δ) = ½ ≠ 1/4 for every Δ",
		Check: theorems.Decide("a real λ > 1 has its pair of zeros", generators.Centreds(generators.CentredOptions{Nonlinearity: []string{"relu"}}), func(c generators.Centred) error {
			_, err := newCentred(c)
			if errors.Is(err, errNoGain) {
				return theorems.Violatedf("no Δ up to 2^60 has g(Δ) = φ'(0)/λ, λ = %v", c.Lambda)
			}
			return err
		}), Case: c}
}

type equilibria = func(m *model.Mixture, s model.EquilibriumSearch) (*model.EquilibriumSet, error)

// setTwin edits what a search found.
func setTwin(name, mistake string, edit func(m *model.Mixture, set *model.EquilibriumSet)) theorems.Twin {
	return searchTwin(name, mistake, func(find equilibria, m *model.Mixture, s model.EquilibriumSearch) (*model.EquilibriumSet, error) {
		set, err := find(m, s)
		if err == nil {
			edit(m, set)
		}
		return set, err
	})
}

func searchTwin(name, mistake string, wrong func(find equilibria, m *model.Mixture, s model.EquilibriumSearch) (*model.EquilibriumSet, error)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		find := s.Equilibria
		s.Equilibria = func(m *model.Mixture, search model.EquilibriumSearch) (*model.EquilibriumSet, error) {
			return wrong(find, m, search)
		}
		return s
	}}
}

// slopeTwin edits DF, given σ, Σ_mm and the λ of which κ is an eigenvector.
func slopeTwin(name, mistake string, edit func(j [][]float64, sigma, cov [][]float64, kappa []float64, lambda float64)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		jacobian := s.MeanFieldJacobian
		s.MeanFieldJacobian = func(m *model.Mixture, kappa []float64) ([][]float64, error) {
			j, err := jacobian(m, kappa)
			if moments := m.Moments(0); err == nil && dense.VectorNormInf(kappa) > 0 {
				lambda := dense.Dot(kappa, dense.MatVec(moments.CovNM, kappa)) / dense.Dot(kappa, kappa)
				edit(j, moments.CovNM, moments.CovMM, kappa, lambda)
			}
			return j, err
		}
		return s
	}}
}

func centredTwins() []theorems.Twin {
	return []theorems.Twin{
		setTwin("one of a pair dropped", "κ listed, −κ not", func(_ *model.Mixture, set *model.EquilibriumSet) {
			if len(set.Points) > 1 {
				set.IndexSum -= set.Points[0].Index
				set.Points = set.Points[1:]
			}
		}),
		setTwin("listed twice", "no check whether a zero is known", func(_ *model.Mixture, set *model.EquilibriumSet) {
			if len(set.Points) > 0 {
				set.Points = append(set.Points, set.Points[0])
			}
		}),
		setTwin("every λ > 1 stable", "all fixed points but 0 called stable", func(_ *model.Mixture, set *model.EquilibriumSet) {
			for i := range set.Points {
				if dense.VectorNormInf(set.Points[i].Point) > 0x1p-20 {
					set.Points[i].Stability = model.Stable
				}
			}
		}),
		setTwin("Δ² for Δ", "g at the square of the variance", func(m *model.Mixture, set *model.EquilibriumSet) {
			for i := range set.Points {
				kappa := set.Points[i].Point
				delta := dense.Dot(kappa, dense.MatVec(m.Moments(0).CovMM, kappa))
				for k := range kappa {
					if delta > 0 {
						kappa[k] *= 1 / math.Sqrt(math.Sqrt(delta))
					}
				}
			}
		}),
		searchTwin("σ transposed", "Σ_mn for Σ_nm", func(find equilibria, m *model.Mixture, s model.EquilibriumSearch) (*model.EquilibriumSet, error) {
			if other := transposedOverlap(m); other != nil {
				m = other
			}
			return find(m, s)
		}),
		slopeTwin("λ_j − 1", "φ'(0) for the gain at κ: DF = σ − 1 + …", func(j, sigma, _ [][]float64, _ []float64, lambda float64) {
			for i := range j {
				for k := range j {
					j[i][k] += sigma[i][k] * (1 - 1/lambda)
				}
			}
		}),
		slopeTwin("gain held constant", "DF = σ/λ − 1, without the change of Δ", func(j, sigma, _ [][]float64, _ []float64, lambda float64) {
			for i := range j {
				for k := range j {
					j[i][k] = sigma[i][k]/lambda - indicator(i == k)
				}
			}
		}),
		slopeTwin("½∇Δ for ∇Δ", "half of the change of Δ", func(j, sigma, _ [][]float64, _ []float64, lambda float64) {
			for i := range j {
				for k := range j {
					j[i][k] = j[i][k]/2 + (sigma[i][k]/lambda-indicator(i == k))/2
				}
			}
		}),
		slopeTwin("leak forgotten", "DF without −1", func(j, _, _ [][]float64, _ []float64, _ float64) {
			for i := range j {
				j[i][i]++
			}
		}),
		{Name: "spectrum λ_j − 1", Mistake: "{λ_j − 1 : j ≠ k}", FalseIdentity: &theorems.Certificate{Shapes: centredShapes(), Identity: centredIdentity("spectrum λ_j − 1", true)}},
		{Name: "each λ > 1 stable", Mistake: "stable for every real λ_k > 1 (F9)", False: []theorems.Check{
			theorems.Decide("every λ > 1 is stable", generators.Centreds(generators.CentredOptions{Nonlinearity: []string{"erf"}}), func(c generators.Centred) error {
				return decideCentred(c, func(float64, []complex128) exact.Side { return exact.Inside })
			})}},
	}
}
