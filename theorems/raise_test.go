package theorems_test

import (
	"context"
	"math"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

// squared claims Σ v² ≤ limit, of vectors with entries up to 8.
func squared(limit float64) theorems.Theorem {
	c := theorems.Claim("squared", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		sum := 0.0
		for _, v := range c.V {
			sum += v * v
		}
		f.Expect("Σ v²", sum, limit, math.Inf(1))
		return f, nil
	})
	return theorems.Theorem{Ref: "T1", ID: "toy/squared", Claims: []theorems.Check{c}}
}

// A ledger keeps simple instances with nearly the largest margin, without their
// tags, and changes only where there is news.
func TestRaiseFrom(t *testing.T) {
	var l theorems.Ledger
	th := squared(1000)
	r := th.Run(context.Background(), theorems.Subject{}, effort(2))
	require.Len(t, r.Margins, 1)
	n, err := l.RaiseFrom(th, theorems.Subject{}, r.Margins)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	e := l.Extremes[0]
	require.GreaterOrEqual(t, e.Margin, 0.99*r.Margins[0].Residual.Margin())
	require.LessOrEqual(t, e.Margin, 6*64.0/1000)
	require.NotContains(t, string(e.Case), "tags")
	require.Less(t, len(e.Case), 60, "%s", e.Case)
	n, err = l.RaiseFrom(th, theorems.Subject{}, r.Margins)
	require.NoError(t, err)
	require.Zero(t, n)

	require.Zero(t, l.Rejudge(th, theorems.Subject{}))
	tighter := squared(500)
	require.Equal(t, 1, l.Rejudge(tighter, theorems.Subject{}), "of today's bound")
	require.Equal(t, 2*e.Margin, l.Extremes[0].Margin)
	require.Equal(t, 1, l.Rejudge(squared(1), theorems.Subject{}), "it fails now: no margin of the ledger")
	require.Empty(t, l.Extremes)
}
