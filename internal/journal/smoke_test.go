package journal

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	p := Plan{Format: 1, Seed: 7, BlockSize: 10, Blocks: 5, Starts: DigestOf(nil), Theorems: []PlannedTheorem{{"a/b", "A1", DigestOf(nil)}}}
	j, err := Open(dir, p)
	require.NoError(t, err)
	r := Record{Plan: p.Digest(), Theorem: "a/b", Block: 3, Kind: "draw", Counts: Counts{Instances: 10, Holds: 9, Fails: 1},
		Failures: []Failure{{Check: "c", What: "w", Index: 4, Case: json.RawMessage(`{ "x": 1}`)}}, Seconds: 1.5}
	require.NoError(t, j.Append(r))
	require.True(t, j.Done("a/b", 3))
	require.NoError(t, j.Close())
	tot, prob, err := Merge(p, dir, dir)
	require.NoError(t, err)
	t.Logf("%+v %+v", tot, prob)
	want := j.Totals()
	tot.Theorems[0].Missing = nil
	require.Equal(t, want, tot)
}
