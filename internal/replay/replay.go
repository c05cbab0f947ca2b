// Package replay reads counterexamples that people kept, and judges them again.
package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/rankproof/rankproof/internal/report"
	"github.com/rankproof/rankproof/theorems"
)

// Judge judges a counterexample for a subject. Its errors are about the text,
// but for that of ctx, when it ends before the judgement.
func Judge(ctx context.Context, s theorems.Subject, text []byte, list []theorems.Theorem) (report.Replay, error) {
	c, t, check, err := theorems.ParseCounterexample(text, list)
	if err != nil {
		return report.Replay{}, explained(err, text, c, t, list)
	}
	if err := admissible(c.Case, c.Instance()); err != nil {
		return report.Replay{}, fmt.Errorf("case of check %q: %w", c.Check, err)
	}
	judged := make(chan theorems.Outcome, 1)
	go func() { judged <- check.On(s, c.Instance()) }()
	select {
	case outcome := <-judged:
		r := report.Replay{Theorem: t, Found: c, Outcome: outcome}
		if slices.ContainsFunc(t.Claims, func(claim theorems.Check) bool { return claim.Name == c.Check }) {
			r.Subject = s.Name
		}
		if outcome.Verdict == theorems.Fails {
			r.Exactly = t.Recheck(c.Check, c.Instance()).String()
		}
		return r, nil
	case <-ctx.Done():
		return report.Replay{}, ctx.Err()
	}
}

// explained adds to an error of ParseCounterexample what there is in place of
// what is not there.
func explained(err error, text []byte, c theorems.Counterexample, t theorems.Theorem, list []theorems.Theorem) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return err
	case errors.As(err, &syntax):
		return fmt.Errorf("%w (at byte %d)", err, syntax.Offset)
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && c.Theorem == "" && c.Ref == "":
		return errors.New(`no counterexample: neither "theorem" nor "ref" is given`)
	case !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")):
		return err
	case t.Ref == "":
		return fmt.Errorf("%w; there are\n%s", err, report.Names(list))
	}
	if _, ok := t.CheckNamed(c.Check); !ok {
		return fmt.Errorf("%w; it has %s", err, checkNames(t))
	}
	return err
}

// checkNames lists the checks that ParseCounterexample knows.
func checkNames(t theorems.Theorem) string {
	var names []string
	for _, c := range slices.Concat(t.Claims, t.Exact) {
		names = append(names, c.Name)
	}
	for _, n := range t.Needed {
		names = append(names, n.Check.Name)
	}
	return fmt.Sprintf("%q", names)
}
