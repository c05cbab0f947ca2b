package vectors

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// start is an initial law.
type start struct {
	mean []float64
	cov  noise
}

// system is an LDS, with the flags that it deserves.
type system struct {
	name  string
	flags []string
	a, c  [][]float64
	q, r  noise
	start *start // of x_1
}

func (s system) latents() int { return len(s.a) }
func (s system) units() int   { return len(s.r.dense) }

// asObject is the LDS of the wire.
func (s system) asObject() object {
	out := object{"A": s.a, "C": s.c, "Q": s.q.text, "R": s.r.text}
	if s.latents() == 0 {
		out["A"], out["C"], out["Q"] = []any{}, []any{}, []any{}
	}
	if s.start != nil {
		out["initial"] = object{"mean": s.start.mean, "cov": s.start.cov.text}
	}
	return out
}

func (s system) params(more object) object {
	out := object{"lds": s.asObject()}
	for name, value := range more {
		out[name] = value
	}
	return out
}

func (s system) oracle() gaussian.LDS {
	out := gaussian.LDS{A: s.a, C: s.c, Q: s.q.dense, R: s.r.dense}
	if s.start != nil {
		out.Mean, out.Cov = s.start.mean, s.start.cov.dense
	}
	return out
}

func (s system) law() *gaussian.Process { return must(s.oracle().Process()) }

func (s system) exactly() gaussian.ExactLDS {
	k, n := s.latents(), s.units()
	out := gaussian.ExactLDS{A: exactRows(s.a, k, k), C: exactRows(s.c, n, k), Q: exactRows(s.q.dense, k, k), R: exactRows(s.r.dense, n, n)}
	if s.start != nil {
		out.Cov = exactRows(s.start.cov.dense, k, k)
	}
	return out
}

// rotation is ½ or so of a rotation: a complex pair of eigenvalues.
func rotation() [][]float64 { return [][]float64{{0.5, -0.625}, {0.625, 0.5}} }

// chain is y_t = c_0 w_t + c_1 w_{t−1} + …, no other noise.
func chain(variance float64, c ...float64) system {
	k := len(c)
	a, q := diagonal(make([]float64, k)), make([]float64, k)
	for i := 1; i < k; i++ {
		a[i][i-1] = 1
	}
	q[0] = variance
	return system{name: "moving average", flags: []string{"one-unit", "nilpotent", "moving-average", "singular-noise", "more-latents-than-units"}, a: a, c: [][]float64{c}, q: diag(q...), r: diag(0)}
}

// stationarySystems are of every kind that has a stationary law.
func stationarySystems(r *rand.Rand, draws int) []system {
	unit := [][]float64{{1, 0}, {0, 1}}
	wide := [][]float64{{1, 0.5}, {-0.5, 1}, {0.25, 2}}
	out := []system{
		{name: "one latent, one unit", flags: []string{"one-unit"}, a: [][]float64{{0.5}}, c: [][]float64{{1}}, q: iso(1, 1), r: iso(1, 1)},
		{name: "one latent of negative sign", flags: []string{"one-unit"}, a: [][]float64{{-0.75}}, c: [][]float64{{2}}, q: iso(1, 0.5), r: diag(0.25)},
		{name: "observed without noise", flags: []string{"zero-noise", "markov"}, a: [][]float64{{0.5, 0.25}, {-0.25, 0.75}}, c: wide, q: full([][]float64{{1, 0.5}, {0.5, 2}}), r: iso(3, 0)},
		{name: "C = I, no noise", flags: []string{"zero-noise", "markov"}, a: [][]float64{{0.5, 0.25}, {-0.25, 0.75}}, c: unit, q: iso(2, 1), r: diag(0, 0)},
		{name: "noise orthogonal to what reads the latents", flags: []string{"singular-noise", "markov"}, a: [][]float64{{0.5, 0.25}, {0, -0.5}}, c: [][]float64{{1, 0}, {0, 1}, {0, 0}}, q: iso(2, 1), r: diag(0, 0, 2)},
		{name: "two latents in one noise-free unit", flags: []string{"one-unit", "zero-noise", "more-latents-than-units", "non-markov"}, a: [][]float64{{0.5, 0}, {0, -0.25}}, c: [][]float64{{1, 1}}, q: iso(2, 1), r: diag(0)},
		{name: "Λ_2 = JΛ_1, yet not Markov", flags: []string{"one-unit", "non-markov", "later-lag", "more-latents-than-units"}, a: [][]float64{{0.5, 0}, {0, -0.5}}, c: [][]float64{{3, 3}}, q: full([][]float64{{9, -2.5}, {-2.5, 0.75}}), r: diag(40)},
		{name: "A = 0: white", flags: []string{"white", "markov"}, a: [][]float64{{0, 0}, {0, 0}}, c: wide, q: iso(2, 1), r: iso(3, 0.5)},
		{name: "nilpotent A", flags: []string{"nilpotent", "defective"}, a: [][]float64{{0, 1}, {0, 0}}, c: wide, q: iso(2, 1), r: diag(1, 2, 0.5)},
		{name: "A a Jordan block", flags: []string{"defective"}, a: [][]float64{{0.5, 1}, {0, 0.5}}, c: wide, q: full([][]float64{{1, -0.5}, {-0.5, 1}}), r: iso(3, 1)},
		{name: "A a rotation", flags: []string{"complex-pair"}, a: rotation(), c: wide, q: iso(2, 1), r: iso(3, 1)},
		{name: "A a rotation, one unit", flags: []string{"complex-pair", "one-unit", "more-latents-than-units"}, a: rotation(), c: [][]float64{{1, 0}}, q: iso(2, 1), r: iso(1, 0.25)},
		{name: "spectral radius 1 − 2⁻¹⁰", flags: []string{"near-unit-root"}, a: [][]float64{{1 - 0x1p-10, 0.25}, {0, 0.5}}, c: unit, q: iso(2, 1), r: iso(2, 1)},
		{name: "spectral radius 1 − 2⁻¹⁴", flags: []string{"near-unit-root", "one-unit"}, a: [][]float64{{1 - 0x1p-14}}, c: [][]float64{{1}}, q: iso(1, 1), r: iso(1, 1)},
		{name: "an unobservable latent", flags: []string{"unobservable"}, a: [][]float64{{0.5, 0}, {0.25, 0.75}}, c: [][]float64{{1, 0}, {2, 0}}, q: iso(2, 1), r: iso(2, 1)},
		{name: "an uncontrollable latent", flags: []string{"uncontrollable", "singular-noise"}, a: [][]float64{{0.5, 0.25}, {0, 0.75}}, c: unit, q: diag(1, 0), r: iso(2, 1)},
		{name: "a factor for Q, R diagonal plus a factor", flags: []string{"low-rank-noise", "singular-noise"}, a: [][]float64{{0.5, 0.25}, {-0.5, 0.25}}, c: wide, q: factored([]float64{0, 0}, [][]float64{{1}, {0.5}}), r: factored([]float64{0.5, 0.25, 1}, [][]float64{{1}, {-0.5}, {0.5}})},
		{name: "a factor of two columns for R", flags: []string{"low-rank-noise", "singular-noise"}, a: [][]float64{{0.5, 0.25}, {-0.5, 0.25}}, c: wide, q: iso(2, 2), r: factored([]float64{0, 0, 0}, [][]float64{{1, 0.5}, {0.5, 1}, {0, 1}})},
		{name: "graded units", flags: []string{"graded"}, a: [][]float64{{0.5, 0.25}, {0, 0.25}}, c: [][]float64{{0x1p-20, 0}, {1, 1}, {0, 0x1p20}}, q: iso(2, 1), r: diag(0x1p-40, 1, 0x1p40)},
		{name: "Q = 0", flags: []string{"zero-noise", "markov", "white"}, a: [][]float64{{0.5, 0.25}, {0, 0.25}}, c: unit, q: iso(2, 0), r: iso(2, 1)},
		{name: "R singular", flags: []string{"singular-noise"}, a: [][]float64{{0.5, 0.25}, {-0.25, 0.5}}, c: unit, q: iso(2, 1), r: diag(1, 0)},
		{name: "a silent unit", flags: []string{"singular-noise", "zero-variance"}, a: [][]float64{{0.5}}, c: [][]float64{{1}, {0}}, q: iso(1, 1), r: diag(1, 0)},
		{name: "the same unit twice", flags: []string{"singular-noise"}, a: [][]float64{{0.5}}, c: [][]float64{{1}, {1}}, q: iso(1, 1), r: full([][]float64{{1, 1}, {1, 1}})},
		{name: "S4: Q singular, little noise", flags: []string{"singular-noise"}, a: [][]float64{{0.8, -0.3}, {0.3, 0.7}}, c: unit, q: diag(1, 0), r: iso(2, 0.125)},
		{name: "huge variances", flags: []string{"huge-variance"}, a: [][]float64{{0.5, 0.25}, {-0.25, 0.5}}, c: unit, q: iso(2, 0x1p60), r: iso(2, 0x1p60)},
		{name: "tiny variances", flags: []string{"tiny-variance"}, a: [][]float64{{0.5, 0.25}, {-0.25, 0.5}}, c: unit, q: iso(2, 0x1p-60), r: iso(2, 0x1p-60)},
		{name: "much noise", flags: []string{"huge-variance"}, a: [][]float64{{0.75}}, c: [][]float64{{1}, {0.5}}, q: iso(1, 1), r: diag(0x1p20, 1)},
		{name: "far from normal A", flags: []string{"non-normal"}, a: [][]float64{{0.5, 16}, {0, -0.5}}, c: unit, q: iso(2, 1), r: iso(2, 1)},
		{name: "no latents", flags: []string{"zero-latents", "white", "markov"}, c: [][]float64{{}, {}}, r: full([][]float64{{2, 1}, {1, 2}})},
		{name: "latents of equal modulus", a: [][]float64{{0.5, 0}, {0, -0.5}}, c: wide, q: iso(2, 1), r: iso(3, 1)},
		{name: "three latents", a: [][]float64{{0.5, 0.25, 0}, {0, 0.25, 0.5}, {-0.25, 0, 0.25}}, c: [][]float64{{1, 0, 1}, {0, 1, -1}}, flags: []string{"more-latents-than-units"}, q: diag(1, 0.5, 0.25), r: iso(2, 0.5)},
		chain(1, 1, 0.5),
		chain(1, 1, 0, 0.25),
		chain(4, 1, -0.5, 0.125),
	}
	for range draws {
		out = append(out, randomSystem(r))
	}
	return out
}

func randomSystem(r *rand.Rand) system {
	k, n := 1+r.IntN(3), 1+r.IntN(3)
	s := system{name: "random", a: dyadics(r, k, k, 1), c: dyadics(r, n, k, 2)}
	for must(exact.FromFloat64(s.a)).CharPoly().UnitDisc() != exact.Inside || frobenius(s.a) > 1.5 {
		for i := range s.a {
			for j := range s.a[i] {
				s.a[i][j] /= 2
			}
		}
	}
	positive := func(n int) noise {
		d := make([]float64, n)
		for i := range d {
			d[i] = float64(1+r.IntN(16)) / 8
		}
		return factored(d, dyadics(r, n, 1, 1))
	}
	s.q, s.r = positive(k), positive(n)
	s.flags = []string{"low-rank-noise"}
	if n == 1 {
		s.flags = append(s.flags, "one-unit")
	}
	if k > n {
		s.flags = append(s.flags, "more-latents-than-units")
	}
	return s
}

// startedSystems have a law of x_1; some are unstable.
func startedSystems(r *rand.Rand, draws int) []system {
	one := &start{[]float64{1}, iso(1, 2)}
	two := &start{[]float64{1, -0.5}, full([][]float64{{2, 0.5}, {0.5, 1}})}
	out := []system{
		{name: "one latent, one unit", flags: []string{"one-unit"}, a: [][]float64{{0.5}}, c: [][]float64{{1}}, q: iso(1, 1), r: iso(1, 1), start: one},
		{name: "unstable", flags: []string{"one-unit", "unstable"}, a: [][]float64{{1.5}}, c: [][]float64{{1}}, q: iso(1, 1), r: iso(1, 1), start: one},
		{name: "a random walk", flags: []string{"one-unit", "unit-root"}, a: [][]float64{{1}}, c: [][]float64{{1}}, q: iso(1, 1), r: iso(1, 0.5), start: one},
		{name: "an unstable spiral", flags: []string{"complex-pair", "unstable"}, a: [][]float64{{0.75, -1}, {1, 0.75}}, c: identity(2), q: iso(2, 1), r: iso(2, 1), start: two},
		{name: "known where it starts", flags: []string{"zero-variance"}, a: [][]float64{{0.5, 0.25}, {0, 0.5}}, c: identity(2), q: iso(2, 1), r: iso(2, 1), start: &start{[]float64{1, 2}, iso(2, 0)}},
		{name: "no noise but the start's", flags: []string{"zero-noise"}, a: [][]float64{{0.5, 0.25}, {0, 0.5}}, c: identity(2), q: iso(2, 0), r: iso(2, 1), start: two},
		{name: "more latents than units", flags: []string{"one-unit", "more-latents-than-units"}, a: rotation(), c: [][]float64{{1, 0.5}}, q: iso(2, 1), r: iso(1, 0.5), start: two},
		{name: "R singular", flags: []string{"singular-noise"}, a: rotation(), c: [][]float64{{1, 0}, {0, 1}, {1, 1}}, q: iso(2, 1), r: diag(1, 0, 1), start: two},
	}
	for range draws {
		s := randomSystem(r)
		k := s.latents()
		mean := dyadics(r, 1, k, 1)[0]
		d := make([]float64, k)
		for i := range d {
			d[i] = float64(1+r.IntN(8)) / 4
		}
		s.start = &start{mean, diag(d...)}
		out = append(out, s)
	}
	for i := range out {
		out[i].flags = append(slices.Clone(out[i].flags), "initial-law")
	}
	return out
}

// stationaryError bounds ‖δV‖ of a stationary covariance: the residual that
// rounding leaves, times ‖(V ↦ V − A V Aᵀ)⁻¹‖.
func (s system) stationaryError(law *gaussian.Process) float64 {
	if s.latents() == 0 {
		return 0
	}
	a, v := frobenius(s.a), frobenius(law.StateCovariance())
	return roundings(s.latents()) * roundoff * law.Amplification() * (2*a*a*v + v + frobenius(s.q.dense))
}

// conditioning is what conditioning on one observation does to rounding
// errors, units scaled to unit variance.
type conditioning struct {
	deviation          []float64 // of y_t
	kappa              float64   // condition of the correlations of y_t on their range
	lambda             float64   // error of the correlations
	readout            float64   // ‖D⁻¹C‖
	matched, leftNoise float64   // error of D⁻¹(JΛ_0 − Λ_1)D⁻¹ and of D⁻¹PD⁻¹
}

// truth is what rationals say of a stationary system.
type truth struct {
	lambda0, lambda1 *exact.Matrix
	j, p             *exact.Matrix
}

func (s system) truth() truth {
	e := s.exactly()
	t := truth{lambda0: must(e.Autocovariance(0)), lambda1: must(e.Autocovariance(1))}
	t.j = t.lambda1.Mul(t.lambda0.GeneralizedInverse())
	t.p = t.lambda0.Sub(t.j.Mul(t.lambda0).Mul(t.j.T()))
	return t
}

func (s system) conditioning(law *gaussian.Process, t truth) conditioning {
	n := float64(s.units())
	l := t.lambda0.Float64()
	c := conditioning{deviation: deviations(l)}
	c.kappa = condition(scaled(l, c.deviation, c.deviation), t.lambda0.Rank())
	for i := range s.c {
		c.readout = math.Max(c.readout, dense.VectorNorm2(s.c[i])/c.deviation[i]*math.Sqrt(n))
	}
	c.lambda = c.readout * c.readout * s.stationaryError(law)
	inverse := make([]float64, len(c.deviation))
	for i, d := range c.deviation {
		inverse[i] = 1 / d
	}
	j := frobenius(scaled(t.j.Float64(), c.deviation, inverse))
	c.matched = (roundings(s.units()+s.latents())*roundoff*c.kappa*n + 2*c.lambda) * (1 + j)
	c.leftNoise = c.matched * (1 + j)
	return c
}

// scaled is L⁻¹ A R⁻¹.
func scaled(a [][]float64, left, right []float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		for j := range a[i] {
			out[i] = append(out[i], a[i][j]/left[i]/right[j])
		}
	}
	return out
}

// deviations are standard deviations, 1 for a unit that is silent.
func deviations(cov [][]float64) []float64 {
	out := make([]float64, len(cov))
	for i := range cov {
		out[i] = 1
		if cov[i][i] > 0 {
			out[i] = math.Sqrt(cov[i][i])
		}
	}
	return out
}

// condition is the condition number on the range.
func condition(m [][]float64, rank int) float64 {
	if rank == 0 || len(m) == 0 {
		return 1
	}
	s := dense.SingularValues(m)
	return s[0] / s[rank-1]
}

// within is a tolerance for each entry: bound times two deviations.
func within(bound float64, left, right []float64, value [][]float64) [][]float64 {
	out := make([][]float64, len(left))
	for i := range left {
		for j := range right {
			out[i] = append(out[i], bound*left[i]*right[j]+4*roundoff*math.Abs(value[i][j])+tiny)
		}
	}
	return out
}
