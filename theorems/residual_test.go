package theorems_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

func TestVerdictOfAResidual(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		err, bound, scale float64
		want              theorems.Verdict
	}{
		{0, 0, 1, theorems.Holds},
		{0, 0, 0, theorems.Holds},
		{1e-16, 1e-15, 1, theorems.Holds},
		{1e-15, 1e-15, 1, theorems.Holds},
		{2e-15, 1e-15, 1, theorems.Fails},
		{1e-300, 0, 1, theorems.Fails},
		{nan, 1e-15, 1, theorems.Fails},
		{nan, nan, 1, theorems.Fails},
		{nan, inf, 1, theorems.Fails},
		{0.1, nan, 1, theorems.Fails},
		{0, nan, 1, theorems.Fails},
		{0, 0, nan, theorems.Fails}, // a bound that may say nothing
		{0.1, inf, nan, theorems.Fails},
		{inf, 1, 4, theorems.Fails},
		{0.1, 0.7, 1, theorems.Unknown}, // the bound says nothing
		{0.9, 0.7, 1, theorems.Unknown},
		{0, 0.7, 1, theorems.Holds},
		{100, 0.7, 1, theorems.Fails}, // but not everything is excused
		{0.1, inf, 1, theorems.Unknown},
	} {
		r := theorems.Residual{What: "x", Error: c.err, Bound: c.bound, Scale: c.scale}
		require.Equal(t, c.want, r.Verdict(), "%v", r)
	}
}

func TestResidualSaysWhoIsAtFault(t *testing.T) {
	nan := math.NaN()
	require.Contains(t, theorems.Residual{What: "x", Bound: nan, Scale: 1}.String(), "the check is at fault")
	require.Contains(t, theorems.Residual{What: "x", Error: 1, Bound: 1, Scale: nan}.String(), "the check is at fault")
	require.NotContains(t, theorems.Residual{What: "x", Error: nan, Bound: nan, Scale: nan}.String(), "fault") // of what a subject returned
}

func TestMarginOfAResidual(t *testing.T) {
	require.Zero(t, theorems.Residual{Error: 0, Bound: 0}.Margin())
	require.Equal(t, 0.5, theorems.Residual{Error: 1, Bound: 2}.Margin())
	require.True(t, math.IsInf(theorems.Residual{Error: 1, Bound: 0}.Margin(), 1))
	require.True(t, math.IsInf(theorems.Residual{Error: math.NaN(), Bound: 1}.Margin(), 1))
}

// A finding fails if one residual does, is unknown if one is, and remembers
// which decided.
func TestFinding(t *testing.T) {
	var f theorems.Finding
	f.Expect("a", 1, 4, 100)
	f.Expect("b", 1, 2, 100)
	require.Equal(t, theorems.Holds, f.Verdict)
	require.Equal(t, "b", f.Worst.What)
	f.Expect("vague", 1, 80, 100)
	require.Equal(t, theorems.Unknown, f.Verdict)
	f.Expect("wrong", 3, 2, 100)
	f.Expect("vague again", 1, 80, 100)
	require.Equal(t, theorems.Fails, f.Verdict)
	require.Equal(t, "wrong", f.Worst.What)
	f.Abstain("too late")
	require.Equal(t, theorems.Fails, f.Verdict)
	require.Equal(t, 5, f.Compared)

	var g theorems.Finding
	g.Abstain("defective")
	require.Equal(t, theorems.Unknown, g.Verdict)
	require.Contains(t, g.String(), "defective")
	g.Demand("shape", false)
	require.Equal(t, theorems.Fails, g.Verdict)
}

// TestDemandRefusal: what is demanded is an answer, right or wrong; an error that
// refuses nothing is none, and the claim ends with it.
func TestDemandRefusal(t *testing.T) {
	for _, c := range []struct {
		err      error
		returned bool
		want     theorems.Verdict
	}{
		{fmt.Errorf("%w: D v = 0", model.ErrNoImage), false, theorems.Holds},
		{model.ErrInvalid, false, theorems.Fails},
		{nil, false, theorems.Fails},
		{theorems.Missing("carry_left"), true, theorems.Holds},
		{fmt.Errorf("%w: an interrupt", theorems.ErrUndecided), true, theorems.Holds},
		{errors.New("crashed at carry_left: exit status 3"), true, theorems.Holds},
	} {
		var f theorems.Finding
		err := f.DemandRefusal("D v = 0 is refused", c.err, model.ErrNoImage)
		require.Equal(t, c.want, f.Verdict, "%v", c.err)
		if c.returned {
			require.Equal(t, c.err, err)
		} else {
			require.NoError(t, err)
		}
	}
}
