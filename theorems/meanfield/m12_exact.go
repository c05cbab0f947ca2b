package meanfield

import (
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// rationalFit is Φ of hidden units of hard-tanh, and the values, as they are.
func rationalFit(c generators.Fitting) (phi, y *exact.Matrix, err error) {
	if c.Nonlinearity != "hard-tanh" {
		return nil, nil, theorems.ErrUndecided
	}
	rows := make([][]*big.Rat, len(c.Points))
	for k, kappa := range c.Points {
		for p := range c.MeanI {
			x := exact.ColumnFloat64(c.MeanM[p]).T().Mul(exact.ColumnFloat64(kappa)).At(0, 0)
			x.Add(x, theorems.Rational(c.MeanI[p]))
			for _, bound := range []*big.Rat{big.NewRat(1, 1), big.NewRat(-1, 1)} {
				if x.Cmp(bound)*bound.Sign() > 0 {
					x = bound
				}
			}
			rows[k] = append(rows[k], x)
		}
	}
	if phi, err = exact.FromRat(rows); err != nil {
		return nil, nil, err
	}
	y, err = exact.FromFloat64(c.Values)
	return phi, y, err
}

func leading(m *exact.Matrix, count int) *exact.Matrix { return m.Slice(0, m.Rows(), 0, count) }

func decideNested(c generators.Fitting) error {
	phi, y, err := rationalFit(c)
	if err != nil {
		return err
	}
	for _, beta := range []*big.Rat{new(big.Rat), theorems.Rational(c.Ridge)} {
		last := y.T().Mul(y).Trace()
		for count := 1; count <= phi.Cols(); count++ {
			least := leastObjective(leading(phi, count), y, beta)
			if least.Cmp(last) > 0 {
				return theorems.Violatedf("β = %v: the least objective rises from %v to %v with feature %d", beta, last, least, count)
			}
			last = least
		}
	}
	coef, err := exact.FromFloat64(c.CoefMean)
	if err != nil {
		return err
	}
	made := leading(phi, c.Own()).Mul(coef.Slice(0, c.Own(), 0, c.Rank()))
	if left := leastObjective(phi, made, new(big.Rat)); left.Sign() != 0 {
		return theorems.Violatedf("a field of its own units is missed by %v", left)
	}
	return nil
}

// byUnits says what is decided of a fit of other features.
const byUnits = "(a) and (b) for φ = hard-tanh"

// ofUnits decides a fit of hidden units of hard-tanh, at the means of the features.
func ofUnits(decide func(generators.Fitting) error) func(generators.Fitting) error {
	return func(c generators.Fitting) error {
		if c.Features() > 8 || len(c.Points) > 64 {
			return theorems.ErrUndecided
		}
		c.Nonlinearity = "hard-tanh"
		return decide(c)
	}
}

// risesWith decides whether an objective of nested fits rises.
func risesWith(objective func(phi, y *exact.Matrix, beta *big.Rat, count int) *big.Rat) func(generators.Fitting) error {
	return func(c generators.Fitting) error {
		phi, y, err := rationalFit(c)
		if err != nil {
			return err
		}
		var last *big.Rat
		for count := 1; count <= phi.Cols(); count++ {
			value := objective(phi, y, theorems.Rational(c.Ridge), count)
			if last != nil && value.Cmp(last) > 0 {
				return theorems.Violatedf("it rises from %v to %v with feature %d", last, value, count)
			}
			last = value
		}
		return nil
	}
}

func scaledObjective(phi, y *exact.Matrix, beta *big.Rat, count int) *big.Rat {
	return leastObjective(leading(phi, count).Scale(big.NewRat(1, int64(count))), y, beta)
}

// scaledFeatures: one unit of activity 1 at one point, y = 1, β = 1: the objective is ½. Twice the same unit, each at half its weight: ⅔.
func scaledFeatures() theorems.Witness {
	c := generators.Fitting{Nonlinearity: "hard-tanh", MeanM: [][]float64{{1}, {1}}, Dev: [][]float64{{0}, {0}}, MeanI: []float64{0, 0}, DevI: []float64{0, 0},
		Points: [][]float64{{1}}, Values: [][]float64{{1}}, CoefMean: [][]float64{{1}, {0}}, CoefCov: [][][]float64{{{0}}, {{0}}}, Ridge: 1, Horizon: 1}
	return theorems.Witness{Without: "features enter unscaled", Shows: "a unit of activity 1 at the one point κ = 1, y = 1, β = 1: least objective ½; twice the same, each with the weight 1/P = ½: ⅔",
		Check: theorems.Decide("the objective with columns scaled by 1/P does not rise", generators.Fittings(generators.FittingOptions{Nonlinearity: []string{"hard-tanh"}, Units: true}), risesWith(scaledObjective)), Case: c}
}

// ridgeMissesItsOwn: the same unit and point with β = 1: c = ½ where the field has 1.
func ridgeMissesItsOwn() theorems.Witness {
	w := scaledFeatures()
	return theorems.Witness{Without: "(a): β = 0", Shows: "the same unit, κ = 1, y = 1, β = 1: c = ½ for 1",
		Check: theorems.Decide("a ridge recovers a field of its own units", generators.Fittings(generators.FittingOptions{Nonlinearity: []string{"hard-tanh"}, Units: true}), func(c generators.Fitting) error {
			phi, _, err := rationalFit(c)
			if err != nil {
				return err
			}
			coef, err := exact.FromFloat64(c.CoefMean)
			if err != nil {
				return err
			}
			if left := leastObjective(phi, phi.Mul(coef), theorems.Rational(c.Ridge)); left.Sign() > 0 {
				return theorems.Violatedf("the least objective is %v", left)
			}
			return nil
		}), Case: w.Case}
}

// gainOfAFeature: with one column ψ more the least objective falls by (ψᵀr)²/(β + ψᵀψ − ψᵀΦ(ΦᵀΦ + β)⁻¹Φᵀψ), r = y − Φc, of which the
// denominator is positive for β > 0: it is β + min ‖ψ − Φx‖² + β‖x‖².
func gainOfAFeature(wrong bool) certificate.Identity {
	name := "what a feature more gains"
	if wrong {
		name += ", without ridge"
	}
	return certificate.Identity{Name: name, Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
		phi, psi, y, beta := b.Matrix("Φ", s.N, s.K), b.Matrix("ψ", s.N, 1), b.Matrix("y", s.N, 1), b.Scalar("β")
		least := func(phi certificate.Expr, columns int) certificate.Expr {
			moment := phi.T().Times(y)
			gram := phi.T().Times(phi).Plus(b.Identity(columns).Scaled(beta))
			return y.T().Times(y).Minus(moment.T().Times(gram.Inverse()).Times(moment))
		}
		inverse := phi.T().Times(phi).Plus(b.Identity(s.K).Scaled(beta)).Inverse()
		left := y.Minus(phi.Times(inverse).Times(phi.T().Times(y)))
		cross := phi.T().Times(psi)
		denominator := psi.T().Times(psi).Minus(cross.T().Times(inverse).Times(cross))
		if !wrong {
			denominator = denominator.Plus(beta)
		}
		hit := psi.T().Times(left)
		drop := least(phi, s.K).Minus(least(b.HStack(phi, psi), s.K+1))
		return []certificate.Equation{drop.Times(denominator).Equals(hit.Times(hit))}
	}}
}

// fitTwin edits the problem before, or the fit after.
func fitTwin(name, mistake string, before func(p *model.FitProblem), after func(f *model.Fit)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		fit := s.FitMixture
		s.FitMixture = func(p model.FitProblem) (*model.Fit, error) {
			if before != nil {
				before(&p)
			}
			f, err := fit(p)
			if err == nil && after != nil {
				after(f)
			}
			return f, err
		}
		return s
	}}
}

// withN returns m with the mean of n, and Σ_n·, times x.
func withN(m *model.Mixture, x float64) *model.Mixture {
	r := m.Rank()
	pops := make([]model.Population, m.Populations())
	for p := range pops {
		pops[p] = m.Population(p)
		pops[p].Mean = append([]float64(nil), pops[p].Mean...)
		cov := mat.NewSymDense(2*r+1, nil)
		factor := func(i int) float64 {
			if i >= r && i < 2*r {
				return x
			}
			return 1
		}
		for i := range 2*r + 1 {
			pops[p].Mean[i] *= factor(i)
			for j := range i + 1 {
				cov.SetSym(i, j, pops[p].Cov.At(i, j)*factor(i)*factor(j))
			}
		}
		pops[p].Cov = cov
	}
	out, err := model.NewMixture(m.Nonlinearity(), pops)
	if err != nil {
		return nil
	}
	return out
}

func approximationTwins(units, rational generators.FittingOptions) []theorems.Twin {
	return []theorems.Twin{
		fitTwin("β² for β", "the penalty β²‖c‖²", func(p *model.FitProblem) { p.Ridge *= p.Ridge }, nil),
		fitTwin("β a point", "the penalty Kβ‖c‖²", func(p *model.FitProblem) { p.Ridge *= float64(len(p.Points)) }, nil),
		fitTwin("leak forgotten", "dκ/dt fitted, not dκ/dt + κ", func(p *model.FitProblem) {
			p.Targets = append([][]float64(nil), p.Targets...)
			for k, x := range p.Points {
				p.Targets[k] = append([]float64(nil), p.Targets[k]...)
				for r := range x {
					p.Targets[k][r] -= x[r]
				}
			}
		}, nil),
		fitTwin("1/P twice", "coefficients taken for a_n", nil, func(f *model.Fit) { f.Mixture = withN(f.Mixture, 1/float64(f.Mixture.Populations())) }),
		fitTwin("a ridge at β = 0", "β = 10⁻⁶ to be safe", func(p *model.FitProblem) { p.Ridge += 1e-6 }, nil),
		fitTwin("mean and covariance one coefficient", "Σ_nm left out", func(p *model.FitProblem) { p.WithoutCovariance = true }, nil),
		{Name: "columns scaled by 1/P", Mistake: "the objective of α a_n, α = 1/P, does not rise", False: []theorems.Check{theorems.Decide("scaled columns", generators.Fittings(rational), risesWith(scaledObjective))}},
		{Name: "not nested", Mistake: "the error falls with more features, whichever (F12)", False: []theorems.Check{
			theorems.Decide("feature after feature, alone", generators.Fittings(rational), risesWith(func(phi, y *exact.Matrix, _ *big.Rat, count int) *big.Rat {
				return leastObjective(phi.Columns(count-1), y, new(big.Rat))
			}))}},
		{Name: "gain without ridge", Mistake: "(ψᵀr)²/(ψᵀψ − …), β left out", FalseIdentity: &theorems.Certificate{Shapes: []certificate.Shape{{N: 3, K: 1}}, Identity: gainOfAFeature(true)}},
		{Name: "an error that the leak forgets", Mistake: "‖κ − γ‖ ≤ ε t/(1 + t)⁴", False: []theorems.Check{
			theorems.Claim("ε t/(1 + t)⁴", generators.Fittings(units), judgeGronwall(func(epsilon, _, t float64) float64 { return epsilon * t / ((1 + t) * (1 + t) * (1 + t) * (1 + t)) }))}},
	}
}
