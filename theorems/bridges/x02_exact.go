package bridges

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

func startedLinearizations() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 3, MaxRank: 2, Initial: generators.WithInitial, Radius: generators.StableOrNot, Exact: true}
}

func positiveLinearizations() generators.RecurrentOptions {
	o := startedLinearizations()
	o.PositiveP = true
	return o
}

// rationalNetwork is a network at a fixed point in rationals: loadings, slopes
// D (the magnitudes of the mean of y_0), noise P, and Cov y_0.
type rationalNetwork struct{ m, n, d, p, s0 *exact.Matrix }

func rationalOf(c generators.Recurrent) (r rationalNetwork, err error) {
	slopes := make([]float64, c.Units())
	for i, x := range c.Start() {
		slopes[i] = math.Abs(x)
	}
	if r.d, err = exact.DiagonalFloat64(slopes); err != nil {
		return r, err
	}
	for _, part := range []struct {
		to   **exact.Matrix
		rows [][]float64
		cols int
	}{{&r.m, c.M, c.Rank()}, {&r.n, c.N, c.Rank()}, {&r.p, c.P(), c.Units()}, {&r.s0, c.Cov(), c.Units()}} {
		*part.to = exact.Zero(c.Units(), part.cols)
		if part.cols > 0 {
			if *part.to, err = exact.FromFloat64(part.rows); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

func (r rationalNetwork) w() *exact.Matrix { return r.m.Mul(r.n.T()) }

// forms returns J of the activity and of the activation form.
func (r rationalNetwork) forms() [2]*exact.Matrix {
	return [2]*exact.Matrix{r.d.Mul(r.w()), r.w().Mul(r.d)}
}

// rationalLDS is an LDS in rationals, with the state covariance at t = 1.
type rationalLDS struct{ a, c, q, r, x *exact.Matrix }

// latentsOf is the conversion of S6 of y⁺ = J y + noise P from Cov y_0 = S₀.
func latentsOf(j, p, s0 *exact.Matrix) (rationalLDS, error) {
	n := j.T()
	gram := n.T().Mul(p).Mul(n).GeneralizedInverse()
	drive := p.Mul(n).Mul(gram).Mul(n.T()).Mul(p)
	u := exact.HStack(j, p.Mul(n)).RangeBasis()
	inner, err := u.T().Mul(u).Inverse()
	if err != nil {
		return rationalLDS{}, err
	}
	left := inner.Mul(u.T())
	project := func(s *exact.Matrix) *exact.Matrix { return left.Mul(s).Mul(left.T()) }
	return rationalLDS{left.Mul(j).Mul(u), u, project(drive), p.Sub(drive), project(j.Mul(s0).Mul(j.T()).Add(drive))}, nil
}

// through reads the observations through W.
func (l rationalLDS) through(w *exact.Matrix) rationalLDS {
	l.c, l.r = w.Mul(l.c), w.Mul(l.r).Mul(w.T())
	return l
}

// network is y⁺ = J y + noise P as an LDS that observes its own state.
func network(j, p, s0 *exact.Matrix) rationalLDS {
	n := j.Rows()
	return rationalLDS{j, exact.Identity(n), p, exact.Zero(n, n), j.Mul(s0).Mul(j.T()).Add(p)}
}

// sameLaw is a Violation unless the joint covariances of y_1 … y_4 are equal.
func sameLaw(what string, a, b rationalLDS) error {
	for t := range jointSteps {
		left, right := a.x.Mul(a.c.T()), b.x.Mul(b.c.T())
		for k := range jointSteps - t {
			p, q := a.c.Mul(left), b.c.Mul(right)
			if k == 0 {
				p, q = p.Add(a.r), q.Add(b.r)
			}
			if !p.Equal(q) {
				return theorems.Violatedf("%s, lag %d: %v against %v", what, k, p, q)
			}
			left, right = a.a.Mul(left), b.a.Mul(right)
		}
		a.x, b.x = a.a.Mul(a.x).Mul(a.a.T()).Add(a.q), b.a.Mul(b.x).Mul(b.a.T()).Add(b.q)
	}
	return nil
}

// conversion is how an LDS is made of y⁺ = J y + noise P from Cov y_0 = S₀.
type conversion func(j, p, s0 *exact.Matrix) (rationalLDS, error)

// decideLatentLaw: both forms have the law of an LDS of at most min(2R, N)
// latents with covariances for noises.
func (r rationalNetwork) decideLatentLaw(rank int, convert conversion) error {
	units := r.d.Rows()
	for _, j := range r.forms() {
		l, err := convert(j, r.p, r.s0)
		if err != nil {
			return err
		}
		if k := l.a.Rows(); k > min(2*rank, units) {
			return theorems.Violatedf("%d latents for R = %d, N = %d", k, rank, units)
		}
		for _, cov := range []*exact.Matrix{l.q, l.r} {
			if psd, _ := cov.Definiteness(); !psd {
				return theorems.Violatedf("a noise of the LDS is no covariance: %v", cov)
			}
		}
		if err := sameLaw("law of the LDS and of the linearized network", l, network(j, r.p, r.s0)); err != nil {
			return err
		}
	}
	return nil
}

func decideLatentLaw(c generators.Recurrent) error {
	r, err := rationalOf(c)
	if err != nil {
		return err
	}
	return r.decideLatentLaw(c.Rank(), latentsOf)
}

// decideStationary: for P ≻ 0, S = J S Jᵀ + P has a covariance for solution iff
// ρ(J) < 1, and that of the two forms is one radius.
func decideStationary(c generators.Recurrent) error {
	r, err := rationalOf(c)
	if err != nil {
		return err
	}
	forms := r.forms()
	if a, b := forms[0].CharPoly(), forms[1].CharPoly(); !a.Equal(b) {
		return theorems.Violatedf("characteristic polynomials %v and %v", a, b)
	}
	for _, j := range forms {
		stable := j.CharPoly().UnitDisc() == exact.Inside
		if has := hasLaw(j, r.p); has != stable {
			return theorems.Violatedf("ρ(J) < 1 is %v, a stationary law exists is %v, for J = %v", stable, has, j)
		}
	}
	return nil
}

// hasLaw reports whether S = J S Jᵀ + P ≻ 0 has a solution S ⪰ 0: if there are
// several, two eigenvalues have the product 1, and then there is none, as vᵀSv =
// |λ|²vᵀSv + vᵀPv for a left eigenvector v has none from |λ| = 1 on.
func hasLaw(j, p *exact.Matrix) bool {
	s, err := exact.Lyapunov(j, p)
	if err != nil {
		return false
	}
	psd, _ := s.Definiteness()
	return psd
}

// decideFlow is the false statement that Re μ < 1 is enough.
func decideFlow(c generators.Recurrent) error {
	r, err := rationalOf(c)
	if err != nil {
		return err
	}
	for _, j := range r.forms() {
		flow := j.Sub(exact.Identity(j.Rows())).CharPoly().HalfPlane()
		if flow == exact.Inside && !hasLaw(j, r.p) {
			return theorems.Violatedf("the flow −I + J is stable, and there is no stationary law, for J = %v", j)
		}
	}
	return nil
}

// stableFlowWithoutLaw: one unit, J = −2: the flow decays as e^(−3t), the map
// x ↦ −2x doubles.
func stableFlowWithoutLaw() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{-2}}, N: [][]float64{{1}}, PDiag: []float64{1}, Mean: []float64{1}}
	return theorems.Witness{Without: "the spectral radius of J is below 1: a stable flow does not imply it",
		Shows: "N = 1, J = −2: −1 + J = −3 is stable, S = 4S + 1 has no solution S ≥ 0", Case: c,
		Check: theorems.Decide("stationary if the flow is stable", generators.Recurrents(positiveLinearizations()), decideFlow)}
}

// leakNeedsEveryUnit: N = 3, R = 1, M = e₁, N = e₂, D = I, P = I, a leak that
// keeps ½ of the state: Λ_1 = (½I + J)S has rank 3, more than 2R.
func leakNeedsEveryUnit() theorems.Witness {
	c := generators.Recurrent{Form: "structured", M: [][]float64{{1}, {0}, {0}}, N: [][]float64{{0}, {1}, {0}}, PDiag: []float64{1, 1, 1}, Mean: []float64{1, 1, 1}}
	return theorems.Witness{Without: "no leak", Shows: "N = 3, R = 1, ½I + e₁e₂ᵀ: rank [Λ_1, Λ_1ᵀ] = 3 > 2R latents", Case: c,
		Check: theorems.Decide("2R latents with a leak", generators.Recurrents(positiveLinearizations()), func(c generators.Recurrent) error {
			r, err := rationalOf(c)
			if err != nil {
				return err
			}
			for _, j := range r.forms() {
				leaky := j.Add(exact.Identity(j.Rows()).Scale(big.NewRat(1, 2)))
				s, err := exact.Lyapunov(leaky, r.p)
				if err != nil {
					return theorems.ErrUndecided
				}
				lambda := leaky.Mul(s)
				if k := exact.HStack(lambda, lambda.T()).Rank(); k > 2*c.Rank() {
					return theorems.Violatedf("%d latents for R = %d", k, c.Rank())
				}
			}
			return nil
		})}
}
