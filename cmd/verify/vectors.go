package main

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/internal/vectors"
	"github.com/spf13/cobra"
)

func newVectorsCommand(s streams) *cobra.Command {
	var out string
	var only []string
	var seed uint64
	cmd := &cobra.Command{
		Use:   "vectors --out DIR",
		Short: "Write test vectors for those who will not run verify",
		Long: `Vectors writes, of each operation of the wire, a JSON file of cases: exact inputs,
what an oracle expects, and the tolerance that is justified for every number; and
the schema of the files. docs/vectors.md says how to read them.

The files are the same, byte for byte, for one seed. A directory that holds
anything else is refused.`,
		Example: "  verify vectors --out vectors\n  verify vectors --out vectors --only modes,spectrum --seed 7",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return errors.New("vectors needs a directory to write to: --out DIR")
			}
			defer debug.SetGCPercent(debug.SetGCPercent(garbage))
			files, err := vectors.Generate(seed, only...)
			if err != nil {
				return badInput(err)
			}
			if err := vectors.Write(out, files); err != nil {
				return badInput(err)
			}
			tests, flags := 0, map[string]bool{}
			for _, f := range files {
				tests += f.NumberOfTests
				for flag := range f.Notes {
					flags[flag] = true
				}
			}
			fmt.Fprintf(s.out, "%s: %s of %s, %s, seed %d\n", out, report.Counted(tests, "case"), report.Counted(len(files), "operation"), report.Counted(len(flags), "flag"), seed)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write into a `directory`, which is made")
	cmd.Flags().StringSliceVar(&only, "only", nil, "`operations`, separated by commas (all)")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "root of the random cases among them")
	return cmd
}
