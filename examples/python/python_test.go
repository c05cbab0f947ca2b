// Package python_test puts the NumPy implementation of this folder through the
// gate, and each of the mistakes that people make: they must fail.
package python_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var write = flag.Bool("write", false, "write docs/mistakes.md; RANKPROOF_PYTHON=require with it")

// page is written by TestMistakes.
var page = filepath.Join("..", "..", "docs", "mistakes.md")

// required is where everything is run, and a Python without NumPy a failure.
var required = os.Getenv("RANKPROOF_PYTHON") == "require"

// python returns a Python that has NumPy. Without one the test says so and is
// not run; with RANKPROOF_PYTHON=require it fails.
func python(t *testing.T) (program string, ok bool) {
	t.Helper()
	program, lacks := numpy()
	if lacks != "" {
		require.False(t, required, lacks)
		t.Logf("not run: %s", lacks)
	}
	return program, lacks == ""
}

// numpy returns a Python that has it, or why there is none.
var numpy = sync.OnceValues(func() (program, lacks string) {
	lacks = "there is no python3"
	for _, name := range []string{"python3", "/usr/bin/python3", "python"} {
		if path, err := exec.LookPath(name); err == nil {
			lacks = name + " has no numpy"
			if exec.Command(path, "-c", "import numpy").Run() == nil {
				return path, ""
			}
		}
	}
	return "", lacks
})

// verify returns the command, built once.
var verify = sync.OnceValues(func() (string, error) {
	program := filepath.Join(folder, "verify")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	said, err := exec.Command("go", "build", "-o", program, "../../cmd/verify").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, said)
	}
	return program, nil
})

var folder string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if folder, err = os.MkdirTemp("", "rankproof-python"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		return m.Run()
	}())
}

// report is what the tests read of gate --json.
type report struct {
	Verdict        string `json:"verdict"`
	NotImplemented []any  `json:"not_implemented"`
	Theorems       []struct {
		Ref, Verdict string
		Instances    int
	} `json:"theorems"`
	Findings []finding `json:"findings"`
}

type finding struct {
	Ref, Check, Found string
	Instances         int
	Case              json.RawMessage
}

// gate runs verify gate and returns what it says, with its exit status.
func gate(t *testing.T, args ...string) (r report, status int) {
	t.Helper()
	program, err := verify()
	require.NoError(t, err)
	c := exec.Command(program, append([]string{"gate", "--json", "--request-timeout", "60s"}, args...)...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := c.Run(); errors.As(err, &exit) {
		status = exit.ExitCode()
	} else {
		require.NoError(t, err)
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &r), "%s%s", &out, &errs)
	return r, status
}

// TestImplementation: every operation is there, and every theorem holds. Few
// instances are enough for families M and X, of which one takes longer than all of
// L and S; too few of these, and the share that is unknown is left to chance.
func TestImplementation(t *testing.T) {
	interpreter, ok := python(t)
	if !ok {
		return
	}
	families := map[string]string{"L*,S*": "120", "M*,X*": "12"}
	if !required {
		families = map[string]string{"L3,S1,S6,M2": "24"}
		t.Log("four theorems are judged; RANKPROOF_PYTHON=require judges all")
	}
	for only, checks := range families {
		t.Run(only, func(t *testing.T) {
			r, status := gate(t, "--only", only, "--checks", checks, "--", interpreter, "lowrank.py")
			for _, f := range r.Findings {
				t.Errorf("%s, %s: %s\n%s", f.Ref, f.Check, f.Found, f.Case)
			}
			for _, th := range r.Theorems {
				require.Equal(t, "holds", th.Verdict, th.Ref)
			}
			require.Zero(t, status)
			require.Empty(t, r.NotImplemented)
			require.NotEmpty(t, r.Theorems)
		})
	}
}

// TestVectors: neither consumer finds anything wrong with the implementation, and
// both find a factor.
func TestVectors(t *testing.T) {
	interpreter, ok := python(t)
	if !ok {
		return
	}
	if !required {
		t.Log("not run; RANKPROOF_PYTHON=require runs it")
		return
	}
	program, err := verify()
	require.NoError(t, err)
	vectors := t.TempDir()
	said, err := exec.Command(program, "vectors", "--out", vectors).CombinedOutput()
	require.NoError(t, err, "%s", said)
	const broken = `import runpy, sys, lowrank, rankproof
whole = rankproof.OPERATIONS["autocovariance"]
rankproof.OPERATIONS["autocovariance"] = lambda **p: {"lambda": 2 * whole(**p)["lambda"]}
sys.argv = [sys.argv[1], sys.argv[2]]
runpy.run_path(sys.argv[0], run_name="__main__")`
	for _, consumer := range []string{"vectors.py", "consume.py"} {
		said, err = exec.Command(interpreter, consumer, vectors).CombinedOutput()
		require.NoError(t, err, "%s", said)
		require.Regexp(t, `(?m)\b\d{4,} right$`, string(said))
		require.NotContains(t, string(said), "wrong")
		said, err = exec.Command(interpreter, "-c", broken, consumer, vectors).CombinedOutput()
		require.Error(t, err, "%s", said)
		require.Regexp(t, `(?m)^autocovariance.json \d+ [^\n]*:`, string(said))
		require.Regexp(t, `(?m)\b\d+ wrong$`, string(said))
	}
}

var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")

// TestReadme writes the Python files that README.md shows, and runs its lines.
func TestReadme(t *testing.T) {
	interpreter, ok := python(t)
	if !ok {
		return
	}
	program, err := verify()
	require.NoError(t, err)
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	adapter, err := os.ReadFile("rankproof.py")
	require.NoError(t, err)
	own, ran := t.TempDir(), 0
	require.NoError(t, os.WriteFile(filepath.Join(own, "rankproof.py"), adapter, 0o644))
	for _, block := range fence.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\r\n", "\n"), -1) {
		if block[1] == "python" {
			name, _, _ := strings.Cut(strings.TrimPrefix(block[2], "# "), "\n")
			require.NoError(t, os.WriteFile(filepath.Join(own, name), []byte(block[2]), 0o644))
			continue
		}
		for line := range strings.Lines(block[2]) {
			line, comment, _ := strings.Cut(strings.TrimSpace(line), " # ")
			words := strings.Fields(strings.Replace(line, "python3", interpreter, 1))
			require.Equal(t, "verify", words[0])
			c := exec.Command(program, append(words[1:2:2], append([]string{"--checks", "60"}, words[2:]...)...)...)
			c.Dir = own
			said, _ := c.CombinedOutput()
			want := 0
			if comment != "" {
				_, err := fmt.Sscanf(comment, "exit %d", &want)
				require.NoError(t, err, comment)
			}
			require.Equal(t, want, c.ProcessState.ExitCode(), "%s\n%s", line, said)
			ran++
		}
	}
	require.Equal(t, 2, ran)
}

// planted is a mistake of mistakes.py.
type planted struct{ name, theorem, what string }

func mistakes(t *testing.T, interpreter string) []planted {
	t.Helper()
	listed, err := exec.Command(interpreter, "mistakes.py").Output()
	require.NoError(t, err)
	var out []planted
	for line := range strings.Lines(string(listed)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		require.Len(t, fields, 3, line)
		out = append(out, planted{fields[0], fields[1], fields[2]})
	}
	require.GreaterOrEqual(t, len(out), 30)
	return out
}

// caught is the smallest counterexample to a mistake.
type caught struct {
	planted
	finding
	judged, numbers int
}

// TestMistakes: each is caught by the theorem that it breaks, and docs/mistakes.md
// shows how. Where nothing is required every eighteenth is tried.
func TestMistakes(t *testing.T) {
	interpreter, ok := python(t)
	if !ok {
		return
	}
	list := mistakes(t, interpreter)
	found := make([]caught, len(list))
	t.Run("planted", func(t *testing.T) {
		for i, m := range list {
			if !required && i%18 > 0 {
				t.Logf("%s is not tried; RANKPROOF_PYTHON=require tries all", m.name)
				continue
			}
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				r, status := gate(t, "--only", m.theorem, "--checks", "60", "--workers", "1", "--", interpreter, "mistakes.py", m.name)
				require.Equal(t, 1, status, "%s is not caught by %s", m.name, m.theorem)
				for _, f := range r.Findings {
					if n := numbersIn(f.Case); f.Ref == m.theorem && len(f.Case) > 0 && (found[i].numbers == 0 || n < found[i].numbers) {
						found[i] = caught{m, f, r.Theorems[0].Instances, n}
					}
				}
				require.NotZero(t, found[i].numbers, "no finding with a counterexample")
			})
		}
	})
	if t.Failed() || !required {
		return
	}
	text := document(t, found)
	if *write {
		require.NoError(t, os.WriteFile(page, []byte(text), 0o644))
		return
	}
	have, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(string(have), "\r\n", "\n"), text, "stale: run RANKPROOF_PYTHON=require go test ./examples/python -run TestMistakes -args -write")
}

var number = regexp.MustCompile(`-?\d+(\.\d+)?([eE][+-]?\d+)?`)

// numbersIn counts those of an instance.
func numbersIn(instance []byte) int {
	n := 0
	for _, m := range members(instance) {
		n += len(number.FindAll(quoted.ReplaceAll(m.value, nil), -1))
	}
	return n
}

var quoted = regexp.MustCompile(`"[^"]*"`)

type member struct {
	name  string
	value json.RawMessage
}

// members returns those of an instance in their order, its tags left out.
func members(instance []byte) []member {
	d := json.NewDecoder(bytes.NewReader(instance))
	if _, err := d.Token(); err != nil {
		return nil
	}
	var out []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		m := member{name: fmt.Sprint(name)}
		var compact bytes.Buffer
		if d.Decode(&m.value) != nil || json.Compact(&compact, m.value) != nil {
			return nil
		}
		if m.value = compact.Bytes(); m.name != "tags" {
			out = append(out, m)
		}
	}
	return out
}

// document returns docs/mistakes.md.
func document(t *testing.T, found []caught) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `<!-- Code generated by RANKPROOF_PYTHON=require go test ./examples/python -run TestMistakes -args -write; DO NOT EDIT. -->

# Mistakes that the gate catches

[mistakes.py](../examples/python/mistakes.py) plants one mistake at a time, of a kind that people make, in a NumPy implementation that passes.
Each of these %d is caught: 60 instances a theorem, seed 1. The share is of instances on which that finding was made; the size is how many
numbers there are in the counterexample that it was shrunk to, zeros included.

`+"```"+`
$ verify gate --only S12 --checks 60 -- python3 examples/python/mistakes.py started-at-Q
`+"```"+`

What a theorem claims, and why its bound is what it is:

`+"```sh"+`
go run ./cmd/verify show S12
`+"```"+`

| mistake | what is wrong | caught by | on | size |
|---|---|---|---|---|
`, len(found))
	for _, c := range found {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | [%s](../THEOREMS.md#%s), %s | %d of %d | %d |\n", c.name, strings.ToLower(c.name),
			cell(c.what), c.theorem, c.theorem, cell(c.Check), c.finding.Instances, c.judged, c.numbers)
	}
	for _, c := range found {
		what := strings.TrimPrefix(c.Found, "refuted: ")
		what, _, _ = strings.Cut(what, ": error ")
		what, _, _ = strings.Cut(what, ": not so")
		fmt.Fprintf(&b, "\n## <a id=\"%s\"></a>%s\n\n%s. %s, \"%s\", finds wrong: %s. The counterexample:\n\n```text\n", strings.ToLower(c.name), c.name,
			cell(c.what), c.theorem, cell(c.Check), cell(what))
		width := 0
		all := members(c.Case)
		for _, m := range all {
			width = max(width, len(m.name))
		}
		for _, m := range all {
			fmt.Fprintf(&b, "%-*s  %s\n", width, m.name, strings.ReplaceAll(string(m.value), ",", ", "))
		}
		b.WriteString("```\n")
	}
	return b.String()
}

// cell keeps bars and stars from being read as a table's and as emphasis.
func cell(text string) string {
	return strings.NewReplacer("|", "\\|", "*", "\\*", "_", "\\_").Replace(text)
}
