package vectors

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// recurrent is a linear RNN, with the flags that it deserves.
type recurrent struct {
	name  string
	flags []string
	m, n  [][]float64 // J = M Nᵀ, or
	j     [][]float64
	p     noise
	start *start // of y_0
}

func (s recurrent) units() int { return len(s.p.dense) }

// transition is J, whose entries are exact.
func (s recurrent) transition() [][]float64 {
	if s.j != nil {
		return s.j
	}
	return dense.MatMul(s.m, dense.Transpose(s.n))
}

// asObject is the RNN of the wire.
func (s recurrent) asObject() object {
	out := object{"P": s.p.text}
	if s.j != nil {
		out["J"] = s.j
	} else {
		out["M"], out["N"] = s.m, s.n
	}
	if s.start != nil {
		out["initial"] = object{"mean": s.start.mean, "cov": s.start.cov.text}
	}
	return out
}

func (s recurrent) params(more object) object {
	out := object{"rnn": s.asObject()}
	for name, value := range more {
		out[name] = value
	}
	return out
}

func (s recurrent) law() *gaussian.Process {
	out := gaussian.RNN{J: s.transition(), P: s.p.dense}
	if s.start != nil {
		out.Mean, out.Cov = s.start.mean, s.start.cov.dense
	}
	return must(out.Process())
}

func (s recurrent) exactly() gaussian.ExactRNN {
	n := s.units()
	out := gaussian.ExactRNN{J: exactRows(s.transition(), n, n), P: exactRows(s.p.dense, n, n)}
	if s.start != nil {
		out.Cov = exactRows(s.start.cov.dense, n, n)
	}
	return out
}

// loading is ‖M‖‖N‖, or ‖J‖, units scaled by deviations.
func (s recurrent) loading(d []float64) float64 {
	inverse := make([]float64, len(d))
	for i := range d {
		inverse[i] = 1 / d[i]
	}
	if s.j != nil {
		return frobenius(scaled(s.j, d, inverse))
	}
	ones := make([]float64, len(s.m[0]))
	for i := range ones {
		ones[i] = 1
	}
	return frobenius(scaled(s.m, d, ones)) * frobenius(scaled(s.n, inverse, ones))
}

// stationaryNetworks are of every kind that has a stationary law.
func stationaryNetworks(r *rand.Rand, draws int) []recurrent {
	column := func(x ...float64) [][]float64 { return dense.Transpose([][]float64{x}) }
	dense3 := [][]float64{{2, 0.5, 0}, {0.5, 1, -0.25}, {0, -0.25, 1}}
	out := []recurrent{
		{name: "one unit", flags: []string{"one-unit"}, m: column(0.5), n: column(1), p: iso(1, 1)},
		{name: "one unit, J given, negative", flags: []string{"one-unit"}, j: [][]float64{{-0.75}}, p: diag(2)},
		{name: "rank one, 2R latents", flags: []string{"low-rank"}, m: column(0.5, 0.25, -0.5), n: column(0.5, 0.5, 0.25), p: diag(1, 2, 0.5)},
		{name: "the smallest that is no R-latent LDS", flags: []string{"low-rank"}, m: column(1, 1), n: column(0, 0.5), p: iso(2, 1)},
		{name: "symmetric J, isotropic noise: R latents", flags: []string{"low-rank"}, m: column(0.5, 0.25), n: column(1, 0.5), p: iso(2, 1)},
		{name: "NᵀM = 0", flags: []string{"low-rank", "nilpotent"}, m: column(1, 1), n: column(0.5, -0.5), p: diag(1, 2)},
		{name: "P N = 0: white", flags: []string{"low-rank", "singular-noise", "white"}, m: column(1, 0.5), n: column(0, 0.5), p: diag(1, 0)},
		{name: "P = 0", flags: []string{"zero-noise", "zero-variance", "white"}, m: column(0.5, 0.5), n: column(1, 0), p: iso(2, 0)},
		{name: "J = 0", flags: []string{"white", "no-coupling"}, j: [][]float64{{0, 0}, {0, 0}}, p: full([][]float64{{1, 0.5}, {0.5, 1}})},
		{name: "P singular", flags: []string{"low-rank", "singular-noise"}, m: column(0.5, 0.25, 0), n: column(0.5, 0.5, 0.5), p: diag(1, 0, 1)},
		{name: "P of rank one, a factor", flags: []string{"low-rank", "singular-noise", "low-rank-noise"}, m: column(0.5, 0.25, -0.5), n: column(0.5, 0.5, 0.25), p: factored([]float64{0, 0, 0}, column(1, 0.5, -1))},
		{name: "P diagonal plus a factor", flags: []string{"low-rank", "low-rank-noise"}, m: column(0.5, 0.25, -0.5), n: column(0.5, 0.5, 0.25), p: factored([]float64{0.5, 1, 0.25}, column(1, 0.5, -1))},
		{name: "P dense", flags: []string{"low-rank"}, m: column(0.5, 0.25, -0.5), n: column(0.5, 0.5, 0.25), p: full(dense3)},
		{name: "rank two in four units", flags: []string{"low-rank"}, m: [][]float64{{0.5, 0.25}, {0, 0.5}, {0.25, -0.5}, {0.5, 0}}, n: [][]float64{{0.5, 0}, {0.25, 0.5}, {0, 0.25}, {-0.5, 0.5}}, p: diag(1, 2, 0.5, 1)},
		{name: "rank two that rotates", flags: []string{"low-rank", "complex-pair"}, m: [][]float64{{1, 0}, {0, 1}, {0, 0}}, n: [][]float64{{0.5, 0.625}, {-0.625, 0.5}, {0.25, 0.25}}, p: diag(1, 1, 2)},
		{name: "as many loadings as units", flags: []string{"full-rank-loading"}, m: identity(2), n: [][]float64{{0.5, -0.25}, {0.25, 0.5}}, p: diag(1, 2)},
		{name: "J a Jordan block", flags: []string{"defective"}, j: [][]float64{{0.5, 1}, {0, 0.5}}, p: iso(2, 1)},
		{name: "nilpotent J", flags: []string{"nilpotent", "defective"}, j: [][]float64{{0, 1, 0}, {0, 0, 1}, {0, 0, 0}}, p: diag(1, 2, 4)},
		{name: "dependent loadings", flags: []string{"rank-deficient-loading"}, m: [][]float64{{0.5, 1}, {0.25, 0.5}, {-0.5, -1}}, n: [][]float64{{0.5, 0}, {0, 0.25}, {0.25, 0.25}}, p: diag(1, 2, 0.5)},
		{name: "spectral radius 1 − 2⁻¹⁰", flags: []string{"near-unit-root", "low-rank"}, m: column(1, 0), n: column(1-0x1p-10, 0.5), p: iso(2, 1)},
		{name: "spectral radius 1 − 2⁻¹⁴", flags: []string{"near-unit-root", "one-unit"}, j: [][]float64{{1 - 0x1p-14}}, p: iso(1, 1)},
		{name: "graded units", flags: []string{"graded", "low-rank"}, m: column(0x1p-20, 1, 0x1p20), n: column(0x1p18, 0.25, 0x1p-22), p: diag(0x1p-40, 1, 0x1p40)},
		{name: "huge noise", flags: []string{"huge-variance", "low-rank"}, m: column(0.5, 0.25), n: column(1, -0.5), p: iso(2, 0x1p60)},
		{name: "tiny noise", flags: []string{"tiny-variance", "low-rank"}, m: column(0.5, 0.25), n: column(1, -0.5), p: diag(0x1p-60, 0x1p-61)},
		{name: "loadings of unlike size", flags: []string{"low-rank"}, m: column(0x1p-30, 0x1p-31), n: column(0x1p29, 0x1p28), p: diag(1, 2)},
	}
	for range draws {
		out = append(out, randomNetwork(r))
	}
	return out
}

func randomNetwork(r *rand.Rand) recurrent {
	n := 1 + r.IntN(4)
	rank := 1 + r.IntN(min(n, 2))
	s := recurrent{name: "random", m: dyadics(r, n, rank, 1), n: dyadics(r, n, rank, 1), flags: []string{"low-rank"}}
	for must(exact.FromFloat64(s.transition())).CharPoly().UnitDisc() != exact.Inside || frobenius(s.m)*frobenius(s.n) > 1.5 {
		for i := range s.m {
			for j := range s.m[i] {
				s.m[i][j] /= 2
			}
		}
	}
	d := make([]float64, n)
	for i := range d {
		d[i] = float64(1+r.IntN(16)) / 8
	}
	s.p = diag(d...)
	if n > 1 {
		s.p = factored(d, dyadics(r, n, 1, 1))
		s.flags = append(s.flags, "low-rank-noise")
	} else {
		s.flags = append(s.flags, "one-unit")
	}
	return s
}

// startedNetworks have a law of y_0.
func startedNetworks(r *rand.Rand, draws int) []recurrent {
	column := func(x ...float64) [][]float64 { return dense.Transpose([][]float64{x}) }
	out := []recurrent{
		{name: "one unit", flags: []string{"one-unit"}, m: column(0.5), n: column(1), p: iso(1, 1), start: &start{[]float64{1}, iso(1, 2)}},
		{name: "unstable", flags: []string{"one-unit", "unstable"}, j: [][]float64{{1.5}}, p: iso(1, 1), start: &start{[]float64{1}, iso(1, 1)}},
		{name: "a random walk", flags: []string{"one-unit", "unit-root"}, j: [][]float64{{1}}, p: iso(1, 1), start: &start{[]float64{0.5}, iso(1, 0)}},
		{name: "unstable, rank one", flags: []string{"low-rank", "unstable"}, m: column(1, 0.5, -1), n: column(1, 0.5, 0.25), p: diag(1, 2, 1), start: &start{[]float64{1, 0, -1}, diag(1, 0.5, 2)}},
		{name: "known where it starts", flags: []string{"low-rank", "zero-variance"}, m: column(1, 0.5), n: column(0.5, -0.5), p: diag(1, 2), start: &start{[]float64{1, 2}, iso(2, 0)}},
		{name: "NᵀM = 0", flags: []string{"low-rank", "nilpotent"}, m: column(1, 1), n: column(0.5, -0.5), p: diag(1, 2), start: &start{[]float64{1, 2}, full([][]float64{{2, 1}, {1, 1}})}},
		{name: "P N = 0, yet not white", flags: []string{"low-rank", "singular-noise"}, m: column(1, 0.5), n: column(0, 0.5), p: diag(1, 0), start: &start{[]float64{0.5, 1}, iso(2, 1)}},
	}
	for range draws {
		s := randomNetwork(r)
		d := make([]float64, s.units())
		for i := range d {
			d[i] = float64(1+r.IntN(8)) / 4
		}
		s.start = &start{dyadics(r, 1, s.units(), 1)[0], diag(d...)}
		out = append(out, s)
	}
	for i := range out {
		out[i].flags = append(slices.Clone(out[i].flags), "initial-law")
	}
	return out
}

// stationaryError bounds errors of the correlations Λ_0, units scaled by their
// deviations, by either Lyapunov equation, in y or in the overlaps.
func (s recurrent) stationaryError(d []float64) float64 {
	j := 1 + s.loading(d)*s.loading(d)
	return roundings(s.units()) * roundoff * s.amplification(d) * j * j * (float64(len(d)) + frobenius(scaled(s.p.dense, d, d)))
}

// amplification is ‖(V ↦ V − J V Jᵀ)⁻¹‖, units scaled by deviations.
func (s recurrent) amplification(d []float64) float64 {
	inverse := make([]float64, len(d))
	for i := range d {
		inverse[i] = 1 / d[i]
	}
	return must(gaussian.RNN{J: scaled(s.transition(), d, inverse), P: identity(len(d))}.Process()).Amplification()
}

// dimension is the number of latents needed: rank [J, PJᵀ] from a start,
// stationary rank [Λ_1, Λ_1ᵀ]; and how far, relatively, it is from a lower one.
func (s recurrent) dimension() (latents int, margin float64) {
	e := s.exactly()
	var stacked *exact.Matrix
	if s.start != nil {
		stacked = exact.HStack(e.J, e.P.Mul(e.J.T()))
	} else {
		lambda := must(e.Autocovariance(1))
		stacked = exact.HStack(lambda, lambda.T())
	}
	latents, margin = stacked.Rank(), 1
	if latents > 0 {
		d := deviations(s.p.dense)
		if s.start == nil {
			d = deviations(must(e.Autocovariance(0)).Float64())
		}
		right := append(slices.Clone(d), d...)
		if s.start != nil {
			for i := range d {
				right[i] = 1 / d[i]
			}
		}
		v := dense.SingularValues(scaled(stacked.Float64(), d, right))
		margin = v[latents-1] / v[0]
	}
	return latents, margin
}

// conversionError bounds, in units of the deviations d, what the law of an
// honest conversion may be off by: ‖δG‖ ≤ u‖P‖ moves P N G⁻NᵀP by the fraction
// ‖P‖/λ_min(G), bases of J's ranges are known to u‖J‖/s_min(J), and both move
// covariances by ‖(V ↦ V − JVJᵀ)⁻¹‖, once more in the reader's own equation.
func (s recurrent) conversionError(d []float64, amplification float64) float64 {
	e := s.exactly()
	inverse := make([]float64, len(d))
	for i := range d {
		inverse[i] = 1 / d[i]
	}
	j, p := scaled(s.transition(), d, inverse), scaled(s.p.dense, d, d)
	kappa, size := 1.0, math.Max(frobenius(j), s.loading(d))
	if rank := e.J.Rank(); rank > 0 {
		kappa += size / dense.SingularValues(j)[rank-1]
		fed := e.P.Mul(e.J.T()).Rank()
		if fed > 0 {
			// λ_min(NᵀPN) for orthonormal loadings is at least that of J P Jᵀ over ‖J‖².
			jpj := dense.MatMul(dense.MatMul(j, p), dense.Transpose(j))
			kappa += frobenius(p) * size * size / dense.SingularValues(jpj)[fed-1]
		}
	}
	grown := (1 + size) * (1 + size)
	return roundings(s.units()) * roundoff * kappa * grown * (1 + amplification*grown) * (1 + frobenius(p))
}
