package wire

import (
	"context"
	"slices"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

// first are the twelve operations that the protocol began with.
var first = []string{"linearize", "modes", "fixed_points", "rnn_from_lds", "lds_from_rnn", "autocovariance",
	"log_likelihood", "markov_gap", "field", "simulate", "fit", "truncate"}

// rounds is an effort in which every claim of a theorem has so many turns, times
// RANKPROOF_EFFORT: in the first round costly ones have theirs too.
func rounds(t *testing.T, n int, th theorems.Theorem, seed uint64) theorems.Effort {
	t.Helper()
	return theorems.Effort{Seed: seed, Checks: n * len(th.Claims), Workers: 2}.Times(theoremtest.Multiplier(t))
}

// byThousands are claims that ask for networks, or for steps of one, by the thousand.
// Through the wire they are judged once by default, by TestFamiliesThroughTheWire.
var byThousands = []string{"N (DF_N − DF)² at two N", "a simulated network has the LDS's law"}

// isDeep reports whether a claim is left to a RANKPROOF_EFFORT of more than 1.
func isDeep(t *testing.T, c theorems.Check) bool {
	t.Helper()
	return theoremtest.Multiplier(t) == 1 && slices.Contains(byThousands, c.Name)
}

// holdsAbout runs the claims of theorems on a subject, so many rounds.
func holdsAbout(t *testing.T, pattern string, s theorems.Subject, n int, seed uint64, tried func(th theorems.Theorem, r theorems.Report)) {
	t.Helper()
	for _, th := range family(t, pattern) {
		bare := th
		bare.Exact, bare.Certificates, bare.Twins = nil, nil, nil
		bare.Claims = slices.DeleteFunc(slices.Clone(th.Claims), func(c theorems.Check) bool { return isDeep(t, c) })
		r := bare.Run(context.Background(), s, rounds(t, n, bare, seed))
		for _, f := range r.Failures {
			t.Errorf("%s %s: %v\n%s", th.Ref, f.Check, f.Outcome.Finding, asJSON(t, f.Case))
		}
		tried(th, r)
	}
}

// TestPlainFamilies: an implementation that says no more than it must is judged
// in full.
func TestPlainFamilies(t *testing.T) {
	s, err := NewSubject(HelloOf(theorems.Model()), plain(loopback(theorems.Model())))
	require.NoError(t, err)
	for _, pattern := range []string{"S*", "M*", "X*"} {
		t.Run(pattern[:1], func(t *testing.T) {
			t.Parallel()
			holdsAbout(t, pattern, s, 1, 7, func(th theorems.Theorem, r theorems.Report) {
				require.Empty(t, r.NotTried, th.Ref)
				require.Empty(t, r.Silent, th.Ref)
			})
		})
	}
}

// TestTwelveOperations: who has these alone, and says no more than it must, is
// judged on what they are, and the rest is told as not tried.
func TestTwelveOperations(t *testing.T) {
	h := HelloOf(theorems.Model())
	h.Ops = first
	s, err := NewSubject(h, plain(loopback(theorems.Model())))
	require.NoError(t, err)
	s.Partial = true
	var tried []string
	holdsAbout(t, "*", s, 1, 8, func(th theorems.Theorem, r theorems.Report) {
		if r.Instances > 0 {
			tried = append(tried, th.Ref)
		}
		for _, u := range r.Untried {
			require.NotEmpty(t, u.Operation, "%s %s: %s", th.Ref, u.Check, u.Reason)
		}
	})
	for _, ref := range []string{"L2", "L5", "S1", "S2", "S3", "S4", "S6", "S8", "S9", "S13", "M2", "M4", "M7", "M11", "M12", "M13"} {
		require.Contains(t, tried, ref)
	}
	t.Log(tried)
}
