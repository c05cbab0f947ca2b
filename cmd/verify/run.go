package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/rankproof/rankproof/internal/progress"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

const runExamples = `  verify run                           every theorem
  verify run --only 'L3,L1*' --stats   some of them, and on what instances
  verify run --checks 100000 --seed 7  more instances, from another seed
  verify run --json > evidence.json    for other programs`

const runHelp = `Run gathers the evidence for every theorem, or for those of --only, a line each:

  instances  networks judged in floating point
  margin     largest error among those that hold, as a share of its bound
  unknown    instances too badly conditioned to judge, and not decided exactly
  cases      instances decided in exact arithmetic
  bits       an identity that is false passes its certificate with probability
             at most 2^-bits
  twins      false variants that were refuted, as they must

Kept counterexamples, and the instances of the largest margins ever seen, are
judged before. Failures follow, each shrunk to a simple case that "verify replay"
judges again, and decided there by exact arithmetic: is it the statement that is
false, or the implementation?
What is found depends on --seed and --checks, and not on --workers.`

// runOptions are the flags of run.
type runOptions struct {
	only        string
	corpus      string
	raise       string
	checks      int
	seed        uint64
	workers     int
	stats, json bool
}

func newRunCommand(s streams) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run",
		Short:   "Gather the evidence for every theorem (what verify alone does)",
		Long:    runHelp,
		Example: runExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := registry.All()
			if cmd.Flags().Changed("only") {
				var err error
				if list, err = matching(o.only); err != nil {
					return fmt.Errorf("--only: %w", err)
				}
			}
			effort, err := o.effort()
			if err != nil {
				return err
			}
			r := runner{streams: s, stats: o.stats, json: o.json}
			if err := r.keep(o, list); err != nil {
				return badInput(err)
			}
			return r.run(cmd.Context(), theorems.Model(), effort, list)
		},
	}
	standard := theorems.DefaultEffort(1, 0)
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.only, "only", "", "run the theorems whose ref or ID matches a `pattern` such as L3, 'L1*',\n'linearization/*', or one of several, separated by commas")
	f.IntVar(&o.checks, "checks", standard.Checks, "floating-point instances a theorem; half as many exact ones")
	f.Uint64Var(&o.seed, "seed", standard.Seed, "what all instances are drawn from")
	f.StringVar(&o.corpus, "corpus", "", "judge the kept counterexamples of this `folder` first, its *.json\n(default: those of this module)")
	f.StringVar(&o.raise, "raise", "", "make the margins of the ledger in this `file` today's, and raise it by those found")
	f.IntVar(&o.workers, "workers", 0, workersHelp)
	f.BoolVar(&o.stats, "stats", false, "show the share of instances of each kind and at each edge of a hypothesis")
	f.BoolVar(&o.json, "json", false, "write one JSON object in place of the table")
	return cmd
}

// effort returns what the flags ask for.
func (o runOptions) effort() (theorems.Effort, error) {
	workers, err := workersOf(o.workers)
	if err != nil {
		return theorems.Effort{}, err
	}
	if o.checks < 1 {
		return theorems.Effort{}, fmt.Errorf("--checks is %d, want at least 1", o.checks)
	}
	e := theorems.DefaultEffort(o.seed, workers)
	e.Checks, e.ExactChecks = o.checks, (o.checks+1)/2
	return e, nil
}

// grace is how long an interrupted theorem may take to sum up what it has.
const grace = 700 * time.Millisecond

// garbage is how much of it may lie about while theorems run, in per cent of the
// few megabytes that are in use: collecting it less often saves a fifth of the time.
const garbage = 800

// runner runs theorems and writes what they find.
type runner struct {
	streams
	stats, json bool
	kept        // what is judged first
}

// run runs the theorems one after the other, with all workers on each, and
// returns how it ended.
func (r runner) run(ctx context.Context, s theorems.Subject, e theorems.Effort, list []theorems.Theorem) error {
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	start := time.Now()
	var line *progress.Line
	if r.live {
		total := 0
		for _, t := range list {
			total += e.Total(t)
		}
		line = progress.New(r.err, total)
	}
	e.Progress = line.Add
	found := report.Run{Environment: report.CurrentEnvironment(), Subject: s, Effort: e, Planned: len(list)}
	text := r.out
	if r.json {
		text = io.Discard
	}
	r.kept.replay(ctx, s, e, &found, text)
	table := report.NewTable(text, list)
	table.Header()
	for _, t := range list {
		line.Start(t.Ref)
		result, ok := runOne(ctx, t, s, e)
		line.Clear()
		if ok {
			found.Results = append(found.Results, result)
			table.Row(found.Blamed(result))
		}
		if ctx.Err() != nil {
			found.Interrupted = true
			break
		}
	}
	found.Blame()
	found.Seconds = time.Since(start).Seconds()
	if err := r.raiseLedger(s, found); err != nil {
		return err
	}
	if err := r.write(found); err != nil {
		return err
	}
	switch {
	case found.Refuted():
		return withStatus(statusRefuted)
	case !found.Holds():
		return withStatus(statusUnknown)
	}
	return nil
}

// runOne runs a theorem. If ctx ends and the theorem does not sum up what it
// has within the grace, or has nothing, ok is false.
func runOne(ctx context.Context, t theorems.Theorem, s theorems.Subject, e theorems.Effort) (result report.Result, ok bool) {
	r, ok := within(ctx, func() theorems.Report { return t.Run(ctx, s, e) })
	some := !r.Interrupted || r.Instances+r.Exact+r.Unknown+len(r.Failures)+len(r.Proofs)+len(r.Twins) > 0
	return report.Result{Theorem: t, Report: r}, ok && some
}

// within returns what a piece of work finds, and false if ctx has ended before
// it began, or if it does not sum up what it has within the grace after that.
func within[T any](ctx context.Context, work func() T) (found T, ok bool) {
	if ctx.Err() != nil {
		return found, false
	}
	done := make(chan T, 1)
	go func() { done <- work() }()
	select {
	case found = <-done:
		return found, true
	case <-ctx.Done():
	}
	select {
	case found = <-done:
		return found, true
	case <-time.After(grace):
		return found, false
	}
}

// write writes what follows the table, or the JSON.
func (r runner) write(found report.Run) error {
	if r.json {
		document, err := report.NewDocument(found, r.stats)
		if err == nil {
			err = report.WriteJSON(r.out, document)
		}
		return unwritable(err)
	}
	if r.stats {
		for _, t := range found.Results {
			report.Stats(r.out, t)
		}
	}
	for _, t := range found.Results {
		if err := report.Failures(r.out, t, found); err != nil {
			return unwritable(err)
		}
	}
	report.Summary(r.out, found)
	return nil
}

// unwritable ends a command whose results are no text: a defect of this
// program, not of its input.
func unwritable(err error) error {
	if err == nil {
		return nil
	}
	return &ended{statusUnknown, fmt.Errorf("results cannot be written: %w", err)}
}
