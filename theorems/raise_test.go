package theorems_test

import (
	"context"
	"math"
	"slices"
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
	looser := l.Extremes[0].Margin
	require.Equal(t, 1, l.Rejudge(squared(5000), theorems.Subject{}))
	require.Equal(t, looser/10, l.Extremes[0].Margin, "a ledger is lowered where a bound was loosened")
	kept := slices.Clone(l.Extremes)
	require.Zero(t, l.Rejudge(squared(1), theorems.Subject{}), "it fails now, and is not forgotten")
	require.Equal(t, kept, l.Extremes)
}

// An entry whose margin is another by more than a factor of 2 is stale, either
// way; where numbers are rounded otherwise, nothing is.
func TestStale(t *testing.T) {
	holds := func(margin float64) theorems.Outcome {
		var f theorems.Finding
		f.Expect("x", margin, 1, math.Inf(1))
		return theorems.Outcome{Finding: f}
	}
	e := extreme("a", "x", 0.25, `{}`)
	e.Rounding = theorems.Rounding()
	elsewhere := e
	elsewhere.Rounding = "of another processor"
	var other theorems.Finding
	other.Expect("y", 0.25, 1, math.Inf(1))
	const gone = "its instance gives no such error any more"
	for _, c := range []struct {
		now  theorems.Outcome
		want string
	}{
		{holds(0.25), ""},
		{holds(0.125), ""},
		{holds(0.5), ""},
		{holds(0.0625), "its margin is 0.0625, not 0.25"},
		{holds(0.75), "its margin is 0.75, not 0.25"},
		{holds(0), gone},
		{theorems.Outcome{Finding: other}, gone},
		{theorems.Outcome{Finding: theorems.Finding{Verdict: theorems.Unknown}}, gone},
	} {
		require.Equal(t, c.want, e.Stale(c.now), "%v", c.now)
		require.Equal(t, c.want, extreme("a", "x", 0.25, `{}`).Stale(c.now), "an entry that does not say where")
		require.Empty(t, elsewhere.Stale(c.now), "%v", c.now)
	}
}

// What is near one bound of a theorem is judged against its others; an entry of
// elsewhere stays what it is while its claim takes it.
func TestEntriesAreShared(t *testing.T) {
	th := squared(1000)
	twice := squared(500).Claims[0]
	twice.Name = "squared, half of the limit"
	var l theorems.Ledger
	r := th.Run(context.Background(), theorems.Subject{}, effort(2))
	th.Claims = append(th.Claims, twice)
	n, err := l.RaiseFrom(th, theorems.Subject{}, r.Margins)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, 2*l.Largest(th.ID, "squared", "Σ v²"), l.Largest(th.ID, twice.Name, "Σ v²"))
	require.Zero(t, l.Rejudge(th, theorems.Subject{}))

	for i := range l.Extremes {
		l.Extremes[i].Rounding, l.Extremes[i].Margin = "of another processor", l.Extremes[i].Margin*1.5
	}
	elsewhere := slices.Clone(l.Extremes)
	require.Zero(t, l.Rejudge(th, theorems.Subject{}))
	require.Equal(t, elsewhere, l.Extremes)
	th.Claims = th.Claims[:1]
	require.Equal(t, 1, l.Rejudge(th, theorems.Subject{}), "a check that is gone")
	require.Equal(t, elsewhere[:1], l.Extremes)
}
