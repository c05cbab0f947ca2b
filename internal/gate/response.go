package gate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rankproof/rankproof/internal/wire"
)

// longestMessage bounds the message of an error that a child answers with.
const longestMessage = 300

// response reads a line that answers the request of an ID. Where it answers
// none, or another one, the kind of fault is not empty; err is of a response
// that is an error, or that is wrong in itself.
func response(line []byte, id int64, op string) (result json.RawMessage, kind Kind, detail string, err error) {
	if !utf8.Valid(line) {
		return nil, Garbage, "the line is no UTF-8", nil
	}
	var r struct {
		ID     json.RawMessage `json:"id"`
		Result json.RawMessage `json:"result"`
		Error  json.RawMessage `json:"error"`
	}
	notFinite := ""
	if err := json.Unmarshal(line, &r); err != nil {
		if json.Valid(line) {
			return nil, Garbage, "the line is no JSON object", nil
		}
		var text []byte
		if text, notFinite = finite(line); notFinite == "" || json.Unmarshal(text, &r) != nil {
			return nil, Garbage, "the line is no JSON", nil
		}
	}
	switch given, err := strconv.ParseFloat(string(r.ID), 64); {
	case len(r.ID) == 0:
		return nil, Misnumbered, "no id", nil
	case err != nil:
		return nil, Misnumbered, "id is no number", nil
	case given != float64(id):
		return nil, Misnumbered, "an id that is not that of the first request in line", nil
	}
	malformed := func(format string, args ...any) (json.RawMessage, Kind, string, error) {
		return nil, "", "", &wire.Malformed{Op: op, Problem: fmt.Sprintf(format, args...)}
	}
	isError, isResult := given(r.Error), given(r.Result)
	switch {
	case notFinite != "":
		return malformed("%s in place of a number", notFinite)
	case isError && isResult:
		return malformed("a result and an error")
	case isError:
		var e wire.Error
		if json.Unmarshal(r.Error, &e) != nil {
			return malformed("error is no {kind, message}")
		}
		if !slices.Contains([]string{wire.Invalid, wire.Unstable, wire.Singular, wire.Unsupported, wire.Internal}, e.Kind) {
			return malformed("error is of no known kind: %q", cut([]byte(e.Kind), longestMessage))
		}
		e.Message = cut([]byte(e.Message), longestMessage)
		return nil, "", "", &e
	case !isResult:
		return malformed("neither result nor error")
	}
	return r.Result, "", "", nil
}

// given reports whether a member is there and not null.
func given(text json.RawMessage) bool { return len(text) > 0 && string(text) != "null" }

// finite writes 0 for what is not finite and outside strings, and returns the
// first of it, as Python and others write it.
func finite(line []byte) (text []byte, first string) {
	out := make([]byte, 0, len(line))
	inString := false
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case inString && c == '\\' && i+1 < len(line):
			out = append(out, line[i:i+2]...)
			i += 2
			continue
		case c == '"':
			inString = !inString
		case !inString:
			if word := notFinite(line[i:]); word != "" {
				if first == "" {
					first = word
				}
				out = append(out, '0')
				i += len(word)
				continue
			}
		}
		out = append(out, line[i])
		i++
	}
	return out, first
}

func notFinite(text []byte) string {
	for _, word := range []string{"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf", "-nan", "Inf", "-Inf"} {
		if bytes.HasPrefix(text, []byte(word)) && (len(text) == len(word) || strings.IndexByte(",]} \t\r\n", text[len(word)]) >= 0) {
			return word
		}
	}
	return ""
}
