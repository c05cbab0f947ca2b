package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

func newShowCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "show THEOREM",
		Short: "Show all about a theorem: statement, hypotheses, bounds, checks, twins",
		Long: `Show writes what a theorem, given by ref or ID, says of itself: its statement and
source, what is given, why its bounds are what they are, cases that show each
hypothesis to be needed, how it is tested and proved, and its false twins.`,
		Example: "  verify show L3\n  verify show linearization/right-eigenvectors",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("show needs one theorem, such as L3")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := named(args[0])
			if list, bad := conjectures.Matching(args[0]); err != nil && bad == nil && len(list) == 1 {
				return badInput(fmt.Errorf("%s is a conjecture: verify refute %[1]s shows all about it", list[0].Ref))
			}
			if err != nil {
				return badInput(err)
			}
			report.Show(s.out, t)
			report.Margins(s.out, report.LedgerLines(registry.Ledger(), []theorems.Theorem{t}))
			return nil
		},
	}
}

// named returns the theorem of a ref or ID, in either case.
func named(name string) (theorems.Theorem, error) {
	for _, t := range registry.All() {
		if strings.EqualFold(name, t.Ref) || strings.EqualFold(name, t.ID) {
			return t, nil
		}
	}
	return theorems.Theorem{}, fmt.Errorf("no theorem is called %q; there are\n%s", name, report.Names(registry.All()))
}
