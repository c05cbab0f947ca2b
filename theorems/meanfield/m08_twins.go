package meanfield

import (
	"math"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/oracles/dense"
	"github.com/rankproof/rankproof/theorems"
	"gonum.org/v1/gonum/mat"
)

// cycleTwin edits the cycle that was found, given a and b of φ'(0)σ.
func cycleTwin(name, mistake string, edit func(c *model.LimitCycle, a, b float64)) theorems.Twin {
	return theorems.Twin{Name: name, Mistake: mistake, Break: func(s theorems.Subject) theorems.Subject {
		find := s.Cycle
		s.Cycle = func(m *model.Mixture, start []float64) (*model.LimitCycle, error) {
			c, err := find(m, start)
			if err == nil {
				sigma, slope := m.Moments(0).CovNM, m.Nonlinearity().Derivative(0)
				a := slope * (sigma[0][0] + sigma[1][1]) / 2
				det := slope * slope * (sigma[0][0]*sigma[1][1] - sigma[0][1]*sigma[1][0])
				edit(c, a, math.Sqrt(max(0, det-a*a)))
			}
			return c, err
		}
		return s
	}}
}

// fieldIn replaces the vector field that is integrated.
type fieldIn struct {
	model.VectorField
	edit func(x, f []float64)
}

func (f fieldIn) Field(x []float64) ([]float64, error) {
	out, err := f.VectorField.Field(x)
	if err == nil {
		f.edit(x, out)
	}
	return out, err
}

func (f fieldIn) Jacobian(x []float64) (*mat.Dense, error) { return f.VectorField.Jacobian(x) }

func rotationTwins() []theorems.Twin {
	return []theorems.Twin{
		cycleTwin("period 2π/b", "the period of e^{sσ}, as if g were 1", func(c *model.LimitCycle, a, _ float64) { c.Period /= a }),
		cycleTwin("g = 1/a²", "radius of the smaller gain", func(c *model.LimitCycle, a, _ float64) {
			factor := math.Sqrt((a*a*a*a - 1) / (a*a - 1)) // for erf; farther out for any
			for _, v := range append(append([][]float64{c.Amplitude}, c.Orbit...), c.Point) {
				scaleRow(v, factor)
			}
		}),
		{Name: "leak forgotten", Mistake: "dκ/dt = gσκ", Break: func(s theorems.Subject) theorems.Subject {
			integrate := s.Integrate
			s.Integrate = func(f model.VectorField, start, times []float64) ([][]float64, error) {
				return integrate(fieldIn{f, func(x, v []float64) {
					for i := range v {
						v[i] += x[i]
					}
				}}, start, times)
			}
			return s
		}},
		{Name: "gain at the start", Mistake: "s' = g(Δ(0)): κ(t) = e^{(g₀σ − 1)t} κ(0)", Break: func(s theorems.Subject) theorems.Subject {
			integrate := s.Integrate
			s.Integrate = func(f model.VectorField, start, times []float64) ([][]float64, error) {
				c, ok := f.(*model.Circuit)
				if !ok {
					return integrate(f, start, times)
				}
				j, _, err := c.Couplings(start)
				if err != nil {
					return nil, err
				}
				return integrate(linearField{theorems.Rows(j)}, start, times)
			}
			return s
		}},
		{Name: "frequency b", Mistake: "where the gain is 1/a the flow turns at b", False: []theorems.Check{
			theorems.Decide("ω = b", generators.Centreds(generators.CentredOptions{MaxRank: 2, Nonlinearity: generators.EvenSlopes, Kinds: []string{"rotation above 1", "rotation below 1"}}), decideFrequencyB)}},
		{Name: "turn in the coordinates κ", Mistake: "e^{sσ} is a turn times e^{as} for every σ with the pair", FalseIdentity: &theorems.Certificate{
			Shapes: []certificate.Shape{{R: 2}}, Identity: turnIdentity(true)}},
	}
}

func scaleRow(v []float64, x float64) {
	for i := range v {
		v[i] *= x
	}
}

// linearField is dκ/dt = (C − 1)κ.
type linearField struct{ c [][]float64 }

func (f linearField) Dim() int { return len(f.c) }

func (f linearField) Field(x []float64) ([]float64, error) {
	out := dense.MatVec(f.c, x)
	for i := range out {
		out[i] -= x[i]
	}
	return out, nil
}

func (f linearField) Jacobian(x []float64) (*mat.Dense, error) {
	out := mat.NewDense(len(x), len(x), nil)
	for i := range x {
		for j := range x {
			out.Set(i, j, f.c[i][j]-indicator(i == j))
		}
	}
	return out, nil
}
