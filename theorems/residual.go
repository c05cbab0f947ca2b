package theorems

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rankproof/rankproof/model"
)

// Verdict is what a check finds on one instance, or a theorem on all.
type Verdict int

// A verdict is three-valued: Unknown is an instance so badly conditioned that
// floating point says nothing about it.
const (
	Holds Verdict = iota
	Unknown
	Fails
)

// String returns "holds", "unknown" or "refuted".
func (v Verdict) String() string { return [...]string{"holds", "unknown", "refuted"}[v] }

// Residual is an error, the bound derived for this very instance that it must
// keep, and the size of what was compared.
type Residual struct {
	What  string  // the quantity, as a formula
	Error float64 // ≥ 0
	Bound float64 // ≥ 0
	Scale float64 // a bound of half of this says nothing
}

// Margin returns Error/Bound: 0 for no error, at most 1 for a statement that
// holds.
func (r Residual) Margin() float64 {
	switch {
	case r.Error == 0:
		return 0
	case !(r.Error >= 0) || !(r.Bound > 0):
		return math.Inf(1)
	}
	return r.Error / r.Bound
}

// Verdict compares error and bound. It is the one comparison with a tolerance
// in this module, written so that NaN fails: of an error or of what a subject
// returned, and of a bound or a scale, which then is a fault of the check.
func (r Residual) Verdict() Verdict {
	if math.IsNaN(r.Bound) || math.IsNaN(r.Scale) {
		return Fails
	}
	// A bound as large as the thing itself is no statement, kept or broken.
	if r.Bound >= r.Scale/2 && r.Error <= 4*(r.Scale+r.Bound) {
		if r.Error == 0 {
			return Holds
		}
		return Unknown
	}
	if r.Error <= r.Bound {
		return Holds
	}
	return Fails
}

// String shows the numbers that decided.
func (r Residual) String() string {
	if r.Bound == 0 && math.IsInf(r.Error, 1) {
		return r.What + ": not so"
	}
	text := fmt.Sprintf("%s: error %.3g, bound %.3g, scale %.3g", r.What, r.Error, r.Bound, r.Scale)
	if !math.IsNaN(r.Error) && (math.IsNaN(r.Bound) || math.IsNaN(r.Scale)) {
		return text + ": no bound at all, the check is at fault"
	}
	return text
}

// Finding collects the residuals of one instance: it fails if one fails, and
// is unknown if one is unknown and none fails.
type Finding struct {
	Verdict  Verdict
	Worst    Residual // that decided, or the largest margin
	Compared int      // residuals seen: zero is a vacuous instance
	Reason   string   // of an Unknown or Fails without a residual

	// Margins holds, of each quantity with an error that its bound says
	// something about, the residual with the largest margin.
	Margins []Residual
}

// Expect adds a residual.
func (f *Finding) Expect(what string, err, bound, scale float64) {
	r := Residual{what, err, bound, scale}
	f.Compared++
	v := r.Verdict()
	if err > 0 && bound > 0 && v != Unknown {
		f.noteMargin(r)
	}
	// Of failures the first is kept: later ones follow from it.
	if v > f.Verdict || (v == f.Verdict && v != Fails && r.Margin() >= f.Worst.Margin()) {
		f.Verdict, f.Worst, f.Reason = v, r, ""
	}
}

func (f *Finding) noteMargin(r Residual) {
	for i := range f.Margins {
		if f.Margins[i].What == r.What {
			if r.Margin() > f.Margins[i].Margin() {
				f.Margins[i] = r
			}
			return
		}
	}
	f.Margins = append(f.Margins, r)
}

// Demand adds a yes-or-no requirement with no tolerance.
func (f *Finding) Demand(what string, met bool) {
	if met {
		f.Expect(what, 0, 0, 1)
		return
	}
	f.Expect(what, math.Inf(1), 0, 1)
}

// refusals are the errors by which package model refuses.
var refusals = []error{model.ErrInvalid, model.ErrDefective, model.ErrNoImage, model.ErrNotConverged, model.ErrUnstable, model.ErrSingular, model.ErrEigen}

// DemandRefusal adds the requirement that an error is a refusal of one of some
// kinds. An error that refuses nothing is returned: it says that the instance is
// declined, or undecided, or why there is no answer.
func (f *Finding) DemandRefusal(what string, err error, kinds ...error) error {
	is := func(kind error) bool { return errors.Is(err, kind) }
	if is(ErrNotImplemented) || is(ErrUndecided) || err != nil && !slices.ContainsFunc(refusals, is) {
		return err
	}
	f.Demand(what, slices.ContainsFunc(kinds, is))
	return nil
}

// Abstain marks the instance unknown for a reason, unless it fails.
func (f *Finding) Abstain(reason string) {
	if f.Verdict == Holds {
		f.Verdict, f.Reason = Unknown, reason
	}
}

// Merge adds the findings of another instance.
func (f *Finding) Merge(other Finding) {
	f.Compared += other.Compared
	for _, r := range other.Margins {
		f.noteMargin(r)
	}
	if other.Verdict > f.Verdict || other.Verdict == f.Verdict && other.Worst.Margin() >= f.Worst.Margin() {
		f.Verdict, f.Worst, f.Reason = other.Verdict, other.Worst, other.Reason
	}
}

// String tells the verdict with what decided it.
func (f Finding) String() string {
	if f.Reason != "" {
		return f.Verdict.String() + ": " + f.Reason
	}
	return f.Verdict.String() + ": " + f.Worst.String()
}
