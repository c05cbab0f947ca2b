package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// TestBadValuesAreExplained gives every flag of every command that is no text a
// value that is none: its name, the value and an example are told, and nothing
// of how Go reads numbers.
func TestBadValuesAreExplained(t *testing.T) {
	tried := 0
	var walk func(*cobra.Command, []string)
	walk = func(c *cobra.Command, path []string) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if strings.HasPrefix(f.Value.Type(), "string") {
				return
			}
			tried++
			got := verify(append(path, "--"+f.Name+"=1h30")...)
			require.Equal(t, statusBadInput, got.status, "%q --%s", path, f.Name)
			require.Contains(t, got.err, "--"+f.Name+` is "1h30", want `)
			require.Contains(t, got.err, wanted[f.Value.Type()])
			require.NotContains(t, got.err, "strconv")
			require.NotContains(t, got.err, "duration")
		})
		for _, sub := range c.Commands() {
			walk(sub, append(path[:len(path):len(path)], sub.Name()))
		}
	}
	walk(newRootCommand(streams{out: io.Discard, err: io.Discard}), nil)
	require.Greater(t, tried, 40)
	require.Contains(t, verify("hunt", "--nonsense").err, "unknown flag: --nonsense")
}

func TestWorkers(t *testing.T) {
	for _, command := range []string{"run", "hunt", "gate"} {
		got := verify(command, "--workers", "-1", "--", "child")
		if command != "gate" {
			got = verify(command, "--workers", "-1")
		}
		require.Equal(t, statusBadInput, got.status)
		require.Contains(t, got.err, "--workers is -1, want at least 1, or 0 for one a processor")
		require.Contains(t, verify(command, "--help").out, "0 stands for one a processor")
	}
}
