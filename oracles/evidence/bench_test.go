package evidence

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkAdd(b *testing.B) {
	for name, of := range map[string]func(float64) (*Test, error){"bounded": bounded(0.5), "variance": variance(0.5, 1.0/12), "mean square": meanSquare(0.5, 1.0/3)} {
		b.Run(name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(36, 1))
			samples := make([]float64, 4096)
			for i := 0; i < len(samples); i += 2 { // of mean exactly ½
				samples[i] = rng.Float64()
				samples[i+1] = 1 - samples[i]
			}
			test, err := of(1e-6)
			if err != nil {
				b.Fatal(err)
			}
			for i := 0; b.Loop(); i++ {
				if err := test.Add(samples[i%len(samples)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLogE(b *testing.B) {
	test, err := NewVariance(0, 1, 1e-6)
	if err != nil {
		b.Fatal(err)
	}
	if err := test.Add(0.5); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_ = test.LogE()
	}
}
