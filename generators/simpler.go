package generators

import (
	"cmp"
	"reflect"
)

// Simpler compares two instances as Shrink does, by what they cost the reader:
// -1 if the first is the simpler one, 0 if neither is. Numbers are counted
// before they are looked at; fractions cost more than integers, and more digits
// more than few.
func Simpler(a, b any) int {
	na, ca := costOf(fieldsOf(copyOf(a)))
	nb, cb := costOf(fieldsOf(copyOf(b)))
	return cmp.Or(cmp.Compare(na, nb), cmp.Compare(ca, cb))
}

// copyOf returns a deep copy, settable, of an instance of any type.
func copyOf(instance any) reflect.Value {
	v := reflect.New(reflect.TypeOf(instance)).Elem()
	v.Set(reflect.ValueOf(instance))
	for _, f := range fieldsOf(v) {
		f.value.Set(copied(f.value))
	}
	return v
}
