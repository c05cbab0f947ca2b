package quadrature

import (
	"errors"
	"fmt"
	"math"
)

// ErrIndefinite is wrapped where a covariance is not one.
var ErrIndefinite = errors.New("quadrature: covariance not positive semidefinite")

// ErrNotFinite is wrapped where an argument is infinite or NaN.
var ErrNotFinite = errors.New("quadrature: not finite")

// Expect2 returns E f(x, n), (x, n) jointly Gaussian with the mean (μ_x, μ_n) and the covariance [[Δ, c], [c, s_nn]], and an
// estimate of its absolute error.
//
// f must be smooth in n; breaks are points x where it is not smooth, or varies fast, in x. Singular covariances are legal. The
// failure wraps ErrIndefinite or ErrNotFinite: a correlation may exceed one by four roundings.
func Expect2(f func(x, n float64) float64, mean [2]float64, cov [2][2]float64, breaks ...float64) (value, err float64, failure error) {
	p, failure := newPair(mean, cov, slack{})
	if failure != nil {
		return math.NaN(), math.NaN(), failure
	}
	z := p.expect(func(x float64) (float64, func(float64) float64) {
		return 1, func(n float64) float64 { return f(x, n) }
	}, breaks)
	return z.value, z.err, nil
}

// ExpectProduct returns E g(x) h(n) as Expect2 does, and calls g once for each node of x.
func ExpectProduct(g, h func(float64) float64, mean [2]float64, cov [2][2]float64, breaks ...float64) (value, err float64, failure error) {
	p, failure := newPair(mean, cov, slack{})
	if failure != nil {
		return math.NaN(), math.NaN(), failure
	}
	z := p.product(g, h, breaks)
	return z.value, z.err, nil
}

// A slack says by how much the entries of a covariance may be off, because they were computed.
type slack struct{ delta, c, variance float64 }

// A pair is (x, n) = (μ_x + a z₁, μ_n + b z₁ + s z₂).
type pair struct{ meanX, meanN, a, b, s float64 }

func newPair(mean [2]float64, cov [2][2]float64, off slack) (pair, error) {
	delta, c, variance := cov[0][0], cov[0][1], cov[1][1]
	for _, v := range []float64{mean[0], mean[1], delta, c, cov[1][0], variance} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return pair{}, fmt.Errorf("%w: mean %v, covariance %v", ErrNotFinite, mean, cov)
		}
	}
	indefinite := fmt.Errorf("%w: %v", ErrIndefinite, cov)
	if c != cov[1][0] || variance < -off.variance || delta < -off.delta {
		return pair{}, indefinite
	}
	delta, variance = max(delta, 0), max(variance, 0)
	if least := c / delta * c; variance <= off.variance && least <= 2*off.variance {
		variance = max(variance, least)
	}
	p := pair{meanX: mean[0], meanN: mean[1]}
	least := 0.0 // what Δ must be for this c
	if magnitude := math.Abs(c); magnitude > 0 {
		if variance == 0 {
			if magnitude > off.c {
				return pair{}, indefinite
			}
			c = 0
		} else if closest := max(0, magnitude-off.c); closest/variance*closest > delta*(1+8*unit)+off.delta {
			return pair{}, indefinite
		} else {
			least = magnitude / variance * magnitude
		}
	}
	switch {
	case c == 0:
		p.a, p.s = math.Sqrt(delta), math.Sqrt(variance)
	case least >= delta: // a correlation of ±1
		p.a, p.b = math.Abs(c)/math.Sqrt(variance), math.Copysign(math.Sqrt(variance), c)
	default:
		p.a = math.Sqrt(delta)
		p.b = c / p.a
		p.s = math.Sqrt(max(0, math.FMA(-p.b, p.b, variance)))
	}
	return p, nil
}

// expect returns E g(x) h_x(n) for f(x) = (g(x), h_x).
func (p pair) expect(f func(x float64) (float64, func(n float64) float64), breaks []float64) node {
	inner := func(z1 float64) node {
		g, h := f(p.meanX + p.a*z1)
		if g == 0 {
			return node{}
		}
		z := overInner(h, p.meanN+p.b*z1, p.s)
		return node{g * z.value, math.Abs(g) * z.err}
	}
	if p.a == 0 && p.b == 0 {
		return inner(0)
	}
	return overNormal(inner, standardised(breaks, p.meanX, p.a))
}

func (p pair) product(g, h func(float64) float64, breaks []float64) node {
	return p.expect(func(x float64) (float64, func(float64) float64) { return g(x), h }, breaks)
}

// grid holds the nodes of the panels of [−reach, reach] and the weights of both rules with the density in them, by panels.
var grid = func() (out [panels][21]struct{ z, kronrod, gauss float64 }) {
	const half = float64(reach) / panels
	for k := range out {
		middle := reach*(2*float64(k)/panels-1) + half
		for j := range out[k] {
			i, sign := min(j, 20-j), 1.0
			if j < 10 {
				sign = -1
			}
			q := &out[k][j]
			q.z = middle + sign*half*kronrodNodes[i]
			q.kronrod = half * density(q.z) * kronrodWeights[i]
			if i%2 == 1 {
				q.gauss = half * density(q.z) * gaussWeights[i/2]
			}
		}
	}
	return out
}()

// overInner returns E h(mean + s z): by the grid, and refined where that is not enough.
func overInner(h func(float64) float64, mean, s float64) node {
	if s == 0 {
		return node{value: h(mean)}
	}
	var parts [panels]part
	total := part{}
	for k := range grid {
		value, size, gauss := 0.0, 0.0, 0.0
		row := &grid[k]
		for j := range row {
			q := &row[j]
			v := h(mean + s*q.z)
			value += q.kronrod * v
			size += q.kronrod * math.Abs(v)
			gauss += q.gauss * v
		}
		difference := math.Abs(value - gauss)
		parts[k].value, parts[k].size, parts[k].difference = value, size, difference
		total.value += value
		total.size += size
		total.difference += difference
	}
	low, high := h(mean-reach*s), h(mean+reach*s)
	tails := 2 * tail * (math.Abs(low) + math.Abs(high))
	if !(total.difference > accuracy*total.size) {
		return node{total.value, total.difference + roundings*unit*total.size + tails}
	}
	for k := range parts {
		parts[k].a = reach * (2*float64(k)/panels - 1)
		parts[k].b = reach * (2*float64(k+1)/panels - 1)
	}
	z := refine(func(z float64) node { return node{value: h(mean + s*z)} }, parts[:])
	z.err += tails
	return z
}
