package model_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rankproof/rankproof/model"
)

func TestScratch(t *testing.T) {
	for dim := 1; dim <= 4; dim++ {
		hist := map[int]int{}
		means := map[string]int{}
		sole := map[string]int{}
		total, calls, rounds := 0, 0, 0
		start := time.Now()
		for seed := range uint64(200) {
			f := model.RandomSmoothField(dim, seed)
			c := formula{dim: dim, calls: &calls, field: func(x []float64) []float64 { v, _ := f.Field(x); return v },
				slope: func(x []float64) [][]float64 { j, _ := f.Jacobian(x); return rowsOf(j) }}
			one := 1
			s := equilibria(t, c, model.EquilibriumSearch{Box: f.Box, Seed: 1, ExpectedDegree: &one})
			hist[len(s.Points)]++
			rounds += s.Rounds
			if s.IndexSum != 1 {
				fmt.Println("sum", s.IndexSum, dim, seed, len(s.Points))
			}
			for _, p := range s.Points {
				total++
				for _, m := range p.Means {
					means[m]++
				}
				if len(p.Means) == 1 {
					sole[p.Means[0]]++
				}
			}
		}
		fmt.Println(dim, hist, total, means, "sole", sole, "calls", calls/200, "rounds", rounds, time.Since(start)/200)
	}
}
