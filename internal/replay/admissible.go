package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/rankproof/rankproof/model"
	"github.com/rankproof/rankproof/theorems"
)

// What a case read from a file must be beyond agreeing with itself about its
// shapes, so that a check which fails on it says something about the subject
// and not about the file: complete, without nulls (which encoding/json reads as
// zeros), of positive numbers where those are meant, and a network that model
// accepts.

const (
	// longestRun bounds counts, such as steps of a simulation, that a line of
	// text can make as large as it likes.
	longestRun = 1_000_000
	// largest bounds numbers, and its inverse those that must be positive: bounds
	// are derived for arithmetic that does not overflow, and here no product of
	// six numbers does.
	largest = 1e50
)

// methods are the names that generators.Run knows.
var methods = []string{model.Euler.String(), model.RK4.String(), model.LeakyMap.String()}

// Admissible returns why a counterexample that was read from text is no instance
// of its check.
func Admissible(c theorems.Counterexample) error { return admissible(c.Case, c.Instance()) }

// admissible returns what is wrong with the case of a check, which was read
// from text.
func admissible(text json.RawMessage, instance any) error {
	var raw any
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if path := findNull("", raw); path != "" {
		return fmt.Errorf("%w: %s is null", model.ErrInvalid, path)
	}
	given, ok := raw.(map[string]any)
	if !ok {
		return fmt.Errorf("%w: not a JSON object", model.ErrInvalid)
	}
	fields := numbered(reflect.ValueOf(instance))
	itself, knows := instance.(interface{ Admissible() bool })
	for _, f := range fields {
		check := f.check
		if knows { // which of its fields may be empty together
			check = f.checkGiven
		}
		if err := check(given, fields); err != nil {
			return fmt.Errorf("%w: %w", model.ErrInvalid, err)
		}
	}
	if knows && !itself.Admissible() {
		return fmt.Errorf("%w: no instance of this theorem: unstable without a law of its start, or a hypothesis does not hold", model.ErrInvalid)
	}
	network, ok := instance.(interface {
		RNN(bias []float64) (*model.RNN, error)
	})
	if !ok {
		return nil
	}
	_, err := network.RNN(nil)
	return err
}

// findNull returns the path of the first null, "" without any.
func findNull(path string, raw any) string {
	switch v := raw.(type) {
	case nil:
		if path == "" {
			return "case"
		}
		return path
	case []any:
		for i, x := range v {
			if p := findNull(fmt.Sprintf("%s[%d]", path, i), x); p != "" {
				return p
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if p := findNull(strings.TrimPrefix(path+"."+key, "."), v[key]); p != "" {
				return p
			}
		}
	}
	return ""
}

// fieldOf is one field of an instance, with what its tags say of it: see
// package generators.
type fieldOf struct {
	name      string
	value     reflect.Value
	dims      []string
	omittable bool
	positive  bool
	nonzero   bool
	negative  bool // may be
}

// numbered lists the fields of an instance, those of embedded structs included.
func numbered(v reflect.Value) []fieldOf {
	if v.Kind() != reflect.Struct {
		return nil
	}
	var out []fieldOf
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			out = append(out, numbered(v.Field(i))...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		field := fieldOf{name: name, value: v.Field(i), omittable: options == "omitempty", positive: f.Tag.Get("shrink") == "positive", nonzero: f.Tag.Get("shrink") == "nonzero",
			negative: !strings.Contains(f.Tag.Get("numbers"), "nonnegative")}
		if dim := strings.TrimSuffix(f.Tag.Get("dim"), "?"); dim != "" {
			field.dims = strings.Split(dim, ",")
		}
		out = append(out, field)
	}
	return out
}

func (f fieldOf) check(given map[string]any, all []fieldOf) error {
	_, present := given[f.name]
	if !present && !f.omittable {
		return fmt.Errorf("%s is missing", f.name)
	}
	if len(f.dims) > 0 && holdsNothing(f.value) {
		if !f.omittable || smallest(f.dims, all) > 0 && !f.replaced(all) {
			return fmt.Errorf("%s is missing or empty", f.name)
		}
		return nil
	}
	if err := f.checkWord(); err != nil {
		return err
	}
	if !present {
		if f.name == "scale" && sizeIn("R", all) > 0 {
			return errors.New("scale is missing, which M and N need")
		}
		return nil
	}
	return f.checkNumbers(f.name, f.value)
}

// checkGiven is check without a word about what may be empty.
func (f fieldOf) checkGiven(given map[string]any, _ []fieldOf) error {
	if _, present := given[f.name]; !present && !f.omittable {
		return fmt.Errorf("%s is missing", f.name)
	}
	if err := f.checkWord(); err != nil {
		return err
	}
	return f.checkNumbers(f.name, f.value)
}

// checkWord refuses the name of a method or of a nonlinearity that there is not.
func (f fieldOf) checkWord() error {
	switch {
	case f.name == "method" && !slices.Contains(methods, f.value.String()):
		return fmt.Errorf("method is %q, want one of %q", f.value.String(), methods)
	case f.name == "nonlinearity":
		_, err := model.NonlinearityByName(f.value.String())
		return err
	}
	return nil
}

// checkNumbers refuses numbers that are not positive where they must be, or
// too large, and names the entry.
func (f fieldOf) checkNumbers(name string, v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			if err := f.checkNumbers(fmt.Sprintf("%s[%d]", name, i), v.Index(i)); err != nil {
				return err
			}
		}
	case v.CanFloat():
		x := v.Float()
		switch {
		case f.positive && !(x > 0):
			return fmt.Errorf("%s is %v, want a positive number", name, x)
		case !f.negative && x < 0:
			return fmt.Errorf("%s is %v, want no negative number", name, x)
		case f.nonzero && x == 0:
			return fmt.Errorf("%s is 0, want another number", name)
		case !(math.Abs(x) <= largest) || (f.positive || f.nonzero) && math.Abs(x) < 1/largest:
			return fmt.Errorf("%s is %v, beyond what the bounds are derived for (%v, and %v for what is not 0)", name, x, largest, 1/largest)
		}
	case v.CanInt():
		switch n := v.Int(); {
		case f.positive && n <= 0:
			return fmt.Errorf("%s is %d, want a positive number", name, n)
		case n > longestRun && name != "seed": // a seed counts nothing
			return fmt.Errorf("%s is %d, more than %d", name, n, longestRun)
		}
	}
	return nil
}

// holdsNothing reports whether a list, or all lists in it, are empty.
func holdsNothing(v reflect.Value) bool {
	if v.Kind() != reflect.Slice {
		return false
	}
	for i := range v.Len() {
		if !holdsNothing(v.Index(i)) {
			return false
		}
	}
	return true
}

// replaced reports whether a connectivity that is not there is given the other
// way: W by M and N, and they by W.
func (f fieldOf) replaced(all []fieldOf) bool {
	others := map[string][]string{"W": {"M", "N"}, "M": {"W"}, "N": {"W"}}[f.name]
	for _, other := range others {
		i := slices.IndexFunc(all, func(g fieldOf) bool { return g.name == other })
		if i < 0 || all[i].value.Len() == 0 {
			return false
		}
	}
	return len(others) > 0
}

// smallest is the smallest of some dimensions.
func smallest(dims []string, all []fieldOf) int {
	least := -1
	for _, d := range dims {
		if size := sizeIn(d, all); least < 0 || size < least {
			least = size
		}
	}
	return max(least, 0)
}

// sizeIn is the length of a dimension as the first field that has it says; 0 if
// none has.
func sizeIn(dim string, all []fieldOf) int {
	for _, f := range all {
		if n := f.sizeOf(dim); n > 0 {
			return n
		}
	}
	return 0
}

// sizeOf returns the length that a field gives a dimension, 0 if none.
func (f fieldOf) sizeOf(dim string) int {
	v := f.value
	for _, d := range f.dims {
		if v.Kind() != reflect.Slice {
			return 0
		}
		if d == dim || v.Len() == 0 {
			return v.Len()
		}
		v = v.Index(0)
	}
	return 0
}
