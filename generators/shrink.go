package generators

import (
	"math"
	"reflect"
	"slices"
)

// shrinkBudget bounds how often Shrink asks whether a candidate fails.
const shrinkBudget = 4000

// Shrink returns a simpler instance that still fails: with indices dropped (a
// unit, a latent, an input channel), blocks and entries set to zero, numbers
// rounded to small integers or eighths, signs dropped. It descends greedily, big
// steps first, until no single step leads on; then it puts indices, and the rows
// of single fields, into the first order that still fails, so that failures
// which differ by a permutation become the same. It ends where neither leads on.
// An instance that is Admissible stays so. The instance itself is not changed.
func Shrink(instance any, fails func(any) bool) any {
	best, budget, held := instance, shrinkBudget, admissible(instance)
	accepted := func(candidate any) bool {
		if held && !admissible(candidate) || budget == 0 {
			return false
		}
		budget--
		if !fails(candidate) {
			return false
		}
		best = candidate
		return true
	}
	for descend(&best, accepted) || arrange(&best, accepted) {
	}
	return best
}

// descend takes one step to a simpler instance, and reports whether there was one.
func descend(best *any, accepted func(any) bool) bool {
	for _, edit := range editsOf(*best) {
		v := copyOf(*best)
		edit(fieldsOf(v))
		if candidate := v.Interface(); Simpler(candidate, *best) < 0 && accepted(candidate) {
			return true
		}
	}
	return false
}

// arrange moves numbers into the first order that is accepted, and reports
// whether it is another one.
func arrange(best *any, accepted func(any) bool) bool {
	for _, edits := range arrangements(fieldsOf(copyOf(*best))) {
		for _, candidate := range earlier(*best, edits) {
			if accepted(candidate) {
				return true
			}
		}
	}
	return false
}

// Admissible is what an instance is that meets hypotheses which a step of
// Shrink could break, such as stability.
type Admissible interface{ Admissible() bool }

func admissible(instance any) bool {
	a, hypotheses := instance.(Admissible)
	return !hypotheses || a.Admissible()
}

// edit changes the fields of a copy.
type edit func([]field)

// editsOf lists the single steps from an instance, the largest first.
func editsOf(instance any) []edit {
	fields := fieldsOf(copyOf(instance))
	size := sizes(fields)
	vanishes := map[string]bool{}
	for _, f := range fields {
		for _, d := range f.vanish {
			vanishes[d] = true
		}
	}
	var edits []edit
	var dims []string
	for d := range size {
		dims = append(dims, d)
	}
	slices.Sort(dims)
	for _, d := range dims {
		for i := range size[d] {
			if size[d] > 1 || vanishes[d] {
				edits = append(edits, func(fs []field) { dropIndex(fs, d, i, size[d]) })
			}
		}
	}
	for k, f := range fields {
		for _, text := range f.texts {
			edits = append(edits, func(fs []field) { fs[k].value.SetString(text) })
		}
		edits = append(edits, eachNumber(k, f.simplest), eachNumber(k, math.Round), eachNumber(k, eighths))
	}
	for k, f := range fields {
		for n := range countNumbers(f.value) {
			for _, to := range []func(float64) float64{f.simplest, math.Round, sign, inHalves, eighths, halved, math.Abs} {
				edits = append(edits, oneNumber(k, n, to))
			}
		}
	}
	return edits
}

// simplest is 0, or 1 where a number must not be 0.
func (f field) simplest(float64) float64 {
	if f.positive || f.one {
		return 1
	}
	return 0
}

func sign(x float64) float64     { return math.Copysign(1, x) }
func inHalves(x float64) float64 { return math.Round(2*x) / 2 }
func eighths(x float64) float64  { return math.Round(8*x) / 8 }
func halved(x float64) float64   { return math.Trunc(x / 2) }

func dropIndex(fields []field, dim string, index, size int) {
	for _, f := range fields {
		if f.value.Kind() == reflect.Slice && !(f.optional && f.value.Len() != size) {
			f.value.Set(without(f.value, f.dims, dim, index))
		}
	}
}

func without(v reflect.Value, dims []string, dim string, index int) reflect.Value {
	if v.Kind() != reflect.Slice || v.IsNil() || len(dims) == 0 {
		return v
	}
	out := reflect.MakeSlice(v.Type(), 0, v.Len())
	for i := range v.Len() {
		if dims[0] == dim && i == index {
			continue
		}
		out = reflect.Append(out, without(v.Index(i), dims[1:], dim, index))
	}
	return out
}

func eachNumber(k int, to func(float64) float64) edit {
	return func(fs []field) { visitNumbers(fs[k].value, fs[k].keep(to)) }
}

func oneNumber(k, n int, to func(float64) float64) edit {
	return func(fs []field) {
		seen := 0
		visitNumbers(fs[k].value, func(x float64) float64 {
			if seen++; seen == n+1 {
				return fs[k].keep(to)(x)
			}
			return x
		})
	}
}

// keep refuses a change that would leave a positive field without a positive
// number, or make 0 what must not be.
func (f field) keep(to func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		// A positive field that is 0 is absent, and stays so.
		if y := to(x); (!f.positive || x != 0 && y > 0) && (!f.one || y != 0) {
			return y
		}
		return x
	}
}

// visitNumbers replaces every number of a field by what visit returns.
func visitNumbers(v reflect.Value, visit func(float64) float64) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			visitNumbers(v.Index(i), visit)
		}
	case reflect.Float64:
		v.SetFloat(visit(v.Float()))
	case reflect.Int:
		v.SetInt(int64(visit(float64(v.Int()))))
	}
}

func countNumbers(v reflect.Value) int {
	n := 0
	visitNumbers(v, func(x float64) float64 { n++; return x })
	return n
}

// costOf counts the numbers, and rates their reading; it visits them in place.
func costOf(fields []field) (numbers int, effort float64) {
	for _, f := range fields {
		numbers += countNumbers(f.value)
		visitNumbers(f.value, func(x float64) float64 {
			effort += f.effort(x)
			return x
		})
		if f.value.Kind() == reflect.String {
			if i := slices.Index(f.texts, f.value.String()); i >= 0 {
				effort += float64(i)
			} else {
				effort += float64(len(f.texts))
			}
		}
	}
	return numbers, effort
}

// effort is what a number costs the reader: nothing for the simplest, little
// for a small integer, more for a half, more yet for a fraction, most for 17 digits.
func (f field) effort(x float64) float64 {
	switch {
	case x == 0 && math.Signbit(x): // that matters, or rounding left it
		return 0.25
	case x == f.simplest(x), x == 0:
		return 0
	case x == math.Trunc(x) && math.Abs(x) < 1e6:
		return 1 + math.Abs(x)/1e6 + negative(x)
	case 2*x == math.Trunc(2*x) && math.Abs(x) < 1e6:
		return 2.75 + math.Abs(x)/1e6 + negative(x)
	case 8*x == math.Trunc(8*x) && math.Abs(x) < 1e6:
		return 3 + math.Abs(x)/1e6 + negative(x)
	}
	return 10
}

func negative(x float64) float64 {
	if x < 0 {
		return 0.5
	}
	return 0
}
