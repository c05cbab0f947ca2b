package conversion

import (
	"errors"
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/oracles/gaussian"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// OneLikelihood is S8.
func OneLikelihood() theorems.Theorem {
	return theorems.Theorem{
		Ref: "S8", ID: "conversion/one-likelihood",
		Statement: "For P ≻ 0 and any data y_1 … y_T, three algorithms give one number: the network's Markov log-likelihood Σ ln p(y_{t+1} | y_t), the converted LDS's Kalman " +
			"log-likelihood, and the joint Gaussian log-density; with entries missing, the last two. So do, of any LDS, Kalman filter, predictor and smoother and the joint law " +
			"of latents and observations. Where the observed numbers have no joint density, there is none to give.",
		Source: "V (arXiv:2110.09804), section 3.2; missing entries and singular laws +",
		Given:  []string{"the observed numbers have a joint density"},
		Needed: []theorems.Witness{conditionalPseudoDeterminants()},
		Why: "ln det and the quadratic form of a covariance whose entries are off by ε of its correlations differ by ε times their condition κ, n + κ|quadratic| at most; " +
			"κ of the joint correlations is the oracle's. A conversion adds its own error of the law (S6).",
		Claims: []theorems.Check{
			theorems.Claim("Markov, Kalman and joint density of a network", generators.ObservedRecurrents(likelyNetworks(), recordings()), judgeThreeLikelihoods).
				Visiting("T = 1", "N = 1", "R = N", "G singular", "missing entries"),
			theorems.Claim("Kalman and joint density of an LDS", generators.ObservedSystems(likelySystems(), recordings()), judgeKalman).
				Visiting("T = 1", "N = 1", "K > N", "R_v singular", "R_v = 0", "Q singular", "missing entries", "initial law", "graded covariance"),
			theorems.Claim("predictor, filter and smoother", generators.ObservedSystems(likelySystems(), recordings()), judgeEstimates).
				Visiting("T = 1", "R_v singular", "Q singular", "missing entries", "initial law"),
		},
		Certificates: []theorems.Certificate{
			identity("det and quadratic form: joint = Markov, T = 3", kept(recurrentShapes(), func(s certificate.Shape) bool { return s.N <= 5 && s.R <= 2 }), jointIsMarkov),
			identity("Kalman on the converted LDS: innovations y_{t+1} − Jy_t of covariance P, t ≤ 3", recurrentShapes(), innovationsAreNoise),
		},
		Twins: []theorems.Twin{
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
	y := recording(c.Y, c.Missing)
	d, err := t.law.LogDensity(y.Y, y.Missing)
	if errors.Is(err, gaussian.ErrSingular) {
		return f, theorems.ErrUndecided // shrinking took P ≻ 0 away
	}
	if err != nil {
		return f, err
	}
	// y_1 … y_T from (y_0, ε_0 …): each covariance is a few products of J.
	j := 1 + dense.NormFro(t.J)
	cov := t.law.Covariance(1)
	relative := operations(t.Units()*len(c.Y)) * t.u * (1 + math.Pow(j, 2)) * (1 + t.startError(cov))
	if y.Missing == nil {
		got, err := s.RNNLogLikelihood(t.net, y)
		if err != nil {
			return f, err
		}
		expectLogDensity(&f, "|Markov − joint log-density|", got, d, relative)
	}
	converted, err := s.LDSFromRNN(t.net)
	if err != nil {
		return f, err
	}
	r, err := t.exactly()
	if err != nil {
		return f, err
	}
	if !wellFormed(&f, converted.LatentSystem) {
		return f, nil
	}
	lds, err := asModel(converted.LatentSystem)
	if err != nil {
		f.Demand("the converted LDS is admissible", false)
		return f, nil
	}
	got, err := s.LDSLogLikelihood(lds, y)
	if err != nil {
		return f, err
	}
	scale := t.deviations()
	e := t.conversionError(r, converted.LatentSystem, scale)
	c2 := dense.NormFro(scaledSides(converted.C, scale, ones(len(converted.A))))
	states := dense.NormFro(converted.Cov) + dense.NormFro(converted.Q)
	if process, err := gaussianOf(converted.LatentSystem).Process(); err == nil && !t.HasInitial() {
		states = dense.NormFro(process.StateCovariance())
	}
	a := 1 + dense.NormFro(converted.A)
	law := e.r + c2*c2*a*a*(e.q+e.cov+2*e.a*states)*(1+t.startError(cov)) + 2*c2*states*e.c
	expectLogDensity(&f, "|Kalman on the converted LDS − joint log-density|", got, d, relative+4*law)
	return f, nil
}

// startError is what a stationary law amplifies rounding by; 0 for a given one.
func (t *network) startError(cov [][]float64) float64 {
	if t.HasInitial() {
		return 0
	}
	return t.law.Amplification()
}

// asModel hands numbers to model, symmetrized.
func asModel(l theorems.LatentSystem) (*model.LDS, error) {
	config := model.LDSConfig{A: matrixOf(l.A), C: matrixOf(l.C)}
	var err error
	if config.Q, err = noiseOf(l.Q, len(l.A)); err != nil {
		return nil, err
	}
	if config.R, err = noiseOf(l.R, len(l.R)); err != nil {
		return nil, err
	}
	if l.Cov != nil {
		cov, err := noiseOf(l.Cov, len(l.A))
		if err != nil {
			return nil, err
		}
		config.Initial = &model.Gaussian{Mean: l.Mean, Cov: cov}
	}
	return model.NewLDS(config)
}

func matrixOf(m [][]float64) mat.Matrix {
	if len(m) == 0 || len(m[0]) == 0 {
		return nil
	}
	out := mat.NewDense(len(m), len(m[0]), nil)
	for i, row := range m {
		out.SetRow(i, row)
	}
	return out
}

// noiseOf makes a covariance admissible that rounding may have left a little
// off from semidefinite: in units of unit variance, negative eigenvalues are
// set to 0.
func noiseOf(cov [][]float64, n int) (model.Noise, error) {
	if n == 0 {
		return model.ZeroNoise(0), nil
	}
	d := make([]float64, n)
	for i := range d {
		d[i] = math.Sqrt(math.Max(0, cov[i][i]))
	}
	scaled := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			if d[i] > 0 && d[j] > 0 {
				scaled.SetSym(i, j, (cov[i][j]+cov[j][i])/2/d[i]/d[j])
			}
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(scaled, true) {
		return model.Noise{}, model.ErrEigen
	}
	var v mat.Dense
	eig.VectorsTo(&v)
	for k, x := range eig.Values(nil) {
		for i := range n {
			v.Set(i, k, v.At(i, k)*d[i]*math.Sqrt(math.Max(0, x)))
		}
	}
	var out mat.Dense
	out.Mul(&v, v.T())
	return model.DenseNoise(&out)
}

func judgeKalman(s theorems.Subject, c generators.ObservedSystem) (f theorems.Finding, err error) {
	if s.LDSLogLikelihood == nil {
		return f, theorems.Missing("LDSLogLikelihood")
	}
	t, err := observeSystem(c.System, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	y := recording(c.Y, c.Missing)
	d, wantErr := t.law.LogDensity(y.Y, y.Missing)
	got, err := s.LDSLogLikelihood(t.lds, y)
	switch {
	case errors.Is(wantErr, gaussian.ErrSingular):
		// Data that the law excludes may be refused as such.
		f.Demand("no density where there is none", errors.Is(err, model.ErrSingular) || errors.Is(err, model.ErrInvalid))
		return f, nil
	case wantErr != nil:
		return f, wantErr
	case errors.Is(err, model.ErrSingular) && t.u*d.Condition*operations(len(c.Y)*t.Units()) > 1e-4:
		f.Abstain("a covariance within rounding of a singular one")
		return f, nil
	case err != nil:
		return f, err
	}
	expectLogDensity(&f, "|Kalman − joint log-density|", got, d, t.filterError(len(c.Y)))
	return f, nil
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

func judgeEstimates(s theorems.Subject, c generators.ObservedSystem) (f theorems.Finding, err error) {
	if s.Estimate == nil {
		return f, theorems.Missing("Estimate")
	}
	t, err := observeSystem(c.System, s.UnitRoundoff)
	if err != nil {
		return f, err
	}
	y := recording(c.Y, c.Missing)
	steps, k := len(c.Y), t.Latents()
	truth := gaussian.LDS{A: c.A, C: c.C, Q: c.Q(), R: c.R()}
	if c.HasInitial() {
		truth.Mean, truth.Cov = c.Start(), c.Cov()
	}
	if _, _, err := truth.Posterior(y.Y, y.Missing, steps, steps); errors.Is(err, gaussian.ErrInconsistent) {
		_, err := s.Estimate(t.lds, y)
		f.Demand("data that the law excludes are refused", errors.Is(err, model.ErrInvalid))
		return f, nil
	} else if err != nil {
		return f, err
	}
	got, err := s.Estimate(t.lds, y)
	if err != nil {
		return f, err
	}
	kappa, err := t.observedCondition(y)
	if err != nil {
		return f, err
	}
	relative := t.filterError(steps) * kappa
	own := 0.0 // of V itself, seen or not
	if !t.HasInitial() {
		own = t.stationaryError()
	}
	// Latents are of the size of their variances and of what is read off the data.
	size := 0.0
	for _, row := range c.Y {
		size = math.Max(size, dense.VectorNormInf(row))
	}
	for step := 1; step <= steps; step++ {
		for _, e := range []struct {
			what string
			upTo int
			mean [][]float64
			cov  [][][]float64
		}{{"predicted", step - 1, got.PredictedMean, got.PredictedCov}, {"filtered", step, got.FilteredMean, got.FilteredCov}, {"smoothed", steps, got.SmoothedMean, got.SmoothedCov}} {
			mean, cov, err := truth.Posterior(y.Y, y.Missing, step, e.upTo)
			if err != nil {
				return f, err
			}
			f.Demand(e.what+" laws of T steps and K latents", len(e.mean) == steps && len(e.cov) == steps && len(e.mean[step-1]) == k && shaped(e.cov[step-1], k, k))
			if f.Verdict == theorems.Fails {
				return f, nil
			}
			_, prior, err := truth.Posterior(y.Y, y.Missing, step, 0)
			if err != nil {
				return f, err
			}
			v := dense.NormFro(prior)
			expectClose(&f, "|"+e.what+" covariance − that of the joint law|", e.cov[step-1], cov, (relative+own/(v+smallest))*(v+smallest), v+smallest)
			// A mean is gain times data: ‖gain‖² ≤ κ‖V‖/min variance.
			gain := math.Sqrt(v * kappa / t.leastVariance(steps))
			expectClose(&f, "|"+e.what+" mean − that of the joint law|", [][]float64{e.mean[step-1]}, [][]float64{mean},
				relative*(gain*size+dense.VectorNorm2(mean)+dense.VectorNorm2(t.Mean)), gain*size+dense.VectorNorm2(mean)+dense.VectorNorm2(t.Mean)+smallest)
		}
	}
	return f, nil
}

// leastVariance is the smallest variance of an observation that has one.
func (t *system) leastVariance(steps int) float64 {
	least := math.Inf(1)
	for i, row := range t.law.Covariance(steps) {
		if row[i] > 0 {
			least = math.Min(least, row[i])
		}
	}
	return least
}

// observedCondition is the condition, on its range, of the correlations of
// what is observed.
func (t *system) observedCondition(y model.Observations) (float64, error) {
	var seen []int
	for s, row := range y.Y {
		for i := range row {
			if y.Missing == nil || !y.Missing[s][i] {
				seen = append(seen, s*len(row)+i)
			}
		}
	}
	full := t.law.Covariance(len(y.Y))
	cov := make([][]float64, len(seen))
	for a, i := range seen {
		for _, j := range seen {
			cov[a] = append(cov[a], full[i][j])
		}
	}
	joint, err := t.exactJoint(len(y.Y))
	if err != nil {
		return 0, err
	}
	return condition(scaledTo(cov, deviations(cov)), principal(joint, seen).Rank()), nil
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
