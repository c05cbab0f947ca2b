package vectors

import (
	"math"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/oracles/quadrature"
)

// mixtureFieldCases: E[n φ(m·κ + I)] − κ by two-dimensional quadrature.
func mixtureFieldCases(c *cases, seed uint64) {
	r := random(seed, "field of a mixture")
	for _, m := range everyMixture(r, 6, 2) {
		var kappa [][]float64
		var values, tolerances [][]float64
		for _, k := range m.points(r, 3) {
			if !m.smoothAt(k, 0) {
				continue
			}
			value, err, failure := quadrature.Field(m.phi, m.populations, k)
			if failure != nil {
				panic(failure)
			}
			var row []float64
			for i, x := range m.field(exactVector(k)) {
				if off := math.Abs(x.float() - value[i]); off > err+x.tolerance() {
					panic("Stein's formula and two-dimensional quadrature differ")
				}
				row = append(row, err+x.tolerance())
			}
			kappa, values, tolerances = append(kappa, k), append(values, value), append(tolerances, row)
		}
		if len(kappa) > 0 {
			c.valid("dκ/dt: "+m.name, m.flags, m.params(object{"kappa": kappa}), Check{Member: "values", Compare: Entries, Value: values, Tolerance: tolerances})
		}
	}
	m := mixtures(r, 0)[0]
	c.invalid("κ of two numbers for R = 1", []string{"inadmissible"}, m.params(object{"kappa": [][]float64{{1, 2}}}), wire.Invalid)
	bad := m
	bad.populations = []quadrature.Population{{Weight: 1, Mean: []float64{0, 0, 0}, Cov: [][]float64{{1, 2, 0}, {2, 1, 0}, {0, 0, 0}}}}
	c.invalid("a covariance that is not one", []string{"inadmissible"}, bad.params(object{"kappa": [][]float64{{1}}}), wire.Invalid)
	half := m
	half.populations = []quadrature.Population{population(0.5, []float64{0, 0, 0}, [][]float64{{1, 0}, {0, 1}, {0, 0}})}
	c.invalid("weights that do not add up to 1", []string{"inadmissible"}, half.params(object{"kappa": [][]float64{{1}}}), wire.Invalid)
}

func fieldCases(c *cases, seed uint64) {
	networkFieldCases(c, seed)
	mixtureFieldCases(c, seed)
}

// averageCases: E φ^(order)(μ + √Δ z) by quadrature that refines until it agrees.
func averageCases(c *cases, seed uint64) {
	r := random(seed, "average")
	for _, phi := range precise.Names() {
		kinks := map[string][]float64{"relu": {0}, "hard-tanh": {-1, 1}}[phi]
		points := [][2]float64{{0, 1}, {0.5, 0}, {-1.5, 0.25}, {2, 100}, {0, 1e4}, {-20, 4}, {50, 1}, {0.25, 0x1p-20}, {dyadic(r, 3), 1 + math.Abs(dyadic(r, 8))}, {dyadic(r, 30), 100 * math.Abs(dyadic(r, 8))}}
		if len(kinks) > 0 {
			points = append(points, [2]float64{kinks[0], 0}, [2]float64{kinks[0], 0.5}, [2]float64{kinks[0] + 0x1p-10, 0x1p-24})
		}
		for order := range 3 {
			for _, p := range points {
				params := object{"nonlinearity": phi, "order": order, "mu": p[0], "delta": p[1]}
				var flags []string
				switch {
				case p[1] == 0:
					flags = append(flags, "zero-variance")
				case p[1] >= 25:
					flags = append(flags, "huge-variance")
				case p[1] < 1e-3:
					flags = append(flags, "tiny-variance")
				}
				if math.Abs(p[0]) > 15 {
					flags = append(flags, "saturated")
				}
				if len(kinks) > 0 {
					flags = append(flags, "kinked")
					if math.Abs(p[0]-kinks[0]) < 0.01 {
						flags = append(flags, "kink")
					}
				}
				if order > 0 && p[1] == 0 && slices.Contains(kinks, p[0]) {
					c.invalid(phi+" on a kink, Δ = 0", flags, params, wire.Invalid)
					continue
				}
				c.valid(phi, flags, params, numbers("value", average(phi, order, exactly(p[0]), exactly(p[1]))))
			}
		}
	}
	c.invalid("a negative variance", []string{"inadmissible"}, object{"nonlinearity": "tanh", "order": 0, "mu": 0, "delta": -1}, wire.Invalid)
	c.invalid("an unknown nonlinearity", []string{"inadmissible"}, object{"nonlinearity": "sine", "order": 0, "mu": 0, "delta": 1}, wire.Invalid)
}

// jacobian is −I + Σ α [a_n(⟨φ'⟩a_mᵀ + ½⟨φ”⟩∇Δᵀ) + Σ_nm⟨φ'⟩ + c(⟨φ”⟩a_mᵀ + ½⟨φ”'⟩∇Δᵀ)],
// ∇Δ = 2(Σ_mm κ + Σ_mI).
func (m mixture) jacobian(kappa []number) [][]number {
	r := len(kappa)
	out := exactMatrix(diagonal(make([]float64, r)))
	for i := range out {
		out[i][i] = exactly(-1)
	}
	for _, p := range m.populations {
		in := at(p, kappa)
		with := append(append(slices.Clone(kappa), make0(r)...), exactly(1))
		half := apply(exactMatrix(p.Cov), with) // ½∇Δ in its first R
		for j := range r {
			along := exactly(p.Mean[j])
			slope, curve, third := along, half[j], along
			second := exactly(0)
			g1 := average(m.phi, 1, in.mu, in.delta)
			var g2, g3 number
			needed := !half[j].isZero() || !isZero(in.c)
			if needed {
				g2 = average(m.phi, 2, in.mu, in.delta)
			}
			inner := slope.times(g1)
			if !curve.isZero() {
				inner = inner.plus(curve.times(g2))
			}
			if !isZero(in.c) {
				second = third.times(g2)
				if !curve.isZero() {
					g3 = average(m.phi, 3, in.mu, in.delta)
					second = second.plus(curve.times(g3))
				}
			}
			for i := range r {
				term := exactly(p.Mean[r+i]).times(inner).plus(exactly(p.Cov[r+i][j]).times(g1)).plus(in.c[i].times(second))
				out[i][j] = out[i][j].plus(exactly(p.Weight).times(term))
			}
		}
	}
	return out
}

func isZero(v []number) bool {
	return !slices.ContainsFunc(v, func(x number) bool { return !x.isZero() })
}

func jacobianCases(c *cases, seed uint64) {
	r := random(seed, "jacobian")
	for _, m := range everyMixture(r, 4, 3) {
		for _, k := range m.points(r, 2)[1:] {
			if m.smoothAt(k, 1e-2) {
				c.valid(m.name, m.flags, m.params(object{"kappa": k}), numbers("matrix", m.jacobian(exactVector(k))))
			}
		}
	}
	for _, n := range networks(r, settings(), 4) {
		if n.m == nil || len(n.tau) > 1 {
			continue
		}
		n.tau, n.input, n.u = nil, nil, nil
		kappa := dyadics(r, 1, len(n.m[0]), 2)[0]
		if n.phi == "relu" || n.phi == "hard-tanh" {
			continue // Mκ + b on a kink has no Jacobian
		}
		c.valid(n.name, n.flags, n.params(object{"kappa": kappa}), numbers("matrix", n.latentJacobian(exactVector(kappa))))
	}
}

func gainsCases(c *cases, seed uint64) {
	r := random(seed, "gains")
	for _, m := range everyMixture(r, 4, 3) {
		for _, k := range m.points(r, 2)[1:] {
			if !m.smoothAt(k, 0) {
				continue
			}
			var expected []Check
			for p, population := range m.populations {
				in := at(population, exactVector(k))
				member := []string{"populations.0.", "populations.1."}[p]
				expected = append(expected, numbers(member+"mu", in.mu), numbers(member+"delta", in.delta),
					numbers(member+"value", average(m.phi, 0, in.mu, in.delta)), numbers(member+"slope", average(m.phi, 1, in.mu, in.delta)))
			}
			c.valid(m.name, m.flags, m.params(object{"kappa": k}), expected...)
		}
	}
}

// varianceCases: tr Cov(nφ), of labels drawn or sizes fixed.
func varianceCases(c *cases, seed uint64) {
	r := random(seed, "field_variance")
	for i, m := range everyMixture(r, 4, 3) {
		fixed := i%2 == 0
		k := m.points(r, 2)[1]
		value, err, failure := quadrature.TraceCov(m.phi, m.populations, k, fixed)
		if failure != nil {
			panic(failure)
		}
		// It is a difference of E(nφ)², of this size.
		size := 0.0
		for _, p := range m.populations {
			in := at(p, exactVector(k))
			for s := range k {
				n := p.Mean[len(k)+s]*p.Mean[len(k)+s] + p.Cov[len(k)+s][len(k)+s]
				activity := 1.0
				if m.phi == "relu" || m.phi == "softplus" || m.phi == "identity" {
					activity += 3 * (in.mu.float()*in.mu.float() + in.delta.float())
				}
				size += p.Weight * n * activity
			}
		}
		flags := append(slices.Clone(m.flags), map[bool]string{true: "fixed-sizes", false: "drawn-labels"}[fixed])
		c.valid(m.name, flags, m.params(object{"kappa": k, "fixed_sizes": fixed}), near("value", value, err+8*averageAccuracy*math.Max(1, size)))
	}
}
