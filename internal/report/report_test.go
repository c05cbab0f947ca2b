package report

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/generators"
	"github.com/rankproof/rankproof/theorems"
	"github.com/stretchr/testify/require"
)

func TestInstance(t *testing.T) {
	var out strings.Builder
	Instance(&out, "  ", generators.Point{
		Network: generators.Network{
			Tags: []string{"tanh", "W singular"}, Nonlinearity: "tanh",
			W: [][]float64{{1, -0.125}, {0, 1e-300}}, Tau: []float64{2},
		},
		X: []float64{0.1, 1.0 / 3},
	})
	require.Equal(t, strings.Join([]string{
		"  nonlinearity  tanh",
		"  W             1  -0.125",
		"                0  1e-300",
		"  tau           2",
		"  x             0.1  0.3333333333333333",
		"  drawn as      tanh, W singular",
		"",
	}, "\n"), out.String())
}

func TestInstanceOfOtherTypes(t *testing.T) {
	type inner struct {
		Steps int `json:"steps"`
	}
	type outer struct {
		Noise  inner       `json:"noise"`
		Ragged [][]float64 `json:"ragged"`
		Names  []string    `json:"names"`
		Scale  float64     `json:"scale,omitempty"`
		Plain  bool
		hidden int
		Next   *inner `json:"next"`
		Skip   int    `json:"-"`
	}
	var out strings.Builder
	Instance(&out, "", outer{Noise: inner{3}, Ragged: [][]float64{{1}, {2, 3}, {}}, Names: []string{"a", "b"}, hidden: 1, Skip: 1})
	require.Equal(t, "noise.steps  3\nragged       1\n             2  3\n\nnames        a  b\nPlain        false\n", out.String())
	out.Reset()
	Instance(&out, "", &inner{7})
	require.Equal(t, "steps  7\n", out.String())
	out.Reset()
	Instance(&out, "", 0.5)
	require.Equal(t, "  0.5\n", out.String())
}

func TestWrap(t *testing.T) {
	text := strings.Repeat("zwölf Boxkämpfer ", 20)
	lines := strings.Split(strings.TrimSuffix(wrap("label  ", text), "\n"), "\n")
	require.Greater(t, len(lines), 2)
	for i, line := range lines {
		require.LessOrEqual(t, width(line), Columns)
		require.Equal(t, i == 0, strings.HasPrefix(line, "label  z"))
		require.True(t, i == 0 || strings.HasPrefix(line, "       ") && line[7] != ' ', line)
	}
	require.Equal(t, strings.Fields("label "+text), strings.Fields(strings.Join(lines, " ")))
	require.Equal(t, "given\n", wrap("given ", ""))
	require.Equal(t, "  "+strings.Repeat("x", 120)+"\n", wrap("  ", strings.Repeat("x", 120)), "what cannot be broken is not")
	for line := range strings.Lines(wrapList("visits: ", strings.Split(strings.Repeat("N = 1,", 40)+"N = 1", ","))) {
		require.NotContains(t, line, "N =\n")
	}
	require.Equal(t, 2, width("τ̄x"), "a combining mark takes no column")
}

func TestOutcome(t *testing.T) {
	residual := func(err, bound, scale float64) theorems.Finding {
		return theorems.Finding{Verdict: theorems.Fails, Worst: theorems.Residual{What: "|a − b|", Error: err, Bound: bound, Scale: scale}}
	}
	for want, o := range map[string]theorems.Outcome{
		":\n|   |a − b|\n|   error 0.5, bound 0.25, error/bound 2, scale 1\n": {Finding: residual(0.5, 0.25, 1)},
		":\n|   |a − b|\n|   error NaN, bound 1, error/bound +Inf, scale 1\n": {Finding: residual(math.NaN(), 1, 1)},
		":\n|   not met: |a − b|\n":                                           {Finding: residual(math.Inf(1), 0, 1)},
		":\n|   panic: no\n":                                                  {Finding: theorems.Finding{Verdict: theorems.Fails, Reason: "panic: no"}},
		" (in exact arithmetic):\n|   1 ≠ 2\n":                                {Finding: theorems.Finding{Verdict: theorems.Fails, Reason: "1 ≠ 2"}, Exact: true},
		" (in exact arithmetic)\n":                                            {Exact: true},
		": an operation is missing\n":                                         {NotTried: true},
	} {
		var out strings.Builder
		Outcome(&out, "| ", o)
		require.Equal(t, want, out.String())
	}
}

// example is a theorem with a false twin, of instances that can be drawn.
func example() theorems.Theorem {
	return theorems.Theorem{
		Ref: "Z9", ID: "examples/nothing", Statement: "For all W, W = W.", Source: "+", MaxUnknown: 0.05,
		Twins: []theorems.Twin{{Name: "first", Mistake: "W for V"}, {Name: "second", Mistake: "−W"}},
	}
}

func result(change func(*theorems.Report)) Result {
	r := theorems.Report{Ref: "Z9", ID: "examples/nothing", Instances: 600, WorstMargin: 0.25, Exact: 300, Seconds: 1.5,
		Proofs: []theorems.Proof{{Identity: "W = W", Shapes: 16, Bits: 170.6}, {Identity: "W = W'", Shapes: 16, Bits: 160.2}},
		Twins:  []theorems.TwinReport{{Name: "first", Refuted: true, After: 3}, {Name: "second", Refuted: true, After: 1}}}
	change(&r)
	return Result{example(), r}
}

func TestTableIsAligned(t *testing.T) {
	var out strings.Builder
	table := NewTable(&out, []theorems.Theorem{example(), {Ref: "Z10", ID: "examples/another-one"}})
	table.Header()
	table.Row(result(func(*theorems.Report) {}))
	table.Row(result(func(r *theorems.Report) {
		r.Ref, r.ID = "Z10", "examples/another-one"
		r.Verdict, r.Proofs[0].Err, r.Twins[1].Refuted, r.Instances = theorems.Fails, errors.New("no"), false, 0
	}))
	table.Row(result(func(r *theorems.Report) { r.Verdict, r.Proofs, r.Twins = theorems.Unknown, nil, nil }))
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 5)
	for _, line := range lines[1:] {
		require.Equal(t, width(lines[1]), width(line), line)
	}
	require.Regexp(t, `^Z9   examples/nothing +600 +0\.25 +0 +300 +160 +2/2 +holds +1\.50$`, lines[2])
	require.Regexp(t, `^Z10  examples/another-one +0 +– +0 +300 +false +1/2 +refuted +1\.50$`, lines[3])
	require.Regexp(t, ` – +0/2 +unknown `, lines[4])
}

func TestSummary(t *testing.T) {
	var out strings.Builder
	Summary(&out, Run{Environment: CurrentEnvironment(), Effort: theorems.Effort{Seed: 42}, Planned: 3, Interrupted: true, Seconds: 2,
		Results: []Result{result(func(*theorems.Report) {})}})
	require.Contains(t, out.String(), "\n1 theorem: 1 hold, 0 refuted, 0 unknown, 2 not run\n600 instances, 300 exact cases, 2 of 2 twins refuted; 2.0 s\ninterrupted")
	require.Contains(t, out.String(), "\nseed 42, verify ")
}

func TestDoubts(t *testing.T) {
	doubts := func(change func(*theorems.Report)) string {
		return strings.Join(result(change).Doubts(100), "\n")
	}
	require.Empty(t, doubts(func(*theorems.Report) {}))
	unknown := func(r *theorems.Report) { r.Verdict = theorems.Unknown }
	require.Contains(t, doubts(func(r *theorems.Report) { unknown(r); r.Unknown = 90 }), "90 of 900 instances unknown (10.0 %), more than the 5 % allowed")
	require.Contains(t, doubts(func(r *theorems.Report) { unknown(r); r.Interrupted = true; r.Twins = r.Twins[:1] }),
		"interrupted after 900 instances, 2 certificates and 1 twin of 2")
	require.Equal(t, "nothing could be tried", doubts(func(r *theorems.Report) { unknown(r); r.Instances, r.Exact, r.Proofs = 0, 0, nil }))
	require.Contains(t, doubts(func(r *theorems.Report) { unknown(r); r.Twins[1].Refuted = false }), `false twin "second" (−W) survived 100 instances`)
	require.Contains(t, doubts(func(r *theorems.Report) { r.Proofs[1].Err = errors.New("false for N=2") }), `certificate "W = W'" is refuted: false for N=2`)
}

func TestVerdictOfRun(t *testing.T) {
	run := Run{Planned: 1, Results: []Result{result(func(*theorems.Report) {})}}
	require.True(t, run.Holds())
	require.False(t, run.Refuted())
	run.Interrupted = true
	require.False(t, run.Holds())
	run = Run{Planned: 1, Results: []Result{result(func(r *theorems.Report) { r.Twins[0].Refuted, r.Verdict = false, theorems.Unknown })}}
	require.True(t, run.Refuted(), "a surviving twin is as bad")
	run.Results = nil
	require.False(t, run.Holds())
	require.False(t, run.Refuted())
}

func TestStats(t *testing.T) {
	var out strings.Builder
	r := result(func(r *theorems.Report) { r.Tags = map[string]int{"tanh": 450, "N = 1": 9, "relu": 450} })
	Stats(&out, r)
	require.Contains(t, out.String(), "Z9 examples/nothing: 900 instances\n")
	text := out.String()
	require.Regexp(t, `50\.0 % +450  relu`, text)
	require.Regexp(t, `1\.0 % +9  N = 1`, text)
	require.Less(t, strings.Index(text, "relu"), strings.Index(text, "tanh"), "equal counts by name")

	r.Theorem.Claims = []theorems.Check{theorems.Check{Name: "a"}.Visiting("tanh", "D = 0"), theorems.Check{Name: "b"}.Visiting("D = 0", "W = 0")}
	out.Reset()
	Stats(&out, r)
	require.Contains(t, out.String(), "2 of 3 declared edges not visited: D = 0; W = 0\n")
}

func TestJSONHoldsOnlyFiniteNumbers(t *testing.T) {
	r := result(func(r *theorems.Report) { r.WorstMargin, r.Proofs[0].Bits = math.Inf(1), math.NaN() })
	d, err := NewDocument(Run{Results: []Result{r}}, false)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, WriteJSON(&out, d))
	require.Contains(t, out.String(), fmt.Sprint(math.MaxFloat64))
}

func TestShowOfAnEmptyTheorem(t *testing.T) {
	var out strings.Builder
	Show(&out, example())
	require.Contains(t, out.String(), "statement     For all W, W = W.\n")
	require.NotContains(t, out.String(), "claims")
}
