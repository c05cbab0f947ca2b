package search_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
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
	require.Greater(t, best, 0.9) // draws, of quarters up to 2, come to 0.62
}

func TestClimbIsDeterministic(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	one, _ := trail(t, peak(), 7, 400)
	runtime.GOMAXPROCS(before)
	many, _ := trail(t, peak(), 7, 400)
	require.Len(t, one, 400)
	require.Equal(t, one, many)
}

// TestClimbFindsNoChance: a climb of what is chance comes near a bound as often as
// draws do, if a claim draws by the whole instance, and however plainly it shows how
// near it was. Among instances that share their numbers a climb finds those that suit it.
func TestClimbFindsNoChance(t *testing.T) {
	const evaluations, beyond = 1500, 2.5758 // deviations, of probability 1 %
	near := func(numbers func(c generators.MixturePoint) *rand.Rand) int {
		seen := map[float64]bool{} // an instance that comes again says nothing new
		points := generators.MixturePoints(generators.MixtureOptions{MinRank: 3, Nonlinearity: []string{"tanh"}})
		chance := theorems.Claim("chance", points, func(_ theorems.Subject, c generators.MixturePoint) (f theorems.Finding, _ error) {
			rng, sum, square := numbers(c), 0.0, 0.0
			for _, k := range c.Kappa {
				k += 0x1p-20
				sum, square = sum+k*rng.NormFloat64(), square+k*k
			}
			f.Expect("a normal number", math.Abs(sum)/math.Sqrt(square), 2*beyond, 100)
			return f, nil
		})
		search.Climb(chance, theorems.Model(), nil, 5, evaluations, func(_ any, out theorems.Outcome) bool {
			if out.Worst.Error > beyond {
				seen[out.Worst.Error] = true
			}
			return true
		})
		return len(seen)
	}
	own := near(func(c generators.MixturePoint) *rand.Rand { return theorems.Chance("chance", c) })
	shared := near(func(c generators.MixturePoint) *rand.Rand {
		return rand.New(rand.NewPCG(math.Float64bits(c.MeanI[0]), 1))
	})
	t.Logf("of %d, %d with numbers of their own, %d with shared ones", evaluations, own, shared)
	// 1 % is 15: Binomial(1500, 1 %) is beyond 43 once in 10⁹ times.
	require.LessOrEqual(t, own, 43)
	require.Greater(t, shared, 43)
}

func TestClimbEndsWhenTold(t *testing.T) {
	count := 0
	search.Climb(peak(), theorems.Model(), nil, 1, 1000, func(any, theorems.Outcome) bool {
		count++
		return count < 300
	})
	require.Equal(t, 300, count)
}

// TestClimbOnAnyCheck: whatever a check judges, a climb visits as many instances
// as it was told to.
func TestClimbOnAnyCheck(t *testing.T) {
	k := 0
	for _, th := range registry.All() {
		for _, c := range append(append([]theorems.Check{}, th.Claims...), th.Exact...) {
			if k++; k%16 > 0 || c.IsCostly() {
				continue
			}
			count := 0
			search.Climb(c, theorems.Model(), nil, 3, 32, func(any, theorems.Outcome) bool {
				count++
				return true
			})
			require.Equal(t, 32, count, "%s, %s", th.Ref, c.Name)
		}
	}
}
