package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/stretchr/testify/require"
)

const (
	modesID  = "linearization/right-eigenvectors"
	canaryID = report.CanaryPrefix + "planted"
	point    = `{"nonlinearity":"tanh","W":[[0,1],[1,0]],"tau":[1],"x":[0.5,0.25]}`
)

// huntPlan is a plan of a true theorem and a planted one.
func huntPlan(blocks int) journal.Plan {
	version := journal.DigestOf(nil)
	return journal.Plan{Format: journal.Format, Seed: 7, BlockSize: 10, Blocks: blocks, Starts: version, Environment: "here", Build: "devel",
		Theorems: []journal.PlannedTheorem{{ID: modesID, Ref: "L3", Version: version}, {ID: canaryID, Ref: "Y1", Version: version}}}
}

// held is a block of which all instances hold, and failed one of which one does not.
func held(p journal.Plan, id string, block int) journal.Record {
	return journal.Record{Plan: p.Digest(), Theorem: id, Block: block, Kind: "draw", Counts: journal.Counts{Instances: 10, Holds: 9, Unknown: 1},
		Top: &journal.Margin{Check: "modes", What: "|(M_x)ᵢᵢ − (M_r)ᵢᵢ|", Margin: 0.25, Index: block % 10}, Seconds: 90}
}

func failed(p journal.Plan, id string, block int, text string) journal.Record {
	return failing(held(p, id, block), "modes", text)
}

// caught is a block of the canary in which all its claims fail.
func caught(p journal.Plan, block int) journal.Record {
	r := held(p, canaryID, block)
	for _, c := range conjectures.Canary().Claims {
		r = failing(r, c.Name, "1")
	}
	return r
}

func failing(r journal.Record, check, text string) journal.Record {
	r.Holds, r.Fails, r.Exact = r.Holds-1, r.Fails+1, 1
	r.Failures = append(r.Failures, journal.Failure{Check: check, What: "|(M_x)ᵢᵢ − (M_r)ᵢᵢ|", Found: "error/bound 2", Index: 3, Case: json.RawMessage(text)})
	return r
}

// recorded is a directory with what an attempt left.
func recorded(t *testing.T, p journal.Plan, records ...journal.Record) string {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Open(dir, p)
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, j.Append(r))
	}
	require.NoError(t, j.Close())
	return dir
}

// TestMerge merges what hunts left, and expects a status and fragments of text.
func TestMerge(t *testing.T) {
	p, endless := huntPlan(2), huntPlan(0)
	whole := recorded(t, p, held(p, modesID, 0), held(p, modesID, 1), caught(p, 0), held(p, canaryID, 1))
	half := recorded(t, p, held(p, modesID, 1), caught(p, 0))
	bad := recorded(t, p, failed(p, modesID, 0, point), caught(p, 0))
	above := held(p, modesID, 1)
	above.Above = []journal.Margin{{Check: "modes", What: "w", Margin: 0.5, Index: 1}}
	torn := recorded(t, p, above, held(p, canaryID, 0), held(p, canaryID, 1))
	require.NoError(t, os.WriteFile(filepath.Join(torn, "records-x-1-0001.jsonl"), []byte("0123"), 0o600))
	flipped := recorded(t, p, held(p, modesID, 0), held(p, modesID, 1), caught(p, 0))
	flip(t, flipped)
	unplanned := t.TempDir()
	for name, c := range map[string]struct {
		args   []string
		status int
		json   report.HuntStatus
		want   []string
	}{
		"complete": {[]string{whole, half, whole}, 0, report.Complete, []string{
			"plan " + p.Digest() + ": seed 7, 2 theorems, 2 blocks each of at most 10 instances",
			"L3   linearization/right-eigenvectors       2   2         20      0   10.0 %    0.25  modes: |(M_x)ᵢᵢ − (M_r)ᵢᵢ|\n",
			"Y1   canary/planted                         2   2         20      3   10.0 %    0.25",
			"2 blocks, 20 instances: 18 hold, 0 fail, 2 unknown, 0 vacuous, 0 not tried; 0 decided exactly; 3m0s of judging",
			"the canary, false on purpose, was caught in every way of hunting\n",
			"2 files, 6 records read, 2 of them of blocks that another had counted for\n",
			"Complete: nothing failed."}},
		"missing": {[]string{half}, 3, report.Incomplete, []string{"2 blocks missing\n  L3\n    1 of 2 blocks: 0\n  Y1\n    1 of 2 blocks: 1\n", "Incomplete: "}},
		"damaged": {[]string{flipped}, 3, report.Incomplete, []string{
			"1 line that is no record: its block counts as not done, unless it was done again\n", "line 1: damaged: wrong checksum"}},
		"nothing": {[]string{unplanned, "--plan", filepath.Join(whole, "plan.json")}, 3, report.Incomplete, []string{
			"4 blocks missing\n  L3; Y1\n    2 of 2 blocks: 0–1\n", "4 blocks missing"}},
		"refuted": {[]string{bad}, 1, report.Refuted, []string{
			"L3 linearization/right-eigenvectors: in 1 block\n", `"modes" fails`, `recorded as "error/bound 2"; judged again here, it does not fail`, `{"theorem":"linearization/right-eigenvectors"`, "Refuted: 1 kind of failure, told in 1 form."}},
		"contradictory": {[]string{whole, bad}, 4, report.Contradictory, []string{
			"1 block of which two records say different things\n  linearization/right-eigenvectors, block 0\n    " + whole, "Contradictory: ", `{"theorem":"linearization/right-eigenvectors"`}},
		"blind": {[]string{torn, recorded(t, p, held(p, modesID, 0))}, 3, report.Blind, []string{
			"1 line that is no record: its block was done again\n", "records-x-1-0001.jsonl, line 1: torn: no newline", "The hunt was blind, or too short: ",
			"1 margin above those of the ledger"}},
		"without end": {[]string{recorded(t, endless, held(endless, modesID, 90), caught(endless, 5))}, 0, report.Complete, []string{
			"blocks without end of at most 10 instances", " –         10"}},
		"without end or anything": {[]string{recorded(t, endless)}, 3, report.Incomplete, []string{"Incomplete: "}},
	} {
		t.Run(name, func(t *testing.T) {
			got := verify(append([]string{"merge"}, c.args...)...)
			require.Equal(t, c.status, got.status, "%s%s", got.out, got.err)
			require.Empty(t, got.err)
			flat := strings.ReplaceAll(got.out, "\n    records-", "records-")
			for _, want := range c.want {
				require.Contains(t, flat, want)
			}
			var d report.HuntDocument
			text := verify(append([]string{"merge", "--json"}, c.args...)...)
			require.Equal(t, c.status, text.status)
			require.NoError(t, json.Unmarshal([]byte(text.out), &d))
			require.Equal(t, c.json, d.Status)
			require.True(t, d.Theorems[1].Canary)
			require.Equal(t, d.Counts, d.Theorems[0].Counts, "canaries are in no total")
		})
	}
}

// flip changes a bit in the middle of the first line of a directory's records.
func flip(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "records-*.jsonl"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	text, err := os.ReadFile(files[0])
	require.NoError(t, err)
	text[strings.IndexByte(string(text), '\n')/2] ^= 1
	require.NoError(t, os.WriteFile(files[0], text, 0o600))
}

func TestMergeRefuses(t *testing.T) {
	p, q := huntPlan(2), huntPlan(3)
	a, b, empty := recorded(t, p, held(p, modesID, 0)), recorded(t, q), t.TempDir()
	strange := recorded(t, p, held(p, modesID, 0))
	require.NoError(t, os.Remove(filepath.Join(strange, "plan.json")))
	for want, args := range map[string][]string{
		"merge needs at least one directory":                   nil,
		"there is no plan.json in " + empty:                    {empty},
		"nowhere":                                              {a, filepath.Join(empty, "nowhere")},
		filepath.Join(b, "plan.json") + ": holds another plan": {a, b},
		"plan.json: holds another plan":                        {a, "--plan", filepath.Join(b, "plan.json")},
		"line 1: a record of another plan, " + p.Digest():      {b, strange},
		"unknown flag: --shard":                                {a, "--shard", "1"},
	} {
		got := verify(append([]string{"merge"}, args...)...)
		require.Equal(t, statusBadInput, got.status, "%s%s", got.out, got.err)
		require.Contains(t, got.err, want)
		require.Empty(t, got.out)
	}
	help := verify("merge", "--help")
	require.Contains(t, help.out, "4 two records of one\nblock say different things")
}

// TestMergedFailuresAreReplayed: the line of a failure is what verify replay
// reads, in the text and as JSON.
func TestMergedFailuresAreReplayed(t *testing.T) {
	p := huntPlan(1)
	dir := recorded(t, p, failed(p, modesID, 0, point), caught(p, 0))
	got := verify("merge", dir)
	at := strings.Index(got.out, `{"theorem"`)
	require.Positive(t, at)
	line, _, _ := strings.Cut(got.out[at:], "\n")
	replayed := verifyReading(line, "replay", "-")
	require.Equal(t, statusHolds, replayed.status, "%s%s", replayed.out, replayed.err)
	require.Contains(t, replayed.out, "error/bound 2")

	var d struct {
		Theorems []struct{ Failures []json.RawMessage }
	}
	require.NoError(t, json.Unmarshal([]byte(verify("merge", dir, "--json").out), &d))
	require.Equal(t, statusHolds, verifyReading(string(d.Theorems[0].Failures[0]), "replay", "-").status)
}

// TestMergeUnwritable: a merge that nobody could read is no success.
func TestMergeUnwritable(t *testing.T) {
	p := huntPlan(1)
	dir := recorded(t, p, held(p, modesID, 0), caught(p, 0))
	for _, args := range [][]string{{"merge", dir}, {"merge", dir, "--json"}} {
		var err strings.Builder
		status := execute(t.Context(), args, streams{out: broken{}, err: &err})
		require.Equal(t, statusUnknown, status)
		require.Equal(t, 1, strings.Count(err.String(), "no space left"), err.String())
	}
}
