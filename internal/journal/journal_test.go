package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// opened is the journal of a directory, closed at the end if not before.
func opened(t *testing.T, dir string, p Plan) *Journal {
	t.Helper()
	j, err := Open(dir, p)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	return j
}

func appendAll(t *testing.T, j *Journal, records ...Record) {
	t.Helper()
	for _, r := range records {
		require.NoError(t, j.Append(r))
	}
}

// whole is what an attempt that nothing happens to comes to.
func whole(t *testing.T, p Plan) Totals {
	t.Helper()
	j := opened(t, "", p)
	appendAll(t, j, recordsOf(p, p.Blocks)...)
	require.Empty(t, j.Path())
	return j.Totals()
}

// TestKilledAndResumed cuts the file of an attempt at the edges of its lines and
// inside, as a crash or a full disk does; the next attempt does what is missing.
func TestKilledAndResumed(t *testing.T) {
	p := planOf(1, "a/one", "b/two")
	records := recordsOf(p, 1)
	want := whole(t, p)
	lines := linesOf(t, records...)
	for i := range lines {
		for _, cut := range []int{len(joined(lines[:i])), len(joined(lines[:i])) + 1, len(joined(lines[:i+1])) - 1} {
			dir := filepath.Join(t.TempDir(), "made", "here")
			first := opened(t, dir, p)
			appendAll(t, first, records...)
			require.NoError(t, first.Close())
			require.NoError(t, os.Truncate(first.Path(), int64(cut)))

			second := opened(t, dir, p)
			for k, r := range records {
				require.Equal(t, k < i, second.Done(r.Theorem, r.Block))
				if k >= i {
					require.NoError(t, second.Append(r))
				}
				require.True(t, second.Done(r.Theorem, r.Block))
			}
			require.Equal(t, want, second.Totals())
			require.NoError(t, second.Close())
			totals, problems := merged(t, p, dir)
			require.Equal(t, want, totals)
			require.Zero(t, problems.Duplicates)
			require.Equal(t, len(records), problems.Records)
		}
	}
}

// TestTwoWorkersOnOneShard, each of which does it all: every block counts once.
func TestTwoWorkersOnOneShard(t *testing.T) {
	p := planOf(5, "a/one", "b/two")
	dir := t.TempDir()
	a, b := opened(t, dir, p), opened(t, dir, p)
	require.NotEqual(t, a.Path(), b.Path())
	records := recordsOf(p, 5)
	for i, r := range records {
		appendAll(t, a, r)
		slower := records[len(records)-1-i]
		slower.Seconds++
		appendAll(t, b, slower)
	}
	require.NoError(t, a.Close())
	require.NoError(t, b.Close())
	totals, problems := merged(t, p, dir)
	require.Equal(t, whole(t, p), totals)
	require.Equal(t, 10, problems.Duplicates)
	require.Zero(t, problems.Contradictions)
}

// TestAppendFromManyGoroutines: no line is torn and none is lost.
func TestAppendFromManyGoroutines(t *testing.T) {
	p := planOf(40, "a/one", "b/two")
	dir := t.TempDir()
	j := opened(t, dir, p)
	records := recordsOf(p, 40)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := worker; i < len(records); i += 4 {
				if err := j.Append(records[i]); err != nil {
					t.Error(err)
				}
				j.Done(records[i].Theorem, records[i].Block)
				j.Totals()
			}
		})
	}
	group.Wait()
	require.NoError(t, j.Close())
	totals, problems := merged(t, p, dir)
	require.Equal(t, whole(t, p), totals)
	require.Equal(t, Problems{Files: 1, Records: 80}, problems)
}

// TestTotalsAreACopy: what a caller does to it, and what is appended later, are
// not seen in the other.
func TestTotalsAreACopy(t *testing.T) {
	p := planOf(12, "a/one")
	j := opened(t, "", p)
	records := recordsOf(p, 12)
	appendAll(t, j, records[:6]...)
	text := func(totals Totals) string {
		out, err := json.Marshal(totals)
		require.NoError(t, err)
		return string(out)
	}
	early := j.Totals()
	before := text(early)
	appendAll(t, j, records[6:]...)
	require.Equal(t, before, text(early))

	late := text(j.Totals())
	mine := j.Totals()
	mine.Theorems[0].Top.Block = -1
	mine.Theorems[0].Above[0].Block = -1
	mine.Theorems[0].Failures[0].Blocks = -1
	mine.Theorems[0].Failures[0].Least[0].Block = -1
	require.Equal(t, late, text(j.Totals()))
}

func TestDirectoriesOfAnotherPlan(t *testing.T) {
	p, q := planOf(3, "a/one"), planOf(4, "a/one")
	dir := t.TempDir()
	j := opened(t, dir, p)
	appendAll(t, j, recordsOf(p, 2)...)
	require.NoError(t, j.Close())
	_, err := Open(dir, q)
	require.ErrorContains(t, err, filepath.Join(dir, PlanFile)+": holds another plan")
	_, _, err = Merge(q, dir)
	require.ErrorIs(t, err, errOtherPlan)
	require.ErrorContains(t, err, j.Path()+": line 1: ")
	require.ErrorContains(t, err, p.Digest())

	require.NoError(t, os.Remove(filepath.Join(dir, PlanFile)))
	_, err = Open(dir, q)
	require.ErrorIs(t, err, errOtherPlan)
	for _, bad := range []error{func() error { _, err := Open("", Plan{}); return err }(), func() error { _, _, err := Merge(Plan{}, dir); return err }()} {
		require.ErrorContains(t, bad, "plan: format is 0")
	}
}

func TestUnreadableDirectories(t *testing.T) {
	p := planOf(3, "a/one")
	dir := t.TempDir()
	_, _, err := Merge(p, dir, filepath.Join(dir, "nowhere"))
	require.ErrorContains(t, err, "nowhere")
	path := filepath.Join(dir, filePrefix+"x"+fileSuffix)
	require.NoError(t, os.Mkdir(path, 0o700))
	_, _, err = Merge(p, dir)
	require.ErrorContains(t, err, path+": not a regular file")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	_, err = Open(filepath.Join(dir, "file"), p)
	require.ErrorContains(t, err, "file")
}

// TestFilesThatVanish, because another attempt had nothing to add and closed, are
// no error.
func TestFilesThatVanish(t *testing.T) {
	p := planOf(3, "a/one")
	dir := t.TempDir()
	r := &reading{fold: newFold(p)}
	require.NoError(t, r.files([]string{filepath.Join(dir, "gone")}))
	require.Zero(t, r.problems)

	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 3 {
				if j, err := Open(dir, p); err != nil || j.Close() != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "the plan")
	link := filepath.Join(dir, filePrefix+"x"+fileSuffix)
	require.NoError(t, os.Symlink(filepath.Join(dir, "gone"), link))
	_, _, err = Merge(p, dir)
	require.ErrorContains(t, err, link)
}

func TestRecordsThatAreNone(t *testing.T) {
	p := planOf(3, "a/one")
	dir := t.TempDir()
	j := opened(t, dir, p)
	for want, change := range map[string]func(*Record){
		"another plan":               func(r *Record) { r.Plan = DigestOf(nil) },
		"not in the plan":            func(r *Record) { r.Theorem = "b/two" },
		"block 3 is not one of 3":    func(r *Record) { r.Block = 3 },
		"unsupported value":          func(r *Record) { r.Top.Margin = nan() },
		"verdicts on":                func(r *Record) { r.Holds++ },
		"unexpected end of JSON":     func(r *Record) { r.Fails, r.Holds, r.Failures = 1, r.Holds+r.Fails-1, []Failure{{Case: []byte("{")}} },
		"is at 8 of 8 instances":     func(r *Record) { r.Top.Index = 8 },
		"is there twice":             func(r *Record) { r.Fails, r.Holds = 2, r.Holds+r.Fails-2; r.Failures = slices.Repeat(oneFailure, 2) },
		"0 instances fail, in 1 way": func(r *Record) { r.Holds, r.Fails = r.Holds+r.Fails, 0; r.Failures = oneFailure },
	} {
		r := recordOf(p, "a/one", 2)
		change(&r)
		err := j.Append(r)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, fmt.Sprintf("record of block %d of %s: ", r.Block, r.Theorem))
	}
	require.False(t, j.Done("a/one", 2))
	require.False(t, j.Done("a/one", -1))
	require.False(t, j.Done("b/two", 0))
	path := j.Path()
	require.FileExists(t, path)
	require.NoError(t, j.Close())
	require.NoFileExists(t, path, "nothing was written")
	require.ErrorIs(t, j.Append(recordOf(p, "a/one", 1)), errClosed)
	require.NoError(t, j.Close())
}

var oneFailure = []Failure{{Check: "claim", What: "w", Case: []byte("1")}}

func nan() float64 { zero := 0.0; return zero / zero }

// TestAppendOfADoneBlock writes nothing, and tells if it says something else.
func TestAppendOfADoneBlock(t *testing.T) {
	p := planOf(3, "a/one")
	dir := t.TempDir()
	j := opened(t, dir, p)
	r := recordOf(p, "a/one", 1)
	appendAll(t, j, r)
	r.Seconds++
	appendAll(t, j, r)
	before := j.Totals()
	r.Exact = 6
	require.ErrorContains(t, j.Append(r), "block 1 of a/one was recorded before, and was something else")
	require.Equal(t, before, j.Totals())
	appendAll(t, j, recordOf(p, "a/one", 2))
	require.NoError(t, j.Close())
	_, problems := merged(t, p, dir)
	require.Equal(t, 3, problems.Records)
	require.Equal(t, 1, problems.Contradictions, "what was seen is on record")
}

// disk is a file that takes so many bytes, and may fail to sync or close.
type disk struct {
	*os.File
	left        int
	sync, close error
	synced      chan int     // tells how many bytes are
	written     atomic.Int64 // others write while one syncs
}

var errFull = errors.New("no space left on device")

func (d *disk) Write(p []byte) (int, error) {
	n := min(len(p), d.left)
	d.left -= n
	written, err := d.File.Write(p[:n])
	d.written.Add(int64(written))
	if err == nil && n < len(p) {
		err = &os.PathError{Op: "write", Path: d.Name(), Err: errFull}
	}
	return n, err
}

func (d *disk) Sync() error {
	if d.synced != nil {
		d.synced <- int(d.written.Load())
	}
	return d.sync
}

func (d *disk) Close() error { return errors.Join(d.close, d.File.Close()) }

// on opens a journal on a disk.
func (d *disk) on(t *testing.T, dir string, p Plan, interval time.Duration) *Journal {
	t.Helper()
	j, err := open(dir, p, func(dir string) (file, string, error) {
		f, path, err := createFile(dir)
		d.File, _ = f.(*os.File)
		return d, path, err
	}, interval)
	require.NoError(t, err)
	return j
}

// TestFullDisk fills it at many bytes: what was written before is kept, the torn
// line is none, nothing more is taken, and the next attempt completes.
func TestFullDisk(t *testing.T) {
	p := planOf(3, "a/one")
	records := recordsOf(p, 3)
	want := whole(t, p)
	length := len(joined(linesOf(t, records...)))
	for space := 0; space < length; space += length/9 + 1 {
		dir := t.TempDir()
		j := (&disk{left: space}).on(t, dir, p, time.Hour)
		var failed error
		kept := 0
		for _, r := range records {
			err := j.Append(r)
			if failed != nil {
				require.Equal(t, failed, err)
			} else if err == nil {
				kept++
			}
			failed = err
			require.Equal(t, err == nil, j.Done(r.Theorem, r.Block))
		}
		require.EqualError(t, failed, j.Path()+": cannot be written: no space left on device")
		require.Equal(t, kept, j.Totals().Theorems[0].Blocks)
		require.Equal(t, failed, j.Close())

		next := opened(t, dir, p)
		require.Equal(t, kept, next.Totals().Theorems[0].Blocks)
		appendAll(t, next, records[kept:]...)
		require.NoError(t, next.Close())
		totals, _ := merged(t, p, dir)
		require.Equal(t, want, totals)
	}
}

// TestGroupCommit: lines are synced together while others are written, and what
// is left at the end by Close.
func TestGroupCommit(t *testing.T) {
	p := planOf(3, "a/one")
	d := &disk{left: 1 << 20, synced: make(chan int)}
	j := d.on(t, t.TempDir(), p, time.Microsecond)
	records := recordsOf(p, 3)
	lines := linesOf(t, records...)
	appendAll(t, j, records[0])
	appendAll(t, j, records[1]) // while the first is being synced, or before
	for n := <-d.synced; n < len(lines[0])+len(lines[1]); {
		n = <-d.synced
	}
	closing := make(chan error)
	appendAll(t, j, records[2])
	go func() { closing <- j.Close() }()
	last := 0
	for {
		select {
		case last = <-d.synced:
			continue
		case err := <-closing:
			require.NoError(t, err)
		}
		break
	}
	require.Equal(t, len(joined(lines)), last)
}

// TestSyncThatFails: what may not be on the disk is told, and nothing is added.
func TestSyncThatFails(t *testing.T) {
	p := planOf(3, "a/one")
	broken := errors.New("input/output error")
	d := &disk{left: 1 << 20, sync: broken}
	j := d.on(t, t.TempDir(), p, time.Hour)
	appendAll(t, j, recordOf(p, "a/one", 0))
	j.sync() // as an hour later
	err := j.Append(recordOf(p, "a/one", 1))
	require.EqualError(t, err, j.Path()+": cannot be synced: input/output error")
	require.Equal(t, err, j.Close())

	d = &disk{left: 1 << 20, sync: broken}
	j = d.on(t, t.TempDir(), p, time.Hour)
	appendAll(t, j, recordOf(p, "a/one", 0))
	require.ErrorIs(t, j.Close(), broken)
	d = &disk{left: 1 << 20, close: broken}
	j = d.on(t, t.TempDir(), p, time.Hour)
	require.ErrorIs(t, j.Close(), broken)
}
