package theorems

import (
	"context"
	"time"
)

// RunClaims gathers what the claims say of a subject, and nothing that is of the
// statement alone. What may be unknown or vacuous is what a Run allows whose exact
// cases are all decided.
func (t Theorem) RunClaims(ctx context.Context, s Subject, e Effort) Report {
	start := time.Now()
	t = t.at(s.UnitRoundoff)
	r, exact := t.runClaims(ctx, s, e)
	r.Interrupted = ctx.Err() != nil
	r.Verdict = t.verdict(r, exact)
	r.Seconds = time.Since(start).Seconds()
	return r
}

// runClaims begins a report, and returns how many exact instances are to come.
func (t Theorem) runClaims(ctx context.Context, s Subject, e Effort) (r Report, exact int) {
	r = Report{Ref: t.Ref, ID: t.ID, Tags: map[string]int{}, judged: map[string]int{}, unknown: map[string]int{},
		kinds: map[kind]*failuresOf{}}
	claims, exact := e.instances(t)
	t.runChecks(ctx, &r, s, e, t.Claims, claims)
	r.Silent = r.silent(t.Claims, s.Partial)
	return r, exact
}
