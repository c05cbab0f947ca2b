package main

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const workersHelp = "goroutines; 0 stands for one a processor"

// workersOf returns how many workers --workers stands for.
func workersOf(flag int) (int, error) {
	if flag < 0 {
		return 0, fmt.Errorf("--workers is %d, want at least 1, or 0 for one a processor", flag)
	}
	if flag == 0 {
		return runtime.GOMAXPROCS(0), nil
	}
	return flag, nil
}

// wanted says what the value of a flag looks like, by its type.
var wanted = map[string]string{
	"int":      "a whole number, such as 400",
	"uint64":   "a whole number that is not negative and below 2⁶⁴, such as 7",
	"float64":  "a number, such as 0.25",
	"duration": "a time with its unit, such as 90s, 10m or 1h30m",
	"bool":     "true or false",
}

// badValue tells, of any flag of any command, its name, what it was given, and
// what it takes: the errors of Go's parsers are for programmers.
func badValue(_ *cobra.Command, err error) error {
	var bad *pflag.InvalidValueError
	if !errors.As(err, &bad) {
		return err
	}
	what, known := wanted[bad.GetFlag().Value.Type()]
	if !known {
		return err
	}
	return fmt.Errorf("--%s is %q, want %s", bad.GetFlag().Name, bad.GetValue(), what)
}
