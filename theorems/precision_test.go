package theorems_test

import (
	"context"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

const single, double = 0x1p-24, 0x1p-53

// TestDrawForFloat32: numbers are float32's, and the instance of float64 is the
// one of the seed.
func TestDrawForFloat32(t *testing.T) {
	c := bounded(9)
	rounded := false
	for seed := range uint64(20) {
		drawn := c.Draw(seed).(small)
		require.Equal(t, drawn, c.DrawFor(theorems.Subject{UnitRoundoff: double}, seed))
		narrow := c.DrawFor(theorems.Subject{UnitRoundoff: single}, seed).(small)
		for i, v := range narrow.V {
			require.Equal(t, float64(float32(v)), v)
			rounded = rounded || v != drawn.V[i]
		}
	}
	require.True(t, rounded)
}

// TestDrawForFloat32KeepsHypotheses: an instance that rounding takes out of them
// gives way to another; one that is not to be changed stays as it is.
func TestDrawForFloat32KeepsHypotheses(t *testing.T) {
	subject := theorems.Subject{UnitRoundoff: single}
	wide := func(c small) bool { // not all float32's, in half of the instances
		for _, v := range c.V {
			if v > 0 && float64(float32(v)) > v {
				return false
			}
		}
		return true
	}
	c := theorems.Where(bounded(9), wide)
	for seed := range uint64(20) {
		narrow := c.DrawFor(subject, seed).(small)
		for _, v := range narrow.V {
			require.Equal(t, float64(float32(v)), v)
		}
	}
	fixed := bounded(9).AsDrawn()
	require.Equal(t, fixed.Draw(4), fixed.DrawFor(subject, 4))
}

// TestFloat32MayKnowLess: a share p of 2⁻⁵³ is one of p^(24/53).
func TestFloat32MayKnowLess(t *testing.T) {
	rough := theorems.Claim("rough", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		f.Demand("there", true)
		if len(c.V) == 1 { // about a sixth
			f.Abstain("badly conditioned")
		}
		return f, nil
	})
	th := theorems.Theorem{Ref: "T1", ID: "toy/rough", Claims: []theorems.Check{rough}, MaxUnknown: 0.05}
	require.Equal(t, theorems.Unknown, th.Run(context.Background(), theorems.Subject{UnitRoundoff: double}, effort(2)).Verdict)
	require.Equal(t, theorems.Holds, th.Run(context.Background(), theorems.Subject{UnitRoundoff: single}, effort(2)).Verdict)
}
