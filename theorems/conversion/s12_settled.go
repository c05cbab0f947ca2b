package conversion

import (
	"math"

	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
)

// settledAfter bounds how far what the filter knows after p steps of the next
// observation, and of the next state, is from its limit: by what the state
// before that past would tell, since the filter from x_1 known for certain stays
// below the limit, or by what stillToCome proves. With zeros outside the unit
// circle the first does not fall to 0.
func (t *system) settledAfter(p int) (observation, state float64, err error) {
	known, err := t.fromKnownState()
	if err != nil {
		return 0, 0, err
	}
	var cov [3][][]float64
	for i, law := range []*gaussian.Process{t.law, t.law, known} {
		if cov[i], err = stateCovariance(law, p+[]int{0, 1, 0}[i]); err != nil {
			return 0, 0, err
		}
	}
	observation = dense.NormFro(minus(t.law.PredictionCovariance(p), known.PredictionCovariance(p)))
	state = dense.NormFro(minus(cov[0], cov[2]))
	if y, ok := t.stillToCome(cov[0], cov[1]); ok {
		observation = math.Min(observation, dense.NormFro(times(times(t.C, y), transposed(t.C))))
		state = math.Min(state, dense.NormFro(y))
	}
	return observation, state, nil
}

// stillToCome returns a Y with P − Y ⪯ Σ_∞ ⪯ P, where a step of the filter takes
// P to next ⪯ P.
//
// With F = A − K C, K the gain at P, the step takes P − Y to
// next − F Y Fᵀ − G, G = F Y Cᵀ (S − C Y Cᵀ)⁻¹ C Y Fᵀ. Where that is no less than
// P − Y, all that follows from there is no less either, as the step is monotone,
// and stays below what follows from V. So Y solves Y − F Y Fᵀ = 2D for a
// D ≻ 0 above P − next, and G may be as large as D.
func (t *system) stillToCome(p, next [][]float64) (y [][]float64, ok bool) {
	k := t.Latents()
	s := plus(times(times(t.C, p), transposed(t.C)), t.R)
	inverse, ok := regularInverse(s)
	if !ok {
		return nil, false
	}
	loop := minus(t.A, times(times(times(times(t.A, p), transposed(t.C)), inverse), t.C))
	fallen := minus(p, next)
	v := dense.NormFro(t.law.StateCovariance())
	slack := dense.NormFro(fallen) + t.stationaryError() + operations(t.Units()+k)*t.u*(v+smallest)
	for i := range fallen {
		fallen[i][i] += slack
	}
	y = combined(fallen, 1, fallen)
	power := loop
	const doublings = 20
	for i := 0; ; i++ {
		more := times(times(power, y), transposed(power))
		y = plus(y, more)
		if size := dense.NormFro(y); i == doublings || !(size <= v) {
			return nil, false // no better than to know nothing
		} else if dense.NormFro(more) <= 0x1p-53*size {
			break
		}
		power = times(power, power)
	}
	seen := times(t.C, y)
	lower, ok := regularInverse(minus(s, times(seen, transposed(t.C))))
	if !ok {
		return nil, false
	}
	for i, row := range lower {
		if !(row[i] > 0) {
			return nil, false
		}
	}
	through := times(seen, transposed(loop))
	second := times(times(transposed(through), lower), through)
	return y, dense.NormFro(second) <= slack
}

// coefficientsUnsettled bounds, for each unit, by how much the coefficient of lag
// j of the predictor from a past of h steps is off its limit F^j K, F = A − K C.
//
// It is F_h … F_{h−j+1} K_{h−j}, K_i the gain at P_i ⪰ Σ_∞. With E = P_i − Σ_∞,
//
//	K_i − K = F_i E Cᵀ S_∞⁻¹,   F_i − F = −(K_i − K) C,   S_∞ ⪰ C Q Cᵀ + R_v,
//
// and E falls in i. So gains are off by ‖F_i‖‖E‖‖D⁻¹C‖/λ_min in units D of the
// deviations of that, loops by ‖D⁻¹C‖ as much, and products of them by the sum
// over factors.
func (t *system) coefficientsUnsettled(l gaussian.LDS, h, j int) ([]float64, error) {
	n := t.Units()
	_, state, err := t.settledAfter(h - j - 1)
	if err != nil {
		return nil, err
	}
	least := plus(orZeros(times(times(t.C, t.Q), transposed(t.C)), n), t.R)
	d := deviations(least)
	s := dense.SingularValues(scaledTo(least, d))
	read := scaledNorm(t.C, d)
	loop := 0.0
	for i := h - j; i <= h; i++ {
		loop = math.Max(loop, dense.NormFro(minus(t.A, times(gainAfter(l, n, i), t.C))))
	}
	gain := loop * state * read / s[n-1]
	moved := gain * read
	loop += moved // ≥ ‖F‖ too
	out := make([]float64, n)
	for i := range out {
		settled := dense.VectorNorm2(impulse(l, n, i, 0, h-j)) + gain/orOne(d[i])
		out[i] = math.Pow(loop, float64(j)) * gain / orOne(d[i])
		if j > 0 {
			out[i] += float64(j) * math.Pow(loop, float64(j-1)) * moved * settled
		}
	}
	return out, nil
}

// gainAfter is the gain of the predictor at the last of h steps.
func gainAfter(l gaussian.LDS, units, h int) [][]float64 {
	columns := make([][]float64, units)
	for i := range columns {
		columns[i] = impulse(l, units, i, 0, h)
	}
	return transposed(columns)
}

// regularInverse inverts a covariance that is regular, units scaled.
func regularInverse(cov [][]float64) ([][]float64, bool) {
	d := deviations(cov)
	s := dense.SingularValues(scaledTo(cov, d))
	if len(s) == 0 || !(s[0] < regularInnovation*s[len(s)-1]) {
		return nil, false
	}
	return scaledTo(pseudoInverse(scaledTo(cov, d)), d), true
}

// stateCovariance is Var(x_{p+1} | y_1 … y_p).
func stateCovariance(law *gaussian.Process, p int) ([][]float64, error) {
	unseen := make([][]float64, p)
	for i := range unseen {
		unseen[i] = make([]float64, law.Units())
	}
	_, cov, err := law.Posterior(unseen, nil, p+1, p)
	return cov, err
}
