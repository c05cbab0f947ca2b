package netfile

import (
	"reflect"
	"strings"
)

// MaxConventionBytes is the largest convention file that is read, 1 MiB.
const MaxConventionBytes = 1 << 20

// ReadConvention returns the convention in a side-car file, which is one JSON
// object with the keys of Convention. It is complete only after Validate: a
// command line may still add to it.
func ReadConvention(path string) (*Convention, error) {
	text, err := readFile(path, MaxConventionBytes)
	if err != nil {
		return nil, err
	}
	return ParseConvention(path, text)
}

// ParseConvention is ReadConvention for a text at hand; errors call it name.
func ParseConvention(name string, text []byte) (*Convention, error) {
	d, err := newDocument(name, text)
	if err != nil {
		return nil, err
	}
	c := &Convention{}
	if err := d.fill(d.whole(), "", reflect.ValueOf(c).Elem()); err != nil {
		return nil, err
	}
	return c, nil
}

// fill reads an object into a struct by the keys in its tags.
func (d *document) fill(v member, prefix string, into reflect.Value) error {
	fields := fieldsByKey(into)
	known := map[string]bool{}
	for key := range fields {
		known[key] = true
	}
	members, err := d.object(v, prefix, known)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := d.fillField(m, fields[strings.TrimPrefix(m.key, prefix)]); err != nil {
			return err
		}
	}
	return nil
}

func (d *document) fillField(m member, field reflect.Value) (err error) {
	switch target := field.Addr().Interface().(type) {
	case *string:
		*target, err = d.str(m)
	case **float64:
		var x float64
		x, err = d.number(m)
		*target = &x
	case *[]float64:
		*target, err = d.vector(m)
	case *Scale:
		*target, err = d.scale(m)
	case *Tau:
		*target, err = d.tau(m)
	case **Basis:
		*target = &Basis{}
		err = d.fill(m, m.key+".", field.Elem())
	}
	return err
}

func (d *document) scale(m member) (Scale, error) {
	if d.text[m.start] == '"' {
		text, err := d.str(m)
		return Scale(text), err
	}
	_, err := d.number(m)
	return Scale(d.text[m.start:m.end]), err
}

func (d *document) tau(m member) (t Tau, err error) {
	switch d.text[m.start] {
	case '"':
		t.Key, err = d.str(m)
	case '[':
		t.Values, err = d.vector(m)
	default:
		var x float64
		x, err = d.number(m)
		t.Values = []float64{x}
	}
	return t, err
}

// fieldsByKey returns the fields of a struct by the keys in their tags.
func fieldsByKey(s reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range s.NumField() {
		key, _, _ := strings.Cut(s.Type().Field(i).Tag.Get("json"), ",")
		fields[key] = s.Field(i)
	}
	return fields
}
