package vectors

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/oracles/quadrature"
)

// mixture is a Gaussian mixture, with the flags that it deserves.
type mixture struct {
	name        string
	flags       []string
	phi         string
	populations []quadrature.Population
}

func (m mixture) rank() int { return len(m.populations[0].Mean) / 2 }

// asObject is the mixture of the wire.
func (m mixture) asObject() object {
	var populations []object
	for _, p := range m.populations {
		populations = append(populations, object{"weight": p.Weight, "mean": p.Mean, "cov": p.Cov})
	}
	return object{"nonlinearity": m.phi, "populations": populations}
}

func (m mixture) params(more object) object {
	out := object{"mixture": m.asObject()}
	for name, value := range more {
		out[name] = value
	}
	return out
}

// gram is L Lᵀ, a covariance.
func gram(l [][]float64) [][]float64 { return dense.MatMul(l, dense.Transpose(l)) }

func population(weight float64, mean []float64, l [][]float64) quadrature.Population {
	return quadrature.Population{Weight: weight, Mean: mean, Cov: gram(l)}
}

// mixtures are of every kind; nonlinearities take turns.
func mixtures(r *rand.Rand, draws int) []mixture {
	none := func(n int) [][]float64 { return diagonal(make([]float64, n)) }
	names := precise.Names()
	list := []mixture{
		{name: "R = 1, one centred population", populations: []quadrature.Population{{Weight: 1, Mean: []float64{0, 0, 0}, Cov: [][]float64{{1, 1.5, 0}, {1.5, 3, 0}, {0, 0, 0}}}}},
		{name: "R = 1, one population with a mean", populations: []quadrature.Population{population(1, []float64{1, 0.5, 0.25}, [][]float64{{1, 0}, {0.5, 1}, {0, 0.5}})}},
		{name: "R = 1, inputs that covary", populations: []quadrature.Population{population(1, []float64{0, 1, -0.5}, [][]float64{{1, 0}, {0.5, 1}, {0.5, 0.75}})}},
		{name: "Σ = 0: one hidden unit", flags: []string{"zero-variance"}, populations: []quadrature.Population{{Weight: 1, Mean: []float64{2, 1.5, 0.25}, Cov: none(3)}}},
		{name: "Σ = 0: two hidden units of unlike weight", flags: []string{"zero-variance", "unequal-weights"}, populations: []quadrature.Population{{Weight: 0.25, Mean: []float64{2, 4, 0.25}, Cov: none(3)}, {Weight: 0.75, Mean: []float64{-1, 1, 0.5}, Cov: none(3)}}},
		{name: "two populations", populations: []quadrature.Population{
			{Weight: 0.5, Mean: []float64{0, 0, 0}, Cov: [][]float64{{2, -8, 0}, {-8, 64, 0}, {0, 0, 0}}}, {Weight: 0.5, Mean: []float64{0, 0, 0}, Cov: [][]float64{{0.0625, 4, 0}, {4, 512, 0}, {0, 0, 0}}}}},
		{name: "R = 2, a rotation", populations: []quadrature.Population{{Weight: 1, Mean: make([]float64, 5), Cov: [][]float64{{1, 0, 1.5, 0.75, 0}, {0, 1, -0.75, 1.5, 0}, {1.5, -0.75, 4, 0, 0}, {0.75, 1.5, 0, 4, 0}, {0, 0, 0, 0, 0}}}}},
		{name: "R = 2, means and inputs", flags: []string{"unequal-weights"}, populations: []quadrature.Population{
			population(0.75, []float64{1, 0, 0.5, -0.5, 0.25}, [][]float64{{1, 0}, {0.5, 0.5}, {0, 1}, {0.25, -0.5}, {0.5, 0}}), population(0.25, []float64{-1, 0.5, 2, 1, 0}, [][]float64{{0.5, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 0.25}})}},
		{name: "huge variance", flags: []string{"huge-variance"}, populations: []quadrature.Population{population(1, []float64{1, 0.5, 0}, [][]float64{{64, 0}, {1, 1}, {16, 0}})}},
		{name: "tiny variance", flags: []string{"tiny-variance"}, populations: []quadrature.Population{population(1, []float64{1, 0.5, 0.25}, [][]float64{{0x1p-12, 0}, {0x1p-12, 1}, {0, 0x1p-13}})}},
		{name: "saturated", flags: []string{"saturated"}, populations: []quadrature.Population{population(1, []float64{1, 1, 40}, [][]float64{{1, 0}, {0.5, 1}, {0.5, 0}})}},
		{name: "m without variance", flags: []string{"singular-covariance"}, populations: []quadrature.Population{population(1, []float64{1, 1, 0.5}, [][]float64{{0}, {1}, {0.5}})}},
		{name: "m and n one variable", flags: []string{"singular-covariance"}, populations: []quadrature.Population{population(1, []float64{0, 0, 0.25}, [][]float64{{1}, {2}, {0}})}},
	}
	for range draws {
		rank := 1 + r.IntN(2)
		var p []quadrature.Population
		weights := [][]float64{{1}, {0.5, 0.5}, {0.25, 0.75}}[r.IntN(3)]
		for _, w := range weights {
			p = append(p, population(w, dyadics(r, 1, 2*rank+1, 1.5)[0], dyadics(r, 2*rank+1, 2, 1)))
		}
		list = append(list, mixture{name: "random", populations: p})
	}
	for i := range list {
		list[i] = list[i].of(names[i%len(names)])
	}
	return list
}

// of is the mixture with a nonlinearity.
func (m mixture) of(phi string) mixture {
	m.phi = phi
	m.name += ", " + phi
	m.flags = slices.Clone(m.flags)
	if phi == "relu" || phi == "hard-tanh" {
		m.flags = append(m.flags, "kinked")
	}
	if phi == "identity" {
		m.flags = append(m.flags, "linear")
	}
	return m
}

// everyMixture has each of them with each nonlinearity, or with one in every.
func everyMixture(r *rand.Rand, draws, every int) []mixture {
	var out []mixture
	names := precise.Names()
	for i, m := range mixtures(r, draws) {
		base := m
		base.name = base.name[:len(base.name)-len(", "+base.phi)]
		base.flags = slices.DeleteFunc(slices.Clone(m.flags), func(f string) bool { return f == "kinked" || f == "linear" })
		for k := i % every; k < len(names); k += every {
			out = append(out, base.of(names[k]))
		}
	}
	return out
}

// averageAccuracy is what theory.md asks of averages for Δ up to 1e4.
const averageAccuracy = 1e-12

// average is ⟨φ^(order)⟩, as a number that others know to averageAccuracy, and
// at a μ and a Δ that they have to compute.
func average(phi string, order int, mu, delta number) number {
	d := math.Max(delta.float(), 0)
	value, err, failure := quadrature.Average(phi, order, mu.float(), d)
	if failure != nil {
		panic(failure)
	}
	out := known(value, err+averageAccuracy*math.Max(1, math.Abs(value)))
	// It moves by ⟨φ^(order+1)⟩δμ and ½⟨φ^(order+2)⟩δΔ, which suprema bound.
	lipschitz, second, third := precise.Constants(phi)
	sup := []float64{lipschitz, second, third}
	shift := mu.err + delta.err/math.Sqrt(math.Max(d, math.Max(delta.err, tiny)))
	if order < len(sup) && !math.IsInf(sup[order], 1) {
		out.err += sup[order] * shift
	} else if d == 0 && delta.err == 0 {
		return out // off the kinks, by more than μ is off
	} else if order >= 1 && order < 3 && shift > 0 { // across kinks, by the largest density
		out.err += 2 * shift / math.Pow(math.Max(d, tiny), float64(order)/2)
	}
	return out
}

// netInput is what a population's units receive at κ: μ, Δ, and c = Σ_nm κ + Σ_nI.
type netInput struct {
	mu, delta number
	c         []number
}

func at(p quadrature.Population, kappa []number) netInput {
	r := len(kappa)
	with := append(slices.Clone(kappa), make0(r)...)
	with = append(with, exactly(1))
	cov := exactMatrix(p.Cov)
	in := netInput{mu: dot(exactVector(p.Mean), with)}
	// μ leaves n out, whose weight is 0; Δ is with·Σ·with, nonnegative.
	half := apply(cov, with)
	in.delta = dot(with, half)
	if in.delta.value.Sign() < 0 {
		in.delta.value.SetInt64(0)
	}
	in.c = half[r : 2*r]
	return in
}

// tame are points at which no Δ is beyond 1e4.
func (m mixture) points(r *rand.Rand, count int) [][]float64 {
	var out [][]float64
	for k := range count {
		point := dyadics(r, 1, m.rank(), 2)[0]
		if k == 0 {
			point = make([]float64, m.rank())
		}
		for m.widest(point) > 1e4 {
			for i := range point {
				point[i] = math.Trunc(4*point[i]) / 8
			}
		}
		out = append(out, point)
	}
	return out
}

func (m mixture) widest(kappa []float64) float64 {
	most := 0.0
	for _, p := range m.populations {
		most = math.Max(most, at(p, exactVector(kappa)).delta.float())
	}
	for _, k := range kappa {
		if k != 0 {
			return most
		}
	}
	return 0
}

// smoothAt reports whether averages of an order exist: off kinks, or Δ > 0.
func (m mixture) smoothAt(kappa []float64, leastDelta float64) bool {
	kinks := map[string][]float64{"relu": {0}, "hard-tanh": {-1, 1}}[m.phi]
	for _, p := range m.populations {
		in := at(p, exactVector(kappa))
		for _, kink := range kinks {
			if in.delta.float() <= leastDelta && math.Abs(in.mu.float()-kink) <= 8*math.Sqrt(leastDelta) {
				return false
			}
		}
	}
	return true
}

// field is −κ + Σ α [a_n⟨φ⟩ + c⟨φ'⟩], whose errors are those of the averages.
func (m mixture) field(kappa []number) []number {
	out := make([]number, len(kappa))
	for i := range kappa {
		out[i] = kappa[i].negated()
	}
	for _, p := range m.populations {
		in := at(p, kappa)
		value := average(m.phi, 0, in.mu, in.delta)
		for i := range out {
			term := exactly(p.Mean[len(kappa)+i]).times(value)
			if !in.c[i].isZero() {
				term = term.plus(in.c[i].times(average(m.phi, 1, in.mu, in.delta)))
			}
			out[i] = out[i].plus(exactly(p.Weight).times(term))
		}
	}
	return out
}
