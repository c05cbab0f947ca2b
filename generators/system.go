package generators

import (
	"github.com/rankproof/rankproof/model"
)

// System is a latent linear dynamical system, x_{t+1} = A x_t + w_t and
// y_t = C x_t + v_t, with K latents and N units. Covariances are held by their
// factors, Q = diag(q) + F Fᵀ, R_v and that of x_1 alike, and handed to model
// in one of three forms. Without a law of x_1 it is stationary.
type System struct {
	Tags      []string    `json:"tags,omitempty"`
	Form      string      `json:"form" shrink:"structured,dense,reduced"`
	A         [][]float64 `json:"A" dim:"K*,K*" numbers:"few"`
	C         [][]float64 `json:"C" dim:"N,K*" numbers:"few"`
	QDiag     []float64   `json:"q_diag" dim:"K*" numbers:"few,nonnegative"`
	QFactor   [][]float64 `json:"q_factor,omitempty" dim:"K*,f*" numbers:"few"`
	RDiag     []float64   `json:"r_diag" dim:"N" numbers:"few,nonnegative"`
	RFactor   [][]float64 `json:"r_factor,omitempty" dim:"N,g*" numbers:"few"`
	Mean      []float64   `json:"mean,omitempty" dim:"K*" numbers:"few"`
	CovDiag   []float64   `json:"cov_diag,omitempty" dim:"K*" numbers:"few,nonnegative"`
	CovFactor [][]float64 `json:"cov_factor,omitempty" dim:"K*,h*" numbers:"few"`
}

func (s *System) tag(tags ...string) { s.Tags = union(s.Tags, tags) }

// Latents returns K.
func (s System) Latents() int { return len(s.A) }

// Units returns N.
func (s System) Units() int { return len(s.RDiag) }

// HasInitial reports whether a law of x_1 is given; what of it is left out is
// 0. There is none for K = 0.
func (s System) HasInitial() bool { return len(s.Mean)+len(s.CovDiag)+len(s.CovFactor) > 0 }

// Q returns the covariance of the latents' noise (K×K).
func (s System) Q() [][]float64 { return s.q().expanded() }

// R returns the covariance R_v of the observation noise (N×N).
func (s System) R() [][]float64 { return s.r().expanded() }

// Start returns the mean (K) of x_1, zeros where none is given.
func (s System) Start() []float64 { return orZeros(s.Mean, s.Latents()) }

// Cov returns the covariance of x_1 (K×K), zeros where none is given.
func (s System) Cov() [][]float64 { return s.cov().expanded() }

func (s System) q() covariance   { return covariance{s.QDiag, s.QFactor} }
func (s System) r() covariance   { return covariance{s.RDiag, s.RFactor} }
func (s System) cov() covariance { return covariance{orZeros(s.CovDiag, s.Latents()), s.CovFactor} }

func orZeros(v []float64, n int) []float64 {
	if v == nil {
		return make([]float64, n)
	}
	return v
}

// LDS returns the system as model has it. Numbers that model refuses, as a
// hand-written instance may hold, are its error.
func (s System) LDS() (*model.LDS, error) {
	var config model.LDSConfig
	err := CheckShape(s)
	if err != nil {
		return nil, err
	}
	if config.A, err = matrixOrNil("A", s.A); err != nil {
		return nil, err
	}
	if config.C, err = matrixOrNil("C", s.C); err != nil {
		return nil, err
	}
	if config.Q, err = s.q().noise("Q", s.Form); err != nil {
		return nil, err
	}
	if config.R, err = s.r().noise("R", s.Form); err != nil {
		return nil, err
	}
	if s.HasInitial() {
		cov, err := s.cov().noise("initial", s.Form)
		if err != nil {
			return nil, err
		}
		config.Initial = &model.Gaussian{Mean: s.Start(), Cov: cov}
	}
	return model.NewLDS(config)
}

// Admissible reports whether the system has a law: one of x_1, or a stable A.
func (s System) Admissible() bool { return s.HasInitial() || contracts(s.A) }

// permuteUnits relabels the units.
func (s *System) permuteUnits(order []int) {
	s.C, s.RDiag, s.RFactor = permuted(s.C, order), permuted(s.RDiag, order), permuted(s.RFactor, order)
}
