package theoremtest

import (
	"context"
	"strings"
	"testing"

	"github.com/rankproof/rankproof/theorems"
)

// Refute tests every conjecture, a subtest each, named by its ID: exact
// arithmetic finds a counterexample at the size that is declared the smallest,
// and none at a smaller one, where it decided some. It is logged with the
// arithmetic by hand. Counterexamples that are kept must still be some.
//
//	func TestMyConjectures(t *testing.T) { theoremtest.Refute(t, myConjectures()...) }
func Refute(t *testing.T, list ...theorems.Conjecture) {
	e := effort(t).Part(3)
	if err := theorems.ValidateConjectures(list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		t.Run(c.ID, func(t *testing.T) {
			eachKept(t, c.AsTheorem(), func(t *testing.T, check theorems.Check, instance any) {
				if out := check.On(theorems.Subject{}, instance); out.Verdict != theorems.Fails || !out.Exact {
					t.Errorf("%s holds at a counterexample that was kept: %v", c.Ref, out.Finding)
				}
			})
			r := c.Refute(context.Background(), e)
			for _, l := range r.Levels {
				if l.Decided == 0 {
					t.Errorf("%s at %v: none of %d instances was decided", c.Ref, l.Size, l.Undecided)
				}
			}
			all, smaller := r.Tried()
			switch {
			case r.Problem != nil:
				t.Fatal(r.Problem)
			case !r.Refuted:
				t.Fatalf("%s is not refuted: %d instances decided, %d not", c.Ref, all, r.Undecided())
			}
			found, err := r.Counterexample()
			if err != nil {
				t.Fatal(err)
			}
			text, err := found.JSON()
			if err != nil {
				t.Fatal(err)
			}
			tell := t.Logf
			if r.Size != c.Minimum() {
				t.Errorf("%s is refuted below %v, which is declared the smallest size", c.Ref, c.Minimum())
				tell = t.Errorf
			}
			tell("%s is refuted at %v, exactly; %d instances decided, %d of them smaller\n%s\n%s\n%s",
				c.Ref, r.Size, all, smaller, r.Violation, strings.Join(c.ByHand(r.Case), "\n"), text)
		})
	}
}
