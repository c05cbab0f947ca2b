package model

func (c *Circuit) FixedPoints(s EquilibriumSearch) (*EquilibriumSet, error) {
	if s.Box.Lower == nil {
		var err error
		if s.Box, err = c.TrappingBox(); err != nil {
			return nil, err
		}
	}
	return FindEquilibria(c, s)
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

type EquilibriumSearch struct {
	Box            Box
	Starts         int
	Seed           uint64
	Limit          int
	ExpectedDegree *int
}
type Equilibrium struct {
	Point       []float64
	Residual    float64
	Uncertainty float64
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

func FindEquilibria(f VectorField, s EquilibriumSearch) (*EquilibriumSet, error) {
	return nil, ErrNotConverged
}
