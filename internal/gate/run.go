package gate

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
)

const (
	// mostCandidates bounds the requests that are made to shrink a failure.
	mostCandidates = 5000
	// mostRequests bounds those that are kept with a finding.
	mostRequests = 200
)

// Result is a theorem with what a run found of it.
type Result struct {
	Theorem theorems.Theorem
	theorems.Report
	Findings []Finding
	Limited  bool   // some instances may have been left out after faults
	Waiting  string // the operation that had not been answered at an interrupt, "" if none is known
}

// Finding is one kind of failure of one check, or one kind of fault that belongs
// to none.
type Finding struct {
	ID      string
	Theorem theorems.Theorem // its Ref is empty for a fault that belongs to none
	Failure theorems.Failure
	Fault   *Fault // nil: the child answered
	Saved   Saved
	Known   string // the reason for which it is expected; empty: it is not
	// Unsteady is that the same instance, asked again, did not fail.
	Unsteady bool
}

// Saved is what is kept of a finding: a counterexample, and what a child was asked
// about it after hello.
type Saved struct {
	*theorems.Counterexample                // nil for a fault that belongs to no theorem
	Fault                    string         `json:"fault,omitempty"`
	Requests                 []wire.Request `json:"requests"`
}

// Claims returns the theorems of a list that claim something about an
// implementation.
func Claims(list []theorems.Theorem) []theorems.Theorem {
	var out []theorems.Theorem
	for _, t := range list {
		if len(t.Claims) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// Subject returns the child as a subject, which may decline instances.
func (p *Pool) Subject() (theorems.Subject, error) { return p.subject(p.Call) }

func (p *Pool) subject(call wire.Call) (theorems.Subject, error) {
	s, err := wire.NewSubject(p.Hello, call)
	s.Partial = true
	return s, err
}

// Judge gathers the evidence of the claims of a theorem about the child, and
// shrinks what fails. What it finds of a child that answers a request always in
// the same way depends on the effort's seed and on what was judged before, and not
// on its workers.
func (p *Pool) Judge(ctx context.Context, t theorems.Theorem, e theorems.Effort) (Result, error) {
	s, err := p.Subject()
	if err != nil {
		return Result{}, err
	}
	e.AsFound = true
	before := p.allowance.begin()
	r := Result{Theorem: t, Report: t.RunClaims(ctx, s, e)}
	if p.allowance.wasReached() && e.Workers > 1 && ctx.Err() == nil {
		// Which instances were asked before the limit was a matter of chance.
		p.allowance.again(before)
		e.Workers, e.Progress = 1, nil
		r.Report = t.RunClaims(ctx, s, e)
	}
	r.Limited = p.allowance.wasReached()
	if p.ctx.Err() != nil { // what was asked since is undecided
		r.Interrupted, r.Waiting = true, p.Waiting()
		if r.Verdict == theorems.Holds {
			r.Verdict = theorems.Unknown
		}
	}
	for i, f := range r.Failures {
		finding, err := p.finding(t, s, f)
		if err != nil {
			return r, err
		}
		r.Failures[i] = finding.Failure
		if !slices.ContainsFunc(r.Findings, func(other Finding) bool { return other.ID == finding.ID }) {
			r.Findings = append(r.Findings, finding)
		}
	}
	return r, nil
}

// Unjudged is the result of a theorem of which nothing is known but that judging it
// was interrupted.
func (p *Pool) Unjudged(t theorems.Theorem) Result {
	return Result{Theorem: t, Report: theorems.Report{Ref: t.Ref, ID: t.ID, Verdict: theorems.Unknown, Interrupted: true}, Waiting: p.Waiting()}
}

// finding shrinks a failure, and asks about what is left once more, to keep what
// was asked and answered.
func (p *Pool) finding(t theorems.Theorem, s theorems.Subject, f theorems.Failure) (Finding, error) {
	out := Finding{ID: idOf(t, f), Theorem: t, Failure: f}
	check, _ := t.CheckNamed(f.Check)
	left, candidates := ofShrinking, mostCandidates
	patient, err := p.subject(func(op string, params json.RawMessage) (json.RawMessage, error) {
		if candidates--; candidates < 0 {
			left = 0
		}
		return p.call(op, params, &left)
	})
	if err != nil {
		return out, err
	}
	shrunk := check.Shrink(patient, f.Case)
	for _, instance := range []any{shrunk, f.Case} {
		again, requests, fault, err := p.recorded(check, instance)
		if err != nil {
			return out, err
		}
		out.Fault, out.Saved.Requests = fault, requests
		if p.ctx.Err() != nil {
			break
		}
		if out.Unsteady = again.Verdict != theorems.Fails && !again.NotTried; again.Verdict == theorems.Fails {
			out.Failure.Case, out.Failure.Outcome = instance, again
			break
		}
	}
	c, err := theorems.NewCounterexample(t, s, out.Failure)
	out.Saved.Counterexample = &c
	if out.Fault != nil {
		out.Saved.Fault = out.Fault.Error()
	}
	return out, err
}

// recorded judges an instance, and returns what the child was asked for it and the
// last fault.
func (p *Pool) recorded(check theorems.Check, instance any) (o theorems.Outcome, requests []wire.Request, fault *Fault, err error) {
	left := ofShrinking
	s, err := p.subject(func(op string, params json.RawMessage) (json.RawMessage, error) {
		if len(requests) < mostRequests {
			requests = append(requests, wire.Request{ID: int64(len(requests)) + 2, Op: op, Params: params})
		}
		result, err := p.call(op, params, &left)
		errors.As(err, &fault)
		return result, err
	})
	if err != nil {
		return o, nil, nil, err
	}
	return check.On(s, instance), requests, fault, nil
}

// Faults returns what the children did that belongs to no theorem, as findings.
func (p *Pool) Faults() []Finding {
	var out []Finding
	for _, f := range p.Unrepeated() {
		out = append(out, Finding{ID: "gate/" + string(f.Kind), Fault: f, Saved: Saved{Fault: f.Error(), Requests: f.Requests}})
	}
	return out
}

// longestID bounds the words of an ID that say how a check fails.
const longestID = 80

// idOf names a kind of failure: theorem, check, and the quantity that is off or
// the words of the reason. Of words that are cut a digest of all of them follows, so
// that two kinds which begin alike are two.
func idOf(t theorems.Theorem, f theorems.Failure) string {
	way := f.Outcome.Way()
	id := t.Ref + "/" + f.Check + "/" + cut([]byte(way), longestID)
	if len(way) > longestID {
		digest := sha256.Sum256([]byte(way))
		id += fmt.Sprintf(" %x", digest[:4])
	}
	return id
}
