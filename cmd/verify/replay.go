package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

// largestCounterexample is more than any check could judge.
const largestCounterexample = 64 << 20

func newReplayCommand(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Judge a counterexample again",
		Long: `Replay reads a counterexample, the line of JSON that a failure of "verify run" or
of "go test" prints, from a file or, for -, from standard input, and judges it
for this module's implementation; a counterexample to a conjecture, which
"verify refute" prints, fails for good.

Exit status: 0 it holds; 1 it fails; 2 the file is no counterexample; 3 unknown.`,
		Example: `  verify replay counterexample.json
  verify run --json | jq '.theorems[].failures[0] // empty' | verify replay -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("replay needs one file, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readCounterexample(s.in, args[0])
			if err != nil {
				return badInput(err)
			}
			r, err := replay.Judge(cmd.Context(), theorems.Model(), text, slices.Concat(registry.All(), asTheorems(conjectures.All())))
			if cmd.Context().Err() != nil && errors.Is(err, cmd.Context().Err()) {
				return &ended{statusUnknown, errors.New("interrupted")}
			}
			if err != nil {
				name := args[0]
				if name == "-" {
					name = "standard input"
				}
				return badInput(fmt.Errorf("%s: %w", name, err))
			}
			if asJSON {
				if err := report.WriteJSON(s.out, report.NewReplayDocument(r)); err != nil {
					return unwritable(err)
				}
			} else {
				report.WriteReplay(s.out, r)
			}
			return withStatus(statusOf(r.Verdict()))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON object")
	return cmd
}

// readCounterexample reads a file, or standard input for -.
func readCounterexample(in io.Reader, path string) ([]byte, error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, largestCounterexample+1))
	if err != nil {
		return nil, err
	}
	if len(text) > largestCounterexample {
		return nil, fmt.Errorf("%s: longer than %d MiB, no counterexample", path, largestCounterexample>>20)
	}
	return text, nil
}
