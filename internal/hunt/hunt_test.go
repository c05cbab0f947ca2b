package hunt_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestMain trades memory, of which little is used, for time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// ground returns a plan of eight blocks for some theorems and the canary, and
// what it is worked on with.
func ground(t testing.TB, s theorems.Subject, list ...theorems.Theorem) (journal.Plan, hunt.Options) {
	t.Helper()
	list = append(list, conjectures.Canary())
	g, starts, err := hunt.NewGrounds(s, list, registry.Corpus(), registry.Ledger())
	require.NoError(t, err)
	plan, err := hunt.NewPlan(1, 1, 120, list, starts)
	require.NoError(t, err)
	g.Seed, g.Size = plan.Seed, plan.BlockSize
	return plan, hunt.Options{Grounds: g, Plan: plan.Digest(), Theorems: list, Blocks: plan.Blocks, Shard: hunt.Shard{Of: 1}, Workers: 2,
		Tell: func(theorems.Theorem, report.Told) {}}
}

// hunted runs a hunt to its end and returns what it recorded, without seconds.
func hunted(t testing.TB, ctx context.Context, plan journal.Plan, o hunt.Options, dir string) report.Hunt {
	t.Helper()
	j, err := journal.Open(dir, plan)
	require.NoError(t, err)
	defer j.Close()
	o.Journal = j
	h := hunt.New(o)
	require.NoError(t, h.Run(ctx))
	r := h.Report(context.Background(), plan)
	r.Interrupted = h.Unfinished()
	return r
}

// said returns what totals say, seconds apart.
func said(t testing.TB, totals journal.Totals) string {
	t.Helper()
	totals.Theorems = slices.Clone(totals.Theorems)
	for i := range totals.Theorems {
		totals.Theorems[i].Seconds, totals.Theorems[i].Missing = 0, nil
	}
	text, err := json.Marshal(totals)
	require.NoError(t, err)
	return string(text)
}

func theorem(t testing.TB, ref string) theorems.Theorem {
	t.Helper()
	list, err := registry.Matching(ref)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// TestPartsAddUp: any number of workers and of parts, one after the other in any order, come to
// the same; so does what is interrupted and goes on, and a part that is done twice.
func TestPartsAddUp(t *testing.T) {
	plan, o := ground(t, theorems.Model(), theorem(t, "L9"))
	ctx := context.Background()
	whole := hunted(t, ctx, plan, o, "")
	require.Equal(t, report.Complete, whole.Status())
	want := said(t, whole.Totals)
	o.Workers = 1
	require.Equal(t, want, said(t, hunted(t, ctx, plan, o, "").Totals), "one worker")

	dir, twice := t.TempDir(), t.TempDir()
	for _, part := range []hunt.Shard{{Index: 2, Of: 3}, {Index: 0, Of: 3}, {Index: 1, Of: 2}} { // 3 parts and then 2: part 1 of 3 is missing but for what is in that of 2
		o.Shard = part
		hunted(t, ctx, plan, o, dir)
	}
	o.Shard = hunt.Shard{Index: 1, Of: 3}
	hunted(t, ctx, plan, o, dir)
	hunted(t, ctx, plan, o, twice)
	merged, problems, err := journal.Merge(plan, dir, twice)
	require.NoError(t, err)
	require.Equal(t, want, said(t, merged))
	require.Zero(t, problems.Contradictions)
	require.Positive(t, problems.Duplicates)
}

// TestInterrupted: what was recorded is not judged again, and the totals are
// those of a hunt that nobody stopped.
func TestInterrupted(t *testing.T) {
	plan, o := ground(t, theorems.Model(), theorem(t, "L9"))
	want := said(t, hunted(t, context.Background(), plan, o, "").Totals)
	dir := t.TempDir()
	var judged atomic.Int64
	field := o.Subject.Linearize
	for range 3 {
		ctx, stop := context.WithCancel(context.Background())
		limit := judged.Load() + 100
		o.Subject.Linearize = func(net *model.RNN, x []float64) (*theorems.Linearizations, error) {
			if judged.Add(1) > limit {
				stop()
			}
			return field(net, x)
		}
		hunted(t, ctx, plan, o, dir)
		stop()
	}
	o.Subject.Linearize = field
	require.Equal(t, want, said(t, hunted(t, context.Background(), plan, o, dir).Totals))
}

// TestStatusCountsTheorems: what is shown on the way counts what the summary
// counts, theorems and no canary; so does what was recorded before.
func TestStatusCountsTheorems(t *testing.T) {
	plan, o := ground(t, theorems.Model(), theorem(t, "L9"))
	dir := t.TempDir()
	j, err := journal.Open(dir, plan)
	require.NoError(t, err)
	o.Journal = j
	h := hunt.New(o)
	require.NoError(t, h.Run(context.Background()))
	counts := h.Report(context.Background(), plan).Document().Counts
	require.Equal(t, plan.Blocks*plan.BlockSize, counts.Instances)
	require.Equal(t, counts.Instances, h.Status().Instances)
	require.NoError(t, j.Close())

	o.Journal, err = journal.Open(dir, plan)
	require.NoError(t, err)
	defer o.Journal.Close()
	h = hunt.New(o)
	var header strings.Builder
	h.Header(&header, plan, dir)
	require.Contains(t, header.String(), fmt.Sprintf("%d instances recorded before\n", counts.Instances))
	require.Zero(t, h.Status().PerSecond)
}

// TestCanary: a hunt that cannot find what is false says so.
func TestCanary(t *testing.T) {
	plan, o := ground(t, theorems.Model(), theorem(t, "L9"))
	require.Empty(t, o.Blind(context.Background(), conjectures.Canary()))
	tame := conjectures.Canary()
	tame.Claims = slices.Clone(tame.Claims)
	tame.Claims[2] = theorems.Claim(conjectures.CanaryClimb, generators.Pairs(2), func(theorems.Subject, generators.Pair) (f theorems.Finding, err error) {
		f.Demand("anything", true)
		return f, nil
	})
	require.Equal(t, []string{conjectures.CanaryClimb}, o.Blind(context.Background(), tame))
	o.Theorems[len(o.Theorems)-1] = tame
	require.Equal(t, report.Blind, hunted(t, context.Background(), plan, o, "").Status())

	o.Theorems, plan.Theorems = o.Theorems[:1], plan.Theorems[:1]
	o.Plan = plan.Digest()
	require.Equal(t, report.Blind, hunted(t, context.Background(), plan, o, "").Status(), "without a canary")
}

// TestBugIsToldOnce plants a bug, which is told in its simplest form, and once.
func TestBugIsToldOnce(t *testing.T) {
	l6 := theorem(t, "L9")
	plan, o := ground(t, l6.Twins[0].Break(theorems.Model()), l6)
	var told atomic.Int64
	o.Tell = func(theorems.Theorem, report.Told) { told.Add(1) }
	found := hunted(t, context.Background(), plan, o, "")
	require.Equal(t, report.Refuted, found.Status())
	for _, th := range found.Totals.Theorems[:1] {
		require.Greater(t, th.Fails, 20)
	}
	require.LessOrEqual(t, len(found.Failures), 6)
	require.NotEmpty(t, found.Failures)
	require.Positive(t, told.Load())
	require.LessOrEqual(t, told.Load(), int64(6))
	for _, f := range found.Failures {
		require.Equal(t, theorems.Fails, f.Failure.Outcome.Verdict)
		for letter, size := range generators.Sizes(f.Failure.Case) {
			require.LessOrEqual(t, size, 2, letter)
		}
	}
}
