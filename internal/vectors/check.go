package vectors

import (
	"math"
	"reflect"
)

// tooRough is the relative error from which a number says nothing: less than
// three digits of it are known.
const tooRough = 1e-3

// isVacuous reports whether the largest tolerance is not small beside the
// largest number: that of an ill-conditioned instance, on which nothing can be
// asked of float64.
func (c Check) isVacuous() bool {
	size := math.Max(largest(reflect.ValueOf(c.Value)), largest(reflect.ValueOf(c.With)))
	switch c.Compare {
	case Equal:
		return false
	case Spectrum: // of defective matrices, a root of rounding
		return largest(reflect.ValueOf(c.Tolerance)) > 0.05*(1+size)
	case Eigenvectors:
		return c.Tolerance.([]float64)[2] > tooRough
	case Points, FieldOf, Carried:
		size = math.Max(1, size)
	}
	if size == 0 {
		size = 1
	}
	return largest(reflect.ValueOf(c.Tolerance)) > tooRough*size
}

// largest is the largest modulus of the numbers in a value, nested anyhow.
func largest(v reflect.Value) float64 {
	most := 0.0
	switch v.Kind() {
	case reflect.Float64:
		return math.Abs(v.Float())
	case reflect.Interface:
		if !v.IsNil() {
			return largest(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			most = math.Max(most, largest(v.Index(i)))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			most = math.Max(most, largest(v.MapIndex(key)))
		}
	}
	return most
}

// numbers checks a number, a vector or a matrix, entry by entry.
func numbers[T number | []number | [][]number | [][][]number](member string, x T) Check {
	value, tolerance := both(x)
	return Check{Member: member, Compare: Entries, Value: value, Tolerance: tolerance}
}

func both(x any) (value, tolerance any) {
	switch x := x.(type) {
	case number:
		return x.float(), x.tolerance()
	case []number:
		return bothOf(x)
	case [][]number:
		return bothOf(x)
	case [][][]number:
		return bothOf(x)
	}
	panic("no number")
}

func bothOf[T any](list []T) (value, tolerance any) {
	v, t := make([]any, len(list)), make([]any, len(list))
	for i, x := range list {
		v[i], t[i] = both(x)
	}
	return v, t
}

// near checks numbers with one tolerance for all.
func near(member string, value any, tolerance float64) Check {
	return Check{Member: member, Compare: Entries, Value: value, Tolerance: tolerance}
}

func equal(member string, value any) Check {
	return Check{Member: member, Compare: Equal, Value: value}
}
