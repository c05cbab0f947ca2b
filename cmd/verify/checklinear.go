package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rankproof/rankproof/internal/inspect"
	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/theorems"
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
	return reported(path, err, asJSON, s, r)
}

// finding is a report of verify check that is printed as JSON or as text.
type finding interface {
	WriteJSON(w io.Writer) error
	WriteText(w io.Writer) error
	Verdict() theorems.Verdict
}

// reported prints what a check found, unless an error ended it, and returns how it
// ended.
func reported(path string, err error, asJSON bool, s streams, r finding) error {
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted(path)
	case err != nil:
		return badInput(fmt.Errorf("%s: %w", path, err))
	}
	write := r.WriteText
	if asJSON {
		write = r.WriteJSON
	}
	if err := write(s.out); err != nil {
		return unwritable(err)
	}
	return withStatus(statusOf(r.Verdict()))
}
