package theorems

import (
	"math/rand/v2"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// CycleTransient is the time within which a trajectory from a start has come
// near the cycle that a subject is asked for.
const CycleTransient = 30

// MeanFields are the operations on Gaussian-mixture low-rank networks of a
// Subject, nil where it has none. κ, v and time are as in package model: τ = 1,
// J = (1/N) M Nᵀ.
type MeanFields struct {
	Average           func(phi string, order int, mu, delta float64) (float64, error) // E φ^(order)(μ + √Δ z), order 0, 1, 2
	MeanField         func(m *model.Mixture, kappa []float64) ([]float64, error)
	MeanFieldJacobian func(m *model.Mixture, kappa []float64) ([][]float64, error)
	Gains             func(m *model.Mixture, kappa []float64) ([]model.Gain, error)
	FieldVariance     func(m *model.Mixture, kappa []float64, fixedSizes bool) (float64, error)
	GaugeMixture      func(m *model.Mixture, g [][]float64) (*model.Mixture, error)
	Complete          func(m model.Moments) (cov [][]float64, err error) // (2R+1)×(2R+1)
	SampleMixture     func(m *model.Mixture, s model.MixtureSampling, seed uint64) (*model.SampledNetwork, error)

	ReducedField    func(net *model.ReducedNetwork, kappa []float64, v float64) ([]float64, error)
	ReducedJacobian func(net *model.ReducedNetwork, kappa []float64) ([][]float64, error)
	ReducedRun      func(net *model.ReducedNetwork, run model.ReducedRun) (states [][]float64, err error) // x (steps+1 × N)
	GaugeNetwork    func(net *model.ReducedNetwork, g [][]float64) (*model.ReducedNetwork, error)

	Integrate  func(f model.VectorField, start, times []float64) ([][]float64, error)
	Equilibria func(m *model.Mixture, s model.EquilibriumSearch) (*model.EquilibriumSet, error)
	Cycle      func(m *model.Mixture, start []float64) (*model.LimitCycle, error) // that start is near after CycleTransient

	// Noisy networks in discrete time, without a leak.
	LinearizeNoisy func(net *model.RNN, form model.Form, x, u []float64, noise model.Noise) (*model.NoisyLinearization, error)
	PassNoise      func(net *model.RNN, noise model.Noise) (model.Noise, error) // of W ε
	SimulateNoisy  func(net *model.RNN, s model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error)

	FitMixture func(p model.FitProblem) (*model.Fit, error)
	Truncate   func(w [][]float64, rank int) (*LowRankCut, error)
}

// LowRankCut is a matrix cut to rank R: W_R = M Nᵀ (N×R each, nil for R = 0), and
// ‖W − W_R‖₂.
type LowRankCut struct {
	M, N  [][]float64
	Error float64
}

// HeldField is a vector field that can be handed over as what it is the field of,
// one of them: a mixture (F(κ)) or a network with τ = 1 and no input (dx/dt).
type HeldField interface {
	model.VectorField
	Held() (*model.Mixture, *model.RNN, error)
}

// modelMeanFields are the operations of our own package.
func modelMeanFields() MeanFields {
	return MeanFields{
		Average: average,
		MeanField: func(m *model.Mixture, kappa []float64) ([]float64, error) {
			return m.Circuit().Field(kappa)
		},
		MeanFieldJacobian: func(m *model.Mixture, kappa []float64) ([][]float64, error) {
			j, err := m.Circuit().Jacobian(kappa)
			return Rows(j), err
		},
		Gains: func(m *model.Mixture, kappa []float64) ([]model.Gain, error) {
			return m.Circuit().Gains(kappa)
		},
		FieldVariance: (*model.Mixture).FieldVariance,
		GaugeMixture: func(m *model.Mixture, g [][]float64) (*model.Mixture, error) {
			return m.Gauge(denseOf(g))
		},
		Complete: func(m model.Moments) ([][]float64, error) {
			p, err := m.Complete()
			if err != nil {
				return nil, err
			}
			return symmetricRowsOf(p.Cov), nil
		},
		SampleMixture: func(m *model.Mixture, s model.MixtureSampling, seed uint64) (*model.SampledNetwork, error) {
			return m.Sample(rand.New(rand.NewPCG(seed, 0)), s)
		},
		ReducedField: (*model.ReducedNetwork).FieldAt,
		ReducedJacobian: func(net *model.ReducedNetwork, kappa []float64) ([][]float64, error) {
			j, err := net.Jacobian(kappa)
			return Rows(j), err
		},
		ReducedRun: func(net *model.ReducedNetwork, run model.ReducedRun) ([][]float64, error) {
			tr, err := net.Run(run)
			if err != nil {
				return nil, err
			}
			return net.States(tr, run.Beside)
		},
		GaugeNetwork: func(net *model.ReducedNetwork, g [][]float64) (*model.ReducedNetwork, error) {
			return net.Gauge(denseOf(g))
		},
		Integrate: func(f model.VectorField, start, times []float64) ([][]float64, error) {
			s, err := model.Integrate(f, model.Integration{Start: start, Times: times, RelTol: 1e-10, AbsTol: 1e-12})
			if err != nil {
				return nil, err
			}
			return s.States, nil
		},
		Equilibria: func(m *model.Mixture, s model.EquilibriumSearch) (*model.EquilibriumSet, error) {
			return m.Circuit().FixedPoints(s)
		},
		Cycle: func(m *model.Mixture, start []float64) (*model.LimitCycle, error) {
			return model.FindCycle(m.Circuit(), model.CycleSearch{Start: start, Transient: CycleTransient})
		},
		LinearizeNoisy: (*model.RNN).LinearizeNoisy,
		PassNoise:      (*model.RNN).PassNoise,
		SimulateNoisy: func(net *model.RNN, s model.NoisySimulation, seed uint64) (*model.NoisyTrajectory, error) {
			return net.SimulateNoisy(rand.New(rand.NewPCG(seed, 1)), s)
		},
		FitMixture: model.FitMixture,
		Truncate:   truncate,
	}
}

func truncate(w [][]float64, rank int) (*LowRankCut, error) {
	t, err := model.Truncate(denseOf(w), rank)
	switch {
	case err != nil:
		return nil, err
	case rank == 0:
		return &LowRankCut{Error: t.Error}, nil
	}
	return &LowRankCut{Rows(t.LowRank.M()), Rows(t.LowRank.N()), t.Error}, nil
}

func average(phi string, order int, mu, delta float64) (float64, error) {
	law, err := model.NonlinearityByName(phi)
	if err != nil {
		return 0, err
	}
	a, err := law.Averages(mu, delta, order+1)
	if err != nil {
		return 0, err
	}
	return [...]float64{a.Value, a.Prime, a.Second}[order], nil
}

// symmetricRowsOf returns a symmetric matrix as rows.
func symmetricRowsOf(s mat.Symmetric) [][]float64 {
	return Rows(mat.DenseCopyOf(s))
}
