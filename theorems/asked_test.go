package theorems_test

import (
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// TestTwinsAreCountedWhereTheyAreAsked: claims that do not ask for what a twin
// gets wrong neither count nor keep having turns; where none seems to, all do.
func TestTwinsAreCountedWhereTheyAreAsked(t *testing.T) {
	average := func(s theorems.Subject, c small) float64 {
		x, err := s.Average("tanh", 0, float64(len(c.V)), 1)
		require.NoError(t, err)
		return x
	}
	var others int
	idle := theorems.Claim("asks for nothing", vectors(), func(_ theorems.Subject, _ small) (f theorems.Finding, err error) {
		others++
		f.Expect("|0|", 0, 1, 8)
		return f, nil
	})
	seldom := theorems.Claim("asks of two numbers or more", vectors(), func(s theorems.Subject, c small) (f theorems.Finding, err error) {
		wrong := 0.0
		if len(c.V) >= 2 {
			wrong = average(s, c)
		}
		f.Expect("|average|", wrong, 1, 8)
		return f, nil
	})
	twin := theorems.Twin{Name: "2", Break: func(s theorems.Subject) theorems.Subject {
		s.Average = func(string, int, float64, float64) (float64, error) { return 2, nil }
		return s
	}}
	right := theorems.Subject{MeanFields: theorems.MeanFields{Average: func(string, int, float64, float64) (float64, error) { return 0, nil }}}
	th := theorems.Theorem{Ref: "T1", ID: "toy/asked", Claims: []theorems.Check{idle, idle, idle, seldom}}
	r := th.RunTwin(right, twin, effort(1))
	require.True(t, r.Refuted)
	require.Equal(t, 1, r.After, "the first instance that asks refutes it")
	require.LessOrEqual(t, others, 6, "the turns are those of the claim that asks")
	x, err := right.Average("tanh", 0, 0, 1)
	require.NoError(t, err)
	require.Zero(t, x, "the subject itself is as it was")
}
