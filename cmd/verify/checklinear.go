package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/rankproof/rankproof/internal/inspect"
	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/spf13/cobra"
)

// checkedLinear is verify check for an lds or a linear rnn.
func checkedLinear(cmd *cobra.Command, path string, m *netfile.Linear, asJSON bool, s streams) error {
	for _, flag := range []string{"starts", "limit", "seed", "vectors"} {
		if cmd.Flags().Changed(flag) {
			return badInput(fmt.Errorf("%s is an %s, which has no fixed points to search: --%s says nothing here", path, m.Kind(), flag))
		}
	}
	r, err := whileWaiting(cmd.Context(), func() (*inspect.LinearReport, error) { return inspect.RunLinear(m, inspect.FamilyS) })
	if errors.Is(err, context.Canceled) {
		return interrupted(path)
	}
	if err != nil {
		return badInput(fmt.Errorf("%s: %w", path, err))
	}
	if asJSON {
		err = r.WriteJSON(s.out)
	} else {
		err = r.WriteText(s.out)
	}
	if err != nil {
		return unwritable(err)
	}
	return withStatus(statusOf(r.Verdict()))
}
