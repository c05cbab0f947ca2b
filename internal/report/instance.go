package report

import (
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Instance writes a case of a check for people: a field a line by its JSON
// name, matrices in rows, numbers as short as they can be read back. Each line
// starts with indent. Fields without a value are left out; tags, which are of
// the instance as it was drawn and not as it was shrunk, come last.
func Instance(w io.Writer, indent string, instance any) {
	fields := entries("", reflect.ValueOf(instance))
	names := 0
	for _, f := range fields {
		names = max(names, width(f.name))
	}
	for _, f := range fields {
		name := f.name
		for _, line := range f.lines {
			fmt.Fprintln(w, strings.TrimRight(indent+left(name, names)+"  "+line, " "))
			name = ""
		}
	}
}

// drawnAs names the tags.
const drawnAs = "drawn as"

// entry is a field as lines of text.
type entry struct {
	name  string
	lines []string
}

// entries lists the fields of a struct, embedded ones in place, the fields of
// nested structs by their path.
func entries(path string, v reflect.Value) []entry {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return []entry{{strings.TrimSuffix(path, "."), layout(v)}}
	}
	var out, last []entry
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-" || absent(value) || options == "omitempty" && value.IsZero():
		case f.Anonymous && name == "":
			for _, e := range entries(path, value) {
				if e.name == path+drawnAs {
					last = append(last, e)
				} else {
					out = append(out, e)
				}
			}
		case f.Name == "Tags":
			if tags, ok := value.Interface().([]string); ok {
				last = append(last, entry{path + drawnAs, []string{strings.Join(tags, ", ")}})
			}
		default:
			if name == "" {
				name = f.Name
			}
			if value.Kind() == reflect.Struct {
				out = append(out, entries(path+name+".", value)...)
			} else {
				out = append(out, entry{path + name, layout(value)})
			}
		}
	}
	return append(out, last...)
}

// absent reports whether a value is an empty list or no pointer.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	}
	return false
}

// layout writes a value: a matrix in aligned rows, all else in a line.
func layout(v reflect.Value) []string {
	if v.Kind() != reflect.Slice {
		return []string{cell(v)}
	}
	if v.Type().Elem().Kind() == reflect.Slice {
		rows := make([][]string, v.Len())
		for i := range rows {
			rows[i] = cells(v.Index(i))
		}
		return aligned(rows)
	}
	return aligned([][]string{cells(v)})
}

func cells(v reflect.Value) []string {
	out := make([]string, v.Len())
	for i := range out {
		out[i] = cell(v.Index(i))
	}
	return out
}

func cell(v reflect.Value) string {
	if v.CanFloat() {
		return number(v.Float())
	}
	return fmt.Sprint(v.Interface())
}

// aligned right-aligns the columns of rows, which may be of different lengths.
func aligned(rows [][]string) []string {
	var widths []int
	for _, row := range rows {
		for j, text := range row {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], width(text))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		padded := make([]string, len(row))
		for j, text := range row {
			padded[j] = right(text, widths[j])
		}
		lines[i] = strings.Join(padded, "  ")
	}
	return lines
}
