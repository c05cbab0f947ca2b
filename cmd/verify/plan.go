package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

func (o *huntOptions) planFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.instances, "until-instances", 0, "make a plan of at least so `many` instances in all, equally many of each theorem,\nat least eight blocks (2000 instances) of each, and end when it is done")
	f.IntVar(&o.blockSize, "block-size", hunt.BlockSize, "instances of a block: many make records small, few lose less when a block is cut short")
	f.Uint64Var(&o.seed, "seed", 1, "root of all randomness")
	f.StringVar(&o.only, "only", "", "theorems whose ref or ID matches a `pattern`, as for run")
	f.StringVar(&o.corpus, "corpus", "", "start mutations and climbs from the counterexamples in a `directory`, not from the embedded corpus")
}

func newPlanCommand(s streams) *cobra.Command {
	var o huntOptions
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Write the plan of a hunt that several machines divide",
		Long: `Plan writes the plan of a hunt: its seed, theorems, number of blocks, and the build
and the arithmetic that it is for. A plan never changes; its digest is in every
record. "verify hunt --plan FILE --dir DIR --shard i/n" works on a part.

Exit status: 0 it is written; 2 wrong usage or bad input; 3 the disk is full.`,
		Example: `  verify plan plan.json --until-instances 10000000 --seed 7`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("plan needs the name of one file to write")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.instances < 1 {
				return fmt.Errorf("--until-instances is %d, want at least 1: a plan has an end", o.instances)
			}
			list, err := o.chosen()
			if err != nil {
				return err
			}
			made, _, err := o.makePlan(list)
			if err != nil {
				return err
			}
			if err := made.WriteFile(args[0]); err != nil {
				return unwritten(err)
			}
			fmt.Fprintf(s.out, "plan %s: seed %d, %s, %s of %s each\n", made.Digest(), made.Seed, report.Counted(len(made.Theorems), "theorem"),
				report.Counted(made.Blocks, "block"), report.Counted(made.BlockSize, "instance"))
			return nil
		},
	}
	o.planFlags(cmd)
	return cmd
}

// chosen returns the theorems of --only.
func (o *huntOptions) chosen() ([]theorems.Theorem, error) {
	if o.only == "" {
		return registry.All(), nil
	}
	list, err := matching(o.only)
	if err != nil {
		return nil, fmt.Errorf("--only: %w", err)
	}
	return list, nil
}

// planned returns the theorems of a plan that are here, the canary apart.
func planned(p journal.Plan) []theorems.Theorem {
	return slices.DeleteFunc(registry.All(), func(t theorems.Theorem) bool {
		return !slices.ContainsFunc(p.Theorems, func(pt journal.PlannedTheorem) bool { return pt.ID == t.ID })
	})
}

// makePlan returns the plan that the flags ask for of some theorems and the
// canary, with what it is worked on with.
func (o *huntOptions) makePlan(list []theorems.Theorem) (journal.Plan, hunt.Options, error) {
	var none hunt.Options
	if o.blockSize < hunt.LeastBlock || o.blockSize > hunt.MostBlock {
		return journal.Plan{}, none, fmt.Errorf("--block-size is %d, want %d to %d", o.blockSize, hunt.LeastBlock, hunt.MostBlock)
	}
	corpus := registry.Corpus()
	if o.corpus != "" {
		var err error
		if corpus, err = corpusIn(o.corpus); err != nil {
			return journal.Plan{}, none, badInput(fmt.Errorf("--corpus: %w", err))
		}
	}
	list = append(list, conjectures.Canary())
	grounds, starts, err := hunt.NewGrounds(theorems.Model(), list, corpus, registry.Ledger())
	if err != nil {
		return journal.Plan{}, none, badInput(err)
	}
	plan, err := hunt.NewPlan(o.seed, o.instances, o.blockSize, list, starts)
	return plan, hunt.Options{Grounds: grounds, Theorems: list}, err
}

// open returns the plan to work on, that of --plan, of --dir, or of the flags,
// with its journal.
func (o *huntOptions) open(shard hunt.Shard, changed func(string) bool) (journal.Plan, hunt.Options, error) {
	var none hunt.Options
	kept := o.plan
	if kept == "" && o.dir != "" {
		if name := filepath.Join(o.dir, journal.PlanFile); exists(name) {
			kept = name
		}
	}
	plan, options, err := o.planToWorkOn(kept, changed)
	if err != nil {
		return plan, none, err
	}
	if shard.Of > 1 && plan.Blocks == 0 { // before there is a directory with this plan
		return plan, none, fmt.Errorf("--shard is %s, and the plan has no end: a part is one of a plan that --plan or --until-instances gives", o.shard)
	}
	options.Plan, options.Seed, options.Size, options.Blocks = plan.Digest(), plan.Seed, plan.BlockSize, plan.Blocks
	if options.Journal, err = journal.Open(o.dir, plan); err != nil {
		return plan, none, unwritten(err)
	}
	return plan, options, nil
}

// planToWorkOn returns the plan of a file, or without one that of the flags.
func (o *huntOptions) planToWorkOn(kept string, changed func(string) bool) (journal.Plan, hunt.Options, error) {
	list, err := o.chosen()
	if err != nil {
		return journal.Plan{}, hunt.Options{}, err
	}
	if kept == "" {
		return o.makePlan(list)
	}
	plan, err := journal.ReadPlan(kept)
	if err != nil {
		return plan, hunt.Options{}, badInput(err)
	}
	if err := o.agrees(plan, list, kept, changed); err != nil {
		return plan, hunt.Options{}, err
	}
	here, options, err := o.makePlan(planned(plan))
	if err == nil {
		if misfit := hunt.Fits(plan, here); misfit != nil {
			err = badInput(fmt.Errorf("%s: %w", kept, misfit))
		}
	}
	return plan, options, err
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// agrees refuses flags that say something else than a plan.
func (o *huntOptions) agrees(p journal.Plan, chosen []theorems.Theorem, name string, changed func(string) bool) error {
	if !changed("only") {
		chosen = planned(p)
	}
	asked, err := hunt.NewPlan(o.seed, o.instances, p.BlockSize, append(chosen, conjectures.Canary()), p.Starts)
	if err != nil {
		return err
	}
	var what string
	switch {
	case changed("seed") && asked.Seed != p.Seed:
		what = "--seed"
	case changed("block-size") && o.blockSize != p.BlockSize:
		what = "--block-size"
	case changed("until-instances") && asked.Blocks != p.Blocks:
		what = "--until-instances"
	case changed("only") && !slices.Equal(asked.Theorems, p.Theorems):
		what = "--only"
	default:
		return nil
	}
	return fmt.Errorf("%s is not that of %s, a plan which does not change: choose another directory, or leave the flag out", what, name)
}
