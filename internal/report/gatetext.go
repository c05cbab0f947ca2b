package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/internal/wire"
)

// WriteHead writes what is put under test.
func (g Gate) WriteHead(w io.Writer) {
	operations := wire.Operations()
	io.WriteString(w, wrap("", fmt.Sprintf("%s %s computes in %s and offers %d of %s; %s a theorem, seed %d",
		orUnnamed(g.Hello.Name), g.Hello.Version, g.Hello.Precision, len(operations)-len(g.Missing()), Counted(len(operations), "operation"),
		Counted(g.Effort.Checks, "instance"), g.Effort.Seed)))
	for _, op := range g.Hello.Unknown() {
		io.WriteString(w, wrap("warning: ", fmt.Sprintf("it offers %q, which is no operation of this version; it is not asked", op)))
	}
	fmt.Fprintln(w)
}

func orUnnamed(name string) string {
	if name == "" {
		return "an implementation without a name"
	}
	return name
}

// WriteText writes what follows the table.
func (g Gate) WriteText(w io.Writer) error {
	g.writeMissing(w)
	for _, f := range g.Findings() {
		if f.Known == "" {
			if err := g.writeFinding(w, f); err != nil {
				return err
			}
		}
	}
	for _, r := range g.Results {
		if n := r.Untold(); n > 0 {
			fmt.Fprintf(w, "\n%s: %s of failure beyond those told\n", r.Ref, Counted(n, "kind"))
		}
		for _, doubt := range doubtsOf(r) {
			fmt.Fprintf(w, "\n%s %s: %s\n", r.Ref, r.ID, VerdictOf(r))
			io.WriteString(w, wrap("  ", doubt))
		}
	}
	g.writeExpected(w)
	g.writeSummary(w)
	return nil
}

// writeMissing writes what is not implemented, and what could not be tried.
func (g Gate) writeMissing(w io.Writer) {
	if missing := g.Missing(); len(missing) > 0 {
		fmt.Fprintln(w, "\nnot implemented")
		io.WriteString(w, wrapList("  ", missing))
	}
	for _, part := range []struct {
		entirely bool
		heading  string
	}{{true, "could not be tried, for want of"}, {false, "not tried on some instances"}} {
		reasons, refs := g.untriedBy(part.entirely)
		if len(reasons) > 0 {
			fmt.Fprintf(w, "\n%s\n", part.heading)
		}
		for _, reason := range reasons {
			io.WriteString(w, wrap("  "+reason+": ", strings.Join(refs[reason], ", ")))
		}
	}
	if barely := g.barely(); len(barely) > 0 {
		fmt.Fprintln(w, "\njudged on fewer than half of their instances")
		for _, line := range barely {
			io.WriteString(w, wrap("  ", line))
		}
	}
}

// writeFinding writes a finding with its numbers, and what the child was asked.
func (g Gate) writeFinding(w io.Writer, f gate.Finding) error {
	fmt.Fprintf(w, "\nfinding %s\n", f.ID)
	if f.Saved.Counterexample != nil {
		fmt.Fprintf(w, "  %s %s", f.Theorem.Ref, f.Theorem.ID)
		if err := OneFailure(w, Told{f.Failure, *f.Saved.Counterexample}); err != nil {
			return err
		}
	}
	if f.Unsteady {
		io.WriteString(w, wrap("  ", "asked about the same instance again, the child did not fail: it does not answer a request always in the same way"))
	}
	if f.Fault != nil {
		writeFault(w, f.Fault)
	}
	if file := g.Files[f.ID]; file != "" {
		fmt.Fprintf(w, "  saved, with what the child was asked: verify replay %s -- %s\n", file, strings.Join(g.Command, " "))
	}
	return nil
}

// writeFault writes what a child did in place of answering.
func writeFault(w io.Writer, f *gate.Fault) {
	text := "the child " + f.Error()
	switch {
	case f.Repeats:
		text += "; a fresh child that is asked this alone does it again"
	case f.Op != "":
		text += fmt.Sprintf("; a fresh child that was asked the first request in line again (%s) answered it", f.Op)
	}
	if f.Times > 1 {
		text += "; " + Counted(f.Times, "time")
	}
	if f.Kind == gate.Hung {
		text += "; if it is only slow, raise --request-timeout"
	}
	io.WriteString(w, wrap("  ", text))
	if f.Shown != "" {
		io.WriteString(w, wrap("  it wrote ", f.Shown))
	}
	if f.Stderr != "" {
		fmt.Fprintf(w, "  its standard error ends in\n%s\n", gate.Behind("    ", f.Stderr))
	}
	if len(f.Requests) > 0 {
		last := f.Requests[len(f.Requests)-1]
		params := string(last.Params)
		if len(params) > 400 {
			params = params[:400] + "…"
		}
		fmt.Fprintf(w, "  it was asked {\"op\": %q, \"params\": %s}\n", last.Op, params)
	}
}

// WriteAskedAgain writes what became of requests that were asked again.
func WriteAskedAgain(w io.Writer, h wire.Hello, requests int, f *gate.Fault) {
	fmt.Fprintf(w, "%s asked of %s: ", Counted(requests, "request"), orUnnamed(h.Name))
	if f == nil {
		fmt.Fprintln(w, "each was answered")
		return
	}
	fmt.Fprintln(w, "not each was answered")
	writeFault(w, f)
}

// writeExpected writes what became of known failures and of requirements.
func (g Gate) writeExpected(w io.Writer) {
	section := func(heading string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", heading)
		}
		for _, line := range lines {
			io.WriteString(w, wrap("  ", line))
		}
	}
	list := func(known []gate.Known) (out []string) {
		for _, k := range known {
			out = append(out, k.ID+": "+k.Reason)
		}
		return out
	}
	var failing []string
	for _, f := range g.Findings() {
		if f.Known != "" {
			failing = append(failing, f.ID+": "+f.Known)
		}
	}
	section("known failures, which fail", failing)
	section("known failures that were not tried", list(g.Expectations.NotTried))
	section("known failures that do not fail any more: take them off the list", list(g.Expectations.Passing))
	section("required, and not tried", g.Unmet)
}

// writeSummary writes the totals and what they come to.
func (g Gate) writeSummary(w io.Writer) {
	counts, instances := g.counts(), 0
	for _, r := range g.Results {
		instances += r.Instances
	}
	fmt.Fprintf(w, "\n%s: %d hold, %d hold in part, %d fail, %d fail as is known, %d unknown, %d not tried", Counted(len(g.Results), "theorem"),
		counts[GateHolds], counts[GatePartly], counts[GateFails], counts[GateKnown], counts[GateUnknown], counts[GateUntried])
	if missing := g.Planned - len(g.Results); missing > 0 {
		fmt.Fprintf(w, ", %d not run", missing)
	}
	fmt.Fprintf(w, "\n%s, %s; %.1f s\n", Counted(instances, "instance"), plural(g.Children, "child", "children"), g.Seconds)
	if g.Ended != "" {
		io.WriteString(w, wrap("", g.Ended))
	}
	if g.Stopped != "" {
		fmt.Fprintf(w, "%s: this is what was found until then\n", g.Stopped)
	}
	fmt.Fprintf(w, "seed %d, %s\n", g.Effort.Seed, g.Environment)
	fmt.Fprintf(w, "gate: %s\n", map[GateVerdict]string{
		GateHolds:    "passed",
		GateFails:    "failed",
		GateGivenUp:  "failed: the child was given up",
		GatePassing:  "failed: what is known to fail does not",
		GateRequired: "failed: what is required was not tried",
		GateUnknown:  "inconclusive",
		GateUntried:  "inconclusive: nothing could be tried",
	}[g.Verdict()])
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// short is what a finding is about, in a line.
func short(f gate.Finding) string {
	if f.Saved.Counterexample != nil {
		return fmt.Sprintf("%s, %q: %s", f.Theorem.ID, f.Failure.Check, f.Failure.Outcome.Finding)
	}
	return "the child " + f.Fault.Error()
}

// Annotations writes what fails as annotations of GitHub's.
func (g Gate) Annotations(w io.Writer) {
	for _, f := range g.Findings() {
		if f.Known == "" {
			annotate(w, "error", f.ID, short(f))
		}
	}
	for _, k := range g.Expectations.Passing {
		annotate(w, "error", k.ID, "known to fail, and does not fail any more")
	}
	for _, unmet := range g.Unmet {
		annotate(w, "error", "required", unmet)
	}
	if g.Ended != "" {
		annotate(w, "error", "gate", g.Ended)
	}
	if g.Verdict() == GateUnknown || g.Verdict() == GateUntried {
		annotate(w, "warning", "gate", "inconclusive")
	}
}

// Annotate writes an error as an annotation of GitHub's.
func Annotate(w io.Writer, title, message string) { annotate(w, "error", title, message) }

func annotate(w io.Writer, level, title, message string) {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	fmt.Fprintf(w, "::%s title=%s::%s\n", level, property.Replace("rankproof "+title), data.Replace(message))
}

// doubtsOf says what leaves a theorem open.
func doubtsOf(r gate.Result) []string {
	if VerdictOf(r) != GateUnknown {
		return nil
	}
	if r.Interrupted {
		text := "interrupted after " + Counted(r.Instances, "instance")
		if r.Waiting != "" {
			text += ", while " + r.Waiting + " was not answered"
		}
		return []string{text}
	}
	out := Result{r.Theorem, r.Report}.Doubts(0)
	if len(out) == 0 {
		out = []string{fmt.Sprintf("of %s, %d were unknown, %d vacuous and %d decided exactly only: more than is allowed",
			Counted(r.Judged+r.Vacuous, "instance"), r.Unknown, r.Vacuous, r.Escalated)}
	}
	return out
}
