package theorems_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/oracles/certificate"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// small is the case type of the toy theorems here: a vector.
type small struct {
	Tags []string  `json:"tags,omitempty"`
	V    []float64 `json:"v" dim:"N"`
}

func vectors() *rapid.Generator[small] {
	return rapid.Custom(func(t *rapid.T) small {
		n := rapid.IntRange(1, 6).Draw(t, "N")
		s := small{Tags: []string{"any"}}
		for range n {
			s.V = append(s.V, rapid.Float64Range(-8, 8).Draw(t, "v"))
		}
		return s
	})
}

// bounded claims |v| < limit for every entry, and panics on v = −∞.
func bounded(limit float64) theorems.Check {
	return theorems.Claim("bounded", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		for _, v := range c.V {
			f.Demand("|v| < limit", math.Abs(v) < limit)
		}
		return f, nil
	}).Visiting("any")
}

func effort(workers int) theorems.Effort {
	return theorems.Effort{Seed: 5, Checks: 200, ExactChecks: 50, Bits: 64, TwinAttempts: 100, Workers: workers}
}

func TestRunShrinksTheFirstFailure(t *testing.T) {
	th := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(3)}}
	r := th.Run(context.Background(), theorems.Subject{}, effort(2))
	require.Equal(t, theorems.Fails, r.Verdict)
	require.Len(t, r.Failures, 1, "one kind of failure, one report")
	v := r.Failures[0].Case.(small).V
	require.Len(t, v, 1)
	require.Contains(t, []float64{3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8}, v[0], "a small integer")
}

func TestRunDoesNotDependOnWorkers(t *testing.T) {
	th := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(3)},
		Exact: []theorems.Check{theorems.Decide("never", vectors(), func(small) error { return theorems.ErrUndecided })}}
	var reports []theorems.Report
	for _, workers := range []int{1, 3, 8} {
		r := th.Run(context.Background(), theorems.Subject{}, effort(workers))
		r.Seconds = 0
		reports = append(reports, r)
	}
	require.Equal(t, reports[0], reports[1])
	require.Equal(t, reports[0], reports[2])
	require.Equal(t, 50, reports[0].Unknown)
}

func TestRunStopsWhenItIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e := effort(2)
	done := 0
	e.Workers = 1
	e.Progress = func(n int) {
		if done += n; done == 20 {
			cancel()
		}
	}
	r := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(100)}}.Run(ctx, theorems.Subject{}, e)
	require.True(t, r.Interrupted)
	require.Equal(t, theorems.Unknown, r.Verdict)
	require.Equal(t, 20, r.Instances)
}

func TestAPanicIsAFailureNotACrash(t *testing.T) {
	c := theorems.Claim("panics", vectors(), func(theorems.Subject, small) (theorems.Finding, error) { panic("boom") })
	require.Equal(t, theorems.Fails, c.On(theorems.Subject{}, small{V: []float64{1}}).Verdict)
}

func TestAnErrorOfTheSubjectIsAFailure(t *testing.T) {
	c := theorems.Claim("refuses", vectors(), func(theorems.Subject, small) (theorems.Finding, error) {
		return theorems.Finding{}, errors.New("no")
	})
	require.Equal(t, theorems.Fails, c.On(theorems.Subject{}, small{V: []float64{1}}).Verdict)
}

func TestAMissingOperationIsNotTried(t *testing.T) {
	c := theorems.Claim("needs", vectors(), func(theorems.Subject, small) (theorems.Finding, error) {
		return theorems.Finding{}, theorems.ErrNotImplemented
	})
	r := theorems.Theorem{Ref: "T2", ID: "toy/needs", Claims: []theorems.Check{c}}.Run(context.Background(), theorems.Subject{}, effort(2))
	require.Equal(t, theorems.Unknown, r.Verdict)
	require.Equal(t, []string{"needs: operation not implemented"}, r.NotTried)
	require.Zero(t, r.Instances, "never counted as passed")
}

// What floating point abstains from, exact arithmetic decides.
func TestEscalation(t *testing.T) {
	vague := theorems.Claim("vague", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		f.Expect("x", 1, 80, 100)
		return f, nil
	})
	calls := 0
	c := theorems.Escalating(vague, func(small) error { calls++; return nil })
	out := c.On(theorems.Subject{}, small{V: []float64{1}})
	require.Equal(t, theorems.Holds, out.Verdict)
	require.True(t, out.Exact)
	require.Equal(t, 1, calls)
	c = theorems.Escalating(vague, func(small) error { return theorems.Violatedf("no") })
	require.Equal(t, theorems.Fails, c.On(theorems.Subject{}, small{V: []float64{1}}).Verdict)
	require.Equal(t, theorems.Unknown, vague.On(theorems.Subject{}, small{V: []float64{1}}).Verdict)
}

// TestOneClaimCannotBeEvaded: the share of all instances that are unknown stays
// below what the theorem allows.
func TestOneClaimCannotBeEvaded(t *testing.T) {
	evasive := theorems.Claim("evaded", vectors(), func(theorems.Subject, small) (f theorems.Finding, err error) {
		f.Abstain("says nothing")
		return f, nil
	})
	others := []theorems.Check{bounded(9), bounded(10), bounded(11), bounded(12)}
	for i := range others {
		others[i].Name += string(rune('a' + i))
	}
	th := theorems.Theorem{Ref: "T1", ID: "toy/evaded", Claims: append(others, evasive), MaxUnknown: 0.25}
	r := th.Run(context.Background(), theorems.Subject{}, effort(2))
	require.LessOrEqual(t, float64(r.Unknown), th.MaxUnknown*float64(r.Judged))
	require.Equal(t, []string{"evaded"}, r.Silent)
	require.Equal(t, theorems.Unknown, r.Verdict)
	th.Claims = others
	require.Equal(t, theorems.Holds, th.Run(context.Background(), theorems.Subject{}, effort(2)).Verdict)
}

// TestOperationsAreThereOrNot: one that is missing on the instances where it
// would fail is not one that was not tried.
func TestOperationsAreThereOrNot(t *testing.T) {
	sometimes := theorems.Claim("sometimes", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		if len(c.V) > 1 {
			return f, theorems.Missing("Norm")
		}
		f.Expect("|0|", 0, 1, 8)
		return f, nil
	})
	th := theorems.Theorem{Ref: "T1", ID: "toy/sometimes", Claims: []theorems.Check{sometimes}}
	r := th.Run(context.Background(), theorems.Subject{}, effort(2))
	require.NotEmpty(t, r.NotTried)
	require.Equal(t, []string{"sometimes"}, r.Silent)
	require.Equal(t, theorems.Unknown, r.Verdict)
}

// TestAPartialSubjectMayDecline: what it declines is counted, by check and
// operation, and does not make the rest unknown.
func TestAPartialSubjectMayDecline(t *testing.T) {
	declines := theorems.Claim("declines", vectors(), func(_ theorems.Subject, c small) (f theorems.Finding, err error) {
		switch len(c.V) {
		case 1:
			return f, theorems.Declined("norm", fmt.Errorf("of %g", c.V[0]))
		case 2:
			return f, theorems.Missing("angle")
		case 3:
			return f, fmt.Errorf("asked: %w", theorems.ErrNotImplemented)
		}
		f.Expect("|0|", 0, 1, 8)
		return f, nil
	})
	th := theorems.Theorem{Ref: "T1", ID: "toy/declines", Claims: []theorems.Check{declines}}
	r := th.Run(context.Background(), theorems.Subject{Partial: true}, effort(2))
	require.Equal(t, theorems.Holds, r.Verdict)
	require.Empty(t, r.Silent)
	require.Len(t, r.Untried, 3)
	require.Len(t, r.NotTried, 3)
	instances := r.Instances
	for _, u := range r.Untried {
		require.Equal(t, "declines", u.Check)
		require.Contains(t, []string{"norm", "angle", ""}, u.Operation)
		require.Positive(t, u.Instances)
		if u.Operation == "norm" {
			require.Contains(t, u.Reason, "norm declined: of ")
		}
		instances += u.Instances
	}
	require.Equal(t, effort(2).Checks, instances, "each is judged, or counted as not tried")
	require.Equal(t, theorems.Unknown, th.Run(context.Background(), theorems.Subject{}, effort(2)).Verdict, "a subject that is not partial evades")

	nothing := theorems.Claim("declines all", vectors(), func(theorems.Subject, small) (theorems.Finding, error) {
		return theorems.Finding{}, theorems.Missing("norm")
	})
	th.Claims = []theorems.Check{nothing}
	r = th.Run(context.Background(), theorems.Subject{Partial: true}, effort(2))
	require.Equal(t, theorems.Unknown, r.Verdict, "never counted as passed")
	require.Equal(t, []theorems.Untried{{Check: "declines all", Operation: "norm", Instances: 200, Reason: "operation not implemented: norm"}}, r.Untried)
}

func TestAnUnvisitedEdgeIsReported(t *testing.T) {
	th := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(100).Visiting("never drawn")}}
	require.Equal(t, []string{"never drawn"}, th.Run(context.Background(), theorems.Subject{}, effort(1)).Unvisited)
}

func TestASurvivingTwinLeavesNothingProven(t *testing.T) {
	harmless := theorems.Twin{Name: "harmless", Mistake: "none", Break: func(s theorems.Subject) theorems.Subject { return s }}
	th := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(100)}, Twins: []theorems.Twin{harmless}}
	r := th.Run(context.Background(), theorems.Subject{}, effort(1))
	require.True(t, r.TwinSurvived())
	require.Equal(t, theorems.Unknown, r.Verdict)
}

func TestAFalseCertificateRefutes(t *testing.T) {
	false_ := theorems.Certificate{Shapes: []certificate.Shape{{N: 2}}, Identity: certificate.Identity{Name: "AB = BA",
		Build: func(b *certificate.Builder, s certificate.Shape) []certificate.Equation {
			x, y := b.Matrix("A", s.N, s.N), b.Matrix("B", s.N, s.N)
			return []certificate.Equation{x.Times(y).Equals(y.Times(x))}
		}}}
	r := theorems.Theorem{Ref: "T3", ID: "toy/commute", Certificates: []theorems.Certificate{false_}}.Run(context.Background(), theorems.Subject{}, effort(1))
	require.Equal(t, theorems.Fails, r.Verdict)
	require.Error(t, r.Proofs[0].Err)
}

func TestValidateNamesWhatIsMissing(t *testing.T) {
	err := theorems.Validate([]theorems.Theorem{
		{Ref: "T1", ID: "Toy", Claims: []theorems.Check{bounded(1), bounded(2)}, Twins: []theorems.Twin{{Name: "a"}}},
		{Ref: "T1", ID: "toy/b", Exact: []theorems.Check{bounded(1)}},
	})
	for _, want := range []string{"ID is not family/conclusion", "no statement", "no source", "no reason for its bounds", "fewer than three twins",
		"fewer than two kinds of evidence", "check without a name of its own: bounded", "twin without a name or a mistake",
		"is not exactly one of", "two theorems are named T1", "exact check bounded is not of the statement alone"} {
		require.ErrorContains(t, err, want)
	}
}

// A counterexample survives the trip through JSON, and is judged again.
func TestCounterexampleRoundTrip(t *testing.T) {
	th := theorems.Theorem{Ref: "T1", ID: "toy/bounded", Claims: []theorems.Check{bounded(3)}}
	s := theorems.Subject{Name: "toy"}
	r := th.Run(context.Background(), s, effort(1))
	w, err := theorems.NewCounterexample(th, s, r.Failures[0])
	require.NoError(t, err)
	text, err := w.JSON()
	require.NoError(t, err)
	again, found, check, err := theorems.ParseCounterexample([]byte(text), []theorems.Theorem{th})
	require.NoError(t, err)
	require.Equal(t, "T1", found.Ref)
	require.Equal(t, theorems.Fails, check.On(s, again.Instance()).Verdict)
	require.Contains(t, again.GoLiteral(), "theorems_test.small{")

	for _, bad := range []string{`{`, `{"theorem":"toy/none"}`, `{"theorem":"toy/bounded","check":"other"}`,
		`{"theorem":"toy/bounded","check":"bounded"}`, `{"theorem":"toy/bounded","check":"bounded","case":{"w":1}}`} {
		_, _, _, err := theorems.ParseCounterexample([]byte(bad), []theorems.Theorem{th})
		require.Error(t, err, bad)
	}
}

// The same seed draws the same instance, whatever else was drawn.
func TestDrawsAreDeterministic(t *testing.T) {
	points := generators.Points(generators.NetworkOptions{MaxUnits: 8, Nonlinearity: generators.AllNonlinearities})
	c := theorems.Claim("x", points, func(theorems.Subject, generators.Point) (theorems.Finding, error) { return theorems.Finding{}, nil })
	var first []any
	for seed := range uint64(50) {
		first = append(first, c.Draw(seed*2))
	}
	for seed := range slices.Backward(first) {
		require.Equal(t, first[seed], c.Draw(uint64(seed)*2))
	}
}

// Our own package has every operation.
func TestModelIsComplete(t *testing.T) {
	s := theorems.Model()
	require.NotNil(t, s.Field)
	require.NotNil(t, s.FixedPoints)
	net, err := generators.Network{Nonlinearity: "tanh", W: [][]float64{{1}}, Tau: []float64{1}}.RNN(nil)
	require.NoError(t, err)
	_, err = s.Linearize(net, []float64{math.NaN()})
	require.ErrorIs(t, err, model.ErrInvalid)
}
