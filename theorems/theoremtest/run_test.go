package theoremtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/theoremtest"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// whole is a vector of small integers.
type whole struct {
	V []float64 `json:"v" dim:"N"`
}

func wholes(most int) *rapid.Generator[whole] {
	return rapid.Custom(func(t *rapid.T) whole {
		entry := rapid.Map(rapid.IntRange(-4, 4), func(k int) float64 { return float64(k) })
		return whole{V: rapid.SliceOfN(entry, most, most).Draw(t, "v")}
	})
}

type sum func(v []float64) float64

func plainSum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

func lastLost(v []float64) float64 { return plainSum(v[:len(v)-1]) }

// toy is a theorem about a function that is none of ours.
func toy() theorems.Theorem {
	twin := func(name string, wrong sum) theorems.Twin {
		return theorems.OwnTwin(name, name, func(sum) sum { return wrong })
	}
	return theorems.Theorem{
		Ref: "T1", ID: "toy/sum", Statement: "sum(v) = Σ v_i.", Source: "toy", Why: "Integers are added without rounding.",
		Claims: []theorems.Check{theorems.Claim("sum", wholes(3), func(s theorems.Subject, c whole) (f theorems.Finding, err error) {
			own, err := theorems.Own[sum](s)
			if err != nil {
				return f, err
			}
			f.Demand("sum = Σ", own(c.V) == plainSum(c.V))
			return f, nil
		})},
		Exact: []theorems.Check{theorems.Decide("0 adds nothing", wholes(3), func(c whole) error {
			if plainSum(c.V) != plainSum(append(c.V, 0)) {
				return theorems.Violatedf("it does")
			}
			return nil
		})},
		Twins: []theorems.Twin{twin("last lost", lastLost), twin("first", func(v []float64) float64 { return v[0] }),
			twin("nothing", func([]float64) float64 { return 0 })},
	}
}

// small conjectures that no sum is large, at sizes 1 and 2.
func small(refuted func(c whole) bool) theorems.Conjecture {
	c := theorems.Conjecture{Ref: "C1", ID: "toy/small-sums", Statement: "Sums are small.", Source: "toy", Instead: "They are not.", Minimal: "One entry is at most 4.",
		ByHand: func(instance any) []string { return []string{"5 > 4"} }}
	for n := 1; n <= 2; n++ {
		size := theorems.Size{N: n}
		c.Levels = append(c.Levels, theorems.Level{Size: size, Check: theorems.Decide(size.String(), wholes(n), func(c whole) error {
			if refuted(c) {
				return theorems.Violatedf("Σ = %v", plainSum(c.V))
			}
			return nil
		})})
	}
	return c
}

func above(least float64) func(whole) bool {
	return func(c whole) bool { return plainSum(c.V) > least }
}

// toys are what go test is run on, by name.
var toys = map[string]func(t *testing.T){
	"right":     func(t *testing.T) { theoremtest.Run(t, theorems.OwnSubject("right", sum(plainSum)), toy()) },
	"wrong":     func(t *testing.T) { theoremtest.Run(t, theorems.OwnSubject("wrong", sum(lastLost)), toy()) },
	"elsewhere": func(t *testing.T) { theoremtest.Run(t, theorems.Model(), toy()) },
	"toothless": func(t *testing.T) {
		th := toy()
		th.Twins = nil
		theoremtest.Run(t, theorems.OwnSubject("right", sum(plainSum)), th)
	},
	"false":           func(t *testing.T) { theoremtest.Refute(t, small(above(4))) },
	"true":            func(t *testing.T) { theoremtest.Refute(t, small(above(8))) },
	"false before":    func(t *testing.T) { theoremtest.Refute(t, small(above(3))) },
	"without Minimal": func(t *testing.T) { c := small(above(4)); c.Minimal = ""; theoremtest.Refute(t, c) },
}

const toyVariable = "RANKPROOF_TOY"

// TestToy is one of toys, in a process of its own where TestUnderGoTest says so.
func TestToy(t *testing.T) {
	name := os.Getenv(toyVariable)
	if name == "" {
		name = "right"
	}
	toys[name](t)
}

// TestUnderGoTest: what passes, what fails, and what is said, of one's own
// theorems and conjectures and of what is kept beside them.
func TestUnderGoTest(t *testing.T) {
	const sumOf, smallOf = `{"theorem":"toy/sum","check":"sum","case":{"v":`, `{"theorem":"toy/small-sums","check":"N = 2","case":{"v":`
	for _, c := range []struct {
		toy  string
		kept string // the text of a.json, where there is one
		exit int
		says []string
	}{
		{"right", "", 0, []string{"PASS: TestToy/toy/sum ", "T1: holds; 100 instances"}},
		{"right", sumOf + `[0,0,1]}}`, 0, []string{"PASS: TestToy/toy/sum/a.json"}},
		{"right", smallOf + `[0,0,1]}}`, 0, []string{"T1: holds"}}, // of another test
		{"wrong", sumOf + `[0,0,1]}}`, 1, []string{"FAIL: TestToy/toy/sum/a.json", "T1 still fails: refuted: sum = Σ: not so", `"case":{"v":[0,0,1]}`, "keep its line of JSON in testdata/rankproof"}},
		{"right", sumOf + `[0,"x"]}}`, 1, []string{`a.json: case of check "sum"`}},
		{"right", `{"theorem":"toy/sum","check":"product","case":{}}`, 1, []string{`no check "product"`}},
		{"right", `{}`, 1, []string{"a.json is no counterexample: it names no theorem"}},
		{"right", `[`, 1, []string{"a.json is no counterexample: unexpected end"}},
		{"elsewhere", sumOf + `[0,0,1]}}`, 1, []string{"not tried: operation not implemented: theoremtest_test.sum", "nothing of T1 could be tried on model"}},
		{"toothless", "", 1, []string{"theorem T1 (toy/sum): fewer than three twins"}},
		{"false", "", 0, []string{"C1 is refuted at N = 2, exactly", "Σ = 5", "5 > 4", `"theorem":"toy/small-sums"`}},
		{"false", smallOf + `[4,1]}}`, 0, []string{"PASS: TestToy/toy/small-sums/a.json"}},
		{"false", smallOf + `[4,0]}}`, 1, []string{"C1 holds at a counterexample that was kept"}},
		{"true", "", 1, []string{"C1 is not refuted: 200 instances decided, 0 not"}},
		{"false before", "", 1, []string{"C1 is refuted below N = 2", "C1 is refuted at N = 1, exactly", "Σ = 4"}},
		{"without Minimal", "", 1, []string{"no reason why nothing smaller refutes it"}},
	} {
		t.Run(c.toy, func(t *testing.T) {
			folder := t.TempDir()
			if c.kept != "" {
				kept := filepath.Join(folder, filepath.FromSlash(theoremtest.Folder))
				require.NoError(t, os.MkdirAll(kept, 0o700))
				require.NoError(t, os.WriteFile(filepath.Join(kept, "a.json"), []byte(c.kept), 0o600))
			}
			program, err := os.Executable()
			require.NoError(t, err)
			again := exec.Command(program, "-test.run=^TestToy$", "-test.v")
			again.Dir = folder
			again.Env = append(os.Environ(), toyVariable+"="+c.toy, "RANKPROOF_SEED=1", "RANKPROOF_EFFORT=1")
			said, err := again.CombinedOutput()
			require.NotNil(t, again.ProcessState, "%v", err)
			require.Equal(t, c.exit, again.ProcessState.ExitCode(), "%s", said)
			for _, line := range c.says {
				require.Contains(t, string(said), line)
			}
		})
	}
}
