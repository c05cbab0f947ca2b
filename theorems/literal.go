package theorems

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// literal returns a value as Go source that compiles where its package is
// imported by its name: without what is zero, matrices as {{1, 0}, {0, 1}}, and a
// negative zero, which a constant cannot be, as what it is.
func literal(v reflect.Value) string { return v.Type().String() + body(v) }

// body is a composite literal without its type.
func body(v reflect.Value) string {
	var parts []string
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f, x := v.Type().Field(i), v.Field(i)
			empty := x.IsZero() || x.Kind() == reflect.Slice && x.Len() == 0 && strings.HasSuffix(f.Tag.Get("json"), ",omitempty")
			if f.IsExported() && !empty {
				parts = append(parts, f.Name+": "+value(x))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			e := v.Index(i)
			if k := e.Kind(); k == reflect.Slice || k == reflect.Struct {
				parts = append(parts, body(e)) // an element's type need not be said again
			} else {
				parts = append(parts, value(e))
			}
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func value(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array:
		return literal(v)
	case reflect.Float64:
		switch x := v.Float(); {
		case math.IsNaN(x):
			return "math.NaN()"
		case math.IsInf(x, 0):
			return fmt.Sprintf("math.Inf(%d)", int(math.Copysign(1, x)))
		case x == 0 && math.Signbit(x):
			return "math.Copysign(0, -1)"
		default:
			return strconv.FormatFloat(x, 'g', -1, 64)
		}
	case reflect.String:
		return strconv.Quote(v.String())
	}
	return fmt.Sprintf("%#v", v)
}
