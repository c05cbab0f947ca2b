package gate

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
)

func theorem(t *testing.T, ref string) theorems.Theorem {
	t.Helper()
	list, err := registry.Matching(ref)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

// judged judges a theorem on a child of a mode.
func judged(t *testing.T, mode, ref string, checks, children, depth int) (Result, *Pool) {
	t.Helper()
	o := optionsFor(t, mode)
	o.Children, o.Depth = children, depth
	if mode == "model:hangs" {
		o.Request = 500 * time.Millisecond
	}
	p := opened(t, o)
	e := theorems.DefaultEffort(1, children*depth)
	e.Checks = checks
	r, err := p.Judge(context.Background(), theorem(t, ref), e)
	require.NoError(t, err)
	return r, p
}

// TestOurModelHolds through a pipe.
func TestOurModelHolds(t *testing.T) {
	settle(t)
	r, p := judged(t, "model:", "L3", 120, 2, 4)
	require.Equal(t, theorems.Holds, r.Verdict)
	require.Empty(t, r.Findings)
	require.Empty(t, p.Faults())
	require.Equal(t, 2, p.Started())
	require.Equal(t, 120, r.Instances)
}

// TestFindings: a hostility is one finding of each claim that meets it, with what
// the child was asked, whoever it was that asked.
func TestFindings(t *testing.T) {
	for _, c := range []struct {
		mode, way string
		compared  bool // by default, whoever asks; the others are where RANKPROOF_EFFORT is more than 1
	}{
		{"model:crashes", "crashed at linearize exit status", true},
		{"model:garbage", "wrote no response at linearize the line is no JSON", true},
		{"model:NaN", "malformed result of linearize NaN in place of number", true},
		{"model:null", "malformed result of linearize neither result nor error", false},
		{"model:huge numbers", "malformed result of linearize", false},
		{"model:wrong shape", "malformed result of linearize", false},
		{"model:text", "malformed result of linearize", false},
		{"model:nested", "malformed result of linearize", false},
		{"model:crashes,all", "crashed at linearize exit status", true},
	} {
		t.Run(c.mode, func(t *testing.T) {
			settle(t)
			var first *Result
			sizes := [][2]int{{1, 1}, {3, 4}}
			if !c.compared && theoremtest.Multiplier(t) == 1 {
				sizes = sizes[1:]
			}
			for _, size := range sizes {
				r, p := judged(t, c.mode, "L6", 20*theoremtest.Multiplier(t), size[0], size[1])
				require.Equal(t, theorems.Fails, r.Verdict)
				require.NotEmpty(t, r.Findings)
				require.Empty(t, p.Faults())
				for _, f := range r.Findings {
					require.Contains(t, f.ID, "/"+c.way)
					require.False(t, f.Unsteady)
					require.NotEmpty(t, f.Saved.Requests)
					last := f.Saved.Requests[len(f.Saved.Requests)-1]
					require.Equal(t, "linearize", last.Op)
					require.Equal(t, c.mode == "model:crashes,all" || spoils(last.Params, false), true)
				}
				if first == nil {
					first = &r
					continue
				}
				require.Equal(t, ids(first.Findings), ids(r.Findings))
				require.Equal(t, first.Instances, r.Instances)
				require.Equal(t, first.Unknown, r.Unknown)
				require.Equal(t, first.Untried, r.Untried)
				for i, f := range first.Findings {
					require.Equal(t, f.Failure.Instances, r.Findings[i].Failure.Instances)
					require.Equal(t, f.Failure.Case, r.Findings[i].Failure.Case)
					require.Equal(t, f.Saved, r.Findings[i].Saved)
				}
			}
		})
	}
}

// TestIDsAreDistinct: two ways that begin alike are two findings, of IDs that are
// always the same; a short one is there as it is.
func TestIDsAreDistinct(t *testing.T) {
	id := func(reason string) string {
		return idOf(theorems.Theorem{Ref: "L6"}, theorems.Failure{Check: "gains", Outcome: theorems.Outcome{Finding: theorems.Finding{Reason: reason}}})
	}
	begin := strings.Repeat("so it says ", 9)
	require.Equal(t, "L6/gains/so it says", id("so it says: 7"))
	require.NotEqual(t, id(begin+"here"), id(begin+"there"))
	require.Equal(t, id(begin+"here 1"), id(begin+"here 2"))
	require.Equal(t, "L6/gains/"+strings.TrimSpace(begin[:80])+"… 0d62bba7", id(begin+"here"))
}

func ids(list []Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.ID)
	}
	return out
}

// TestHangsCostFewLimits, the shrinking included.
func TestHangsCostFewLimits(t *testing.T) {
	settle(t)
	start := time.Now()
	r, _ := judged(t, "model:hangs", "L6", 120, 2, 4)
	require.Less(t, time.Since(start), 45*time.Second) // about ten limits of half a second on an idle machine
	require.NotEmpty(t, r.Findings)
	for _, f := range r.Findings {
		require.Equal(t, Hung, f.Fault.Kind)
		require.Contains(t, f.ID, "hung at linearize")
	}
	require.True(t, slices.ContainsFunc(r.Untried, func(u theorems.Untried) bool {
		return u.Operation == "linearize" && u.Reason == "linearize declined: linearize is not asked any more in this theorem after so many faults"
	}), r.Untried)
}

// TestParseKnown names what is wrong with an entry.
func TestParseKnown(t *testing.T) {
	list := Claims(registry.All())
	known, err := ParseKnown([]byte(`[{"id": "L3/modes/|M_r w − λw|", "reason": "issue 12"}, {"id": "gate/crashed", "reason": "flaky"}]`), list)
	require.NoError(t, err)
	require.Equal(t, "L3", known[0].theorem)
	require.Equal(t, "modes", known[0].check)
	for text, want := range map[string]string{
		``:                                       "want a list",
		`{}`:                                     "want a list",
		`[{"ID": 7}]`:                            "want a list",
		`[{"id": "a", "why": "b"}]`:              "want a list",
		`[] []`:                                  "something follows",
		`[{"id": "L3/modes/x"}]`:                 `entry 1, "L3/modes/x": no reason`,
		`[{"id": "L99/modes/x", "reason": "r"}]`: `no theorem is called "L99"`,
		`[{"id": "L3/moods/x", "reason": "r"}]`:  "L3 has the claims",
		`[{"id": "L3", "reason": "r"}]`:          "an ID is REF/CLAIM/WAY",
		`[{"id": "L3/modes/x", "reason": "r"}, {"id": "L3/modes/x", "reason": "r"}]`: "entry 2, \"L3/modes/x\": it is there twice",
	} {
		_, err := ParseKnown([]byte(text), list)
		require.ErrorContains(t, err, want, text)
	}
}

// TestParseKnownTakesTheLongestName of those that begin an ID.
func TestParseKnownTakesTheLongestName(t *testing.T) {
	list := []theorems.Theorem{{Ref: "L1", Claims: []theorems.Check{{Name: "a"}, {Name: "a/b"}, {Name: "a/b/c"}}}}
	known, err := ParseKnown([]byte(`[{"id": "L1/a/b/x", "reason": "r"}]`), list)
	require.NoError(t, err)
	require.Equal(t, "a/b", known[0].check)
}

// TestExpect: what is known and fails is marked, what passes is told, what was not
// judged is neither.
func TestExpect(t *testing.T) {
	settle(t)
	r, _ := judged(t, "model:crashes", "L6", 60, 1, 1)
	id := r.Findings[0].ID
	text, err := json.Marshal([]Known{{ID: id, Reason: "issue 1"}, {ID: "L6/" + r.Findings[0].Failure.Check + "/gone", Reason: "issue 2"},
		{ID: "L3/modes/x", Reason: "issue 3"}, {ID: "gate/crashed", Reason: "issue 4"}})
	require.NoError(t, err)
	known, err := ParseKnown(text, Claims(registry.All()))
	require.NoError(t, err)
	results := []Result{r}
	got := Expect(known, results, nil)
	require.Equal(t, "issue 1", results[0].Findings[0].Known)
	require.Equal(t, known[1:2], got.Passing)
	require.Equal(t, known[2:], got.NotTried)
}

// TestWhatTells: that a claim was not found to fail is news only where it was asked
// enough, to the end, and answered.
func TestWhatTells(t *testing.T) {
	settle(t)
	r, _ := judged(t, "model:", "L6", 60, 1, 1)
	check := r.Theorem.Claims[0].Name
	n := r.JudgedBy(check)
	require.True(t, r.tells(check))
	left := func(instances int) []theorems.Untried {
		return []theorems.Untried{{Check: check, Operation: "linearize", Instances: instances}}
	}
	for name, change := range map[string]func(*Result){
		"interrupted":             func(r *Result) { r.Interrupted = true },
		"left out after faults":   func(r *Result) { r.Untried, r.Limited = left(1), true },
		"declined more than half": func(r *Result) { r.Untried = left(n + 1) },
		"unknown":                 func(r *Result) { r.Unknown, r.Silent = n, []string{check} },
	} {
		changed := r
		change(&changed)
		require.False(t, changed.tells(check), name)
	}
	r.Untried = left(n)
	require.True(t, r.tells(check))

	r, _ = judged(t, "model:crashes,all", "L6", 60, 1, 1)
	known := []Known{{ID: "L6/gone", Reason: "issue 1", theorem: "L6", check: r.Findings[0].Failure.Check}}
	require.True(t, r.Limited)
	require.Empty(t, Expect(known, []Result{r}, nil).Passing)
}

// TestGivenUpIsInterrupted: where the pool has ended, what was judged is not all.
func TestGivenUpIsInterrupted(t *testing.T) {
	settle(t)
	p := opened(t, optionsFor(t, "model:linearizes, dies,all"))
	e := theorems.DefaultEffort(1, 4)
	e.Checks = 60
	r, err := p.Judge(context.Background(), theorem(t, "L6"), e)
	require.NoError(t, err)
	require.Error(t, p.Err())
	require.True(t, r.Interrupted)
	require.NotEqual(t, theorems.Holds, r.Verdict)
	for _, c := range r.Theorem.Claims {
		require.False(t, r.tells(c.Name))
	}
}

// TestRequire: an operation is there, and a theorem tried in all its claims, or it
// is said which is not.
func TestRequire(t *testing.T) {
	list := Claims(registry.All())
	_, err := Require("L1,linearise", list)
	require.ErrorContains(t, err, `"linearise" is no operation`)
	_, err = Require("L[", list)
	require.ErrorContains(t, err, "syntax error")
	all, err := Require("*", list)
	require.NoError(t, err)
	require.Len(t, all.Operations, len(wire.Operations()))
	r, err := Require("linearize, modes, l1, L2", list)
	require.NoError(t, err)
	result, _ := judged(t, "model:", "L1", 60, 1, 4)
	require.Equal(t, []string{"modes: not implemented", "L2: not run"}, r.Unmet([]string{"linearize"}, []Result{result}))
}
