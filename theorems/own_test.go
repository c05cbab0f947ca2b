package theorems_test

import (
	"context"
	"math"
	"math/big"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sum is a function of somebody's own.
type sum func(v []float64) float64

func rightSum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

// aboutSums is a theorem about somebody's own function, of integers, so that
// nothing is rounded.
func aboutSums() theorems.Theorem {
	vectors := rapid.Custom(func(t *rapid.T) small {
		whole := rapid.Map(rapid.IntRange(-4, 4), func(k int) float64 { return float64(k) })
		return small{V: rapid.SliceOfN(whole, 1, 5).Draw(t, "v")}
	})
	return theorems.Theorem{
		Ref: "O1", ID: "own/sum", Statement: "sum(v) = Σ v_i.",
		Claims: []theorems.Check{theorems.Claim("sum", vectors, func(s theorems.Subject, c small) (f theorems.Finding, err error) {
			own, err := theorems.Own[sum](s)
			if err != nil {
				return f, err
			}
			truth := new(big.Rat)
			for _, x := range c.V {
				truth.Add(truth, theorems.Rational(x))
			}
			f.Expect("|sum − Σ|", theorems.ErrorOf(own(c.V), truth), 0, 1)
			return f, nil
		})},
		Twins: []theorems.Twin{theorems.OwnTwin("last lost", "Σ over i < N", func(right sum) sum {
			return func(v []float64) float64 { return right(v[:len(v)-1]) }
		})},
	}
}

// TestOwnFunctions: a theorem judges, breaks and shrinks functions that are none
// of a subject's operations, and one that lacks them has nothing tried.
func TestOwnFunctions(t *testing.T) {
	th := aboutSums()
	r := th.Run(context.Background(), theorems.OwnSubject("mine", sum(rightSum)), effort(2))
	require.Equal(t, theorems.Holds, r.Verdict)
	require.Len(t, r.Twins, 1)
	require.True(t, r.Twins[0].Refuted)

	broken := th.Twins[0].Break(theorems.OwnSubject("mine", sum(rightSum)))
	r = th.Run(context.Background(), broken, effort(2))
	require.Equal(t, theorems.Fails, r.Verdict)
	require.Contains(t, []any{small{V: []float64{1}}, small{V: []float64{-1}}}, r.Failures[0].Case)

	for _, without := range []theorems.Subject{theorems.Model(), theorems.OwnSubject("other", rightSum)} {
		r = th.Run(context.Background(), without, effort(2))
		require.Equal(t, theorems.Unknown, r.Verdict)
		require.Equal(t, []string{"sum: operation not implemented: theorems_test.sum"}, r.NotTried)
		require.True(t, r.Twins[0].NotTried)
	}
}

// TestOwnFunctionsMayNotWrite: one that changes what it is given is told so, and
// the instance stays what it was.
func TestOwnFunctionsMayNotWrite(t *testing.T) {
	writes := sum(func(v []float64) (s float64) {
		s = rightSum(v)
		v[0]++
		return s
	})
	r := aboutSums().Run(context.Background(), theorems.OwnSubject("writes", writes), effort(2))
	require.Equal(t, theorems.Fails, r.Verdict)
	require.Contains(t, r.Failures[0].Outcome.Reason, "writes into its arguments")
	require.Equal(t, small{V: []float64{0}}, r.Failures[0].Case)
}

func TestErrorOf(t *testing.T) {
	third := big.NewRat(1, 3)
	require.Equal(t, 0x1p-54/3, theorems.ErrorOf(1.0/3, third)) // 1/3 − 0x1.5555555555555p-2
	require.Zero(t, theorems.ErrorOf(0.5, big.NewRat(1, 2)))
	for _, none := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		require.Equal(t, math.Inf(1), theorems.ErrorOf(none, third))
	}
}

// TestCasesMustBeInstances: what could not be shrunk or kept is refused.
func TestCasesMustBeInstances(t *testing.T) {
	type bare struct{ V []float64 }
	th := aboutSums()
	th.Exact = []theorems.Check{theorems.Decide("bare", rapid.Just(bare{}), func(bare) error { return nil })}
	require.ErrorContains(t, theorems.Validate([]theorems.Theorem{th}), "check bare: invalid input: instances of type theorems_test.bare: field V has 1 dimensions and a tag dim for 0")
}
