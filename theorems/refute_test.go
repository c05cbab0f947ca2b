package theorems_test

import (
	"context"
	"errors"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sized is a vector of as many entries as it was drawn for.
type sized struct {
	V    []float64 `json:"v" dim:"N"`
	Lost float64   `json:"-"`
}

func sizedVectors(n int) *rapid.Generator[sized] {
	return rapid.Custom(func(t *rapid.T) sized {
		return sized{V: rapid.SliceOfN(rapid.Float64Range(-4, 4), n, n).Draw(t, "v"), Lost: 1}
	})
}

// sumsBelow conjectures that the entries of a vector of n add up to less than
// 1, with what decides it at sizes 1 to 3.
func sumsBelow(decide func(sized) error) theorems.Conjecture {
	c := theorems.Conjecture{Ref: "Z1", ID: "toy/sums", Statement: "Sums are small.", Source: "toy", Instead: "They are not.", Minimal: "By hand.",
		ByHand: func(instance any) []string { return []string{"1 ≥ 1"} }}
	for n := 1; n <= 3; n++ {
		size := theorems.Size{N: n}
		c.Levels = append(c.Levels, theorems.Level{Size: size, Check: theorems.Decide(size.String(), sizedVectors(n), decide)})
	}
	return c
}

// fromTwo is violated from two entries on, where their sum is at least 1.
func fromTwo(c sized) error {
	sum := 0.0
	for _, v := range c.V {
		sum += v
	}
	if len(c.V) > 1 && sum >= 1 {
		return theorems.Violatedf("%v", c.V)
	}
	return nil
}

func refuteEffort() theorems.Effort { return theorems.Effort{Seed: 4, ExactChecks: 40} }

// TestRefute: the smallest size with a violation, the simplest numbers there,
// what was tried before, the same again from the same seed.
func TestRefute(t *testing.T) {
	c := sumsBelow(fromTwo)
	require.NoError(t, theorems.ValidateConjectures([]theorems.Conjecture{c}))
	r := c.Refute(context.Background(), refuteEffort())
	require.NoError(t, r.Problem)
	require.True(t, r.Refuted && r.Exact)
	require.Equal(t, theorems.Size{N: 2}, r.Size)
	v := r.Case.(sized).V
	require.ElementsMatch(t, []float64{0, 1}, v)
	require.Contains(t, r.Violation, "1")
	all, smaller := r.Tried()
	require.Equal(t, 40, smaller)
	require.Greater(t, all, smaller)

	again := c.Refute(context.Background(), refuteEffort())
	r.Seconds, again.Seconds = 0, 0
	require.Equal(t, r, again)
}

// TestRefuteOfALevelsList: it is decided in its order before any is drawn, and
// ends at its first violation.
func TestRefuteOfALevelsList(t *testing.T) {
	c := sumsBelow(fromTwo)
	c.Levels[1].Every = func(yield func(any) bool) {
		for x := range 9 {
			if !yield(sized{V: []float64{0, float64(x)}}) {
				return
			}
		}
	}
	r := c.Refute(context.Background(), refuteEffort())
	require.Equal(t, sized{V: []float64{0, 1}}, r.Case)
	require.Equal(t, theorems.LevelTried{Size: theorems.Size{N: 2}, Decided: 2, Listed: 2}, r.Levels[1])
}

// TestRefuteSaysWhatIsWrong: a decision that refutes nothing is reported as not
// refuted, and one that goes wrong is no refutation.
func TestRefuteSaysWhatIsWrong(t *testing.T) {
	broken := sumsBelow(func(sized) error { return nil }).Refute(context.Background(), refuteEffort())
	require.False(t, broken.Refuted || broken.Exact)
	require.NoError(t, broken.Problem)
	all, smaller := broken.Tried()
	require.Equal(t, []int{120, 120}, []int{all, smaller})

	none := sumsBelow(func(sized) error { return theorems.ErrUndecided }).Refute(context.Background(), refuteEffort())
	require.False(t, none.Refuted)
	require.Equal(t, 120, none.Undecided())

	for problem, decide := range map[string]func(sized) error{
		"no such matrix": func(sized) error { return errors.New("no such matrix") },
		"panic: at once": func(sized) error { panic("at once") },
		"is no violation when it is read back": func(c sized) error {
			if c.Lost != 0 {
				return theorems.Violatedf("what JSON loses")
			}
			return nil
		},
	} {
		r := sumsBelow(decide).Refute(context.Background(), refuteEffort())
		require.False(t, r.Refuted, problem)
		require.ErrorContains(t, r.Problem, problem)
	}

	other := sumsBelow(fromTwo)
	other.Levels[0].Check = theorems.Decide("of size two", sizedVectors(2), fromTwo)
	require.ErrorContains(t, other.Refute(context.Background(), refuteEffort()).Problem, "N = 2")
}

func TestRefuteIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e, seen := refuteEffort(), 0
	e.Progress = func(int) {
		if seen++; seen == 45 {
			cancel()
		}
	}
	r := sumsBelow(func(sized) error { return nil }).Refute(ctx, e)
	require.True(t, r.Interrupted)
	require.False(t, r.Refuted)
	all, _ := r.Tried()
	require.Equal(t, 45, all)
}

func TestRefuteTheorem(t *testing.T) {
	th := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(9)}}
	a := theorems.RefuteTheorem(context.Background(), th, theorems.Subject{}, effort(2))
	require.False(t, a.Refuted())
	require.Equal(t, 200, a.Decided)
	require.Equal(t, 0.015, a.ResidualRisk())
	require.Equal(t, 1.0, theorems.Attempt{Decided: 2}.ResidualRisk())

	// Unknown instances are no evidence.
	unknown := theorems.Claim("unknown", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		f.Demand("one entry", true)
		if len(c.V) > 1 {
			f.Abstain("too long")
		}
		return f, nil
	})
	a = theorems.RefuteTheorem(context.Background(), theorems.Theorem{Ref: "T2", ID: "toy/unknown", Claims: []theorems.Check{unknown}}, theorems.Subject{}, effort(2))
	require.Equal(t, 200, a.Decided+a.Report.Unknown)
	require.Positive(t, a.Report.Unknown)

	th.Claims = []theorems.Check{bounded(3)}
	require.True(t, theorems.RefuteTheorem(context.Background(), th, theorems.Subject{}, effort(2)).Refuted())
}

func TestValidateConjectures(t *testing.T) {
	for problem, spoil := range map[string]func(c *theorems.Conjecture){
		"no statement":                func(c *theorems.Conjecture) { c.Statement = "" },
		"no source":                   func(c *theorems.Conjecture) { c.Source = "" },
		"nothing is true instead":     func(c *theorems.Conjecture) { c.Instead = "" },
		"no reason why":               func(c *theorems.Conjecture) { c.Minimal = "" },
		"no arithmetic":               func(c *theorems.Conjecture) { c.ByHand = nil },
		"no levels":                   func(c *theorems.Conjecture) { c.Levels = nil },
		"level without a size":        func(c *theorems.Conjecture) { c.Levels[0].Size = theorems.Size{} },
		"not in the order":            func(c *theorems.Conjecture) { c.Levels[0], c.Levels[1] = c.Levels[1], c.Levels[0] },
		"a name of its own":           func(c *theorems.Conjecture) { c.Levels[1].Check = c.Levels[0].Check },
		"not of the statement alone":  func(c *theorems.Conjecture) { c.Levels[1].Check = bounded(1) },
		"ID is not family/conclusion": func(c *theorems.Conjecture) { c.ID = "sums" },
		"no ref":                      func(c *theorems.Conjecture) { c.Ref = "" },
	} {
		c := sumsBelow(fromTwo)
		spoil(&c)
		require.ErrorContains(t, theorems.ValidateConjectures([]theorems.Conjecture{c}), problem)
	}
	c := sumsBelow(fromTwo)
	require.ErrorContains(t, theorems.ValidateConjectures([]theorems.Conjecture{c, c}), "two conjectures")
}

func TestSizes(t *testing.T) {
	require.Equal(t, "N = 2, R = 1", theorems.Size{N: 2, R: 1}.String())
	require.Equal(t, "R = 1, K = 3, P = 2", theorems.Size{R: 1, K: 3, P: 2}.String())
	require.Equal(t, -1, theorems.Size{N: 1, R: 9}.Compare(theorems.Size{N: 2, R: 1}))
	require.Equal(t, 1, theorems.Size{N: 2, P: 2}.Compare(theorems.Size{N: 2, P: 1}))
	require.Zero(t, theorems.Size{K: 2}.Compare(theorems.Size{K: 2}))
	require.Negative(t, generators.Simpler(sized{V: []float64{0, 1}}, sized{V: []float64{1, 1}}))
	require.Negative(t, generators.Simpler(sized{V: []float64{9}}, sized{V: []float64{0, 0}}))
	require.Negative(t, generators.Simpler(sized{V: []float64{0.5}}, sized{V: []float64{0.25}}))
	require.Zero(t, generators.Simpler(sized{V: []float64{0, 1}}, sized{V: []float64{1, 0}}))
}
