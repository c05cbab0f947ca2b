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
// (K×N), the innovation covariance (N×N), and ρ(A − KC).
type SteadyState struct {
	PredictorCov, FilterCov   [][]float64
	PredictorGain, FilterGain [][]float64
	Innovation                [][]float64
	ClosedLoopRadius          float64
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
}
