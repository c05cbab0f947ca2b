package conversion

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/exact"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
)

// OneLikelihood is S8.
func OneLikelihood() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S8", ID: "conversion/one-likelihood",
		Statement: "For P ≻ 0 and any data y_1 … y_T, three algorithms give one number: the network's Markov log-likelihood Σ ln p(y_{t+1} | y_t), the converted LDS's Kalman " +
			"log-likelihood, and the joint Gaussian log-density; with entries missing, the last two. So do, of any LDS, Kalman filter, predictor and smoother and the joint law " +
			"of latents and observations. Where the observed numbers have no joint density, there is none to give.",
		Source: "V (arXiv:2110.09804), from RNN to LDS; missing entries and singular laws +",
		Given:  []string{"the observed numbers have a joint density"},
		Needed: []theorems.Witness{conditionalPseudoDeterminants()},
		Why: "ln det and the quadratic form of a covariance whose entries are off by ε of its correlations differ by ε times their condition κ, n + κ|quadratic| at most; " +
			"κ of the joint correlations is the oracle's. A conversion adds its own error of the law (S6), a given mean its rounding over the deviation of y, which may be small beside it. " +
			"That the law excludes data a filter may tell to half of its digits, √(2u) of their terms.",
		Claims: []theorems.Check{
			theorems.Deciding(theorems.Claim("Markov, Kalman and joint density of a network", generators.ObservedRecurrents(likelyNetworks(), recordings()), judgeThreeLikelihoods).
				Visiting("T = 1", "N = 1", "R = N", "G singular", "missing entries"), oneLaw, decideObservedConversion),
			theorems.Deciding(theorems.Claim("Markov and joint density of a network", generators.ObservedRecurrents(likelyNetworks(), generators.RecordingOptions{MaxSteps: 5}), judgeMarkovLikelihood).
				Visiting("T = 1", "N = 1"), oneLaw, decideObservedConversion),
			theorems.Deciding(theorems.Claim("Kalman and joint density of an LDS", generators.ObservedSystems(likelySystems(), recordings()), judgeKalman).
				Visiting("T = 1", "N = 1", "K > N", "R_v singular", "R_v = 0", "Q singular", "missing entries", "initial law", "graded covariance"), innovationsJoin, decideInnovations),
			theorems.Deciding(theorems.Claim("predictor, filter and smoother", generators.ObservedSystems(likelySystems(), recordings()), judgeEstimates).
				Visiting("T = 1", "R_v singular", "Q singular", "missing entries", "initial law"), innovationsJoin, decideInnovations),
		},
		Certificates: []theorems.Certificate{
			identity("det and quadratic form: joint = Markov, T = 3", kept(recurrentShapes(), func(s certificate.Shape) bool { return s.N <= 5 && s.R <= 2 }), jointIsMarkov),
			identity("Kalman on the converted LDS: innovations y_{t+1} − Jy_t of covariance P, t ≤ 3", recurrentShapes(), innovationsAreNoise),
		},
		Twins: []theorems.Twin{
			{Name: "nothing learnt", Mistake: "the covariance of the latents not conditioned on what was observed", False: []theorems.Check{
				theorems.Decide("innovations of the unconditioned covariance", generators.ObservedSystems(likelySystems(), recordings()), func(c generators.ObservedSystem) error {
					return innovations(c, func(x, _, _ *exact.Matrix) *exact.Matrix { return x })
				})}},
			ldsLikelihoodTwin("half of ln det", "ln det off by a factor ½", func(l *model.LDS, y model.Observations, right float64) float64 {
				return right + 0.25*logDetOf(l, y)
			}),
			ldsLikelihoodTwin("2π left out", "the constant n ln 2π/2 forgotten", func(_ *model.LDS, y model.Observations, right float64) float64 {
				return right + 0.5*math.Log(2*math.Pi)*float64(len(y.Y)*len(y.Y[0]))
			}),
			{Name: "missing as zero", Mistake: "missing entries read as zeros", Break: func(s theorems.Subject) theorems.Subject {
				right := s.LDSLogLikelihood
				s.LDSLogLikelihood = func(l *model.LDS, y model.Observations) (float64, error) { return right(l, filledWithZeros(y)) }
				estimate := s.Estimate
				s.Estimate = func(l *model.LDS, y model.Observations) (*theorems.Estimates, error) {
					return estimate(l, filledWithZeros(y))
				}
				return s
			}},
			{Name: "y_1 left out", Mistake: "the Markov product begun at y_2", Break: func(s theorems.Subject) theorems.Subject {
				right := s.RNNLogLikelihood
				s.RNNLogLikelihood = func(net *model.LinearRNN, y model.Observations) (float64, error) {
					v, err := right(net, y)
					first, err2 := right(net, model.Observations{Y: y.Y[:1]})
					if err != nil || err2 != nil {
						return v, errors.Join(err, err2)
					}
					return v - first, nil
				}
				return s
			}},
			{Name: "filter for predictor", Mistake: "the law of x_t given y_1 … y_t handed out as that given y_1 … y_{t−1}", Break: func(s theorems.Subject) theorems.Subject {
				right := s.Estimate
				s.Estimate = func(l *model.LDS, y model.Observations) (*theorems.Estimates, error) {
					e, err := right(l, y)
					if err == nil {
						e.PredictedMean, e.PredictedCov = e.FilteredMean, e.FilteredCov
					}
					return e, err
				}
				return s
			}},
			{Name: "filter for smoother", Mistake: "no pass backward", Break: func(s theorems.Subject) theorems.Subject {
				right := s.Estimate
				s.Estimate = func(l *model.LDS, y model.Observations) (*theorems.Estimates, error) {
					e, err := right(l, y)
					if err == nil {
						e.SmoothedMean, e.SmoothedCov = e.FilteredMean, e.FilteredCov
					}
					return e, err
				}
				return s
			}},
		},
		MaxUnknown: 0.15,
	}
}

func likelyNetworks() generators.RecurrentOptions {
	return generators.RecurrentOptions{MaxUnits: 4, MaxRank: 2, Initial: generators.Either, PositiveP: true}
}

func likelySystems() generators.SystemOptions {
	return generators.SystemOptions{MaxUnits: 3, MaxLatents: 3, Initial: generators.Either}
}

func recordings() generators.RecordingOptions {
	return generators.RecordingOptions{MaxSteps: 5, Missing: true}
}

// recording is data as model and as oracle have it.
func recording(y [][]float64, missing [][]int) model.Observations {
	o := model.Observations{Y: y}
	any := false
	for _, row := range missing {
		m := make([]bool, len(row))
		for i, x := range row {
			m[i] = x != 0
			any = any || m[i]
		}
		o.Missing = append(o.Missing, m)
	}
	if !any {
		o.Missing = nil
	}
	return o
}

func filledWithZeros(y model.Observations) model.Observations {
	out := model.Observations{}
	for t, row := range y.Y {
		row = append([]float64{}, row...)
		for i := range row {
			if y.Missing != nil && y.Missing[t][i] {
				row[i] = 0
			}
		}
		out.Y = append(out.Y, row)
	}
	return out
}

// expectLogDensity compares a log-likelihood with the joint density.
func expectLogDensity(f *theorems.Finding, what string, got float64, d gaussian.Density, relative float64) {
	n := float64(d.Observed)
	bound := relative * d.Condition * (n + math.Abs(d.Quadratic))
	f.Expect(what, math.Abs(got-d.LogDensity), bound, n+math.Abs(d.Quadratic)+math.Abs(d.LogDet))
}

func judgeThreeLikelihoods(s theorems.Subject, c generators.ObservedRecurrent) (f theorems.Finding, err error) {
	if s.RNNLogLikelihood == nil || s.LDSFromRNN == nil || s.LDSLogLikelihood == nil {
		return f, theorems.Missing("RNNLogLikelihood, LDSFromRNN, LDSLogLikelihood")
	}
	t, err := observeNetwork(c.Recurrent, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	return f, t.expectThreeLikelihoods(&f, s, recording(c.Y, c.Missing))
}

// judgeMarkovLikelihood compares the Markov product alone with the joint density.
func judgeMarkovLikelihood(s theorems.Subject, c generators.ObservedRecurrent) (f theorems.Finding, err error) {
	if s.RNNLogLikelihood == nil {
		return f, theorems.Missing("RNNLogLikelihood")
	}
	t, err := observeNetwork(c.Recurrent, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	y := recording(c.Y, c.Missing)
	l, err := t.likelihood(y)
	if err != nil {
		return f, err
	}
	return f, t.expectMarkovLikelihood(&f, s, y, l)
}

// likelihood is the joint density of what a network is observed to do, and what
// may be missed of it.
type likelihood struct {
	gaussian.Density
	relative float64 // error of the correlations
}

func (t *network) likelihood(y model.Observations) (l likelihood, err error) {
	l.Density, err = t.law.LogDensity(y.Y, y.Missing)
	if errors.Is(err, gaussian.ErrSingular) {
		return l, theorems.ErrUndecided // P ≻ 0 is the hypothesis
	}
	// y_1 … y_T from (y_0, ε_0 …): each covariance is a few products of the
	// loadings, in which y may cancel.
	j := t.gain()
	l.relative = operations(t.Units()*len(y.Y)) * t.u * (1 + j*j) * (1 + t.startError())
	return l, err
}

// withinRounding reports whether a refusal is of a covariance that is within
// rounding of a singular one.
func (l likelihood) withinRounding(err error) bool {
	return (errors.Is(err, model.ErrSingular) || errors.Is(err, model.ErrInvalid)) && l.relative*l.Condition > tooRough
}

// expectMarkovLikelihood compares the Markov product, which is one where no
// entry is missing.
func (t *network) expectMarkovLikelihood(f *theorems.Finding, s theorems.Subject, y model.Observations, l likelihood) error {
	if y.Missing != nil {
		return nil
	}
	got, err := s.RNNLogLikelihood(t.net, y)
	if l.withinRounding(err) {
		f.Abstain("a covariance within rounding of a singular one")
		return nil
	}
	if err == nil {
		expectLogDensity(f, "|Markov − joint log-density|", got, l.Density, l.relative)
	}
	return err
}

// expectThreeLikelihoods compares Markov product, Kalman filter and joint density.
func (t *network) expectThreeLikelihoods(f *theorems.Finding, s theorems.Subject, y model.Observations) error {
	l, err := t.likelihood(y)
	if err != nil {
		return err
	}
	if err := t.expectMarkovLikelihood(f, s, y, l); err != nil || f.Verdict == theorems.Unknown {
		return err
	}
	scale := t.deviations()
	converted, err := s.LDSFromRNN(t.net)
	if err != nil {
		return err
	}
	r, err := t.exactly()
	if err != nil {
		return err
	}
	if !wellFormed(f, converted.LatentSystem) {
		return nil
	}
	lds, err := asModel(converted.LatentSystem, scale)
	if err != nil {
		f.Demand("the converted LDS is admissible", false)
		return nil
	}
	got, err := s.LDSLogLikelihood(lds, y)
	if l.withinRounding(err) {
		f.Abstain("a covariance within rounding of a singular one")
		return nil
	}
	if err != nil {
		return err
	}
	e := t.conversionError(r, converted.LatentSystem, scale)
	c2 := dense.NormFro(scaledSides(converted.C, scale, ones(len(converted.A))))
	states := dense.NormFro(converted.Cov) + dense.NormFro(converted.Q)
	if process, err := gaussianOf(converted.LatentSystem).Process(); err == nil && !t.HasInitial() {
		states = dense.NormFro(process.StateCovariance())
	}
	a := 1 + dense.NormFro(converted.A)
	law := e.r + c2*c2*a*a*(e.q+e.cov+2*e.a*states)*(1+t.startError()) + 2*c2*states*e.c
	expectLogDensity(f, "|Kalman on the converted LDS − joint log-density|", got, l.Density, l.relative+4*law)
	return nil
}

// gain is how much larger than y_{t+1} the terms may be that it is the sum of: the
// largest of Σ_j (|M||N|ᵀ)_ij times the ratio of deviations of y_t and y_{t+1}.
func (t *network) gain() float64 {
	now, next := deviations(t.law.Covariance(1)), t.deviations()
	if t.HasInitial() {
		for i, x := range deviations(t.Cov) {
			next[i] = math.Max(next[i], x)
		}
		for i, x := range t.Mean {
			next[i] = math.Max(next[i], math.Abs(x))
		}
	}
	most := 0.0
	for i := range t.M {
		sum := 0.0
		for j := range t.N {
			for k := range t.M[i] {
				sum += math.Abs(t.M[i][k]*t.N[j][k]) * next[j]
			}
		}
		most = math.Max(most, sum/orOne(now[i]))
	}
	return most
}

// startError is what a stationary law amplifies rounding by; 0 for a given one.
func (t *network) startError() float64 {
	if t.HasInitial() {
		return 0
	}
	return t.law.Amplification()
}

func judgeKalman(s theorems.Subject, c generators.ObservedSystem) (f theorems.Finding, err error) {
	if s.LDSLogLikelihood == nil {
		return f, theorems.Missing("LDSLogLikelihood")
	}
	t, err := observeSystem(c.System, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	return f, t.expectKalman(&f, s, recording(c.Y, c.Missing))
}

// expectKalman compares the filter's log-likelihood with the joint density.
func (t *system) expectKalman(f *theorems.Finding, s theorems.Subject, y model.Observations) error {
	d, wantErr := t.law.LogDensity(y.Y, y.Missing)
	got, err := s.LDSLogLikelihood(t.lds, y)
	switch {
	case errors.Is(wantErr, gaussian.ErrSingular):
		// Data that the law excludes may be refused as such.
		return f.DemandRefusal("no density where there is none", err, model.ErrSingular, model.ErrInvalid)
	case wantErr != nil:
		return wantErr
	case (errors.Is(err, model.ErrSingular) || errors.Is(err, model.ErrInvalid)) && t.u*d.Condition*operations(len(y.Y)*t.Units()) > tooRough:
		f.Abstain("a covariance within rounding of a singular one")
		return nil
	case err != nil:
		return err
	}
	expectLogDensity(f, "|Kalman − joint log-density|", got, d, t.filterError(len(y.Y))+t.meanError(y, d))
	return t.expectBystanders(f, s, y, d)
}

// filterError is the relative error of the correlations that a filter works
// with, before conditioning: that of covariances of latents read out.
func (t *system) filterError(steps int) float64 {
	relative := operations(steps*(t.Units()+t.Latents())) * t.u
	cov := t.law.Covariance(1)
	c := scaledNorm(t.C, deviations(cov))
	x := dense.NormFro(t.law.StateCovariance())
	a := 1 + dense.NormFro(t.A)
	amplified := relative * c * c * x * a * a
	if !t.HasInitial() {
		amplified += c * c * t.stationaryError()
	}
	return relative + amplified
}

// meanError is, in the units of filterError, what rounding the given mean of the
// state does to y − E y: in standard deviations of y it is as large as they are
// small beside the terms of C A^{t−1}E x_1, in which y may cancel.
func (t *system) meanError(y model.Observations, d gaussian.Density) float64 {
	if !t.HasInitial() || d.Observed == 0 {
		return 0
	}
	deviation, state, off := deviations(t.law.Covariance(len(y.Y))), t.Mean, 0.0
	for step, row := range y.Y {
		terms := dense.AbsMatVec(t.C, state)
		for i, x := range row {
			if s := deviation[step*t.Units()+i]; s > 0 && (y.Missing == nil || !y.Missing[step][i]) {
				off = math.Hypot(off, operations(t.Units()+t.Latents()*(step+1))*t.u*(terms[i]+math.Abs(x))/s)
			}
		}
		state = dense.AbsMatVec(t.A, state)
	}
	return off * (2*math.Sqrt(math.Abs(d.Quadratic)) + off) / (float64(d.Observed) + math.Abs(d.Quadratic))
}

func logDetOf(l *model.LDS, y model.Observations) float64 {
	p := gaussian.LDS{A: theorems.Rows(l.A()), C: theorems.Rows(l.C()), Q: rows(l.Q()), R: rows(l.R())}
	if l.Latents() == 0 {
		p.C = make([][]float64, l.Units())
	}
	if g, ok := l.Initial(); ok {
		p.Mean, p.Cov = g.Mean, rows(g.Cov)
	}
	law, err := p.Process()
	if err != nil {
		return 0
	}
	d, err := law.LogDensity(y.Y, y.Missing)
	if err != nil {
		return 0
	}
	return d.LogDet
}

// ldsLikelihoodTwin changes the Kalman log-likelihood.
func ldsLikelihoodTwin(name, mistake string, wrong func(l *model.LDS, y model.Observations, right float64) float64) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		right := s.LDSLogLikelihood
		s.LDSLogLikelihood = func(l *model.LDS, y model.Observations) (float64, error) {
			v, err := right(l, y)
			if err != nil {
				return v, err
			}
			return wrong(l, y, v), nil
		}
		return s
	}}
}
