package theorems_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/oracles/evidence"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// An instance has its numbers again when it comes back from a file, whatever its tags, and others
// than its nearest neighbour, and in another claim.
func TestChance(t *testing.T) {
	check := theorems.Claim("sampled", generators.Fittings(generators.FittingOptions{Nonlinearity: []string{"tanh"}}),
		func(theorems.Subject, generators.Fitting) (f theorems.Finding, err error) { return f, nil })
	first := func(claim string, instance any) uint64 { return theorems.Chance(claim, instance).Uint64() }
	seen := map[uint64]bool{}
	for seed := range uint64(50) {
		c := check.Draw(2 * seed)
		text, err := json.Marshal(c)
		require.NoError(t, err)
		again, err := check.Decode(text)
		require.NoError(t, err)
		require.Equal(t, first("a", c), first("a", again))
		seen[first("a", c)] = true
	}
	require.Greater(t, len(seen), 40, "of 50, some of which may be drawn twice")
	c := generators.MixturePoint{Mixture: generators.Mixture{Nonlinearity: "tanh", Shares: []float64{1}, MeanM: [][]float64{{1}}, MeanN: [][]float64{{1}}, MeanI: []float64{0},
		FactorM: [][][]float64{{{1}}}, FactorN: [][][]float64{{{1}}}, FactorI: [][]float64{{0.5}}}, Kappa: []float64{1}}
	was := first("a", c)
	require.NotEqual(t, was, first("b", c))
	c.Tags = []string{"P = 1"}
	require.Equal(t, was, first("a", c))
	for _, x := range []*float64{&c.Shares[0], &c.MeanM[0][0], &c.MeanN[0][0], &c.MeanI[0], &c.FactorM[0][0][0], &c.FactorN[0][0][0], &c.FactorI[0][0], &c.Kappa[0]} {
		kept := *x
		*x = math.Nextafter(kept, 2)
		require.NotEqual(t, was, first("a", c), "every number counts, to the last bit")
		*x = kept
	}
	require.Equal(t, was, first("a", c))
}

// A test that rejects fails the claim, one in doubt leaves it unknown and says why, and neither has
// a margin to climb.
func TestWeigh(t *testing.T) {
	weighed := func(events ...float64) theorems.Finding {
		test, err := evidence.NewRare(1e-8, evidence.Level)
		require.NoError(t, err)
		for _, x := range events {
			require.NoError(t, test.Add(x))
		}
		var f theorems.Finding
		f.Weigh("nothing rare", test)
		require.Empty(t, f.Margins)
		return f
	}
	require.Equal(t, theorems.Finding{Compared: 1, Worst: theorems.Residual{What: "nothing rare", Scale: 1}}, weighed(0, 0))
	doubted := weighed(1, 0, 1)
	require.Equal(t, theorems.Unknown, doubted.Verdict)
	require.Contains(t, doubted.Reason, "nothing rare: event of probability at most 1e-08: in doubt since sample 1 at α = 1e-22")
	require.Equal(t, "refuted: nothing rare: not so", fmt.Sprint(weighed(1, 1, 1)))
	var failed theorems.Finding
	failed.Demand("something else", false)
	test, err := evidence.NewRare(1e-8, evidence.Level)
	require.NoError(t, err)
	require.NoError(t, test.Add(1))
	failed.Weigh("nothing rare", test)
	require.Equal(t, theorems.Fails, failed.Verdict)
}
