package hunt

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
)

// Options are what a hunt is made of.
type Options struct {
	Grounds
	Plan     string             // digest
	Theorems []theorems.Theorem // the canary among them
	Blocks   int                // of each theorem; 0: without end
	Shard    Shard
	Workers  int
	Journal  *journal.Journal
	// Tell is called with each failure that shrinks to a form not seen before,
	// the canary's apart, from several goroutines.
	Tell func(theorems.Theorem, report.Told)
}

// Hunt is a hunt under way.
type Hunt struct {
	Options
	schedule *schedule
	start    time.Time
	before   journal.Counts // what was recorded already, the canary apart
	found    witnesses
	mutex    sync.Mutex
	failed   error
}

// New returns a hunt that has not begun.
func New(o Options) *Hunt {
	h := &Hunt{Options: o, start: time.Now()}
	h.before, _, _ = o.Journal.Totals().Sum(notCanary)
	h.schedule = newSchedule(o.Theorems, o.Shard, o.Blocks, o.Journal.Done)
	return h
}

// notCanary picks what counts: everything that is told of a hunt leaves its
// canary out.
func notCanary(t journal.TheoremTotals) bool { return !report.IsCanary(t.ID) }

// Run judges blocks until the plan's are done, ctx ends, or a record cannot be
// written, which is its error. A block that ctx interrupts is not recorded.
func (h *Hunt) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var group sync.WaitGroup
	for range max(1, h.Workers) {
		group.Go(func() {
			for ctx.Err() == nil {
				e, block, more := h.schedule.take()
				if !more {
					return
				}
				if err := h.judge(ctx, e, block); err != nil {
					h.mutex.Lock()
					h.failed = err
					h.mutex.Unlock()
					stop(err)
				}
			}
		})
	}
	group.Wait()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.failed
}

// Blind returns the claims of a canary that the first blocks of each kind do
// not refute. Nothing is recorded: it is for the parts of a plan, of which one
// may have no block of the canary.
func (g Grounds) Blind(ctx context.Context, canary theorems.Theorem) []string {
	refuted := map[string]bool{}
	for block := range fewestBlocks {
		r, _ := g.Block(ctx, canary, block, func([]string) {})
		for _, f := range r.Failures {
			refuted[f.Check] = true
		}
	}
	var out []string
	for _, c := range canary.Claims {
		if !refuted[c.Name] && ctx.Err() == nil {
			out = append(out, c.Name)
		}
	}
	return out
}

// Unfinished reports whether blocks are left of a plan with an end.
func (h *Hunt) Unfinished() bool { return h.schedule.left() }

// judge judges and records one block.
func (h *Hunt) judge(ctx context.Context, e *entry, block int) error {
	begin := time.Now()
	tags := map[string]bool{}
	r, ok := h.Block(ctx, e.theorem, block, func(seen []string) {
		for _, tag := range seen {
			tags[tag] = true
		}
	})
	if !ok {
		return nil
	}
	r.Plan, r.Seconds = h.Plan, time.Since(begin).Seconds()
	if err := h.Journal.Append(r); err != nil {
		return fmt.Errorf("a record cannot be kept: %w", err)
	}
	h.schedule.finished(e, r, tags)
	if e.isCanary() {
		return nil
	}
	for _, f := range r.Failures {
		if small, isNew := h.found.add(h.Subject, e.theorem, f); isNew {
			h.Tell(e.theorem, small)
		}
	}
	return nil
}

// Report returns what is recorded so far. Failures are shrunk, unless ctx ends.
func (h *Hunt) Report(ctx context.Context, p journal.Plan) report.Hunt {
	return report.NewHunt(p, h.Journal.Totals(), h.Journal.Problems(), h.Subject, h.Theorems, h.found.shrunk(ctx, h.Subject))
}
