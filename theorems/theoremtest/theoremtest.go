// Package theoremtest runs theorems under go test, for this module's subjects
// and for anybody's: one line a test.
//
//	func TestMyLibrary(t *testing.T) { theoremtest.Run(t, mySubject(), registry.All()...) }
//
// and theorems and conjectures of one's own, about functions of one's own:
// examples/conjecture is a module that does so.
//
// The environment variable RANKPROOF_SEED changes the seed (default 1, always
// printed), RANKPROOF_EFFORT multiplies the number of instances, and of the seeds
// at which twins are refuted (default 1).
package theoremtest

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
)

// setting reads a positive whole number from the environment.
func setting(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil || value == 0 {
		t.Fatalf("%s is %q, want a positive whole number", name, text)
	}
	return value
}

func effort(t *testing.T) theorems.Effort {
	t.Helper()
	seed := setting(t, "RANKPROOF_SEED", 1)
	t.Logf("seed %d", seed)
	return theorems.DefaultEffort(seed, runtime.GOMAXPROCS(0)).Times(Multiplier(t))
}

// Multiplier returns RANKPROOF_EFFORT, for tests that count instances themselves.
func Multiplier(t testing.TB) int {
	t.Helper()
	return int(setting(t, "RANKPROOF_EFFORT", 1))
}

// Run tests every theorem about a subject, a subtest each, named by its ID. A
// theorem that could not fail is refused (theorems.Validate). A failure is
// reported shrunk, as a witness that verify replay takes if the theorem is of
// this module, and that is judged again, first, if it is kept in Folder. Claims
// whose operations the subject lacks are logged; a theorem of which nothing
// could be tried fails. A sixth of the instances of a plain verify is judged, and
// declared edges must be visited by the whole. It returns what was found, of the
// theorems that -run lets it come to.
func Run(t *testing.T, s theorems.Subject, list ...theorems.Theorem) (found []theorems.Report) {
	e := effort(t)
	if !(s.UnitRoundoff > 0 && s.UnitRoundoff < 1) {
		t.Fatalf("Subject.UnitRoundoff is %v: bounds are in units of it; 0x1p-53 for float64, 0x1p-24 for float32", s.UnitRoundoff)
	}
	if err := theorems.Validate(list); err != nil {
		t.Fatal(err)
	}
	for _, th := range list {
		t.Run(th.ID, func(t *testing.T) {
			eachKept(t, th, func(t *testing.T, c theorems.Check, instance any) {
				switch out := c.On(s, instance); {
				case out.NotTried:
					t.Logf("not tried: %s", out.Reason)
				case out.Verdict == theorems.Fails:
					t.Errorf("%s still fails: %v", th.Ref, out.Finding)
				}
			})
			r := th.Run(context.Background(), s, e.Part(6))
			found = append(found, r)
			t.Logf("%s: %v; %d instances, worst margin of those that hold %.3g, %d unknown, %d exact, certificate bits %.0f",
				th.Ref, r.Verdict, r.Instances, r.WorstMargin, r.Unknown, r.Exact, r.CertificateBits())
			for _, f := range r.Failures {
				w, err := theorems.NewCounterexample(th, s, f)
				if err != nil {
					t.Fatal(err)
				}
				t.Errorf("%s fails on %d instances: %v\nexactly: %s\n%s\n%s", th.Ref, f.Instances, f.Outcome.Finding, w.Exactly, w, keepIt)
			}
			for _, p := range r.Proofs {
				if p.Err != nil {
					t.Errorf("certificate %s: %v", p.Identity, p.Err)
				}
			}
			for _, tw := range r.Twins {
				if !tw.Refuted && !tw.NotTried {
					t.Errorf("twin %q survived %d instances", tw.Name, e.TwinAttempts)
				}
			}
			for _, name := range r.NotTried {
				t.Logf("not implemented, not tried: %s", name)
			}
			for _, edge := range th.UnvisitedEdges(e) {
				t.Errorf("no instance of a plain verify visits the declared edge %q", edge)
			}
			switch {
			case r.Verdict == theorems.Holds || t.Failed():
			case r.Instances == 0:
				t.Errorf("nothing of %s could be tried on %s: %s", th.Ref, s.Name, strings.Join(r.NotTried, "; "))
			default:
				t.Errorf("verdict is %v: %d of %d instances unknown; claims that say nothing on most of theirs: %q", r.Verdict, r.Unknown, r.Judged, r.Silent)
			}
		})
	}
	return found
}

// Teeth refutes every twin of every theorem at two seeds, times RANKPROOF_EFFORT,
// each within 100 instances and with a median of at most 10, and logs the table.
// Where the median of so few is larger, that of twenty seeds is judged.
func Teeth(t *testing.T, s theorems.Subject, list ...theorems.Theorem) {
	e := effort(t)
	const enough, medianAllowed = 20, 10
	few := 2 * Multiplier(t)
	for _, th := range list {
		t.Run(th.ID, func(t *testing.T) {
			t.Parallel() // a twin is tried by one goroutine
			for _, tw := range th.Twins {
				var after []int
				median := func() int { return after[len(after)/2] }
				for k := range max(few, enough) {
					if k >= few && len(after) > 0 && median() <= medianAllowed {
						break
					}
					e := e
					e.Seed += uint64(k)
					r := th.RunTwin(s, tw, e)
					if !r.Refuted {
						t.Errorf("seed %d: twin %q survived %d instances", e.Seed, tw.Name, e.TwinAttempts)
						continue
					}
					after = append(after, r.After)
					slices.Sort(after)
				}
				if len(after) == 0 {
					continue
				}
				t.Logf("%-4s %-40s median %3d  worst %3d  (%s)", th.Ref, tw.Name, median(), after[len(after)-1], tw.Mistake)
				if median() > medianAllowed {
					t.Errorf("twin %q takes %d instances in the median, more than %d", tw.Name, median(), medianAllowed)
				}
			}
		})
	}
}

// Needed checks every witness of every theorem: the statement without the
// hypothesis fails at it.
func Needed(t *testing.T, s theorems.Subject, list ...theorems.Theorem) {
	for _, th := range list {
		for _, w := range th.Needed {
			t.Run(th.ID+"/"+strings.ReplaceAll(w.Without, " ", "-"), func(t *testing.T) {
				if out := w.Check.On(s, w.Case); out.Verdict != theorems.Fails {
					t.Errorf("without %q the claim %q should fail, got %v", w.Without, w.Check.Name, out.Finding)
				}
			})
		}
	}
}
