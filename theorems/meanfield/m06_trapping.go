package meanfield

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/quadrature"
	"github.com/rankproof/rankproof/theorems"
	"pgregory.net/rapid"
)

// Trapping is M6.
func Trapping() theorems.Theorem {
	bounded := generators.MixtureOptions{Nonlinearity: generators.BoundedNonlinearities}
	moving := generators.MixtureOptions{Nonlinearity: []string{"erf", "hard-tanh", "tanh"}, MaxPopulations: 2, Varying: true}
	return theorems.Theorem{
		Ref: "M6", ID: "meanfield/trapping",
		Statement: "For |φ| ≤ 1, every mixture and κ: |F_r + κ_r| ≤ B_r = Σ_p α_p E_p|n^r|, so that F points inward on the faces of the box |κ_r| ≤ B_r, and " +
			"|κ_r(t)| ≤ B_r + e^{−t} max(0, |κ_r(0)| − B_r) along every trajectory; likewise for a network, with B_r = (1/N) Σ_i |n_ir|.",
		Source: "B (boundedness of the dynamics); rate +",
		Given:  []string{"|φ| ≤ 1", "not that the box is entered: from outside it may be approached for ever"},
		Needed: []theorems.Witness{unboundedEscapes(), boxNeedNotBeEntered()},
		Why: "F to the bound of M2, E|n| by its closed form to 16u. Along trajectories d|κ_r|/dt ≤ −|κ_r| + B_r, so that the error of a step decays as e^{−t}: with 2⁻³⁹ and 2⁻³³ of the state a step, which an integrator is asked for, " +
			"and at most 2¹⁰ or 64(1 + L) steps a unit of time, L = Lip F, so many times that. Trajectories end at 2¹⁶/L: a stiffer field is followed for less time. An Euler step of h ≤ 1 keeps the statement with 1 − h for e^{−h}, to rounding: (N+2R+16)u of what it adds up.",
		Claims: []theorems.Check{
			boxed(theorems.Claim("faces of the box", tame(bounded), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
				return judgeFaces(s, c, absoluteMeans)
			})).Visiting("P = 1", "R = 1", "R = 3", "Σ = 0", "Σ singular", "kinked φ", "large κ", "large variance", "saturated"),
			boxed(theorems.Claim("faces of the box, m along n", aligned(), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
				return judgeFaces(s, c, absoluteMeans)
			})),
			boxed(theorems.Claim("networks", tame(bounded), judgeTrappedNetwork)).Visiting("R = 3", "Σ = 0"),
			boxed(theorems.Claim("trajectories", tame(moving), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
				return judgeTrapped(s, c, func(t, excess float64) float64 { return math.Exp(-t) * excess })
			})).OneRoundIn(16),
		},
		Exact: []theorems.Check{
			theorems.Decide("Euler steps of hard-tanh networks", finiteEnsembles(), func(c FiniteEnsemble) error { return decideTrapped(c, big.NewRat(3, 4)) }).
				Visiting("R = 2", "P = 2"),
		},
		Twins: []theorems.Twin{
			{Name: "leak forgotten", Mistake: "F without −κ", Break: func(s theorems.Subject) theorems.Subject {
				right := s.MeanField
				s.MeanField = func(m *model.Mixture, kappa []float64) ([]float64, error) {
					f, err := right(m, kappa)
					for r := range f {
						f[r] += kappa[r]
					}
					return f, err
				}
				return s
			}},
			reducedTwin("1/N never", "F_N = −κ + Σ n φ", func(f, kappa []float64, units int) {
				for r := range f {
					f[r] = (f[r]+kappa[r])*float64(units) - kappa[r]
				}
			}),
			{Name: "steps that overshoot", Mistake: "Euler with a step of 3τ", Break: overshooting},
			boxTwin("|E n| for E|n|", "B_r = |Σ_p α_p a_n|", generators.BoundedNonlinearities, func(laws []quadrature.Population, r int) float64 {
				sum := 0.0
				for _, law := range laws {
					sum += law.Weight * law.Mean[(len(law.Mean)-1)/2+r]
				}
				return math.Abs(sum)
			}),
			boxTwin("unbounded φ", "the same box for ReLU, softplus and the identity", []string{"relu", "softplus", "identity"}, absoluteMeans),
			boxTwin("variance for E|n|", "B_r = Σ_p α_p Var n", generators.BoundedNonlinearities, func(laws []quadrature.Population, r int) float64 {
				sum := 0.0
				for _, law := range laws {
					j := (len(law.Mean)-1)/2 + r
					sum += law.Weight * law.Cov[j][j]
				}
				return sum
			}),
			{Name: "nine tenths", Mistake: "B_r = 0.9 Σ_p α_p E_p|n^r|", False: []theorems.Check{
				theorems.Claim("nine tenths of the box", aligned(), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
					return judgeFaces(s, c, func(laws []quadrature.Population, r int) float64 { return 0.9 * absoluteMeans(laws, r) })
				})}},
			{Name: "entered at last", Mistake: "|κ_r(t)| ≤ B_r for t ≥ 1", False: []theorems.Check{
				theorems.Claim("inside after one τ", tame(moving), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
					return judgeTrapped(s, c, func(t, excess float64) float64 { return excess * indicator(t < 1) })
				})}},
			{Name: "twice as fast", Mistake: "the excess decays as (1 − 2h)ᵏ", False: []theorems.Check{
				theorems.Decide("Euler steps at twice the rate", finiteEnsembles(), func(c FiniteEnsemble) error { return decideTrapped(c, big.NewRat(1, 2)) })}},
		},
		MaxUnknown: 0.05,
	}
}

// boxed has a failure of a claim decided for a network of the mixture.
func boxed(c theorems.Check) theorems.Check {
	return theorems.Deciding(c, byBox, decideBox(big.NewRat(1, 1), big.NewRat(3, 4)))
}

// aligned draws mixtures with m = 16n, I = 0 and κ on an axis: n φ(m·κ) is close to
// |n|, so that the box could not be much smaller.
func aligned() *rapid.Generator[generators.MixturePoint] {
	o := generators.MixtureOptions{Nonlinearity: []string{"tanh", "erf", "hard-tanh"}, Moderate: true}
	times := func(rows [][]float64) [][]float64 {
		out := make([][]float64, len(rows))
		for i, row := range rows {
			for _, x := range row {
				out[i] = append(out[i], 16*x)
			}
		}
		return out
	}
	return rapid.Map(generators.MixturePoints(o), func(c generators.MixturePoint) generators.MixturePoint {
		c.MeanM, c.MeanI = times(c.MeanN), make([]float64, len(c.MeanI))
		for p := range c.FactorN {
			c.FactorM[p], c.FactorI[p] = times(c.FactorN[p]), make([]float64, len(c.FactorI[p]))
		}
		for r := range c.Kappa {
			c.Kappa[r] = indicator(r == 0)
		}
		return c
	})
}

// absoluteMeans is B_r = Σ_p α_p E_p|n^r|.
func absoluteMeans(laws []quadrature.Population, r int) float64 {
	sum := 0.0
	for _, law := range laws {
		sum += law.Weight * quadrature.AbsMean(law, r)
	}
	return sum
}

func boxTwin(name, mistake string, phi []string, box func(laws []quadrature.Population, r int) float64) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, False: []theorems.Check{
		theorems.Claim(name, tame(generators.MixtureOptions{Nonlinearity: phi}), func(s theorems.Subject, c generators.MixturePoint) (theorems.Finding, error) {
			return judgeFaces(s, c, box)
		})}}
}

// judgeFaces claims |F_r + κ_r| ≤ B_r at κ, and that F points inward at the points
// of both faces of each κ_r beyond which κ, cut to the box, is.
func judgeFaces(s theorems.Subject, c generators.MixturePoint, box func(laws []quadrature.Population, r int) float64) (f theorems.Finding, err error) {
	if s.MeanField == nil {
		return f, theorems.Missing("MeanField")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	half := make([]float64, len(c.Kappa))
	for r := range half {
		half[r] = box(t.laws, r)
	}
	if err := t.expectInside(&f, s, half, c.Kappa, -1); err != nil {
		return f, err
	}
	inside := make([]float64, len(c.Kappa))
	for r, k := range c.Kappa {
		inside[r] = max(-half[r], min(half[r], k))
	}
	for r := range inside {
		for _, side := range []float64{-1, 1} {
			face := append([]float64(nil), inside...)
			face[r] = side * half[r]
			if err := t.expectInside(&f, s, half, face, r); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// expectInside claims |F_r + κ_r| ≤ B_r for all r at κ, or of one r F_r κ_r ≤ 0 on
// its face.
func (t *truth) expectInside(f *theorems.Finding, s theorems.Subject, half, kappa []float64, only int) error {
	field, err := s.MeanField(t.mixture, kappa)
	if err != nil {
		return err
	}
	at := observeLaws(t.phi, t.laws, kappa, t.u)
	f.Demand("F has R entries", len(field) == len(kappa))
	for r, x := range field {
		bound := at.fieldBound(r) + 16*t.u*half[r] + 2*t.u*math.Abs(kappa[r])
		scale := at.fieldScale(r) + half[r] + t.u
		if only < 0 {
			f.Expect("|F + κ| ≤ B", max(0, math.Abs(x+kappa[r])-half[r]), bound, scale)
		} else if r == only && kappa[r] != 0 {
			f.Expect("F points inward on a face", max(0, x*math.Copysign(1, kappa[r])), bound, scale)
		}
	}
	return nil
}

// judgeTrappedNetwork claims the same of a network of a few units: at κ, and along
// forty Euler steps.
func judgeTrappedNetwork(s theorems.Subject, c generators.MixturePoint) (f theorems.Finding, err error) {
	if s.SampleMixture == nil || s.ReducedField == nil || s.ReducedRun == nil {
		return f, theorems.Missing("SampleMixture, ReducedField, ReducedRun")
	}
	m, err := c.Model()
	if err != nil {
		return f, err
	}
	rng := randomOf(c.Kappa, c.Shares, c.MeanI, []float64{6})
	net, err := s.SampleMixture(m, model.MixtureSampling{Units: 1 + rng.IntN(8)}, rng.Uint64())
	if err != nil {
		return f, err
	}
	field, err := s.ReducedField(net.ReducedNetwork, c.Kappa, 1)
	if err != nil {
		return f, err
	}
	units, loadings, half := net.Units(), net.M(), make([]float64, len(c.Kappa))
	n := net.N()
	for r := range half {
		for i := range units {
			half[r] += math.Abs(n.At(i, r)) / float64(units)
		}
	}
	roundings := float64(units+2*len(half)+16) * s.UnitRoundoff
	f.Demand("F_N has R entries", len(field) == len(half))
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	for r, x := range field {
		size := half[r] + math.Abs(c.Kappa[r])
		f.Expect("|F_N + κ| ≤ B", max(0, math.Abs(x+c.Kappa[r])-half[r]), roundings*size, size+s.UnitRoundoff)
	}
	const steps, dt = 40, 0.125
	states, err := s.ReducedRun(net.ReducedNetwork, model.ReducedRun{Kappa: c.Kappa, V: 1, Method: model.Euler, Dt: dt, Steps: steps})
	if err != nil {
		return f, err
	}
	f.Demand("a state a step", len(states) == steps+1 && len(states[0]) == units)
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	input := net.Input()
	for k, x := range states {
		for i := range units {
			most, size := 0.0, math.Abs(input[i])
			for r, b := range half {
				m := math.Abs(loadings.At(i, r))
				most += m * (b + math.Pow(1-dt, float64(k))*max(0, math.Abs(c.Kappa[r])-b))
				size += m * (b + math.Abs(c.Kappa[r]))
			}
			f.Expect("|x − I| ≤ |M| (B + (1−h)ᵏ excess)", max(0, math.Abs(x[i]-input[i])-most), float64(k+1)*roundings*size, size+s.UnitRoundoff)
		}
	}
	return f, nil
}

// stepsPerTau bounds the steps that an integrator takes in a unit of time, of a field of Lipschitz constant at most 15; of
// a larger L they are 64(1 + L), as of integrationError.
const stepsPerTau = 1 << 10

// fastest bounds the Lipschitz constant of F in κ, at every κ:
// 1 + sup|φ'| Σ_p α_p √(E|n|² E|m|²).
func (t *truth) fastest() float64 {
	rate := 1.0
	for _, law := range t.laws {
		square := func(from, to int) (sum float64) {
			for i := from; i < to; i++ {
				sum += law.Mean[i]*law.Mean[i] + law.Cov[i][i]
			}
			return sum
		}
		r := len(t.kappa)
		rate += law.Weight * t.derivative[1] * math.Sqrt(square(0, r)) * math.Sqrt(square(r, 2*r))
	}
	return rate
}

// farthest is for how many of the fastest time constants a solver is asked to follow a
// field: an explicit one, which is stable with steps of about three of them, needs few 10⁴ steps.
const farthest = 1 << 16

// horizon is the time end, or as far as a solver is asked to go, or less where φ is unbounded and |κ|
// may have grown by e³² before.
func (t *truth) horizon(end float64) float64 {
	rate := t.fastest()
	if math.IsInf(t.sup, 1) {
		return min(end, 32/rate)
	}
	return min(end, farthest/rate)
}

// integrated is the error that a subject is allowed in a unit of time, of states of
// at most a size, in what decays as e^−t: steps within the tolerances that it is
// asked for, or of its arithmetic.
func (t *truth) integrated(size float64) float64 {
	return max(stepsPerTau, 64*(1+t.fastest())) * (max(absTolerance, t.u) + max(relTolerance, 64*t.u)*size)
}

// trajectory is what a subject integrates from κ. States must be there, begin at the
// start, and leave it where the field is more than an integrator sees.
func (t *truth) trajectory(f *theorems.Finding, s theorems.Subject, start []float64, end float64, points int) (times []float64, states [][]float64, err error) {
	for k := range points + 1 {
		times = append(times, end*float64(k)/float64(points))
	}
	if states, err = s.Integrate(t.mixture.Circuit(), start, times); err != nil || !expectStates(f, states, start, times, s.UnitRoundoff) {
		return nil, nil, err
	}
	at := observeLaws(t.phi, t.laws, start, t.u)
	field, fieldErr, err := at.field()
	for r := range field {
		moves := math.Abs(field[r]) > fieldErr+at.integrated(at.fieldScale(r))
		f.Demand("the start is left", !moves || states[1][r] != start[r])
	}
	return times, states, err
}

// judgeTrapped claims the bound along a trajectory that begins inside or far out;
// left says what is left of an excess at time t.
func judgeTrapped(s theorems.Subject, c generators.MixturePoint, left func(t, excess float64) float64) (f theorems.Finding, err error) {
	if s.Integrate == nil {
		return f, theorems.Missing("Integrate")
	}
	t, err := observe(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	start, half := make([]float64, len(c.Kappa)), make([]float64, len(c.Kappa))
	for r, k := range c.Kappa {
		half[r] = absoluteMeans(t.laws, r)
		start[r] = half[r] * k // from 0 to several B
	}
	end := t.horizon(3)
	times, states, err := t.trajectory(&f, s, start, end, 6)
	if err != nil || f.Verdict == theorems.Fails {
		return f, err
	}
	for k := range states {
		for r, x := range states[k] {
			excess := left(times[k], max(0, math.Abs(start[r])-half[r]))
			size := half[r] + math.Abs(start[r])
			f.Expect("|κ(t)| ≤ B + e^−t max(0, |κ(0)| − B)", max(0, math.Abs(x)-half[r]-excess), min(1, end)*t.integrated(size), size+t.u)
		}
	}
	return f, nil
}

// overshooting integrates by Euler steps of three time constants.
func overshooting(s theorems.Subject) theorems.Subject {
	s.Integrate = func(f model.VectorField, start, times []float64) ([][]float64, error) {
		x := append([]float64(nil), start...)
		out := [][]float64{append([]float64(nil), x...)}
		for range times[1:] {
			rate, err := f.Field(x)
			if err != nil {
				return nil, err
			}
			for r := range x {
				x[r] += 3 * rate[r]
			}
			out = append(out, append([]float64(nil), x...))
		}
		return out, nil
	}
	return s
}
