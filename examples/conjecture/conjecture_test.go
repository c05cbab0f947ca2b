package conjecture

import (
	"context"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
)

func ours() []theorems.Theorem { return []theorems.Theorem{ParticipationRatio(), WhateverTheUnit()} }

func TestTheorems(t *testing.T)    { theoremtest.Run(t, Subject(), ours()...) }
func TestHypotheses(t *testing.T)  { theoremtest.Needed(t, Subject(), ours()...) }
func TestTeeth(t *testing.T)       { theoremtest.Teeth(t, Subject(), ours()...) }
func TestConjectures(t *testing.T) { theoremtest.Refute(t, GrowsWithLatents()) }
func FuzzTheorems(f *testing.F)    { theoremtest.Fuzz(f, Subject(), ours()...) }

// TestSinglePrecision is another implementation, in float32: bounds are in
// units of its roundoff, and it has no better one.
func TestSinglePrecision(t *testing.T) {
	s := theorems.OwnSubject("float32", Functions{Dimension: single})
	s.UnitRoundoff = 0x1p-24
	theoremtest.Run(t, s, ours()...)

	s.UnitRoundoff = 0x1p-53
	if r := ParticipationRatio().Run(context.Background(), s, theorems.DefaultEffort(1, 1).Part(3)); r.Verdict != theorems.Fails {
		t.Errorf("float32 passes for float64: %v", r.Verdict)
	}
}

func single(g [][]float64, psi []float64) (float64, error) {
	var trace, square float32
	for i, row := range g {
		shared, private := float32(0), float32(psi[i])
		for _, x := range row {
			shared += float32(x) * float32(x)
		}
		trace += shared + private
		square += 2*private*shared + private*private
	}
	for k := range g[0] {
		for l := range g[0] {
			entry := float32(0)
			for i := range g {
				entry += float32(g[i][k]) * float32(g[i][l])
			}
			square += entry * entry
		}
	}
	return float64(trace * trace / square), nil
}
