package conversion

import (
	"math"
	"math/big"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// Memory is S5.
func Memory() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S5", ID: "conversion/memory",
		Statement: "The exact predictor of an LDS is the Kalman filter: given the past, y_{t+1} has the coefficients C (A − K C)^j K, K the predictor gain in steady state. The nats a step " +
			"that the best Markov model of order p loses never increase in p, and for R_v ≻ 0 fall like ρ(A − KC)^(2p) up to a polynomial. " +
			"With a zero on the unit circle they do not fall geometrically: y_t = w_t + w_{t−1} loses ½ ln((p+2)/(p+1)).",
		Source: "V (arXiv:2110.09804), from LDS to RNN; rates and the unit circle +",
		Given:  []string{"R_v ≻ 0, for the rate", "never increasing is not falling"},
		Needed: []theorems.Witness{zeroOnTheCircle(), notStrictly()},
		Why: "The oracle takes a past of finite length h off the joint law; what it misses is no more than what the state before that past would tell; a gain at Σ_∞ + E is off by F E CᵀS⁻¹. The information of a " +
			"further step is quadratic in a scaled conditional covariance, as in S2. Near the unit circle Σ_∞ is a double root, known to √u ‖V‖, and the nats to ½‖D⁻¹C‖² of it. A slope of ln(loss) is off by its last change times ρ²/(1−ρ²).",
		Claims: []theorems.Check{
			aboutSystems("nats lost by order p", memorySystems(), judgeMemory).Visiting("R_v = 0", "R_v singular", "K > N"),
			aboutSystems("coefficients of the predictor", rateSystems(2), judgeCoefficients),
			aboutSystems("rate ρ(A − KC)²", rateSystems(1), judgeRate),
			aboutSystems("zero on the unit circle", circleSystems(), judgeCircle).AsDrawn(),
		},
		Exact: []theorems.Check{
			onSystems("Var(y_{t+1} | p past) never increases", exactSystems(), decideMemory).Visiting("R_v = 0", "K > N"),
			onSystems("y_t = w_t + w_{t−1}: (p+2)/(p+1)", circleSystems(), decideCircle).AsDrawn(),
		},
		Certificates: []theorems.Certificate{
			identity("A V Cᵀ and A − KC: three steps of the filter are the regression on three observations", kept(latentShapes(), func(s certificate.Shape) bool { return s.N <= 4 && s.K <= 3 }), filterIsRegression),
		},
		Twins: []theorems.Twin{
			steadyTwin("filter gain for predictor gain", "C (A − K C)^j K with K of the filter", func(_ *model.LDS, s *theorems.SteadyState) { s.PredictorGain = s.FilterGain }),
			lossTwin("order off by one", "the loss of order p + 1 for that of p", 1),
			lossTwin("order off by one, the other way", "the loss of order p − 1 for that of p", -1),
			{Name: "half of the past", Mistake: "the loss against twice the order, not against all of the past", Break: func(s theorems.Subject) theorems.Subject {
				right := s.MarkovLoss
				s.MarkovLoss = func(l *model.LDS, order int) (float64, error) {
					a, err := right(l, order)
					if err != nil {
						return 0, err
					}
					b, err := right(l, 2*order+1)
					return a - b, err
				}
				return s
			}},
			{Name: "strictly", Mistake: "each further step taken to tell something", False: []theorems.Check{
				onSystems("strictly decreasing", exactSystems(), func(l *latent) error {
					if a, b := l.lossRatio(0, 1), l.lossRatio(1, 2); a.Cmp(big.NewRat(1, 1)) == 0 || b.Cmp(big.NewRat(1, 1)) == 0 {
						return theorems.Violatedf("a further observation tells nothing")
					}
					return nil
				})}},
			{Name: "one step is enough", Mistake: "order two taken to lose what order one does", False: []theorems.Check{
				onSystems("orders one and two lose the same", exactSystems(), func(l *latent) error {
					if r := l.lossRatio(1, 2); r.Cmp(big.NewRat(1, 1)) != 0 {
						return theorems.Violatedf("e^(−2·difference) = %v", r.RatString())
					}
					return nil
				})}},
		},
		Sharp: []theorems.Sharp{{Check: "nats lost by order p", What: "|loss of order p − ½ ln(det Var_p/det Var_h)|", Supremum: 1,
			Why: "what the oracle's past of length h misses is bounded by what x_1 would tell besides; where x_1 tells all innovations from then on (one noise, R_v = 0), that is what it misses"}},
		Slack: []theorems.Slack{{Check: "nats lost by order p", What: "loss of order p + 1 less that of p, if it is more",
			Why: "a loss rises from one order to the next by rounding alone, where in truth it stays: two neighbours are then of one computation and off by the same, to a few roundings, " +
				"but the bound takes each to be off by itself, and by the square root of rounding for a zero on the unit circle"}},
		MaxUnknown: 0.2,
	}
}

func memorySystems() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 2, MaxLatents: 3, MinLatents: 1, Modest: true}
}

// rateSystems have R_v ≻ 0 and at most so many latents.
func rateSystems(latents int) generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 2, MaxLatents: latents, MinLatents: 1, Modest: true, PositiveR: true, PositiveQ: true}
}

const pastSteps = 12 // of the oracle's finite past

// unsettled is what the state before pastSteps may still tell, in nats, where a
// zero is on the unit circle, or so near that rounding may put it there.
const unsettled = 1e-6

func judgeMemory(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.MarkovLoss == nil {
		return theorems.Missing("MarkovLoss")
	}
	l, err := newLatent(t.LatentSystem)
	if err != nil {
		return err
	}
	epsilon, kappa := t.gapError(l)
	rest, err := t.lossAfter(pastSteps)
	if err != nil {
		return err
	}
	rest += operations(t.Units()) * 0x1p-53 // of which it was computed
	// A double root Σ_∞ is known to √u of V, and the nats are ½ ln det(C Σ_∞Cᵀ + R_v).
	c := scaledNorm(t.C, deviations(t.law.PredictionCovariance(pastSteps)))
	doubled := math.Max(1, c*c*dense.NormFro(t.law.StateCovariance())/2)
	previous := math.Inf(1)
	for p := range 4 {
		got, err := s.MarkovLoss(t.lds, p)
		if err != nil {
			return err
		}
		want := t.law.OrderLoss(p, pastSteps)
		if !(rest < 0.1) && !math.IsInf(want, 1) {
			f.Abstain("a past that the oracle is too short for")
			return nil
		}
		if math.IsInf(want, 1) || math.IsInf(got, 1) {
			if kappa*epsilon > tooRough {
				f.Abstain("conditional variances within rounding of zero")
				return nil
			}
			f.Demand("infinite iff all of the past determines what p steps do not", math.IsInf(got, 1) == math.IsInf(want, 1))
			previous = got
			continue
		}
		e := epsilon * math.Exp(2*want)
		rounding := float64(t.Units()) * (2*math.Sqrt(2*want) + e) * e
		if rest > unsettled { // a zero on the unit circle, or near: as judgeCircle
			rounding += math.Sqrt(operations(t.Latents())*t.u) * doubled
		}
		f.Expect("|loss of order p − ½ ln(det Var_p/det Var_h)|", math.Abs(got-want), rounding+rest, math.Max(want, tooRough))
		if !math.IsInf(previous, 1) {
			f.Expect("loss of order p + 1 less that of p, if it is more", math.Max(0, got-previous), 2*rounding, 1+want)
		}
		previous = got
	}
	return nil
}

// lossAfter bounds what order p loses against all of the past. To know x_1
// besides tells no less than any past before y_1: so the loss is at most
// ½ ln(det Var(y_{p+1} | p past)/det Var(y_{p+1} | p past, x_1)). Where a zero
// lies outside the unit circle that does not fall to 0.
func (t *system) lossAfter(p int) (float64, error) {
	known, err := t.fromKnownState()
	if err != nil {
		return 0, err
	}
	above, below := t.law.PredictionCovariance(p), known.PredictionCovariance(p)
	d := deviations(above)
	a, b := dense.SingularValues(scaledTo(above, d)), dense.SingularValues(scaledTo(below, d))
	ratio := 1.0
	for i := range a {
		if a[i] <= operations(len(a))*0x1p-53*a[0] {
			continue // some combination of units is known: no more is, from x_1
		}
		ratio *= a[i] / b[i]
	}
	return math.Log(ratio) / 2, nil
}

// fromKnownState is the process whose x_1 is 0 for certain.
func (t *system) fromKnownState() (*gaussian.Process, error) {
	l := gaussianOf(t.LatentSystem)
	l.Mean, l.Cov = make([]float64, t.Latents()), orZeros(nil, t.Latents())
	return l.Process()
}

func judgeCoefficients(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.SteadyState == nil {
		return theorems.Missing("SteadyState")
	}
	got, err := s.SteadyState(t.lds)
	if err != nil {
		return err
	}
	k, n := t.Latents(), t.Units()
	f.Demand("the predictor gain is K×N", shaped(got.PredictorGain, k, n))
	if f.Verdict == theorems.Fails {
		return nil
	}
	truth := gaussian.LDS{A: t.A, C: t.C, Q: t.Q, R: t.R}
	l, err := newLatent(t.LatentSystem)
	if err != nil {
		return err
	}
	_, kappa := t.gapError(l)
	closed := minus(t.A, times(got.PredictorGain, t.C))
	coefficient := got.PredictorGain
	growth := 1.0
	for j := range 3 {
		unsettled, err := t.coefficientsUnsettled(truth, pastSteps, j)
		if err != nil {
			return err
		}
		for i := range n {
			long, rest := impulse(truth, n, i, j, pastSteps), unsettled[i]
			// A gain is Cov(x, y) Var(y)⁻¹, of terms of the size of deviations.
			size := dense.VectorNorm2(long) + dense.NormFro(t.A)*math.Sqrt(dense.NormFro(t.law.StateCovariance())*kappa/leastVariance(t.law.Covariance(1)))
			if rest > size/100 {
				f.Abstain("a past that the oracle is too short for")
				return nil
			}
			rounding := operations(n+k) * t.u * kappa * (1 + t.law.Amplification()) * size * growth
			e := dense.VectorNorm2(difference(columnOf(coefficient, i), long))
			f.Expect("|(A − KC)^jK − regression on the past|", e, rest+rounding, size)
		}
		coefficient = times(closed, coefficient)
		growth *= 1 + dense.NormFro(closed)
	}
	return nil
}

// impulse returns what x_{h+1} is expected to be if all was zero but unit i, j
// steps before h.
func impulse(l gaussian.LDS, units, i, j, h int) []float64 {
	y := make([][]float64, h)
	for t := range y {
		y[t] = make([]float64, units)
	}
	y[h-1-j][i] = 1
	mean, _, err := l.Posterior(y, nil, h+1, h)
	if err != nil {
		return make([]float64, len(l.A))
	}
	return mean
}

func difference(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

func columnOf(m [][]float64, j int) []float64 {
	out := make([]float64, len(m))
	for i := range m {
		out[i] = m[i][j]
	}
	return out
}

// circleSystems are y_t = w_t + w_{t−1}: a zero at −1.
func circleSystems() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 1, MaxLatents: 2, MinLatents: 2, Exact: true, ZeroOnTheCircle: true}
}

func judgeCircle(f *theorems.Finding, t *system, s theorems.Subject) error {
	if s.MarkovLoss == nil {
		return theorems.Missing("MarkovLoss")
	}
	for p := range 4 {
		got, err := s.MarkovLoss(t.lds, p)
		if err != nil {
			return err
		}
		want := math.Log(float64(p+2)/float64(p+1)) / 2
		// The innovation variance s is a double root, (s − q)² = 0, of an equation
		// known to rounding: ½ ln s is off by half of the square root of that.
		f.Expect("|loss − ½ ln((p+2)/(p+1))|", math.Abs(got-want), math.Sqrt(operations(t.Latents())*t.u), want)
	}
	return nil
}

// lossRatio is e^(−2·what order p loses against order q).
func (l *latent) lossRatio(p, q int) *big.Rat {
	n := l.c.Rows()
	return gaussian.RatioOfDeterminants(l.joint(q+1), indices(q*n, n), indices(0, (q-p)*n), indices((q-p)*n, p*n))
}

func decideMemory(l *latent) error {
	one := big.NewRat(1, 1)
	for p := range 3 {
		if r := l.lossRatio(p, p+1); r.Cmp(one) > 0 {
			return theorems.Violatedf("order %d predicts worse than order %d: e^(−2I) = %v", p+1, p, r.RatString())
		}
	}
	return nil
}

func decideCircle(l *latent) error {
	// Var(y_{p+1} | p past) = q (p+2)/(p+1), so each step tells (p+2)²/((p+1)(p+3)).
	for p := range 4 {
		want := big.NewRat(int64((p+1)*(p+3)), int64((p+2)*(p+2)))
		if got := l.lossRatio(p, p+1); got.Cmp(want) != 0 {
			return theorems.Violatedf("det Var_%d/det Var_%d = %v, not %v", p+1, p, got.RatString(), want.RatString())
		}
	}
	return nil
}

// filterIsRegression: three steps of the Kalman filter from V against the
// regression of x_4 on (y_1, y_2, y_3).
func filterIsRegression(g generic) []certificate.Equation {
	p := g.stationaryLDS()
	var rows [][]certificate.Expr
	var cross []certificate.Expr
	for t := range 3 {
		row := make([]certificate.Expr, 3)
		for s := range 3 {
			if t >= s {
				row[s] = p.lag(t - s)
			} else {
				row[s] = p.lag(s - t).T()
			}
		}
		rows = append(rows, row)
		cross = append(cross, p.a.Pow(3-t).Times(p.x).Times(p.c.T())) // Cov(x_4, y_{t+1})
	}
	regression := g.b.HStack(cross...).Times(g.b.Block(rows).Inverse())
	cov := p.x
	var gains, loops []certificate.Expr
	for range 3 {
		innovation := p.c.Times(cov).Times(p.c.T()).Plus(p.r)
		gain := p.a.Times(cov).Times(p.c.T()).Times(innovation.Inverse())
		gains, loops = append(gains, gain), append(loops, p.a.Minus(gain.Times(p.c)))
		cov = p.a.Times(cov).Times(p.a.T()).Plus(p.q).Minus(gain.Times(innovation).Times(gain.T()))
	}
	return []certificate.Equation{g.b.HStack(loops[2].Times(loops[1]).Times(gains[0]), loops[2].Times(gains[1]), gains[2]).Equals(regression)}
}

// zeroOnTheCircle: A = [[0,0],[1,0]], C = [1 1], Q = diag(1, 0), R_v = 0.
func zeroOnTheCircle() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0, 0}, {1, 0}}, C: [][]float64{{1, 1}}, QDiag: []float64{1, 0}, RDiag: []float64{0}}
	return theorems.Witness{Without: "R_v ≻ 0, for the rate", Shows: "y_t = w_t + w_{t−1} loses ½ ln((p+2)/(p+1)): order 3 still loses 0.11 nats", Case: c,
		Check: onSystems("each step halves what is left to tell", circleSystems(), func(l *latent) error {
			one := big.NewRat(1, 1)
			for p := 1; p < 4; p++ {
				now, next := new(big.Rat).Sub(one, l.lossRatio(p, p+1)), new(big.Rat).Sub(one, l.lossRatio(p+1, p+2))
				if next.Mul(next, big.NewRat(2, 1)).Cmp(now) > 0 {
					return theorems.Violatedf("from order %d on: 1 − e^(−2I) = %v, and then half of %v", p, now.RatString(), next.RatString())
				}
			}
			return nil
		})}
}

// notStrictly: y_t = ½ y_{t−2} + w: the observation before tells nothing.
func notStrictly() theorems.Witness {
	c := generators.System{Form: "structured", A: [][]float64{{0, 0.5}, {1, 0}}, C: [][]float64{{1, 0}}, QDiag: []float64{1, 0}, RDiag: []float64{0}}
	return theorems.Witness{Without: "never increasing is not falling", Shows: "y_t = ½ y_{t−2} + w_t: orders 0 and 1 lose the same", Case: c,
		Check: onSystems("order one is better than order zero", exactSystems(), func(l *latent) error {
			if r := l.lossRatio(0, 1); r.Cmp(big.NewRat(1, 1)) == 0 {
				return theorems.Violatedf("y_{t−1} tells nothing of y_t")
			}
			return nil
		})}
}

// steadyTwin changes the steady state.
func steadyTwin(name, mistake string, wrong func(l *model.LDS, s *theorems.SteadyState)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.SteadyState
		s.SteadyState = func(l *model.LDS) (*theorems.SteadyState, error) {
			got, err := right(l)
			if err == nil {
				wrong(l, got)
			}
			return got, err
		}
		return s
	}}
}

// lossTwin shifts the order.
func lossTwin(name, mistake string, by int) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.MarkovLoss
		s.MarkovLoss = func(l *model.LDS, order int) (float64, error) { return right(l, max(0, order+by)) }
		return s
	}}
}
