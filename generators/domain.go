package generators

import (
	"math"
	"reflect"
	"slices"
)

// Domain is what a generator was seen to draw: a change of an instance stays
// within it where a hypothesis may rest on it that the instance's type does not
// know. Words are those that were drawn, sizes between the least and the largest,
// in the order that they always had; numbers that stood alone lie between the
// least and the largest, and are 0 or no nearer to it than 2⁻³⁰ or one that was
// drawn; and fields that were always 0, positive or not negative stay so.
type Domain struct {
	fields map[string]*drawn
	least  map[string]int
	most   map[string]int
	orders map[[2]string]bool // the first is at most as large as the second

	hypothesis func(any) bool // nil: none beside these
}

// Where returns the domain with a further hypothesis.
func (d *Domain) Where(hypothesis func(any) bool) *Domain {
	narrower := *d
	narrower.hypothesis = hypothesis
	return &narrower
}

// Holds reports whether an instance is within the domain.
func (d *Domain) Holds(instance any) bool {
	v := reflect.New(reflect.TypeOf(instance)).Elem()
	v.Set(reflect.ValueOf(instance))
	return d.holds(fieldsOf(v)) && d.admits(instance)
}

func (d *Domain) admits(instance any) bool { return d.hypothesis == nil || d.hypothesis(instance) }

// drawn is what was seen of a field.
type drawn struct {
	words     []string
	low, high float64 // of its numbers
	least     float64 // of the sizes of those that are not 0, if below what may be given
	longest   int     // of an optional field
	constant  bool    // as the first
	first     reflect.Value
}

// enough instances show the words and signs of a generator's fields.
const enough = 128

// DomainOf looks at a number of draws.
func DomainOf(draw func(seed int) any) *Domain {
	d := &Domain{fields: map[string]*drawn{}, least: map[string]int{}, most: map[string]int{}, orders: map[[2]string]bool{}}
	for k := range enough {
		fields := fieldsOf(copyOf(draw(k * 0x9e3779b9)))
		for i, f := range fields {
			d.see(f, i)
		}
		d.seeSizes(sizes(fields), k == 0)
	}
	return d
}

// key tells fields of one name apart, as embedded structs may have.
func (f field) key(i int) string { return f.name + string(rune('0'+i)) }

func (d *Domain) see(f field, i int) {
	s, seen := d.fields[f.key(i)]
	if !seen {
		s = &drawn{low: math.Inf(1), high: math.Inf(-1), least: anyLeast, constant: true, first: f.value}
		d.fields[f.key(i)] = s
	}
	s.constant = s.constant && reflect.DeepEqual(s.first.Interface(), f.value.Interface())
	switch f.value.Kind() {
	case reflect.String:
		s.words = union(s.words, []string{f.value.String()})
	case reflect.Slice:
		s.longest = max(s.longest, f.value.Len())
	}
	eachFloat(f.value, func(x float64) float64 {
		if x != 0 || !f.positive { // a positive field that is 0 is absent
			s.low, s.high = min(s.low, x), max(s.high, x)
		}
		if x != 0 {
			s.least = min(s.least, math.Abs(x))
		}
		return x
	})
}

func (d *Domain) seeSizes(size map[string]int, first bool) {
	for a, n := range size {
		if least, seen := d.least[a]; !seen || n < least {
			d.least[a] = n
		}
		d.most[a] = max(d.most[a], n)
		for b, m := range size {
			if pair := [2]string{a, b}; first || d.orders[pair] {
				d.orders[pair] = n <= m
			}
		}
	}
}

// holds reports whether fields are within the domain.
func (d *Domain) holds(fields []field) bool {
	size := sizes(fields)
	for a, n := range size {
		if n < d.least[a] || n > d.most[a] {
			return false
		}
		for b, m := range size {
			if d.orders[[2]string{a, b}] && n > m {
				return false
			}
		}
	}
	for i, f := range fields {
		if s, seen := d.fields[f.key(i)]; seen && !s.holds(f) {
			return false
		}
	}
	return true
}

func (s *drawn) holds(f field) (ok bool) {
	switch {
	case f.value.Kind() == reflect.String:
		return slices.Contains(s.words, f.value.String())
	case f.optional && f.value.Len() > s.longest:
		return false
	case s.constant:
		return reflect.DeepEqual(s.first.Interface(), f.value.Interface())
	}
	ok = true
	eachFloat(f.value, func(x float64) float64 {
		alone := len(f.dims) == 0
		switch {
		case f.positive && x == 0:
		case alone && !(s.low <= x && x <= s.high), alone && x != 0 && math.Abs(x) < s.least, s.low == 0 && s.high == 0 && x != 0, s.low >= 0 && x < 0, s.low > 0 && x <= 0:
			ok = false
		}
		return x
	})
	return ok
}

// within lists the fields of *instance with what the domain allows them.
func (d *Domain) within(instance reflect.Value) []field {
	fields := fieldsOf(instance)
	for i := range fields {
		f := &fields[i]
		s, seen := d.fields[f.key(i)]
		if !seen {
			continue
		}
		f.fixed = s.constant || s.low == s.high
		f.nonnegative = f.nonnegative || s.low >= 0
		f.nonzero = f.nonzero || s.low > 0
		if len(f.dims) == 0 {
			f.low, f.high, f.least = s.low, s.high, s.least
		}
		if f.value.Kind() == reflect.String {
			f.texts = s.words
		}
	}
	return fields
}
