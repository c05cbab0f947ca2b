package netfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// document is a JSON text that is known to be well formed. It is read
// strictly: encoding/json by itself lets null pass for a number, takes the
// last of double keys, and does not tell m from M.
type document struct {
	file string
	text []byte
}

// member is one key of an object and where its value lies.
type member struct {
	key        string
	start, end int // of the value
}

func newDocument(file string, text []byte) (*document, error) {
	d := &document{file, text}
	var any json.RawMessage
	if err := json.Unmarshal(text, &any); err != nil {
		at := len(text)
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			at = int(syntax.Offset)
		}
		return nil, &Error{File: file, Line: d.line(at), Problem: "not JSON", Cause: err}
	}
	return d, nil
}

// line returns the number of the line in which a byte lies.
func (d *document) line(at int) int {
	return 1 + bytes.Count(d.text[:min(at, len(d.text))], []byte("\n"))
}

func (d *document) errorf(at int, format string, args ...any) error {
	return &Error{File: d.file, Line: d.line(at), Problem: fmt.Sprintf(format, args...)}
}

// whole returns the place of the outermost value.
func (d *document) whole() member {
	return member{key: "the file", start: d.space(0), end: len(d.text)}
}

// space returns the first place from at on that is not white space.
func (d *document) space(at int) int {
	for at < len(d.text) && bytes.IndexByte([]byte(" \t\r\n"), d.text[at]) >= 0 {
		at++
	}
	return at
}

// object returns the members of an object in their order, and refuses keys
// that are unknown or occur twice, and values that are null. Keys of a nested
// object are reported with prefix.
func (d *document) object(v member, prefix string, known map[string]bool) ([]member, error) {
	if d.text[v.start] != '{' {
		return nil, d.errorf(v.start, "%s is %s, want an object", v.key, d.kind(v.start))
	}
	var members []member
	seen := map[string]bool{}
	for at := d.space(v.start + 1); d.text[at] != '}'; {
		colon := d.end(at)
		var key string
		if err := json.Unmarshal(d.text[at:colon], &key); err != nil {
			return nil, d.errorf(at, "%v", err)
		}
		start := d.space(d.space(colon) + 1)
		m := member{key: prefix + key, start: start, end: d.end(start)}
		switch {
		case !known[key]:
			return nil, d.errorf(at, "key %q is unknown", m.key)
		case seen[key]:
			return nil, d.errorf(at, "key %q occurs twice", m.key)
		case d.text[m.start] == 'n':
			return nil, d.errorf(m.start, "%s is null; leave the key out instead", m.key)
		}
		seen[key] = true
		members = append(members, m)
		if at = d.space(m.end); d.text[at] == ',' {
			at = d.space(at + 1)
		}
	}
	return members, nil
}

// end returns the place after the value that begins at a place.
func (d *document) end(at int) int {
	depth := 0
	for {
		switch d.text[at] {
		case '"':
			for at++; d.text[at] != '"'; at++ {
				if d.text[at] == '\\' {
					at++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		default:
			if depth == 0 { // a number, true, false or null
				for at < len(d.text) && bytes.IndexByte([]byte(",]} \t\r\n"), d.text[at]) < 0 {
					at++
				}
				return at
			}
		}
		if at++; depth == 0 {
			return at
		}
	}
}

// kind names what begins at a place, for an error message.
func (d *document) kind(at int) string {
	switch d.text[at] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		const most = 20
		end := at + 1
		for end < len(d.text) && d.text[end] != '"' && end-at <= most {
			end++
		}
		return "the string " + strconv.QuoteToASCII(string(d.text[at+1:end]))
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// str returns the value of a member that must be a string.
func (d *document) str(v member) (string, error) {
	var text string
	if d.text[v.start] != '"' {
		return "", d.errorf(v.start, "%s is %s, want a string", v.key, d.kind(v.start))
	}
	if err := json.Unmarshal(d.text[v.start:v.end], &text); err != nil {
		return "", d.errorf(v.start, "%s: %v", v.key, err)
	}
	return text, nil
}

// number returns the value of a member that must be a number.
func (d *document) number(v member) (float64, error) {
	x, _, err := d.numberAt(v.start, func() string { return v.key })
	return x, err
}

// numberAt reads the number that begins at a place, and returns its end. Its
// name is asked for only if it is refused: there may be millions.
func (d *document) numberAt(at int, name func() string) (float64, int, error) {
	if first := d.text[at]; first != '-' && (first < '0' || first > '9') {
		return 0, at, d.errorf(at, "%s is %s, want a number", name(), d.kind(at))
	}
	end := at
	for end < len(d.text) && bytes.IndexByte([]byte(",]} \t\r\n"), d.text[end]) < 0 {
		end++
	}
	x, err := strconv.ParseFloat(string(d.text[at:end]), 64)
	if err != nil {
		return 0, at, d.errorf(at, "%s is %.40s, beyond the range of float64", name(), d.text[at:end])
	}
	return x, end, nil
}

// list walks an array: item reads the i-th value at a place and returns its end.
func (d *document) list(at int, name, want string, item func(i, at int) (int, error)) (int, error) {
	if d.text[at] != '[' {
		return at, d.errorf(at, "%s is %s, want %s", name, d.kind(at), want)
	}
	at = d.space(at + 1)
	for i := 0; d.text[at] != ']'; i++ {
		end, err := item(i, at)
		if err != nil {
			return at, err
		}
		at = d.space(end)
		if d.text[at] == ',' {
			at = d.space(at + 1)
		}
	}
	return at + 1, nil
}

// vector returns an array of numbers, not nil.
func (d *document) vector(v member) ([]float64, error) {
	out := []float64{}
	_, err := d.list(v.start, v.key, "an array of numbers", func(i, at int) (int, error) {
		x, end, err := d.numberAt(at, func() string { return fmt.Sprintf("%s[%d]", v.key, i) })
		out = append(out, x)
		return end, err
	})
	return out, err
}

// matrix returns an array of rows of one length, row-major. [] is 0×0.
func (d *document) matrix(v member) (rows, cols int, data []float64, err error) {
	_, err = d.list(v.start, v.key, "an array of rows", func(i, at int) (int, error) {
		row := fmt.Sprintf("%s[%d]", v.key, i)
		before := len(data)
		end, err := d.list(at, row, "an array of numbers, a row", func(j, at int) (int, error) {
			x, end, err := d.numberAt(at, func() string { return fmt.Sprintf("%s[%d,%d]", v.key, i, j) })
			data = append(data, x)
			return end, err
		})
		switch length := len(data) - before; {
		case err != nil:
			return end, err
		case length == 0:
			return end, d.errorf(at, "%s is empty; a matrix of size zero is []", row)
		case i == 0:
			cols = length
		case length != cols:
			return end, d.errorf(at, "%s has %d numbers, %s[0] has %d", row, length, v.key, cols)
		}
		rows++
		return end, nil
	})
	return rows, cols, data, err
}
