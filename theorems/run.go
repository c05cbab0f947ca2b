package theorems

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/rankproof/rankproof/oracles/certificate"
)

// Report is the evidence that one run gathered for a theorem.
type Report struct {
	Ref, ID     string
	Verdict     Verdict
	Instances   int     // floating-point instances judged
	WorstMargin float64 // the largest error/bound among those that hold
	Worst       *Failure
	Judged      int // instances of both kinds
	Vacuous     int // instances on which there was nothing to compare; in none of the other counts
	Unknown     int // instances that stayed unknown
	Escalated   int // instances on which floating point abstained and exact arithmetic decided
	Exact       int // instances decided exactly, the escalated ones included
	Proofs      []Proof
	Twins       []TwinReport
	Failures    []Failure // distinct ones, by kind and by shrunk form, a few of each
	Margins     []Tightest
	Tags        map[string]int
	NotTried    []string // claims whose operations the subject lacks
	Untried     []Untried
	Unvisited   []string // declared edges that no instance visited
	Silent      []string // claims that said nothing on most of their instances
	Interrupted bool
	Seconds     float64

	judged, unknown map[string]int // instances of each check
	kinds           map[kind]*failuresOf
}

// Untried counts the instances of a check that were not tried for want of an
// operation.
type Untried struct {
	Check     string
	Operation string // its name, or names; "" if the subject does not say
	Instances int
	Reason    string // that was given for the first of them
}

// Tightest is the largest margin of an inequality, among the instances of a run
// that hold.
type Tightest struct {
	Check    string
	Residual Residual
	Case     any
}

// Proof is a certificate of one identity, or of one rank, over all its shapes.
type Proof struct {
	Identity   string // its name
	Shapes     int
	Degree     int // the largest over the shapes
	Log2Height int
	Bits       float64 // the least over the shapes; +∞ for a rank, whose minors prove it with certainty
	Err        error   // not nil: refuted, or not provable
}

// TwinReport tells whether a false twin was refuted, and after how many
// instances that asked the subject for what the twin gets wrong.
type TwinReport struct {
	Name    string
	Refuted bool
	After   int
	By      string // the quantity that gave it away
	// NotTried is true where the subject lacks the operations that the twin
	// would get wrong.
	NotTried bool
}

// CertificateBits returns the least bits over all proofs, 0 without any.
func (r Report) CertificateBits() float64 {
	if len(r.Proofs) == 0 {
		return 0
	}
	bits := r.Proofs[0].Bits
	for _, p := range r.Proofs {
		bits = min(bits, p.Bits)
	}
	return bits
}

// TwinSurvived reports whether some twin was not refuted.
func (r Report) TwinSurvived() bool {
	for _, t := range r.Twins {
		if !t.Refuted && !t.NotTried {
			return true
		}
	}
	return false
}

// Run gathers evidence for the theorem about a subject. The report depends on
// the effort's seed, not on its workers. When ctx ends, what was gathered so
// far is returned, marked Interrupted.
func (t Theorem) Run(ctx context.Context, s Subject, e Effort) Report {
	start := time.Now()
	t = t.at(s.UnitRoundoff)
	r, exact := t.runClaims(ctx, s, e)
	t.runChecks(ctx, &r, s, e, t.Exact, exact)
	for _, c := range t.Certificates {
		if ctx.Err() != nil {
			break
		}
		r.Proofs = append(r.Proofs, c.prove(ctx, e))
		e.tell(1)
	}
	for _, twin := range t.Twins {
		if ctx.Err() != nil {
			break
		}
		r.Twins = append(r.Twins, t.RunTwin(s, twin, e))
		e.tell(1)
	}
	r.Interrupted = ctx.Err() != nil
	if !r.Interrupted && len(r.NotTried) == 0 {
		r.Unvisited = t.unvisited(r.Tags)
	}
	r.Verdict = t.verdict(r, 0)
	r.Seconds = time.Since(start).Seconds()
	return r
}

// verdict sums a report up: refuted by one failure, unknown if too much was,
// if nothing was tried, or if a twin survived (then holding means nothing). The
// decided are exact instances that count for shares and were left out.
func (t Theorem) verdict(r Report, decided int) Verdict {
	if len(r.Failures) > 0 {
		return Fails
	}
	for _, p := range r.Proofs {
		if p.Err != nil {
			return Fails
		}
	}
	// Evidence about the statement alone says nothing of a subject that lacks
	// every operation the theorem claims something about.
	untried := r.Judged+len(r.Proofs) == 0 || len(t.Claims) > 0 && r.Instances == 0
	const mostVacuous = 0.25 // of all instances: a subject must not talk itself out of being judged
	vacuous := float64(r.Vacuous) > mostVacuous*float64(decided+r.Judged+r.Vacuous)
	if untried || vacuous || r.Interrupted || r.TwinSurvived() {
		return Unknown
	}
	if float64(r.Unknown) > t.MaxUnknown*float64(decided+r.Judged) || len(r.Silent) > 0 {
		return Unknown
	}
	if float64(r.Escalated) > t.MaxEscalated*float64(r.Instances) {
		return Unknown
	}
	return Holds
}

// judged is what one index of a run yields.
type judged struct {
	check    Check
	instance any
	outcome  Outcome
}

// runChecks judges n instances, each by the check whose turn it is, and enters
// them into the report in the order of their indices.
func (t Theorem) runChecks(ctx context.Context, r *Report, s Subject, e Effort, checks []Check, n int) {
	turns := rota(checks)
	inOrder(ctx, e.Workers, n, func(i int) judged {
		c := turns[i%len(turns)]
		instance := c.DrawFor(s, SeedOf(e.Seed, t.ID+"/"+c.Name, i))
		j := judged{c, instance, c.On(s, instance)}
		e.tell(1)
		return j
	}, func(j judged) { r.enter(ctx, s, e, j) })
}

// enter adds one judged instance to the report.
func (r *Report) enter(ctx context.Context, s Subject, e Effort, j judged) {
	if j.outcome.NotTried {
		r.leave(j)
		return
	}
	if j.outcome.Vacuous {
		r.Vacuous++
		return
	}
	for _, tag := range j.check.Tags(j.instance) {
		r.Tags[tag]++
	}
	r.Judged++
	r.judged[j.check.Name]++
	if !j.check.IsExact() {
		r.Instances++
	}
	if j.outcome.Exact {
		r.Exact++
		if !j.check.IsExact() {
			r.Escalated++
		}
	}
	switch j.outcome.Verdict {
	case Unknown:
		r.Unknown++
		r.unknown[j.check.Name]++
	case Fails:
		r.fail(ctx, s, e, j)
	case Holds:
		if m := j.outcome.Worst.Margin(); m > r.WorstMargin {
			r.WorstMargin = m
			r.Worst = &Failure{Check: j.check.Name, Case: j.instance, Outcome: j.outcome}
		}
		r.note(j)
	}
}

// leave enters an instance that was not tried.
func (r *Report) leave(j judged) {
	same := func(u Untried) bool { return u.Check == j.check.Name && u.Operation == j.outcome.Operation }
	if i := slices.IndexFunc(r.Untried, same); i >= 0 {
		r.Untried[i].Instances++
		return
	}
	r.Untried = append(r.Untried, Untried{j.check.Name, j.outcome.Operation, 1, j.outcome.Reason})
	r.NotTried = append(r.NotTried, j.check.Name+": "+j.outcome.Reason)
}

// untried returns how many instances of a check were not tried.
func (r *Report) untried(check string) int {
	n := 0
	for _, u := range r.Untried {
		if u.Check == check {
			n += u.Instances
		}
	}
	return n
}

// note keeps the largest margin of each inequality, the first of equals.
func (r *Report) note(j judged) {
	for _, residual := range j.outcome.Margins {
		i := slices.IndexFunc(r.Margins, func(t Tightest) bool { return t.Check == j.check.Name && t.Residual.What == residual.What })
		switch {
		case i < 0:
			r.Margins = append(r.Margins, Tightest{j.check.Name, residual, j.instance})
		case residual.Margin() > r.Margins[i].Residual.Margin():
			r.Margins[i] = Tightest{j.check.Name, residual, j.instance}
		}
	}
}

// silent lists the claims of which more than half of the instances stayed
// unknown, or for some of whose instances an operation was missing though the
// subject is not partial: one of several could otherwise be evaded altogether,
// while what the others and exact arithmetic decide keeps the theorem's share
// low.
func (r *Report) silent(claims []Check, partial bool) []string {
	const few = 20 // instances, of which half may be so by chance
	var out []string
	for _, c := range claims {
		// An operation is there or is not: one that is missing where it suits is none.
		sometimes := !partial && r.untried(c.Name) > 0 && r.judged[c.Name] > 0
		if sometimes || r.judged[c.Name] >= few && 2*r.unknown[c.Name] > r.judged[c.Name] {
			out = append(out, c.Name)
		}
	}
	return out
}

// unvisited lists the declared edges that no instance was tagged with.
func (t Theorem) unvisited(tags map[string]int) []string {
	var missing []string
	seen := map[string]bool{}
	for _, c := range append(append([]Check(nil), t.Claims...), t.Exact...) {
		for _, edge := range c.Edges {
			if tags[edge] == 0 && !seen[edge] {
				missing = append(missing, edge)
				seen[edge] = true
			}
		}
	}
	return missing
}

// UnvisitedEdges lists the declared edges that none of the instances of an
// effort is tagged with. It draws them, and judges none.
func (t Theorem) UnvisitedEdges(e Effort) []string {
	tags := map[string]int{}
	claims, exact := e.instances(t)
	for _, part := range []struct {
		checks []Check
		n      int
	}{{t.Claims, claims}, {t.Exact, exact}} {
		turns := rota(part.checks)
		for i := range part.n {
			c := turns[i%len(turns)]
			if len(c.Edges) == 0 {
				continue
			}
			for _, tag := range c.Tags(c.Draw(SeedOf(e.Seed, t.ID+"/"+c.Name, i))) {
				tags[tag]++
			}
		}
	}
	return t.unvisited(tags)
}

// prove proves an identity for each of its shapes; it stops at the first that
// is refuted.
func (c Certificate) prove(ctx context.Context, e Effort) Proof {
	p := Proof{Identity: c.Name()}
	for i, shape := range c.Shapes {
		if ctx.Err() != nil {
			return p
		}
		proof, err := c.at(shape, SeedOf(e.Seed, "certificate/"+c.Name(), i), e.Bits)
		if err != nil {
			p.Err = err
			return p
		}
		if p.Shapes == 0 || proof.Bits < p.Bits {
			p.Bits = proof.Bits
		}
		p.Shapes++
		p.Degree = max(p.Degree, proof.Degree)
		p.Log2Height = max(p.Log2Height, proof.Log2Height)
	}
	return p
}

// at proves the certificate for one shape.
func (c Certificate) at(shape certificate.Shape, seed uint64, bits int) (certificate.Proof, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	if c.Rank != nil {
		_, err := c.Rank.Prove(rng, shape)
		return certificate.Proof{Shape: shape, Bits: math.Inf(1)}, err
	}
	return c.Identity.Prove(rng, shape, bits)
}

// RunTwin tries to refute a twin within the effort's attempts.
func (t Theorem) RunTwin(s Subject, twin Twin, e Effort) TwinReport {
	report := TwinReport{Name: twin.Name}
	if twin.FalseIdentity != nil {
		for i, shape := range twin.FalseIdentity.Shapes {
			_, err := twin.FalseIdentity.at(shape, SeedOf(e.Seed, t.ID+"/twin/"+twin.Name, i), e.Bits)
			var refuted *certificate.Refuted
			var tooLow *certificate.RankTooLow
			switch {
			case errors.As(err, &refuted):
				report.Refuted, report.After, report.By = true, i+1, refuted.Equation
				return report
			case errors.As(err, &tooLow):
				report.Refuted, report.After, report.By = true, i+1, "rank of "+tooLow.Matrix
				return report
			}
		}
		return report
	}
	checks, asked := t.Claims, func() bool { return true }
	if twin.Break != nil {
		s, asked = watchBroken(s, twin.Break(s))
	} else {
		checks = twin.False
	}
	report.NotTried = true
	turns, after := newTurnsOf(checks), 0
	for i := range e.TwinAttempts {
		c := turns.next()
		instance := c.DrawFor(s, SeedOf(e.Seed, t.ID+"/twin/"+twin.Name, i))
		out := c.On(s, instance)
		report.NotTried = report.NotTried && out.NotTried
		if asked() {
			after++
		} else {
			turns.pass()
		}
		if out.Verdict == Fails {
			report.Refuted, report.After, report.By = true, after, out.Worst.What
			if report.By == "" {
				report.By = out.Reason
			}
			return report
		}
	}
	return report
}
