package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rankproof/rankproof/internal/convert"
	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/spf13/cobra"
)

// newConvertCommand returns verify convert.
func newConvertCommand(s streams) *cobra.Command {
	var (
		o      convert.Options
		out    string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "convert MODEL --to lds|rnn",
		Short: "Convert a latent LDS to a linear RNN, or back, and say what is lost",
		Long: `Converts between a latent linear dynamical system (lds) and a linear low-rank
recurrent network (rnn),

  x' = A x + w, y = C x + v       w ~ N(0, Q), v ~ N(0, R)
  y' = M Nᵀ y + ε                 ε ~ N(0, P).

An rnn becomes an lds of the very same law, with K ≤ 2R latents. An lds becomes
the rnn that matches two successive observations; whether that is its law too
is decided, and the nats a step that are lost if it is not.

MODEL is a .json file (A, C, Q, R; or M and N, or J, and P; a covariance is rows,
{"iso": s}, or {"diag": […], "factor": [[…]]}; optionally "initial" with mean and
cov) or a NumPy .npz archive with arrays of these names, a covariance being a
number, a vector of variances, or a matrix. Nothing N×N is formed that the file
does not hold.`,
		Example: `  verify convert network.json --to lds
  verify convert lds.npz --to rnn --out rnn.npz
  verify convert lds.json --to rnn --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.To != "lds" && o.To != "rnn" {
				return fmt.Errorf("--to is %q, want lds or rnn", o.To)
			}
			if !(o.Tolerance >= 0 && o.Tolerance < 1) {
				return fmt.Errorf("--tolerance is %v, want a number from 0 to below 1", o.Tolerance)
			}
			if o.Steps < 0 {
				return fmt.Errorf("--steps is %d, want at least 0", o.Steps)
			}
			if out != "" && o.Steps > 0 {
				return errors.New("--out writes one model, and --steps makes one a step: use --json")
			}
			return converted(cmd.Context(), args[0], out, o, asJSON, s)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.To, "to", "", "what it becomes: lds or rnn")
	f.StringVar(&out, "out", "", "write the model to FILE, .json or .npz")
	f.Float64Var(&o.Tolerance, "tolerance", 0, "singular values below this, relative, are zero (default: rounding)")
	f.IntVar(&o.Steps, "steps", 0, "of an lds with an initial law: match each of the first steps")
	f.BoolVar(&asJSON, "json", false, "print JSON, which is read again as MODEL")
	return cmd
}

// converted reads, converts and writes.
func converted(ctx context.Context, path, out string, o convert.Options, asJSON bool, s streams) error {
	if out != "" {
		if err := netfile.CheckOutput(out); err != nil {
			return badInput(err)
		}
		if sameFile(path, out) {
			return badInput(fmt.Errorf("%s: --out is the model itself, which would be lost", out))
		}
	}
	r, err := whileWaiting(ctx, func() (*convert.Report, error) {
		from, err := netfile.LoadLinear(path)
		if err != nil {
			return nil, err
		}
		r, err := convert.Run(from, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return r, nil
	})
	if errors.Is(err, context.Canceled) {
		return interrupted(path)
	}
	if err != nil {
		return badInput(err)
	}
	if out != "" {
		if err := r.To.Save(out); err != nil {
			return &ended{statusUnknown, fmt.Errorf("cannot write %s: %w", out, err)}
		}
	}
	if asJSON {
		return unwritable(r.WriteJSON(s.out, out))
	}
	return unwritable(r.WriteText(s.out, out))
}

// sameFile says whether two paths are of one file that exists.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// interrupted ends a command that has nothing to show yet.
func interrupted(path string) error {
	return &ended{statusUnknown, fmt.Errorf("%s: interrupted before there was anything to report", path)}
}

// whileWaiting returns what work does, or gives up waiting for it when ctx ends:
// the process is about to end too.
func whileWaiting[T any](ctx context.Context, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := work()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Canceled
	}
}
