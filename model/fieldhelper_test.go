package model_test

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// formula is a vector field given by functions, for tests, that counts its calls.
type formula struct {
	dim   int
	field func(x []float64) []float64
	slope func(x []float64) [][]float64
	calls *int
}

func (f formula) Dim() int { return f.dim }

func (f formula) Field(x []float64) ([]float64, error) {
	if f.calls != nil {
		*f.calls++
	}
	return f.field(x), nil
}

func (f formula) Jacobian(x []float64) (*mat.Dense, error) {
	if f.calls != nil {
		*f.calls++
	}
	return matrix(f.slope(x)...), nil
}

// linearField is ẋ = A x.
func linearField(a ...[]float64) formula {
	return formula{dim: len(a), slope: func([]float64) [][]float64 { return a },
		field: func(x []float64) []float64 {
			y := make([]float64, len(x))
			for i, row := range a {
				for k, v := range row {
					y[i] += v * x[k]
				}
			}
			return y
		}}
}

// hopf is ṙ = r(μ − r²), θ̇ = ω + c(μ − r²): a limit cycle of radius √μ, period
// 2π/ω and Floquet exponent −2μ.
func hopf(mu, omega, shear float64) formula {
	return formula{dim: 2,
		field: func(x []float64) []float64 {
			s := mu - x[0]*x[0] - x[1]*x[1]
			w := omega + shear*s
			return []float64{s*x[0] - w*x[1], s*x[1] + w*x[0]}
		},
		slope: func(x []float64) [][]float64 {
			s := mu - x[0]*x[0] - x[1]*x[1]
			w := omega + shear*s
			a, b := -2*(x[0]-shear*x[1]), -2*(x[1]+shear*x[0]) // times ∇q/2
			return [][]float64{{s + a*x[0], -w + a*x[1]}, {w + b*x[0], s + b*x[1]}}
		}}
}

// farthest is the largest component of a − b, +Inf where that is NaN.
func farthest(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		if math.IsNaN(a[i] - b[i]) {
			return math.Inf(1)
		}
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}
