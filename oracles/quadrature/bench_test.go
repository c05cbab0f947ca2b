package quadrature

import (
	"fmt"
	"math"
	"testing"
)

func BenchmarkAverage(b *testing.B) {
	for _, name := range []string{"tanh", "relu"} {
		for _, delta := range []float64{0.01, 1, 25, 1e4} {
			b.Run(fmt.Sprintf("%s/%g", name, delta), func(b *testing.B) {
				err := 0.0
				for b.Loop() {
					_, err, _ = Average(name, 1, 0.3, delta)
				}
				b.ReportMetric(err*1e15, "e-15")
			})
		}
	}
}

func BenchmarkExpect2(b *testing.B) {
	for _, delta := range []float64{0.01, 1, 25, 1e4} {
		cov := [2][2]float64{{delta, 0.3 * math.Sqrt(delta)}, {0.3 * math.Sqrt(delta), 1}}
		b.Run(fmt.Sprintf("general/%g", delta), func(b *testing.B) {
			err := 0.0
			for b.Loop() {
				_, err, _ = Expect2(func(x, n float64) float64 { return n * math.Tanh(x) }, [2]float64{0.3, 0.2}, cov, knee...)
			}
			b.ReportMetric(err*1e15, "e-15")
		})
		b.Run(fmt.Sprintf("product/%g", delta), func(b *testing.B) {
			err := 0.0
			for b.Loop() {
				_, err, _ = ExpectProduct(math.Tanh, func(n float64) float64 { return n }, [2]float64{0.3, 0.2}, cov, knee...)
			}
			b.ReportMetric(err*1e15, "e-15")
		})
	}
}
