package conversion

import (
	"math"
	"math/big"
	"math/cmplx"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/theorems"
)

// Riccati is S12.
func Riccati() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S12", ID: "conversion/riccati",
		Statement: "Started from the stationary covariance V the Kalman filter reaches the strong solution Σ_∞ of the Riccati equation, ρ(A − KC) ≤ 1 where the innovation covariance is regular (else K is not unique), stabilizing iff there is no zero on the " +
			"unit circle, and Var(y_{t+1} | y_1 … y_t) falls to C Σ_∞Cᵀ + R_v; started from Q it can stick at a wrong fixed point. The predictor gain is A times the filter gain. " +
			"A loss of +∞ nats is a legitimate answer.",
		Source: "+",
		Given:  []string{"the filter is started from V", "there is no zero on the unit circle, for stabilizing"},
		Needed: []theorems.Witness{stuckAtQ(), circleIsNotStabilizing()},
		Why: "Identities between Σ, S and gains hold to the rounding of a few products, times the condition of the correlations of the innovations. Against a past of h steps, P, Σ_∞ is off by " +
			"what is still to come, no more than the state before it would tell, nor than Y where the filter from P − Y rises; a zero of multiplicity m on the unit circle is a root of the equation of 2m, and Σ_∞ is known to u^(1/2m) there. " +
			"A − KC is rounded in units of ‖A‖(1 + ‖K_f‖‖C‖), which may cancel, and its eigenvalues move by (2‖A − KC‖)^(1−1/K)‖δ‖^(1/K) at most.",
		Claims: []theorems.Check{
			aboutSystems("innovation covariance and gains", memorySystems(), judgeSteadyState).
				Visiting("R_v = 0", "R_v singular", "Q singular", "zero outside the unit circle", "zero on the unit circle", "K > N"),
			aboutSystems("zeros outside the unit circle", movingAverages(), judgeMovingAverage).Visiting("zero outside the unit circle", "zero on the unit circle"),
			theorems.Claim("infinite loss", generators.Systems(stationarySystems()), judgeInfinite),
		},
		Exact: []theorems.Check{
			onSystems("Σ_t from V falls, and stays above that from Q", exactSystems(), decideRiccati).Visiting("R_v = 0", "Q singular"),
		},
		Certificates: []theorems.Certificate{
			identity("one step: V − Π' for Σ = V − Π, Π' = AΠAᵀ + (N̄−AΠCᵀ)(Λ_0−CΠCᵀ)⁻¹(N̄−AΠCᵀ)ᵀ, N̄ = AVCᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.stationaryLDS()
				pi := g.b.Symmetric("Π", g.s.K)
				sigma := p.x.Minus(pi)
				gain := p.a.Times(sigma).Times(p.c.T())
				s := p.c.Times(sigma).Times(p.c.T()).Plus(p.r)
				riccati := p.a.Times(sigma).Times(p.a.T()).Plus(p.q).Minus(gain.Times(s.Inverse()).Times(gain.T()))
				left := p.lagLatent().Minus(p.a.Times(pi).Times(p.c.T()))
				dual := p.a.Times(pi).Times(p.a.T()).Plus(left.Times(p.lag(0).Minus(p.c.Times(pi).Times(p.c.T())).Inverse()).Times(left.T()))
				return []certificate.Equation{riccati.Equals(p.x.Minus(dual))}
			}),
			identity("Riccati step = (A−KC)Σ(A−KC)ᵀ + Q + K R_v Kᵀ", latentShapes(), func(g generic) []certificate.Equation {
				p := g.startedLDS()
				gain := p.a.Times(p.x).Times(p.c.T()).Times(p.lag(0).Inverse())
				closed := p.a.Minus(gain.Times(p.c))
				return []certificate.Equation{
					p.a.Times(p.x).Times(p.a.T()).Plus(p.q).Minus(gain.Times(p.lag(0)).Times(gain.T())).
						Equals(closed.Times(p.x).Times(closed.T()).Plus(p.q).Plus(gain.Times(p.r).Times(gain.T()))),
				}
			}),
		},
		Twins: []theorems.Twin{
			steadyTwin("filter gain for predictor gain", "Σ CᵀS⁻¹ handed out as the gain of the predictor", func(_ *model.LDS, s *theorems.SteadyState) { s.PredictorGain = s.FilterGain }),
			steadyTwin("predictor gain for filter gain", "A Σ CᵀS⁻¹ handed out as the gain of the filter", func(_ *model.LDS, s *theorems.SteadyState) { s.FilterGain = s.PredictorGain }),
			startedAtQ(),
			steadyTwin("S without R_v", "C Σ Cᵀ for the innovation covariance", func(l *model.LDS, s *theorems.SteadyState) { s.Innovation = minus(s.Innovation, rows(l.R())) }),
			steadyTwin("Σ after the observation", "the filter's covariance for the predictor's", func(_ *model.LDS, s *theorems.SteadyState) { s.PredictorCov = s.FilterCov }),
			{Name: "from Q", Mistake: "the filter taken to reach the same from Q as from V", False: []theorems.Check{
				onSystems("from Q as from V", movingAverages(), sameFromQ)}},
		},
		Sharp: reachedLimits(),
		Slack: []theorems.Slack{{Check: "zeros outside the unit circle", What: "|ρ(A − KC) − that of the gains handed out|",
			Why: "the bound takes the K-th root of rounding, as for a nilpotent A − KC of K latents; that of y_t = w_t + c w_{t−m} has m distinct eigenvalues of one modulus, which are off by a few roundings"}},
		MaxUnknown: 0.2,
	}
}

// regularInnovation is the condition number of S, units scaled, from which S
// may be singular for a subject, and K is one of many.
const regularInnovation = 1e8

// movingAverages draw one unit that reads a chain of noises.
func movingAverages() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 1, MaxLatents: 3, MinLatents: 2, Exact: true, MovingAverage: true}
}

// lagLatent is N̄ = A V Cᵀ = Cov(x_{t+1}, y_t).
func (p process) lagLatent() certificate.Expr { return p.a.Times(p.x).Times(p.c.T()) }

func judgeSteadyState(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.SteadyState == nil {
		return theorems.Missing("SteadyState")
	}
	got, err := s.SteadyState(t.lds)
	if err != nil {
		return err
	}
	n, k := t.Units(), t.Latents()
	f.Demand("covariances K×K, gains K×N, innovations N×N", shaped(got.PredictorCov, k, k) && shaped(got.FilterCov, k, k) &&
		shaped(got.PredictorGain, k, n) && shaped(got.FilterGain, k, n) && shaped(got.Innovation, n, n))
	if f.Verdict == theorems.Fails {
		return nil
	}
	long := t.law.PredictionCovariance(pastSteps)
	rest, restState, err := t.settledAfter(pastSteps)
	if err != nil {
		return err
	}
	v := dense.NormFro(t.law.StateCovariance())
	c := dense.NormFro(t.C)
	base := t.stationaryError() + operations(n+k)*t.u*(v+smallest)
	// What y says is off by the rounding of its terms, beside which innovations, or
	// what one unit says beside others, may be small.
	l, err := newLatent(t.LatentSystem)
	if err != nil {
		return err
	}
	_, kappa := t.gapError(l)
	settled := base * (clearly + c*math.Sqrt(v/leastVariance(long)*kappa))
	known := math.Sqrt(t.u) * v // a root on the circle, or near: at least half of the digits
	if rest < tooRough*largest(long) {
		known = settled
	}
	scale := c*c*v + dense.NormFro(t.R) + smallest // terms of variances, which may cancel
	expectClose(f, "|S − Var(y_{h+1} | y_1 … y_h)|", got.Innovation, long, rest+c*c*(known+base)+operations(n)*t.u*scale, scale)

	// Σ itself, where no unit looks too.
	longState, err := stateCovariance(t.law, pastSteps)
	if err != nil {
		return err
	}
	knownState := math.Sqrt(t.u) * v
	if restState < tooRough*largest(longState) {
		knownState = settled
	}
	expectClose(f, "|Σ − Var(x_{h+1} | y_1 … y_h)|", got.PredictorCov, longState, restState+knownState+base, v+smallest)

	// Identities between the numbers handed out.
	sigma, filterGain := got.PredictorCov, got.FilterGain
	innovation := plus(times(times(t.C, sigma), transposed(t.C)), t.R)
	expectClose(f, "|S − (C Σ Cᵀ + R_v)|", got.Innovation, innovation, operations(n+k)*t.u*scale, scale)
	a := dense.NormFro(t.A)
	gainSize := dense.NormFro(filterGain)
	expectClose(f, "|K − A K_f|", got.PredictorGain, times(t.A, filterGain), operations(k)*t.u*(1+a)*(gainSize+smallest), gainSize+smallest)
	d := deviations(innovation)
	kappa = 1.0
	if s := dense.SingularValues(scaledTo(innovation, d)); s[len(s)-1] > 0 {
		kappa = s[0] / s[len(s)-1]
	} else {
		kappa = math.Inf(1)
	}
	unique := kappa < regularInnovation
	if unique {
		error := operations(n+k) * t.u * kappa * (1 + v*c*c/math.Max(leastVariance(innovation), smallest)) * (v + smallest)
		expectClose(f, "|K_f S − Σ Cᵀ|", times(filterGain, got.Innovation), times(sigma, transposed(t.C)), error*(c+1)+operations(n+k)*t.u*gainSize*scale, v*c+smallest)
		expectClose(f, "|Σ_f − (Σ − K_f S K_fᵀ)|", got.FilterCov, minus(sigma, times(times(filterGain, got.Innovation), transposed(filterGain))), error*(1+gainSize*c)*(1+gainSize*c), v+smallest)
	}
	closed := minus(t.A, times(got.PredictorGain, t.C))
	if values, radii, err := dense.Spectrum(closed); err == nil {
		radius := 0.0
		for i, x := range values {
			radius = math.Max(radius, cmplx.Abs(x)+radii[i])
		}
		// A and K C may cancel; a perturbation of that size moves eigenvalues by no
		// more than Elsner's bound (2‖A − KC‖)^(1−1/K)‖δ‖^(1/K).
		size := dense.NormFro(closed)
		perturbed := operations(n+k) * t.u * (size + a*(1+gainSize*c))
		moved := spectralVariation(k, size, perturbed)
		f.Expect("|ρ(A − KC) − that of the gains handed out|", math.Abs(radius-got.ClosedLoopRadius), moved, 1+radius)
		if !unique {
			return nil
		}
		known := math.Pow(t.u, 0.25)
		if t.hasDoubleZero() {
			known = math.Pow(t.u, 0.125) // Σ to u^¼, and a double eigenvalue
		}
		f.Expect("ρ(A − KC) − 1, if it is positive", math.Max(0, radius-1), math.Max(moved, 4*known*(1+radius)), 1)
	}
	return nil
}

// spectralVariation bounds by how much an eigenvalue of a K×K matrix of norm size
// moves under a perturbation of norm delta (Elsner 1985).
func spectralVariation(k int, size, delta float64) float64 {
	if k == 0 {
		return 0
	}
	return math.Pow(2*size+delta, 1-1/float64(k)) * math.Pow(delta, 1/float64(k))
}

// reachedLimits are the inequalities of S12 that y_t = w_t ± w_{t−m} attains.
func reachedLimits() []theorems.Sharp {
	const why = "y_t = w_t ± w_{t−m}, a zero on the unit circle: who knows x_1 knows all that follows, so that the filter from there is at the limit at once, and the bound is all that is missing after h steps"
	var out []theorems.Sharp
	for _, check := range []string{"innovation covariance and gains", "zeros outside the unit circle"} {
		for _, what := range []string{"|S − Var(y_{h+1} | y_1 … y_h)|", "|Σ − Var(x_{h+1} | y_1 … y_h)|"} {
			out = append(out, theorems.Sharp{Check: check, What: what, Supremum: 1, Why: why})
		}
	}
	return out
}

// hasDoubleZero reports whether one unit reads a chain of three noises with
// c_0 + c_1 z + c_2 z² = c_0(1 ± z)², whose double zero is on the unit circle.
func (t *system) hasDoubleZero() bool {
	if t.Units() != 1 || t.Latents() != 3 {
		return false
	}
	for i, row := range t.A {
		for j, x := range row {
			if (i == j+1) != (x == 1) || i != j+1 && x != 0 {
				return false
			}
		}
	}
	c := t.C[0]
	return c[0] != 0 && c[0] == c[2] && math.Abs(c[1]) == 2*math.Abs(c[0])
}

// judgeMovingAverage knows the zeros of y_t = w_t + c w_{t−m}, of modulus
// |c|^(1/m): the filter is stabilizing iff |c| ≠ 1.
func judgeMovingAverage(f *theorems.Finding, t *system, s theorems.Subject) error {
	if err := judgeSteadyState(f, t, s); err != nil || f.Verdict == theorems.Fails {
		return err
	}
	got, err := s.SteadyState(t.lds)
	if err != nil {
		return err
	}
	if t.chainHasZeroOnCircle() {
		f.Demand("not stabilizing with a zero on the unit circle", !got.Stabilizing)
	}
	last, ok := t.lastOfAverage()
	if !ok { // made simpler until it is another process
		return nil
	}
	f.Demand("stabilizing iff there is no zero on the unit circle", got.Stabilizing == (math.Abs(last) != 1))
	return nil
}

// chainHasZeroOnCircle reports whether one unit reads a chain u_t, u_{t−1} … of
// one noise, u_t any function of the chain before, without noise of its own, and
// the largest zero of Σ c_i z^(K−1−i) is on the unit circle: no stable pole is there.
func (t *system) chainHasZeroOnCircle() bool {
	k := t.Latents()
	if t.Units() != 1 || k == 0 || t.R[0][0] != 0 || t.Q[0][0] == 0 {
		return false
	}
	zeros := make([]*big.Rat, k)
	for i, row := range t.A {
		for j, x := range row {
			if i > 0 && (x != 0) != (i == j+1) || i == j+1 && x != 1 || i+j > 0 && t.Q[i][j] != 0 {
				return false
			}
		}
		zeros[k-1-i] = theorems.Rational(t.C[0][i])
	}
	return exact.NewPoly(zeros...).UnitDisc() == exact.On
}

// lastOfAverage returns c of a system that is y_t = w_t + c w_{t−m}.
func (t *system) lastOfAverage() (c float64, ok bool) {
	ok = t.Units() == 1 && t.R[0][0] == 0 && t.Latents() > 1 && t.Q[0][0] > 0 && t.C[0][0] == 1
	for i := range t.A {
		for j := range t.A {
			shift := 0.0
			if i == j+1 {
				shift = 1
			}
			ok = ok && t.A[i][j] == shift && (i+j == 0 || t.Q[i][j] == 0)
		}
		if x := t.C[0][i]; i > 0 && x != 0 {
			ok, c = ok && c == 0, x
		}
	}
	return c, ok
}

// judgeInfinite asks for a loss of +∞ where there is one: the subject's number
// and the oracle's are infinite together.
func judgeInfinite(s theorems.Subject, c generators.System) (f theorems.Finding, err error) {
	if s.MarkovGap == nil {
		return f, theorems.Missing("MarkovGap")
	}
	// x_1 moves on to x_2 and x_3; units see x_1 and x_3, plus what was drawn.
	k := 3
	chain := generators.System{Form: c.Form, A: [][]float64{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, C: [][]float64{{1, 0, 0}, {0, 0, 1}}, QDiag: []float64{1, 0, 0}, RDiag: []float64{0, 0}}
	for i, q := range c.QDiag {
		if i < k && q > 0 {
			chain.QDiag[0] = q
		}
	}
	t, err := observeSystem(chain, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	got, err := s.MarkovGap(t.lds)
	if err != nil {
		return f, err
	}
	f.Demand("+∞ nats", math.IsInf(t.law.MarkovGap(), 1) && math.IsInf(got, 1))
	return f, nil
}

// riccatiFrom returns Σ after some steps of the filter from a covariance.
func (l *latent) riccatiFrom(sigma *exact.Matrix, steps int) *exact.Matrix {
	for range steps {
		s := l.c.Mul(sigma).Mul(l.c.T()).Add(l.r)
		gain := l.a.Mul(sigma).Mul(l.c.T())
		sigma = l.a.Mul(sigma).Mul(l.a.T()).Add(l.q).Sub(gain.Mul(s.GeneralizedInverse()).Mul(gain.T()))
	}
	return sigma
}

// decideRiccati: the sequence from V falls, and stays above that from Q.
func decideRiccati(l *latent) error {
	above, below := l.v, l.q
	for range 3 {
		next, lower := l.riccatiFrom(above, 1), l.riccatiFrom(below, 1)
		if err := semidefinite("Σ_t − Σ_{t+1} from V", above.Sub(next)); err != nil {
			return err
		}
		if err := semidefinite("Σ_t from V − Σ_t from Q", next.Sub(lower)); err != nil {
			return err
		}
		above, below = next, lower
	}
	return nil
}

// sameFromQ compares innovation variances after a few steps from V and from Q:
// those from V must have fallen towards those from Q.
func sameFromQ(l *latent) error {
	q := l.riccatiFrom(l.q, 1)
	if !q.Equal(l.q) {
		return nil // no fixed point: it moves on
	}
	if stays := l.riccatiFrom(l.v, 6); stays.Sub(q).Trace().Cmp(theorems.Rational(0.125)) > 0 {
		return theorems.Violatedf("from Q it stays at %v, from V it is %v after 6 steps", q, stays)
	}
	return nil
}

// stuckAtQ: y = (1+2z⁻¹)/(1−z⁻¹/2) w with Var w = ¼.
func stuckAtQ() theorems.Witness {
	// x = (u, w) with u_{t+1} = ½u_t + (5/2)w_t + w_{t+1} … in the form y_t = w_t + 2w_{t−1}.
	c := generators.System{Form: "structured", A: [][]float64{{0, 0}, {1, 0}}, C: [][]float64{{1, 2}}, QDiag: []float64{0.25, 0}, RDiag: []float64{0}}
	return theorems.Witness{Without: "the filter is started from V", Shows: "y_t = w_t + 2w_{t−1}, Var w = ¼: from Q the innovation variance stays ¼, from V it is 1", Case: c,
		Check: onSystems("from Q as from V", movingAverages(), sameFromQ)}
}

// circleIsNotStabilizing: y_t = w_t + w_{t−1} has Var_p = (p+2)/(p+1) Var w,
// far from settled after any number of steps.
func circleIsNotStabilizing() theorems.Witness {
	w := zeroOnTheCircle()
	w.Without = "there is no zero on the unit circle, for stabilizing"
	return w
}

// startedAtQ iterates the Riccati equation from Q, as code does.
func startedAtQ() theorems.Twin {
	return steadyTwin("started at Q", "the Riccati iteration begun at Q in place of V", func(l *model.LDS, s *theorems.SteadyState) {
		a, c, q, r := theorems.Rows(l.A()), theorems.Rows(l.C()), rows(l.Q()), rows(l.R())
		if len(a) == 0 {
			return
		}
		sigma := q
		var gain, innovation [][]float64
		for range 400 {
			innovation = plus(times(times(c, sigma), transposed(c)), r)
			gain = times(times(sigma, transposed(c)), pseudoInverse(innovation))
			filtered := minus(sigma, times(times(gain, c), sigma))
			sigma = plus(times(times(a, filtered), transposed(a)), q)
		}
		innovation = plus(times(times(c, sigma), transposed(c)), r)
		gain = times(times(sigma, transposed(c)), pseudoInverse(innovation))
		s.PredictorCov, s.FilterGain, s.PredictorGain, s.Innovation = sigma, gain, times(a, gain), innovation
		s.FilterCov = minus(sigma, times(times(gain, c), sigma))
	})
}
