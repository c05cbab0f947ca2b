package model_test

import (
	"testing"

	"github.com/rankproof/rankproof/model"
)

// BenchmarkAverages is what a population costs in a mean field, and with its Jacobian.
func BenchmarkAverages(b *testing.B) {
	for _, phi := range model.Nonlinearities() {
		for _, orders := range []int{1, 2, 4} {
			b.Run(phi.Name()+"/"+string(rune('0'+orders)), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if _, err := phi.Averages(float64(i%64-32)/16, float64(i%7)+0.5, orders); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(phi.Name()+"/square", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := phi.SquareAverages(float64(i%64-32)/16, float64(i%7)+0.5); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
