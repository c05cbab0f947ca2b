package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// decodeResult decodes strictly: a null is no number, and a member that is not
// marked omitempty is not missing. Members of other versions are passed over.
func decodeResult(text json.RawMessage, to any) error {
	if err := checkMembers(text, reflect.TypeOf(to).Elem(), ""); err != nil {
		return err
	}
	return inWords(json.Unmarshal(text, to))
}

// inWords returns an error of decoding without the types of Go.
func inWords(err error) error {
	var kind *json.UnmarshalTypeError
	if !errors.As(err, &kind) {
		return err
	}
	got := kind.Value
	switch number, is := strings.CutPrefix(got, "number "); {
	case is && kindName(kind.Type) == "a number":
		return fmt.Errorf("%s%s, a number that no double holds", prefix(kind.Field), number)
	case strings.HasPrefix(got, "number "):
		got = "the " + got
	case got == "array" || got == "object":
		got = "an " + got
	case got == "bool":
		got = "a truth value"
	default:
		got = "a " + got
	}
	return fmt.Errorf("%s%s in place of %s", prefix(kind.Field), got, kindName(kind.Type))
}

func kindName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Bool:
		return "a truth value"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	}
	return "an object"
}

// decodeParams decodes what others ask of us as strictly; a member that is not
// known would be a hypothesis that is not heeded, and is refused.
func decodeParams(text json.RawMessage, to any) error {
	if len(text) == 0 {
		text = json.RawMessage("{}")
	}
	if err := checkMembers(text, reflect.TypeOf(to).Elem(), ""); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return inWords(d.Decode(to))
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// checkMembers refuses what json.Unmarshal lets pass: a null, a member that is
// missing, and one whose name differs in case. What decodes itself checks itself.
func checkMembers(text json.RawMessage, t reflect.Type, path string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case reflect.PointerTo(t).Implements(unmarshaler) && t != reflect.TypeFor[json.RawMessage]():
		return nil
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		var entries []json.RawMessage
		if err := json.Unmarshal(text, &entries); err != nil || entries == nil {
			return fmt.Errorf("%sno array", prefix(path))
		}
		for i, e := range entries {
			if err := checkMembers(e, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	case t.Kind() != reflect.Struct:
		return refuseNull(text, path)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		if errors.As(err, new(*json.SyntaxError)) {
			return fmt.Errorf("%sno JSON: %w", prefix(path), err)
		}
		return fmt.Errorf("%sno object", prefix(path))
	}
	var names []string
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		names = append(names, name)
		below, there := members[name]
		switch {
		case there:
			if err := checkMembers(below, t.Field(i).Type, strings.TrimPrefix(path+"."+name, ".")); err != nil {
				return err
			}
		case !strings.Contains(options, "omitempty"):
			return fmt.Errorf("%sno member %q", prefix(path), name)
		}
	}
	for name := range members {
		if !slices.Contains(names, name) && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return fmt.Errorf("%sno member is called %q", prefix(path), name)
		}
	}
	return nil
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

// refuseNull refuses a JSON text with a null in it, outside of strings.
func refuseNull(text []byte, path string) error {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case 'n':
			return fmt.Errorf("%snull in place of a number", prefix(path))
		}
	}
	return nil
}
