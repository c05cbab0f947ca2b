package theoremtest

import (
	"errors"
	"testing"

	"github.com/rankproof/rankproof/theorems"
)

// CanFail shows that what theorems.Deciding adds to a claim is no formality: a
// decision with a mistake in it calls the statement violated at one of a few
// instances of the claim, some of them changed, at which Recheck decides that the
// true statement holds; that is violated at none.
func CanFail[C any](t *testing.T, theorem theorems.Theorem, claim, mistake string, mistaken func(C) error) {
	t.Helper()
	t.Run(theorem.Ref+" "+claim+" "+mistake, func(t *testing.T) {
		check, ok := theorem.CheckNamed(claim)
		if !ok {
			t.Fatalf("%s has no claim %q", theorem.Ref, claim)
		}
		var violation *theorems.Violation
		const instances = 60
		decided := 0
		for i := range instances {
			instance := check.Draw(theorems.SeedOf(11, mistake, i))
			if i%3 == 2 {
				instance = check.Mutate(instance, []byte{byte(i), byte(5 * i), 7, byte(3 * i), 1, byte(11 * i), 2, 3})
			}
			switch right := theorem.Recheck(claim, instance); right.Verdict {
			case theorems.Fails:
				t.Fatalf("%v, %+v", right, instance)
			case theorems.Holds:
				decided++
				if errors.As(mistaken(instance.(C)), &violation) {
					return
				}
			}
		}
		t.Errorf("the mistake is not refuted by %d instances, of which %d are decided", instances, decided)
	})
}
