package main

import (
	"fmt"
	"strings"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

const about = `verify gathers the evidence for theorems about low-rank recurrent networks:
it tests each on random networks against bounds derived for every instance,
decides it exactly in rational arithmetic, proves its identities for all
matrices of a shape over finite fields, and checks that all this would notice:
false twins, mistakes that people make, must be refuted.

Without a command it runs every theorem.

Exit status: 0 everything holds; 1 a theorem is refuted, or a false twin is not;
2 wrong usage or bad input; 3 inconclusive, or interrupted.`

// newRootCommand returns verify, which does what verify run does.
func newRootCommand(s streams) *cobra.Command {
	root := newRunCommand(s)
	root.Use = "verify"
	root.Short = "Test, prove and try to refute theorems about low-rank recurrent networks"
	root.Long = about
	root.Args = noCommand
	root.Example = strings.ReplaceAll(runExamples, "verify run", "verify") + `
  verify show L3                       all about a theorem
  verify refute                        counterexamples to false conjectures
  verify replay counterexample.json    judge a counterexample again
  verify check trained.npz …           judge a network of your own
  verify convert lds.json --to rnn     a latent LDS as a linear RNN, or back
  verify fit --target vanderpol        a network that follows a vector field
  verify hunt --for 1h                 look for counterexamples at length
  verify gate -- python3 adapter.py    an implementation of yours, in any language`
	// Templates of one's own make cobra link text/template, and with it five
	// megabytes of methods that might be called by name.
	root.Version = strings.TrimPrefix(report.CurrentEnvironment().String(), "verify ")
	root.SilenceErrors, root.SilenceUsage = true, true // execute writes them
	root.SuggestionsMinimumDistance = 2
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(badValue)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(newRunCommand(s), newListCommand(s), newShowCommand(s), newLedgerCommand(s), newReplayCommand(s), newCheckCommand(s), newConvertCommand(s), newFitCommand(s),
		newHuntCommand(s), newPlanCommand(s), newMergeCommand(s), newRefuteCommand(s), newVectorsCommand(s), newServeCommand(s), newGateCommand(s))
	return root
}

// noCommand refuses what is no command, and says which one may be meant.
func noCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if t, err := named(args[0]); err == nil {
		return fmt.Errorf("%q is a theorem and no command: verify --only %s runs it, verify show %s tells all about it", args[0], t.Ref, t.Ref)
	}
	if list, err := conjectures.Matching(args[0]); err == nil && len(list) == 1 {
		return fmt.Errorf("%q is a conjecture and no command: verify refute %s refutes it", args[0], list[0].Ref)
	}
	if close := root.SuggestionsFor(args[0]); len(close) > 0 {
		return fmt.Errorf("there is no command %q; is it %s?", args[0], strings.Join(close, " or "))
	}
	return fmt.Errorf("there is no command %q", args[0])
}

// noArguments refuses arguments.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, but got %q", cmd.Name(), args[0])
	}
	return nil
}

// matching returns the theorems that some pattern of a list selects; one that
// selects none is an error that tells what there is.
func matching(patterns string) ([]theorems.Theorem, error) {
	var kept []string
	for _, pattern := range strings.Split(patterns, ",") {
		pattern = strings.TrimSpace(pattern)
		found, err := registry.Matching(pattern)
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("no theorem is called %q; there are\n%s", pattern, report.Names(registry.All()))
		}
		kept = append(kept, pattern)
	}
	return registry.Matching(strings.Join(kept, ","))
}
