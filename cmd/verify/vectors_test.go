package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVectors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vectors")
	status, out, errors := run(t, "vectors", "--out", dir, "--seed", "3")
	require.Equal(t, statusHolds, status, errors)
	require.Regexp(t, `: \d{4} cases of \d\d operations, \d\d flags, seed 3\n$`, out)
	text, err := os.ReadFile(filepath.Join(dir, "linearize.json"))
	require.NoError(t, err)
	require.Contains(t, string(text), `"seed": 3,`)
	require.FileExists(t, filepath.Join(dir, "schema.json"))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o666))
	status, _, errors = run(t, "vectors", "--out", dir)
	require.Equal(t, statusBadInput, status)
	require.Contains(t, errors, "mine.txt")

	status, _, errors = run(t, "vectors")
	require.Equal(t, statusBadInput, status)
	require.Contains(t, errors, "--out")
}
