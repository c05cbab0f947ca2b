package main

import (
	"fmt"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

func newLedgerCommand(s streams) *cobra.Command {
	var only string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "List the largest margins ever seen: how tight each bound is",
		Long: `Ledger lists, of each inequality of the theorems, the largest error ever seen as a
share of its bound, how near that is to its supremum where one is known, and,
where the bound is larger than any error by more than 10⁶, why.

"verify run --raise FILE" makes the margins of a ledger today's, and raises it by
what a run finds; "verify hunt --raise FILE" does so by what a hunt has on record.`,
		Example: "  verify ledger --only L11\n  verify ledger --json | jq -r '.[] | select(.margin < 1e-6) | .ref + \" \" + .what'",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := registry.All()
			if cmd.Flags().Changed("only") {
				var err error
				if list, err = matching(only); err != nil {
					return fmt.Errorf("--only: %w", err)
				}
			}
			lines := report.LedgerLines(registry.Ledger(), list)
			if asJSON {
				return unwritable(report.WriteJSON(s.out, lines))
			}
			report.WriteLedger(s.out, lines)
			return nil
		},
	}
	cmd.Flags().StringVar(&only, "only", "", "list the theorems whose ref or ID matches a `pattern`, as in verify run")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON array")
	return cmd
}
