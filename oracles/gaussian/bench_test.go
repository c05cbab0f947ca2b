package gaussian

import (
	"math/rand/v2"
	"testing"
)

func random(r *rand.Rand, n, m int) rows {
	out := zeros(n, m)
	for i := range out {
		for j := range out[i] {
			out[i][j] = (r.Float64() - 0.5) / float64(m)
		}
	}
	return out
}

func denseLDS(k, n int) LDS {
	r := rand.New(rand.NewPCG(99, 2022))
	return LDS{A: random(r, k, k), C: random(r, n, k), Q: unit(k), R: unit(n)}
}

func benchmarkLogDensity(b *testing.B, k, n, steps int) {
	p := processOf(b, denseLDS(k, n))
	y := random(rand.New(rand.NewPCG(98, 2022)), steps, n)
	for b.Loop() {
		if _, err := p.LogDensity(y, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLogDensityOf18(b *testing.B) { benchmarkLogDensity(b, 2, 3, 6) }
func BenchmarkLogDensityOf60(b *testing.B) { benchmarkLogDensity(b, 2, 3, 20) }

func benchmarkStationary(b *testing.B, k int) {
	s := denseLDS(k, 1)
	for b.Loop() {
		processOf(b, s)
	}
}

func BenchmarkStationary4(b *testing.B) { benchmarkStationary(b, 4) }
func BenchmarkStationary8(b *testing.B) { benchmarkStationary(b, 8) }

// BenchmarkInstance is what a theorem about a K = 4, N = 5 process over five steps asks for.
func BenchmarkInstance(b *testing.B) {
	s := denseLDS(4, 5)
	for b.Loop() {
		p := processOf(b, s)
		p.MarkovGap()
		Difference(p, p, 5)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "instances/s")
}

func BenchmarkPosterior(b *testing.B) {
	p := processOf(b, denseLDS(4, 5))
	y := zeros(5, 5)
	for b.Loop() {
		if _, _, err := p.Posterior(y, nil, 3, 5); err != nil {
			b.Fatal(err)
		}
	}
}
