package model_test

import (
	"fmt"
	"testing"

	"github.com/rankproof/rankproof/model"
)

// benchmarkSizes runs on networks of many sizes; time a unit tells O(N).
func benchmarkSizes(b *testing.B, run func(b *testing.B, l *model.Linearization)) {
	for _, units := range []int{1_000, 10_000, 100_000} {
		for _, rank := range []int{1, 2, 5} {
			rng := random(uint64(units + rank))
			m, n := gaussian(rng, units, rank, 1), gaussian(rng, units, rank, 1)
			n.Add(n, m)
			net := network(b, lowRank(b, m, n, 2/float64(units)), model.Tanh()) // overlap about 2I
			l := linearized(b, net, gaussian(rng, 1, units, 1).RawRowView(0))
			b.Run(fmt.Sprintf("N=%d/R=%d", units, rank), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					run(b, l)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*units), "ns/unit")
			})
		}
	}
}

func BenchmarkSpectrum(b *testing.B) {
	benchmarkSizes(b, func(b *testing.B, l *model.Linearization) { spectrumOf(b, l) })
}

func BenchmarkModes(b *testing.B) {
	benchmarkSizes(b, func(b *testing.B, l *model.Linearization) { modesOf(b, l) })
}

// BenchmarkNewton is a handful of steps to the origin.
func BenchmarkNewton(b *testing.B) {
	benchmarkSizes(b, func(b *testing.B, l *model.Linearization) {
		start := make([]float64, l.Network().Connectivity().(*model.LowRank).Rank())
		start[0] = 0.05
		if _, err := l.Network().Newton(nil, start); err != nil {
			b.Fatal(err)
		}
	})
}

// Spectrum and modes of a dense network, for comparison: O(N³).
func BenchmarkDense(b *testing.B) {
	for _, units := range []int{10, 100, 300} {
		net := network(b, dense(b, gaussian(random(1), units, units, 0.1)), model.Tanh())
		l := linearized(b, net, nil)
		b.Run(fmt.Sprintf("Spectrum/N=%d", units), func(b *testing.B) {
			for b.Loop() {
				spectrumOf(b, l)
			}
		})
		b.Run(fmt.Sprintf("Modes/N=%d", units), func(b *testing.B) {
			for b.Loop() {
				modesOf(b, l)
			}
		})
	}
}

func BenchmarkFixedPoints(b *testing.B) {
	for _, rank := range []int{1, 2, 3} {
		rng := random(uint64(rank))
		m, n := gaussian(rng, 1000, rank, 1), gaussian(rng, 1000, rank, 1)
		n.Add(n, m)
		n.Add(n, m)
		net := network(b, lowRank(b, m, n, 1.0/1000), model.Tanh())
		b.Run(fmt.Sprintf("N=1000/R=%d/40-starts", rank), func(b *testing.B) {
			for b.Loop() {
				search(b, net, 40, 50)
			}
		})
	}
}

// One step of each method: the time of a run is that, times its steps.
func BenchmarkSimulate(b *testing.B) {
	const steps = 100
	for _, units := range []int{1_000, 10_000} {
		rng := random(1)
		m, n := gaussian(rng, units, 2, 1), gaussian(rng, units, 2, 1)
		net := network(b, lowRank(b, m, n, 1/float64(units)), model.Tanh(), withInput(gaussian(rng, units, 2, 1)))
		start := gaussian(rng, 1, units, 1).RawRowView(0)
		for _, form := range model.Forms {
			for _, method := range []model.Method{model.Euler, model.RK4, model.LeakyMap} {
				b.Run(fmt.Sprintf("N=%d/R=2/%v/%v", units, form, method), func(b *testing.B) {
					for b.Loop() {
						simulate(b, net, model.Simulation{Form: form, Method: method, Start: start, Dt: 0.1, Leak: 0.1, Steps: steps,
							Input: model.ConstantInput([]float64{1, -1})})
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*steps*units), "ns/unit-step")
				})
			}
		}
	}
}
