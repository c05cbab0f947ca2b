package main

import (
	"fmt"

	"github.com/rankproof/rankproof/internal/inspect"
	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/spf13/cobra"
)

// checkedMixture is verify check for a mixture.
func checkedMixture(cmd *cobra.Command, path string, m *netfile.Mixture, o inspect.Options, asJSON bool, s streams) error {
	if cmd.Flags().Changed("vectors") {
		return badInput(fmt.Errorf("%s is a mixture, which has no units: --vectors says nothing here", path))
	}
	r, err := atWork(cmd.Context(), o, s, func(o inspect.Options) (*inspect.MixtureReport, error) { return inspect.RunMixture(m, o) })
	return reported(path, err, asJSON, s, r)
}
