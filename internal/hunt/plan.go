package hunt

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/theorems"
)

const (
	// BlockSize is how many instances a block has unless a plan says otherwise:
	// enough for a climb, and for its record to be small beside its work; few
	// enough that not much is lost when it is abandoned.
	BlockSize = 250
	// LeastBlock is fewer than which are not enough to catch the canary by climbing.
	LeastBlock = 100
	// fewestBlocks of a theorem in a plan with an end: two of each kind, and of
	// draws twice as many.
	fewestBlocks = 8
)

// NewPlan returns the plan of a hunt for a list of theorems, the canary among
// them. It has at least so many instances in all, equally many of each theorem,
// those of the canary not counted, in blocks of a size; for 0 it has no end.
func NewPlan(seed uint64, instances, blockSize int, list []theorems.Theorem, starts string) (journal.Plan, error) {
	build, err := Build()
	if err != nil {
		return journal.Plan{}, fmt.Errorf("this program cannot be told from others: %w", err)
	}
	p := journal.Plan{Format: journal.Format, Seed: seed, BlockSize: blockSize, Starts: starts, Environment: Environment(), Build: build}
	if instances > 0 {
		p.Blocks = max(fewestBlocks, divideUp(instances, blockSize*(len(list)-1)))
	}
	for _, t := range list {
		p.Theorems = append(p.Theorems, journal.PlannedTheorem{ID: t.ID, Ref: t.Ref, Version: version(t)})
	}
	return p, nil
}

func divideUp(a, b int) int { return (a + b - 1) / b }

// version is a digest of what a theorem says of itself.
func version(t theorems.Theorem) string {
	sum := sha256.New()
	fmt.Fprintln(sum, t.ID, t.Statement, t.Given, t.Why)
	for _, c := range append(append([]theorems.Check(nil), t.Claims...), t.Exact...) {
		fmt.Fprintln(sum, c.Name, c.Edges)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// Fits returns why a plan cannot be worked on here: it was made by another
// program, for other theorems or starts, or where numbers are rounded
// differently.
func Fits(p, here journal.Plan) error {
	switch {
	case p.Format != here.Format:
		return fmt.Errorf("plan is of format %d, this program reads %d", p.Format, here.Format)
	case p.Build != here.Build:
		return fmt.Errorf("plan was made by another build of verify (%s, this one is %s): its records would not add up with this one's", p.Build, here.Build)
	case p.Environment != here.Environment:
		return fmt.Errorf("plan was made where numbers are rounded differently (%s, here %s)", p.Environment, here.Environment)
	case p.Starts != here.Starts:
		return fmt.Errorf("plan was made with another corpus or ledger")
	}
	for _, t := range p.Theorems {
		found := false
		for _, h := range here.Theorems {
			found = found || h == t
		}
		if !found {
			return fmt.Errorf("plan has theorem %s (%s), which is not here, or in another version", t.Ref, t.ID)
		}
	}
	return nil
}
