package vectors

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// recording is data, some of which may be missing.
type recording struct {
	y       [][]float64
	missing [][]bool
	flags   []string
}

// text is y with null for what is missing.
func (d recording) text() [][]any {
	out := make([][]any, len(d.y))
	for t, row := range d.y {
		out[t] = make([]any, len(row))
		for i, x := range row {
			if d.missing == nil || !d.missing[t][i] {
				out[t][i] = x
			}
		}
	}
	return out
}

// recorded draws data of so many units: kind 0 complete, 1 one time only, 2 with
// gaps, 3 with a time at which nothing was observed.
func recorded(r *rand.Rand, units, kind int, size float64) recording {
	steps := []int{5, 1, 5, 4}[kind]
	d := recording{}
	for range steps {
		row := dyadics(r, 1, units, 2)[0]
		for i := range row {
			row[i] *= size
		}
		d.y = append(d.y, row)
	}
	if kind == 1 {
		d.flags = []string{"one-time"}
	}
	if kind < 2 {
		return d
	}
	d.flags = []string{"missing-observation"}
	for t := range d.y {
		m := make([]bool, units)
		for i := range m {
			m[i] = kind == 2 && (t+i)%3 == 1 || kind == 3 && t == 1
		}
		d.missing = append(d.missing, m)
	}
	return d
}

// likelihoodCases: the joint Gaussian density of what was observed, entry by
// entry.
func likelihoodCases(c *cases, seed uint64) {
	r := random(seed, "log_likelihood")
	twins := system{name: "nearly the same unit twice", a: [][]float64{{0.5}}, c: [][]float64{{1}, {1}}, q: iso(1, 1), r: full([][]float64{{1, 1}, {1, 1 + 0x1p-20}})}
	for i, s := range append(append(stationarySystems(r, 14), twins), startedSystems(r, 6)...) {
		for _, kind := range []int{i % 2, 2 + i/2%2} {
			law := s.law()
			data := recorded(r, s.units(), kind, s.scale())
			c.likelihood(s.name, s.flags, law, data, func(params object) object { return s.params(params) }, s.filterError(law, len(data.y), s.units()), func(d gaussian.Density) float64 { return s.meanError(law, data, d) })
		}
	}
	for i, s := range append(stationaryNetworks(r, 14), startedNetworks(r, 6)...) {
		law := s.law()
		data := recorded(r, s.units(), i%3, s.scale())
		d := deviations(law.Covariance(1))
		j := s.loading(d)
		relative := roundings(s.units()*len(data.y)) * roundoff * (1 + j*j)
		off := 0.0
		if s.start == nil {
			off = s.stationaryError(d)
		}
		c.likelihood(s.name, s.flags, law, data, func(params object) object { return s.params(params) }, relative+off, func(d gaussian.Density) float64 { return s.meanError(law, data, d) })
	}
	for _, s := range stationarySystems(r, 0) { // at its mean, which every law allows
		data := recording{y: [][]float64{make([]float64, s.units()), make([]float64, s.units())}}
		if _, err := s.law().LogDensity(data.y, nil); errors.Is(err, gaussian.ErrSingular) {
			c.invalid(s.name+": no joint density, at the mean", append(slices.Clone(s.flags), "no-density"), s.params(object{"y": data.text()}), wire.Singular)
		}
	}
	one := stationarySystems(r, 0)[0]
	c.invalid("two units for one", []string{"inadmissible", "one-unit"}, one.params(object{"y": [][]any{{1, 2}}}), wire.Invalid)
	empty := [][]any{{nil}, {nil}}
	c.valid("nothing observed", []string{"missing-observation", "one-unit"}, one.params(object{"y": empty}), near("value", 0.0, 0))
	c.invalid("A = 1.5 has no stationary law", []string{"one-unit", "unstable"}, system{a: [][]float64{{1.5}}, c: [][]float64{{1}}, q: iso(1, 1), r: iso(1, 1)}.params(object{"y": [][]any{{1}}}), wire.Unstable)
	c.invalid("J = 1 has no stationary law", []string{"one-unit", "unit-root"}, recurrent{j: [][]float64{{1}}, p: iso(1, 1)}.params(object{"y": [][]any{{1}}}), wire.Unstable)
	c.invalid("a negative variance", []string{"one-unit", "inadmissible"}, system{a: [][]float64{{0.5}}, c: [][]float64{{1}}, q: iso(1, -1), r: iso(1, 1)}.params(object{"y": [][]any{{1}}}), wire.Invalid)
}

func (c *cases) likelihood(name string, flags []string, law *gaussian.Process, data recording, params func(object) object, relative float64, mean func(gaussian.Density) float64) {
	flags = append(slices.Clone(flags), data.flags...)
	p := params(object{"y": data.text()})
	d, err := law.LogDensity(data.y, data.missing)
	if err != nil { // nor need the law allow data that were drawn without it
		c.invalid(name+": no joint density", append(flags, "no-density"), p, wire.Singular, wire.Invalid)
		return
	}
	n := float64(d.Observed)
	bound := (relative+mean(d))*d.Condition*(n+math.Abs(d.Quadratic)) + roundings(1)*roundoff*(n+math.Abs(d.LogDet)+math.Abs(d.Quadratic))
	switch value := near("value", d.LogDensity, bound); {
	case value.isVacuous():
	case relative*d.Condition > 1e-8: // half of the digits, by which ranks are often decided
		c.acceptable(name+": a covariance near a singular one", append(flags, "ill-conditioned"), p, []string{wire.Singular}, value)
	default:
		c.valid(name, flags, p, value)
	}
}

// scale is a deviation of the observations, a power of two.
func (s system) scale() float64 {
	return math.Exp2(math.Round(math.Log2(math.Max(math.Sqrt(frobenius(s.r.dense)+frobenius(s.q.dense)), 0x1p-60))))
}

func (s recurrent) scale() float64 {
	return math.Exp2(math.Round(math.Log2(math.Max(math.Sqrt(frobenius(s.p.dense)), 0x1p-60))))
}

// filterError is the relative error of a filter's innovations: of a covariance
// A V Aᵀ + Q read through C, in units of the deviations, step by step.
func (s system) filterError(law *gaussian.Process, steps, units int) float64 {
	relative := roundings(steps*(units+s.latents())) * roundoff
	if s.latents() == 0 {
		return relative
	}
	d := deviations(law.Covariance(1))
	c := 0.0
	for i := range s.c {
		c = math.Max(c, dense.VectorNorm2(s.c[i])/d[i]*math.Sqrt(float64(len(d))))
	}
	a := 1 + frobenius(s.a)
	out := relative + relative*c*c*frobenius(law.StateCovariance())*a*a
	if s.start == nil {
		out += c * c * s.stationaryError(law)
	}
	return out
}

// meanError is what the rounding of means A^t m does to a density, relatively.
func (s system) meanError(law *gaussian.Process, data recording, d gaussian.Density) float64 {
	if s.start == nil || d.Observed == 0 {
		return 0
	}
	return meanError(law, data, d, s.a, s.c, s.start.mean)
}

func (s recurrent) meanError(law *gaussian.Process, data recording, d gaussian.Density) float64 {
	if s.start == nil || d.Observed == 0 {
		return 0
	}
	return meanError(law, data, d, s.transition(), s.transition(), s.start.mean)
}

func meanError(law *gaussian.Process, data recording, d gaussian.Density, a, c [][]float64, state []float64) float64 {
	deviation, off := deviations(law.Covariance(len(data.y))), 0.0
	for t, row := range data.y {
		terms := dense.AbsMatVec(c, state)
		for i, x := range row {
			if data.missing == nil || !data.missing[t][i] {
				off = math.Hypot(off, roundings(len(row)+len(a)*(t+1))*roundoff*(terms[i]+math.Abs(x))/deviation[t*len(row)+i])
			}
		}
		state = dense.AbsMatVec(a, state)
	}
	q := math.Abs(d.Quadratic)
	return off * (2*math.Sqrt(q) + off) / (float64(d.Observed) + q)
}

// leastVariance is the smallest variance that is not 0.
func leastVariance(cov [][]float64) float64 {
	least := math.Inf(1)
	for i, row := range cov {
		if row[i] > 0 {
			least = math.Min(least, row[i])
		}
	}
	return least
}

// estimateCases: what the joint law of latents and observations says of the
// latents, before an observation, with it, and with all.
func estimateCases(c *cases, seed uint64) {
	r := random(seed, "estimate")
	for i, s := range append(stationarySystems(r, 6), startedSystems(r, 4)...) {
		if s.latents() == 0 {
			continue
		}
		law := s.law()
		data := recorded(r, s.units(), i%4, s.scale())
		d, err := law.LogDensity(data.y, data.missing)
		if err != nil {
			continue // data drawn at random are not what a singular law allows
		}
		steps := len(data.y)
		relative := s.filterError(law, steps, s.units()) * (d.Condition + sharpest(law, steps, s.units()))
		if relative > tooRough {
			continue
		}
		own := 0.0
		size := 0.0
		for _, row := range data.y {
			size = math.Max(size, dense.VectorNormInf(row))
		}
		if s.start == nil {
			own = s.stationaryError(law)
		}
		var expected []Check
		for k, e := range []string{"predicted", "filtered", "smoothed"} {
			var means, meanTolerances [][]float64
			var covs [][][]float64
			var covTolerances []any
			for t := 1; t <= steps; t++ {
				mean, cov, err := s.oracle().Posterior(data.y, data.missing, t, []int{t - 1, t, steps}[k])
				_, prior, err2 := s.oracle().Posterior(data.y, data.missing, t, 0)
				if err != nil || err2 != nil {
					panic(err)
				}
				v := frobenius(prior)
				relative := relative
				if k == 2 {
					relative *= 4 // a second pass, in which what the first left is squared
				}
				gain := math.Sqrt(v * d.Condition / leastVariance(law.Covariance(steps)))
				off := relative * (gain*size + dense.VectorNorm2(mean))
				if s.start != nil {
					off += relative * dense.VectorNorm2(s.start.mean)
				}
				row, square := make([]float64, len(mean)), make([][]float64, len(mean))
				for i := range row {
					row[i], square[i] = off+tiny, make([]float64, len(mean))
					for j := range square[i] {
						square[i][j] = relative*v + own + tiny
					}
				}
				means, covs = append(means, mean), append(covs, cov)
				meanTolerances, covTolerances = append(meanTolerances, row), append(covTolerances, square)
			}
			expected = append(expected, Check{Member: e + "_mean", Compare: Entries, Value: means, Tolerance: meanTolerances},
				Check{Member: e + "_cov", Compare: Entries, Value: covs, Tolerance: covTolerances})
		}
		c.valid(s.name, append(slices.Clone(s.flags), data.flags...), s.params(object{"y": data.text()}), expected...)
	}
}

// sharpest is the largest ratio of a unit's deviation to that given the past.
func sharpest(law *gaussian.Process, steps, n int) float64 {
	most := 1.0
	cov := law.Covariance(steps)
	for p := range steps {
		rest := law.PredictionCovariance(p)
		for i := range n {
			if rest[i][i] > 0 {
				most = math.Max(most, math.Sqrt(cov[p*n+i][p*n+i]/rest[i][i]))
			}
		}
	}
	return most
}

// steadyCases: what the laws given long pasts have settled to.
func steadyCases(c *cases, seed uint64) {
	r := random(seed, "steady_state")
	for _, s := range append(stationarySystems(r, 8), chain(4, 1, 0.5), chain(0.25, 1, 2)) {
		law := s.law()
		k, n := s.latents(), s.units()
		if k == 0 {
			continue
		}
		past := 48 / (n + 1)
		zeros := make([][]float64, past+1)
		for i := range zeros {
			zeros[i] = make([]float64, n)
		}
		at := func(of system, past int) (predictor, filter, innovation [][]float64) {
			_, predictor = must2(of.oracle().Posterior(zeros, nil, past+1, past))
			_, filter = must2(of.oracle().Posterior(zeros, nil, past+1, past+1))
			return predictor, filter, of.law().PredictionCovariance(past)
		}
		// The limit is between the law given that past, and that given x_1 as well. Of
		// a moving average, who knows x_1 may know all that follows; it settles
		// geometrically, so that after 2h is missing the square of what was after h.
		predictor, filter, innovation := at(s, past)
		least, leastFilter, leastInnovation := at(s.fromKnown(), past)
		enough, left := 1e-9, 1.0
		if slices.Contains(s.flags, "moving-average") {
			least, leastFilter, leastInnovation = at(s, past/2)
			enough, left = 1e-6, 1e-6
		}
		v, readout := frobenius(law.StateCovariance()), frobenius(s.c)
		rest := math.Max(distance(predictor, least), distance(filter, leastFilter))
		if rest > enough*v || distance(innovation, leastInnovation) > enough*frobenius(innovation) {
			continue // a zero on the unit circle, or near
		}
		rest *= left
		joint := law.Covariance(3)
		d := deviations(joint)
		kappa := condition(scaled(joint, d, d), must(s.exactly().Joint(3)).Rank())
		base := s.stationaryError(law) + roundings(n+k)*roundoff*v
		settled := base * (1e3 + readout*math.Sqrt(v/leastVariance(innovation)*kappa))
		if settled > tooRough*v {
			continue
		}
		scale := readout*readout*v + frobenius(s.r.dense)
		all := func(m [][]float64, off float64) any {
			out := make([][]float64, len(m))
			for i := range m {
				for j := range m[i] {
					out[i] = append(out[i], off+4*roundoff*math.Abs(m[i][j])+tiny)
				}
			}
			return out
		}
		expected := []Check{
			{Member: "innovation", Compare: Covariance, Value: innovation, Tolerance: all(innovation, (rest+settled)*readout*readout+roundings(n)*roundoff*scale)},
			{Member: "predictor_cov", Compare: Entries, Value: predictor, Tolerance: all(predictor, rest+settled)},
			{Member: "filter_cov", Compare: Entries, Value: filter, Tolerance: all(filter, (rest+settled)*(1+kappa))},
		}
		flags := slices.Clone(s.flags)
		if smallestSingular(scaled(innovation, deviations(innovation), deviations(innovation))) > 1e-6 {
			// K_f = Σ CᵀS⁻¹, of K columns solved in many digits.
			gain := solved(product(exactMatrix(predictor), transposed(exactMatrix(s.c))), innovation)
			whole := rowsOf(product(exactMatrix(s.a), gain))
			quiet := leastVariance(innovation)
			off := (rest+settled)*(1+readout)*(1+readout*readout*v/quiet)/quiet*kappa + roundings(n)*roundoff*kappa*frobenius(rowsOf(gain))
			expected = append(expected, Check{Member: "filter_gain", Compare: Entries, Value: rowsOf(gain), Tolerance: all(rowsOf(gain), off)},
				Check{Member: "predictor_gain", Compare: Entries, Value: whole, Tolerance: all(whole, off*(1+frobenius(s.a)))},
				equal("stabilizing", true))
		}
		c.valid(s.name, flags, s.params(nil), expected...)
	}
	refusals(c, nil, false)
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

func distance(a, b [][]float64) float64 {
	s := 0.0
	for i := range a {
		for j := range a[i] {
			s = math.Hypot(s, a[i][j]-b[i][j])
		}
	}
	return s
}

func smallestSingular(m [][]float64) float64 {
	s := dense.SingularValues(m)
	return s[len(s)-1]
}

// solved is B S⁻¹ for a symmetric S, by elimination in many digits.
func solved(b [][]number, s [][]float64) [][]number {
	n := len(s)
	a := exactMatrix(s)
	right := transposed(b) // S X = Bᵀ
	for p := range n {
		best := p
		for i := p; i < n; i++ {
			if a[i][p].size() > a[best][p].size() {
				best = i
			}
		}
		a[p], a[best], right[p], right[best] = a[best], a[p], right[best], right[p]
		for i := range n {
			if i == p {
				continue
			}
			f := a[i][p].over(a[p][p])
			for j := range n {
				a[i][j] = a[i][j].minus(f.times(a[p][j]))
			}
			for j := range right[i] {
				right[i][j] = right[i][j].minus(f.times(right[p][j]))
			}
		}
	}
	for i := range right {
		for j := range right[i] {
			right[i][j] = right[i][j].over(a[i][i])
		}
	}
	return transposed(right)
}
