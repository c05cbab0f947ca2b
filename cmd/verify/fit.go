package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/rankproof/rankproof/internal/fitting"
	"github.com/rankproof/rankproof/internal/netfile"
	"github.com/rankproof/rankproof/internal/progress"
	"github.com/spf13/cobra"
)

// fitFlags are the flags of fit.
type fitFlags struct {
	fitting.Options
	target, nonlinearity, start, out string
	rank                             int
	json                             bool
}

// newFitCommand returns verify fit.
func newFitCommand(s streams) *cobra.Command {
	var o fitFlags
	cmd := &cobra.Command{
		Use:   "fit --target NAME|FILE.csv",
		Short: "Fit a Gaussian-mixture network to a vector field, and let both run",
		Long: `Fits mixtures of growing numbers of Gaussian populations to a vector field by
ridge regression (M12), reports the error against their number, realizes the
largest mixture with N units (M14), splits the error of the network's field in
that of the fit and that of sampling (M3, M15), and integrates the target, the
mean field and the network from one start.

The target is vanderpol, lorenz, bistable, cycle (around a stable fixed point,
with an unstable cycle between), random (a smooth field drawn with --seed), or a
.csv file with rows x1,…,xR,dx1,…,dxR, whose first row may be names. The rank R
of the network is the target's dimension.

With --out FILE.svg a picture is written there, and the mixture to FILE.json
beside it, which verify check reads; with --out FOLDER both go there under the
target's name.`,
		Example: `  verify fit --target vanderpol --out vanderpol.svg
  verify fit --target lorenz --populations 100 --units 100000
  verify fit --target measured.csv --ridge 0.1 --seed 3 --out results/`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return fitted(cmd.Context(), o, s)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.target, "target", "", "what is fitted: "+strings.Join(fitting.Targets, ", ")+" or a .csv file")
	f.IntVar(&o.rank, "rank", 0, "R, the number of latents (default: the target's dimension; random: 2)")
	f.IntVar(&o.Populations, "populations", 40, "P, the largest number that is fitted")
	f.IntVar(&o.Units, "units", 20_000, "N, of the network that realizes the mixture")
	f.Float64Var(&o.Ridge, "ridge", 1e-3, "β, which multiplies the sum of squares of what is fitted")
	f.Float64Var(&o.Spread, "spread", 0.01, "largest variance of m in a population, in units of one over half\nthe width of the region; 0 makes hidden units of the populations")
	f.BoolVar(&o.Match, "match", true, "give each population of the network the moments of the mixture\nexactly; =false draws them, with the noise of M3")
	f.StringVar(&o.nonlinearity, "nonlinearity", "tanh", "φ: tanh, erf, logistic, softplus, identity, relu, hard-tanh")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of all that is drawn")
	f.StringVar(&o.start, "start", "", "start of the trajectories, R numbers with commas (default by target)")
	f.Float64Var(&o.Time, "time", 0, "length of the trajectories, in τ (default by target)")
	f.StringVarP(&o.out, "out", "o", "", "write picture and mixture: a .svg file, or a folder that exists")
	f.BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// check refuses what no target could be fitted with.
func (o *fitFlags) check() error {
	switch {
	case o.target == "":
		return fmt.Errorf("--target is missing, want %s, or a .csv file", strings.Join(fitting.Targets, ", "))
	case o.rank < 0:
		return fmt.Errorf("--rank is %d, want at least 1", o.rank)
	case o.Populations < 1 || o.Populations > 2000:
		return fmt.Errorf("--populations is %d, want 1 to 2000", o.Populations)
	case o.Units < o.Populations || o.Units > 10_000_000:
		return fmt.Errorf("--units is %d, want one a population, %d, to 10000000", o.Units, o.Populations)
	case !(o.Time >= 0 && o.Time <= 1000):
		return fmt.Errorf("--time is %v, want 0 to 1000", o.Time)
	}
	for _, number := range []struct {
		flag  string
		value float64
	}{{"ridge", o.Ridge}, {"spread", o.Spread}} {
		if !(number.value >= 0) || math.IsInf(number.value, 0) {
			return fmt.Errorf("--%s is %v, want a number ≥ 0", number.flag, number.value)
		}
	}
	var err error
	if o.Nonlinearity, err = fitting.Nonlinearity(o.nonlinearity); err != nil {
		return fmt.Errorf("--nonlinearity: %w", err)
	}
	return nil
}

// problem returns what the flags ask to be fitted.
func (o *fitFlags) problem() (err error) {
	if strings.EqualFold(filepath.Ext(o.target), ".csv") {
		o.Problem, err = fitting.ReadProblem(o.target, o.rank)
	} else {
		o.Problem, err = fitting.NewProblem(o.target, o.rank, o.Seed)
	}
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	if need := o.unitsNeeded(); o.Units < need {
		return fmt.Errorf("--units is %d, and %d populations with moments of their own exactly need %d: fewer --populations, or --match=false", o.Units, o.Populations, need)
	}
	if o.start == "" {
		return nil
	}
	if o.Start, err = parseNumbers(o.start); err != nil {
		return fmt.Errorf("--start: %w", err)
	}
	if len(o.Start) != o.Problem.Rank() {
		return fmt.Errorf("--start has %d numbers, want %d, one a latent", len(o.Start), o.Problem.Rank())
	}
	for i, x := range o.Start {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("--start: entry %d is %v, want a finite number", i, x)
		}
	}
	return nil
}

// unitsNeeded is how many units it takes to give each population the moments of
// the mixture: one more than the rank of its covariance, which is R.
func (o *fitFlags) unitsNeeded() int {
	if !o.Match || o.Spread == 0 {
		return o.Populations
	}
	return o.Populations * (o.Problem.Rank() + 1)
}

// fitted fits, prints and writes.
func fitted(ctx context.Context, o fitFlags, s streams) error {
	if err := o.problem(); err != nil {
		return badInput(err)
	}
	picture, mixture, err := outputs(o.out, o.target)
	if err != nil {
		return badInput(err)
	}
	var line *progress.Line
	if s.live {
		line = progress.New(s.err, o.Stages())
	}
	shown := &stages{show: func(what string) {
		line.Start(what)
		line.Add(1)
	}}
	o.Stage = shown.tell
	r, err := whileWaiting(ctx, func() (*fitting.Report, error) { return fitting.Run(o.Options) })
	shown.close(line.Clear)
	if errors.Is(err, context.Canceled) {
		return interrupted(o.target)
	}
	if err != nil {
		return badInput(fmt.Errorf("%s: %w", o.target, err))
	}
	lost := saved(r, picture, mixture) // which is told after the report: that is not lost with it
	if o.json {
		if err := r.WriteJSON(s.out, picture, mixture); err != nil {
			return unwritable(err)
		}
		return lost
	}
	if err := r.WriteText(s.out); err != nil {
		return unwritable(err)
	}
	if picture != "" && lost == nil {
		fmt.Fprintf(s.out, "\npicture: %s\nmixture: %s\n", picture, mixture)
	}
	return lost
}

// saved writes picture and mixture, where they were asked for.
func saved(r *fitting.Report, picture, mixture string) error {
	if picture == "" {
		return nil
	}
	if err := netfile.SaveMixture(mixture, r.Mixture); err != nil {
		return &ended{statusUnknown, fmt.Errorf("cannot write %s: %w", mixture, err)}
	}
	if err := netfile.WriteFile(picture, func(w io.Writer) error { return r.WriteSVG(w) }); err != nil {
		return &ended{statusUnknown, fmt.Errorf("cannot write %s: %w", picture, err)}
	}
	return nil
}

// outputs returns where picture and mixture go, and refuses where they cannot.
func outputs(out, target string) (picture, mixture string, err error) {
	if out == "" {
		return "", "", nil
	}
	picture = out
	if !strings.EqualFold(filepath.Ext(out), ".svg") {
		if info, err := os.Stat(out); err != nil || !info.IsDir() {
			return "", "", fmt.Errorf("--out: %s is neither a .svg file nor a folder that exists", out)
		}
		name := strings.TrimSuffix(filepath.Base(target), filepath.Ext(target))
		picture = filepath.Join(out, name+".svg")
	}
	mixture = strings.TrimSuffix(picture, filepath.Ext(picture)) + ".json"
	for _, path := range []string{picture, mixture} {
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return "", "", fmt.Errorf("--out: %s is not a regular file", path)
		}
		folder := filepath.Dir(path)
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			return "", "", fmt.Errorf("--out: there is no folder %s", folder)
		}
	}
	if _, err := os.Stat(mixture); err == nil {
		if _, err := netfile.LoadMixture(mixture); err != nil {
			return "", "", fmt.Errorf("--out: the mixture would go to %s, which is there and is none", mixture)
		}
	}
	return picture, mixture, nil
}
