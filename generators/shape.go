package generators

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"

	"github.com/rankproof/rankproof/model"
)

// field is one numeric or textual field of an instance, settable in place.
type field struct {
	name     string
	value    reflect.Value
	dims     []string
	optional bool     // may have one entry where its dimension says more
	vanish   []string // dimensions that may be 0
	positive bool     // 1, not 0, is its simplest value
	one      bool     // so it is of a field that is not 0, of either sign
	texts    []string // simplest first

	numbers     string // what numbers it may be given: see numbers.go
	nonnegative bool
	nonzero     bool
	low, high   float64 // of a number that stands alone, where known
	least       float64 // of its size, if it is not 0
	fixed       bool
}

// fieldsOf lists the fields of *instance, those of embedded structs included.
func fieldsOf(instance reflect.Value) []field {
	layout := layoutOf(instance.Type())
	out := make([]field, len(layout))
	for i, p := range layout {
		out[i] = p.field
		out[i].value = instance.FieldByIndex(p.index)
	}
	return out
}

// place is a field of a type, without a value.
type place struct {
	field
	index []int
}

var layouts sync.Map // reflect.Type → []place: tags are read once

func layoutOf(t reflect.Type) []place {
	if known, ok := layouts.Load(t); ok {
		return known.([]place)
	}
	layout := readLayout(t)
	layouts.Store(t, layout)
	return layout
}

func readLayout(t reflect.Type) []place {
	var out []place
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Anonymous:
			for _, inner := range readLayout(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				out = append(out, inner)
			}
		case f.Name != "Tags":
			out = append(out, place{readField(f), []int{i}})
		}
	}
	return out
}

func readField(f reflect.StructField) field {
	fd := field{name: cmp.Or(strings.Split(f.Tag.Get("json"), ",")[0], f.Name)}
	if dim := f.Tag.Get("dim"); dim != "" {
		fd.optional = strings.HasSuffix(dim, "?")
		fd.dims = strings.Split(strings.TrimSuffix(dim, "?"), ",")
		for i, d := range fd.dims {
			if bare, may := strings.CutSuffix(d, "*"); may {
				fd.dims[i], fd.vanish = bare, append(fd.vanish, bare)
			}
		}
	}
	switch shrink := f.Tag.Get("shrink"); shrink {
	case "":
	case "positive":
		fd.positive = true
	case "nonzero":
		fd.nonzero, fd.one = true, true
	default:
		fd.texts = strings.Split(shrink, ",")
	}
	fd.readNumbers(f.Tag.Get("numbers"))
	return fd
}

// Tags returns the kind and the edges that an instance was tagged with.
func Tags(instance any) []string {
	v := reflect.ValueOf(instance).FieldByName("Tags")
	if !v.IsValid() {
		return nil
	}
	return v.Interface().([]string)
}

// sizes returns the length of each dimension, as the first field that has it
// says.
func sizes(fields []field) map[string]int {
	out := map[string]int{}
	for _, f := range fields {
		if f.optional {
			continue
		}
		v := f.value
		for _, d := range f.dims {
			if v.Kind() != reflect.Slice || v.IsNil() {
				break
			}
			if _, known := out[d]; !known {
				out[d] = v.Len()
			}
			if v.Len() == 0 {
				break
			}
			v = v.Index(0)
		}
	}
	return out
}

// CheckShape refuses an instance whose fields disagree about a dimension, or
// that holds a number that is not finite; it names the field and the entry.
func CheckShape(instance any) error {
	v := reflect.New(reflect.TypeOf(instance)).Elem()
	v.Set(reflect.ValueOf(instance))
	fields := fieldsOf(v)
	size := sizes(fields)
	for _, f := range fields {
		if where, what := f.check(f.value, f.dims, size); what != "" {
			return fmt.Errorf("%w: %s%s %s", model.ErrInvalid, f.name, where, what)
		}
	}
	return nil
}

// check says what is wrong, and in which entry, such as [2][0]; "" if nothing is.
func (f field) check(v reflect.Value, dims []string, size map[string]int) (where, what string) {
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return "", ""
		}
		want := size[dims[0]]
		if v.Len() != want && !(f.optional && v.Len() == 1) {
			return "", fmt.Sprintf("has %d entries, want %s = %d", v.Len(), dims[0], want)
		}
		for i := range v.Len() {
			if where, what := f.check(v.Index(i), dims[1:], size); what != "" {
				return fmt.Sprintf("[%d]%s", i, where), what
			}
		}
	case reflect.Float64:
		x := v.Float()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return "", fmt.Sprintf("is %v", x)
		}
	}
	return "", ""
}

// Copy returns a deep copy of an instance.
func Copy(instance any) any { return copyOf(instance).Interface() }

func copied(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Slice || v.IsNil() {
		return v
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		out.Index(i).Set(copied(v.Index(i)))
	}
	return out
}

// Sizes returns the length of each dimension of an instance by its letter: N
// units, R pairs of loadings, K latents, P populations.
func Sizes(instance any) map[string]int {
	v := reflect.New(reflect.TypeOf(instance)).Elem()
	v.Set(reflect.ValueOf(instance))
	return sizes(fieldsOf(v))
}
