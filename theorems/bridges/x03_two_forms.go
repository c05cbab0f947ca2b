package bridges

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/oracles/precise"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// TwoNoisyForms is X3.
func TwoNoisyForms() theorems.Theorem {
	anyNetwork := generators.NetworkOptions{MaxUnits: 6, Nonlinearity: generators.AllNonlinearities, ModestEntries: true}
	small := generators.NetworkOptions{MaxUnits: 4, MaxRank: 2, Nonlinearity: generators.AllNonlinearities, Connectivity: generators.OnlyLowRank}
	return theorems.Theorem{
		Ref: "X3", ID: "bridges/two-noisy-forms",
		Statement: "For every W, φ, b and noise ε, x_{t+1} = W r_t + b turns r_{t+1} = φ(W r_t + b) + ε_t into x_{t+1} = W φ(x_t) + b + η_t with η = W ε, path by path; for white ε ~ N(0, P) x has the law " +
			"of the activation form with noise W P Wᵀ, before linearization and after it (J = D W and W D, read through W). The two LDS agree in law: for rank R the first has up to 2R latents, the second at most R, " +
			"A = NᵀD M, C = M, Q = NᵀP N, and no observation noise, as W P Wᵀ lies in range M.",
		Source: "+",
		Given:  []string{"the noise of the activation form is W ε: of another noise of that covariance's size it is another process"},
		Needed: []theorems.Witness{noiseOfItsOwn()},
		Why: "W P Wᵀ = F Fᵀ, F from a root of P to 40(N+4)u of |W||P|^½ in each column. Paths: e⁺ ≤ |W|(Lip φ·e + error of φ) + (N+q+R)u of what is summed. Laws as in X2, read through W: errors of C and R_v " +
			"times ‖W‖ and ‖W‖²; W P Wᵀ is rounded in units of |M||N|ᵀ|P||N||M|ᵀ, where loadings may cancel.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("W P Wᵀ", generators.NoisyPoints(generators.NoisyOptions{NetworkOptions: anyNetwork}), judgePassedNoise), byTwoLaws, decideTwoFormsAt(throughW)).
				Visiting("N = 1", "low rank", "scale 1/N", "W = 0", "P singular", "P = 0"),
			theorems.Deciding(theorems.Claim("x = W r + b at every step", generators.NoisyPoints(generators.NoisyOptions{NetworkOptions: anyNetwork, Kinks: true, Steps: 4}), judgeSamePaths), byImage, decideImage(func(w, shock *exact.Matrix) *exact.Matrix { return w.Mul(shock) })).
				Visiting("N = 1", "low rank", "on a kink", "inputs", "W singular", "saturated units").OneRoundIn(2),
			theorems.Deciding(theorems.Claim("one law of x, at most 2R and R latents", generators.NoisyPoints(generators.NoisyOptions{NetworkOptions: small, Regular: true}), judgeTwoForms), byTwoLaws, decideTwoFormsAt(throughW)).
				Visiting("N = 1", "R = N", "P singular", "D singular", "scale 1/N").OneRoundIn(2),
		},
		Exact: []theorems.Check{
			theorems.Decide("joint law of x_1 … x_4, ranks", generators.Recurrents(startedLinearizations()), decideTwoForms).Visiting("P singular", "N = 1", "R = N"),
		},
		Certificates: []theorems.Certificate{
			bridgeIdentity("the activity form read through W is the activation form with noise W P Wᵀ", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.recurrent(g.d.Times(g.m), g.n, g.p, g.s0).through(g.w()), g.activation())
			}),
			bridgeIdentity("latents of the activity form, [D M, P N], read through W", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.split(g.d.Times(g.m), g.n, g.p, g.s0).through(g.w()), g.activation())
			}),
			bridgeIdentity("R latents of the activation form: A = NᵀD M, C = M, Q = NᵀP N, R_v = 0", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.noiseFree(g.n.T().Times(g.p).Times(g.n)), g.activation())
			}),
			bridgeIdentity("S6 of the activation form leaves no observation noise: R_v = 0", func(g leaves) []certificate.Equation {
				passed, loads := g.w().Times(g.p).Times(g.w().T()), g.d.Times(g.n)
				pn := passed.Times(loads)
				return []certificate.Equation{pn.Times(loads.T().Times(pn).Inverse()).Times(pn.T()).Equals(passed)}
			}),
			bridgeRank("the activity form needs 2R latents", func(g leaves) certificate.Expr {
				return g.b.HStack(g.d.Times(g.m), g.p.Times(g.n))
			}, func(s certificate.Shape) int { return min(2*s.R, s.N) }),
			bridgeRank("the activation form needs R, and no more", func(g leaves) certificate.Expr {
				passed := g.n.T().Times(g.p).Times(g.n).Times(g.m.T()) // W P Wᵀ = M passed
				return g.m.Times(g.b.HStack(g.b.Identity(g.s.R), passed.Times(g.d).Times(g.n)))
			}, func(s certificate.Shape) int { return s.R }),
		},
		Twins: append(linearizationTwins()[:3],
			noiseTwin("noise not passed through W", "P for W P Wᵀ", func(_ *model.RNN, p *mat.Dense) *mat.Dense { return p }),
			noiseTwin("W once", "W P for W P Wᵀ", func(net *model.RNN, p *mat.Dense) *mat.Dense {
				var out mat.Dense
				out.Mul(net.Connectivity().Dense(), p)
				return &out
			}),
			noiseTwin("Wᵀ for W", "Wᵀ P W", func(net *model.RNN, p *mat.Dense) *mat.Dense {
				var out mat.Dense
				out.Product(net.Connectivity().Dense().T(), p, net.Connectivity().Dense())
				return &out
			}),
			noiseTwin("variances for deviations", "W P² Wᵀ: what has covariance P drawn with P for its root", func(net *model.RNN, p *mat.Dense) *mat.Dense {
				var out mat.Dense
				out.Product(net.Connectivity().Dense(), p, p, net.Connectivity().Dense().T())
				return &out
			}),
			theorems.Twin{Name: "bias forgotten", Mistake: "x_{t+1} = W φ(x_t) + η_t", Break: withoutBias},
			theorems.Twin{Name: "noise inside φ", Mistake: "r_{t+1} = φ(W r_t + b + ε_t)", Break: noiseInside},
			theorems.Twin{Name: "2R for R", Mistake: "the activation form needs 2R latents", FalseIdentity: twinOf(bridgeRank("rank [M, W P WᵀD N] ≥ 2R", func(g leaves) certificate.Expr {
				return g.b.HStack(g.m, g.w().Times(g.p).Times(g.w().T()).Times(g.d).Times(g.n))
			}, func(s certificate.Shape) int { return 2 * s.R }))},
			theorems.Twin{Name: "the noise of the latents not mixed by N", Mistake: "Q = MᵀP M for NᵀP N", FalseIdentity: twinOf(bridgeIdentity("Q = MᵀP M", func(g leaves) []certificate.Equation {
				return sameJointLaw(g.noiseFree(g.m.T().Times(g.p).Times(g.m)), g.activation())
			}))},
		),
		MaxUnknown: 0.02,
	}
}

// activation is the linearized activation form with noise W P Wᵀ, from the law
// of W r_0.
func (g leaves) activation() observed {
	w := g.w()
	return g.recurrent(g.m, g.d.Times(g.n), w.Times(g.p).Times(w.T()), w.Times(g.s0).Times(w.T()))
}

// noiseFree is the LDS x = M z, z⁺ = NᵀD M z + noise of covariance q.
func (g leaves) noiseFree(q certificate.Expr) observed {
	a := g.n.T().Times(g.d).Times(g.m)
	start := g.n.T().Times(g.s0).Times(g.n)
	return observed{a, g.m, q, g.b.Zero(g.s.N, g.s.N), a.Times(start).Times(a.T()).Plus(q)}
}

// judgePassedNoise claims W P Wᵀ entry by entry.
func judgePassedNoise(s theorems.Subject, c generators.NoisyPoint) (f theorems.Finding, err error) {
	if s.PassNoise == nil {
		return f, theorems.Missing("PassNoise")
	}
	t, err := observeNoisy(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	passed, err := s.PassNoise(t.net, t.noise)
	if err != nil {
		return f, err
	}
	want, err := t.passed()
	if err != nil {
		return f, err
	}
	f.Demand("a covariance of N units", passed.Dim() == len(t.x))
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	reach := dense.MatVec(t.absW, constant(len(t.x), math.Sqrt(dense.NormFro(t.p))))
	for i, row := range want.Float64() {
		for j, x := range row {
			bound := 40 * float64(len(t.x)+4) * t.u * reach[i] * reach[j]
			f.Expect("|cov(W ε)_ij − (W P Wᵀ)_ij|", math.Abs(passed.At(i, j)-x), bound+tiny, math.Abs(x)+reach[i]*reach[j]+tiny)
		}
	}
	return f, nil
}

func constant(n int, x float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}

// passed returns W P Wᵀ in rationals.
func (t *noisyTruth) passed() (*exact.Matrix, error) {
	p, err := exact.FromFloat64(t.p)
	if err != nil {
		return nil, err
	}
	return t.exactW.Mul(p).Mul(t.exactW.T()), nil
}

// judgeSamePaths runs both forms on one noise, ε and W ε, of any size, and
// claims every step of each, and x_t = W r_t + b + B u.
func judgeSamePaths(s theorems.Subject, c generators.NoisyPoint) (f theorems.Finding, err error) {
	if s.SimulateNoisy == nil {
		return f, theorems.Missing("SimulateNoisy")
	}
	t, err := observeNoisy(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	var shocks, passed [][]float64
	for _, shock := range c.Shocks {
		row := make([]float64, len(shock))
		for i, x := range shock {
			row[i] = x * 0x1p7
		}
		shocks, passed = append(shocks, row), append(passed, dense.MatVec(t.w, row))
	}
	start, err := t.law.NetInput(t.x, t.input)
	if err != nil {
		return f, err
	}
	run := func(form model.Form, from []float64, given [][]float64) (*model.NoisyTrajectory, error) {
		return s.SimulateNoisy(t.net, model.NoisySimulation{Form: form, Start: from, Input: t.input, Given: given, Steps: len(given)}, 1)
	}
	activity, err := run(model.Activity, t.x, shocks) // any r_0 will do
	if err != nil {
		return f, err
	}
	activation, err := run(model.Activation, start, passed)
	if err != nil {
		return f, err
	}
	for _, tr := range []*model.NoisyTrajectory{activity, activation} {
		f.Demand("T + 1 states of N units", len(tr.States) == len(shocks)+1 && len(tr.States[len(shocks)]) == len(t.x))
	}
	if f.Verdict == theorems.Fails {
		return f, nil
	}
	if err := t.expectSteps(&f, model.Activity, activity.States, shocks); err != nil {
		return f, err
	}
	if err := t.expectSteps(&f, model.Activation, activation.States, passed); err != nil {
		return f, err
	}
	return f, t.expectImage(&f, activity.States, activation.States, shocks)
}

// expectSteps claims each step of a run from where it was.
func (t *noisyTruth) expectSteps(f *theorems.Finding, form model.Form, states, shocks [][]float64) error {
	for k, shock := range shocks {
		next, allowed, err := t.next(form, states[k])
		if err != nil {
			return err
		}
		for i := range next {
			size := math.Abs(next[i]) + math.Abs(shock[i])
			f.Expect("|a step of the "+form.String()+" form − the map|", math.Abs(states[k+1][i]-next[i]-shock[i]), allowed[i]+4*t.u*size, size+allowed[i]+1)
		}
	}
	return nil
}

// expectImage claims x_t = W r_t + b + B u, errors following the map.
func (t *noisyTruth) expectImage(f *theorems.Finding, r, x, shocks [][]float64) error {
	lipschitz, _, _ := precise.Constants(t.law.Phi)
	e := make([]float64, len(t.x))
	for k := range r {
		image, err := t.law.NetInput(r[k], t.input)
		if err != nil {
			return err
		}
		for i := range image {
			f.Expect("|x_t − (W r_t + b)|", math.Abs(x[k][i]-image[i]), e[i]+2*t.u*math.Abs(image[i])+tiny, 1+math.Abs(image[i])+e[i])
		}
		if k == len(shocks) {
			return nil
		}
		// φ is evaluated at W r + b and at x, on numbers that differ by e and rounding.
		size, shocked := dense.AbsMatVec(t.absW, r[k]), dense.AbsMatVec(t.absW, shocks[k])
		off := make([]float64, len(e))
		for i := range off {
			_, own, err := t.phi(image[i])
			if err != nil {
				return err
			}
			off[i] = lipschitz*(e[i]+2*t.units()*t.u*(size[i]+t.drive[i]+math.Abs(image[i]))) + 4*own
		}
		moved, next := dense.MatVec(t.absW, off), dense.AbsMatVec(t.absW, r[k+1])
		for i := range e {
			e[i] = moved[i] + 4*t.units()*t.u*(next[i]+2*shocked[i]+t.drive[i]) + tiny
		}
	}
	return nil
}

// judgeTwoForms claims that the LDS of both forms have the law of x = W r, the
// first in at most 2R latents, the second in at most R.
func judgeTwoForms(s theorems.Subject, c generators.NoisyPoint) (f theorems.Finding, err error) {
	if s.LinearizeNoisy == nil || s.PassNoise == nil || s.LDSFromRNN == nil {
		return f, theorems.Missing("LinearizeNoisy, PassNoise, LDSFromRNN")
	}
	t, err := observeNoisy(c, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	if _, beside := t.onKink(); beside {
		return f, theorems.ErrUndecided
	}
	p, err := exact.FromFloat64(t.p)
	if err != nil {
		return f, err
	}
	passed, err := t.passed()
	if err != nil {
		return f, err
	}
	activity, err := t.linear(model.Activity, p)
	if err != nil {
		return f, err
	}
	// x = W r, r⁺ = D W r + ε: an LDS with the units for its latents.
	law, err := gaussian.LDS{A: activity.j, C: t.w, Q: t.p, R: zeros(len(t.x))}.Process()
	if err != nil && !errors.Is(err, gaussian.ErrUnstable) {
		return f, err
	}
	through, err := s.PassNoise(t.net, t.noise)
	if err != nil {
		return f, err
	}
	for _, form := range model.Forms {
		noise, exactP, most, read := t.noise, p, min(2*t.rank, len(t.x)), t.w
		if form == model.Activation {
			noise, exactP, most, read = through, passed, t.rank, nil
		}
		l, err := s.LinearizeNoisy(t.net, form, t.x, t.input, noise)
		if err != nil {
			return f, err
		}
		truth, err := t.linear(form, exactP)
		if err != nil {
			return f, err
		}
		if form == model.Activation { // W P Wᵀ, summed from the loadings
			truth.noise = dense.NormFro(dense.MatMul(dense.MatMul(t.absW, dense.Abs(t.p)), dense.Transpose(t.absW)))
		}
		if _, err := truth.expectLDS(&f, s, l.Network, most, read, law); err != nil {
			return f, err
		}
	}
	return f, nil
}

func zeros(n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
	}
	return out
}
