package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Merge adds up the records of a plan in some directories. What it returns is a
// function of their contents; naming a directory twice, or two that share
// records, changes no total. A record of another plan is an error, and so is a
// file that cannot be read.
func Merge(plan Plan, dirs ...string) (Totals, Problems, error) {
	f, problems, err := read(plan, dirs)
	if err != nil {
		return Totals{}, problems, err
	}
	return f.totals(true), problems, nil
}

// read adds up the records in some directories.
func read(plan Plan, dirs []string) (*fold, Problems, error) {
	if err := plan.Check(); err != nil {
		return nil, Problems{}, fmt.Errorf("plan: %w", err)
	}
	paths, err := recordFiles(dirs)
	if err != nil {
		return nil, Problems{}, err
	}
	first := &reading{fold: newFold(plan)}
	if err := first.files(paths); err != nil {
		return nil, first.problems, err
	}
	if !first.contradicted {
		return first.fold, first.problems, nil
	}
	// Which record of a block came first decided what was counted. That must not
	// be: all is read again, and only the preferred ones count.
	second := &reading{fold: newFold(plan), places: map[blockOf][]claimed{}}
	second.fold.winners = first.fold
	for i, t := range plan.Theorems {
		for _, block := range first.fold.blocks[i].contradictions(mostListed - len(second.places)) {
			second.places[blockOf{t.ID, block}] = nil
		}
	}
	if err := second.files(paths); err != nil {
		return nil, second.problems, err
	}
	second.conclude()
	second.fold.winners = nil
	return second.fold, second.problems, nil
}

// reading is a fold of files with what was wrong with them.
type reading struct {
	*fold
	problems     Problems
	contradicted bool
	places       map[blockOf][]claimed // of the contradictions that are listed
}

type blockOf struct {
	theorem string
	block   int
}

// claimed is a place with the key of what is said there.
type claimed struct {
	Place
	key uint64
}

func (r *reading) files(paths []string) error {
	for _, path := range paths {
		if err := r.file(path); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) file(path string) error {
	f, err := os.Open(path)
	if vanished(path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r.problems.Files++
	if err := r.stream(path, f); err != nil {
		return fmt.Errorf("%s: %w", path, inner(err))
	}
	return nil
}

// stream adds the records of a file of that name.
func (r *reading) stream(path string, in io.Reader) error {
	damaged := func(number int, why error) {
		r.problems.Damaged++
		if len(r.problems.DamagedLines) < mostListed {
			r.problems.DamagedLines = append(r.problems.DamagedLines, Damage{Place{path, number}, why.Error()})
		}
	}
	return readLines(in, longestLine, func(number int, e entry) error {
		if err := r.check(e.Record); errors.Is(err, errOtherPlan) {
			return fmt.Errorf("line %d: %w", number, err)
		} else if err != nil {
			damaged(number, err)
			return nil
		}
		r.record(e, Place{path, number})
		return nil
	}, damaged)
}

// record adds a record, and notes where it stands if others contradict it.
func (r *reading) record(e entry, at Place) {
	r.problems.Records++
	switch r.add(e) {
	case duplicate:
		r.problems.Duplicates++
	case contradiction:
		r.contradicted = true
		if r.winners == nil {
			r.prefer(e)
		}
	}
	key := blockOf{e.Theorem, e.Block}
	places, listed := r.places[key]
	known := slices.ContainsFunc(places, func(p claimed) bool { return p.key == e.key })
	if listed && !known && len(places) < mostListed {
		r.places[key] = append(places, claimed{at, e.key})
	}
}

// conclude counts and lists the contradictions.
func (r *reading) conclude() {
	for i, t := range r.plan.Theorems {
		blocks := r.blocks[i].contradictions(MostBlocks)
		r.problems.Contradictions += len(blocks)
		for _, block := range blocks {
			places, listed := r.places[blockOf{t.ID, block}]
			if !listed {
				continue
			}
			c := Contradiction{Theorem: t.ID, Block: block}
			for _, p := range places {
				c.Places = append(c.Places, p.Place)
			}
			r.problems.Contradicting = append(r.problems.Contradicting, c)
		}
	}
}

// FindPlan returns the plan of some directories: that of a file, if one is
// named, else the plan.json in them. All that there are must be the same.
func FindPlan(path string, dirs ...string) (Plan, error) {
	var plan Plan
	found := false
	if path != "" {
		var err error
		if plan, err = ReadPlan(path); err != nil {
			return Plan{}, err
		}
		found = true
	}
	for _, dir := range dirs {
		if _, err := os.ReadDir(dir); err != nil {
			return Plan{}, err
		}
		beside := filepath.Join(dir, PlanFile)
		if found {
			if _, err := plan.isIn(beside); err != nil {
				return Plan{}, err
			}
			continue
		}
		switch there, err := ReadPlan(beside); {
		case err == nil:
			plan, found = there, true
		case !errors.Is(err, fs.ErrNotExist):
			return Plan{}, err
		}
	}
	if !found {
		return Plan{}, fmt.Errorf("there is no %s in %s", PlanFile, strings.Join(dirs, ", "))
	}
	return plan, nil
}
