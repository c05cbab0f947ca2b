package report

import (
	"fmt"
	"io"
	"math"

	"github.com/rankproof/rankproof/theorems"
)

// Failures writes what is behind a verdict that is not "holds": each failure
// with its numbers, the shrunk case, the line of JSON that verify replay reads
// and the case as Go; then the doubts. It writes nothing for a theorem that
// holds.
func Failures(w io.Writer, r Result, run Run) error {
	doubts := r.Doubts(run.Effort.TwinAttempts)
	if len(r.Failures)+len(doubts)+len(r.NotTried) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s %s: %v\n", r.Ref, r.ID, r.Verdict)
	for _, doubt := range doubts {
		io.WriteString(w, wrap("  ", doubt))
	}
	for _, name := range r.NotTried {
		io.WriteString(w, wrap("  ", fmt.Sprintf("%q was not tried: %s lacks an operation that it needs", name, run.Subject.Name)))
	}
	for _, f := range r.Failures {
		text, err := theorems.NewCounterexample(r.Theorem, run.Subject, f)
		if err != nil {
			return err
		}
		if err := OneFailure(w, Told{f, text}); err != nil {
			return err
		}
	}
	return nil
}

// Told is a failure with the text in which it is kept.
type Told struct {
	Failure        theorems.Failure
	Counterexample theorems.Counterexample
}

// OneFailure writes a failure with its numbers, the shrunk case, the line of
// JSON that verify replay reads and the case as Go.
func OneFailure(w io.Writer, told Told) error {
	f, text := told.Failure, told.Counterexample
	line, err := text.JSON()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n  %q fails%s", f.Check, where(f))
	Outcome(w, "  ", f.Outcome)
	if text.Exactly != "" {
		io.WriteString(w, wrap("  exactly: ", text.Exactly))
	}
	fmt.Fprintln(w, "\n  the simplest case found")
	Instance(w, "    ", f.Case)
	fmt.Fprintln(w, "\n  the same as JSON; save the line in FILE to repeat it with: verify replay FILE")
	io.WriteString(w, line)
	fmt.Fprintf(w, "\n  the same as Go\n%s\n", text.GoLiteral())
	return nil
}

// where says on how many instances a check failed in this way, or where the
// instance was kept.
func where(f theorems.Failure) string {
	switch {
	case f.From != "":
		return " on " + f.From
	case f.Instances > 1:
		return " on " + Counted(f.Instances, "instance")
	}
	return ""
}

// Outcome continues a line with what decided an instance: its reason, or the
// quantity with its numbers below.
func Outcome(w io.Writer, indent string, o theorems.Outcome) {
	how := ""
	if o.Exact {
		how = " (in exact arithmetic)"
	}
	worst := o.Worst
	switch {
	case o.NotTried:
		fmt.Fprintln(w, ": an operation is missing")
	case o.Reason != "":
		fmt.Fprintf(w, "%s:\n", how)
		io.WriteString(w, wrap(indent+"  ", o.Reason))
	case worst.What == "":
		fmt.Fprintln(w, how)
	case math.IsInf(worst.Error, 1) && worst.Bound == 0: // Finding.Demand
		fmt.Fprintf(w, "%s:\n%s  not met: %s\n", how, indent, worst.What)
	default:
		fmt.Fprintf(w, "%s:\n%s  %s\n", how, indent, worst.What)
		fmt.Fprintf(w, "%s  error %.3g, bound %.3g, error/bound %.3g, scale %.3g\n",
			indent, worst.Error, worst.Bound, worst.Margin(), worst.Scale)
	}
}
