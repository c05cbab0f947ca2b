package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/rankproof/rankproof/theorems"
)

// Exit statuses.
const (
	statusHolds    = 0
	statusRefuted  = 1 // or a false twin survived
	statusBadInput = 2 // or wrong usage
	statusUnknown  = 3 // inconclusive, interrupted, or the output could not be written
)

// ended is what a RunE returns when it ends with another status than 0. All
// other errors that reach execute are wrong usage.
type ended struct {
	status int
	err    error // nil: everything has been said on stdout
}

func (e *ended) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *ended) Unwrap() error { return e.err }

// badInput ends a command with an error about what it was given to read.
func badInput(err error) error { return &ended{statusBadInput, err} }

// unwritten ends a command that could not write a file: on a full disk it is to
// be tried again, and otherwise what it was given is at fault.
func unwritten(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &ended{statusUnknown, err}
	}
	return badInput(err)
}

// withStatus ends a command that has said what there is to say.
func withStatus(status int) error {
	if status == statusHolds {
		return nil
	}
	return &ended{status: status}
}

// statusOf returns the exit status that tells of a verdict.
func statusOf(v theorems.Verdict) int {
	switch v {
	case theorems.Holds:
		return statusHolds
	case theorems.Fails:
		return statusRefuted
	}
	return statusUnknown
}

// execute runs verify with the arguments after its name, and returns the exit
// status. Errors go to s.err as "verify: …"; after wrong usage a hint follows.
func execute(ctx context.Context, args []string, s streams) int {
	out := &checkedWriter{w: s.out}
	s.out = out
	root := newRootCommand(s)
	root.SetArgs(append([]string{}, args...)) // never nil, which stands for os.Args
	cmd, err := root.ExecuteContextC(ctx)
	status := statusHolds
	var end *ended
	switch {
	case errors.As(err, &end):
		status = end.status
		if end.err != nil && (out.err == nil || !errors.Is(end.err, out.err)) { // that is told below
			fmt.Fprintf(s.err, "verify: %v\n", end.err)
		}
	case err != nil:
		status = statusBadInput
		fmt.Fprintf(s.err, "verify: %s\nusage: %s; see %s --help\n", strings.TrimSpace(err.Error()), cmd.UseLine(), cmd.CommandPath())
	}
	if out.err != nil {
		fmt.Fprintf(s.err, "verify: cannot write the results: %v\n", out.err)
		if status == statusHolds {
			status = statusUnknown
		}
	}
	return status
}

// checkedWriter remembers the first error, so that results which nobody could
// read do not count as success.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if c.err == nil {
		c.err = err
	}
	return n, err
}
