package journal

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainly adds records up as a person would: all of them at hand, sorted.
func plainly(p Plan, records []Record) (out []TheoremTotals) {
	for _, pt := range p.Theorems {
		t := TheoremTotals{ID: pt.ID, Ref: pt.Ref, Of: p.Blocks}
		done := map[int]bool{}
		var tops, above []Extreme
		failed := map[string][]Failed{}
		for _, r := range records {
			if r.Theorem != pt.ID || done[r.Block] {
				continue
			}
			done[r.Block] = true
			t.Blocks++
			t.Counts.Add(r.Counts)
			t.Seconds += r.Seconds
			tops = append(tops, Extreme{*r.Top, r.Block, r.Kind})
			for _, m := range r.Above {
				above = append(above, Extreme{m, r.Block, r.Kind})
			}
			for _, f := range r.Failures {
				failed[f.What] = append(failed[f.What], Failed{f, r.Block, r.Kind})
			}
		}
		largest := func(list []Extreme, what string) (best *Extreme) {
			for block := range 1000 {
				for _, x := range list {
					if x.Block == block && x.What == what && (best == nil || x.Margin.Margin > best.Margin.Margin) {
						best = &x
					}
				}
			}
			return best
		}
		t.Top = largest(tops, "|a − b|")
		for _, what := range []string{"x", "y"} {
			if x := largest(above, what); x != nil {
				t.Above = append(t.Above, *x)
			}
		}
		for _, what := range []string{"<a>", "b"} {
			list := failed[what]
			if len(list) == 0 {
				continue
			}
			slices.SortFunc(list, func(a, b Failed) int { return a.Block - b.Block })
			byText := map[string]Failed{} // of equal cases the first
			for _, f := range slices.Backward(list) {
				byText[fmt.Sprintf("%06d%s", len(f.Case), f.Case)] = f
			}
			kind := FailureTotals{Check: "claim", What: what, Blocks: len(list)}
			texts := slices.Sorted(func(yield func(string) bool) {
				for text := range byText {
					if !yield(text) {
						return
					}
				}
			})
			for _, text := range texts[:min(3, len(texts))] {
				kind.Least = append(kind.Least, byText[text])
			}
			t.Failures = append(t.Failures, kind)
		}
		out = append(out, t)
	}
	return out
}

// compacted are the records as they are read.
func compacted(t *testing.T, records []Record) (out []Record) {
	for _, text := range linesOf(t, records...) {
		e, err := parseLine(text[:len(text)-1])
		require.NoError(t, err)
		out = append(out, e.Record)
	}
	return out
}

// TestOrderMakesNoDifference deals the lines of a hunt, some twice, over files
// in any order, some of which are torn at the end: the totals are those of a
// person who adds them up.
func TestOrderMakesNoDifference(t *testing.T) {
	p := planOf(12, "a/one", "b/two", "c/none")
	records := recordsOf(planOf(12, "a/one", "b/two"), 12)
	for i := range records {
		records[i].Plan = p.Digest()
	}
	want := plainly(p, compacted(t, records))
	least := want[0].Failures[0].Least
	require.Len(t, least, 3, "there is something to order")
	require.Less(t, len(least[0].Case), len(least[2].Case))
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 6))
		lines := linesOf(t, records...)
		for range rng.IntN(10) {
			again := records[rng.IntN(len(records))]
			again.Seconds += rng.Float64() // requeued, on a slower machine
			lines = append(lines, linesOf(t, again)...)
		}
		duplicates := len(lines) - len(records)
		rng.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		files := make([][]byte, 1+rng.IntN(5))
		for _, l := range lines {
			i := rng.IntN(len(files))
			files[i] = append(files[i], l...)
		}
		torn := 0
		for i := range files {
			if rng.IntN(2) == 0 {
				files[i] = append(files[i], lines[0][:1+rng.IntN(len(lines[0])-1)]...)
				torn++
			}
		}
		got := folded(t, p, files...)
		totals := got.totals(true)
		require.Equal(t, []Range{{0, 11, 1}}, totals.Theorems[2].Missing)
		totals.Theorems[2].Missing = nil
		require.Equal(t, want, totals.Theorems, "seed %d", seed)
		require.Equal(t, duplicates, got.problems.Duplicates)
		require.Equal(t, torn, got.problems.Damaged)
	}
}

// TestMergeIsIdempotent: directories named twice, in any order, copied, or
// sharing files, are the same records.
func TestMergeIsIdempotent(t *testing.T) {
	p := planOf(6, "a/one", "b/two")
	lines := linesOf(t, recordsOf(p, 6)...)
	a, b, all := directory(t, joined(lines[:7])), directory(t, joined(lines[5:10]), joined(lines[10:])), directory(t, joined(lines))
	want, problems := merged(t, p, all)
	require.Equal(t, Problems{Files: 1, Records: 12}, problems)
	once, problems := merged(t, p, a, b)
	require.Equal(t, want, once)
	require.Equal(t, Problems{Files: 3, Records: 14, Duplicates: 2}, problems)
	for _, dirs := range [][]string{{b, a}, {a, b, a, b}, {a, b + string(filepath.Separator), b}} {
		totals, same := merged(t, p, dirs...)
		require.Equal(t, want, totals)
		require.Equal(t, problems, same)
	}
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(a, link))
	totals, same := merged(t, p, a, b, link)
	require.Equal(t, want, totals)
	require.Equal(t, problems, same)
	totals, _ = merged(t, p, a, b, all)
	require.Equal(t, want, totals, "two that share records")
	none, problems := merged(t, p, t.TempDir())
	require.Zero(t, problems)
	require.Equal(t, 6, none.Theorems[1].NotDone())
}

// TestContradictions are told with both places, whichever comes first, and
// totals and list do not depend on that either; a failure is not lost.
func TestContradictions(t *testing.T) {
	p := planOf(40, "a/one")
	records := recordsOf(p, 40)
	bad := slices.Clone(records[:30])
	fails, only := 0, 0 // of all blocks, and of those that fail in bad alone
	for i := range records {
		fails += records[i].Fails
		switch {
		case i >= len(bad):
		case records[i].Fails == 0:
			bad[i].Counts = Counts{Instances: 8, Holds: 7, Fails: 1}
			bad[i].Failures = []Failure{{"claim", "only here", false, "", 0, json.RawMessage("0")}}
			only++
		default:
			bad[i].Counts, bad[i].Failures = Counts{Instances: 8, Holds: 8}, nil
		}
	}
	require.NotZero(t, only)
	good := joined(linesOf(t, records...))
	wrong := joined(linesOf(t, append(bad, bad...)...))
	dir, reversed := directory(t, good, wrong), directory(t, wrong, good)
	totals, problems := merged(t, p, dir)
	other, otherProblems := merged(t, p, reversed)
	require.Equal(t, totals, other)
	for i, q := range []Problems{problems, otherProblems} {
		require.Equal(t, 30, q.Contradictions)
		require.Len(t, q.Contradicting, mostListed)
		require.Equal(t, 100, q.Records)
		name := filepath.Join([]string{dir, reversed}[i], filePrefix+"host-1-000%d"+fileSuffix)
		require.Equal(t, Contradiction{"a/one", 4, []Place{{fmt.Sprintf(name, 0), 5}, {fmt.Sprintf(name, 1), 5}}}, q.Contradicting[4])
	}
	require.Equal(t, problems.Duplicates, otherProblems.Duplicates)
	require.Equal(t, 40, totals.Theorems[0].Blocks)
	require.Equal(t, fails+only, totals.Theorems[0].Fails)
	at := slices.IndexFunc(totals.Theorems[0].Failures, func(f FailureTotals) bool { return f.What == "only here" })
	require.Equal(t, only, totals.Theorems[0].Failures[at].Blocks)
	require.Empty(t, totals.Theorems[0].Missing)

	// Of a hunt that goes on there, the totals are the same.
	j, err := Open(dir, p)
	require.NoError(t, err)
	require.Equal(t, totals, j.Totals())
	require.Equal(t, problems, j.Problems())
	require.NoError(t, j.Close())
}

// TestSecondsDoNotDependOnOrder, as sums of floating-point numbers do.
func TestSecondsDoNotDependOnOrder(t *testing.T) {
	p := planOf(0, "a/one")
	var records []Record
	for block := range 300 {
		r := recordOf(p, "a/one", block)
		r.Seconds = 1 / float64(1+block)
		records = append(records, r)
	}
	forward := folded(t, p, joined(linesOf(t, records...))).totals(false)
	slices.Reverse(records)
	require.Equal(t, forward, folded(t, p, joined(linesOf(t, records...))).totals(false))

	slow := records[0]
	slow.Seconds += 100
	text := joined(linesOf(t, slow))
	require.Equal(t, forward, folded(t, p, text, joined(linesOf(t, records...)), text).totals(false), "the faster counts")
}

// TestMissing lists what is not done in ranges, of those that a shard left out in
// steps.
func TestMissing(t *testing.T) {
	for _, c := range []struct {
		missing []int
		want    []Range
	}{
		{nil, nil},
		{[]int{0}, []Range{{0, 0, 1}}},
		{[]int{3, 4, 5, 9}, []Range{{3, 5, 1}, {9, 9, 1}}},
		{[]int{3, 11, 19, 27, 35}, []Range{{3, 35, 8}}},
		{[]int{1, 4, 5, 6, 9, 12, 15, 16}, []Range{{1, 1, 1}, {4, 6, 1}, {9, 15, 3}, {16, 16, 1}}},
		{[]int{2, 4}, []Range{{2, 2, 1}, {4, 4, 1}}},
	} {
		c2 := cells{}
		n := 0
		for block := range 600 {
			if !slices.Contains(c.missing, block) {
				page, cell := c2.at(block)
				cell.key = 1
				page.done++
			}
		}
		got := c2.missing(600)
		require.Equal(t, c.want, got)
		for _, r := range got {
			n += r.Len()
		}
		require.Equal(t, len(c.missing), n)
	}
	require.Equal(t, []Range{{0, 99_999_999, 1}}, cells{}.missing(100_000_000))

	// Whatever is missing, the ranges are it.
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 7))
		done, want, got := cells{}, []int(nil), []int(nil)
		share := rng.Float64()
		for block := range 700 {
			if rng.Float64() < share && block/256 != 1 {
				page, cell := done.at(block)
				cell.key = 1
				page.done++
			} else {
				want = append(want, block)
			}
		}
		for _, r := range done.missing(700) {
			for block := r.First; block <= r.Last; block += r.Step {
				got = append(got, block)
			}
		}
		require.Equal(t, want, got)
	}
}

// TestMemoryIsThatOfBlocks: a block takes 16 bytes, an absurd one a page, and
// what is read takes no more.
func TestMemoryIsThatOfBlocks(t *testing.T) {
	p := planOf(0, "a/one")
	r := recordOf(p, "a/one", 0)
	r.Block = MostBlocks - 1
	got := folded(t, p, linesOf(t, r)[0])
	require.Len(t, got.blocks[0], 1)
	require.NotZero(t, got.blocks[0].key(MostBlocks-1))

	const records, text = 300, 8 << 10 // bytes of a name
	r.Top.What = strings.Repeat("x", text)
	file, write := io.Pipe()
	go func() {
		for block := range records {
			r.Block = block
			l, err := line(r)
			if err == nil {
				_, err = write.Write(l)
			}
			if err != nil {
				write.CloseWithError(err)
				return
			}
		}
		write.Close()
	}()
	before := heap()
	long := &reading{fold: newFold(p)}
	require.NoError(t, long.stream("f", file))
	require.Less(t, heap()-before, records*text/16, "bytes that stay")
	require.Equal(t, records, long.theorems[0].Blocks)
}

// heap returns the bytes that are in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestKindsAreBounded: of more kinds than anybody reads the first in their order
// are kept, whatever order they come in, and all instances are counted.
func TestKindsAreBounded(t *testing.T) {
	p := planOf(0, "a/one")
	p.BlockSize = 100
	var records []Record
	for block := range mostKinds/100 + 5 {
		r := Record{Plan: p.Digest(), Theorem: "a/one", Block: block, Counts: Counts{Instances: 100, Fails: 100}}
		for i := range 100 {
			what := fmt.Sprintf("%04d", (block*100+i)*7919%10000)
			r.Failures = append(r.Failures, Failure{Check: "c", What: what, Case: json.RawMessage("1")})
			r.Above = append(r.Above, Margin{Check: "c", What: what})
		}
		records = append(records, r)
	}
	forward := folded(t, p, joined(linesOf(t, records...))).totals(false)
	slices.Reverse(records)
	require.Equal(t, forward, folded(t, p, joined(linesOf(t, records...))).totals(false))
	require.Len(t, forward.Theorems[0].Failures, mostKinds)
	require.Len(t, forward.Theorems[0].Above, mostKinds)
	require.Equal(t, 1500, forward.Theorems[0].Fails)
}
