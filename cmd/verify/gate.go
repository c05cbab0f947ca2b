package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/rankproof/rankproof/internal/gate"
	"github.com/rankproof/rankproof/internal/progress"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const gateHelp = `Gate puts an implementation of yours under test: it starts CMD, asks it what the
theorems are about, one JSON request a line on its standard input, and judges
what it answers on its standard output. docs/protocol.md says what is asked, and
docs/gate.md more about this command.

An operation that CMD does not offer is listed as not implemented, with the
theorems that could not be tried, and is never a pass. A child that crashes, hangs
or writes what is no answer is a finding, and a fresh one goes on.

What is found depends on --seed and --checks, and not on --workers and --depth.

Exit status: 0 all that was tried holds; 1 something fails, a known failure does
not any more, or what --require names was not tried; 2 wrong usage, bad input, or
CMD cannot be started; 3 inconclusive, or interrupted.`

// gateOptions are the flags of gate.
type gateOptions struct {
	runOptions
	pool                               gate.Options
	total                              time.Duration
	known, require, junit, log, saveIn string
}

func newGateCommand(s streams) *cobra.Command {
	var o gateOptions
	cmd := &cobra.Command{
		Use:   "gate [flags] -- CMD [ARGS...]",
		Short: "Judge an implementation in any language, as a child process",
		Long:  gateHelp,
		Example: `  verify gate -- python3 adapter.py
  verify gate --only 'L*' --require linearize,modes --junit gate.xml -- ./adapter
  verify gate --known known.json --save findings -- julia adapter.jl
  verify gate -- verify serve`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("gate needs a command to put under test, after --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.pool.Command = args
			return o.run(cmd.Context(), s, cmd.Flags().Changed("only"), cmd.Flags().Changed("require"))
		},
	}
	standard := theorems.DefaultEffort(1, 0)
	f := cmd.Flags()
	f.SortFlags = false
	f.SetInterspersed(false) // the flags of CMD are its own
	f.StringVar(&o.only, "only", "", "judge the theorems whose ref or ID matches a `pattern`, or one of several,\nseparated by commas")
	f.IntVar(&o.checks, "checks", standard.Checks, "instances a theorem")
	f.Uint64Var(&o.seed, "seed", standard.Seed, "what all instances are drawn from")
	f.IntVar(&o.workers, "workers", 0, "children; 0 stands for one a processor")
	f.IntVar(&o.pool.Depth, "depth", 4, "requests that a child is asked ahead")
	timeLimits(f, &o.pool)
	f.DurationVar(&o.total, "timeout", time.Hour, "for all; what was found until then is told")
	f.StringVar(&o.known, "known", "", "known failures do not fail the gate: a JSON `file`, [{\"id\", \"reason\"}]")
	f.StringVar(&o.require, "require", "", "operations, and `patterns` of theorems, that must be tried")
	f.StringVar(&o.junit, "junit", "", "write the results to this `file` as JUnit XML")
	f.BoolVar(&o.json, "json", false, "write one JSON object in place of the table")
	f.StringVar(&o.log, "log", "", "write what the children write on standard error to this `file`")
	f.StringVar(&o.saveIn, "save", "", "save each finding in this `folder`, for verify replay")
	return cmd
}

// timeLimits are the flags of those of one child.
func timeLimits(f *pflag.FlagSet, o *gate.Options) {
	f.DurationVar(&o.Start, "start-timeout", 30*time.Second, "until a child has answered hello")
	f.DurationVar(&o.Request, "request-timeout", 30*time.Second, "until a child has answered the first request in line")
}

// gating is a gate with all that it was told.
type gating struct {
	streams
	json     bool
	list     []theorems.Theorem
	known    []gate.Known
	required gate.Required
	effort   theorems.Effort
	total    time.Duration
}

// run reads what the flags name, starts the child and judges it.
func (o gateOptions) run(ctx context.Context, s streams, only, require bool) error {
	g := gating{streams: s, json: o.json, total: o.total, list: gate.Claims(registry.All())}
	all := g.list
	var err error
	if only {
		chosen, err := matching(o.only)
		if err != nil {
			return fmt.Errorf("--only: %w", err)
		}
		if g.list = gate.Claims(chosen); len(g.list) == 0 {
			return fmt.Errorf("--only: no theorem that %q matches claims something about an implementation", o.only)
		}
	}
	if require {
		if g.required, err = gate.Require(o.require, all); err != nil {
			return fmt.Errorf("--require: %w", err)
		}
	}
	if g.effort, err = o.effort(); err != nil {
		return err
	}
	if o.pool.Depth < 1 {
		return fmt.Errorf("--depth is %d, want at least 1", o.pool.Depth)
	}
	for name, limit := range map[string]time.Duration{"start-timeout": o.pool.Start, "request-timeout": o.pool.Request, "timeout": o.total} {
		if limit <= 0 {
			return fmt.Errorf("--%s is %v, want a positive time", name, limit)
		}
	}
	o.pool.Children = g.effort.Workers
	g.effort.Workers *= o.pool.Depth
	if o.known != "" {
		text, err := os.ReadFile(o.known)
		if err == nil {
			g.known, err = gate.ParseKnown(text, all)
		}
		if err != nil {
			return badInput(fmt.Errorf("--known: %s: %w", o.known, err))
		}
	}
	if o.log != "" {
		file, err := os.Create(o.log)
		if err != nil {
			return badInput(fmt.Errorf("--log: %w", err))
		}
		defer file.Close()
		o.pool.Log = file
	}
	var junit *os.File // made now, and not when an hour of judging is to be lost
	if o.junit != "" {
		if junit, err = os.Create(o.junit); err != nil {
			return badInput(fmt.Errorf("--junit: %w", err))
		}
		defer junit.Close()
	}
	if o.saveIn != "" {
		if err := writableFolder(o.saveIn); err != nil {
			return badInput(fmt.Errorf("--save: %w", err))
		}
	}
	found, err := g.judge(ctx, o.pool)
	if err != nil {
		return err
	}
	return o.tell(g, found, junit)
}

// errTimeUp ends a gate at its total limit.
var errTimeUp = errors.New("the time of --timeout is up")

// judge starts the children and judges the theorems one after the other.
func (g gating) judge(ctx context.Context, o gate.Options) (report.Gate, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	begun := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, g.total, errTimeUp)
	defer cancel()
	found := report.Gate{Environment: report.CurrentEnvironment(), Command: o.Command, Effort: g.effort, Planned: len(g.list)}
	p, err := gate.New(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return found, &ended{statusUnknown, errors.New(stopped(ctx))}
		}
		if onGitHub() {
			report.Annotate(g.err, "gate", err.Error())
		}
		return found, badInput(err)
	}
	defer p.Close()
	found.Hello = p.Hello
	if found.Subject, err = p.Subject(); err != nil {
		return found, badInput(err)
	}
	var line *progress.Line
	if g.live {
		line = progress.New(g.err, len(g.list)*g.effort.Checks)
	}
	g.effort.Progress = line.Add
	text := g.out
	if g.json {
		text = io.Discard
	}
	found.WriteHead(text)
	table := report.NewGateTable(text, g.list)
	table.Header()
	for _, t := range g.list {
		line.Start(t.Ref)
		type outcome struct {
			gate.Result
			err error
		}
		judged, ok := within(ctx, func() outcome {
			r, err := p.Judge(ctx, t, g.effort)
			return outcome{r, err}
		})
		line.Clear()
		if judged.err != nil {
			return found, unwritable(judged.err)
		}
		if !ok {
			judged.Result = p.Unjudged(t)
		}
		found.Results = append(found.Results, judged.Result)
		table.Row(judged.Result)
		if ctx.Err() != nil {
			found.Stopped = stopped(ctx)
			break
		}
		if err := p.Err(); err != nil {
			found.Ended = err.Error()
			break
		}
	}
	found.Faults = p.Faults()
	found.Children = p.Started()
	found.Expectations = gate.Expect(g.known, found.Results, found.Faults)
	found.Unmet = g.required.Unmet(p.Hello.Ops, found.Results)
	found.Seconds = time.Since(begun).Seconds()
	return found, nil
}

func stopped(ctx context.Context) string {
	if errors.Is(context.Cause(ctx), errTimeUp) {
		return errTimeUp.Error()
	}
	return "interrupted"
}

func onGitHub() bool { return strings.EqualFold(os.Getenv("GITHUB_ACTIONS"), "true") }

// tell saves and writes what was found, and returns how it ended. What cannot be
// written is told last, and the other ways of telling are not withheld for it.
func (o gateOptions) tell(g gating, found report.Gate, junit *os.File) error {
	var problems []error
	if o.saveIn != "" {
		files, err := saveFindings(o.saveIn, found.Findings())
		found.Files, problems = files, append(problems, err)
	}
	if g.json {
		problems = append(problems, report.WriteJSON(g.out, found.Document()))
	} else {
		problems = append(problems, found.WriteText(g.out))
	}
	if onGitHub() {
		found.Annotations(g.err)
	}
	if junit != nil {
		if err := errors.Join(found.WriteJUnit(junit), junit.Close()); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", junit.Name(), err))
		}
	}
	status := statusRefuted
	switch found.Verdict() {
	case report.GateHolds:
		status = statusHolds
	case report.GateUnknown, report.GateUntried:
		status = statusUnknown
	}
	err := unwritable(errors.Join(problems...))
	if end := new(ended); status != statusHolds && errors.As(err, &end) {
		end.status = status
	}
	if err != nil {
		return err
	}
	return withStatus(status)
}
