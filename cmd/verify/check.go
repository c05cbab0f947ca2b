package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rankproof/rankproof/internal/inspect"
	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// assumedLeak is the α = dt/τ at which the Euler map is judged where a file in
// continuous time gives none; the report says that it was assumed.
const assumedLeak = 0.1

// newCheckCommand returns verify check.
func newCheckCommand(s streams) *cobra.Command {
	var (
		flags   conventionFlags
		search  = inspect.Options{Leak: assumedLeak}
		asJSON  bool
		vectors bool
	)
	cmd := &cobra.Command{
		Use:   "check NETWORK",
		Short: "Judge every statement at a network of yours, or at an LDS or linear RNN; find all that a mixture does",
		Long: `Finds the fixed points of a network, linearizes there in both forms, and judges
the statements of family L at them. NETWORK is a .json file (W, or M, N and
scale; nonlinearity; tau; b; B) or a NumPy .npz archive. An archive does not say
how it is to be read, and nothing is guessed: its convention is given by flags,
or by a JSON file with the same names (--convention), or by both.

A latent LDS (A, C, Q, R) or a linear RNN (M and N, or J; P), as verify convert
reads them, is told by its keys, and judged by the statements of family S: its
stability, the latents that it needs, whether it is Markov, what an RNN loses.

Of a Gaussian mixture (nonlinearity, and populations with weight, mean and cov),
the law of networks of family M, the mean field is searched: its fixed points,
with a certificate each and the sum of their indices, which tells if one was missed
though not a pair of opposite ones; the gains of the populations there, and limit
cycles. The exit status is 0 if the indices add up. A low-rank network with
labels of its units' populations has the mixture of their moments put beside it.

Low-rank connectivity is never expanded to N×N.`,
		Example: `  verify check network.json
  verify check trained.npz --m m --m-layout units-by-rank --n n --n-layout units-by-rank \
      --scale 1/N --nonlinearity tanh --form activation --alpha 0.2 --bias none --input none
  verify check trained.npz --convention trained.convention.json --u 0.5 --json
  verify check lds.json
  verify check mixture.json --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if search.Starts < 0 || search.Limit < 1 {
				return fmt.Errorf("--starts is %d and --limit %d, want at least 0 and 1", search.Starts, search.Limit)
			}
			if !(search.HalfWidth > 0 && search.HalfWidth <= 1e6) {
				return fmt.Errorf("--box is %v, want a number > 0 up to 1e6", search.HalfWidth)
			}
			if vectors && !asJSON {
				return errors.New("--vectors goes with --json")
			}
			convention, err := flags.convention(cmd.Flags())
			if err != nil {
				return badInput(err)
			}
			loaded, err := whileWaiting(cmd.Context(), func() (*netfile.Model, error) { return netfile.LoadModel(args[0], convention) })
			if errors.Is(err, context.Canceled) {
				return interrupted(args[0])
			}
			if err != nil {
				return badInput(hint(err))
			}
			if loaded.Linear != nil {
				return checkedLinear(cmd, args[0], loaded.Linear, asJSON, s)
			}
			if loaded.Mixture != nil {
				return checkedMixture(cmd, args[0], loaded.Mixture, search, asJSON, s)
			}
			report, err := atWork(cmd.Context(), search, s, func(o inspect.Options) (*inspect.Report, error) { return inspect.Run(loaded.Network, o) })
			if errors.Is(err, context.Canceled) {
				return interrupted(args[0])
			}
			if err != nil {
				return badInput(fmt.Errorf("%s: %w", args[0], err))
			}
			if asJSON {
				err = report.WriteJSON(s.out, vectors)
			} else {
				err = report.WriteText(s.out)
			}
			if err != nil {
				return nil // checkedWriter has it
			}
			return withStatus(statusOf(report.Verdict()))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	flags.define(f)
	f.IntVar(&search.Starts, "starts", 0, "Newton starts of the search for fixed points (default by size: 200 for low rank, 64 a round for a mixture)")
	f.Float64Var(&search.HalfWidth, "box", 10, "of a mixture with an unbounded φ: search where |κ| is at most this")
	f.BoolVar(&search.WithoutCycles, "without-cycles", false, "do not look for limit cycles, which for thousands of units is most of the work")
	f.IntVar(&search.Limit, "limit", 64, "fixed points kept at most")
	f.Uint64Var(&search.Seed, "seed", 1, "seed of the random starts")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&vectors, "vectors", false, "with --json: states and selection vectors in full")
	return cmd
}

// atWork runs an inspection, tells a terminal what it is at, and gives up
// waiting for it when ctx ends: the process is about to end too.
func atWork[T any](ctx context.Context, o inspect.Options, s streams, run func(inspect.Options) (T, error)) (T, error) {
	const clearLine = "\r\x1b[K"
	if s.live {
		shown := &stages{show: func(what string) { fmt.Fprintf(s.err, "%s%s …", clearLine, what) }}
		o.Stage = shown.tell
		defer shown.close(func() { fmt.Fprint(s.err, clearLine) })
	}
	return whileWaiting(ctx, func() (T, error) { return run(o) })
}

// hint tells somebody who gave an archive without a convention where to look.
func hint(err error) error {
	if errors.Is(err, netfile.ErrConvention) {
		return fmt.Errorf("%w\n(an archive is read by a convention: see verify check --help)", err)
	}
	return err
}

// conventionFlags are the fields of netfile.Convention as flags.
type conventionFlags struct {
	file       string
	text       map[string]*string // by the JSON name of the field
	scale, tau string
	alpha      float64
	u          string
}

// texts lists the fields that are plain words: JSON name and help.
var texts = [][2]string{
	{"w", "array of a dense W (N×N)"},
	{"w_layout", "targets-by-sources or sources-by-targets"},
	{"m", "array of the output loadings M"},
	{"m_layout", "units-by-rank or rank-by-units"},
	{"n", "array of the input-selection loadings N"},
	{"n_layout", "units-by-rank or rank-by-units"},
	{"nonlinearity", "tanh, erf, logistic, softplus, identity, relu, hard-tanh"},
	{"form", "activation (x, net inputs) or activity (r, outputs)"},
	{"bias", "array of b, or none"},
	{"bias_place", "outside or inside φ"},
	{"input", "array of input weights, or none"},
	{"input_layout", "inputs-by-units or units-by-inputs"},
	{"input_gain", "array of one factor an input"},
	{"input_scale", "array of one factor for all inputs"},
}

func (c *conventionFlags) define(f *pflag.FlagSet) {
	f.StringVar(&c.file, "convention", "", "JSON file with the fields below; flags override it")
	c.text = map[string]*string{}
	for _, t := range texts {
		c.text[t[0]] = f.String(flagName(t[0]), "", t[1])
	}
	f.StringVar(&c.scale, "scale", "", "factor of the connectivity: 1, 1/N, or a number")
	f.StringVar(&c.tau, "tau", "", "time constant: a number, N numbers with commas, or an array")
	f.Float64Var(&c.alpha, "alpha", 0, "leak α = dt/τ in (0, 1]")
	f.StringVar(&c.u, "u", "", "constant input, one number a channel, with commas")
}

func flagName(field string) string { return strings.ReplaceAll(field, "_", "-") }

// convention returns the file's convention with the flags that were given put
// over it, nil if there is neither.
func (c *conventionFlags) convention(f *pflag.FlagSet) (*netfile.Convention, error) {
	given := false
	out := &netfile.Convention{}
	if c.file != "" {
		var err error
		if out, err = netfile.ReadConvention(c.file); err != nil {
			return nil, err
		}
		given = true
	}
	fields := map[string]*string{
		"w": &out.W, "w_layout": &out.WLayout, "m": &out.M, "m_layout": &out.MLayout, "n": &out.N, "n_layout": &out.NLayout,
		"nonlinearity": &out.Nonlinearity, "form": &out.Form, "bias": &out.Bias, "bias_place": &out.BiasPlace,
		"input": &out.Input, "input_layout": &out.InputLayout, "input_gain": &out.InputGain, "input_scale": &out.InputScale,
	}
	for name, field := range fields {
		if f.Changed(flagName(name)) {
			*field, given = *c.text[name], true
		}
	}
	if f.Changed("scale") {
		out.Scale, given = netfile.Scale(c.scale), true
	}
	if f.Changed("tau") {
		out.Tau, given = netfile.ParseTau(c.tau), true
	}
	if f.Changed("alpha") {
		out.Alpha, given = &c.alpha, true
	}
	if f.Changed("u") {
		u, err := parseNumbers(c.u)
		if err != nil {
			return nil, fmt.Errorf("--u: %w", err)
		}
		out.U, given = u, true
	}
	if !given {
		return nil, nil
	}
	return out, nil
}

func parseNumbers(text string) ([]float64, error) {
	var out []float64
	for i, part := range strings.Split(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, fmt.Errorf("entry %d, %q, is not a number", i, part)
		}
		out = append(out, x)
	}
	return out, nil
}
