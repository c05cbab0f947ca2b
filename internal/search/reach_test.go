package search_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/internal/search"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// inequalities are claims whose margin is climbed for the table, chosen by hand:
// those that the task of directed search named (L11, M6, M12 (d), M13, what makes
// L3 and L4 ill-conditioned, Lyapunov's equation near the unit circle), and of the
// other theorems some of each family, with errors of rounding, of truncation and
// of sampling. All would take days.
var inequalities = []struct{ ref, check string }{
	{"L2", "power sums, dense"},
	{"L3", "modes"},
	{"L3", "map"},
	{"L4", "modes"},
	{"L4", "map"},
	{"L5", "modes"},
	{"L6", "gains"},
	{"L8", "directions"},
	{"L9", "intertwining"},
	{"L10", "autonomous steps"},
	{"L11", "remainder"},
	{"M1", "steps of the N-unit network"},
	{"M2", "averages"},
	{"M6", "faces of the box, m along n"},
	{"M6", "networks"},
	{"M12", "(d) Grönwall"},
	{"M13", "‖W − W_R‖₂ = s_{R+1}"},
	{"M13", "flows stay within the bound"},
	{"S1", "Λ_0 and Λ_1 kept"},
	{"S1", "autocovariances"}, // Lyapunov, up to near the unit circle
	{"S8", "Kalman and joint density of an LDS"},
	{"S12", "innovation covariance and gains"},
	{"X1", "power sums of N and of R eigenvalues"},
	{"X1", "entries of the R×R Jacobian"},
	{"X2", "paths within O(noise²)"},
	{"X3", "W P Wᵀ"},
}

// BenchmarkReach measures, of each inequality, how many evaluations a climb
// takes to the largest margin that undirected sampling sees in n draws, in the
// median over seeds. A climb is given a quarter of n; those that do not get
// there are censored, and their number is told.
//
//	go test -run XXX -bench Reach -benchtime 1x -timeout 2h ./internal/search
//
// REACH=1000,1,3 stands for n, the seeds of sampling and those of climbs. RAISE
// names a ledger that is raised by the margins seen, of draws and of climbs.
func BenchmarkReach(b *testing.B) {
	n, seeds, climbs := 20000, 3, 5
	if text := os.Getenv("REACH"); text != "" {
		_, err := fmt.Sscanf(text, "%d,%d,%d", &n, &seeds, &climbs)
		require.NoError(b, err)
	}
	for _, q := range inequalities {
		b.Run(q.ref+"/"+q.check, func(b *testing.B) {
			t, c := checkOf(b, q.ref, q.check)
			for range b.N {
				var seen tightest
				target := undirected(c, n, seeds, &seen)
				var counts []float64
				censored := 0
				for seed := range climbs {
					count, reached := evaluationsTo(c, target, uint64(seed+1), n/4, &seen)
					if !reached {
						censored++
					}
					counts = append(counts, float64(count))
				}
				raise(b, t, seen)
				b.ReportMetric(target, "margin")
				b.ReportMetric(median(counts), "climbed")
				b.ReportMetric(float64(n)/median(counts), "times-fewer")
				b.ReportMetric(float64(censored), "censored")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

func checkOf(t testing.TB, ref, name string) (theorems.Theorem, theorems.Check) {
	t.Helper()
	list, err := registry.Matching(ref)
	require.NoError(t, err)
	require.Len(t, list, 1)
	c, ok := list[0].CheckNamed(name)
	require.True(t, ok, "%s has no check %q", ref, name)
	return list[0], c
}

// tightest are the instances with the largest margin of each quantity.
type tightest []theorems.Tightest

func (all *tightest) see(c theorems.Check, instance any, out theorems.Outcome) {
	if out.Verdict != theorems.Holds {
		return
	}
	for _, r := range out.Margins {
		i := slices.IndexFunc(*all, func(t theorems.Tightest) bool { return t.Residual.What == r.What })
		switch {
		case i < 0:
			*all = append(*all, theorems.Tightest{Check: c.Name, Residual: r, Case: instance})
		case r.Margin() > (*all)[i].Residual.Margin():
			(*all)[i].Residual, (*all)[i].Case = r, instance
		}
	}
}

// raise raises the ledger that RAISE names, if it names one.
func raise(b *testing.B, t theorems.Theorem, seen tightest) {
	b.Helper()
	file := os.Getenv("RAISE")
	if file == "" {
		return
	}
	text, err := os.ReadFile(file)
	require.NoError(b, err)
	l, err := theorems.ReadLedger(bytes.NewReader(text))
	require.NoError(b, err)
	l.Rejudge(t, theorems.Model())
	_, err = l.RaiseFrom(t, theorems.Model(), seen)
	require.NoError(b, err)
	var raised bytes.Buffer
	require.NoError(b, l.Write(&raised))
	require.NoError(b, os.WriteFile(file, raised.Bytes(), 0o600))
}

// undirected returns the median over seeds of the largest margin in n draws.
func undirected(c theorems.Check, n, seeds int, seen *tightest) float64 {
	var best []float64
	for seed := range seeds {
		most := 0.0
		for k := range n {
			instance := c.Draw(theorems.SeedOf(uint64(seed), "undirected", k))
			out := c.On(theorems.Model(), instance)
			seen.see(c, instance, out)
			if score := search.Score(out); !math.IsInf(score, 1) {
				most = max(most, score)
			}
		}
		best = append(best, most)
	}
	return median(best)
}

// evaluationsTo returns how many evaluations a climb takes to a margin, and
// whether it gets there within most.
func evaluationsTo(c theorems.Check, target float64, seed uint64, most int, seen *tightest) (count int, reached bool) {
	search.Climb(c, theorems.Model(), nil, theorems.SeedOf(seed, "a climb", 0), most, func(instance any, out theorems.Outcome) bool {
		seen.see(c, instance, out)
		count++
		reached = search.Score(out) >= target
		return !reached
	})
	return count, reached
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
