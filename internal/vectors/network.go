package vectors

import (
	"math"
	"math/rand/v2"
)

// network is a rate network at a state, with the flags that it deserves.
type network struct {
	name  string
	flags []string
	w     [][]float64 // dense, or
	m, n  [][]float64 // W = scale · M Nᵀ
	scale float64
	phi   string
	tau   []float64 // one, or one a unit
	bias  []float64
	input [][]float64 // N×q
	x, u  []float64
}

func (c network) units() int { return len(c.w) + len(c.m) }

// asObject is the network of the wire.
func (c network) asObject() object {
	out := object{"nonlinearity": c.phi}
	if c.w != nil {
		out["W"] = c.w
	} else {
		out["M"], out["N"], out["scale"] = c.m, c.n, c.scale
	}
	switch {
	case len(c.tau) > 1:
		out["tau"] = c.tau
	case len(c.tau) == 1:
		out["tau"] = c.tau[0]
	}
	if c.bias != nil {
		out["b"] = c.bias
	}
	if c.input != nil {
		out["B"] = c.input
	}
	return out
}

// params are those of an operation on the network, with its input if it has
// channels for one.
func (c network) params(more object) object {
	out := object{"network": c.asObject()}
	for name, value := range more {
		out[name] = value
	}
	return out
}

// atState are params with the state x and the input u.
func (c network) atState(more object) object {
	out := c.params(more)
	out["x"] = c.x
	return out
}

// weights is W.
func (c network) weights() [][]number {
	if c.w != nil {
		return exactMatrix(c.w)
	}
	out := product(exactMatrix(c.m), transposed(exactMatrix(c.n)))
	for i := range out {
		for j := range out[i] {
			out[i][j] = out[i][j].times(exactly(c.scale))
		}
	}
	return out
}

func (c network) timeConstant(i int) number {
	switch len(c.tau) {
	case 0:
		return exactly(1)
	case 1:
		return exactly(c.tau[0])
	}
	return exactly(c.tau[i])
}

// external is b + B u.
func (c network) external(u []float64) []number {
	out := make([]number, c.units())
	for i := range out {
		out[i] = exactly(0)
		if c.bias != nil {
			out[i] = exactly(c.bias[i])
		}
		if c.input != nil && u != nil {
			out[i] = out[i].plus(dot(exactVector(c.input[i]), exactVector(u)))
		}
	}
	return out
}

func (c network) slopes() []number { return phiOf(c.phi, exactVector(c.x), 1) }

func phiOf(phi string, x []number, order int) []number {
	out := make([]number, len(x))
	for i := range x {
		out[i] = x[i].phi(phi, order)
	}
	return out
}

// recurrent is W r, through the loadings where there are some.
func (c network) recurrent(r []number) []number {
	if c.w != nil {
		return apply(exactMatrix(c.w), r)
	}
	kappa := apply(transposed(exactMatrix(c.n)), r)
	for i := range kappa {
		kappa[i] = kappa[i].times(exactly(c.scale))
	}
	return apply(exactMatrix(c.m), kappa)
}

// jacobians are M_x and M_r.
func (c network) jacobians() (activation, activity [][]number) {
	w, d := c.weights(), c.slopes()
	for i := range w {
		var x, r []number
		for j := range w[i] {
			leak := exactly(0)
			if i == j {
				leak = exactly(-1)
			}
			x = append(x, leak.plus(w[i][j].times(d[j])).over(c.timeConstant(i)))
			r = append(r, leak.plus(d[i].times(w[i][j])).over(c.timeConstant(i)))
		}
		activation, activity = append(activation, x), append(activity, r)
	}
	return activation, activity
}

// dyadic draws a multiple of 1/8 of modulus at most most.
func dyadic(r *rand.Rand, most float64) float64 {
	k := int(8 * most)
	return float64(r.IntN(2*k+1)-k) / 8
}

func dyadics(r *rand.Rand, rows, cols int, most float64) [][]float64 {
	out := make([][]float64, rows)
	for i := range out {
		for range cols {
			out[i] = append(out[i], dyadic(r, most))
		}
	}
	return out
}

// random returns the source of random cases of an operation.
func random(seed uint64, operation string) *rand.Rand {
	hash := uint64(14695981039346656037)
	for _, b := range []byte(operation) {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, hash))
}

// connectivities are W's of every kind, three random ones among them.
func connectivities(r *rand.Rand) []network {
	shift := [][]float64{{0, 1, 0}, {0, 0, 1}, {0, 0, 0}}
	out := []network{
		{name: "one unit", flags: []string{"one-unit"}, w: [][]float64{{1.5}}},
		{name: "W = 0", flags: []string{"no-coupling"}, w: [][]float64{{0, 0}, {0, 0}}},
		{name: "nilpotent W", flags: []string{"nilpotent", "defective"}, w: shift},
		{name: "W a Jordan block", flags: []string{"defective"}, w: [][]float64{{0.5, 1, 0}, {0, 0.5, 1}, {0, 0, 0.5}}},
		{name: "W a rotation", flags: []string{"complex-pair"}, w: [][]float64{{0.5, -1}, {1, 0.5}}},
		{name: "symmetric W", w: [][]float64{{1, 0.5, 0}, {0.5, 0, 0.25}, {0, 0.25, -1}}},
		{name: "graded rows of W", flags: []string{"graded"}, w: [][]float64{{0x1p-20, 0x1p-21, -0x1p-20}, {1, -0.5, 0.25}, {0x1p20, 0x1p19, -0x1p20}}},
		{name: "nearly equal eigenvalues of W", flags: []string{"clustered"}, w: [][]float64{{1, 0.5}, {0, 1 + 0x1p-16}}},
		{name: "W = 2 I", flags: []string{"repeated"}, w: [][]float64{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}},
		{name: "far from normal W", flags: []string{"non-normal"}, w: [][]float64{{0.5, 64, 0}, {0, -0.5, 32}, {0, 0, 1}}},
		{name: "singular W", flags: []string{"rank-deficient"}, w: [][]float64{{1, 2, 3}, {2, 4, 6}, {-1, 1, 0}}},
		{name: "rank one", flags: []string{"low-rank"}, m: [][]float64{{1}, {-0.5}, {2}}, n: [][]float64{{0.5}, {1}, {0.75}}, scale: 1},
		{name: "rank two, scale 1/N", flags: []string{"low-rank", "factor-of-N"}, m: [][]float64{{1, 0.5}, {2, -1}, {-1, 1}, {0.5, 3}}, n: [][]float64{{2, -1}, {1, 1}, {-0.5, 2}, {3, 0}}, scale: 0.25},
		{name: "orthogonal loadings, NᵀM = 0", flags: []string{"low-rank", "nilpotent"}, m: [][]float64{{1}, {1}}, n: [][]float64{{1}, {-1}}, scale: 1},
		{name: "dependent loadings", flags: []string{"low-rank", "rank-deficient-loading"}, m: [][]float64{{1, 2}, {0.5, 1}, {-1, -2}}, n: [][]float64{{1, 0}, {0, 1}, {1, 1}}, scale: 0.5},
		{name: "as many loadings as units", flags: []string{"low-rank", "full-rank-loading"}, m: [][]float64{{1, 0.5}, {0, 1}}, n: [][]float64{{1, -1}, {1, 0.5}}, scale: 1},
		{name: "loadings that rotate, scale 1/N", flags: []string{"low-rank", "factor-of-N", "complex-pair"}, m: [][]float64{{2, 0}, {0, 2}, {1, 1}, {1, -1}}, n: [][]float64{{1, 2}, {-2, 1}, {0.5, 0}, {0, 0.5}}, scale: 0.25},
	}
	for k := range 3 {
		n := 2 + k
		out = append(out, network{name: "random W", w: dyadics(r, n, n, 1.5)})
	}
	rank := network{name: "random loadings", flags: []string{"low-rank", "factor-of-N"}, m: dyadics(r, 4, 2, 2), n: dyadics(r, 4, 2, 2), scale: 0.25}
	return append(out, rank)
}

// setting is what a network is, its connectivity apart.
type setting struct {
	name     string
	flags    []string
	phi      string
	state    []float64 // of units 1, 2, …
	tau      []float64
	inputs   int
	unitWise bool
}

// settings are states and nonlinearities of every kind, off kinks.
func settings() []setting {
	moderate := []float64{0.25, -0.75, 1.25, -0.5, 0.375, 1.5}
	return []setting{
		{name: "tanh", phi: "tanh", state: moderate, inputs: 1},
		{name: "logistic", phi: "logistic", state: []float64{-1, 0.5, 2, -0.25, 1, 0}, tau: []float64{0.5}, inputs: 2},
		{name: "erf, saturated", flags: []string{"saturated"}, phi: "erf", state: []float64{5, -6, 4.5, 7, -5, 6}, tau: []float64{2}},
		{name: "tanh, saturated", flags: []string{"saturated"}, phi: "tanh", state: []float64{20, -22.5, 19, 25, -30, 21}, inputs: 1},
		{name: "relu, some silent", flags: []string{"singular-slopes"}, phi: "relu", state: []float64{1.5, -0.75, 2, -1, 0.5, 3}, tau: []float64{2}, inputs: 1},
		{name: "hard-tanh, some saturated, own time constants", flags: []string{"singular-slopes", "unit-wise-tau"}, phi: "hard-tanh", state: []float64{0.5, 2, -0.25, -1.5, 0.75, 0}, unitWise: true},
		{name: "softplus, own time constants", flags: []string{"unit-wise-tau"}, phi: "softplus", state: moderate, unitWise: true, inputs: 2},
		{name: "identity", flags: []string{"linear"}, phi: "identity", state: moderate, tau: []float64{0.25}},
		{name: "tanh at 0, τ no power of two", phi: "tanh", state: make([]float64, 6), tau: []float64{0.3}},
		{name: "logistic, deep below", flags: []string{"saturated"}, phi: "logistic", state: []float64{-40, -60, 30, -35, 45, -50}},
		{name: "softplus, deep below", flags: []string{"saturated"}, phi: "softplus", state: []float64{-40, -20, -36, 30, -50, 0}},
		{name: "erf", phi: "erf", state: moderate, inputs: 1},
		{name: "tanh, small", flags: []string{"tiny-state"}, phi: "tanh", state: []float64{0x1p-30, -0x1p-40, 0x1p-60, 0x1p-20, 0, 0x1p-100}},
	}
}

// exactSettings are those whose slopes are short binary fractions, and whose
// time constants are powers of two: M_x and M_r are exact.
func exactSettings() []setting {
	zero := make([]float64, 6)
	return []setting{
		{name: "tanh at 0", phi: "tanh", state: zero},
		{name: "logistic at 0", phi: "logistic", state: zero, tau: []float64{0.5}},
		{name: "relu, some silent", flags: []string{"singular-slopes"}, phi: "relu", state: []float64{1.5, -0.75, 2, 1, -0.5, 3}},
		{name: "hard-tanh, some saturated", flags: []string{"singular-slopes"}, phi: "hard-tanh", state: []float64{0.5, -0.25, 2, 0, 0.75, 0}, tau: []float64{2}},
		{name: "identity", flags: []string{"linear"}, phi: "identity", state: zero, tau: []float64{4}},
		{name: "softplus at 0", phi: "softplus", state: zero},
		{name: "erf at 0, own time constants", flags: []string{"unit-wise-tau"}, phi: "erf", state: zero, unitWise: true},
		{name: "relu, all silent", flags: []string{"singular-slopes"}, phi: "relu", state: []float64{-1, -2, -3, -1, -1, -1}},
		{name: "identity, own time constants", flags: []string{"linear", "unit-wise-tau"}, phi: "identity", state: zero, unitWise: true},
	}
}

// with puts a connectivity into a setting.
func (c network) with(s setting) network {
	n := c.units()
	c.name += ", " + s.name
	c.flags = append(append([]string(nil), c.flags...), s.flags...)
	c.phi, c.tau = s.phi, s.tau
	c.x = s.state[:n]
	if s.unitWise {
		c.tau = []float64{0.5, 2, 1, 4, 0.25, 8}[:n]
		if n == 1 {
			c.tau = []float64{0.5}
		}
	}
	if s.inputs > 0 {
		c.u = []float64{1.5, -0.5}[:s.inputs]
		for i := range n {
			c.bias = append(c.bias, float64(i%3-1)/4)
			c.input = append(c.input, []float64{1 - float64(i)/2, 0.25 * float64(i)}[:s.inputs])
		}
	}
	return c
}

// networks puts each connectivity into some of the settings, all in turn.
func networks(r *rand.Rand, list []setting, each int) []network {
	var out []network
	for i, c := range connectivities(r) {
		for k := range each {
			out = append(out, c.with(list[(i+k*(len(list)/each+1))%len(list)]))
		}
	}
	return out
}

func frobenius(m [][]float64) float64 {
	s := 0.0
	for _, row := range m {
		for _, x := range row {
			s = math.Hypot(s, x)
		}
	}
	return s
}
