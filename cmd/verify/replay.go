package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/internal/wire"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/conjectures"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
)

// largestCounterexample is more than any check could judge.
const largestCounterexample = 64 << 20

func newReplayCommand(s streams) *cobra.Command {
	var asJSON bool
	o := gate.Options{Children: 1, Depth: 1}
	cmd := &cobra.Command{
		Use:   "replay FILE [-- CMD [ARGS...]]",
		Short: "Judge a counterexample again",
		Long: `Replay reads a counterexample, the line of JSON that a failure of "verify run" or
of "go test" prints, from a file or, for -, from standard input, and judges it
for this module's implementation; a counterexample to a conjecture, which
"verify refute" prints, fails for good.
With a command it judges the implementation that the command serves, as "verify
gate" does, which saves its findings as such files.

Exit status: 0 it holds; 1 it fails; 2 the file is no counterexample; 3 unknown.`,
		Example: `  verify replay counterexample.json
  verify run --json | jq '.theorems[].failures[0] // empty' | verify replay -
  verify replay findings/L3-modes.json -- python3 adapter.py`,
		Args: func(cmd *cobra.Command, args []string) error {
			files := len(args)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				files = dash
			}
			switch {
			case files != 1:
				return errors.New("replay needs one file, or - for standard input")
			case cmd.ArgsLenAtDash() >= 0 && len(args) == files:
				return errors.New("replay needs a command after --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readCounterexample(s.in, args[0])
			if err != nil {
				return badInput(err)
			}
			subject := theorems.Model()
			o.Command = args[1:]
			requests, ofNone, err := gate.ParseRequests(text)
			if err == nil && ofNone && len(o.Command) == 0 {
				err = errors.New("this finding is about the child: replay needs its command, after --")
			}
			if err != nil {
				return badInput(fmt.Errorf("%s: %w", args[0], err))
			}
			if len(o.Command) > 0 {
				p, err := gate.New(cmd.Context(), o)
				if err == nil {
					defer p.Close()
					subject, err = p.Subject()
				}
				if err != nil {
					return badInput(err)
				}
				if ofNone {
					return askAgain(s.out, p, requests, asJSON)
				}
			}
			r, err := replay.Judge(cmd.Context(), subject, text, slices.Concat(registry.All(), asTheorems(conjectures.All())))
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
	timeLimits(cmd.Flags(), &o)
	return cmd
}

// askAgain asks a child what a finding of no theorem was about.
func askAgain(out io.Writer, p *gate.Pool, requests []wire.Request, asJSON bool) error {
	fault, err := p.AskAgain(requests)
	if err != nil {
		return &ended{statusUnknown, err}
	}
	if asJSON {
		err = report.WriteJSON(out, report.NewAskedAgain(p.Hello, len(requests), fault))
	} else {
		report.WriteAskedAgain(out, p.Hello, len(requests), fault)
	}
	if err == nil && fault != nil {
		return withStatus(statusRefuted)
	}
	return unwritable(err)
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
