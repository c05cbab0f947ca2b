package model

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// FirstOrderMatch is the network that a stationary latent system is mistaken
// for when pairs of successive observations are all that is looked at.
type FirstOrderMatch struct {
	RNN       *LinearRNN
	Posterior *mat.SymDense // Σ (K×K), covariance of x_t given y_t alone; nil for K = 0
	Markov    MarkovDecision
	Decisions []RankDecision // of Var(y), where it tells of the latents
}

// FirstOrderMatch returns the network whose stationary law has the same Λ_0 and
// Λ_1, hence the same law of (y_t, y_{t+1}), as the stationary law of the
// latent system:
//
//	J = Λ_1 Λ_0⁺ = (C A) L,   L = V Cᵀ Λ_0⁺,   P = Λ_0 − J Λ_0 Jᵀ = R_v + C (A Σ Aᵀ + Q) Cᵀ,
//
// with V = A V Aᵀ + Q and Σ = V − L C V. Its loadings are M = C A and N = Lᵀ
// (N×K each): its rank is at most K, whatever the number of units. Of all
// Markov models of order one it is the best in Kullback–Leibler divergence;
// Λ_2 is another matter, which Markov reports.
//
// Where Λ_0 is singular J is free off its range, and a generalized inverse is
// taken: that of as few units as tell the latents. It takes O(N K²) time unless
// R_v is dense. A system that is not certified stable is ErrUnstable, a
// tolerance that is none ErrInvalid; any law of x_1 is left aside. (arXiv:2110.09804; S1)
func (l *LDS) FirstOrderMatch(tol RankTolerance) (*FirstOrderMatch, error) {
	s, err := l.stationaryMatching(tol)
	if err != nil {
		return nil, err
	}
	markov, err := s.markov()
	if err != nil {
		return nil, err
	}
	m, n, p := s.match()
	return &FirstOrderMatch{
		RNN: &LinearRNN{m: m, n: n, p: p}, Posterior: s.given.posterior().symmetric(),
		Markov: markov, Decisions: []RankDecision{s.decision},
	}, nil
}

// matching is what the law of (x_t, y_t) at one t says of y_{t+1}.
type matching struct {
	l        *LDS
	prior    array         // root of Cov(x_t)
	noise    array         // root of Q
	given    *conditioning // y_t
	decision RankDecision
}

// stationaryMatching is that of the stationary law.
func (l *LDS) stationaryMatching(tol RankTolerance) (*matching, error) {
	if _, err := l.latentLyapunov(); err != nil { // its certificate of stability
		return nil, err
	}
	noise, err := noiseRoot(l.q)
	if err != nil {
		return nil, err
	}
	prior, err := stationaryRoot(l.a, noise)
	if err != nil {
		return nil, err
	}
	o, err := newReadout(l.c, l.r)
	if err != nil {
		return nil, err
	}
	return l.matching(o, prior, noise, tol)
}

func (l *LDS) matching(o *readout, prior, noise array, tol RankTolerance) (*matching, error) {
	if err := tol.check(); err != nil {
		return nil, err
	}
	cut := float64(tol)
	if cut == 0 {
		cut = negligible(o.g.cols + prior.cols)
	}
	given := o.conditionTo(prior, cut)
	left := make([]float64, len(given.pivots))
	for j, p := range given.pivots {
		left[j] = math.Abs(given.rows.at(p, j))
	}
	d := decide("Var(y), white noise aside (each given the others)", left, cut)
	return &matching{l, prior, noise, given, d}, nil
}

// match returns J = M Nᵀ and P of the best prediction of y_{t+1} by y_t.
func (s *matching) match() (m, n array, p Noise) {
	return s.l.c.mul(s.l.a), s.given.gain().t(), s.l.r.withFactor(s.l.c.mul(carried(s.l.a, s.given.post, s.noise)))
}

// withFactor returns Σ + F Fᵀ, dense where Σ is.
func (s Noise) withFactor(f array) Noise {
	if f.cols == 0 {
		return s
	}
	if s.Kind() == DenseNoiseKind {
		s.full = s.full.plus(f.mulT(f)).symmetrized()
		return s
	}
	s.plus = s.plus.beside(f)
	return s
}

// StepMatch predicts y_{t+1} of a latent system by y_t: given y_t alone,
//
//	y_{t+1} = NextMean + J_t (y_t − Mean) + ε_t,   J_t = M Nᵀ,   ε_t ~ N(0, P).
type StepMatch struct {
	M, N           *mat.Dense // N×K each; nil for K = 0
	P              Noise      // N×N
	Mean, NextMean []float64  // of y_t and of y_{t+1} (N)
	Cov            Noise      // of y_t (N×N): with Mean, at t = 1, the law that the Markov chain starts from
}

// FirstOrderMatchSteps returns FirstOrderMatch for each of the steps t = 1 …
// steps of a system that starts from its law of x_1 (or from the stationary one
// if it has none),
//
//	J_t = C A X_t Cᵀ Cov(y_t)⁺,   P_t = R_v + C (A Σ_t Aᵀ + Q) Cᵀ,   X_{t+1} = A X_t Aᵀ + Q,
//
// X_t (K×K) the covariance of x_t, Σ_t that given y_t alone: the Markov chain
// of the same laws of (y_t, y_{t+1}). With a law of x_1 the system need not be
// stable; without one ρ(A) ≥ 1, by computed eigenvalues, is ErrUnstable. Fewer
// than one step, or a tolerance that is none, is ErrInvalid. (S1)
func (l *LDS) FirstOrderMatchSteps(steps int, tol RankTolerance) ([]StepMatch, error) {
	if steps < 1 {
		return nil, invalidf("steps is %d, want at least one", steps)
	}
	mean, prior, err := l.start()
	if err != nil {
		return nil, err
	}
	noise, err := noiseRoot(l.q)
	if err != nil {
		return nil, err
	}
	o, err := newReadout(l.c, l.r)
	if err != nil {
		return nil, err
	}
	out := make([]StepMatch, steps)
	for t := range out {
		s, err := l.matching(o, prior, noise, tol)
		if err != nil {
			return nil, err
		}
		m, n, p := s.match()
		out[t] = StepMatch{M: m.dense(), N: n.dense(), P: p, Mean: l.c.timesVector(mean), Cov: l.r.withFactor(l.c.mul(prior))}
		mean, prior = l.a.timesVector(mean), carried(l.a, prior, noise)
		out[t].NextMean = l.c.timesVector(mean)
	}
	return out, nil
}
