package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rankproof/rankproof/internal/progress"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

const refuteHelp = `Refute looks for a counterexample to each conjecture F1 to F17, or to those that
are named: statements that people make and that are false. At each size, the
smallest first, instances are decided in exact arithmetic; what violates the
statement is shrunk without leaving the size, read back from its JSON and decided
once more. Printed are the counterexample, the arithmetic to follow by hand, the
exact verdict, how it is known that nothing smaller would do, what is true
instead, and the line of JSON that "verify replay" judges again.

A theorem may be named too. It is tried as "verify run" tries it, and if nothing
refutes it, that is what is said: how much was tried, and the risk that is left.

The keys of --json are listed in docs/hunting.md, "Conjectures".

Exit status: 0 all that was named is refuted; 1 something is not; 2 wrong usage;
3 interrupted.`

func newRefuteCommand(s streams) *cobra.Command {
	o := runOptions{}
	cmd := &cobra.Command{
		Use:   "refute [CONJECTURE…]",
		Short: "Find, shrink and certify counterexamples to false conjectures",
		Long:  refuteHelp,
		Example: `  verify refute                        every conjecture
  verify refute F2 'F1*'               some of them
  verify refute S6                     a theorem: how much was tried in vain
  verify refute --json | jq -c '.conjectures[].witness' | head -1 | verify replay -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			effort, err := o.effort()
			if err != nil {
				return err
			}
			r := refuter{streams: s, json: o.json}
			if r.conjectures, r.theorems, err = statements(args); err != nil {
				return err
			}
			return r.run(cmd.Context(), theorems.Model(), effort)
		},
	}
	standard := theorems.DefaultEffort(1, 0)
	f := cmd.Flags()
	f.SortFlags = false
	f.IntVar(&o.checks, "checks", standard.Checks, "floating-point instances of a theorem; half as many exact ones, and at each\nsize of a conjecture")
	f.Uint64Var(&o.seed, "seed", standard.Seed, "what all instances are drawn from")
	f.BoolVar(&o.json, "json", false, "write one JSON object")
	return cmd
}

// statements returns the conjectures and theorems that patterns name, each
// once; all conjectures without any. A pattern that names nothing is an error.
func statements(patterns []string) (list []theorems.Conjecture, too []theorems.Theorem, err error) {
	if len(patterns) == 0 {
		return conjectures.All(), nil, nil
	}
	wanted, wantedToo := map[string]bool{}, map[string]bool{}
	for _, pattern := range strings.Split(strings.Join(patterns, ","), ",") {
		pattern = strings.TrimSpace(pattern)
		found, err := conjectures.Matching(pattern)
		if err != nil {
			return nil, nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		theorems, err := registry.Matching(pattern)
		if err != nil {
			return nil, nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if len(found)+len(theorems) == 0 {
			return nil, nil, fmt.Errorf("no conjecture or theorem is called %q; theorems are those of verify list, and conjectures are\n%s", pattern, report.Names(asTheorems(conjectures.All())))
		}
		for _, c := range found {
			wanted[c.ID] = true
		}
		for _, t := range theorems {
			wantedToo[t.ID] = true
		}
	}
	return slices.DeleteFunc(conjectures.All(), func(c theorems.Conjecture) bool { return !wanted[c.ID] }),
		slices.DeleteFunc(registry.All(), func(t theorems.Theorem) bool { return !wantedToo[t.ID] }), nil
}

// asTheorems returns conjectures as what lists of theorems are made of.
func asTheorems(list []theorems.Conjecture) []theorems.Theorem {
	out := make([]theorems.Theorem, len(list))
	for i, c := range list {
		out[i] = c.AsTheorem()
	}
	return out
}

// refuter refutes statements and writes what it finds, each as it is found.
type refuter struct {
	streams
	json        bool
	conjectures []theorems.Conjecture
	theorems    []theorems.Theorem
}

func (r refuter) run(ctx context.Context, s theorems.Subject, e theorems.Effort) error {
	start := time.Now()
	var line *progress.Line
	if r.live {
		line = progress.New(r.err, r.total(e))
	}
	e.Progress = line.Add
	found := report.Refutations{Run: report.Run{Environment: report.CurrentEnvironment(), Subject: s, Effort: e, Planned: len(r.conjectures) + len(r.theorems)}}
	text := r.out
	if r.json {
		text = io.Discard
	}
	for _, c := range r.conjectures {
		line.Start(c.Ref)
		result, ok := within(ctx, func() theorems.Refutation { return c.Refute(ctx, e) })
		line.Clear()
		if ok {
			found.Conjectures = append(found.Conjectures, report.Refutation{Conjecture: c, Refutation: result})
			if err := report.WriteRefutation(text, found.Conjectures[len(found.Conjectures)-1]); err != nil {
				return unwritable(err)
			}
		}
	}
	for _, t := range r.theorems {
		line.Start(t.Ref)
		result, ok := within(ctx, func() theorems.Attempt { return theorems.RefuteTheorem(ctx, t, s, e) })
		line.Clear()
		if ok {
			found.Theorems = append(found.Theorems, report.Attempt{Theorem: t, Attempt: result})
			if err := report.WriteAttempt(text, found.Theorems[len(found.Theorems)-1], found.Run); err != nil {
				return unwritable(err)
			}
		}
	}
	found.Run.Interrupted = ctx.Err() != nil
	found.Run.Seconds = time.Since(start).Seconds()
	if r.json {
		document, err := report.NewRefutationsDocument(found)
		if err == nil {
			err = report.WriteJSON(r.out, document)
		}
		if err != nil {
			return unwritable(err)
		}
	} else {
		report.WriteRefutationsSummary(text, found)
	}
	switch refuted, of := found.Refuted(); {
	case found.Run.Interrupted && refuted < found.Run.Planned:
		return withStatus(statusUnknown)
	case refuted < of:
		return withStatus(statusRefuted)
	}
	return nil
}

// total is about how many steps there will be: a refutation ends sooner.
func (r refuter) total(e theorems.Effort) int {
	n := 0
	for _, c := range r.conjectures {
		n += len(c.Levels) * e.ExactChecks
	}
	for _, t := range r.theorems {
		t.Certificates, t.Twins = nil, nil
		n += e.Total(t)
	}
	return n
}
