package fitting

import (
	"math"

	"github.com/rankproof/rankproof/model"
)

// Errors are root mean squares over points that the fit has not seen, of the
// difference of vectors dκ/dt in 1/τ: the parts of M15.
type Errors struct {
	Points   int
	Target   float64 // ‖T‖, for comparison
	Fit      float64 // ‖F − T‖
	Sampling float64 // ‖F_N − F‖, of the one network
	// Expected is the root of E‖F_N − F‖² for loadings that are drawn, not matched
	// (M3).
	Expected float64
	Together float64 // ‖F_N − T‖
}

// mostMeasured bounds the points at which a network of many units is asked.
const mostMeasured = 400

func (r *Report) measure(s samples) error {
	if len(s.points) > mostMeasured {
		s = samples{s.points[:mostMeasured], s.values[:mostMeasured]}
	}
	e := Errors{Points: len(s.points), Target: rms(s.values)}
	circuit := r.Mixture.Circuit()
	fit, err := s.residuals(circuit)
	if err != nil {
		return err
	}
	together, err := s.residuals(r.Network)
	if err != nil {
		return err
	}
	sampling := make([][]float64, len(fit))
	expected := 0.0
	for k := range fit {
		sampling[k] = difference(together[k], fit[k])
		variance, err := r.Mixture.FieldVariance(s.points[k], true)
		if err != nil {
			return err
		}
		expected += math.Max(variance, 0) / float64(r.Units) / float64(len(fit))
	}
	e.Fit, e.Together, e.Sampling, e.Expected = rms(fit), rms(together), rms(sampling), math.Sqrt(expected)
	r.Errors = e
	return nil
}

// samples are values of a vector field at points.
type samples struct{ points, values [][]float64 }

// residuals returns F − T at every point.
func (s samples) residuals(f model.VectorField) ([][]float64, error) {
	out := make([][]float64, len(s.points))
	for k, x := range s.points {
		v, err := f.Field(x)
		if err != nil {
			return nil, err
		}
		out[k] = difference(v, s.values[k])
	}
	return out, nil
}

func difference(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

// rms returns the root of the mean square of lengths.
func rms(vectors [][]float64) float64 {
	sum := 0.0
	for _, v := range vectors {
		n := norm(v)
		sum += n * n / float64(len(vectors))
	}
	return math.Sqrt(sum)
}

func norm(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum = math.Hypot(sum, x)
	}
	return sum
}
