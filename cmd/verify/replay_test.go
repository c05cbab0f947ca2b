package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/stretchr/testify/require"
)

// found draws instances until the first twin of L3 fails, and returns the
// shrunk counterexample as JSON.
func found(t *testing.T) string {
	t.Helper()
	l3 := theorem(t, "L3")
	subject := l3.Twins[0].Break(theorems.Model())
	check := l3.Claims[0]
	for seed := range uint64(200) {
		instance := check.Draw(seed << 8)
		if check.On(subject, instance).Verdict != theorems.Fails {
			continue
		}
		instance = check.Shrink(subject, instance)
		c, err := theorems.NewCounterexample(l3, subject, theorems.Failure{Check: check.Name, Case: instance, Outcome: check.On(subject, instance)})
		require.NoError(t, err)
		text, err := c.JSON()
		require.NoError(t, err)
		return text
	}
	t.Fatal("no instance refutes the twin")
	return ""
}

func TestReplay(t *testing.T) {
	text := found(t)
	path := filepath.Join(t.TempDir(), "counterexample.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	got := verify("replay", path)
	require.Zero(t, got.status, got.err)
	for _, want := range []string{`L3 linearization/right-eigenvectors, "modes": holds for model:`, "error/bound", "nonlinearity  ", "generators.Point{"} {
		require.Contains(t, got.out, want)
	}

	got = verify("replay", "--json", path)
	require.Zero(t, got.status, got.err)
	var d struct {
		Ref, ID, Check, Verdict, Finding, Subject string
		Exact                                     bool
		Counterexample                            map[string]any
	}
	strictly(t, got.out, &d)
	require.Equal(t, "holds", d.Verdict)
	require.Equal(t, "linearization/right-eigenvectors", d.Counterexample["theorem"])

	// The mistake that it was found for still fails on it.
	l3 := theorem(t, "L3")
	r, err := replay.Judge(context.Background(), l3.Twins[0].Break(theorems.Model()), []byte(text), registry.All())
	require.NoError(t, err)
	require.Equal(t, statusRefuted, statusOf(r.Verdict()))
}

// TestReplayOfNeededHypotheses: their cases fail, as the registry says.
func TestReplayOfNeededHypotheses(t *testing.T) {
	for _, n := range theorem(t, "L3").Needed {
		c, err := json.Marshal(n.Case)
		require.NoError(t, err)
		text, err := json.Marshal(theorems.Counterexample{Ref: "L3", Check: n.Check.Name, Case: c})
		require.NoError(t, err)
		got := verifyReading(string(text), "replay", "-")
		require.Equal(t, statusRefuted, got.status, got.err)
		require.Contains(t, got.out, "(in exact arithmetic)")
		require.Contains(t, got.out, "statement without the hypothesis")
	}
}

// TestReplayRefuses files that are no counterexamples, and names what is wrong.
func TestReplayRefuses(t *testing.T) {
	const point = `{"nonlinearity":"tanh","W":[[0,1],[1,0]],"tau":[1],"x":[0.5,0.25]}`
	of := func(theorem, check, instance string) string {
		return fmt.Sprintf(`{"theorem":%q,"check":%q,"case":%s}`, theorem, check, instance)
	}
	l3 := func(instance string) string { return of("linearization/right-eigenvectors", "modes", instance) }
	require.Zero(t, verifyReading(l3(point), "replay", "-").status)
	change := func(old, by string) string {
		require.Contains(t, point, old)
		return l3(strings.Replace(point, old, by, 1))
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":                {"", "unexpected end of JSON"},
		"truncated":            {l3(point)[:60], "unexpected end of JSON input (at byte 60)"},
		"no JSON":              {"refuted!", "invalid character 'r'"},
		"an array":             {"[1,2]", "not a witness"},
		"two lines":            {l3(point) + "\n" + l3(point), "after top-level value"},
		"nothing in it":        {"{}", "no counterexample"},
		"another document":     {`{"version":"devel","theorems":[]}`, "no counterexample"},
		"no theorem":           {`{"check":"modes","case":{}}`, `neither "theorem" nor "ref" is given`},
		"a number for a name":  {`{"theorem":3,"check":"modes"}`, "cannot unmarshal number"},
		"unknown theorem":      {of("linearization/left-handers", "modes", point), `theorem "linearization/left-handers" is not in the registry; there are`},
		"unknown check":        {of("linearization/right-eigenvectors", "moods", point), `theorem L3 has no check "moods"; it has ["modes" "map"`},
		"no case":              {`{"ref":"L3","check":"modes"}`, "no case"},
		"case is null":         {l3("null"), "case is null"},
		"case is a list":       {l3("[1]"), "cannot unmarshal array"},
		"NaN":                  {change("0.25", "NaN"), "invalid character 'N'"},
		"number too large":     {change("0.25", "1e999"), "1e999"},
		"overflows in bounds":  {change("0.25", "1e200"), "x[1] is 1e+200, beyond"},
		"null in a matrix":     {change("[0,1]", "[0,null]"), "W[0][1] is null"},
		"null row":             {change("[0,1]", "null"), "W[0] is null"},
		"null field":           {change("[1]", "null"), "tau is null"},
		"text for a number":    {change("0.25", `"0.25"`), "cannot unmarshal string"},
		"unknown field":        {change(`"x"`, `"y":[1],"x"`), `unknown field "y"`},
		"ragged":               {change("[0,1]", "[0,1,2]"), "W[0] has 3 entries, want N = 2"},
		"state too short":      {change("0.5,", ""), "x has 1 entries, want N = 2"},
		"neither W nor M":      {change(`"W":[[0,1],[1,0]],`, ""), "W is missing"},
		"M without N":          {change(`"W":[[0,1],[1,0]]`, `"M":[[1],[1]],"scale":1`), "is missing"},
		"N without M":          {change(`"W":[[0,1],[1,0]]`, `"N":[[1],[1]],"scale":1`), "is missing"},
		"M without scale":      {change(`"W":[[0,1],[1,0]]`, `"M":[[1],[1]],"N":[[1],[1]]`), "scale"},
		"no state":             {change(`,"x":[0.5,0.25]`, ""), "x is missing"},
		"no time constant":     {change(`"tau":[1],`, ""), "tau is missing"},
		"negative tau":         {change("[1],\"x", "[-1],\"x"), "tau[0] is -1"},
		"three time constants": {change("[1],\"x", "[1,2,3],\"x"), "tau has 3 entries"},
		"input without B":      {change(`"x"`, `"u":[1],"x"`), "B is missing"},
		"unknown φ":            {change("tanh", "tahn"), "tahn"},
		"empty matrix":         {change("[[0,1],[1,0]]", "[]"), "want N = 0"},
		"empty everything":     {l3(`{"nonlinearity":"tanh","W":[],"tau":[1],"x":[]}`), "is missing or empty"},
		"pair without W":       {of("linearization/right-eigenvectors", "right vectors correspond", `{"D":[1],"B":[[1]],"tau":[1]}`), "W is missing"},
		"pair without inputs":  {of("linearization/right-eigenvectors", "right vectors correspond", `{"W":[[1]],"D":[1],"B":[[]],"tau":[1]}`), "B is missing or empty"},
		"no such method": {of("linearization/trajectories", "steps",
			`{"nonlinearity":"tanh","W":[[1]],"tau":[1],"r":[0],"b":[0],"period":1,"method":"heun","step":1,"steps":1}`), `method is "heun"`},
		"endless": {of("linearization/trajectories", "steps",
			`{"nonlinearity":"tanh","W":[[1]],"tau":[1],"r":[0],"b":[0],"period":1,"method":"rk4","step":1,"steps":2000000000}`), "steps is 2000000000"},
	} {
		t.Run(name, func(t *testing.T) {
			got := verifyReading(c.text, "replay", "-")
			require.Equal(t, statusBadInput, got.status, "%s%s", got.out, got.err)
			require.True(t, strings.HasPrefix(got.err, "verify: standard input: "), got.err)
			require.Contains(t, got.err, c.want)
			require.Empty(t, got.out)
		})
	}
}
