package vectors

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/exact"
)

// linearizeCases: M_x, M_r and the inputs, entry by entry.
func linearizeCases(c *cases, seed uint64) {
	for _, n := range networks(random(seed, "linearize"), settings(), 4) {
		activation, activity := n.jacobians()
		expected := []Check{numbers("activation.matrix", activation), numbers("activity.matrix", activity)}
		params := n.atState(nil)
		if n.input != nil {
			var x, r [][]number
			d := n.slopes()
			for i, row := range n.input {
				var inX, inR []number
				for _, b := range row {
					inX = append(inX, exactly(b).over(n.timeConstant(i)))
					inR = append(inR, d[i].times(exactly(b)).over(n.timeConstant(i)))
				}
				x, r = append(x, inX), append(r, inR)
			}
			params["u"] = n.u
			expected = append(expected, numbers("activation.input", x), numbers("activity.input", r))
		}
		c.valid(n.name, n.flags, params, expected...)
	}
	wrong := connectivities(random(seed, "linearize"))[4].with(settings()[0])
	short := wrong.atState(object{"u": wrong.u})
	short["x"] = wrong.x[:1]
	c.invalid("a state of one unit for two", []string{"inadmissible"}, short, wire.Invalid)
	other := wrong.atState(object{"u": wrong.u})
	other["network"].(object)["nonlinearity"] = "sine"
	c.invalid("an unknown nonlinearity", []string{"inadmissible"}, other, wire.Invalid)
	still := wrong.atState(object{"u": wrong.u})
	still["network"].(object)["tau"] = 0
	c.invalid("a time constant of 0", []string{"inadmissible"}, still, wire.Invalid)
}

// backward is a solver's backward error for M = τ⁻¹(−I + WD), formed with
// rounding, or for WD alone, with −1/τ added in the end.
func (n network) backward(m [][]float64) float64 {
	size := frobenius(m)
	for i := range n.units() {
		size += 1 / n.timeConstant(i).float()
	}
	return 10 * float64(n.units()+2) * roundoff * size
}

// spectrumCases: all N eigenvalues, in any order.
func spectrumCases(c *cases, seed uint64) {
	for _, n := range networks(random(seed, "spectrum"), exactSettings(), 3) {
		m := floatsExactly(first(n.jacobians()))
		e := eigenOf(m, n.backward(m))
		flags := n.flags
		if math.IsInf(e.spread, 1) {
			flags = append(slices.Clone(flags), "defective")
		}
		c.valid(n.name, flags, n.atState(nil), Check{Member: "values", Compare: Spectrum, Value: pairs(e.values), Tolerance: e.tolerances, With: object{"trivial": "trivial"}})
	}
	for _, n := range networks(random(seed, "rank one"), settings(), 4) {
		if len(n.tau) > 1 || n.m == nil || len(n.m[0]) != 1 {
			continue
		}
		values, tolerances := n.rankOneSpectrum()
		c.valid(n.name+", by its one overlap", n.flags, n.atState(nil), Check{Member: "values", Compare: Spectrum, Value: values, Tolerance: tolerances, With: object{"trivial": "trivial"}})
	}
}

func first[A, B any](a A, _ B) A { return a }

// rankOneSpectrum is μ = scale·nᵀDm and N−1 zeros, all −1 + μ over τ. Other
// eigenvalues of a computed W D are off by rounding of ‖W‖, as it is far from
// normal.
func (n network) rankOneSpectrum() (values [][2]float64, tolerances []float64) {
	d := n.slopes()
	mu, terms := exactly(0), 0.0
	for i := range d {
		t := exactly(n.scale).times(exactly(n.n[i][0])).times(d[i]).times(exactly(n.m[i][0]))
		mu, terms = mu.plus(t), terms+t.size()
	}
	w := frobenius(rowsOf(n.weights()))
	leak := exactly(1).over(n.timeConstant(0))
	lambda := mu.minus(exactly(1)).over(n.timeConstant(0))
	backward := 10 * float64(n.units()+2) * roundoff * (w + 1) * leak.size()
	// A + E with A = μP, ‖P‖ = ‖W D‖/|μ|: beyond that, the bound for all matrices.
	whole := 4 * math.Pow(2*(w+1)*leak.size(), 1-1/float64(n.units())) * math.Pow(backward, 1/float64(n.units()))
	norm := w / math.Max(mu.size(), tiny)
	apart := 2 * (2 + float64(n.units()) + 2*norm) * backward
	if apart > mu.size()*leak.size()/2 {
		apart = whole
	}
	for i := range n.units() {
		v := leak.negated()
		if i == 0 {
			v = lambda
		}
		values = append(values, [2]float64{v.float(), 0})
		tolerances = append(tolerances, math.Min(apart, whole)+v.tolerance())
	}
	return values, tolerances
}

// modesCases: eigenvalues with μ ≠ 0, and vectors by their residuals.
func modesCases(c *cases, seed uint64) {
	for _, n := range networks(random(seed, "modes"), exactSettings(), 3) {
		x, r := n.jacobians()
		mx, mr := floatsExactly(x), floatsExactly(r)
		e := eigenOf(mx, n.backward(mx))
		var values, trivial []complex128
		tolerances := []float64{}
		extra, least := n.backward(mx), math.Inf(1)
		leaks := map[complex128]bool{}
		for i := range n.units() {
			leaks[complex(-1/n.timeConstant(i).float(), 0)] = true
			trivial = append(trivial, complex(-1/n.timeConstant(i).float(), 0))
		}
		for i, v := range e.values {
			if leaks[v] {
				extra = math.Max(extra, e.tolerances[i])
				continue
			}
			values, tolerances = append(values, v), append(tolerances, e.tolerances[i])
			for leak := range leaks {
				least = math.Min(least, cmplx.Abs(v-leak))
			}
		}
		if defectiveBeside(mx, leaks) || len(values) > 0 && least <= 2*extra+2*slices.Max(tolerances) {
			continue // no modes to hand out, or none that can be told from μ = 0
		}
		spread := e.spread
		flags := slices.Clone(n.flags)
		if math.IsInf(spread, 1) { // at μ = 0 alone
			flags = append(flags, "defective")
			spread = math.Pow(1+frobenius(mx)/least, float64(n.units()))
		}
		size := frobenius(mx) + frobenius(mr) + 1
		t := roundings(n.units()) * roundoff * spread
		expected := []Check{{Member: "eigenvalues", Compare: Spectrum, Value: pairs(values), Tolerance: tolerances, With: object{"extra": object{"values": pairs(trivial), "tolerance": extra}}}}
		if len(values) > 0 {
			both := []float64{t * size, t * size * (1 + size/least), t * (1 + size/least)}
			expected = append(expected,
				Check{Member: "activation", Compare: Eigenvectors, Tolerance: both, With: object{"matrix": mx}},
				Check{Member: "activity", Compare: Eigenvectors, Tolerance: both, With: object{"matrix": mr}},
				Check{Member: "", Compare: Carried, Tolerance: t * (1 + size/least), With: object{"slopes": floats(n.slopes())}})
		}
		c.valid(n.name, flags, n.atState(nil), expected...)
	}
}

// defectiveBeside reports whether an eigenvalue that is no −1/τ has a Jordan
// block of more than one.
func defectiveBeside(a [][]float64, leaks map[complex128]bool) bool {
	m := must(exact.FromFloat64(a))
	p := m.CharPoly()
	for leak := range leaks {
		linear := exact.NewPoly(rational(-real(leak)), rational(1))
		for p.Eval(rational(real(leak))).Sign() == 0 && p.Degree() > 0 {
			p, _ = p.DivMod(linear)
		}
	}
	// Of the rest, the square-free part must annihilate what (A − leak)^N leaves.
	square := exact.PolyFromInt64(1)
	for _, f := range p.SquareFree() {
		square = square.Mul(f.Poly)
	}
	rest := square.EvalMatrix(m)
	for leak := range leaks {
		shifted := m.Sub(exact.Identity(m.Rows()).Scale(rational(real(leak))))
		rest = rest.Mul(shifted.Pow(m.Rows()))
	}
	return !rest.IsZero()
}

// stabilityCases: verdicts from characteristic polynomials, without a
// tolerance.
func stabilityCases(c *cases, seed uint64) {
	r := random(seed, "euler_stability")
	steps := []float64{0.125, 0.5, 1, 2}
	for i, n := range append(networks(r, exactSettings(), 3), slowSpirals()...) {
		dt := steps[i%len(steps)]
		m := must(exact.FromFloat64(floatsExactly(first(n.jacobians()))))
		euler := exact.Identity(n.units()).Add(m.Scale(rational(dt)))
		backward := n.backward(m.Float64())
		flow, inMap := eigenOf(m.Float64(), backward), eigenOf(euler.Float64(), backward*dt+roundoff)
		abscissa, radius, offFlow, offMap := math.Inf(-1), 0.0, 0.0, 0.0
		for k, v := range flow.values {
			abscissa, offFlow = math.Max(abscissa, real(v)), math.Max(offFlow, flow.tolerances[k])
			radius, offMap = math.Max(radius, cmplx.Abs(inMap.values[k])), math.Max(offMap, inMap.tolerances[k])
		}
		offMap = math.Max(offMap, dt*offFlow+4*roundoff*(1+radius)) // |1 + dt·λ| from λ
		expected := []Check{near("abscissa", abscissa, offFlow+roundoff*math.Abs(abscissa)), near("radius", radius, offMap+roundoff*radius)}
		flags := slices.Clone(n.flags)
		sides := []exact.Side{m.CharPoly().HalfPlane(), euler.CharPoly().UnitDisc()}
		for k, what := range []struct {
			name        string
			off, margin float64
		}{{"flow", offFlow, math.Abs(abscissa)}, {"map", offMap, math.Abs(radius - 1)}} {
			switch {
			case sides[k] == exact.On:
				flags = append(flags, "on-the-boundary")
			case what.margin > 4*what.off:
				expected = append(expected, equal(what.name, map[exact.Side]string{exact.Inside: "stable", exact.Outside: "unstable"}[sides[k]]))
			}
		}
		if sides[0] == exact.Inside && sides[1] == exact.Outside {
			flags = append(flags, "stable-flow-unstable-map")
		}
		c.valid(n.name, flags, n.atState(object{"dt": dt}), expected...)
	}
}

// slowSpirals have stable flows that steps make unstable.
func slowSpirals() []network {
	var out []network
	for _, omega := range []float64{1, 1.25, 2, 4} {
		n := network{name: "a slow spiral", flags: []string{"complex-pair"}, w: [][]float64{{1 - 0x1p-7, -omega}, {omega, 1 - 0x1p-7}}}
		out = append(out, n.with(exactSettings()[0]))
	}
	return out
}
