package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// folder holds texts as files.
func folder(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

const keptPoint = `{"ref":"L3","check":"modes","case":{"nonlinearity":"tanh","W":[[0,1],[1,0]],"tau":[1],"x":[0.5,0.25]}}`

// TestCorpusIsJudgedFirst: those of the theorems that are run.
func TestCorpusIsJudgedFirst(t *testing.T) {
	got := verify("--only", "L1", "--checks", "4")
	require.True(t, strings.HasPrefix(got.out, "corpus: 1 kept instance, none fails\nledger: "), got.out)
	dir := folder(t, map[string]string{"a.json": keptPoint, "b.json": strings.ReplaceAll(keptPoint, "L3", "L4"), "readme.txt": "no counterexample"})
	got = verify("--only", "L3", "--checks", "4", "--corpus", dir)
	require.Zero(t, got.status, got.err)
	require.Contains(t, got.out, "corpus: 1 kept instance, none fails\n")
	var d document
	strictly(t, verify("--only", "L3,L4", "--checks", "4", "--json", "--corpus", dir).out, &d)
	require.Equal(t, 2, d.Corpus.Instances)
	require.Empty(t, d.Corpus.Failed)
	require.NotZero(t, d.Ledger.Inequalities)
	require.LessOrEqual(t, d.Ledger.Instances, d.Ledger.Inequalities)
}

// TestCorpusThatIsNone: every bad file is named, whatever is run.
func TestCorpusThatIsNone(t *testing.T) {
	dir := folder(t, map[string]string{"a.json": keptPoint, "b.json": "{", "c.json": strings.Replace(keptPoint, "modes", "moods", 1),
		"d.json": strings.Replace(keptPoint, "0.25", "null", 1), "e.json": `{"ref":"L3","check":"` + theorem(t, "L3").Needed[0].Check.Name + `","case":{"W":[[1]],"D":[1],"B":[[1]],"tau":[1]}}`})
	got := verify("--only", "L7", "--checks", "4", "--corpus", dir)
	require.Equal(t, statusBadInput, got.status)
	require.Empty(t, got.out)
	for _, name := range []string{"b.json: ", "c.json: ", "d.json: ", "e.json: "} {
		require.Contains(t, got.err, filepath.Join(dir, name))
	}
	require.NotContains(t, got.err, "a.json")
	require.Equal(t, statusBadInput, verify("--corpus", filepath.Join(dir, "none")).status)
	require.Contains(t, verify("--corpus", t.TempDir()).err, "holds no *.json")
}

// TestKeptInstanceThatFails refutes its theorem, even one that the run did not
// come to, and is told with its file.
func TestKeptInstanceThatFails(t *testing.T) {
	l3 := theorem(t, "L3")
	l3.Twins = nil
	subject := l3.Claims[0]
	broken := theorem(t, "L3").Twins[0].Break(theorems.Model())
	require.Equal(t, "modes", subject.Name)
	dir := folder(t, map[string]string{"kept.json": keptPoint})
	for _, interrupted := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		var text bytes.Buffer
		r := runner{streams: streams{out: &cancelling{at: "corpus: ", cancel: func() {
			if interrupted {
				cancel()
			}
		}}}}
		require.NoError(t, r.keep(runOptions{corpus: dir}, []theorems.Theorem{l3}))
		r.out.(*cancelling).Buffer = text
		err := r.run(ctx, broken, effort(t, 1), []theorems.Theorem{l3})
		cancel()
		var end *ended
		require.True(t, errors.As(err, &end))
		require.Equal(t, statusRefuted, end.status)
		out := r.out.(*cancelling).String()
		require.Contains(t, out, "corpus: 1 kept instance, 1 fails: "+filepath.Join(dir, "kept.json"))
		require.Contains(t, strings.Join(strings.Fields(out), " "), `"modes" fails on `+filepath.Join(dir, "kept.json"))
		require.Contains(t, out, "0 hold, 1 refuted")
		require.NotRegexp(t, `(?m)^L3 .* holds `, out, "the row of the table")
		require.Contains(t, out, "holds there exactly")
	}
}

// TestRaise makes a ledger, and raises it from another seed: nothing that a
// ledger holds of today is lowered.
func TestRaise(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger.json")
	read := func() *theorems.Ledger {
		l, err := ledgerIn(file)
		require.NoError(t, err)
		return l
	}
	run := func(seed, workers string) {
		got := verify("--only", "L6", "--checks", "20", "--seed", seed, "--workers", workers, "--raise", file)
		require.Zero(t, got.status, got.err)
	}
	run("1", "1")
	first := read()
	require.NotEmpty(t, first.Extremes)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	run("1", "3")
	again, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(text), string(again), "no news, no change")
	run("2", "2")
	for _, e := range first.Extremes {
		require.GreaterOrEqual(t, read().Largest(e.Theorem, e.Check, e.What), e.Margin)
	}
	require.NoError(t, os.WriteFile(file, []byte("[1]"), 0o600))
	got := verify("--only", "L6", "--raise", file)
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, file)
}

// TestRaiseIsOfToday: run and hunt give an entry the margin that its instance has
// now, drop one of a check or a theorem that is gone, and enter what is missing.
func TestRaiseIsOfToday(t *testing.T) {
	l6 := registry.Ledger().Of(theorem(t, "L6").ID)
	require.Greater(t, len(l6), 1)
	stale := theorems.Ledger{}
	for _, e := range l6[1:] {
		e.Margin = 1
		stale.Raise(e)
	}
	gone := l6[0]
	gone.Check = "a check that was renamed"
	stale.Raise(gone)
	gone.Theorem = "linearization/gone"
	stale.Raise(gone)
	for _, command := range [][]string{{"run", "--checks", "1"}, {"hunt", "--for", "1ms"}} {
		file := filepath.Join(t.TempDir(), "ledger.json")
		require.NoError(t, writeLedger(file, &stale))
		got := verify(append(command, "--only", "L6", "--raise", file)...)
		require.NotEqual(t, statusBadInput, got.status, got.err)
		now, err := ledgerIn(file)
		require.NoError(t, err)
		for _, e := range l6[1:] {
			require.Less(t, now.Largest(e.Theorem, e.Check, e.What), 1.0, "%v: %s", command, e.What)
			require.Positive(t, now.Largest(e.Theorem, e.Check, e.What))
		}
		require.Zero(t, now.Largest(l6[0].Theorem, gone.Check, gone.What))
		require.Empty(t, now.Of(gone.Theorem))
	}
}

// TestStaleEntriesAreTold: what the ledger has otherwise than its instance gives
// it, and what it has no entry of.
func TestStaleEntriesAreTold(t *testing.T) {
	l6 := theorem(t, "L6")
	l6.Twins = nil
	ledger := &theorems.Ledger{Extremes: registry.Ledger().Of(l6.ID)}
	missing := ledger.Extremes[0]
	ledger.Extremes = ledger.Extremes[1:]
	ledger.Extremes[0].Margin = 1
	ledger.Extremes[0].Rounding = theorems.Rounding()
	for _, asJSON := range []bool{false, true} {
		var text bytes.Buffer
		r := runner{streams: streams{out: &text}, json: asJSON}
		require.NoError(t, r.keepLedger(ledger, []theorems.Theorem{l6}))
		require.NoError(t, r.run(context.Background(), theorems.Model(), effort(t, 40), []theorems.Theorem{l6}))
		flat := strings.Join(strings.Fields(text.String()), " ")
		if !asJSON {
			require.Regexp(t, `1 not as recorded.*L6, ".*: its margin is 0\.\d+, not 1 `, flat)
			require.Contains(t, flat, "not in the ledger, which verify run --raise enters them into: L6, \""+missing.Check+"\", "+missing.What)
			continue
		}
		var d document
		strictly(t, text.String(), &d)
		require.Len(t, d.Ledger.Stale, 1)
		require.Len(t, d.Ledger.Missing, 1)
	}
}

// TestLedgerOfTheorems says how near margins come to suprema, and why a bound is
// slack.
func TestLedgerOfTheorems(t *testing.T) {
	got := verify("ledger", "--only", "L11")
	require.Zero(t, got.status)
	require.Regexp(t, `(?s)^L11  linearization/order\n  remainder\n.* 0\.9999\d* of 1  ‖F\(x\*\+εδ\) − εM_xδ‖_1\n.*supremum: one unit`, got.out)
	require.Contains(t, verify("show", "L11").out, "\nledger: the largest errors ever seen")
	var lines []map[string]any
	strictly(t, verify("ledger", "--json").out, &lines)
	require.Len(t, lines, len(registry.Ledger().Extremes))
	require.Equal(t, statusBadInput, verify("ledger", "--only", "L99").status)
}
