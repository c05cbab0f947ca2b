package model

import "gonum.org/v1/gonum/mat"

type EquilibriumSearch struct {
	Box    Box
	Starts int
	Seed   uint64
	Limit  int
}
type Equilibrium struct {
	Point       []float64
	Residual    float64
	Eigenvalues []complex128
	Index       int
	Stability   Stability
	Means       []string
	Radius      float64
}
type EquilibriumSet struct {
	Points               []Equilibrium
	IndexSum             int
	Truncated, Continuum bool
}

func (c *Circuit) FixedPoints(s EquilibriumSearch) (*EquilibriumSet, error) {
	return nil, ErrNotConverged
}

type CycleSearch struct {
	Start                        []float64
	Transient, RelTol, MaxPeriod float64
}
type LimitCycle struct {
	Point     []float64
	Period    float64
	Amplitude []float64
	Exponents []complex128
	Stable    bool
	Residual  float64
	Orbit     [][]float64
}

func FindCycle(f VectorField, s CycleSearch) (*LimitCycle, error) { return nil, ErrNotConverged }

type Feature struct {
	MeanM       []float64
	CovMM       [][]float64
	MeanI, VarI float64
}
type FitProblem struct {
	Nonlinearity      Nonlinearity
	Features          []Feature
	Points, Targets   [][]float64
	Ridge             float64
	WithoutCovariance bool
}
type Fit struct {
	Mixture             *Mixture
	RMS, Max, Objective float64
	Coefficients        int
}

func FitMixture(p FitProblem) (*Fit, error) { return nil, ErrNotConverged }

type Truncation struct {
	LowRank  *LowRank
	Error    float64
	Singular []float64
}

func Truncate(w mat.Matrix, rank int) (*Truncation, error) { return nil, ErrNotConverged }
