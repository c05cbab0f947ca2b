package theorems

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"github.com/rankproof/rankproof/oracles/evidence"
)

// Chance returns the random numbers of a claim about what is sampled: those of its name and the
// instance, tags apart, and of nothing else, so that whoever judges the instance again, in a replay
// or a gate, meets the same.
//
// They are a stream keyed by a SHA-256 of both. Instances that differ in anything, were it the last
// bit of a number, have numbers that have nothing to do with each other: a search that moves
// instances, and prefers some by what it saw, draws anew each time, and cannot look for chance that
// suits it.
func Chance(claim string, instance any) *rand.Rand {
	text, err := caseText(instance)
	if err != nil {
		panic(err) // of numbers that are not finite, which no instance has
	}
	return rand.New(rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", claim, text))))
}

// Weigh adds a claim that a test has bet against: it fails if the test has rejected, at the test's
// α, and is unknown, with the evidence as the reason, if the test is still in doubt. It has no
// margin, as E is chance where the claim holds: directed search would climb nothing.
func (f *Finding) Weigh(what string, test evidence.Sequential) {
	if test.InDoubt() {
		f.Abstain(fmt.Sprintf("%s: %v", what, test))
		return
	}
	f.Demand(what, !test.Rejected())
}
