package search_test

import (
	"encoding/json"
	"math"
	"runtime"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/internal/search"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// trail is what a climb visits, as text.
func trail(t *testing.T, c theorems.Check, seed uint64, evaluations int) (texts []string, best float64) {
	t.Helper()
	best = -1
	search.Climb(c, theorems.Model(), c.Draw(seed), seed, evaluations, func(instance any, out theorems.Outcome) bool {
		text, err := json.Marshal(instance)
		require.NoError(t, err)
		texts = append(texts, string(text))
		if score := search.Score(out); !math.IsInf(score, 1) {
			best = max(best, score)
		}
		return true
	})
	return texts, best
}

// peak is a check whose margin is 1 at one point alone: three entries of 1, −2
// and ½.
func peak() theorems.Check {
	o := generators.MixtureOptions{MinRank: 3, Nonlinearity: []string{"tanh"}, MaxPopulations: 1}
	return theorems.Claim("peak", generators.MixturePoints(o), func(_ theorems.Subject, c generators.MixturePoint) (f theorems.Finding, _ error) {
		off := 0.0
		for i, x := range []float64{1.25, -2.5, 0.375} {
			off += math.Abs(c.Kappa[i] - x)
		}
		f.Expect("peak", 1/(1+off), 1, 4)
		return f, nil
	})
}

func TestClimbFindsAPeak(t *testing.T) {
	_, best := trail(t, peak(), 1, 1500)
	require.Greater(t, best, 0.99)
}

func TestClimbIsDeterministic(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	one, _ := trail(t, peak(), 7, 700)
	runtime.GOMAXPROCS(before)
	many, _ := trail(t, peak(), 7, 700)
	require.Len(t, one, 700)
	require.Equal(t, one, many)
}

func TestClimbEndsWhenTold(t *testing.T) {
	count := 0
	search.Climb(peak(), theorems.Model(), nil, 1, 1000, func(any, theorems.Outcome) bool {
		count++
		return count < 300
	})
	require.Equal(t, 300, count)
}

// TestClimbOnEveryCheck: whatever a check judges, a climb visits as many
// instances as it was told to.
func TestClimbOnEveryCheck(t *testing.T) {
	for _, th := range registry.All() {
		for _, c := range append(append([]theorems.Check{}, th.Claims...), th.Exact...) {
			count := 0
			search.Climb(c, theorems.Model(), nil, 3, 16, func(any, theorems.Outcome) bool {
				count++
				return true
			})
			require.Equal(t, 16, count, "%s, %s", th.Ref, c.Name)
		}
	}
}
