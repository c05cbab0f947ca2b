package registry_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// mendLedger is what makes the ledger that of today's claims and bounds.
const mendLedger = "mend it, from the root of the module: go run ./cmd/verify run --raise theorems/registry/ledger.json"

// notIn returns the inequalities of a report that a ledger has no entry of.
func notIn(l *theorems.Ledger, r theorems.Report) (missing []theorems.Tightest) {
	for _, m := range r.Margins {
		if l.Largest(r.ID, m.Check, m.Residual.What) == 0 {
			missing = append(missing, m)
		}
	}
	return missing
}

// TestLedgerWithoutAnEntry is noticed.
func TestLedgerWithoutAnEntry(t *testing.T) {
	l := registry.Ledger()
	e := l.Extremes[0]
	r := theorems.Report{ID: e.Theorem, Margins: []theorems.Tightest{{Check: e.Check, Residual: theorems.Residual{What: e.What}}}}
	require.Empty(t, notIn(l, r))
	l.Extremes = l.Extremes[1:]
	require.Equal(t, r.Margins, notIn(l, r))
}

// TestLedger judges the instances of the largest margins again. None fails, and
// each gives what is recorded, as far as rounding lets it.
func TestLedger(t *testing.T) {
	byID := map[string]theorems.Theorem{}
	for _, th := range registry.All() {
		byID[th.ID] = th
	}
	same := map[string][]theorems.Extreme{} // an instance is the largest margin of several quantities
	for _, e := range registry.Ledger().Extremes {
		key := e.Theorem + e.Check + string(e.Case)
		same[key] = append(same[key], e)
	}
	jobs := make(chan []theorems.Extreme)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for entries := range jobs {
				for _, problem := range replayed(byID[entries[0].Theorem], entries) {
					t.Error(problem)
				}
			}
		})
	}
	for _, entries := range same {
		jobs <- entries
	}
	close(jobs)
	group.Wait()
	if t.Failed() {
		t.Log(mendLedger)
	}
}

// replayed judges the instance that some entries share, and says what is wrong.
func replayed(th theorems.Theorem, entries []theorems.Extreme) (problems []string) {
	e := entries[0]
	c, ok := th.CheckNamed(e.Check)
	if !ok {
		return []string{fmt.Sprintf("%s has no check %q", e.Theorem, e.Check)}
	}
	instance, err := c.Decode(e.Case)
	if err != nil {
		return []string{fmt.Sprintf("%s, %q: %v", e.Theorem, e.Check, err)}
	}
	out := c.On(theorems.Model(), instance)
	if out.Verdict == theorems.Fails {
		return []string{fmt.Sprintf("%s, %q fails: %v\n%s", e.Theorem, e.Check, out.Finding, e.Case)}
	}
	for _, e := range entries {
		if why := e.Stale(out); why != "" {
			problems = append(problems, fmt.Sprintf("%s, %q, %s: %s", th.Ref, e.Check, e.What, why))
		}
	}
	return problems
}

// TestLedgerIsCanonical: the file is what Write makes of it.
func TestLedgerIsCanonical(t *testing.T) {
	text, err := os.ReadFile("ledger.json")
	require.NoError(t, err)
	var again bytes.Buffer
	require.NoError(t, registry.Ledger().Write(&again))
	require.Equal(t, again.String(), string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
	require.Less(t, len(text), 1<<20)
}

// TestSlackIsExplained: a bound that is larger than any error by more than 10⁶ is
// mended or explained, and what is explained is so. A hunt may raise a margin from
// below 10⁻⁶ to above it without making the explanation untrue; beyond the
// square root of that the bound is not slack for the reason given.
func TestSlackIsExplained(t *testing.T) {
	l := registry.Ledger()
	for _, th := range registry.All() {
		for _, e := range l.Of(th.ID) {
			explained := slices.ContainsFunc(th.Slack, func(s theorems.Slack) bool { return s.Check == e.Check && s.What == e.What && s.Why != "" })
			if e.Margin < theorems.SlackBelow {
				require.True(t, explained, "%s, %q, %s: margin %.3g", th.Ref, e.Check, e.What, e.Margin)
			}
			if explained {
				require.Less(t, e.Margin, math.Sqrt(theorems.SlackBelow), "%s, %q, %s is no longer slack", th.Ref, e.Check, e.What)
			}
		}
		for _, s := range th.Slack {
			require.Positive(t, l.Largest(th.ID, s.Check, s.What), "%s explains %q, %s, which is not in the ledger", th.Ref, s.Check, s.What)
		}
	}
}

// TestSupremaAreSo: no margin is above a supremum that is claimed to be known,
// and the ledger has come near it.
func TestSupremaAreSo(t *testing.T) {
	l, sharp := registry.Ledger(), 0
	for _, th := range registry.All() {
		for _, s := range th.Sharp {
			sharp++
			m := l.Largest(th.ID, s.Check, s.What)
			require.Positive(t, m, "%s: %q, %s is not in the ledger", th.Ref, s.Check, s.What)
			require.LessOrEqual(t, m, s.Supremum, "%s: %q, %s", th.Ref, s.Check, s.What)
			require.NotEmpty(t, s.Why)
		}
	}
	require.Positive(t, sharp)
}
