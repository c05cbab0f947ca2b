package main

import (
	"context"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
	"github.com/spf13/cobra"
)

func newServeCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Answer requests on standard input: this implementation for programs in any language",
		Long: `Serve reads one JSON request a line from standard input and writes one JSON
response a line to standard output, computed by this project's own
implementation, until its input ends. docs/protocol.md lists the operations.`,
		Example: `  echo '{"id": 1, "op": "hello"}' | verify serve`,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ours := theorems.Model()
			hello := wire.HelloOf(ours)
			hello.Version = report.CurrentEnvironment().Version
			return serve(cmd.Context(), s, ours, hello)
		},
	}
}

// serve answers until the input ends or the context does; a read under way is
// left to the end of the process.
func serve(ctx context.Context, s streams, subject theorems.Subject, hello wire.Hello) error {
	done := make(chan error, 1)
	go func() { done <- wire.Serve(s.in, s.out, subject, hello) }()
	select {
	case err := <-done:
		if err != nil {
			return &ended{statusUnknown, err}
		}
		return nil
	case <-ctx.Done():
		return &ended{status: statusUnknown}
	}
}
