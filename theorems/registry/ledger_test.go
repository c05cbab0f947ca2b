package registry_test

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// TestLedger judges the instances of the largest margins again. None fails, and
// nearly all give their quantity again: others are of a claim that was changed.
func TestLedger(t *testing.T) {
	byID := map[string]theorems.Theorem{}
	for _, th := range registry.All() {
		byID[th.ID] = th
	}
	list := registry.Ledger().Extremes
	again := make([]bool, len(list))
	same := map[string][]int{} // an instance is the largest margin of several quantities
	for i, e := range list {
		key := e.Theorem + e.Check + string(e.Case)
		same[key] = append(same[key], i)
	}
	jobs := make(chan []int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for entries := range jobs {
				e := list[entries[0]]
				c, ok := byID[e.Theorem].CheckNamed(e.Check)
				if !ok {
					t.Errorf("%s has no check %q", e.Theorem, e.Check)
					continue
				}
				instance, err := c.Decode(e.Case)
				if err != nil {
					t.Errorf("%s, %q: %v", e.Theorem, e.Check, err)
					continue
				}
				out := c.On(theorems.Model(), instance)
				if out.Verdict == theorems.Fails {
					t.Errorf("%s, %q fails: %v\n%s", e.Theorem, e.Check, out.Finding, e.Case)
				}
				for _, i := range entries {
					again[i] = slices.ContainsFunc(out.Margins, func(r theorems.Residual) bool { return r.What == list[i].What })
				}
			}
		})
	}
	for _, entries := range same {
		jobs <- entries
	}
	close(jobs)
	group.Wait()
	gone := 0
	for i, is := range again {
		if !is {
			gone++
			t.Logf("no error of %s, %q, %s any more", list[i].Theorem, list[i].Check, list[i].What)
		}
	}
	require.Less(t, 10*gone, len(list)+1, "one in ten, where errors are of rounding and platforms round differently")
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
// mended or explained, and what is explained is so.
func TestSlackIsExplained(t *testing.T) {
	l := registry.Ledger()
	for _, th := range registry.All() {
		for _, e := range l.Of(th.ID) {
			explained := slices.ContainsFunc(th.Slack, func(s theorems.Slack) bool { return s.Check == e.Check && s.What == e.What && s.Why != "" })
			require.Equal(t, e.Margin < theorems.SlackBelow, explained, "%s, %q, %s: margin %.3g", th.Ref, e.Check, e.What, e.Margin)
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
