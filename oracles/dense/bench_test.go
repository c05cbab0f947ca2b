package dense

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func BenchmarkSpectrum(b *testing.B) {
	for _, n := range []int{2, 4, 8, 12, 16} {
		for _, kind := range []string{"gauss", "graded"} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(uint64(n), 1))
				a := gaussian(rng, n, n)
				if kind == "graded" {
					for i := range a {
						for j := range a[i] {
							a[i][j] *= math.Pow(10, float64(rng.IntN(17)-8))
						}
					}
				}
				for b.Loop() {
					if _, _, err := Spectrum(a); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkSingularValues(b *testing.B) {
	for _, n := range []int{4, 10, 40} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := gaussian(rand.New(rand.NewPCG(1, 1)), n, n)
			for b.Loop() {
				SingularValues(a)
			}
		})
	}
}
func gaussian(rng *rand.Rand, rows, cols int) [][]float64 {
	a := zeros[float64](rows, cols)
	for i := range a {
		for j := range a[i] {
			a[i][j] = rng.NormFloat64()
		}
	}
	return a
}
