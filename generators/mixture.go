package generators

import (
	"fmt"

	"github.com/rankproof/rankproof/model"
	"gonum.org/v1/gonum/mat"
)

// Mixture is a Gaussian mixture of R pairs of loadings and an input. The
// covariance of (m, n, I) of population p is L Lᵀ with the rows of FactorM,
// FactorN and FactorI in L, so that whatever shrinking does to it, it stays
// semidefinite, and Σ_nn goes with the rest. Entries have few bits: L Lᵀ in
// float64 is exact.
type Mixture struct {
	Tags         []string      `json:"tags,omitempty"`
	Nonlinearity string        `json:"nonlinearity" shrink:"identity,hard-tanh,tanh"`
	Shares       []float64     `json:"shares" dim:"P" shrink:"positive"` // weights are these over their sum
	MeanM        [][]float64   `json:"mean_m" dim:"P,R" numbers:"few"`
	MeanN        [][]float64   `json:"mean_n" dim:"P,R" numbers:"few"`
	MeanI        []float64     `json:"mean_i" dim:"P" numbers:"few"`
	FactorM      [][][]float64 `json:"factor_m,omitempty" dim:"P,R,f*" numbers:"few"`
	FactorN      [][][]float64 `json:"factor_n,omitempty" dim:"P,R,f*" numbers:"few"`
	FactorI      [][]float64   `json:"factor_i,omitempty" dim:"P,f*" numbers:"few"`
}

// MixturePoint is a mixture and a latent state κ (R).
type MixturePoint struct {
	Mixture
	Kappa []float64 `json:"kappa" dim:"R" numbers:"few"`
}

func (m *Mixture) tag(tags ...string) { m.Tags = union(m.Tags, tags) }

// Rank returns R.
func (m Mixture) Rank() int { return len(m.MeanM[0]) }

// Populations returns P.
func (m Mixture) Populations() int { return len(m.Shares) }

// Weights returns α (P), rounded: the numbers that model and oracles are given.
func (m Mixture) Weights() []float64 {
	total := 0.0
	for _, s := range m.Shares {
		total += s
	}
	out := make([]float64, len(m.Shares))
	for p, s := range m.Shares {
		out[p] = s / total
	}
	return out
}

// Mean returns the mean of (m, n, I) of population p (2R+1).
func (m Mixture) Mean(p int) []float64 {
	return append(append(append([]float64(nil), m.MeanM[p]...), m.MeanN[p]...), m.MeanI[p])
}

// Cov returns the covariance of (m, n, I) of population p, (2R+1)×(2R+1).
func (m Mixture) Cov(p int) [][]float64 {
	l := m.factor(p)
	out := zeros(len(l), len(l))
	for i := range l {
		for j := range l {
			for k := range l[i] {
				out[i][j] += l[i][k] * l[j][k]
			}
		}
	}
	return out
}

// factor returns L of population p, (2R+1)×f.
func (m Mixture) factor(p int) [][]float64 {
	r := m.Rank()
	l := make([][]float64, 2*r+1)
	if p < len(m.FactorM) && p < len(m.FactorN) && p < len(m.FactorI) {
		for i := range r {
			l[i], l[r+i] = m.FactorM[p][i], m.FactorN[p][i]
		}
		l[2*r] = m.FactorI[p]
	}
	return l
}

// Model returns the mixture as model has it. Numbers that model refuses, as a
// hand-written instance may hold, are its error.
func (m Mixture) Model() (*model.Mixture, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	phi, err := model.NonlinearityByName(m.Nonlinearity)
	if err != nil {
		return nil, err
	}
	pops := make([]model.Population, m.Populations())
	for p, weight := range m.Weights() {
		size := 2*m.Rank() + 1
		cov := mat.NewSymDense(size, nil)
		for i, row := range m.Cov(p) {
			for j := range i + 1 {
				cov.SetSym(i, j, row[j])
			}
		}
		pops[p] = model.Population{Weight: weight, Mean: m.Mean(p), Cov: cov}
	}
	return model.NewMixture(phi, pops)
}

// check refuses what a hand-written instance may lack.
func (m Mixture) check() error {
	if err := CheckShape(m); err != nil {
		return err
	}
	if len(m.Shares) == 0 || len(m.MeanM) == 0 || len(m.MeanN) == 0 || len(m.MeanI) == 0 || len(m.MeanM[0]) == 0 {
		return fmt.Errorf("%w: a mixture needs shares, mean_m, mean_n and mean_i of at least one population and one rank", model.ErrInvalid)
	}
	given := 0
	for _, n := range []int{len(m.FactorM), len(m.FactorN), len(m.FactorI)} {
		if n > 0 {
			given++
		}
	}
	if given != 0 && given != 3 {
		return fmt.Errorf("%w: factor_m, factor_n and factor_i go together", model.ErrInvalid)
	}
	return nil
}

// Admissible reports whether the mixture is one: model refuses it otherwise.
func (m Mixture) Admissible() bool { return m.check() == nil }
