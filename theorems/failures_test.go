package theorems_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Two bugs that show in one quantity shrink to two forms, and are both told; a
// form is told once, with the number of instances.
func TestFailuresOfTwoFormsAreBothTold(t *testing.T) {
	failing := 0
	c := theorems.Claim("two bugs", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		f.Demand("ok", !(len(c.V) == 1 && c.V[0] < -1 || len(c.V) > 3))
		return f, nil
	})
	th := theorems.Theorem{Ref: "T1", ID: "toy/two", Claims: []theorems.Check{c}}
	e := effort(3)
	r := th.Run(context.Background(), theorems.Subject{}, e)
	require.Len(t, r.Failures, 2)
	forms := map[string]bool{}
	for _, f := range r.Failures {
		forms[theorems.Form(f.Case)] = true
	}
	require.Equal(t, map[string]bool{`{"v":["·"]}`: true, `{}`: true}, forms, "four zeros say no more than that there are some")
	for i := range e.Checks {
		if c.On(theorems.Subject{}, c.Draw(theorems.SeedOf(e.Seed, "toy/two/two bugs", i))).Verdict == theorems.Fails {
			failing++
		}
	}
	require.Equal(t, failing, r.Failures[0].Instances)
	require.Equal(t, failing, r.Failures[1].Instances)
	for _, f := range r.Failures {
		require.Empty(t, f.Case.(small).Tags, "they tell how its ancestor was drawn")
	}
	e.AsFound = true
	as := th.Run(context.Background(), theorems.Subject{}, e).Failures
	require.Len(t, as, 1)
	require.Equal(t, []string{"any"}, as[0].Case.(small).Tags)
}

// TestFormsForgetOrder: instances that differ by a permutation of latents, of
// populations, or of columns of factors have one form; those that do not have two.
func TestFormsForgetOrder(t *testing.T) {
	of := func(m, n [][]float64, i []float64, shear [][]float64) string {
		return theorems.Form(generators.Gauged{
			MixturePoint: generators.MixturePoint{
				Mixture: generators.Mixture{Nonlinearity: "identity", Shares: []float64{1}, MeanM: [][]float64{{0, 0}}, MeanN: [][]float64{{0, 0}}, MeanI: []float64{0},
					FactorM: [][][]float64{m}, FactorN: [][][]float64{n}, FactorI: [][]float64{i}},
				Kappa: []float64{0, 0}},
			Shear: shear, Stretch: []float64{0.375, 1}})
	}
	a := of([][]float64{{1, 0, 0}, {0, 0, 0}}, [][]float64{{0, 2, 0}, {0, 3, 0}}, []float64{1, 1, 0}, [][]float64{{0, 0}, {1, 0}})
	latents := of([][]float64{{0, 0, 0}, {4, 0, 0}}, [][]float64{{0, 3, 0}, {0, 5, 0}}, []float64{1, 1, 0}, [][]float64{{0, 1}, {0, 0}})
	columns := of([][]float64{{0, 0, 1}, {0, 0, 0}}, [][]float64{{2, 0, 0}, {3, 0, 0}}, []float64{1, 0, 1}, [][]float64{{0, 0}, {1, 0}})
	require.Equal(t, a, latents)
	require.Equal(t, a, columns)
	require.Contains(t, a, "·")
	other := of([][]float64{{1, 0, 0}, {0, 0, 0}}, [][]float64{{2, 0, 0}, {3, 0, 0}}, []float64{1, 1, 0}, [][]float64{{0, 0}, {1, 0}})
	require.NotEqual(t, a, other, "m and n share a column")
}

// However many ways there are to fail, the report stays short, and so does the
// work of shrinking.
func TestFailuresAreBounded(t *testing.T) {
	var judged atomic.Int64
	c := theorems.Claim("any", vectors(), func(_ theorems.Subject, c small) (theorems.Finding, error) {
		judged.Add(1)
		return theorems.Finding{}, fmt.Errorf("word %c%c at %v", 'a'+rune(len(c.V)), 'a'+rune(int(c.V[0])&7), c.V[0])
	})
	th := theorems.Theorem{Ref: "T1", ID: "toy/any", Claims: []theorems.Check{c}}
	r := th.Run(context.Background(), theorems.Subject{}, effort(2))
	require.LessOrEqual(t, len(r.Failures), 6*3)
	require.Less(t, judged.Load(), int64(200+6*(4001+3001)))
}

// Instances of one kind that all shrink to the form of the first are shrunk until their
// common budget is used up, and counted from there on.
func TestShrinkingOfLaterFailuresEnds(t *testing.T) {
	var judged atomic.Int64
	c := theorems.Claim("any", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		judged.Add(1)
		f.Demand("eighths", 8*c.V[0] == math.Trunc(8*c.V[0])) // no number is made simpler
		return f, nil
	})
	e := effort(2)
	e.Checks = 1000
	r := theorems.Theorem{Ref: "T1", ID: "toy/any", Claims: []theorems.Check{c}}.Run(context.Background(), theorems.Subject{}, e)
	require.Len(t, r.Failures, 1)
	require.Greater(t, r.Failures[0].Instances, e.Checks/2)
	require.LessOrEqual(t, judged.Load(), int64(e.Checks)+4001+3000)
}

// What is cut off when that budget ends is no simplest case, and told as little.
func TestShrinkingThatIsCutOffIsNotTold(t *testing.T) {
	c := theorems.Claim("zero", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		f.Demand("zero where there are six", len(c.V) < 6 || slices.Max(c.V) <= 0 && slices.Min(c.V) >= 0)
		return f, nil
	})
	th := theorems.Theorem{Ref: "T1", ID: "toy/zero", Claims: []theorems.Check{c}}
	for seed := range uint64(8) { // so that the budget ends in many places
		e := effort(2)
		e.Seed, e.Checks = seed, 3000
		require.Len(t, th.Run(context.Background(), theorems.Subject{}, e).Failures, 1)
	}
}

func TestWay(t *testing.T) {
	way := func(reason string) string { return theorems.Outcome{Finding: theorems.Finding{Reason: reason}}.Way() }
	require.Equal(t, way("panic: index 3 out of range [1]"), way("panic: index 12 out of range [1 2e-5]"))
	require.NotEqual(t, way("singular"), way("defective"))
	require.Equal(t, "|x|", theorems.Outcome{Finding: theorems.Finding{Worst: theorems.Residual{What: "|x|"}, Reason: "no"}}.Way())
}

// A statement that fails is told from an implementation that does, at the very
// instance; what cannot be decided is said to be undecided.
func TestRecheck(t *testing.T) {
	positive := theorems.Decide("sum", vectors(), func(c small) error {
		sum := 0.0
		for _, v := range c.V {
			sum += v
		}
		switch {
		case sum < 0:
			return theorems.Violatedf("sum is %v", sum)
		case sum > 100:
			return errors.New("too much")
		case sum == 50:
			panic("fifty")
		}
		return nil
	})
	other := theorems.Decide("pairs", generators.Pairs(2), func(generators.Pair) error { return theorems.Violatedf("no") })
	th := theorems.Theorem{Ref: "T1", ID: "toy/sum", Claims: []theorems.Check{bounded(3)}, Exact: []theorems.Check{other, positive}}
	at := func(v ...float64) string { return th.Recheck("bounded", small{V: v}).String() }
	require.Contains(t, at(1, 2), `what "sum" decides holds there exactly: the implementation`)
	require.Contains(t, at(1, -2), `violated there exactly ("sum"): sum is -1`)
	require.Equal(t, "no exact check decides this instance", at(101))
	require.Equal(t, `no exact check decides this instance: "sum": panic: fifty`, at(50))
	th.Exact[1] = positive.AsDrawn()
	require.Equal(t, "no exact check decides this instance", at(1, -2), "it says nothing of what it did not draw")
	require.Equal(t, theorems.Fails, th.Recheck("sum", small{V: []float64{-1}}).Verdict, "but of what it did")

	th.Exact = nil
	th.Claims[0] = th.Claims[0].NotExactly("it is a toy")
	require.Equal(t, "no exact check decides this instance: it is a toy", at(1))
	th.Claims[0] = theorems.Deciding(th.Claims[0], "first entry", func(c small) error {
		switch {
		case c.V[0] < 0:
			return theorems.Violatedf("it is %v", c.V[0])
		case c.V[0] > 100:
			return theorems.ErrUndecided
		}
		return nil
	})
	require.Contains(t, at(1, -2), `what "first entry" decides holds there exactly`)
	require.Contains(t, at(-1), `violated there exactly ("first entry"): it is -1`)
	require.Equal(t, "no exact check decides this instance: it is a toy", at(101))

	th.Exact = []theorems.Check{positive.AsDrawn()}
	w, err := theorems.NewCounterexample(th, theorems.Subject{}, theorems.Failure{Check: "sum", Case: small{V: []float64{-1}}})
	require.NoError(t, err)
	require.Contains(t, w.Exactly, "violated there exactly")
}

// However long a run is, few instances are held at a time, and what is entered
// is in order.
func TestRunsAreStreamed(t *testing.T) {
	const workers = 3
	var drawn, entered atomic.Int64
	most := int64(0)
	gen := rapid.Custom(func(t *rapid.T) small {
		drawn.Add(1)
		return small{V: []float64{rapid.Float64Range(-8, 8).Draw(t, "v")}}
	})
	c := theorems.Claim("x", gen, func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		f.Expect("x", c.V[0]*c.V[0], 100, 1000)
		return f, nil
	})
	e := effort(workers)
	e.Checks = 3000
	r := theorems.Theorem{Ref: "T1", ID: "toy/x", Claims: []theorems.Check{c.Watched(func() {
		most = max(most, drawn.Load()-entered.Add(1))
	})}}.Run(context.Background(), theorems.Subject{}, e)
	require.Equal(t, 3000, r.Instances)
	require.Len(t, r.Margins, 1)
	require.Equal(t, r.WorstMargin, r.Margins[0].Residual.Margin())
	require.LessOrEqual(t, most, int64(64*workers+workers))
}
