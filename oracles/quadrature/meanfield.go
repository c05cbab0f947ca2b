package quadrature

import (
	"errors"
	"fmt"
	"math"
)

// ErrShape is wrapped where lengths do not fit.
var ErrShape = errors.New("quadrature: shapes do not fit")

// A Population is a Gaussian law of (m¹ … m^R, n¹ … n^R, I), with its share of the units.
type Population struct {
	Weight float64
	Mean   []float64   // 2R+1
	Cov    [][]float64 // (2R+1)×(2R+1), the upper triangle is read
}

// Field returns the mean field F(κ) = −κ + Σ_p α_p E_p[n φ(m·κ + I)], R numbers, from R two-dimensional expectations a
// population, and a bound on the absolute error of each.
//
// The error holds the quadrature's and what the roundings of mean and covariance of (m·κ + I, n) can do, by the suprema
// of |φ′|, |φ″| and |φ‴|. Weights are taken as they are. The failure wraps ErrUnknown, ErrShape, ErrNotFinite or ErrIndefinite.
func Field(phi string, populations []Population, kappa []float64) (value []float64, err float64, failure error) {
	p, failure := named(phi)
	if failure != nil {
		return nil, math.NaN(), failure
	}
	value = make([]float64, len(kappa))
	for r, k := range kappa {
		worst := unit * math.Abs(k)
		value[r] = -k
		for i, population := range populations {
			l, failure := population.along(kappa, axis(len(kappa), r))
			if failure != nil {
				return nil, math.NaN(), fmt.Errorf("population %d: %w", i, failure)
			}
			z := l.product(p.derivatives[0], func(n float64) float64 { return n }, p.breaks)
			alpha := math.Abs(population.Weight)
			value[r] += population.Weight * z.value
			worst += alpha*(z.err+l.condition(p)) + unit*(math.Abs(value[r])+alpha*math.Abs(z.value))
		}
		err = max(err, worst)
	}
	return value, err, nil
}

// TraceCov returns tr Cov(n φ(m·κ + I)), which is N·E‖F_N(κ) − F(κ)‖² of networks of N units, and an estimate of its absolute
// error (of the quadrature, not of the rounding of its arguments).
//
//	Σ_r [ Σ_p α_p E_p(n^r φ)² − (Σ_p α_p E_p n^r φ)² ]   labels drawn
//	Σ_r Σ_p α_p [ E_p(n^r φ)² − (E_p n^r φ)² ]           fixedSizes: α_p N units of population p
//
// The failure is that of Field.
func TraceCov(phi string, populations []Population, kappa []float64, fixedSizes bool) (value, err float64, failure error) {
	p, failure := named(phi)
	if failure != nil {
		return math.NaN(), math.NaN(), failure
	}
	square := func(x float64) float64 { v := p.derivatives[0](x); return v * v }
	for r := range kappa {
		mean, meanErr := 0.0, 0.0
		for i, population := range populations {
			l, failure := population.along(kappa, axis(len(kappa), r))
			if failure != nil {
				return math.NaN(), math.NaN(), fmt.Errorf("population %d: %w", i, failure)
			}
			first := l.product(p.derivatives[0], func(n float64) float64 { return n }, p.breaks)
			second := l.product(square, func(n float64) float64 { return n * n }, p.breaks)
			alpha := population.Weight
			value += alpha * second.value
			err += math.Abs(alpha) * (second.err + 4*unit*math.Abs(second.value))
			if fixedSizes {
				value -= alpha * first.value * first.value
				err += math.Abs(alpha) * first.err * (2*math.Abs(first.value) + first.err)
			}
			mean += alpha * first.value
			meanErr += math.Abs(alpha) * first.err
		}
		if !fixedSizes {
			value -= mean * mean
			err += meanErr * (2*math.Abs(mean) + meanErr)
		}
	}
	return value, err, nil
}

// AbsMean returns E|n^r| = σ√(2/π) e^(−μ²/2σ²) + μ erf(μ/(σ√2)) of a population, μ and σ² the mean and the variance of n^r; the
// only closed form of this package.
func AbsMean(population Population, r int) float64 {
	j := (len(population.Mean)-1)/2 + r
	mu, variance := population.Mean[j], population.Cov[j][j]
	if variance == 0 {
		return math.Abs(mu)
	}
	sigma := math.Sqrt(variance)
	z := mu / sigma
	return sigma*math.Sqrt(2/math.Pi)*math.Exp(-z*z/2) + mu*math.Erf(z/math.Sqrt2)
}

// A line is the law of (m·κ + I, n^r) with what rounding may have done to it.
type line struct {
	pair
	offMean, offC, offDelta, offScale float64
}

// condition bounds what the roundings do to E n φ: z₂ is independent of x, so that E n φ = E(μ_n + b z)φ(μ_x + √Δ z), b = c/√Δ,
// and b = 0 where Δ = 0. With L, K, J the suprema of |φ′|, |φ″|, |φ‴| its derivative by μ_x is at most (|μ_n| + |b|)L, by c at
// most E z(φ(μ_x + √Δ z) − φ(μ_x))/√Δ ≤ L, by √Δ at most (|μ_n| + 2|b|)L. By Δ, expanding once more around μ_x, it is at most
// (|μ_n|K + |c|J)/2, which is the smaller one where Δ is next to nothing and φ smooth.
func (l line) condition(phi nonlinearity) float64 {
	n, b := math.Abs(l.meanN), math.Abs(l.b)
	spread := phi.lipschitz * (n + 2*b) * l.offScale
	if !math.IsInf(phi.supSecond, 1) {
		spread = min(spread, l.offDelta*(n*phi.supSecond+b*l.a*phi.supThird)/2)
	}
	return phi.lipschitz*((n+b)*l.offMean+l.offC) + spread
}

// axis returns the coordinate n^r as a direction in the space of n.
func axis(rank, r int) []float64 {
	d := make([]float64, rank)
	d[r] = 1
	return d
}

// along returns the law of (m·κ + I, d·n): μ = a_m·κ + a_I, Δ = wᵀΣw, c = vᵀΣw and s = vᵀΣv with w = (κ, 0, 1), v = (0, d, 0).
func (p Population) along(kappa, direction []float64) (line, error) {
	rank := len(kappa)
	size := 2*rank + 1
	if len(p.Mean) != size || len(p.Cov) != size {
		return line{}, fmt.Errorf("%w: %d means and %d rows of a covariance for rank %d, not %d", ErrShape, len(p.Mean), len(p.Cov), rank, size)
	}
	for i, row := range p.Cov {
		if len(row) != size {
			return line{}, fmt.Errorf("%w: row %d of a covariance has %d entries, not %d", ErrShape, i, len(row), size)
		}
	}
	w, v := make([]float64, size), make([]float64, size)
	copy(w, kappa)
	w[2*rank] = 1
	copy(v[rank:], direction)
	mu, sizeMu := inner(w, p.Mean)
	meanN, _ := inner(v, p.Mean)
	delta, sizeDelta := p.form(w, w)
	c, sizeC := p.form(v, w)
	variance, sizeVariance := p.form(v, v)
	// A sum of k terms, each of up to two roundings, is off by at most (k+2)u of the sum of sizes, to first order.
	k := float64(size*size+4) * unit
	off := slack{delta: k * sizeDelta, c: k * sizeC, variance: k * sizeVariance}
	pair, err := newPair([2]float64{mu, meanN}, [2][2]float64{{delta, c}, {c, variance}}, off)
	l := line{pair: pair, offMean: k * sizeMu, offC: off.c, offDelta: off.delta, offScale: math.Sqrt(off.delta)}
	if pair.a > 0 {
		l.offScale = min(l.offScale, off.delta/pair.a)
	}
	return l, err
}

// inner returns Σ a_i b_i and the sum of sizes.
func inner(a, b []float64) (sum, size float64) {
	for i, v := range a {
		sum += v * b[i]
		size += math.Abs(v * b[i])
	}
	return sum, size
}

// form returns aᵀΣb and the sum of sizes.
func (p Population) form(a, b []float64) (sum, size float64) {
	for i := range a {
		for j := range b {
			term := a[i] * p.Cov[min(i, j)][max(i, j)] * b[j]
			sum += term
			size += math.Abs(term)
		}
	}
	return sum, size
}
