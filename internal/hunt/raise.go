package hunt

import (
	"context"
	"slices"
	"sync"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
)

// Raise raises a ledger by the margins that records hold, once its own are
// today's, and returns how many changed. Records name instances by block and
// index: their blocks are judged again. Where ctx ends, the theorems that are done
// are raised.
func (g Grounds) Raise(ctx context.Context, l *theorems.Ledger, list []theorems.Theorem, totals journal.Totals, workers int) (changed int, err error) {
	var mutex sync.Mutex
	var group sync.WaitGroup
	slots := make(chan struct{}, max(1, workers))
	for _, th := range totals.Theorems {
		i := slices.IndexFunc(list, func(t theorems.Theorem) bool { return t.ID == th.ID })
		if i < 0 || report.IsCanary(th.ID) {
			continue
		}
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			mutex.Lock() // others raise it meanwhile
			own := theorems.Ledger{Extremes: l.Of(th.ID)}
			mutex.Unlock()
			if ctx.Err() != nil {
				return
			}
			n := own.Rejudge(list[i], g.Subject)
			found, ok := g.tightest(ctx, list[i], th.Above, &own)
			if !ok {
				return
			}
			raised, failed := own.RaiseFrom(list[i], g.Subject, found)
			mutex.Lock()
			defer mutex.Unlock()
			if failed != nil {
				err = failed
			}
			l.Replace(th.ID, own.Extremes)
			changed += n + raised
		})
	}
	group.Wait()
	return changed, err
}

// tightest returns the instances of margins that are larger than a ledger's.
func (g Grounds) tightest(ctx context.Context, t theorems.Theorem, above []journal.Extreme, l *theorems.Ledger) (out []theorems.Tightest, ok bool) {
	for _, m := range above {
		if ctx.Err() != nil {
			return nil, false
		}
		if m.Margin.Margin <= l.Largest(t.ID, m.Check, m.What) {
			continue
		}
		instance, judged := g.At(t, m.Block, m.Index)
		for _, r := range judged.Margins {
			if r.What == m.What && judged.Verdict == theorems.Holds {
				out = append(out, theorems.Tightest{Check: m.Check, Case: instance, Residual: r})
			}
		}
	}
	return out, true
}
