package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVectors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vectors")
	got := verify("vectors", "--out", dir, "--seed", "3")
	require.Equal(t, statusHolds, got.status, got.err)
	require.Regexp(t, `: \d{4} cases of \d\d operations, \d\d flags, seed 3\n$`, got.out)
	text, err := os.ReadFile(filepath.Join(dir, "linearize.json"))
	require.NoError(t, err)
	require.Contains(t, string(text), `"seed": 3,`)
	require.FileExists(t, filepath.Join(dir, "schema.json"))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o666))
	got = verify("vectors", "--out", dir)
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, "mine.txt")

	got = verify("vectors")
	require.Equal(t, statusBadInput, got.status)
	require.Contains(t, got.err, "--out")
}
