package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVectors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vectors")
	got := verify("vectors", "--out", dir, "--seed", "3", "--only", "spectrum,linearize")
	require.Equal(t, statusHolds, got.status, got.err)
	require.Regexp(t, `: \d{3} cases of 2 operations, \d+ flags, seed 3\n$`, got.out)
	text, err := os.ReadFile(filepath.Join(dir, "linearize.json"))
	require.NoError(t, err)
	require.Contains(t, string(text), `"seed": 3,`)
	require.FileExists(t, filepath.Join(dir, "spectrum.json"))
	require.FileExists(t, filepath.Join(dir, "schema.json"))
	require.NoFileExists(t, filepath.Join(dir, "modes.json"))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o666))
	got = verify("vectors", "--out", dir, "--only", "linearize")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, "mine.txt")

	got = verify("vectors", "--out", dir, "--only", "linearise")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, `no vectors of "linearise"`)

	got = verify("vectors")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, "--out")
}
