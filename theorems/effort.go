package theorems

import (
	"hash/fnv"
)

// Effort says how much evidence to gather.
type Effort struct {
	Seed         uint64
	Checks       int  // floating-point instances of a theorem, over its claims in turn
	ExactChecks  int  // exact instances of a theorem
	Bits         int  // −log₂ of a certificate's error probability
	TwinAttempts int  // instances within which a twin must be refuted
	Workers      int  // goroutines; results do not depend on it
	AsFound      bool // failures are kept as they were found, not shrunk

	// Progress, if set, is told of finished instances; it may be called from
	// several goroutines.
	Progress func(done int)
}

// DefaultEffort is that of a plain verify. go test judges a sixth of the instances.
func DefaultEffort(seed uint64, workers int) Effort {
	return Effort{Seed: seed, Checks: 600, ExactChecks: 300, Bits: 128, TwinAttempts: 100, Workers: workers}
}

// Times returns the effort with its instances multiplied.
func (e Effort) Times(factor int) Effort {
	e.Checks *= factor
	e.ExactChecks *= factor
	return e
}

// Part returns the effort with one of so many parts of the instances: the first ones of the whole.
func (e Effort) Part(of int) Effort {
	e.Checks, e.ExactChecks = (e.Checks+of-1)/of, (e.ExactChecks+of-1)/of
	return e
}

// instances returns how many instances of each kind a theorem is given.
func (e Effort) instances(t Theorem) (claims, exact int) {
	if len(t.Claims) > 0 {
		claims = e.Checks
	}
	if len(t.Exact) > 0 {
		exact = e.ExactChecks
	}
	return claims, exact
}

// Total returns how many instances Progress will have been told of when the
// theorem is done, its certificates and twins counted one each.
func (e Effort) Total(t Theorem) int {
	claims, exact := e.instances(t)
	return claims + exact + len(t.Certificates) + len(t.Twins)
}

func (e Effort) tell(done int) {
	if e.Progress != nil {
		e.Progress(done)
	}
}

// SeedOf hashes the root seed, a purpose and an index: an instance does not
// depend on which others were drawn, or where.
func SeedOf(root uint64, purpose string, index int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	x := root ^ h.Sum64() ^ (uint64(index)+1)*0x9e3779b97f4a7c15
	// The finalizer of splitmix64: neighbouring indices share no bits.
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
