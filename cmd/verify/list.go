package main

import (
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

func newListCommand(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the theorems",
		Long:  "List writes a line a theorem: ref, ID, kinds of evidence, number of false twins, source\n(a + marks what goes beyond the paper). \"verify show\" tells all of one.",
		Example: `  verify list
  verify list --json | jq -r '.[] | .ref + " " + .statement'`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return unwritable(report.WriteJSON(s.out, report.NewList(registry.All())))
			}
			report.List(s.out, registry.All())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON array, with statements and the names of the twins")
	return cmd
}
