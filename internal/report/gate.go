package report

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
)

// Gate is what a gate found about a child.
type Gate struct {
	Environment  Environment
	Command      []string
	Hello        wire.Hello
	Subject      theorems.Subject
	Effort       theorems.Effort
	Planned      int // theorems that were to be run
	Results      []gate.Result
	Faults       []gate.Finding // that belong to no theorem
	Expectations gate.Expectations
	Unmet        []string // of what was required
	Ended        string   // why the gate gave the child up; empty: it did not
	Stopped      string   // interrupted, or the time was up; empty: it ran to its end
	Children     int      // that were started
	Seconds      float64
	Files        map[string]string // in which findings were saved, by ID
}

// Missing lists the operations that the child does not offer.
func (g Gate) Missing() []string {
	var out []string
	for _, op := range wire.Operations() {
		if !slices.Contains(g.Hello.Ops, op) {
			out = append(out, op)
		}
	}
	return out
}

// GateVerdict is what was found for a theorem, or for all.
type GateVerdict string

// Verdicts, of which the gravest is the gate's.
const (
	GateHolds    GateVerdict = "holds"
	GateFails    GateVerdict = "fails"
	GateKnown    GateVerdict = "known"   // fails as is expected
	GatePartly   GateVerdict = "in part" // what was tried holds; of some claim it is less than half, or nothing
	GateUntried  GateVerdict = "not tried"
	GateUnknown  GateVerdict = "unknown"
	GatePassing  GateVerdict = "passes now" // what is known to fail does not
	GateRequired GateVerdict = "required"   // what is required was not tried
	GateGivenUp  GateVerdict = "given up"
)

// VerdictOf returns what was found for a theorem.
func VerdictOf(r gate.Result) GateVerdict {
	known := func(f gate.Finding) bool { return f.Known != "" }
	switch {
	case slices.ContainsFunc(r.Findings, func(f gate.Finding) bool { return f.Known == "" }) || r.Untold() > 0:
		return GateFails
	case slices.ContainsFunc(r.Findings, known):
		return GateKnown
	case r.Judged == 0 && len(r.Untried) > 0 && !r.Interrupted:
		return GateUntried
	case r.Verdict == theorems.Holds && slices.ContainsFunc(r.Untried, func(u theorems.Untried) bool { return !r.Mostly(u.Check) }):
		return GatePartly
	case r.Verdict == theorems.Holds:
		return GateHolds
	}
	return GateUnknown
}

// Verdict is that of the gate: the first that applies of fails, given up, passes
// now, required, unknown, not tried (nothing was) and holds.
func (g Gate) Verdict() GateVerdict {
	counts := g.counts()
	switch {
	case counts[GateFails] > 0 || slices.ContainsFunc(g.Faults, func(f gate.Finding) bool { return f.Known == "" }):
		return GateFails
	case g.Ended != "":
		return GateGivenUp
	case len(g.Expectations.Passing) > 0:
		return GatePassing
	case len(g.Unmet) > 0 && g.Stopped == "":
		return GateRequired
	case counts[GateUnknown] > 0 || g.Stopped != "" || len(g.Results) < g.Planned:
		return GateUnknown
	case counts[GateUntried] == len(g.Results):
		return GateUntried
	}
	return GateHolds
}

func (g Gate) counts() map[GateVerdict]int {
	out := map[GateVerdict]int{}
	for _, r := range g.Results {
		out[VerdictOf(r)]++
	}
	return out
}

// Findings lists those of theorems, then those of none.
func (g Gate) Findings() []gate.Finding {
	var out []gate.Finding
	for _, r := range g.Results {
		out = append(out, r.Findings...)
	}
	return append(out, g.Faults...)
}

var gateColumns = []column{
	{"", "instances", 9},
	{"worst", "margin", 7},
	{"", "unknown", 7},
	{"not", "tried", 7},
	{"kinds of", "failure", 8},
	{"", "verdict", 9},
	{"", "seconds", 7},
}

// GateTable is a Table for what a gate finds.
type GateTable struct{ *Table }

// NewGateTable returns a table for some of the theorems of a list.
func NewGateTable(w io.Writer, list []theorems.Theorem) GateTable {
	return GateTable{newTable(w, list, gateColumns)}
}

// Row writes what was found for a theorem.
func (t GateTable) Row(r gate.Result) {
	untried := 0
	for _, u := range r.Untried {
		untried += u.Instances
	}
	t.line(r.Ref, r.ID, []string{
		fmt.Sprint(r.Instances),
		margin(Result{r.Theorem, r.Report}),
		fmt.Sprint(r.Unknown),
		fmt.Sprint(untried),
		fmt.Sprint(len(r.Findings) + r.Untold()),
		string(VerdictOf(r)),
		fmt.Sprintf("%.2f", r.Seconds),
	})
}

// barely lists the claims that were judged on fewer than half of their instances,
// and on one.
func (g Gate) barely() []string {
	var out []string
	for _, r := range g.Results {
		for _, c := range r.Theorem.Claims {
			if r.JudgedBy(c.Name) > 0 && !r.Mostly(c.Name) {
				out = append(out, fmt.Sprintf("%s, %q: %s", r.Ref, c.Name, r.Share(c.Name)))
			}
		}
	}
	return out
}

// untriedBy lists the theorems of which some claim was not tried on any instance,
// or on some, by the reason.
func (g Gate) untriedBy(entirely bool) (reasons []string, refs map[string][]string) {
	refs = map[string][]string{}
	for _, r := range g.Results {
		for _, u := range r.Untried {
			if (r.JudgedBy(u.Check) == 0) != entirely {
				continue
			}
			reason := onTheWire(u.Operation)
			if reason == "" || !strings.HasPrefix(u.Reason, theorems.ErrNotImplemented.Error()) {
				reason = u.Reason
			}
			if refs[reason] == nil {
				reasons = append(reasons, reason)
			}
			if !slices.Contains(refs[reason], r.Ref) {
				refs[reason] = append(refs[reason], r.Ref)
			}
		}
	}
	return reasons, refs
}

// onTheWire is a list of functions of a Subject, separated by commas, by the names
// that a child knows for them.
func onTheWire(functions string) string {
	names := strings.Split(functions, ", ")
	for i, name := range names {
		if ops := operationsOf()[name]; len(ops) > 0 {
			names[i] = strings.Join(ops, " or ")
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// operationsOf are the operations by which each function of a Subject alone would be
// offered.
var operationsOf = sync.OnceValue(func() map[string][]string {
	out, all := map[string][]string{}, reflect.ValueOf(theorems.Model())
	for _, field := range reflect.VisibleFields(all.Type()) {
		if field.Type.Kind() != reflect.Func || !field.IsExported() {
			continue
		}
		var one theorems.Subject
		reflect.ValueOf(&one).Elem().FieldByIndex(field.Index).Set(all.FieldByIndex(field.Index))
		out[field.Name] = wire.HelloOf(one).Ops
	}
	return out
})
