package generators

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// changes draws instances, changes them by random moves and numbers, and
// requires of each what was required of it when it was drawn.
func changes[C any](t *testing.T, gen *rapid.Generator[C]) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	domain := DomainOf(func(seed int) any { return gen.Example(seed) }).Where(nil)
	changed := 0
	for seed := range 15 {
		drawn := gen.Example(seed)
		before, exact := copyAs(drawn), unrounded(drawn)
		moves := make([]byte, rng.IntN(24))
		for i := range moves {
			moves[i] = byte(rng.Uint32())
		}
		c := mutated(drawn, moves, domain)
		require.Equal(t, before, drawn, "Mutate changed what it was given")
		require.Equal(t, []string{"mutated"}, Tags(c))
		x := Numbers(c, domain)
		same, ok := WithNumbers(c, x, domain)
		require.True(t, ok, "its own numbers are refused: %+v", c)
		require.Equal(t, c, same)
		for i := range x {
			x[i] += rng.NormFloat64() / 8
		}
		if other, ok := WithNumbers(c, x, domain); ok {
			c = other.(C)
			changed++
		}
		require.NoError(t, CheckShape(c))
		require.True(t, domain.Holds(c), "%+v", c)
		require.True(t, admissible(c), "%+v", c)
		require.True(t, !exact || unrounded(c), "a product is rounded: %+v", c)
	}
	require.Positive(t, changed, "no instance took other numbers")
}

func TestChangesKeepHypotheses(t *testing.T) {
	changes(t, Points(NetworkOptions{MaxUnits: 5, Nonlinearity: AllNonlinearities}))
	changes(t, NoisyPoints(NoisyOptions{NetworkOptions: NetworkOptions{MaxUnits: 4, Nonlinearity: SmoothNonlinearities}, Steps: 2}))
	changes(t, TransformedSystems(SystemOptions{MaxUnits: 4}))
	changes(t, ObservedRecurrents(RecurrentOptions{MaxUnits: 4}, RecordingOptions{MaxSteps: 3, Missing: true}))
	changes(t, LeakyRecurrents(RecurrentOptions{MaxUnits: 6, MaxRank: 2}))
	changes(t, Gaugeds(MixtureOptions{Nonlinearity: []string{"tanh"}}))
	changes(t, Centreds(CentredOptions{Nonlinearity: EvenSlopes}))
	changes(t, Fittings(FittingOptions{Nonlinearity: []string{"tanh"}}))
	changes(t, Truncations(4, true))
	changes(t, Symmetrics(MixtureOptions{Nonlinearity: []string{"tanh"}}, false))
}

// TestMovesAreZeroBeyondTheEnd: missing bytes are zero, and no bytes change
// nothing but the tags.
func TestMovesAreZeroBeyondTheEnd(t *testing.T) {
	gen := Recurrents(RecurrentOptions{MaxUnits: 4})
	domain := DomainOf(func(seed int) any { return gen.Example(seed) }).Where(nil)
	for seed := range 20 {
		c := gen.Example(seed)
		none := mutated(c, nil, domain)
		c.Tags = none.Tags
		require.Equal(t, c, none)
		require.Equal(t, Mutate(c, []byte{11, 1}, domain), Mutate(c, []byte{11, 1, 0}, domain))
		Mutate(c, make([]byte, 5000), domain)
	}
}

// TestEveryMoveMoves: each kind of move changes instances, in many ways by the
// bytes after the first.
func TestEveryMoveMoves(t *testing.T) {
	gen := Recurrents(RecurrentOptions{MaxUnits: 5, MinRank: 2})
	domain := DomainOf(func(seed int) any { return gen.Example(seed) }).Where(nil)
	rng := rand.New(rand.NewPCG(1, 1))
	c := gen.Example(3)
	for kind := range moveKinds {
		changed := map[string]bool{}
		for range 40 {
			moves := []byte{byte(kind)}
			for range 6 {
				moves = append(moves, byte(rng.Uint32()))
			}
			one := mutated(c, moves[:6], domain)
			one.Tags = c.Tags
			changed[fmt.Sprintf("%+v", one)] = true
		}
		delete(changed, fmt.Sprintf("%+v", c))
		require.Greater(t, len(changed), 1, "move %d", kind)
	}
}

// TestNumbersAloneStayAwayFromZero: the neighbour of 0 is subnormal, and was given
// to a number that stood alone, though to none in a row of them.
func TestNumbersAloneStayAwayFromZero(t *testing.T) {
	type alone struct {
		Tags []string
		Any  float64 `numbers:",nonnegative"`
		Tiny float64
		Sign float64
	}
	domain := DomainOf(func(seed int) any {
		k := seed % 7 % 3
		return alone{nil, float64(k), []float64{-1, 0x1p-60, 1}[k], float64(k - 1)}
	}).Where(nil)
	changed := func(x ...float64) []float64 {
		c, ok := WithNumbers(alone{Any: 1, Tiny: 1, Sign: 1}, x, domain)
		require.True(t, ok)
		return Numbers(c, domain)
	}
	const tiny = 5e-324
	require.Equal(t, []float64{0, 0, 0}, changed(tiny, tiny, -tiny))
	require.Equal(t, []float64{0x1p-30, 0x1p-60, -0x1p-30}, changed(0x1.8p-31, 0x1p-60, -0x1.8p-31))
	require.False(t, domain.Holds(alone{Any: tiny}))
	require.True(t, domain.Holds(alone{Any: 0x1p-30, Tiny: -0x1p-60}))
	for b := range 256 {
		c := Mutate(alone{}, []byte{2, byte(b), 0, 0}, domain)
		require.Equal(t, []float64{0, 0, 0}, Numbers(c, domain))
	}
}
