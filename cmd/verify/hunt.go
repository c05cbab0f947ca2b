package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/progress"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/spf13/cobra"
)

const huntHelp = `Hunt looks for counterexamples until it is stopped, for a time (--for), or through a
plan with an end (--until-instances, --plan). Half of its blocks of instances are drawn
by the generators, a quarter are mutations of kept and drawn instances, a quarter
climb the margin by directed search. Theorems share the time; those that still
show something new get up to five times the share of the others.

A canary, a planted false theorem, is in every hunt: one that does not catch it
could not find anything, and says so.

With --dir, what is found is kept in append-only files of checksummed records. The
same command goes on where it was stopped, by whatever: nothing that was recorded is
lost or done again. Without, nothing is kept.

With --plan and --shard several machines divide a plan; "verify merge" adds up what
they recorded.

Exit status: 0 nothing is refuted; 1 a counterexample was found; 2 wrong usage or
bad input, never to be tried again; 3 incomplete, as when interrupted before its
end or when the disk is full, or the canary was not caught: try again; 4 two records
of one block say different things.`

const huntExamples = `  verify hunt --for 10m
  verify hunt --dir hunt --for 48h --only 'S*,M6'
  verify plan plan.json --until-instances 10000000
  verify hunt --plan plan.json --dir hunt --shard 3/8`

// huntOptions are the flags of hunt and plan.
type huntOptions struct {
	duration  time.Duration
	instances int
	blockSize int
	seed      uint64
	workers   int
	only      string
	dir       string
	plan      string
	shard     string
	corpus    string
	raise     string
	json      bool
}

func newHuntCommand(s streams) *cobra.Command {
	var o huntOptions
	cmd := &cobra.Command{
		Use:     "hunt",
		Short:   "Look for counterexamples, for minutes or weeks",
		Long:    huntHelp,
		Example: huntExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.hunt(cmd.Context(), s, cmd.Flags().Changed)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.DurationVar(&o.duration, "for", 0, "stop after a `time` such as 90s, 10m or 48h")
	o.planFlags(cmd)
	f.IntVar(&o.workers, "workers", 0, workersHelp)
	f.StringVar(&o.dir, "dir", "", "keep records in a `directory`, and go on from those that are there")
	f.StringVar(&o.plan, "plan", "", "work on the plan of a `file` that verify plan wrote; --seed, --only, --block-size and --until-instances are the plan's")
	f.StringVar(&o.shard, "shard", "0/1", "of the plan's blocks, do those of part `i/n`, i from 0")
	f.StringVar(&o.raise, "raise", "", "at the end, make the margins of the ledger in this `file` today's, and raise it by\nthose on record, which are above those of the embedded ledger")
	f.BoolVar(&o.json, "json", false, "write a JSON object at the end")
	return cmd
}

// hunt hunts, and returns how it ended.
func (o *huntOptions) hunt(ctx context.Context, s streams, changed func(string) bool) error {
	shard, err := hunt.ParseShard(o.shard)
	if err != nil {
		return fmt.Errorf("--shard: %w", err)
	}
	if o.workers, err = workersOf(o.workers); err != nil {
		return err
	}
	switch {
	case changed("until-instances") && o.instances < 1:
		return fmt.Errorf("--until-instances is %d, want at least 1: a hunt without the flag has no end", o.instances)
	case o.duration < 0 || changed("for") && o.duration == 0:
		return fmt.Errorf("--for is %v, want a positive time", o.duration)
	}
	var raise *theorems.Ledger
	if o.raise != "" {
		if raise, err = ledgerIn(o.raise); err == nil {
			err = replaceFile(o.raise+".can", nil) // it will be written in the end: can it?
			os.Remove(o.raise + ".can")
		}
		if err != nil {
			return badInput(fmt.Errorf("--raise: %w", err))
		}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	plan, options, err := o.open(shard, changed)
	if err != nil {
		return err
	}
	defer options.Journal.Close()
	options.Shard, options.Workers = shard, o.workers
	if shard.Of > 1 {
		if missed := options.Blind(ctx, conjectures.Canary()); len(missed) > 0 {
			return &ended{statusUnknown, fmt.Errorf("this hunt would be blind: the canary is false on purpose, and nothing was found against %q", missed)}
		}
	}
	text := s.out
	if o.json {
		text = io.Discard
	}
	var screen *hunt.Screen
	if s.live {
		screen = hunt.NewScreen(s.err, func() (int, int) { return progress.Size(s.err) })
	}
	found := finder{text: text, screen: screen, dir: o.dir, subject: options.Subject}
	options.Tell = found.tell
	h := hunt.New(options)
	h.Header(text, plan, o.dir)
	timed := ctx
	if o.duration > 0 {
		var stop context.CancelFunc
		timed, stop = context.WithTimeout(ctx, o.duration)
		defer stop()
	}
	failed := watched(timed, h, screen, text)
	found.close()
	if err := options.Journal.Close(); failed == nil {
		failed = err
	}
	sum := h.Report(ctx, plan)
	sum.Interrupted = failed != nil || h.Unfinished() || ctx.Err() != nil && o.duration > 0
	sum.Part = shard.Of > 1
	err = writeHunt(s, sum, o.json)
	if unkept := found.keepAll(sum.Failures); failed == nil {
		failed = unkept
	}
	if failed == nil && raise != nil {
		failed = o.raiseBy(ctx, options, sum.Totals, raise, text)
	}
	if failed != nil {
		return &ended{statusUnknown, failed}
	}
	return err
}

// raiseBy raises a ledger by the margins on record, once its own are today's,
// and its file.
func (o *huntOptions) raiseBy(ctx context.Context, options hunt.Options, totals journal.Totals, ledger *theorems.Ledger, text io.Writer) error {
	if ctx.Err() != nil {
		fmt.Fprintf(text, "%s is not raised, as this was interrupted: the same command raises it with --for 1s\n", o.raise)
		return nil
	}
	fmt.Fprintf(text, "raising %s: blocks with larger margins are judged again, which may take minutes\n", o.raise)
	gone := forgetGone(ledger)
	changed, err := options.Raise(ctx, ledger, options.Theorems, totals, o.workers)
	if err != nil {
		return err
	}
	fmt.Fprintf(text, "%s of %s changed\n", report.Counted(gone+changed, "margin"), o.raise)
	if gone+changed == 0 {
		return nil
	}
	return writeLedger(o.raise, ledger)
}

// watched runs a hunt to its end, or to shortly after that of ctx, and shows
// meanwhile how it goes: in place on a terminal, and in lines otherwise.
func watched(ctx context.Context, h *hunt.Hunt, screen *hunt.Screen, text io.Writer) error {
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	every := time.Minute
	if screen != nil {
		every = 500 * time.Millisecond
		defer screen.Clear()
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var late <-chan time.Time
	stopped := ctx.Done()
	for {
		select {
		case err := <-done:
			return err
		case <-stopped:
			stopped, late = nil, time.After(grace)
		case <-late: // an instance that takes long: its block is not recorded
			return nil
		case <-tick.C:
			if screen != nil {
				screen.Show(h.Status())
			} else {
				fmt.Fprintln(text, h.Status().Line())
			}
		}
	}
}
