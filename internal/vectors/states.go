package vectors

import (
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
)

// activationField is dx/dt at net inputs x, for external = b + B u.
func (n network) activationField(x, external []number) []number {
	rec := n.recurrent(phiOf(n.phi, x, 0))
	out := make([]number, len(x))
	for i := range x {
		out[i] = sum(x[i].negated(), rec[i], external[i]).over(n.timeConstant(i))
	}
	return out
}

// activityField is dr/dt at outputs r, for external = b + B u.
func (n network) activityField(r, external []number) []number {
	rec := n.recurrent(r)
	out := make([]number, len(r))
	for i := range r {
		out[i] = r[i].negated().plus(rec[i].plus(external[i]).phi(n.phi, 0)).over(n.timeConstant(i))
	}
	return out
}

// networkFieldCases: of networks at x, and of those by loadings at κ.
func networkFieldCases(c *cases, seed uint64) {
	r := random(seed, "field")
	for _, n := range networks(r, append(settings(), onKinks()), 3) {
		n.input, n.u = nil, nil // inputs rest in b
		c.valid("dx/dt: "+n.name, n.flags, n.atState(nil), numbers("values", n.activationField(exactVector(n.x), n.external(nil))))
	}
	for _, n := range networks(r, append(settings(), onKinks()), 4) {
		if n.m == nil || len(n.tau) > 1 {
			continue
		}
		n.tau, n.input, n.u = nil, nil, nil // κ is in units of τ
		var kappa [][]float64
		var values [][]number
		for k := range 3 {
			var point []float64
			for range n.m[0] {
				point = append(point, dyadic(r, 2)*float64(k))
			}
			kappa = append(kappa, point)
			values = append(values, n.latentField(exactVector(point)))
		}
		c.valid("dκ/dt: "+n.name, n.flags, n.params(object{"kappa": kappa}), numbers("values", values))
	}
}

// latentField is dκ/dt = −κ + scale·Nᵀφ(Mκ + b).
func (n network) latentField(kappa []number) []number {
	x := apply(exactMatrix(n.m), kappa)
	for i, b := range n.external(nil) {
		x[i] = x[i].plus(b)
	}
	over := apply(transposed(exactMatrix(n.n)), phiOf(n.phi, x, 0))
	out := make([]number, len(kappa))
	for i := range kappa {
		out[i] = over[i].times(exactly(n.scale)).minus(kappa[i])
	}
	return out
}

// latentJacobian is −I + scale·NᵀDM, D at Mκ + b.
func (n network) latentJacobian(kappa []number) [][]number {
	x := apply(exactMatrix(n.m), kappa)
	for i, b := range n.external(nil) {
		x[i] = x[i].plus(b)
	}
	d := phiOf(n.phi, x, 1)
	dm := exactMatrix(n.m)
	for i := range dm {
		for j := range dm[i] {
			dm[i][j] = dm[i][j].times(d[i])
		}
	}
	out := product(transposed(exactMatrix(n.n)), dm)
	for i := range out {
		for j := range out[i] {
			out[i][j] = out[i][j].times(exactly(n.scale))
			if i == j {
				out[i][j] = out[i][j].minus(exactly(1))
			}
		}
	}
	return out
}

// onKinks has units where φ has a kink: φ is continuous there.
func onKinks() setting {
	return setting{name: "hard-tanh, on its kinks", flags: []string{"kink"}, phi: "hard-tanh", state: []float64{1, -1, 1, -1, 0, 1}, inputs: 1}
}

func toActivityCases(c *cases, seed uint64) {
	for _, n := range networks(random(seed, "to_activity"), append(settings(), onKinks()), 2) {
		c.valid(n.name, n.flags, n.atState(nil), numbers("r", phiOf(n.phi, exactVector(n.x), 0)))
	}
}

func toActivationCases(c *cases, seed uint64) {
	for _, n := range networks(random(seed, "to_activation"), settings(), 2) {
		params := n.params(object{"r": n.x})
		if n.input != nil {
			params["u"] = n.u
		}
		x := n.recurrent(exactVector(n.x))
		for i, e := range n.external(n.u) {
			x[i] = x[i].plus(e)
		}
		c.valid(n.name, n.flags, params, numbers("x", x))
	}
}

func activityFieldCases(c *cases, seed uint64) {
	for _, n := range networks(random(seed, "activity_field"), append(settings(), onKinks()), 2) {
		params := n.params(object{"r": n.x})
		if n.input != nil {
			params["u"] = n.u
		}
		c.valid(n.name, n.flags, params, numbers("values", n.activityField(exactVector(n.x), n.external(n.u))))
	}
}

// stepped is a state after one explicit step of a method; f takes the half
// steps since the start of the step, 0, 1 or 2.
func stepped(method string, state []number, dt number, f func(state []number, half int) []number) []number {
	along := func(k []number, h number) []number {
		out := make([]number, len(state))
		for i := range out {
			out[i] = state[i].plus(h.times(k[i]))
		}
		return out
	}
	k1 := f(state, 0)
	if method == "euler" {
		return along(k1, dt)
	}
	half := dt.times(exactly(0.5))
	k2 := f(along(k1, half), 1)
	k3 := f(along(k2, half), 1)
	k4 := f(along(k3, dt), 2)
	mean := make([]number, len(state))
	for i := range mean {
		mean[i] = sum(k1[i], k2[i].times(exactly(2)), k3[i].times(exactly(2)), k4[i]).over(exactly(6))
	}
	return along(mean, dt)
}

// autonomous are settings without inputs.
func autonomous(list []setting) []setting {
	out := slices.Clone(list)
	for i := range out {
		out[i].inputs = 0
	}
	return out
}

func simulateCases(c *cases, seed uint64) {
	k := 0
	for _, n := range networks(random(seed, "simulate"), append(autonomous(settings()), onKinks()), 3) {
		n.input, n.u = nil, nil
		form, method := []string{"activation", "activity"}[k%2], []string{"euler", "rk4"}[k/2%2]
		dt := []float64{0.125, 0.25, 0.0625, 0.1}[k%4]
		steps := []int{6, 1, 10}[k%3]
		if slices.Contains(n.flags, "graded") {
			steps = 2
		}
		k++
		if n.phi == "softplus" && steps == 2 {
			continue // softplus far below 0 takes the oracle seconds
		}
		f, external := n.activationField, n.external(nil)
		if form == "activity" {
			f = n.activityField
		}
		state := exactVector(n.x)
		states := [][]number{state}
		for range steps {
			state = stepped(method, state, exactly(dt), func(s []number, _ int) []number { return f(s, external) })
			states = append(states, state)
		}
		c.valid(n.name+", "+form+" form, "+method, n.flags, n.params(object{"x0": n.x, "dt": dt, "steps": steps, "form": form, "method": method}), numbers("states", states))
	}
	n := connectivities(random(seed, "simulate"))[4].with(autonomous(settings())[0])
	c.invalid("a step that is not positive", []string{"inadmissible"}, n.params(object{"x0": n.x, "dt": -0.5, "steps": 2, "form": "activation", "method": "euler"}), wire.Invalid)
	c.invalid("a start of one unit for two", []string{"inadmissible"}, n.params(object{"x0": n.x[:1], "dt": 0.5, "steps": 2, "form": "activation", "method": "euler"}), wire.Invalid)
	c.invalid("no such method", []string{"inadmissible"}, n.params(object{"x0": n.x, "dt": 0.5, "steps": 2, "form": "activation", "method": "heun"}), wire.Invalid)
}

// drivenCases: in activity form the input that drives is the filtered one.
func drivenCases(c *cases, seed uint64) {
	r := random(seed, "simulate_driven")
	k := 0
	for _, n := range networks(r, settings(), 5) {
		if n.input == nil || len(n.tau) > 1 {
			continue
		}
		form, method := []string{"activation", "activity"}[k%2], []string{"rk4", "euler", "leaky-map"}[k%3]
		steps := 3
		if slices.Contains(n.flags, "graded") {
			steps = 1
		}
		k++
		inputs := make([][]float64, 2*steps+1)
		for i := range inputs {
			inputs[i] = make([]float64, len(n.u))
			for j := range inputs[i] {
				inputs[i][j] = dyadic(r, 1)
			}
		}
		flags := append(slices.Clone(n.flags), "driven")
		params := object{"start": n.x, "steps": steps, "form": form, "method": method, "inputs": inputs}
		rate := exactly(0.125)
		if method == "leaky-map" {
			params["leak"] = 0.25
			rate = exactly(0.25)
		} else {
			params["dt"] = 0.125
		}
		states, filtered := n.driven(form, method, rate, inputs, steps)
		expected := []Check{numbers("states", states)}
		if form == "activity" {
			flags = append(flags, "filtered-input")
			expected = append(expected, numbers("filtered", filtered))
		}
		c.valid(n.name+", "+form+" form, "+method, flags, n.params(params), expected...)
	}
}

// driven runs a network with inputs at half steps; the filter starts settled.
func (n network) driven(form, method string, rate number, inputs [][]float64, steps int) (states, filtered [][]number) {
	units := n.units()
	state := exactVector(n.x)
	filter := exactVector(inputs[0])
	whole := append(slices.Clone(state), filter...)
	bias := n.external(nil)
	external := func(u []number) []number {
		out := make([]number, units)
		for i := range out {
			out[i] = bias[i].plus(dot(exactMatrix(n.input)[i], u))
		}
		return out
	}
	f := func(s []number, u []float64) []number {
		now := exactVector(u)
		if form == "activation" {
			return append(n.activationField(s[:units], external(now)), make0(len(now))...)
		}
		out := n.activityField(s[:units], external(s[units:]))
		for j := range now {
			out = append(out, now[j].minus(s[units+j]).over(n.timeConstant(0)))
		}
		return out
	}
	states, filtered = append(states, whole[:units]), append(filtered, whole[units:])
	for k := range steps {
		if method == "leaky-map" { // x + α(−x + …): a step of Euler's in units of τ
			plain := n
			plain.tau = nil
			at := f
			whole = stepped("euler", whole, rate.times(n.timeConstant(0)), func(s []number, _ int) []number { return at(s, inputs[2*k]) })
		} else {
			whole = stepped(method, whole, rate, func(s []number, half int) []number { return f(s, inputs[2*k+half]) })
		}
		states, filtered = append(states, whole[:units]), append(filtered, whole[units:])
	}
	return states, filtered
}

func make0(n int) []number { return exactVector(make([]float64, n)) }
