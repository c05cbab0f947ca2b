package theorems

import (
	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// LatentSystem is a latent linear dynamical system as plain numbers, judged
// whatever it is: A (K×K), C (N×K), Q (K×K), R (N×N), and the law of x_1, Cov
// nil for a stationary one.
type LatentSystem struct {
	A, C, Q, R [][]float64
	Mean       []float64
	Cov        [][]float64
}

// LatentConversion is a network converted to an LDS, with the dimension K that
// was found to be needed.
type LatentConversion struct {
	LatentSystem
	Dimension int
}

// RecurrentStep is y_{t+1} = Next + J (y_t − Mean) + ε, ε ~ N(0, P): J and P N×N.
type RecurrentStep struct {
	J, P       [][]float64
	Mean, Next []float64
}

// FirstOrderMatch is the network of the same Λ_0 and Λ_1 as an LDS, the
// covariance Σ of the latents given one observation, and whether the process
// is Markov.
type FirstOrderMatch struct {
	J, P      [][]float64
	Posterior [][]float64 // Σ (K×K)
	Markov    model.MarkovVerdict
}

// Estimates are the laws of the latents x_t (K) given y_1 … y_{t−1}, y_1 … y_t,
// and all of y_1 … y_T.
type Estimates struct {
	PredictedMean, FilteredMean, SmoothedMean [][]float64
	PredictedCov, FilteredCov, SmoothedCov    [][][]float64
}

// SteadyState is what the Kalman filter of a stationary LDS settles to: Σ_∞
// before an observation and after it (K×K), the gains of predictor and filter
// (K×N), the innovation covariance (N×N), ρ(A − KC), and whether it is found to
// be stabilizing, ρ(A − KC) < 1.
type SteadyState struct {
	PredictorCov, FilterCov   [][]float64
	PredictorGain, FilterGain [][]float64
	Innovation                [][]float64
	ClosedLoopRadius          float64
	Stabilizing               bool
}

// Coordinates are new ones: latents L x (L K×K), nil for the same, and of units
// Factor times those of O y (O N×N, orthogonal) in an order.
type Coordinates struct {
	Latents, Orthogonal [][]float64
	Order               []int
	Factor              float64
}

// Processes are the operations on linear Gaussian processes of a Subject, nil
// where it has none.
type Processes struct {
	LDSFromRNN         func(net *model.LinearRNN) (*LatentConversion, error)
	RNNFromLDS         func(l *model.LDS) (*FirstOrderMatch, error)
	MatchSteps         func(l *model.LDS, steps int) ([]RecurrentStep, error)
	LDSAutocovariances func(l *model.LDS, lags int) ([][][]float64, error)
	RNNAutocovariances func(net *model.LinearRNN, lags int) ([][][]float64, error)
	LDSLogLikelihood   func(l *model.LDS, y model.Observations) (float64, error)
	RNNLogLikelihood   func(net *model.LinearRNN, y model.Observations) (float64, error)
	Estimate           func(l *model.LDS, y model.Observations) (*Estimates, error)
	SteadyState        func(l *model.LDS) (*SteadyState, error)
	MarkovGap          func(l *model.LDS) (nats float64, err error)
	MarkovLoss         func(l *model.LDS, order int) (nats float64, err error)
	ObserveRNN         func(net *model.LinearRNN, units []int) (*LatentSystem, error)
	LDSHankelRank      func(l *model.LDS, tolerance float64) (int, error) // of (Λ_{i+j−1}); relative, 0: its own
	RNNHankelRank      func(net *model.LinearRNN, tolerance float64) (int, error)
	ChangeLDS          func(l *model.LDS, to Coordinates) (*model.LDS, error)
	ChangeRNN          func(net *model.LinearRNN, to Coordinates) (*model.LinearRNN, error) // of units alone
}

// modelProcesses are the operations of our own package.
func modelProcesses() Processes {
	return Processes{
		LDSFromRNN:         convertNetwork,
		RNNFromLDS:         matchSystem,
		MatchSteps:         matchSteps,
		LDSAutocovariances: func(l *model.LDS, lags int) ([][][]float64, error) { return allRows(l.Autocovariances(lags)) },
		RNNAutocovariances: func(net *model.LinearRNN, lags int) ([][][]float64, error) { return allRows(net.Autocovariances(lags)) },
		LDSLogLikelihood:   (*model.LDS).LogLikelihood,
		RNNLogLikelihood:   (*model.LinearRNN).LogLikelihood,
		Estimate:           estimate,
		SteadyState:        steadyState,
		MarkovGap:          (*model.LDS).MarkovGap,
		MarkovLoss:         (*model.LDS).MarkovLoss,
		ObserveRNN:         observeNetwork,
		LDSHankelRank:      func(l *model.LDS, tol float64) (int, error) { return rankOf(l.HankelRank(model.RankTolerance(tol))) },
		RNNHankelRank: func(net *model.LinearRNN, tol float64) (int, error) {
			return rankOf(net.HankelRank(model.RankTolerance(tol)))
		},
		ChangeLDS: changeSystem,
		ChangeRNN: changeNetwork,
	}
}

// AsNumbers returns an LDS as plain numbers.
func AsNumbers(l *model.LDS) LatentSystem {
	out := LatentSystem{A: Rows(l.A()), C: Rows(l.C()), Q: CovarianceRows(l.Q()), R: CovarianceRows(l.R())}
	if l.Latents() == 0 {
		out.C = make([][]float64, l.Units())
	}
	if start, ok := l.Initial(); ok {
		out.Mean, out.Cov = start.Mean, CovarianceRows(start.Cov)
	}
	return out
}

// CovarianceRows returns a covariance expanded to n×n rows.
func CovarianceRows(s model.Noise) [][]float64 { return symmetricRows(s.Dense()) }

func symmetricRows(s *mat.SymDense) [][]float64 {
	if s == nil {
		return nil
	}
	return Rows(mat.DenseCopyOf(s))
}

func allRows(ms []*mat.Dense, err error) ([][][]float64, error) {
	out := make([][][]float64, len(ms))
	for i, m := range ms {
		out[i] = Rows(m)
	}
	return out, err
}

func convertNetwork(net *model.LinearRNN) (*LatentConversion, error) {
	c, err := net.ToLDS(0)
	if err != nil {
		return nil, err
	}
	return &LatentConversion{AsNumbers(c.LDS), c.Dimension}, nil
}

func matchSystem(l *model.LDS) (*FirstOrderMatch, error) {
	m, err := l.FirstOrderMatch(0)
	if err != nil {
		return nil, err
	}
	return &FirstOrderMatch{Rows(m.RNN.J()), CovarianceRows(m.RNN.P()), symmetricRows(m.Posterior), m.Markov.Verdict}, nil
}

func matchSteps(l *model.LDS, steps int) ([]RecurrentStep, error) {
	matches, err := l.FirstOrderMatchSteps(steps, 0)
	if err != nil {
		return nil, err
	}
	out := make([]RecurrentStep, len(matches))
	for t, m := range matches {
		j := mat.NewDense(l.Units(), l.Units(), nil)
		if m.M != nil {
			j.Mul(m.M, m.N.T())
		}
		out[t] = RecurrentStep{Rows(j), CovarianceRows(m.P), m.Mean, m.NextMean}
	}
	return out, nil
}

func estimate(l *model.LDS, y model.Observations) (*Estimates, error) {
	f, err := l.Filter(y)
	if err != nil {
		return nil, err
	}
	s, err := l.Smooth(y)
	if err != nil {
		return nil, err
	}
	all := func(ms []*mat.SymDense) [][][]float64 {
		out := make([][][]float64, len(ms))
		for i, m := range ms {
			out[i] = symmetricRows(m)
		}
		return out
	}
	return &Estimates{f.PredictedMean, f.FilteredMean, s.Mean, all(f.PredictedCov), all(f.FilteredCov), all(s.Cov)}, nil
}

func steadyState(l *model.LDS) (*SteadyState, error) {
	s, err := l.SteadyState()
	if err != nil {
		return nil, err
	}
	return &SteadyState{symmetricRows(s.PredictorCov), symmetricRows(s.FilterCov), Rows(s.PredictorGain), Rows(s.FilterGain),
		CovarianceRows(s.Innovation), s.ClosedLoopRadius, s.Stabilizing}, nil
}

func rankOf(d model.RankDecision, err error) (int, error) { return d.Rank, err }

func changeSystem(l *model.LDS, to Coordinates) (*model.LDS, error) {
	var err error
	if len(to.Latents) > 0 {
		if l, err = l.Transform(denseOf(to.Latents)); err != nil {
			return nil, err
		}
	}
	if l, err = l.Rotate(denseOf(to.Orthogonal)); err != nil {
		return nil, err
	}
	if l, err = l.Permute(to.Order); err != nil {
		return nil, err
	}
	return l.Rescale(to.Factor)
}

func changeNetwork(net *model.LinearRNN, to Coordinates) (*model.LinearRNN, error) {
	net, err := net.Rotate(denseOf(to.Orthogonal))
	if err != nil {
		return nil, err
	}
	if net, err = net.Permute(to.Order); err != nil {
		return nil, err
	}
	return net.Rescale(to.Factor)
}

func denseOf(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

func observeNetwork(net *model.LinearRNN, units []int) (*LatentSystem, error) {
	c, err := net.ToLDS(0)
	if err != nil {
		return nil, err
	}
	part, err := c.LDS.Observe(units)
	if err != nil {
		return nil, err
	}
	out := AsNumbers(part)
	return &out, nil
}
