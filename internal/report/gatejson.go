package report

import (
	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
)

// GateDocument is what a gate found, as JSON.
type GateDocument struct {
	Verdict        GateVerdict   `json:"verdict"`
	Command        []string      `json:"command"`
	Hello          wire.Hello    `json:"hello"`
	Seed           uint64        `json:"seed"`
	Checks         int           `json:"checks"` // instances a theorem
	NotImplemented []string      `json:"not_implemented"`
	Strange        []string      `json:"strange"` // offered, and no operation of this version
	Theorems       []GatedJSON   `json:"theorems"`
	Findings       []FindingJSON `json:"findings"`
	PassNow        []gate.Known  `json:"known_that_pass"`
	KnownNotTried  []gate.Known  `json:"known_not_tried"`
	RequiredUnmet  []string      `json:"required_unmet"`
	GivenUp        string        `json:"given_up,omitempty"`
	Stopped        string        `json:"stopped,omitempty"`
	Planned        int           `json:"planned"` // theorems that were to be run
	Children       int           `json:"children"`
	Seconds        float64       `json:"seconds"`
	Environment    Environment   `json:"environment"`
}

// GatedJSON is what it found for a theorem.
type GatedJSON struct {
	Ref         string        `json:"ref"`
	ID          string        `json:"id"`
	Verdict     GateVerdict   `json:"verdict"`
	Instances   int           `json:"instances"`
	WorstMargin float64       `json:"worst_margin"`
	Unknown     int           `json:"unknown"`
	Untried     []UntriedJSON `json:"untried,omitempty"`
	Claims      []ClaimJSON   `json:"claims"`
	Untold      int           `json:"untold,omitempty"` // kinds of failure beyond those among the findings
	Reasons     []string      `json:"reasons,omitempty"`
	Seconds     float64       `json:"seconds"`
}

// ClaimJSON counts the instances that a claim judged, and those of it that were not
// tried.
type ClaimJSON struct {
	Name    string `json:"name"`
	Judged  int    `json:"judged"`
	Untried int    `json:"untried"`
}

// UntriedJSON counts instances that were not tried.
type UntriedJSON struct {
	Check     string `json:"check"`
	Operation string `json:"operation"`
	Instances int    `json:"instances"`
	Reason    string `json:"reason"`
}

// FindingJSON is a finding: what verify replay reads, and more.
type FindingJSON struct {
	FindingID string `json:"finding"` // as a list of known failures names it
	gate.Saved
	Known    string     `json:"known,omitempty"` // the reason for which it is expected
	Unsteady bool       `json:"unsteady,omitempty"`
	Child    *FaultJSON `json:"child,omitempty"`
	File     string     `json:"file,omitempty"`
}

// FaultJSON is what the child did in place of answering.
type FaultJSON struct {
	Kind    gate.Kind `json:"kind"`
	Op      string    `json:"op"`
	Detail  string    `json:"detail"`
	Repeats bool      `json:"repeats"`
	Times   int       `json:"times,omitempty"`
	Wrote   string    `json:"wrote,omitempty"`
	Stderr  string    `json:"stderr,omitempty"`
}

// Document returns the JSON.
func (g Gate) Document() GateDocument {
	d := GateDocument{Verdict: g.Verdict(), Command: g.Command, Hello: g.Hello, Seed: g.Effort.Seed, Checks: g.Effort.Checks,
		NotImplemented: append([]string{}, g.Missing()...), Strange: append([]string{}, g.Hello.Unknown()...),
		Theorems: []GatedJSON{}, Findings: []FindingJSON{},
		PassNow: append([]gate.Known{}, g.Expectations.Passing...), KnownNotTried: append([]gate.Known{}, g.Expectations.NotTried...),
		RequiredUnmet: append([]string{}, g.Unmet...), GivenUp: g.Ended, Stopped: g.Stopped,
		Planned: g.Planned, Children: g.Children, Seconds: g.Seconds, Environment: g.Environment}
	for _, r := range g.Results {
		t := GatedJSON{Ref: r.Ref, ID: r.ID, Verdict: VerdictOf(r), Instances: r.Instances, WorstMargin: finite(r.WorstMargin),
			Unknown: r.Unknown, Untold: r.Untold(), Reasons: doubtsOf(r), Seconds: r.Seconds}
		for _, u := range r.Untried {
			t.Untried = append(t.Untried, UntriedJSON{u.Check, onTheWire(u.Operation), u.Instances, u.Reason})
		}
		for _, c := range r.Theorem.Claims {
			judged, untried := r.Tried(c.Name)
			t.Claims = append(t.Claims, ClaimJSON{c.Name, judged, untried})
		}
		d.Theorems = append(d.Theorems, t)
	}
	for _, f := range g.Findings() {
		out := FindingJSON{FindingID: f.ID, Saved: f.Saved, Known: f.Known, Unsteady: f.Unsteady, File: g.Files[f.ID]}
		out.Child = faultJSON(f.Fault)
		d.Findings = append(d.Findings, out)
	}
	return d
}

func faultJSON(f *gate.Fault) *FaultJSON {
	if f == nil {
		return nil
	}
	return &FaultJSON{f.Kind, f.Op, f.Detail, f.Repeats, f.Times, f.Shown, f.Stderr}
}

// AskedAgain is what became of requests that were asked again.
type AskedAgain struct {
	Verdict  string     `json:"verdict"` // holds, refuted
	Subject  string     `json:"subject"`
	Requests int        `json:"requests"`
	Child    *FaultJSON `json:"child,omitempty"`
}

// NewAskedAgain returns the JSON; the fault is nil if all were answered.
func NewAskedAgain(h wire.Hello, requests int, f *gate.Fault) AskedAgain {
	verdict := theorems.Holds
	if f != nil {
		verdict = theorems.Fails
	}
	return AskedAgain{verdict.String(), h.Name, requests, faultJSON(f)}
}
