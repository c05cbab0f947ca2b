package hunt_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// BenchmarkThroughput compares a hunt, with its schedule, news and records on a
// disk, with a bare loop that judges the same instances. An operation is one of
// each, one after the other, so that a machine's moods meet both; it judges a
// plan of eight blocks of every theorem.
func BenchmarkThroughput(b *testing.B) {
	plan, o := ground(b, theorems.Model(), registry.All()...)
	o.Workers = runtime.GOMAXPROCS(0)
	instances := float64(plan.Blocks * plan.BlockSize * len(plan.Theorems))
	var hunting, looping time.Duration
	for range b.N {
		begun := time.Now()
		hunted(b, context.Background(), plan, o, b.TempDir())
		h := time.Since(begun)
		begun = time.Now()
		bare(plan, o)
		l := time.Since(begun)
		hunting, looping = hunting+h, looping+l
		b.Logf("hunt %.1f s, bare %.1f s", h.Seconds(), l.Seconds())
	}
	b.ReportMetric(instances*float64(b.N)/hunting.Seconds(), "hunt-instances/s")
	b.ReportMetric(instances*float64(b.N)/looping.Seconds(), "bare-instances/s")
	b.ReportMetric(100*looping.Seconds()/hunting.Seconds(), "%-of-bare")
}

// bare judges every block of the plan on all workers, and does nothing else.
func bare(plan journal.Plan, o hunt.Options) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range o.Workers {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= plan.Blocks*len(plan.Theorems) {
					return
				}
				o.Each(o.Theorems[i%len(plan.Theorems)], i/len(plan.Theorems), func(int, theorems.Check, any, theorems.Outcome) bool { return true })
			}
		})
	}
	group.Wait()
}

// BenchmarkRecords is what a record costs beside its block: written, and synced
// in groups.
func BenchmarkRecords(b *testing.B) {
	plan, o := ground(b, theorems.Model(), theorem(b, "L6"))
	plan.Blocks = 0
	o.Plan = plan.Digest()
	j, err := journal.Open(b.TempDir(), plan)
	require.NoError(b, err)
	defer j.Close()
	r, ok := o.Block(context.Background(), o.Theorems[0], 0, func([]string) {})
	require.True(b, ok)
	r.Plan = o.Plan
	for i := range b.N {
		r.Block = i
		require.NoError(b, j.Append(r))
	}
}
