package theorems_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

func extreme(theorem, what string, margin float64, instance string) theorems.Extreme {
	return theorems.Extreme{Theorem: theorem, Check: "c", What: what, Margin: margin, Case: json.RawMessage(instance)}
}

// Ledgers merged in any order, any of them twice, are one.
func TestLedgersMerge(t *testing.T) {
	list := []theorems.Extreme{
		extreme("b", "x", 0.5, `{"v":[9]}`), extreme("b", "x", 0.25, `{}`), extreme("a", "y", 0.125, `{}`),
		extreme("b", "a", 1, `{}`), extreme("b", "x", 0.5, `{"v":[1,2]}`), extreme("b", "x", 0.5, `{"v":[8]}`),
	}
	var want string
	for turn := range 2 * len(list) {
		var l theorems.Ledger
		order := slices.Concat(list[turn%len(list):], list[:turn%len(list)], list[:turn/2])
		if turn%2 == 1 {
			slices.Reverse(order)
		}
		for _, e := range order {
			l.Raise(e)
		}
		require.Equal(t, 0.5, l.Largest("b", "c", "x"))
		require.Zero(t, l.Largest("b", "c", "z"))
		require.Len(t, l.Of("b"), 2)
		var text strings.Builder
		require.NoError(t, l.Write(&text))
		if want == "" {
			want = text.String()
			require.Equal(t, 1+3+1, strings.Count(want, "\n"), "a line an entry")
			require.Contains(t, want, `{"v":[8]}`, "of equals the shorter, then the first")
		}
		require.Equal(t, want, text.String())
		again, err := theorems.ReadLedger(strings.NewReader(want))
		require.NoError(t, err)
		require.Equal(t, l, *again)
	}
}

func TestLedgerRefuses(t *testing.T) {
	var l theorems.Ledger
	for _, margin := range []float64{0, -1, 1.5} {
		require.False(t, l.Raise(extreme("a", "x", margin, `{}`)))
	}
	require.True(t, l.Raise(extreme("a", "x", 1, `{}`)))
	require.False(t, l.Raise(extreme("a", "x", 1, `{}`)))
	for text, want := range map[string]string{
		`{}`: "not a ledger", `[] []`: "something follows", `[{"theorem":"a"}]`: "entry 1: no theorem",
		`[{"theorem":"a","check":"c","what":"x","margin":2,"case":{}}]`: "margin is 2", `[{"name":1}]`: "unknown field",
	} {
		_, err := theorems.ReadLedger(strings.NewReader(text))
		require.ErrorContains(t, err, want)
	}
	var empty strings.Builder
	require.NoError(t, new(theorems.Ledger).Write(&empty))
	_, err := theorems.ReadLedger(strings.NewReader(empty.String()))
	require.NoError(t, err)
}
