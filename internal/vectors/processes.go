package vectors

import (
	"math"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// refusals are models that have no stationary law, or are none.
func refusals(c *cases, more object, both bool) {
	with := func(name string, o object) object {
		out := object{name: o}
		for key, value := range more {
			out[key] = value
		}
		return out
	}
	lds := func(a, q, r float64) object {
		return object{"A": [][]float64{{a}}, "C": [][]float64{{1}}, "Q": object{"iso": q}, "R": object{"iso": r}}
	}
	c.invalid("A = 1.5 has no stationary law", []string{"one-unit", "unstable"}, with("lds", lds(1.5, 1, 1)), wire.Unstable)
	c.invalid("A = 1 has no stationary law", []string{"one-unit", "unit-root"}, with("lds", lds(1, 1, 1)), wire.Unstable)
	spiral := object{"A": [][]float64{{0.75, -1}, {1, 0.75}}, "C": identity(2), "Q": object{"iso": 1}, "R": object{"iso": 1}}
	c.invalid("an unstable spiral has no stationary law", []string{"complex-pair", "unstable"}, with("lds", spiral), wire.Unstable)
	c.invalid("a negative variance", []string{"one-unit", "inadmissible"}, with("lds", lds(0.5, -1, 1)), wire.Invalid)
	shape := object{"A": [][]float64{{0.5}}, "C": [][]float64{{1, 2}}, "Q": object{"iso": 1}, "R": object{"iso": 1}}
	c.invalid("C has two columns for one latent", []string{"inadmissible"}, with("lds", shape), wire.Invalid)
	indefinite := object{"A": [][]float64{{0.5}}, "C": [][]float64{{1}, {1}}, "Q": object{"iso": 1}, "R": [][]float64{{1, 2}, {2, 1}}}
	c.invalid("R is not positive semidefinite", []string{"inadmissible"}, with("lds", indefinite), wire.Invalid)
	if both {
		rnn := object{"J": [][]float64{{1.5}}, "P": object{"iso": 1}}
		c.invalid("J = 1.5 has no stationary law", []string{"one-unit", "unstable"}, with("rnn", rnn), wire.Unstable)
		c.invalid("J = 1 has no stationary law", []string{"one-unit", "unit-root"}, with("rnn", object{"J": [][]float64{{1}}, "P": object{"iso": 1}}), wire.Unstable)
	}
}

// autocovarianceCases: rationals, rounded once.
func autocovarianceCases(c *cases, seed uint64) {
	r := random(seed, "autocovariance")
	const lags = 4
	for _, s := range stationarySystems(r, 10) {
		values, tolerances := s.autocovariances(lags)
		c.valid(s.name, s.flags, s.params(object{"lags": lags}), Check{Member: "lambda", Compare: Entries, Value: values, Tolerance: tolerances})
	}
	for _, s := range stationaryNetworks(r, 10) {
		values, tolerances := s.autocovariances(lags)
		c.valid(s.name, s.flags, s.params(object{"lags": lags}), Check{Member: "lambda", Compare: Entries, Value: values, Tolerance: tolerances})
	}
	s := stationarySystems(r, 0)[0]
	values, tolerances := s.autocovariances(0)
	c.valid("Λ_0 alone", s.flags, s.params(object{"lags": 0}), Check{Member: "lambda", Compare: Entries, Value: values, Tolerance: tolerances})
	refusals(c, object{"lags": 1}, true)
	c.invalid("a negative number of lags", []string{"inadmissible"}, s.params(object{"lags": -1}), wire.Invalid)
}

// autocovariances are Λ_0 … Λ_lags: Λ_k[i][j] is off by ‖C_i‖‖C_j‖ times what A^k
// makes of the error of V, and the rounding of A^k V itself.
func (s system) autocovariances(lags int) (values, tolerances [][][]float64) {
	e, law := s.exactly(), s.law()
	off := s.stationaryError(law)
	v, rows := frobenius(law.StateCovariance()), make([]float64, s.units())
	for i := range s.c {
		rows[i] = dense.VectorNorm2(s.c[i])
	}
	power, absolute := identity(s.latents()), identity(s.latents())
	for k := range lags + 1 {
		value := must(e.Autocovariance(k)).Float64()
		bound := 0.0
		if s.latents() > 0 {
			bound = frobenius(power)*off + roundings(s.latents())*roundoff*v*frobenius(absolute)
			power, absolute = dense.MatMul(power, s.a), dense.MatMul(absolute, dense.Abs(s.a))
		}
		values, tolerances = append(values, value), append(tolerances, within(bound, rows, rows, value))
	}
	return values, tolerances
}

func (s recurrent) autocovariances(lags int) (values, tolerances [][][]float64) {
	e := s.exactly()
	d := deviations(must(e.Autocovariance(0)).Float64())
	inverse := make([]float64, len(d))
	for i := range d {
		inverse[i] = 1 / d[i]
	}
	off, size := s.stationaryError(d), float64(len(d))
	j := scaled(s.transition(), d, inverse)
	power := identity(s.units())
	for k := range lags + 1 {
		value := must(e.Autocovariance(k)).Float64()
		bound := frobenius(power)*off + roundings(s.units())*roundoff*size*(1+math.Pow(s.loading(d), float64(k)))
		values, tolerances = append(values, value), append(tolerances, within(bound, d, d, value))
		power = dense.MatMul(power, j)
	}
	return values, tolerances
}

// matchCases: JΛ_0 = Λ_1 and P, and whether the process is Markov, in rationals.
func matchCases(c *cases, seed uint64) {
	for _, s := range stationarySystems(random(seed, "rnn_from_lds"), 16) {
		law, t := s.law(), s.truth()
		k := s.conditioning(law, t)
		d, one, p := k.deviation, t.lambda1.Float64(), t.p.Float64()
		expected := []Check{
			{Member: "rnn", Compare: Transition, Value: one, Tolerance: within(k.matched, d, d, one), With: object{"on": t.lambda0.Float64()}},
			{Member: "rnn.P", Compare: Covariance, Value: p, Tolerance: within(k.leftNoise, d, d, p)},
		}
		markov, defect := s.markov(t, d)
		flags := slices.Clone(s.flags)
		if markov || defect > 1e3*k.matched {
			expected = append(expected, Check{Member: "exact", Compare: Equal, Value: markov, With: object{"unless": "undecided"}})
			flags = append(flags, map[bool]string{true: "markov", false: "non-markov"}[markov])
		}
		c.valid(s.name, flags, s.params(nil), expected...)
	}
	refusals(c, nil, false)
}

// markov decides whether Λ_{k+1} = JΛ_k for k = 1 … rank A, and gives the
// largest defect in units of the deviations.
func (s system) markov(t truth, d []float64) (yes bool, defect float64) {
	e := s.exactly()
	yes = true
	previous := t.lambda1
	for k := 1; k <= e.A.Rank(); k++ {
		next := must(e.Autocovariance(k + 1))
		off := next.Sub(t.j.Mul(previous))
		yes = yes && off.IsZero()
		defect = math.Max(defect, frobenius(scaled(off.Float64(), d, d)))
		previous = next
	}
	return yes, defect
}

// gapError bounds the error of a scaled conditional cross-covariance of three
// neighbours: that of their correlations, times their condition.
func (s system) gapError(law *gaussian.Process, t truth) float64 {
	joint := law.Covariance(3)
	d := deviations(joint)
	kappa := condition(scaled(joint, d, d), must(s.exactly().Joint(3)).Rank())
	return (roundings(3*s.units())*roundoff + s.conditioning(law, t).lambda) * kappa
}

func gapCases(c *cases, seed uint64) {
	list := append(stationarySystems(random(seed, "markov_gap"), 16),
		system{name: "a function of y_{t+1} is known from y_{t−1}", flags: []string{"infinite", "zero-noise", "nilpotent", "singular-noise", "non-markov", "more-latents-than-units"},
			a: [][]float64{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, c: [][]float64{{1, 0, 0}, {0, 0, 1}}, q: diag(1, 0, 0), r: diag(0, 0)})
	for _, s := range list {
		law, t := s.law(), s.truth()
		want, epsilon := law.MarkovGap(), s.gapError(law, t)
		if epsilon > tooRough {
			continue
		}
		if math.IsInf(want, 1) {
			c.valid(s.name, s.flags, s.params(nil), equal("infinite", true))
			continue
		}
		e := epsilon * math.Exp(2*want)
		flags := slices.Clone(s.flags)
		if want == 0 {
			flags = append(flags, "zero-nats")
		}
		c.valid(s.name, flags, s.params(nil), near("nats", want, float64(s.units())*(2*math.Sqrt(2*want)+e)*e+roundoff*want+tiny))
	}
	refusals(c, nil, false)
}

// lossCases: what the best Markov model of an order loses, by joint laws of a
// past so long that what is before it is known to matter little.
func lossCases(c *cases, seed uint64) {
	list := append(stationarySystems(random(seed, "markov_loss"), 8), chain(1, 1, 0.5), chain(1, 1, 0, -0.25))
	for _, s := range list {
		law, t, past := s.law(), s.truth(), 40/(s.units()+1)
		epsilon, rest := s.gapError(law, t), s.lossAfter(law, past)
		for order := range 3 {
			want := law.OrderLoss(order, past)
			if epsilon > tooRough || !(rest < 1e-9) && !math.IsInf(want, 1) {
				continue
			}
			params := s.params(object{"order": order})
			if math.IsInf(want, 1) {
				c.valid(s.name, append(slices.Clone(s.flags), "infinite"), params, equal("infinite", true))
				continue
			}
			e := epsilon * math.Exp(2*want)
			c.valid(s.name, s.flags, params, near("nats", want, float64(s.units())*(2*math.Sqrt(2*want)+e)*e+rest+roundings(s.units())*roundoff*(1+want)))
		}
	}
	// y_t = w_t + w_{t−1}: ½ ln((p+2)/(p+1)), and the innovation variance is a
	// double root, known to half of the digits.
	circle := chain(1, 1, 1)
	for order := range 4 {
		c.valid("a zero on the unit circle", append(slices.Clone(circle.flags), "unit-circle-zero"), circle.params(object{"order": order}),
			near("nats", math.Log(float64(order+2)/float64(order+1))/2, 2*math.Sqrt(roundings(2)*roundoff)))
	}
	refusals(c, object{"order": 1}, false)
}

// fromKnown is the law of a system whose x_1 is known: who knows that, and y_1 …
// y_m, knows at least what all of the past tells.
func (s system) fromKnown() system {
	s.start = &start{make([]float64, s.latents()), iso(s.latents(), 0)}
	return s
}

// lossAfter bounds the nats that a past of so many observations still lacks,
// +Inf where that is not found out.
func (s system) lossAfter(law *gaussian.Process, past int) float64 {
	if s.latents() == 0 {
		return 0
	}
	long, known := law.PredictionCovariance(past), s.fromKnown().law().PredictionCovariance(past)
	if distance(long, known) <= 4*roundoff*frobenius(long) {
		return 4 * roundoff * float64(s.units())
	}
	d := deviations(long)
	a, b := dense.SingularValues(scaled(long, d, d)), dense.SingularValues(scaled(known, d, d))
	rest := 0.0
	for i := range a {
		rest += math.Log(a[i]/b[i]) / 2
	}
	if math.IsNaN(rest) {
		return math.Inf(1)
	}
	return rest
}

// changeCases: in other coordinates, the law that follows from the old one.
func changeCases(c *cases, seed uint64) {
	r := random(seed, "change")
	const lags = 3
	for _, s := range stationarySystems(r, 4) {
		n, k := s.units(), s.latents()
		if k == 0 {
			continue
		}
		// A unimodular change of the latents, a quarter turn of the first two units, an
		// order, a power of two: nothing is rounded.
		latents, turn := identity(k), identity(n)
		for i := 1; i < k; i++ {
			latents[i][i-1] = 2
		}
		if n > 1 {
			turn[0][0], turn[0][1], turn[1][0], turn[1][1] = 0, -1, 1, 0
		}
		order := r.Perm(n)
		params := s.params(object{"latents": latents, "orthogonal": turn, "order": order, "factor": 0.5})
		values, tolerances := s.autocovariances(lags)
		for lag := range values {
			values[lag] = turned(values[lag], turn, order, 0.5)
			tolerances[lag] = turned(tolerances[lag], dense.Abs(turn), order, 0.5*math.Sqrt(amplifiedBy(latents)))
		}
		c.valid(s.name, append(slices.Clone(s.flags), "change-of-coordinates"), params, Check{Member: "lds", Compare: Autocovariances, Value: values, Tolerance: tolerances})
	}
	for _, s := range stationaryNetworks(r, 4) {
		n := s.units()
		turn := identity(n)
		if n > 1 {
			turn[0][0], turn[0][1], turn[1][0], turn[1][1] = 0, -1, 1, 0
		}
		order := r.Perm(n)
		values, tolerances := s.autocovariances(lags)
		for lag := range values {
			values[lag] = turned(values[lag], turn, order, 2)
			tolerances[lag] = turned(tolerances[lag], dense.Abs(turn), order, 4)
		}
		c.valid(s.name, append(slices.Clone(s.flags), "change-of-coordinates"), s.params(object{"orthogonal": turn, "order": order, "factor": 2}),
			Check{Member: "rnn", Compare: Autocovariances, Value: values, Tolerance: tolerances})
	}
}

// amplifiedBy is the condition of new latents, which multiplies errors of V.
func amplifiedBy(l [][]float64) float64 {
	s := dense.SingularValues(l)
	return 4 * math.Pow(s[0]/s[len(s)-1], 4)
}

// turned is f²·(O Λ Oᵀ), units in an order.
func turned(lambda, o [][]float64, order []int, f float64) [][]float64 {
	m := dense.MatMul(dense.MatMul(o, lambda), dense.Transpose(o))
	out := make([][]float64, len(order))
	for i, a := range order {
		for _, b := range order {
			out[i] = append(out[i], f*f*m[a][b])
		}
	}
	return out
}

// hankelCases: the rank of (Λ_{i+j−1}), by minors.
func hankelCases(c *cases, seed uint64) {
	r := random(seed, "hankel_rank")
	skip := func(flags []string) bool { // ranks that are a matter of digits
		for _, f := range []string{"graded", "near-unit-root", "huge-variance", "tiny-variance"} {
			if slices.Contains(flags, f) {
				return true
			}
		}
		return false
	}
	for _, s := range stationarySystems(r, 8) {
		if skip(s.flags) {
			continue
		}
		e := s.exactly()
		rank, margin := hankel(func(k int) *exact.Matrix { return must(e.Autocovariance(k)) }, max(1, s.latents()))
		if margin > 1e-6 {
			c.valid(s.name, s.flags, s.params(object{"tolerance": 0}), equal("rank", rank))
		}
	}
	for _, s := range stationaryNetworks(r, 8) {
		if skip(s.flags) {
			continue
		}
		e := s.exactly()
		rank, margin := hankel(func(k int) *exact.Matrix { return must(e.Autocovariance(k)) }, 2)
		if margin > 1e-6 {
			c.valid(s.name, s.flags, s.params(object{"tolerance": 0}), equal("rank", rank))
		}
	}
}

// hankel is the rank of the matrix of blocks Λ_{i+j−1}, i, j = 1 … blocks, and
// its smallest singular value that is not 0, relative to the deviations.
func hankel(lag func(int) *exact.Matrix, blocks int) (rank int, margin float64) {
	var rows []*exact.Matrix
	for i := range blocks {
		var row []*exact.Matrix
		for j := range blocks {
			row = append(row, lag(i+j+1))
		}
		rows = append(rows, exact.HStack(row...))
	}
	h := exact.VStack(rows...)
	rank = h.Rank()
	if rank == 0 {
		return 0, 1
	}
	var d []float64
	for range blocks {
		d = append(d, deviations(lag(0).Float64())...)
	}
	return rank, dense.SingularValues(scaled(h.Float64(), d, d))[rank-1]
}
