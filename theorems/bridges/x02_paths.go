package bridges

import (
	"errors"
	"math"
	"slices"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
)

// expectPath follows y⁺ = J y + shock beside the states of the nonlinear
// network. What is between them obeys e⁺ ≤ |J|e + |δJ||y| + remainder + rounding.
func (t *noisyTruth) expectPath(f *theorems.Finding, form model.Form, j, states, shocks [][]float64) error {
	n := len(t.x)
	truth, allowed := t.jacobian(form)
	_, second, _ := precise.Constants(t.law.Phi)
	rest, restErr := t.rest(form)
	atRest, atRestErr, err := t.next(form, rest)
	if err != nil {
		return err
	}
	// The slope of the activity form is at W r + b, which is x to rounding.
	bent, passed := dense.AbsMatVec(t.absW, rest), dense.MatVec(t.absW, restErr)
	linear, e := make([]float64, n), make([]float64, n)
	for i := range n {
		e[i] = math.Abs(states[0][i] - rest[i])
	}
	for k, shock := range shocks {
		y := make([]float64, n)
		for i := range n {
			y[i] = states[k][i] - rest[i]
		}
		_, stepErr, err := t.next(form, states[k])
		if err != nil {
			return err
		}
		moved := dense.AbsMatVec(t.absW, y)
		remainder, crosses := t.remainder(form, y, moved)
		if crosses {
			f.Abstain("a shock across a kink")
			return nil
		}
		carried, wrong, size := dense.AbsMatVec(truth, e), dense.AbsMatVec(allowed, linear), dense.AbsMatVec(truth, linear)
		linear = dense.MatVec(j, linear)
		for i := range n {
			linear[i] += shock[i]
			e[i] = carried[i] + wrong[i] + remainder[i] + stepErr[i] + atRestErr[i] + math.Abs(atRest[i]-rest[i]) + 4*restErr[i] +
				float64(n+4)*t.u*(size[i]+2*math.Abs(shock[i])+math.Abs(atRest[i]))
			if form == model.Activity && !math.IsInf(second, 0) {
				e[i] += second * (passed[i] + t.units()*t.u*(bent[i]+t.drive[i]+math.Abs(t.x[i]))) * moved[i]
			}
			off := math.Abs(states[k+1][i] - rest[i] - linear[i])
			f.Expect("|state − rest − linear path|", off, e[i], dense.VectorNormInf(linear)+dense.VectorNormInf(shock)+tiny)
		}
	}
	return nil
}

// remainder bounds what is beyond the linear part of the map at a deviation y,
// moved = |W||y|: none between kinks; crosses is true if y may be across one.
func (t *noisyTruth) remainder(form model.Form, y, moved []float64) (rest []float64, crosses bool) {
	rest = make([]float64, len(y))
	if kinks := t.net.Nonlinearity().Kinks(); len(kinks) > 0 {
		for i, x := range t.x {
			by := math.Abs(y[i])
			if form == model.Activity {
				by = moved[i]
			}
			for _, kink := range kinks {
				crosses = crosses || !(by < math.Abs(x-kink)/2)
			}
		}
		return rest, crosses
	}
	_, second, _ := precise.Constants(t.law.Phi)
	for i := range y {
		if form == model.Activity {
			rest[i] = second / 2 * moved[i] * moved[i]
			continue
		}
		for k := range y {
			rest[i] += t.absW[i][k] * second / 2 * y[k] * y[k]
		}
	}
	return rest, false
}

// simulatedSteps is the length of a run: a J that is off by 2 %, with its one
// eigenvalue of ±63/64, moves the mean of an innovation, against the sign of
// what was predicted, by some 0.045 deviations (0.02·√(2/π)·√32·√½), which bring
// doubt in about 2/0.045² ln(42·5/∛α) = 22,000 steps, and refute in 57,000.
const simulatedSteps = 40000

// judgeSimulation runs a nonlinear network that is linear where it runs, and
// bets against what the LDS says of the next state.
func judgeSimulation(s theorems.Subject, c generators.NoisyRun) (f theorems.Finding, err error) {
	if s.LinearizeNoisy == nil || s.LDSFromRNN == nil || s.SimulateNoisy == nil {
		return f, theorems.Missing("LinearizeNoisy, LDSFromRNN, SimulateNoisy")
	}
	t, err := observeNoisy(c.NoisyPoint, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	form := model.Forms[c.Seed&1]
	l, err := s.LinearizeNoisy(t.net, form, t.x, t.input, t.noise)
	if err != nil {
		return f, err
	}
	converted, err := s.LDSFromRNN(l.Network)
	if err != nil {
		return f, err
	}
	j, p, err := firstOrder(converted.LatentSystem)
	if errors.Is(err, exact.ErrSingular) {
		f.Demand("Λ_0 of the LDS is regular, as P is", slices.Min(c.PDiag) <= 0)
		return f, nil
	}
	if err != nil {
		return f, err
	}
	tests, err := innovationTests(p)
	if err != nil {
		return f, err
	}
	rng := theorems.Chance("a simulated network has the LDS's law", c)
	x := make([]float64, tests.Len())
	y, next := make([]float64, len(t.x)), make([]float64, len(t.x))
	for range evidence.Rounds(1, tests) {
		run, err := s.SimulateNoisy(t.net, model.NoisySimulation{Form: form, Start: l.Rest, Input: t.input, Noise: t.noise, Steps: simulatedSteps}, rng.Uint64())
		if err != nil {
			return f, err
		}
		for k := range simulatedSteps {
			for i := range y {
				y[i], next[i] = run.States[k][i]-l.Rest[i], run.States[k+1][i]-l.Rest[i]
			}
			innovations(x, j, p, y, next)
			if err := tests.Add(x); err != nil {
				return f, err
			}
		}
	}
	f.Weigh("innovations of the simulated network are those of the LDS (e-process)", tests)
	return f, nil
}

// firstOrder returns J = Λ_1Λ_0⁻¹ and P = Λ_0 − JΛ_0Jᵀ of an LDS.
func firstOrder(l theorems.LatentSystem) (j, p [][]float64, err error) {
	law, err := gaussian.LDS{A: l.A, C: l.C, Q: evened(l.Q), R: evened(l.R)}.Process()
	if err != nil {
		return nil, nil, err
	}
	zero, err := exact.FromFloat64(evened(law.Autocovariance(0)))
	if err != nil {
		return nil, nil, err
	}
	one, err := exact.FromFloat64(law.Autocovariance(1))
	if err != nil {
		return nil, nil, err
	}
	inverse, err := zero.Inverse()
	if err != nil {
		return nil, nil, err
	}
	gain := one.Mul(inverse)
	return gain.Float64(), zero.Sub(gain.Mul(zero).Mul(gain.T())).Float64(), nil
}

// innovationTests are, of the innovations z_i over their deviations: means
// against the sign of the prediction, and second moments of all pairs.
func innovationTests(p [][]float64) (*evidence.Vector, error) {
	n := len(p)
	means, variances := make([]float64, n), make([]float64, n)
	for i := range variances {
		variances[i] = 1
	}
	for i := range n {
		for j := range i + 1 {
			rho := p[i][j] / math.Sqrt(p[i][i]*p[j][j])
			means, variances = append(means, rho), append(variances, 1+rho*rho)
		}
	}
	return evidence.NewVector(len(means), evidence.Level/2, func(k int, alpha float64) (*evidence.Test, error) {
		return evidence.NewVariance(means[k], variances[k], alpha)
	})
}

// innovations sets dst to what innovationTests are of.
func innovations(dst []float64, j, p [][]float64, y, next []float64) {
	n := len(y)
	z := make([]float64, n)
	for i := range n {
		predicted := dense.Dot(j[i], y)
		z[i] = (next[i] - predicted) / math.Sqrt(p[i][i])
		dst[i] = math.Copysign(z[i], z[i]*predicted)
		if predicted == 0 {
			dst[i] = z[i]
		}
	}
	at := n
	for i := range n {
		for k := range i + 1 {
			dst[at] = z[i] * z[k]
			at++
		}
	}
}
