package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCheckMixture gives arguments, and expects a status and fragments of what
// is said.
func TestCheckMixture(t *testing.T) {
	cycle, ring, pair := example("mixture-cycle.json"), example("mixture-ring.json"), example("mixture-pair.json")
	missed := modelFile(t, `{"nonlinearity": "tanh", "populations": [{"weight": 1, "mean": [0, 0, 0], "cov": [[1, 1, 0], [1, 1, 0], [0, 0, 0]]}]}`)
	unbounded := modelFile(t, `{"nonlinearity": "identity", "populations": [{"weight": 1, "mean": [0, 0, 1], "cov": [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 0]]}]}`)
	nothing := modelFile(t, `{"nonlinearity": "tanh", "populations": [{"weight": 1, "mean": [1, 1, 0, 0, 0], "cov": {"iso": 0}}]}`)
	for _, c := range []struct {
		args   []string
		status int
		want   []string
	}{
		{[]string{cycle}, 0, []string{"mixture\n  rank R = 2, 1 population\n  φ is erf\n", "1 fixed point of the mean field, sum of indices 1, as it must be for a bounded φ if none is missing (M11)",
			"index +1\n   unstable   eigenvalues (0.6+0.8i, 0.6-0.8i)\n   found by ", "gain ⟨φ'⟩ = 1\n", "1 limit cycle, on 14 orbits", "period 12.56637", "stable   Floquet exponents (-0.609375) 1/τ"}},
		{[]string{pair}, 0, []string{"5 fixed points of the mean field", "no limit cycle, on ", "gain ⟨φ'⟩ = 0.625"}},
		{[]string{example("mixture-square.json")}, 0, []string{"9 fixed points of the mean field", "population 3: x ~ N("}},
		{[]string{nothing}, 0, []string{"1 fixed point of the mean field"}},
		{[]string{ring}, 3, []string{"kept, of a continuum\nnot certified to be all: they are not isolated, as on a ring", "no limit cycle"}},
		{[]string{missed}, 3, []string{"not certified to be all: 1 of them degenerate", "limit cycles not looked for: no orbit of one latent returns (M9)"}},
		{[]string{unbounded, "--box", "3"}, 3, []string{"not certified to be all: φ is unbounded", "|κ| ≤ (3)"}},
		{[]string{pair, "--limit", "2"}, 3, []string{"the search was cut off"}},
		{[]string{example("mixture-network.json")}, 0, []string{"labels of 4 populations", "the mixture with the moments of the labelled populations", "fixed points of the network", "9 fixed points of the mean field"}},

		{[]string{cycle, "--box", "0"}, 2, []string{"--box is 0, want a number > 0"}},
		{[]string{cycle, "--box", "NaN"}, 2, []string{"--box is NaN"}},
		{[]string{cycle, "--vectors", "--json"}, 2, []string{"is a mixture, which has no units: --vectors says nothing here"}},
		{[]string{cycle, "--form", "activity"}, 2, []string{"a convention is given, but the file is a mixture"}},
		{[]string{modelFile(t, "{\"nonlinearity\": \"tanh\",\n\"populations\": [{\"weight\": 1, \"mean\": [0, 0, 0], \"cov\": [[1, 2, 0], [2, 1, 0], [0, 0, 0]]}]}")}, 2,
			[]string{"m.json:2: populations[0].cov: covariance[0,1] is 2, more than the variances 1 and 1 allow"}},
		{[]string{modelFile(t, `{"nonlinearity": "tanh", "populations": [{"weight": null, "mean": [], "cov": []}]}`)}, 2, []string{"m.json:1: populations[0].weight is null"}},
		{[]string{modelFile(t, `{"M": [[1], [2]], "N": [[1], [2]], "scale": 0.5, "nonlinearity": "tanh", "tau": 1, "labels": [0, 2]}`)}, 2, []string{"labels[1] is 2"}},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := verify(append([]string{"check"}, c.args...)...)
			require.Equal(t, c.status, got.status, "%s%s", got.out, got.err)
			said, silent := got.out, got.err
			if c.status == statusBadInput {
				said, silent = got.err, got.out
				require.True(t, strings.HasPrefix(said, "verify: "), said)
			}
			require.Empty(t, silent)
			for _, want := range c.want {
				require.Contains(t, said, want)
			}
		})
	}
	got := verify("convert", cycle, "--to", "lds")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, "a mixture, want an lds")
}

func TestCheckMixtureJSON(t *testing.T) {
	var d struct {
		Kind, Read, Verdict, Nonlinearity string
		Rank, Populations                 int
		Box                               [][2]float64
		FixedPoints                       []map[string]any `json:"fixed_points"`
		IndexSum                          int              `json:"index_sum"`
		Complete, Truncated, Continuum    bool
		Doubt                             string
		Cycles                            struct {
			Not    string `json:"not_looked_for"`
			Orbits int
			Found  []map[string]any
		}
	}
	got := verify("check", example("mixture-ring.json"), "--json")
	require.Equal(t, statusUnknown, got.status)
	strictly(t, got.out, &d)
	require.Equal(t, "unknown", d.Verdict)
	require.True(t, d.Continuum)
	require.False(t, d.Complete)
	require.NotEmpty(t, d.Doubt)
	for _, key := range []string{"kappa", "residual", "radius", "eigenvalues", "stable", "index", "means", "gains"} {
		require.Contains(t, d.FixedPoints[0], key)
	}
}

func TestCheckMixtureEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var out, err bytes.Buffer
	at := &cancelling{at: "searching for fixed points of the mean field", cancel: cancel}
	status := execute(ctx, []string{"check", example("mixture-pair.json"), "--starts", "20000"}, streams{out: &out, err: at, live: true})
	require.Equal(t, statusUnknown, status)
	require.Contains(t, at.String(), "interrupted before there was anything to report")
	require.Empty(t, out.String())
	require.Equal(t, statusUnknown, execute(context.Background(), []string{"check", example("mixture-pair.json")}, streams{out: broken{}, err: &err}))
	require.Equal(t, 1, strings.Count(err.String(), "no space left"), err.String())
}
