package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func planOf(blocks int, ids ...string) Plan {
	p := Plan{Format: Format, Seed: 1<<64 - 1, BlockSize: 8, Blocks: blocks, Starts: DigestOf(nil), Environment: "go1.25 linux/amd64", Build: "v1"}
	for _, id := range ids {
		p.Theorems = append(p.Theorems, PlannedTheorem{ID: id, Ref: "R" + id[:1], Version: DigestOf([]byte(id))})
	}
	return p
}

// recordOf is a record as a hunt would make it: a function of plan, theorem and
// block, its seconds apart, with many ties of margins and cases.
func recordOf(p Plan, theorem string, block int) Record {
	rng := rand.New(rand.NewPCG(uint64(block), 2*uint64(theorem[0])))
	r := Record{Plan: p.Digest(), Theorem: theorem, Block: block, Kind: []string{"draw", "mutate", "climb"}[block%3], Seconds: 0.25}
	r.Counts = Counts{Instances: p.BlockSize, Holds: p.BlockSize - 3, Unknown: 1, Vacuous: 1, NotTried: 1, Exact: rng.IntN(3)}
	r.Top = &Margin{Check: "claim", What: "|a − b|", Margin: float64(rng.IntN(3)) / 4, Index: rng.IntN(p.BlockSize)}
	for _, what := range []string{"x", "y"} {
		if rng.IntN(2) == 0 {
			r.Above = append(r.Above, Margin{"claim", what, float64(rng.IntN(3)), rng.IntN(p.BlockSize)})
		}
	}
	for _, what := range []string{"<a>", "b"} {
		if rng.IntN(2) == 0 {
			r.Holds, r.Fails = r.Holds-1, r.Fails+1
			r.Failures = append(r.Failures, Failure{"claim", what, true, "found", rng.IntN(p.BlockSize), caseOf(rng)})
		}
	}
	return r
}

func caseOf(rng *rand.Rand) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"x": %d, "tags": ["<", "φ"]}`, 8+rng.IntN(4)))
}

// recordsOf are those of all blocks below n.
func recordsOf(p Plan, n int) (out []Record) {
	for _, t := range p.Theorems {
		for block := range n {
			out = append(out, recordOf(p, t.ID, block))
		}
	}
	return out
}

func linesOf(t *testing.T, records ...Record) (lines [][]byte) {
	t.Helper()
	for _, r := range records {
		text, err := line(r)
		require.NoError(t, err)
		lines = append(lines, text)
	}
	return lines
}

// folded adds texts up as the files a, b, ….
func folded(t *testing.T, p Plan, texts ...[]byte) *reading {
	t.Helper()
	r := &reading{fold: newFold(p)}
	for i, text := range texts {
		require.NoError(t, r.stream(string(rune('a'+i)), bytes.NewReader(text)))
	}
	return r
}

// directory writes texts into files of records.
func directory(t *testing.T, texts ...[]byte) string {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%shost-1-%04d%s", filePrefix, i, fileSuffix)), text, 0o600))
	}
	return dir
}

func joined(lines [][]byte) []byte { return bytes.Join(lines, nil) }

// merged is the outcome of Merge, which must be one.
func merged(t *testing.T, p Plan, dirs ...string) (Totals, Problems) {
	t.Helper()
	totals, problems, err := Merge(p, dirs...)
	require.NoError(t, err)
	return totals, problems
}
