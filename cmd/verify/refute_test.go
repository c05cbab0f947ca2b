package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/stretchr/testify/require"
)

// huntJSON has the keys that a search is promised to have.
type huntJSON struct {
	Conjectures []struct {
		Ref       string          `json:"ref"`
		Statement string          `json:"statement"`
		Refuted   bool            `json:"refuted"`
		Exact     bool            `json:"exact"`
		Size      map[string]int  `json:"size"`
		Witness   json.RawMessage `json:"witness"`
		Tried     int             `json:"tried"`
		Seconds   float64         `json:"seconds"`
		ByHand    []string        `json:"by_hand"`
		Minimal   string          `json:"minimal"`
		Risk      float64         `json:"residual_risk"`
	} `json:"conjectures"`
	Interrupted bool `json:"interrupted"`
}

// TestRefuteAll: every conjecture is refuted exactly, and its witness is what
// verify replay judges.
func TestRefuteAll(t *testing.T) {
	got := verify("refute", "--json", "--checks", "20")
	require.Zero(t, got.status, got.err)
	keys := []string{"ref", "statement", "refuted", "exact", "size", "witness", "tried", "seconds"}
	at := 0
	for _, key := range keys {
		i := strings.Index(got.out[at:], `"`+key+`":`)
		require.Positive(t, i, key)
		at += i
	}
	var d huntJSON
	require.NoError(t, json.Unmarshal([]byte(got.out), &d))
	require.Len(t, d.Conjectures, 17)
	for i, c := range d.Conjectures {
		require.Equal(t, fmt.Sprintf("F%d", i+1), c.Ref)
		require.True(t, c.Refuted && c.Exact, c.Ref)
		require.NotEmpty(t, c.Size, c.Ref)
		require.NotEmpty(t, c.ByHand, c.Ref)
		require.NotEmpty(t, c.Minimal, c.Ref)
		require.Positive(t, c.Tried, c.Ref)
		if i%8 != 1 { // building the registry takes longer than judging
			continue
		}
		again := verifyReading(string(c.Witness), "replay", "-")
		require.Equal(t, statusRefuted, again.status, "%s: %s", c.Ref, again.err)
		require.Contains(t, again.out, c.Ref+" ")
		require.Contains(t, again.out, "(in exact arithmetic)")
		require.NotContains(t, again.out, "for model", "no subject was judged")
		require.NotContains(t, string(c.Witness), `"tags"`)
	}
	require.Equal(t, map[string]int{"N": 2, "R": 1}, d.Conjectures[1].Size)
}

func TestRefuteSome(t *testing.T) {
	got := verify("refute", "f2", "F1,F9", "--checks", "20", "--seed", "7")
	require.Zero(t, got.status, got.err)
	for _, want := range []string{"F1  conjectures/latents-are-a-network: refuted at N = 1, K = 1\n", "F2  conjectures/", "F9  conjectures/",
		"counterexample\n  M       0\n          1\n", "by hand\n  J = M Nᵀ = [[0, 0], [1, 0]]\n", "exactly       K ≥ rank", "smallest      With N = 1", "instead  ",
		"48 of a list", `"ref":"F2"`, "3 statements: 3 refuted, 0 not; seed 7"} {
		require.Contains(t, got.out, want)
	}
	require.NotContains(t, got.out, "F3  ")
	require.NotContains(t, got.out, "no exact check decides")
}

// TestRefuteOfATheorem ends with how much was tried, and never with more.
func TestRefuteOfATheorem(t *testing.T) {
	got := verify("refute", "L3", "F1", "--checks", "40")
	require.Equal(t, statusRefuted, got.status, got.err)
	for _, want := range []string{"L3  linearization/right-eigenvectors: not refuted", "at most 3/60 = 0.05, at 95 %", "2 statements: 1 refuted, 1 not"} {
		require.Contains(t, strings.Join(strings.Fields(got.out), " "), strings.Join(strings.Fields(want), " "))
	}
	require.NotContains(t, strings.ToLower(got.out), "prove")

	got = verify("refute", "L3", "--checks", "40", "--json")
	require.Equal(t, statusRefuted, got.status, got.err)
	var d huntJSON
	require.NoError(t, json.Unmarshal([]byte(got.out), &d))
	require.False(t, d.Conjectures[0].Refuted)
	require.Equal(t, "null", string(d.Conjectures[0].Witness))
	require.Empty(t, d.Conjectures[0].Size)
	require.Equal(t, 3/float64(d.Conjectures[0].Tried), d.Conjectures[0].Risk)
}

// TestRefuteFails: a conjecture whose decision refutes nothing, and one whose
// decision goes wrong, are not refuted; nor is a theorem spared whose subject is wrong.
func TestRefuteFails(t *testing.T) {
	f2 := conjectures.All()[1]
	for problem, err := range map[string]error{"": nil, "no such matrix": errors.New("no such matrix")} {
		broken := f2
		broken.Levels = []theorems.Level{f2.Levels[0]}
		broken.Levels[0].Check = theorems.Escalating(f2.Levels[0].Check, func(conjectures.Recurrent) error { return err })
		var out bytes.Buffer
		end := refuter{streams: streams{out: &out}, conjectures: []theorems.Conjecture{broken}}.run(context.Background(), theorems.Model(), theorems.Effort{ExactChecks: 5})
		var status *ended
		require.ErrorAs(t, end, &status)
		require.Equal(t, statusRefuted, status.status)
		require.Contains(t, out.String(), "F2  conjectures/rank-is-dimension: not refuted")
		require.Contains(t, out.String(), problem)
	}
	l3 := theorem(t, "L3")
	var out bytes.Buffer
	require.NoError(t, refuter{streams: streams{out: &out}, theorems: []theorems.Theorem{l3}}.run(context.Background(), l3.Twins[0].Break(theorems.Model()), theorems.DefaultEffort(1, 1).Part(3)))
	require.Contains(t, out.String(), `"modes" fails`)
	require.Contains(t, out.String(), "1 statement: 1 refuted, 0 not")
}

func TestRefuteRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"refute X9":            `no conjecture or theorem is called "X9"; theorems are those of verify list, and conjectures are`,
		"refute [":             "syntax error in pattern",
		"refute --checks 0":    "--checks is 0",
		"refute --nonsense F2": "unknown flag",
		"F2":                   "verify refute F2 refutes it",
		"show f2":              "F2 is a conjecture: verify refute F2",
	} {
		got := verify(strings.Fields(args)...)
		require.Equal(t, statusBadInput, got.status, args)
		require.Contains(t, got.err, want)
		require.Empty(t, got.out)
	}
}

func TestRefuteIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	require.Equal(t, statusUnknown, execute(ctx, []string{"refute"}, streams{out: &out, err: &out}))
	require.Contains(t, out.String(), "interrupted: 0 of 17 were looked at")
	out.Reset()
	require.Equal(t, statusUnknown, execute(ctx, []string{"refute", "--json"}, streams{out: &out, err: &out}))
	var d huntJSON
	require.NoError(t, json.Unmarshal(out.Bytes(), &d))
	require.True(t, d.Interrupted)
	require.Empty(t, d.Conjectures)
}
