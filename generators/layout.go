package generators

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/rankproof/rankproof/model"
)

// CheckLayout refuses a type whose values are no instances, because what
// shrinks, keeps and replays them would not know its fields: it names the
// first. See the package's documentation.
func CheckLayout(t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return fmt.Errorf("%w: instances of type %v: not a struct", model.ErrInvalid, t)
	}
	return checkLayout(t)
}

func checkLayout(t reflect.Type) error {
	for i := range t.NumField() {
		f := t.Field(i)
		refused := func(format string, args ...any) error {
			return fmt.Errorf("%w: instances of type %v: field %s %s", model.ErrInvalid, t, f.Name, fmt.Sprintf(format, args...))
		}
		switch {
		case !f.IsExported():
			return refused("is not exported")
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			if err := checkLayout(f.Type); err != nil {
				return err
			}
			continue
		case f.Name == "Tags":
			if f.Type != reflect.TypeFor[[]string]() {
				return refused("is no []string")
			}
			continue
		}
		of, depth := f.Type, 0
		for ; of.Kind() == reflect.Slice; depth++ {
			of = of.Elem()
		}
		read := readField(f)
		switch {
		case len(read.dims) != depth:
			return refused("has %d dimensions and a tag dim for %d", depth, len(read.dims))
		case of.Kind() != reflect.String && len(read.texts) > 0:
			return refused("has a tag shrink that is neither positive nor nonzero: words are for strings")
		case !slices.Contains([]string{"", "any", "few", "whole", "time"}, read.numbers):
			return refused("has a tag numbers of %q, none of any, few, whole, time", read.numbers)
		}
		switch of.Kind() {
		case reflect.Float64, reflect.Int, reflect.String:
		case reflect.Bool, reflect.Int64, reflect.Uint64: // stay as they are drawn
		default:
			return refused("is of %v, none of float64, int, string, bool and seeds", of)
		}
	}
	return nil
}
