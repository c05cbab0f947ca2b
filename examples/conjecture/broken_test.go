package conjecture

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
)

// TestBrokenFunctions breaks Dimension on purpose, each time as somebody might,
// and shows that the theorem finds it and shrinks it to an instance to be checked
// in one's head.
func TestBrokenFunctions(t *testing.T) {
	for name, c := range map[string]struct {
		wrong func(g [][]float64, psi []float64) (float64, error)
		found Population // the simplest instance
		says  string
	}{
		// C = 1 + 1: D is 1, and (1 + 1)²/(1 + 1) = 2.
		"no cross term": {func(g [][]float64, psi []float64) (float64, error) {
			trace, square := traces(g, psi)
			for i := range g {
				square -= 2 * psi[i] * normSquared(g[i])
			}
			return trace * trace / square, nil
		}, Population{G: [][]float64{{1}}, Psi: []float64{1}}, "error 1,"},
		// C = diag(0, 1): D is 1, not 0/0.
		"private variances forgotten but for the first": {func(g [][]float64, psi []float64) (float64, error) {
			private := make([]float64, len(psi))
			private[0] = psi[0]
			trace, square := traces(g, private)
			return trace * trace / square, nil
		}, Population{G: [][]float64{{0}, {0}}, Psi: []float64{0, 1}}, "error +Inf,"},
		// C = I: D is 2, and of the first unit alone 1.
		"as many units as latents": {func(g [][]float64, psi []float64) (float64, error) {
			units := min(len(g), len(g[0]))
			return Dimension(g[:units], psi[:units])
		}, Population{G: [][]float64{{0}, {0}}, Psi: []float64{1, 1}}, "error 1,"},
		"silent where it is hard": {func(g [][]float64, psi []float64) (float64, error) {
			if len(g) > 3 {
				return 0, theorems.Missing("more than three units")
			}
			return Dimension(g, psi)
		}, Population{}, ""},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			s := theorems.OwnSubject(name, Functions{Dimension: c.wrong})
			r := ParticipationRatio().Run(context.Background(), s, theorems.DefaultEffort(1, 1).Part(3))
			if c.says == "" {
				if r.Verdict == theorems.Holds {
					t.Errorf("holds, though %d instances were judged of 200", r.Instances)
				}
				return
			}
			if r.Verdict != theorems.Fails {
				t.Fatalf("verdict is %v", r.Verdict)
			}
			f := r.Failures[0]
			found := f.Case.(Population)
			found.Tags = nil
			t.Logf("%d instances; %v\n%+v", f.Instances, f.Outcome.Finding, found)
			if !reflect.DeepEqual(found, c.found) {
				t.Errorf("shrunk to %+v, want %+v", found, c.found)
			}
			if !strings.Contains(f.Outcome.Finding.String(), c.says) {
				t.Errorf("says %q, want %q in it", f.Outcome.Finding, c.says)
			}
		})
	}
}
