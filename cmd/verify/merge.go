package main

import (
	"errors"

	"github.com/rankproof/rankproof/internal/hunt"
	"github.com/rankproof/rankproof/internal/journal"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

// statusContradictory is merge's own: records of one block say different things.
const statusContradictory = 4

func newMergeCommand(s streams) *cobra.Command {
	var planPath string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "merge DIR…",
		Short: "Add up what the processes of a hunt recorded",
		Long: `Merge adds up the records that the attempts of a hunt left in some directories,
whatever was requeued, run twice, killed or torn: each block of the plan counts
once. What it says depends on nothing but the records: not on shards, nor on the
order of the directories, and merging again changes nothing.

It says which blocks are missing, how near each bound was met, and gives the
simplest case of each kind of failure as the JSON that verify replay reads.

Exit status: 0 complete, and nothing failed; 1 a counterexample; 2 bad input,
such as records of another plan; 3 blocks are missing, or the hunt was blind: it
found nothing against a canary, which is false on purpose; 4 two records of one
block say different things. The first of 2, 4, 1 and 3 that applies is returned.`,
		Example: `  verify merge results
  verify merge shard-0 shard-1 shard-2 --json
  verify merge results --plan plan.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("merge needs at least one directory of records")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, dirs []string) error {
			plan, err := journal.FindPlan(planPath, dirs...)
			if err != nil {
				return badInput(err)
			}
			totals, problems, err := journal.Merge(plan, dirs...)
			if err != nil {
				return badInput(err)
			}
			list := append(registry.All(), conjectures.Canary())
			merged := report.NewHunt(plan, totals, problems, theorems.Model(), list, hunt.Shrunk(cmd.Context(), theorems.Model()))
			return writeHunt(s, merged, asJSON)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&planPath, "plan", "", "the plan (default: plan.json in the directories)")
	f.BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}

// writeHunt writes what the records of a plan say, and returns how a command ends that does.
func writeHunt(s streams, h report.Hunt, asJSON bool) error {
	var err error
	if asJSON {
		err = report.WriteJSON(s.out, h.Document())
	} else {
		err = h.WriteText(s.out)
	}
	if err != nil {
		return unwritable(err)
	}
	switch h.Status() {
	case report.Complete:
		return nil
	case report.Refuted:
		return withStatus(statusRefuted)
	case report.Contradictory:
		return withStatus(statusContradictory)
	}
	return withStatus(statusUnknown)
}
