package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Journal takes records of one process down, and knows those of all that went
// before in its directory. Its methods may be called from several goroutines.
type Journal struct {
	mu       sync.Mutex
	fold     *fold
	problems Problems
	file     file   // nil if nothing is kept
	path     string // of file
	written  bool   // something, if only a part of a line
	unsynced bool
	closed   bool
	err      error // the first of writing or syncing: nothing more is taken

	wake     chan struct{} // something is unsynced
	stop     chan struct{}
	syncing  sync.WaitGroup
	interval time.Duration // between syncs
}

// file is what the journal needs of one.
type file interface {
	io.WriteCloser
	Sync() error
}

// syncInterval is how long a line may wait for its sync, the sync itself apart.
const syncInterval = 500 * time.Millisecond

var errClosed = errors.New("the journal is closed")

// Open reads the records of a plan in a directory, which is made if it is not
// there, and opens a file of its own for more. The plan is kept beside them; a
// directory of another plan is refused. For dir "" nothing is read or kept.
func Open(dir string, plan Plan) (*Journal, error) {
	return open(dir, plan, createFile, syncInterval)
}

func open(dir string, plan Plan, create func(dir string) (file, string, error), interval time.Duration) (*Journal, error) {
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	j := &Journal{interval: interval, wake: make(chan struct{}, 1), stop: make(chan struct{})}
	if dir == "" {
		j.fold = newFold(plan)
		return j, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	if _, err := plan.isIn(filepath.Join(dir, PlanFile)); err != nil {
		return nil, err
	}
	var err error
	if j.fold, j.problems, err = read(plan, []string{dir}); err != nil {
		return nil, err
	}
	// Now that nothing is refused any more: it would leave a plan behind.
	if err := plan.WriteFile(filepath.Join(dir, PlanFile)); err != nil {
		return nil, err
	}
	if j.file, j.path, err = create(dir); err != nil {
		return nil, err
	}
	j.syncing.Go(j.keepSynced)
	return j, nil
}

// Done reports whether a block is recorded.
func (j *Journal) Done(theorem string, block int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	i, ok := j.fold.index[theorem]
	return ok && j.fold.blocks[i].key(block) != 0
}

// Append takes a record down and returns when it is written; within a second it
// is synced. A block that says what is recorded already is not written again.
// After an error of writing nothing more is taken: the last line may be torn, as
// after a crash.
func (j *Journal) Append(r Record) error {
	text, err := line(r)
	var e entry
	if err == nil {
		e, err = parseLine(text[:len(text)-1]) // what will be read: spaces in cases are gone
	}
	if err == nil {
		err = j.fold.check(e.Record) // of the plan alone, which nobody changes
	}
	if err != nil {
		return fmt.Errorf("record of block %d of %s: %w", r.Block, r.Theorem, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.err != nil:
		return j.err
	case j.closed:
		return errClosed
	}
	there := j.fold.blocks[j.fold.index[e.Theorem]].key(e.Block)
	if there == e.key {
		return nil
	}
	if err := j.write(text); err != nil {
		return err
	}
	if j.fold.add(e) == contradiction {
		return fmt.Errorf("block %d of %s was recorded before, and was something else: it is no function of the plan", r.Block, r.Theorem)
	}
	return nil
}

// write writes a line.
func (j *Journal) write(text []byte) error {
	if j.file == nil {
		return nil
	}
	j.written = true
	if _, err := j.file.Write(text); err != nil {
		j.err = fmt.Errorf("%s: cannot be written: %w", j.path, inner(err))
		return j.err
	}
	j.unsynced = true
	select {
	case j.wake <- struct{}{}:
	default:
	}
	return nil
}

// keepSynced syncs what was written, many lines at once, until the journal stops.
func (j *Journal) keepSynced() {
	for {
		select {
		case <-j.stop:
			return
		case <-j.wake:
		}
		select {
		case <-j.stop:
			return
		case <-time.After(j.interval):
		}
		j.sync()
	}
}

// sync syncs what was written. Others may write meanwhile.
func (j *Journal) sync() {
	j.mu.Lock()
	wanted := j.unsynced
	j.unsynced = false
	j.mu.Unlock()
	if !wanted {
		return
	}
	if err := j.file.Sync(); err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.err == nil {
			j.err = fmt.Errorf("%s: cannot be synced: %w", j.path, inner(err))
		}
	}
}

// Totals returns a copy of the sum of all records so far, missing blocks not
// listed.
func (j *Journal) Totals() Totals {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.fold.totals(false)
}

// Problems returns what was wrong with the files that Open read.
func (j *Journal) Problems() Problems { return j.problems }

// Path returns the name of the file that is written, "" if there is none.
func (j *Journal) Path() string { return j.path }

// Close syncs and closes, and removes a file that nothing was written to. It
// returns the first error that the journal met. A second Close does nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	again := j.closed
	j.closed = true
	j.mu.Unlock()
	if again {
		return nil
	}
	close(j.stop)
	j.syncing.Wait()
	if j.file == nil {
		return nil
	}
	j.sync()
	err := j.file.Close()
	if err == nil && !j.written {
		_ = os.Remove(j.path) // it may stay, if somebody reads it: there is nothing in it
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil && err != nil {
		j.err = fmt.Errorf("%s: cannot be closed: %w", j.path, inner(err))
	}
	return j.err
}
