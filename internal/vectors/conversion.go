package vectors

import (
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
)

// conversionCases: the law of the answer is that of the network, which the
// oracle writes down from the network itself.
func conversionCases(c *cases, seed uint64) {
	r := random(seed, "lds_from_rnn")
	for _, s := range stationaryNetworks(r, 16) {
		d := deviations(must(s.exactly().Autocovariance(0)).Float64())
		bound := s.conversionError(d, s.amplification(d))
		lags := 4
		var values, tolerances [][][]float64
		for k := range lags {
			value := must(s.exactly().Autocovariance(k)).Float64()
			values, tolerances = append(values, value), append(tolerances, within(bound*float64(k+1), d, d, value))
		}
		expected := []Check{{Member: "lds", Compare: Autocovariances, Value: values, Tolerance: tolerances}}
		latents, margin := s.dimension()
		if margin > 1e3*roundings(s.units())*roundoff {
			expected = append(expected, equal("dimension", latents))
		}
		flags := slices.Clone(s.flags)
		if latents == 0 {
			flags = append(flags, "zero-latents")
		}
		if s.m != nil && latents == 2*len(s.m[0]) {
			flags = append(flags, "2R-latents")
		}
		c.valid(s.name, flags, s.params(nil), expected...)
	}
	const steps = 3
	for _, s := range startedNetworks(r, 8) {
		law := s.law()
		mean, cov := law.Mean(steps), law.Covariance(steps)
		d := deviations(s.p.dense)
		for i := range cov { // deviations grow along an unstable process
			d[i%len(d)] = max(d[i%len(d)], deviations(cov)[i])
		}
		bound := s.conversionError(d, 1) * 4
		var long []float64
		for range steps {
			long = append(long, d...)
		}
		size := dense.VectorNorm2(s.start.mean) + dense.VectorNorm2(mean)
		off := make([]float64, len(mean))
		for i := range off {
			off[i] = bound*(size+long[i]) + tiny
		}
		expected := []Check{{Member: "lds", Compare: Moments, Value: object{"mean": mean, "cov": cov}, Tolerance: object{"mean": off, "cov": within(bound, long, long, cov)}}}
		latents, margin := s.dimension()
		if margin > 1e3*roundings(s.units())*roundoff {
			expected = append(expected, equal("dimension", latents))
		}
		c.valid(s.name, s.flags, s.params(nil), expected...)
	}
	rnn := func(j, p float64) object {
		return object{"rnn": object{"J": [][]float64{{j}}, "P": object{"iso": p}}}
	}
	c.invalid("J = 1.5 has no stationary law", []string{"one-unit", "unstable"}, rnn(1.5, 1), wire.Unstable)
	c.invalid("J = −1 has no stationary law", []string{"one-unit", "unit-root"}, rnn(-1, 1), wire.Unstable)
	c.invalid("a negative variance", []string{"one-unit", "inadmissible"}, rnn(0.5, -1), wire.Invalid)
	c.invalid("M and N of different shapes", []string{"inadmissible"}, object{"rnn": object{"M": [][]float64{{1}, {1}}, "N": [][]float64{{0.5}}, "P": object{"iso": 1}}}, wire.Invalid)
}

// observeCases: some units alone, as an LDS: blocks of the network's Λ_k.
func observeCases(c *cases, seed uint64) {
	r := random(seed, "observe")
	for _, s := range stationaryNetworks(r, 8) {
		n := s.units()
		if n < 2 {
			continue
		}
		units := r.Perm(n)[:1+r.IntN(n-1)]
		d := deviations(must(s.exactly().Autocovariance(0)).Float64())
		bound := s.conversionError(d, s.amplification(d))
		var values, tolerances [][][]float64
		for k := range 4 {
			value := must(s.exactly().Autocovariance(k)).Float64()
			values = append(values, block(value, units))
			tolerances = append(tolerances, block(within(bound*float64(k+1), d, d, value), units))
		}
		c.valid(s.name, append(slices.Clone(s.flags), "partly-observed"), s.params(object{"units": units}), Check{Member: "lds", Compare: Autocovariances, Value: values, Tolerance: tolerances})
	}
	s := stationaryNetworks(r, 0)[2]
	c.invalid("a unit that there is not", []string{"inadmissible", "partly-observed"}, s.params(object{"units": []int{0, 3}}), wire.Invalid)
}

func block(m [][]float64, units []int) [][]float64 {
	var out [][]float64
	for _, i := range units {
		var row []float64
		for _, j := range units {
			row = append(row, m[i][j])
		}
		out = append(out, row)
	}
	return out
}

// stepsCases: J_t on Cov y_t, and P_t, from a given start.
func stepsCases(c *cases, seed uint64) {
	const steps = 3
	for _, s := range startedSystems(random(seed, "match_steps"), 12) {
		e := s.exactly()
		joint := must(e.Joint(steps + 1))
		n := s.units()
		at := func(i, j int) *exact.Matrix { return joint.Slice(i*n, (i+1)*n, j*n, (j+1)*n) }
		mean := s.law().Mean(steps + 1)
		x, a := frobenius(s.start.cov.dense), frobenius(s.a)
		var expected []Check
		for t := range steps {
			now, cross, next := at(t, t), at(t+1, t), at(t+1, t+1)
			j := cross.Mul(now.GeneralizedInverse())
			p := next.Sub(j.Mul(now).Mul(j.T()))
			d, e := deviations(now.Float64()), deviations(next.Float64())
			readout := 0.0
			for i := range s.c {
				readout = max(readout, dense.VectorNorm2(s.c[i])/min(d[i], e[i]))
			}
			kappa := condition(scaled(now.Float64(), d, d), now.Rank())
			inverse := make([]float64, n)
			for i := range d {
				inverse[i] = 1 / d[i]
			}
			size := frobenius(scaled(j.Float64(), e, inverse))
			after := a*a*x + frobenius(s.q.dense)
			relative := roundings(n+s.latents()) * roundoff * (kappa + readout*readout*x) * (1 + size) * float64(n)
			one, noise := cross.Float64(), p.Float64()
			name := []string{"steps.0", "steps.1", "steps.2"}[t]
			off := make([]float64, n)
			for i := range off {
				off[i] = roundings(n+s.latents()) * roundoff * (dense.VectorNormInf(mean) + a + 1) * (1 + frobenius(s.c)*(1+a))
			}
			expected = append(expected,
				Check{Member: name, Compare: Transition, Value: one, Tolerance: within(relative, e, d, one), With: object{"on": now.Float64()}},
				Check{Member: name + ".P", Compare: Covariance, Value: noise, Tolerance: within(relative*(1+size)+roundings(n)*roundoff*readout*readout*after, e, e, noise)},
				Check{Member: name + ".mean", Compare: Entries, Value: mean[t*n : (t+1)*n], Tolerance: off},
				Check{Member: name + ".next", Compare: Entries, Value: mean[(t+1)*n : (t+2)*n], Tolerance: off})
			x = after
		}
		c.valid(s.name, s.flags, s.params(object{"steps": steps}), expected...)
	}
}
