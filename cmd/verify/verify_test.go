package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// ran is what a command did.
type ran struct {
	status   int
	out, err string
}

// verify runs the command with nothing on standard input.
func verify(args ...string) ran { return verifyReading("", args...) }

func verifyReading(in string, args ...string) ran {
	var out, err bytes.Buffer
	status := execute(context.Background(), args, streams{in: strings.NewReader(in), out: &out, err: &err})
	return ran{status, out.String(), err.String()}
}

// theorem returns the one of a ref.
func theorem(t *testing.T, ref string) theorems.Theorem {
	t.Helper()
	th, err := named(ref)
	require.NoError(t, err)
	return th
}

// TestCommands gives arguments, and expects a status and fragments of the
// output: of stdout for status 0 and 1, else of stderr.
func TestCommands(t *testing.T) {
	for _, c := range []struct {
		args   string
		status int
		want   []string
	}{
		{"--only L3 --checks 40", 0, []string{"ref  theorem", "L3   linearization/right-eigenvectors", "6/6", "holds", "\n1 theorem: 1 hold, 0 refuted", "seed 1, verify "}},
		{"run --only l3 --checks 40 --seed 7", 0, []string{"L3 ", "seed 7"}},
		{"run --only linearization/spec*,L13 --checks 40", 0, []string{"L2 ", "L13 ", "2 theorems: 2 hold"}},
		{"--only L7,␣L3 --checks 40", 0, []string{"2 theorems"}},
		{"--only L3 --checks 40 --stats", 0, []string{"60 instances", "% ", "declared edges"}},
		{"list", 0, []string{"L1   linearization/fixed-points", "floating-point, exact, certificate", "arXiv:2309.04030", "L13"}},
		{"show L3", 0, []string{"L3  linearization/right-eigenvectors", "M_r (D v) = λ (D v)", "given         τ is scalar", "without: ", "instead: ", "claims: ", "visits: ", "exact: ", "16 shapes, N=1 to N=16", "one vector for both forms (broken implementation)", "w = v, D forgotten"}},
		{"show l3", 0, []string{"L3  "}},
		{"show linearization/right-eigenvectors", 0, []string{"L3  "}},
		{"--version", 0, []string{"verify ", "go1."}},
		{"--help", 0, []string{"Exit status:", "Examples:", "replay"}},
		{"run --help", 0, []string{"--checks", "(default 600)", "(default 1)"}},

		{"--only X9", 2, []string{`verify: --only: no theorem is called "X9"`, "L13  linearization/euler-map", "see verify --help"}},
		{"run --only L3,X9", 2, []string{`"X9"`, "see verify run --help"}},
		{"run --only L[", 2, []string{`"L["`, "syntax error in pattern"}},
		{"run --only=", 2, []string{`no theorem is called ""`}},
		{"run --checks 0", 2, []string{"--checks is 0"}},
		{"run --checks many", 2, []string{"--checks"}},
		{"run --workers -1", 2, []string{"--workers is -1"}},
		{"run --seed -1", 2, []string{"--seed"}},
		{"run --nonsense", 2, []string{"unknown flag: --nonsense", "usage: verify run [flags]"}},
		{"run L3", 2, []string{`run takes no arguments, but got "L3"`}},
		{"list L3", 2, []string{"takes no arguments"}},
		{"L3", 2, []string{"verify --only L3 runs it", "verify show L3"}},
		{"rnu", 2, []string{`no command "rnu"; is it run?`}},
		{"frobnicate", 2, []string{`no command "frobnicate"`}},
		{"show", 2, []string{"show needs one theorem"}},
		{"show L3 L4", 2, []string{"show needs one theorem"}},
		{"show L99", 2, []string{`no theorem is called "L99"; there are`, "L1   linearization/fixed-points"}},
		{"replay", 2, []string{"replay needs one file"}},
		{"replay no-such-file.json", 2, []string{"verify: open no-such-file.json"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			got := verify(fields(c.args)...)
			require.Equal(t, c.status, got.status, "%s%s", got.out, got.err)
			said, silent := got.out, got.err
			if c.status > 1 {
				said, silent = got.err, got.out
				require.True(t, strings.HasPrefix(said, "verify: "), said)
			}
			require.Empty(t, silent)
			for _, want := range c.want {
				require.Contains(t, said, want)
			}
		})
	}
}

// fields splits at blanks; ␣ is one that does not split.
func fields(text string) []string {
	out := strings.Fields(text)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], "␣", " ")
	}
	return out
}

func TestShowIsWrapped(t *testing.T) {
	for _, th := range registry.All() {
		for line := range strings.Lines(verify("show", th.Ref).out) {
			require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 104, "%s: %s", th.Ref, line) // combining marks count here
		}
	}
}

// cancelling is a stream that cancels a context when it is told something.
type cancelling struct {
	bytes.Buffer
	at     string
	cancel func()
}

func (c *cancelling) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.at) {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

func TestInterruption(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	out, err := &cancelling{at: "linearization/spectrum", cancel: cancel}, &bytes.Buffer{}
	status := execute(ctx, []string{"--checks", "40", "--only", "L*"}, streams{out: out, err: err})
	require.Equal(t, statusUnknown, status)
	require.Empty(t, err.String())
	require.Contains(t, out.String(), "L1   linearization/fixed-points")
	require.NotContains(t, out.String(), "L3   ")
	require.Contains(t, out.String(), "2 theorems: 2 hold, 0 refuted, 0 unknown, 11 not run\n")
	require.Contains(t, out.String(), "interrupted")
}

func TestInterruptionAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, err bytes.Buffer
	require.Equal(t, statusUnknown, execute(ctx, []string{"run"}, streams{out: &out, err: &err}))
	require.Contains(t, out.String(), fmt.Sprintf("0 theorems: 0 hold, 0 refuted, 0 unknown, %d not run", len(registry.All())))
	out.Reset()
	require.Equal(t, statusUnknown, execute(ctx, []string{"run", "--json"}, streams{out: &out, err: &err}))
	require.Contains(t, out.String(), `"theorems": []`)
	require.Contains(t, out.String(), `"interrupted": true`)
}

// TestInterruptedTheorem stops in the middle of one, which then counts as far
// as it went.
func TestInterruptedTheorem(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	e := effort(t, 10_000)
	e.Workers = 1
	e.Progress = func(n int) {
		if done += n; done == 50 {
			cancel()
		}
	}
	r, ok := runOne(ctx, theorem(t, "L9"), theorems.Model(), e)
	require.True(t, ok)
	require.Equal(t, 50, r.Instances)
	require.Equal(t, theorems.Unknown, r.Verdict)
	require.Contains(t, strings.Join(r.Doubts(e.TwinAttempts), "\n"), "interrupted after 50 instances")
}

// TestInterruptedTheoremThatGoesOn is given up.
func TestInterruptedTheoremThatGoesOn(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	block := make(chan struct{})
	defer close(block)
	slow := theorem(t, "L3")
	slow.Claims = []theorems.Check{theorems.Claim("slow", generators.Pairs(2), func(theorems.Subject, generators.Pair) (theorems.Finding, error) {
		cancel()
		<-block
		return theorems.Finding{}, nil
	})}
	start := time.Now()
	_, ok := runOne(ctx, slow, theorems.Model(), effort(t, 1))
	require.False(t, ok)
	require.Less(t, time.Since(start), 5*time.Second) // of a grace of 0.7
}

func effort(t *testing.T, checks int) theorems.Effort {
	t.Helper()
	e, err := runOptions{checks: checks, seed: 1}.effort()
	require.NoError(t, err)
	return e
}

// broken is a stream that takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestUnwritableResults: what nobody could read is no success.
func TestUnwritableResults(t *testing.T) {
	for _, args := range []string{"list", "list --json", "show L1", "run --only L7 --checks 20", "run --only L7 --checks 20 --json"} {
		var err bytes.Buffer
		status := execute(context.Background(), strings.Fields(args), streams{out: broken{}, err: &err})
		require.Equal(t, statusUnknown, status, args)
		require.Contains(t, err.String(), "no space left", args)
	}
}

func TestProgress(t *testing.T) {
	var out, err bytes.Buffer
	s := streams{out: &out, err: &err, live: true}
	require.Zero(t, execute(context.Background(), strings.Fields("--only L3,L7 --checks 20"), s))
	require.Contains(t, err.String(), "\rL3 ")
	require.True(t, strings.HasSuffix(err.String(), " \r"), "the line is wiped at the end")
	require.NotContains(t, out.String(), "\r")
}
