package theorems

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/rankproof/rankproof/generators"
)

// Refutation is what became of a search for a counterexample to a conjecture.
type Refutation struct {
	Ref, ID string
	Refuted bool
	Exact   bool // the verdict on the counterexample is of exact arithmetic alone
	// Size, Check, Case and Violation are those of the counterexample.
	Size      Size
	Check     string
	Case      any
	Violation string

	Levels      []LevelTried // that were begun
	Problem     error        // not nil: a check went wrong on the way, and nothing is claimed
	Interrupted bool
	Seconds     float64
}

// LevelTried counts the instances of one size.
type LevelTried struct {
	Size      Size
	Decided   int
	Undecided int
	Listed    int // of the decided ones, those of the level's list
}

// Tried returns the number of instances decided, those at sizes below that of
// the counterexample among them.
func (r Refutation) Tried() (all, smaller int) {
	for _, l := range r.Levels {
		all += l.Decided
		if !r.Refuted || l.Size != r.Size {
			smaller += l.Decided
		}
	}
	return all, smaller
}

// Undecided returns the number of instances that were none of the statement's,
// or on which it was not decided.
func (r Refutation) Undecided() int {
	n := 0
	for _, l := range r.Levels {
		n += l.Undecided
	}
	return n
}

// starts is how many violations are shrunk: where descent ends depends on where
// it begins, and the simplest end is shown.
const starts = 8

// Refute looks for a counterexample to the conjecture, at the smallest size
// first: at each it decides the level's list and then draws e.ExactChecks
// instances. At the first size with violations it shrinks them, without leaving
// the size, and keeps the simplest; that is written as JSON, read back, and
// decided once more. The result depends on e.Seed and e.ExactChecks alone. When
// ctx ends, what was tried so far is returned, marked Interrupted.
func (c Conjecture) Refute(ctx context.Context, e Effort) (r Refutation) {
	start := time.Now()
	r = Refutation{Ref: c.Ref, ID: c.ID}
	defer func() { r.Seconds = time.Since(start).Seconds() }()
	for _, l := range c.Levels {
		found, tried, err := l.search(ctx, c.ID, e)
		r.Levels = append(r.Levels, tried)
		if err == nil && found != nil {
			err = r.certify(l, found)
		}
		switch {
		case err != nil:
			r.Problem = fmt.Errorf("%s at %v: %w", c.Ref, l.Size, err)
			return r
		case found != nil:
			return r
		case ctx.Err() != nil:
			r.Interrupted = true
			return r
		}
	}
	return r
}

// instances lists the level's own and then n that are drawn.
func (l Level) instances(id string, seed uint64, n int) iter.Seq2[any, bool] {
	return func(yield func(any, bool) bool) {
		if l.Every != nil {
			for instance := range l.Every {
				if !yield(instance, true) {
					return
				}
			}
		}
		for i := range n {
			if !yield(l.Check.Draw(SeedOf(seed, id+"/"+l.Check.Name, i)), false) {
				return
			}
		}
	}
}

// search returns the simplest violation of the level, nil if it met none.
func (l Level) search(ctx context.Context, id string, e Effort) (simplest any, tried LevelTried, err error) {
	tried.Size = l.Size
	violations := 0
	for instance, listed := range l.instances(id, e.Seed, e.ExactChecks) {
		if ctx.Err() != nil {
			return simplest, tried, nil
		}
		if err := l.fits(instance); err != nil {
			return nil, tried, err
		}
		out := l.Check.On(Subject{}, instance)
		e.tell(1)
		switch {
		case out.Verdict == Unknown:
			tried.Undecided++
			continue
		case !out.Exact:
			return nil, tried, fmt.Errorf("check %q: %s", l.Check.Name, out.Reason)
		}
		tried.Decided++
		if listed {
			tried.Listed++
		}
		if out.Verdict != Fails {
			continue
		}
		small := l.shrink(ctx, instance)
		if simplest == nil || generators.Simpler(small, simplest) < 0 {
			simplest = small
		}
		if violations++; listed || violations == starts {
			break
		}
	}
	return simplest, tried, nil
}

// fits refuses an instance of another size: the level would prove nothing
// about its own.
func (l Level) fits(instance any) error {
	sizes := generators.Sizes(instance)
	for _, d := range l.Size.letters() {
		if n, has := sizes[d.name]; has && n != d.count {
			return fmt.Errorf("check %q: an instance has %s = %d", l.Check.Name, d.name, n)
		}
	}
	return nil
}

// shrink returns the simplest violation of the same size that descent from a
// violation reaches.
func (l Level) shrink(ctx context.Context, instance any) any {
	return untagged(l.Check.shrink(instance, func(smaller any) bool {
		if ctx.Err() != nil || l.fits(smaller) != nil {
			return false
		}
		out := l.Check.On(Subject{}, smaller)
		return out.Verdict == Fails && out.Exact
	}))
}

// certify decides the counterexample as its reader will: from its JSON, by
// the exact decision alone.
func (r *Refutation) certify(l Level, found any) error {
	text, err := json.Marshal(found)
	if err != nil {
		return fmt.Errorf("the counterexample is not JSON: %w", err)
	}
	read, err := l.Check.Decode(text)
	if err != nil {
		return fmt.Errorf("the counterexample cannot be read back: %w", err)
	}
	var violation *Violation
	if err := l.Check.decide(read); !errors.As(err, &violation) {
		return fmt.Errorf("the counterexample %s is no violation when it is read back: %v", text, err)
	}
	r.Refuted, r.Exact = true, l.Check.IsExact()
	r.Size, r.Check, r.Case, r.Violation = l.Size, l.Check.Name, read, violation.What
	return nil
}

// Counterexample returns the counterexample in the form in which it is kept.
func (r Refutation) Counterexample() (Counterexample, error) {
	violation := Violatedf("%s", r.Violation).Error()
	c, err := NewCounterexample(Theorem{Ref: r.Ref, ID: r.ID}, Subject{Name: "the statement itself"},
		Failure{Check: r.Check, Case: r.Case, Outcome: Outcome{Finding: Finding{Verdict: Fails, Reason: violation}, Exact: r.Exact}})
	c.Exactly = violation
	return c, err
}

// Attempt is what became of a search for a counterexample to a theorem.
type Attempt struct {
	Report  Report // of claims and exact checks alone
	Decided int    // instances; those that stayed unknown are apart, in Report.Unknown
}

// RefuteTheorem looks for a counterexample to a theorem among the instances of
// its claims and exact checks: it judges those of a run, and leaves out what is
// no search, certificates and twins.
func RefuteTheorem(ctx context.Context, t Theorem, s Subject, e Effort) Attempt {
	t.Certificates, t.Twins = nil, nil
	r := t.Run(ctx, s, e)
	return Attempt{r, r.Judged - r.Unknown}
}

// Refuted reports whether a counterexample was found.
func (a Attempt) Refuted() bool { return len(a.Report.Failures) > 0 }

// ResidualRisk bounds, with confidence 95 %, the probability that an instance
// drawn as those of the attempt were, and decided, violates the theorem, after
// n that did not: 3/n, and 1 where that is more. If it were above that, none of n would
// have had a probability below (1−3/n)^n < e⁻³ < 5 %; that the checks share the
// instances in turn only lowers it, by the inequality of the means.
func (a Attempt) ResidualRisk() float64 {
	if a.Decided < 3 {
		return 1
	}
	return 3 / float64(a.Decided)
}
