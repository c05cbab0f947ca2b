package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rankproof/rankproof/internal/replay"
	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
	"github.com/rankproof/rankproof/theorems/registry"
)

// kept is what a run judges before it draws instances of its own: kept
// counterexamples, and the instances of the largest margins.
type kept struct {
	corpus, extremes []replay.Kept
	bounds           []report.LedgerLine
	raise            *theorems.Ledger // to be raised by what is found; nil: none
	raiseFile        string
}

// keep reads what is to be judged first of the theorems of a list.
func (k *kept) keep(o runOptions, list []theorems.Theorem) error {
	files := registry.Corpus()
	if o.corpus != "" {
		var err error
		if files, err = corpusIn(o.corpus); err != nil {
			return fmt.Errorf("--corpus: %w", err)
		}
	}
	var err error
	if k.corpus, err = replay.Corpus(files, list, registry.All()); err != nil {
		return fmt.Errorf("corpus: %w", err)
	}
	if err := k.keepLedger(registry.Ledger(), list); err != nil {
		return err
	}
	if o.raise != "" {
		k.raiseFile = o.raise
		if k.raise, err = ledgerIn(o.raise); err != nil {
			return fmt.Errorf("--raise: %w", err)
		}
	}
	return nil
}

// keepLedger takes the entries of a ledger that are of the theorems of a list.
func (k *kept) keepLedger(ledger *theorems.Ledger, list []theorems.Theorem) (err error) {
	k.bounds = report.LedgerLines(ledger, list)
	k.extremes, err = replay.Ledger(ledger, list)
	return err
}

// corpusIn reads the counterexamples in a folder, which must hold some.
func corpusIn(folder string) ([]registry.Kept, error) {
	if _, err := os.ReadDir(folder); err != nil {
		return nil, err
	}
	files, err := registry.ReadCorpus(os.DirFS(folder))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no *.json", folder)
	}
	for i := range files {
		files[i].Name = filepath.Join(folder, files[i].Name)
	}
	return files, err
}

// ledgerIn reads a ledger; a file that is not there yet is an empty one.
func ledgerIn(file string) (*theorems.Ledger, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return &theorems.Ledger{}, nil
	}
	if err != nil {
		return nil, err
	}
	l, err := theorems.ReadLedger(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return l, nil
}

// replay judges what was kept, and says in two lines what came of it.
func (k kept) replay(ctx context.Context, s theorems.Subject, e theorems.Effort, found *report.Run, text io.Writer) {
	if ctx.Err() != nil || k.bounds == nil {
		return
	}
	corpus := replay.JudgeKept(ctx, s, k.corpus, e.Workers)
	ledger := replay.JudgeKept(ctx, s, k.extremes, e.Workers)
	found.Corpus, found.Ledger, found.Bounds = &corpus, &ledger, k.bounds
	report.Corpus(text, corpus)
	report.Ledger(text, ledger, k.bounds)
	fmt.Fprintln(text)
}

// raiseLedger raises the ledger that --raise names by what a run found, once its
// margins are today's, and replaces its file in one step.
func (k kept) raiseLedger(s theorems.Subject, found report.Run) error {
	if k.raise == nil {
		return nil
	}
	raised := forgetGone(k.raise) // or changed
	for _, r := range found.Results {
		raised += k.raise.Rejudge(r.Theorem, s)
		n, err := k.raise.RaiseFrom(r.Theorem, s, r.Margins)
		if err != nil {
			return unwritable(err)
		}
		raised += n
	}
	if raised == 0 {
		return nil
	}
	return writeLedger(k.raiseFile, k.raise)
}

// forgetGone drops the entries of theorems that there are no more.
func forgetGone(l *theorems.Ledger) (dropped int) {
	all, before := registry.All(), len(l.Extremes)
	l.Extremes = slices.DeleteFunc(l.Extremes, func(e theorems.Extreme) bool {
		return !slices.ContainsFunc(all, func(t theorems.Theorem) bool { return t.ID == e.Theorem })
	})
	return before - len(l.Extremes)
}

// writeLedger replaces a file by a ledger in one step.
func writeLedger(file string, l *theorems.Ledger) error {
	var text bytes.Buffer
	if err := l.Write(&text); err != nil {
		return unwritable(err)
	}
	return unwritable(replaceFile(file, text.Bytes()))
}
