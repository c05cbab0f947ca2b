package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Patience is enough: where an effect brings doubt, samples asked on reject at Level. Of one that does so once in a thousand
// times, 3.3 deviations, the samples until there is doubt are drawn with a larger one, as they then are by chance.
func TestAskingOnDecides(t *testing.T) {
	const planned = 400
	rng := rand.New(rand.NewPCG(38, 1))
	for _, c := range []struct {
		d           float64 // deviations in so many samples as are planned
		runs, least int     // of runs, in doubt
	}{{8, 100, 80}, {6, 200, 40}, {5, 200, 5}} {
		effect := c.d / math.Sqrt(planned)
		doubts, rejected, samples := 0, 0, 0
		for range c.runs {
			test, err := NewVariance(0, 1, Level)
			require.NoError(t, err)
			for range Rounds(planned, test) {
				require.NoError(t, test.Add(effect+rng.NormFloat64()))
			}
			if test.InDoubt() || test.Rejected() {
				doubts++
				samples = max(samples, test.Samples())
			}
			if test.Rejected() {
				rejected++
			}
		}
		t.Logf("%v deviations: %d of %d in doubt, %d refuted, the last after %.1f times the samples planned", c.d, doubts, c.runs, rejected, float64(samples)/planned)
		require.GreaterOrEqual(t, doubts, c.least)
		require.Equal(t, doubts, rejected)
	}
	// 3.3 deviations in what is planned, and luck that brings doubt: samples are tilted until it is there.
	for range 50 {
		test, err := NewVariance(0, 1, Level)
		require.NoError(t, err)
		for round := range Rounds(planned, test) {
			effect := 3.3 / math.Sqrt(planned)
			if round < planned && !test.InDoubt() {
				effect = 6.8 / math.Sqrt(planned)
			}
			require.NoError(t, test.Add(effect+rng.NormFloat64()))
		}
		require.False(t, test.InDoubt(), "%v", test)
	}
}

// A vector is in doubt where any coordinate is, and none has rejected; rounds end when any test of several has.
func TestRounds(t *testing.T) {
	rounds := func(add func(round int) float64, tests ...Sequential) (last int) {
		for round := range Rounds(3, tests...) {
			for _, test := range tests {
				switch test := test.(type) {
				case *Test:
					require.NoError(t, test.Add(add(round)))
				case *Vector:
					require.NoError(t, test.Add([]float64{0, add(round)}))
				}
			}
			last = round
		}
		return last
	}
	of := func() *Test {
		test, err := NewRare(1e-8, Level)
		require.NoError(t, err)
		return test
	}
	pair, err := NewVector(2, Level, func(_ int, alpha float64) (*Test, error) { return NewRare(1e-8, alpha) })
	require.NoError(t, err)
	require.Equal(t, 2, rounds(func(int) float64 { return 0 }, of(), pair))
	pair, _ = NewVector(2, Level, func(_ int, alpha float64) (*Test, error) { return NewRare(1e-8, alpha) })
	once := func(round int) float64 { return float64(1 - min(round, 1)) }
	require.Equal(t, 3*Patience-1, rounds(once, pair))
	require.True(t, pair.InDoubt())
	require.Contains(t, pair.String(), "coordinate 1: event of probability at most 1e-08: in doubt since sample 1 at α = 5e-23; ln E = ")
	test := of()
	require.Equal(t, 2, rounds(func(int) float64 { return 1 }, test))
	require.True(t, test.Rejected() && !test.InDoubt())
	require.Equal(t, 3, test.RejectedAt(), "two of 1e-8 are no 1e-22")
	test = of()
	require.Equal(t, 4, rounds(func(round int) float64 { return float64(1 - round%2) }, test), "three of five")
	for range Rounds(3, of()) {
		break // as who draws samples may, at an error
	}
}

// By hand: with p = 1/8 an event makes 1 to 9/2 and none to 1/2, (7/8)·½ + (1/8)·4½ = 1 in expectation, and so on.
func TestRareByHand(t *testing.T) {
	for events, want := range [][3]float64{{0.5, 0.25, 0.125}, {4.5, 2.25, 1.125}} {
		test, err := NewRare(0.125, 0.01)
		require.NoError(t, err)
		for k, w := range want {
			require.NoError(t, test.Add(float64(events*(1-min(k, 1)))))
			require.True(t, math.Abs(test.E()-w) <= 8*0x1p-53*w, "%v, not %v", test.E(), w)
		}
	}
}
