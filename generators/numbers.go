package generators

import (
	"math"
	"reflect"
	"slices"
	"strings"
)

// What numbers a field may be given, beside those that it has, is in its tag
// numbers: see the package's documentation.
//
// Few bits are multiples of 2⁻¹² up to 64: 18 bits and a sign. Products of two
// have 36 and of three 54, so that sums of a thousand products of two, which
// are what Σ = L Lᵀ, M Nᵀ and NᵀM are made of, are float64 numbers without
// rounding. An instance may hold others, graded by powers of two or next to 1:
// where rounding could be let in, Unrounded says whether it was.
const (
	fewStep, fewMost = 0x1p-12, 64
	wholeMost        = 4
	timeMost         = 4
	// Other numbers are within what bounds are derived for, with room for products.
	anyMost, anyLeast = 0x1p20, 0x1p-30
)

// Unrounded is what an instance is whose products are promised to be float64
// numbers without rounding.
type Unrounded interface{ Unrounded() bool }

func unrounded(instance any) bool {
	u, promises := instance.(Unrounded)
	return !promises || u.Unrounded()
}

// valid reports whether an instance that was changed is one that could have
// been drawn: of one shape, finite, admissible, and with the products that it
// was promised unless it was before the change without.
func valid(v reflect.Value, domain *Domain, exact bool) (ok bool) {
	defer func() {
		if recover() != nil { // a hypothesis is looked at on an instance without a row that it needs
			ok = false
		}
	}()
	instance := v.Interface()
	return CheckShape(instance) == nil && domain.holds(fieldsOf(v)) &&
		admissible(instance) && (!exact || unrounded(instance)) && domain.admits(instance)
}

// legal returns the number nearest to x that the field may be given.
func (f field) legal(x float64) float64 {
	step, least, most := f.sizesOf()
	if step > 0 {
		x = math.Round(x/step) * step
	}
	if f.low < f.high {
		x = min(max(x, f.low), f.high)
		switch size := math.Abs(x); {
		case x == 0 || size >= f.least:
			return x
		case size < f.least/2 && f.low <= 0 && f.high >= 0 && !f.positive:
			return 0
		}
		return min(max(math.Copysign(f.least, x), f.low), f.high)
	}
	if x == 0 && !f.positive && !f.nonzero {
		return 0
	}
	size := min(max(math.Abs(x), least), most)
	if f.nonnegative || f.positive {
		return size
	}
	return math.Copysign(size, x)
}

// sizesOf returns the step of the field's numbers, 0 for any, and the least and
// the largest of their sizes that are not 0.
func (f field) sizesOf() (step, least, most float64) {
	switch f.numbers {
	case "few":
		return fewStep, fewStep, fewMost
	case "whole":
		return 1, 1, wholeMost
	case "time":
		return fewStep, fewStep, timeMost
	}
	return 0, anyLeast, anyMost
}

// readNumbers reads the tag of a field's numbers.
func (f *field) readNumbers(tag string) {
	words := strings.Split(tag, ",")
	f.numbers, f.nonnegative = words[0], slices.Contains(words, "nonnegative")
}

// free reports whether a number may be moved: a positive field that is 0 is
// absent.
func (f field) free(x float64) bool { return !f.fixed && (!f.positive || x > 0) }

// eachFree visits the free numbers of an instance's fields in the order of
// fields and indices.
func eachFree(fields []field, visit func(f field, x float64) float64) {
	for _, f := range fields {
		eachFloat(f.value, func(x float64) float64 {
			if !f.free(x) {
				return x
			}
			return visit(f, x)
		})
	}
}

func eachFloat(v reflect.Value, visit func(float64) float64) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			eachFloat(v.Index(i), visit)
		}
	case reflect.Float64:
		v.SetFloat(visit(v.Float()))
	}
}

// Numbers returns the numbers of an instance that are free, in the order of its
// fields and their indices. Counts and seeds are not among them.
func Numbers(instance any, domain *Domain) []float64 {
	var out []float64
	eachFree(domain.within(copyOf(instance)), func(_ field, x float64) float64 {
		out = append(out, x)
		return x
	})
	return out
}

// WithNumbers returns the instance with other numbers, each the nearest that its
// field may be given, in place of those that Numbers lists; one that is the same
// stays as it is. It reports false where they are not as many, not finite, or a
// hypothesis breaks.
func WithNumbers(instance any, x []float64, domain *Domain) (any, bool) {
	out := copyOf(instance)
	next, finite := 0, true
	eachFree(domain.within(out), func(f field, old float64) float64 {
		if next++; next > len(x) || x[next-1] == old {
			return old
		}
		if y := x[next-1]; !math.IsNaN(y) && !math.IsInf(y, 0) {
			return f.legal(y)
		}
		finite = false
		return old
	})
	if !finite || next != len(x) || !valid(out, domain, unrounded(instance)) {
		return instance, false
	}
	retag(out)
	return out.Interface(), true
}

// retag marks an instance as changed: what its generator said of it may no
// longer be so.
func retag(instance reflect.Value) {
	if tags := instance.FieldByName("Tags"); tags.IsValid() {
		tags.Set(reflect.ValueOf([]string{"mutated"}))
	}
}
