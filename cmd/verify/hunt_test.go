package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asVerify makes the test program act as verify, so that tests can kill it.
const asVerify = "RANKPROOF_TEST_AS_VERIFY"

// TestMain trades memory, of which little is used, for time, as hunts do.
func TestMain(m *testing.M) {
	debug.SetGCPercent(garbage)
	switch os.Getenv(asVerify) {
	case "":
		os.Exit(m.Run())
	case "twin":
		os.Exit(beTwin(os.Args[1]))
	default:
		os.Exit(command(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
}

// process returns verify as a process of its own.
func process(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asVerify+"=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	return cmd, &out
}

// lines counts those of the records in a directory.
func lines(dir string) int {
	n := 0
	files, _ := filepath.Glob(filepath.Join(dir, "records-*.jsonl"))
	for _, name := range files {
		text, _ := os.ReadFile(name)
		n += bytes.Count(text, []byte("\n"))
	}
	return n
}

// TestHuntIsKilled kills a hunt again and again; what it recorded counts, and
// in the end the totals are those of a hunt that nobody killed.
func TestHuntIsKilled(t *testing.T) {
	plan := []string{"--only", "M1", "--until-instances", "1000", "--json"} // and as many of the canary: 8 records
	whole := verify(append([]string{"hunt"}, plan...)...)
	require.Equal(t, 0, whole.status, whole.err)
	dir := t.TempDir()
	for kills := 0; kills < 3; kills++ {
		cmd, out := process(append([]string{"hunt", "--dir", dir}, plan...)...)
		before := lines(dir)
		require.NoError(t, cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for waiting := true; waiting; {
			select {
			case err := <-ended:
				require.NoError(t, err, out)
				waiting = false
			case <-time.After(time.Millisecond):
				if lines(dir) >= before+2 {
					require.NoError(t, cmd.Process.Kill())
					<-ended
					waiting = false
				}
			}
		}
	}
	last := verify("hunt", "--dir", dir, "--json")
	require.Equal(t, 0, last.status, last.err)
	merged := verify("merge", dir, "--json")
	require.Equal(t, 0, merged.status, merged.err)
	require.JSONEq(t, timeless(t, whole.out), timeless(t, last.out))
	require.JSONEq(t, timeless(t, whole.out), timeless(t, merged.out))
}

// timeless takes from the JSON of a hunt what depends on who worked when.
func timeless(t *testing.T, text string) string {
	t.Helper()
	var document map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &document), text)
	for _, key := range []string{"seconds", "files", "records", "damaged", "damaged_lines", "duplicates"} {
		delete(document, key)
	}
	for _, th := range document["theorems"].([]any) {
		delete(th.(map[string]any), "seconds")
	}
	out, err := json.Marshal(document)
	require.NoError(t, err)
	return string(out)
}

// TestHuntIsInterrupted: it stops at once, with a summary, and goes on.
func TestHuntIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	cmd, out := process("hunt", "--dir", dir, "--for", "1h", "--only", "L2")
	require.NoError(t, cmd.Start())
	for lines(dir) < 3 {
		time.Sleep(time.Millisecond)
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	err := cmd.Wait()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, statusUnknown, exit.ExitCode(), out)
	require.Contains(t, out.String(), "Incomplete: nothing")
	require.Contains(t, out.String(), "L2 ")
}

// TestHuntRefuses is about input that is no hunt.
func TestHuntRefuses(t *testing.T) {
	dir := t.TempDir()
	require.Equal(t, 0, verify("plan", filepath.Join(dir, "plan.json"), "--until-instances", "2000", "--only", "L2").status)
	broken := filepath.Join(dir, "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"seed":1}`), 0o666))
	other := filepath.Join(dir, "other.json")
	text, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	require.NoError(t, err)
	at := bytes.Index(text, []byte(`"build": "`)) + len(`"build": "`)
	canary := bytes.Index(text, []byte(",\n    {\n      \"id\": \"canary"))
	blind := filepath.Join(dir, "blind.json")
	require.NoError(t, os.WriteFile(blind, slices.Concat(text[:canary], text[canary+bytes.IndexByte(text[canary:], '}')+1:]), 0o666))
	huge := filepath.Join(dir, "huge.json")
	require.NoError(t, os.WriteFile(huge, bytes.Replace(text, []byte(`"block_size": 250`), []byte(`"block_size": 1000000000`), 1), 0o666))
	text[at] ^= 1
	require.NoError(t, os.WriteFile(other, text, 0o666))
	corpus := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(corpus, "bad.json"), []byte(`{"ref":"L3","check":"map","case":{}}`), 0o666))
	torn := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(torn, "torn.json"), []byte(`{"ref":"L3","ch`), 0o666))
	conjectured := t.TempDir()
	f2 := verify("refute", "F2", "--checks", "20").out
	witness, _, _ := strings.Cut(f2[strings.Index(f2, `{"theorem"`):], "\n")
	require.NoError(t, os.WriteFile(filepath.Join(conjectured, "f2.json"), []byte(witness), 0o666))
	for _, c := range []struct{ args, want string }{
		{"hunt --for -1s", "--for is -1s"},
		{"hunt --for 0s", "--for is 0s"},
		{"hunt --workers -1", "--workers is -1"},
		{"hunt --workers abc", `--workers is "abc", want a whole number, such as 400`},
		{"hunt --for 1h30", `--for is "1h30", want a time with its unit, such as 90s, 10m or 1h30m`},
		{"hunt --seed -1", `--seed is "-1", want a whole number that is not negative`},
		{"hunt --until-instances -3", "--until-instances is -3"},
		{"hunt --until-instances 0", "--until-instances is 0, want at least 1: a hunt without the flag has no end"},
		{"hunt --block-size 9", "--block-size is 9, want 100"},
		{"hunt --dir " + dir + " --block-size 500", "--block-size is not that of"},
		{"hunt --shard 1/3 --dir " + filepath.Join(dir, "new"), "the plan has no end"},
		{"hunt --shard 3/3", `"3/3" is no part i/n`},
		{"hunt --only X9", `no theorem is called "X9"`},
		{"hunt --plan " + broken, "broken.json: format is 0"},
		{"hunt --plan " + other, "made by another build"},
		{"hunt --plan " + blind, "plan has no canary"},
		{"hunt --plan " + huge, "plan has blocks of 1000000000 instances"},
		{"hunt --dir " + dir + " --seed 2", "--seed is not that of"},
		{"hunt --dir " + dir + " --only L3", "--only is not that of"},
		{"hunt --dir " + dir + " --until-instances 9000", "--until-instances is not that of"},
		{"hunt --corpus " + corpus, "bad.json"},
		{"hunt --corpus " + torn, "torn.json"},
		{"hunt --corpus " + conjectured, "f2.json: a counterexample to conjecture F2: a corpus holds those to theorems"},
		{"run --corpus " + conjectured, "f2.json: a counterexample to conjecture F2: a corpus holds those to theorems"},
		{"plan", "plan needs the name of one file"},
		{"plan x.json", "--until-instances is 0"},
		{"plan " + filepath.Join(dir, "plan.json") + " --until-instances 9000", "holds another plan"},
		{"merge", "merge needs at least one directory"},
	} {
		got := verify(strings.Fields(c.args)...)
		require.Equal(t, statusBadInput, got.status, c.args)
		require.Contains(t, got.err, c.want, c.args)
		require.NoDirExists(t, filepath.Join(dir, "new"), "what is refused leaves nothing behind")
	}
}
