package linearization

import (
	"math"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// The fields and the two maps of L1, each by itself, at states that are fixed
// points and at others.

// elsewhere returns a state that is no fixed point, and neither outputs nor net
// inputs of one.
func (t *truth) elsewhere() []float64 {
	y := make([]float64, t.n)
	for i := range y {
		y[i] = 0.75 - t.x[i]/2
	}
	return y
}

// judgeField compares the field of one form with the oracle's.
func judgeField(form model.Form) func(*theorems.Finding, *truth, theorems.Subject) error {
	return func(f *theorems.Finding, t *truth, s theorems.Subject) error {
		if s.Field == nil {
			return theorems.Missing("Field")
		}
		for _, state := range [][]float64{t.elsewhere(), t.x} {
			if err := t.expectField(f, s, form, state); err != nil {
				return err
			}
		}
		return nil
	}
}

// judgeToActivity compares φ(x) with the oracle's.
func judgeToActivity(f *theorems.Finding, t *truth, s theorems.Subject) error {
	if s.ToActivity == nil {
		return theorems.Missing("ToActivity")
	}
	r, err := s.ToActivity(t.net, t.x)
	if err != nil {
		return err
	}
	f.Demand("r has N entries", len(r) == t.n)
	if f.Verdict == theorems.Fails {
		return nil
	}
	_, err = t.expectOutputs(f, r)
	return err
}

// expectOutputs claims r = φ(x) unit by unit, and returns what r may miss it by.
func (t *truth) expectOutputs(f *theorems.Finding, r []float64) ([]float64, error) {
	rErr := make([]float64, t.n)
	for i := range r {
		value, allowed, err := t.phiErrAt(i)
		if err != nil {
			return nil, err
		}
		rErr[i] = allowed
		f.Expect("|r − φ(x)| in an entry", math.Abs(r[i]-value), allowed, math.Max(math.Abs(value), t.smallest))
	}
	return rErr, nil
}

// judgeToActivation compares W r + b + B u with the oracle's, r being any.
func judgeToActivation(f *theorems.Finding, t *truth, s theorems.Subject) error {
	if s.ToActivation == nil {
		return theorems.Missing("ToActivation")
	}
	r := t.elsewhere()
	x, err := s.ToActivation(t.net, r, t.input)
	if err != nil {
		return err
	}
	f.Demand("x has N entries", len(x) == t.n)
	if f.Verdict == theorems.Fails {
		return nil
	}
	want, err := t.netInput(r, t.input)
	if err != nil {
		return err
	}
	size, drive := t.abs(absolute(r)), t.drive(t.input)
	for i := range x {
		size[i] += drive[i]
		f.Expect("|x − (W r + b + Bu)| in an entry", math.Abs(x[i]-want[i]), t.units()*t.u*size[i]+t.smallest, size[i]+4*t.smallest)
	}
	return nil
}

// expectFields compares the fields of both forms with the oracle's at a state
// that is no fixed point.
func (t *truth) expectFields(f *theorems.Finding, s theorems.Subject) error {
	for _, form := range model.Forms {
		if err := t.expectField(f, s, form, t.elsewhere()); err != nil {
			return err
		}
	}
	return nil
}

// expectField compares the field of one form with the oracle's at a state.
func (t *truth) expectField(f *theorems.Finding, s theorems.Subject, form model.Form, y []float64) error {
	field, err := s.Field(t.net, form, y, t.input)
	if err != nil {
		return err
	}
	want, err := t.field(form, y, t.input)
	if err != nil {
		return err
	}
	f.Demand("the field has N entries", len(field) == t.n)
	if f.Verdict == theorems.Fails {
		return nil
	}
	slack, size := make([]float64, t.n), t.abs(absolute(y))
	if form == model.Activation {
		sums, outErr := make([]float64, t.n), make([]float64, t.n)
		for i := range y {
			value, allowed, err := t.phiErr(y[i])
			if err != nil {
				return err
			}
			sums[i], outErr[i] = math.Abs(value), allowed
		}
		slack, size = t.abs(outErr), t.abs(sums)
	}
	drive, lipschitz := t.drive(t.input), t.net.Nonlinearity().Lipschitz()
	for i := range field {
		size[i] += drive[i]
		bound := slack[i] + t.units()*t.u*(size[i]+math.Abs(y[i]))
		if form == model.Activity {
			bound = lipschitz*t.units()*t.u*size[i] + 8*t.u*(math.Abs(want[i])*t.tau[i]+2*math.Abs(y[i])) + t.smallest
			bound += 4 * t.u * lipschitz * size[i]
		}
		f.Expect("|field − F|, "+form.String(), math.Abs(field[i]-want[i]), bound/t.tau[i], (size[i]+math.Abs(y[i])+1)/t.tau[i])
	}
	return nil
}
